//! Reading JSON as §0 of the specification has it: any member order, unknown members ignored, a known member that is
//! duplicated or mistyped is an error, `null` on an optional member means absent.

use alloc::borrow::Cow;
use core::fmt;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Reads one JSON object. Arrays are refused although derived readers would take one for a struct.
pub fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Option<T> {
    let first = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    if first != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(text).ok()
}

/// A member whose type matters only when it is looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Member<'a> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// Any other type.
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Member<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Owned(text.into())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Member::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(default, borrow)]
        id: Member<'a>,
    }

    #[test]
    fn only_objects_are_read_and_duplicates_refused() {
        assert!(object::<Answer<'_>>(br#"["x"]"#).is_none());
        assert!(object::<Answer<'_>>(br#"{"id":"a","id":"b"}"#).is_none());
        assert!(object::<Answer<'_>>(br#"{"id":"a"} x"#).is_none());
        assert_eq!(object::<Answer<'_>>(b" {\"id\":\"a\\n\"} ").unwrap().id, Member::Text("a\n".into()));
        assert_eq!(object::<Answer<'_>>(br#"{"id":null,"other":[{}]}"#).unwrap().id, Member::Absent);
        for other in ["1", "-1", "1.5", "true", "[1,{}]", "{\"a\":[]}"] {
            assert_eq!(object::<Answer<'_>>(alloc::format!("{{\"id\":{other}}}").as_bytes()).unwrap().id, Member::Other);
        }
    }
}
