use super::*;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn state_of(text: &str) -> Option<String> {
    TraceContext::parse(PARENT, Some(text)).unwrap().tracestate().map(ToOwned::to_owned)
}

#[test]
fn a_traceparent_of_version_00_is_passed_on_as_it_is() {
    let context = TraceContext::parse(&format!(" {PARENT}\t"), None).unwrap();
    assert_eq!((context.traceparent(), context.tracestate()), (PARENT, None));
    for bad in [
        "",
        "00",
        &PARENT.to_uppercase(),
        &PARENT.replacen("00", "01", 1),
        &PARENT.replacen("00", "ff", 1),
        &format!("{PARENT}-00"),
        &PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
        &PARENT.replace("00f067aa0ba902b7", &"0".repeat(16)),
        &PARENT.replace("4bf9", "4bg9"),
        &PARENT.replace("-01", "-1"),
        &PARENT.replace("-01", "-é"),
        &PARENT.replace("-01", "-01\r\nx: y"),
    ] {
        assert_eq!(TraceContext::parse(bad, Some("a=1")), None, "{bad:?}");
    }
}

#[test]
fn a_malformed_tracestate_is_left_out_and_the_parent_stays() {
    assert_eq!(
        state_of(" rojo=00f067aa0ba902b7 ,\t, congo=t61rcWkgMzE,t@s=a b").as_deref(),
        Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,t@s=a b")
    );
    let many = (0..33).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(",");
    for bad in ["", ",", "a", "a=", "=b", "A=b", "a=b=c", "a=é", "a=b\r\nx: y", "a=1,a=2", "_a=b", &many] {
        assert_eq!(state_of(bad), None, "{bad:?}");
    }
}

#[test]
fn a_tracestate_that_is_too_long_loses_whole_members_the_long_ones_first() {
    let member = |name: &str, length: usize| format!("{name}={}", "v".repeat(length - name.len() - 1));
    let exact = [member("a", 128), member("b", 128), member("c", 128), member("d", 125)].join(",");
    assert_eq!(exact.len(), 512);
    assert_eq!(state_of(&exact), Some(exact.clone()));
    assert_eq!(state_of(&format!("{exact},e=1")), Some(exact.clone()), "the last one goes");
    let long = member("long", 200);
    assert_eq!(state_of(&format!("{long},{exact}")), Some(exact.clone()));
    assert_eq!(state_of(&format!("x=1,{}", member("only", 258))), Some(format!("x=1,{}", member("only", 258))), "long, but all of it fits");
}

#[test]
fn fields_and_variables_are_read_alike() {
    let fields = [("TraceParent", PARENT), ("accept", "x"), ("tracestate", "a=1"), ("Tracestate", "b=2")];
    let context = TraceContext::from_fields(fields).unwrap();
    assert_eq!(context.fields().collect::<Vec<_>>(), [("traceparent", PARENT), ("tracestate", "a=1,b=2")]);
    assert_eq!(TraceContext::from_fields([("traceparent", PARENT), ("traceparent", PARENT)]), None);
    assert_eq!(TraceContext::from_fields([("tracestate", "a=1")]), None, "it says nothing without its parent");
    let variable = |name: &str| match name {
        "TRACEPARENT" => Some(PARENT.to_owned()),
        "TRACESTATE" => Some("a=1,b=2".to_owned()),
        _ => None,
    };
    assert_eq!(TraceContext::from_variables(variable), Some(context));
    assert_eq!(TraceContext::from_variables(|_| None), None);
}
