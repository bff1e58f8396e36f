//! Header fields and flat keys, each decoded as its rule says.

use super::canonical::is_canonical;
use serde_json::{Value, json};

/// The header fields that are shown, those of 1C, §9, §10 and 11-2.
pub(super) const HEADERS: [&str; 22] = [
    "x-codex-window-id",
    "x-codex-turn-metadata",
    "x-codex-parent-thread-id",
    "x-openai-subagent",
    "originator",
    "user-agent",
    "session-id",
    "thread-id",
    "x-client-request-id",
    "x-codex-beta-features",
    "x-codex-turn-state",
    "openai-beta",
    "x-responsesapi-include-timing-metrics",
    "x-openai-internal-codex-responses-lite",
    "x-openai-memgen-request",
    "x-openai-internal-codex-residency",
    "x-oai-attestation",
    "x-codex-installation-id",
    "version",
    "accept",
    "traceparent",
    "tracestate",
];

/// What it says; of a token no more than that it is there, or how long it is.
pub(super) fn decode(name: &str, text: &str) -> Value {
    match name {
        "x-codex-turn-metadata" => canonical_string(text),
        "x-codex-turn-state" => json!({"present": true}),
        "x-oai-attestation" => attestation(text),
        "x-codex-window-id" => {
            let (thread_id, number) = text.rsplit_once(':').unwrap_or((text, ""));
            json!({"text": text, "thread_id": thread_id, "number": number.parse::<u64>().ok()})
        }
        "x-codex-beta-features" => json!({"text": text, "features": text.split(',').collect::<Vec<_>>()}),
        "x-codex-ws-stream-request-start-ms" => json!({"text": text, "unix_ms": text.parse::<i64>().ok()}),
        _ => json!({"text": text}),
    }
}

fn canonical_string(text: &str) -> Value {
    let mut shown = json!({"text": text, "ascii": text.is_ascii(), "canonical": is_canonical(text)});
    match serde_json::from_str::<Value>(text) {
        Ok(value) => shown["json"] = value,
        Err(_) => shown["error"] = "not JSON".into(),
    }
    shown
}

/// §9: the envelope without its token.
fn attestation(text: &str) -> Value {
    let Ok(Value::Object(envelope)) = serde_json::from_str(text) else {
        return json!({"error": "not an envelope", "length": text.len()});
    };
    let token = envelope.get("t").and_then(Value::as_str);
    let status = envelope.get("s").and_then(Value::as_u64);
    let written = match token {
        Some(token) => format!(r#"{{"v":1,"s":0,"t":{}}}"#, Value::from(token)),
        None => format!(r#"{{"v":1,"s":{}}}"#, status.unwrap_or_default()),
    };
    json!({
        "v": envelope.get("v").and_then(Value::as_u64),
        "s": status,
        "status": status.and_then(|status| usize::try_from(status).ok()).and_then(|status| STATUSES.get(status)),
        "token_length": token.map(str::len),
        // 9-1: order, spelling, and a token for status 0 only.
        "canonical": written == text && (status == Some(0)) == token.is_some(),
    })
}

/// 9-2.
const STATUSES: [&str; 5] = ["ok", "timeout", "request failed", "cancelled", "malformed reply"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r9_1_r9_2_an_envelope_is_told_without_its_token() {
        for (text, shown) in [
            (r#"{"v":1,"s":0,"t":"a\"b\\c"}"#, json!({"v": 1, "s": 0, "status": "ok", "token_length": 5, "canonical": true})),
            (r#"{"v":1,"s":4}"#, json!({"v": 1, "s": 4, "status": "malformed reply", "token_length": null, "canonical": true})),
            (r#"{"v":1,"s":1,"t":"x"}"#, json!({"v": 1, "s": 1, "status": "timeout", "token_length": 1, "canonical": false})),
            (r#"{"s":1,"v":1}"#, json!({"v": 1, "s": 1, "status": "timeout", "token_length": null, "canonical": false})),
            (r#"{"v":1,"s":0}"#, json!({"v": 1, "s": 0, "status": "ok", "token_length": null, "canonical": false})),
            ("planted", json!({"error": "not an envelope", "length": 7})),
        ] {
            assert_eq!(decode("x-oai-attestation", text), shown);
        }
    }

    #[test]
    fn r1_8_a_string_that_is_none_is_told_so() {
        let shown = decode("x-codex-turn-metadata", "{é");
        assert_eq!(shown, json!({"text": "{é", "ascii": false, "canonical": false, "error": "not JSON"}));
        assert_eq!(decode("x-codex-window-id", "t"), json!({"text": "t", "thread_id": "t", "number": null}));
    }
}
