use super::*;
use crate::authority::endpoints::Endpoint::{Agent, Health, Jwks, Memories, Responses, Task};

fn faults(text: &str) -> Faults {
    text.parse().unwrap()
}

fn kinds(active: &ActiveFaults, endpoint: Endpoint, times: usize) -> Vec<Option<Kind>> {
    (0..times).map(|_| active.take(endpoint).kind).collect()
}

#[test]
fn the_example_of_the_manual_is_read() {
    let faults = faults("500:2,401-task:1,slow:3s,skew:+400s,drop:1");
    assert_eq!(faults.skew_ms(), 400_000);
    assert_eq!(faults.entries.len(), 4);
    assert!(!faults.is_empty());
}

#[test]
fn nothing_is_no_fault() {
    assert!(faults("").is_empty());
    assert!(faults(" , ").is_empty());
}

#[test]
fn counts_are_used_up_in_order_and_over_all_endpoints() {
    let active = ActiveFaults::new(faults("500:2,drop:1"));
    let refused = Some(Kind::Refuse(500, "fault"));
    assert_eq!(active.take(Agent).kind, refused);
    assert_eq!(kinds(&active, Task, 4), [refused, Some(Kind::Drop), None, None]);
}

#[test]
fn a_fault_without_a_count_stays() {
    let active = ActiveFaults::new(faults("503"));
    assert_eq!(kinds(&active, Jwks, 50), [Some(Kind::Refuse(503, "fault")); 50]);
}

#[test]
fn scopes_limit_a_fault() {
    let active = ActiveFaults::new(faults("task/500,protected/garbage"));
    assert_eq!(active.take(Agent).kind, None);
    assert_eq!(active.take(Task).kind, Some(Kind::Refuse(500, "fault")));
    assert_eq!(active.take(Memories).kind, Some(Kind::Garbage));
}

#[test]
fn refusals_of_an_assertion_hit_what_takes_assertions() {
    let active = ActiveFaults::new(faults("401-clock"));
    assert_eq!(active.take(Task).kind, None);
    assert_eq!(active.take(Responses).kind, Some(Kind::Refuse(401, "assertion-expired")));
    let active = ActiveFaults::new(faults("task/401-clock"));
    assert_eq!(active.take(Task).kind, Some(Kind::Refuse(401, "assertion-expired")));
}

#[test]
fn slowness_adds_up_and_goes_with_another_fault() {
    let active = ActiveFaults::new(faults("slow:3s,slow:250ms,500:1,retry-after:2m"));
    let planned = active.take(Task);
    assert_eq!(planned.delay, Duration::from_millis(3250));
    assert_eq!(planned.kind, Some(Kind::Refuse(500, "fault")));
    assert_eq!(planned.retry_after_s, Some(120));
}

#[test]
fn what_watches_the_authority_never_fails() {
    assert_eq!(ActiveFaults::new(faults("500,slow:3s")).take(Health), Planned::default());
}

#[test]
fn clocks_go_either_way() {
    assert_eq!(faults("skew:-3m").skew_ms(), -180_000);
    assert_eq!(faults("skew:250ms").skew_ms(), 250);
}

#[test]
fn other_texts_are_refused_with_an_example() {
    for text in [
        "oops",
        "500:0",
        "500:x",
        "500:-1",
        "399",
        "600",
        "slow",
        "slow:3",
        "slow:3h",
        "skew:+",
        "task/skew:1s",
        "nowhere/500",
        "healthz/500",
        "drop:1:2",
    ] {
        let error = text.parse::<Faults>().unwrap_err();
        assert_eq!(error.code, "config-invalid", "{text}");
        assert!(error.message.contains("task/drop:1"), "{text}");
    }
}
