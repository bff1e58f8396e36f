//! JSON bodies of requests that others have made: one member is set, every other byte stays.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

const CLIENT_METADATA: &str = "client_metadata";

/// The members of a JSON object, in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

/// The body with the flat map as `client_metadata`: keys that are there already stay unless the map has them. None if the body is no
/// JSON object.
pub(super) fn with_client_metadata(body: &[u8], map: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let Members(members) = serde_json::from_str(text).ok()?;
    let present = members.iter().rev().find(|(name, _)| name == CLIENT_METADATA).map(|(_, value)| value.get());
    let mut merged: Map<String, Value> = present.and_then(|value| serde_json::from_str(value).ok()).unwrap_or_default();
    merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone().into())));
    let merged = Value::Object(merged).to_string();
    let (from, to, inserted) = match present {
        Some(value) => {
            // A value borrows from the text that it was read from.
            let from = value.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
            (from, from + value.len(), merged)
        }
        None => {
            let end = text.rfind('}')?;
            let comma = if members.is_empty() { "" } else { "," };
            (end, end, format!("{comma}\"{CLIENT_METADATA}\":{merged}"))
        }
    };
    Some([text.get(..from)?, &inserted, text.get(to..)?].concat().into_bytes())
}

/// The text of a member.
pub(super) fn text_of(body: &[u8], name: &str) -> Option<String> {
    let Members(members) = serde_json::from_slice(body).ok()?;
    let (_, value) = members.into_iter().rev().find(|(found, _)| found == name)?;
    serde_json::from_str(value.get()).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reading;
        impl<'de> Visitor<'de> for Reading {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry().map_err(A::Error::custom)? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reading).map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(body: &str) -> Option<String> {
        let map = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "\"é".to_owned())]);
        with_client_metadata(body.as_bytes(), &map).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn r1d_one_member_is_set_and_every_other_byte_stays() {
        let set = r#"{"a":"1","b":"\"é"}"#;
        for (body, expected) in [
            ("{}", format!(r#"{{"client_metadata":{set}}}"#)),
            (" { } \n", format!(" {{ \"client_metadata\":{set}}} \n")),
            (r#"{"z": 1.0, "a" :[ ] }"#, format!(r#"{{"z": 1.0, "a" :[ ] ,"client_metadata":{set}}}"#)),
            (r#"{"client_metadata" : null, "m":2}"#, format!(r#"{{"client_metadata" : {set}, "m":2}}"#)),
            (
                r#"{"m":{"client_metadata":0},"client\u005fmetadata":{"k":"v","a":"0"}}"#,
                r#"{"m":{"client_metadata":0},"client\u005fmetadata":{"a":"1","b":"\"é","k":"v"}}"#.to_owned(),
            ),
        ] {
            assert_eq!(merged(body).as_deref(), Some(expected.as_str()), "{body}");
        }
    }

    #[test]
    fn what_is_no_json_object_is_left_alone() {
        for body in ["", "[]", "1", "{", "{} {}", "{\"a\":}"] {
            assert_eq!(merged(body), None, "{body}");
        }
        assert_eq!(with_client_metadata(b"{\"\xff\":1}", &BTreeMap::new()), None);
    }

    #[test]
    fn r10_1_the_prompt_cache_key_of_a_body_is_read() {
        assert_eq!(text_of(br#"{"prompt_cache_key":"k\u0041"}"#, "prompt_cache_key").as_deref(), Some("kA"));
        assert_eq!(text_of(br#"{"prompt_cache_key":7}"#, "prompt_cache_key"), None);
        assert_eq!(text_of(b"no", "prompt_cache_key"), None);
    }
}
