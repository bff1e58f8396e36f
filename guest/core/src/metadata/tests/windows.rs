use super::super::items::tests::Fixed;
use super::*;

const UUID: &str = "01980c5a-7b1f-7000-8000-000000000001";

#[test]
fn e38_r3_13_a_resumed_thread_knows_its_window() {
    let uuid_record = alloc::format!(r#"[{{}},{{}},{{"window_id":"{UUID}"}}]"#);
    for (records, number) in [
        ("[{}]", 1),
        (r#"[{"window_id":4}]"#, 4),
        (&*uuid_record, 3),
        (r#"[{"window_number":2},{"window_number":3}]"#, 3),
        (r#"[{"window_number":9},{}]"#, 2),
        (r#"[{"window_number":5,"window_id":7}]"#, 5),
        (r#"[{"window_number":null,"window_id":7}]"#, 7),
        ("[]", 0),
    ] {
        let window = Window::resume("t", records).unwrap();
        assert_eq!((window.number(), window.id()), (number, alloc::format!("t:{number}")), "{records}");
    }
    for bad in ["", "{}", "[1]", "[{]"] {
        assert_eq!(Window::resume("t", bad).unwrap_err().code.as_str(), "items-invalid", "{bad}");
    }
}

#[test]
fn e39_r3_11_r3_12_an_installed_compaction_opens_the_next_window() {
    let ports = Fixed::at(1_700_000_000_000);
    let mut window = Window::start("t", &ports).unwrap();
    let first = window.context_id().unwrap().canonical();
    assert_eq!((window.id().as_str(), window.number()), ("t:0", 0));
    window.install_compaction(&ports).unwrap();
    let record = window.record();
    let second = window.context_id().unwrap().canonical();
    assert_eq!(window.id(), "t:1");
    let expect =
        alloc::format!(r#"{{"window_number":1,"first_window_id":"{first}","previous_window_id":"{first}","window_id":"{second}"}}"#);
    assert_eq!(record, expect);
    let records = alloc::format!("[{record}]");
    assert_eq!(Window::resume("t", &records).unwrap(), window);
    window.install_compaction(&ports).unwrap();
    let third = window.record();
    assert!(third.contains(&first) && third.contains(&second) && third.starts_with(r#"{"window_number":2,"#));
}

#[test]
fn r3_12_a_history_without_uuids_gets_them_with_the_next_compaction() {
    let ports = Fixed::at(0);
    let mut window = Window::resume("t", "[{}]").unwrap();
    assert_eq!(window.context_id(), None);
    window.install_compaction(&ports).unwrap();
    let record = window.record();
    let id = window.context_id().unwrap().canonical();
    assert_eq!(record, alloc::format!(r#"{{"window_number":2,"first_window_id":"{id}","window_id":"{id}"}}"#));
}

#[test]
fn r3_14_a_fork_starts_at_zero() {
    let window = Window::start("fork", &Fixed::at(1)).unwrap();
    assert_eq!((window.id().as_str(), window.number()), ("fork:0", 0));
}

#[test]
fn r3_11_a_clock_before_1970_makes_no_window() {
    assert_eq!(Window::start("t", &Fixed::at(-1)).unwrap_err().code.as_str(), "clock-out-of-range");
}
