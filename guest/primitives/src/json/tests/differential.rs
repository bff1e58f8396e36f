//! Whatever `serde_json` accepts or refuses as raw values, we do, and find the same members and elements.

use super::*;
use core::fmt;
use proptest::sample::{Index, select};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

struct Members<'a>(Vec<(&'a str, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.push((name.get(), value.get()));
        }
        Ok(Members(members))
    }
}

fn assert_same(text: &str) {
    assert_eq!(is_json(text), serde_json::from_str::<&RawValue>(text).is_ok(), "{text:?}");
    let expected: Option<Vec<&RawValue>> = serde_json::from_str(text).ok();
    assert_eq!(elements(text), expected.map(|elements| elements.into_iter().map(RawValue::get).collect()), "{text:?}");
    let members = Object::read(text).map(|object| object.members);
    assert_eq!(members, serde_json::from_str(text).ok().map(|Members(members)| members), "{text:?}");
    if text.starts_with('"') && text.ends_with('"') && is_json(text) {
        assert_eq!(string(text), serde_json::from_str(text).ok(), "{text:?}");
    }
}

/// One JSON value, written with all the freedom there is.
fn json() -> impl Strategy<Value = String> {
    let string = r#""([ !#-\[\]-~é€😀\x7f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}|ud8[0-9]{2}\\uDC[0-9]{2})){0,4}""#;
    let scalar = prop_oneof!["true|false|null", "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,3})?", string];
    let space = "[ \t\r\n]{0,2}";
    scalar.prop_recursive(5, 40, 5, move |inner| {
        let element = (space, inner.clone(), space).prop_map(|parts| <[String; 3]>::from(parts).concat());
        let member = (space, string, space, element.clone())
            .prop_map(|(before, name, after, value)| [before, name, after, ":".into(), value].concat());
        prop_oneof![
            (prop::collection::vec(element, 0..5), space).prop_map(|(list, space)| alloc::format!("[{space}{}]", list.join(","))),
            (prop::collection::vec(member, 0..5), space).prop_map(|(list, space)| alloc::format!("{{{space}{}}}", list.join(","))),
        ]
    })
}

const PIECES: [&str; 38] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"\\u00e9\"",
    "\\",
    "\\u",
    "\\u12",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E",
    "00",
    "-0",
    "1.5",
    "1e5",
    "1E+",
    "true",
    "tru",
    "false",
    "null",
    "nul",
    " ",
    "\n",
    "\u{b}",
    "\u{a0}",
    "\0",
    "\u{1f}",
    "\u{7f}",
    "é",
    "\u{feff}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn json_well_formed_texts_are_taken_apart_alike(text in json()) {
        prop_assert!(is_json(&text), "{text}");
        assert_same(&text);
    }

    #[test]
    fn json_damaged_texts_are_judged_alike(text in json(), damage in prop::collection::vec((any::<Index>(), 0_usize..3, select(&PIECES[..])), 1..3)) {
        let mut text = text;
        for (at, removed, piece) in damage {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = at.index(starts.len());
            let to = from.saturating_add(removed).min(starts.len().saturating_sub(1));
            text.replace_range(starts[from]..starts[to], piece);
            assert_same(&text);
        }
    }

    #[test]
    fn json_any_mix_of_tokens_is_judged_alike(pieces in prop::collection::vec(select(&PIECES[..]), 0..8)) {
        assert_same(&pieces.concat());
    }

    #[test]
    fn json_any_text_is_judged_alike(text in any::<String>()) {
        assert_same(&text);
    }
}
