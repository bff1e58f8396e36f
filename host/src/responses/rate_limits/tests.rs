use super::*;
use http::{HeaderName, HeaderValue};
use serde_json::json;

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let field = |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    fields.iter().map(field).collect()
}

#[test]
fn a_snapshot_holds_what_the_fields_say() {
    let snapshots = from_headers(&headers(&[
        ("x-codex-primary-used-percent", "12.5"),
        ("x-codex-primary-window-minutes", "300"),
        ("x-codex-primary-reset-at", "1776902400"),
        ("x-codex-secondary-used-percent", "101"),
        ("x-codex-secondary-resets-in-seconds", "3600"),
        ("x-codex-credits-has-credits", "True"),
        ("x-codex-credits-unlimited", "0"),
        ("x-codex-credits-balance", " 9.99 "),
    ]));
    let primary = RateLimitWindow { used_percent: 12.5, window_minutes: Some(300), resets_at: Some(1_776_902_400), resets_in_s: None };
    let secondary = RateLimitWindow { used_percent: 101.0, window_minutes: None, resets_at: None, resets_in_s: Some(3600) };
    let expected = RateLimitSnapshot {
        limit_id: "codex".into(),
        primary: Some(primary),
        secondary: Some(secondary),
        credits: Some(Credits { has_credits: true, unlimited: false, balance: Some("9.99".into()) }),
        ..RateLimitSnapshot::default()
    };
    assert_eq!(snapshots, [expected]);
}

#[test]
fn absent_stays_absent_and_the_unreadable_is_absent() {
    assert_eq!(from_headers(&HeaderMap::new()), []);
    for used in ["", "many", "NaN", "inf"] {
        assert_eq!(from_headers(&headers(&[("x-codex-primary-used-percent", used)])), [], "{used}");
    }
    assert_eq!(from_headers(&headers(&[("x-codex-primary-used-percent", "0"), ("x-codex-primary-window-minutes", "0")])), []);
    let odd = from_headers(&headers(&[
        ("x-codex-primary-used-percent", " 7 "),
        ("x-codex-primary-window-minutes", "an hour"),
        ("x-codex-credits-has-credits", "perhaps"),
    ]));
    let window = RateLimitWindow { used_percent: 7.0, ..RateLimitWindow::default() };
    assert_eq!(odd, [RateLimitSnapshot { limit_id: "codex".into(), primary: Some(window), ..RateLimitSnapshot::default() }]);
}

#[test]
fn other_limits_follow_by_name() {
    let snapshots = from_headers(&headers(&[
        ("x-zeta-primary-used-percent", "3"),
        ("x-codex-other-secondary-used-percent", "2"),
        ("x-codex-other-limit-name", "Other"),
        ("x-codex-primary-used-percent", "1"),
    ]));
    let ids: Vec<_> = snapshots.iter().map(|snapshot| (snapshot.limit_id.as_str(), snapshot.limit_name.as_deref())).collect();
    assert_eq!(ids, [("codex", None), ("codex_other", Some("Other")), ("zeta", None)]);
    assert_eq!(snapshots[1].secondary.unwrap().used_percent, 2.0);
}

#[test]
fn an_event_says_the_same() {
    let event = json!({
        "type": "codex.rate_limits", "plan_type": "plus", "metered_limit_name": "codex-other",
        "rate_limits": {"primary": {"used_percent": 42, "window_minutes": 60, "reset_at": 1_700_000_000}, "secondary": null},
        "credits": {"has_credits": true, "unlimited": false, "balance": "123"},
    });
    let primary = RateLimitWindow { used_percent: 42.0, window_minutes: Some(60), resets_at: Some(1_700_000_000), resets_in_s: None };
    let expected = RateLimitSnapshot {
        limit_id: "codex_other".into(),
        limit_name: None,
        primary: Some(primary),
        secondary: None,
        credits: Some(Credits { has_credits: true, unlimited: false, balance: Some("123".into()) }),
        plan_type: Some("plus".into()),
    };
    assert_eq!(from_event(&event), expected);
    let bare = RateLimitSnapshot { limit_id: "codex".into(), ..RateLimitSnapshot::default() };
    for odd in [json!({}), json!({"rate_limits": 3, "credits": [], "plan_type": 1, "limit_name": ""})] {
        assert_eq!(from_event(&odd), bare);
    }
}
