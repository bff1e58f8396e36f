use super::*;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

fn headers(fields: &[(&str, &str)]) -> HeaderMap {
    let field = |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    fields.iter().map(field).collect()
}

fn answer(status: u16, body: &str) -> ApiError {
    from_answer(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes(), &Redaction::default(), 0)
}

fn event(error: &Value) -> ApiError {
    from_event(error, &Redaction::default())
}

#[test]
fn each_code_of_the_api_has_its_kind() {
    use ApiErrorKind::*;
    for (code, kind, stable) in [
        ("context_length_exceeded", ContextWindowExceeded, "context-window-exceeded"),
        ("insufficient_quota", QuotaExceeded, "quota-exceeded"),
        ("usage_limit_reached", UsageLimitReached, "usage-limit-reached"),
        ("usage_not_included", UsageNotIncluded, "usage-not-included"),
        ("rate_limit_exceeded", RateLimited, "rate-limited"),
        ("server_is_overloaded", ServerOverloaded, "server-overloaded"),
        ("slow_down", ServerOverloaded, "server-overloaded"),
        ("invalid_prompt", InvalidRequest, "request-invalid"),
        ("cyber_policy", PolicyRefused, "policy-refused"),
    ] {
        for error in [event(&json!({"code": code})), event(&json!({"type": code, "code": null}))] {
            assert_eq!((error.kind(), error.code()), (kind, stable), "{code}");
        }
        let error = answer(429, &json!({"error": {"code": code, "message": "Why."}}).to_string());
        assert_eq!((error.kind(), error.code(), error.api_code()), (kind, stable, Some(code)));
        assert_eq!(error.error().status, Some(429));
        assert!(error.error().message.ends_with(": status 429, Why."), "{error}");
    }
    let unknown = event(&json!({"code": "new_code", "type": "new_type", "message": "Hm."}));
    assert_eq!((unknown.kind(), unknown.api_code(), unknown.api_type()), (ResponseFailed, Some("new_code"), Some("new_type")));
    assert_eq!(event(&Value::Null).code(), "response-failed");
}

#[test]
fn a_status_decides_where_no_code_does() {
    use ApiErrorKind::*;
    for (status, kind, code) in [
        (301, RedirectRefused, "redirect-refused"),
        (400, InvalidRequest, "request-invalid"),
        (401, Unauthorized, "rejected-unknown"),
        (403, Unauthorized, "rejected-unknown"),
        (404, NotFound, "endpoint-not-found"),
        (408, ServerUnavailable, "server-unavailable"),
        (413, InvalidRequest, "request-invalid"),
        (426, UpgradeRequired, "upgrade-required"),
        (429, RateLimited, "rate-limited"),
        (500, ServerUnavailable, "server-unavailable"),
        (599, ServerUnavailable, "server-unavailable"),
    ] {
        for body in ["", "<html>", "[]", r#"{"error":"odd"}"#, r#"{"error":{"code":7}}"#, r#"{"error":{"code":"other"}}"#] {
            let error = answer(status, body);
            assert_eq!((error.kind(), error.code(), error.error().status), (kind, code, Some(status)), "{body}");
        }
    }
    // A refused credential stays one, whatever the body claims.
    assert_eq!(answer(401, r#"{"error":{"code":"insufficient_quota"}}"#).kind(), Unauthorized);
    assert_eq!(answer(400, r#"{"error":"cyber_policy"}"#).kind(), PolicyRefused);
}

#[test]
fn a_usage_limit_says_when_it_starts_anew() {
    let body = json!({"error": {"type": "usage_limit_reached", "message": "Limit.", "plan_type": "plus", "resets_at": 1_776_902_400}});
    let fields = headers(&[("x-codex-primary-used-percent", "100"), ("x-request-id", " req-1 "), ("retry-after", "7")]);
    let error = from_answer(StatusCode::TOO_MANY_REQUESTS, &fields, body.to_string().as_bytes(), &Redaction::default(), 0);
    assert_eq!(error.kind(), ApiErrorKind::UsageLimitReached);
    assert_eq!((error.plan_type(), error.resets_at()), (Some("plus"), Some(1_776_902_400)));
    assert_eq!((error.request_id(), error.retry_after()), (Some("req-1"), Some(Duration::from_secs(7))));
    assert_eq!(error.rate_limits()[0].primary.unwrap().used_percent, 100.0);
    assert_eq!(Error::from(error).retry_after_s, Some(7));
    for (resets_at, read) in [(json!("12"), Some(12)), (json!(12.9), Some(12)), (json!("soon"), None), (json!(null), None)] {
        assert_eq!(event(&json!({"resets_at": resets_at})).resets_at(), read);
    }
}

#[test]
fn how_long_to_wait_is_read_from_fields_and_sentences() {
    let wait = |fields: &[(&str, &str)]| delay::from_headers(&headers(fields), 1_776_902_400_000);
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(wait(&[("retry-after", "30")]), ms(30_000));
    assert_eq!(wait(&[("retry-after", "30"), ("retry-after-ms", "1500")]), ms(1500));
    let date = ("retry-after", "Thu, 23 Apr 2026 00:01:00 GMT");
    assert_eq!(wait(&[date]), ms(60_000));
    assert_eq!(wait(&[date, ("date", "Thu, 23 Apr 2026 00:00:50 GMT")]), ms(10_000));
    assert_eq!(wait(&[date, ("date", "Thu, 23 Apr 2026 00:02:00 GMT")]), ms(0));
    assert_eq!(wait(&[("retry-after", "99999999999")]), Some(Duration::from_secs(366 * 86400)));
    for odd in ["", "soon", "-1", "1.5", "99999999999999999999"] {
        assert_eq!(wait(&[("retry-after", odd)]), None, "{odd}");
    }
    for (message, delay) in [
        ("Rate limit reached. Please try again in 1.898s. Visit …", ms(1898)),
        ("try again in 28 seconds", ms(28_000)),
        ("Try Again In 300ms", ms(300)),
        ("try again in 2 minutes.", ms(120_000)),
        ("try again in a while", None),
        ("try again in 5 fortnights", None),
        ("try again in 1.2.3s", None),
        ("try again later", None),
    ] {
        assert_eq!(delay::from_message(message), delay, "{message}");
        let error = event(&json!({"code": "rate_limit_exceeded", "message": message}));
        assert_eq!(error.retry_after(), delay);
        assert_eq!(event(&json!({"code": "other", "message": message})).retry_after(), None);
    }
    assert_eq!(Error::from(event(&json!({"code": "rate_limit_exceeded", "message": "try again in 1.2s"}))).retry_after_s, Some(2));
}

#[test]
fn n6_bodies_are_cut_by_characters() {
    let none = Redaction::default();
    for (body, expected) in [("x".repeat(512), "x".repeat(512)), ("é".repeat(513), format!("{}...", "é".repeat(512)))] {
        assert_eq!(shown(body.as_bytes(), &none), expected);
    }
    assert_eq!(shown(b"a\r\nb\x00\xff\x7f", &none), "a  b \u{fffd} ");
    let error = answer(500, &"y".repeat(2000));
    assert!(error.error().message.ends_with(&format!("status 500, {}...", "y".repeat(512))));
    assert!(answer(500, "").error().message.ends_with(": status 500"));
    assert_eq!(event(&json!({"code": "c".repeat(200)})).api_code().unwrap().len(), 128);
}

#[test]
fn n6_15_4_what_was_sent_in_confidence_is_taken_out() {
    let redaction = Redaction::of(["Bearer tok-12345678", "AgentAssertion eyJhIjoxfQ", "true"]);
    let body =
        json!({"error": {"code": "tok-12345678", "type": "x tok-12345678", "message": "got Bearer tok-12345678 and eyJhIjoxfQ true"}});
    let fields = headers(&[("x-request-id", "tok-12345678")]);
    let error = from_answer(StatusCode::BAD_REQUEST, &fields, body.to_string().as_bytes(), &redaction, 0);
    assert!(error.error().message.ends_with("got [hidden] and [hidden] true"), "{error}");
    assert_eq!((error.api_code(), error.request_id()), (Some("[hidden]"), Some("[hidden]")));
    for text in [format!("{error} {error:?} {redaction:?}"), format!("{:?}", Error::from(error))] {
        assert!(!text.contains("12345678") && !text.contains("eyJhIjoxfQ"), "{text}");
    }
}

#[test]
fn a_rejection_gives_a_refusal_its_code() {
    let refused = || answer(401, r#"{"error":{"code":"task-unknown","message":"No such task."}}"#);
    for (code, advice) in [
        ("rejected-clock", Advice::FixClock),
        ("rejected-task", Advice::AfterRegister),
        ("rejected-key", Advice::FixConfig),
        ("rejected-unknown", Advice::Never),
    ] {
        let error = refused().with_rejection(code);
        assert_eq!((error.code(), error.error().advice, error.kind()), (code, advice, ApiErrorKind::Unauthorized));
        assert!(error.error().message.ends_with(": status 401, No such task."), "{error}");
    }
    assert_eq!(Error::from(refused()).cause.as_deref(), Some("task-unknown"));
}

#[test]
fn only_a_failed_stream_is_sent_again_as_a_whole() {
    use ApiErrorKind::*;
    for kind in [StreamBroken, StreamIdle, StreamUnfinished, ResponseFailed] {
        assert!(ApiError::new(kind).is_broken_stream());
    }
    for kind in [ServerUnavailable, Timeout, Network, EventTooLarge, ContextWindowExceeded, UsageLimitReached, ServerOverloaded] {
        assert!(!ApiError::new(kind).is_broken_stream());
    }
    assert!(event(&json!({"code": "rate_limit_exceeded"})).is_broken_stream());
    assert!(!answer(429, "").is_broken_stream());
}
