use super::*;
use alloc::vec;
use proptest::prelude::*;

mod differential;

#[test]
fn json_members_come_in_any_order_and_unknown_ones_are_ignored() {
    let object = Object::read(r#" {"x":[{"n":1}],"n" : 7 ,"s":"a","x":2,"b":true,"\ud800":0} "#).unwrap();
    assert_eq!(object.unsigned("n"), Ok(7));
    assert_eq!(object.string("s").as_deref(), Ok("a"));
    assert_eq!(object.boolean("b"), Ok(true));
    assert_eq!(object.members().nth(1), Some(("\"n\"", "7")));
}

#[test]
fn json_known_members_given_twice_are_refused_in_any_spelling() {
    for text in [r#"{"n":1,"n":1}"#, r#"{"n":1,"\u006e":2}"#, r#"{"n":null,"n":1}"#] {
        assert_eq!(Object::read(text).unwrap().unsigned("n"), Err("n"), "{text}");
    }
    assert_eq!(Object::read(r#"{"\u006e":2}"#).unwrap().unsigned("n"), Ok(2));
}

#[test]
fn json_null_is_absent_and_other_types_are_refused() {
    let object = Object::read(r#"{"null":null,"number":1,"text":"1","list":[]}"#).unwrap();
    assert_eq!(object.optional_string("null"), Ok(None));
    assert_eq!(object.optional_string("absent"), Ok(None));
    assert_eq!(object.optional_string("number"), Err("number"));
    for name in ["null", "absent", "text", "list"] {
        assert_eq!(object.unsigned(name), Err(name));
        assert_eq!(object.boolean(name), Err(name));
    }
    for name in ["null", "absent", "number", "list"] {
        assert_eq!(object.string(name), Err(name));
        assert_eq!(object.secret(name).map(|_| ()), Err(name));
    }
}

#[test]
fn json_unsigned_integers_have_no_sign_fraction_or_exponent() {
    for (number, expect) in [("0", Ok(0)), ("18446744073709551615", Ok(u64::MAX))] {
        assert_eq!(Object::read(&alloc::format!("{{\"n\":{number}}}")).unwrap().unsigned("n"), expect);
    }
    for number in ["18446744073709551616", "-0", "-1", "1.0", "1e2", "1e999999"] {
        assert_eq!(Object::read(&alloc::format!("{{\"n\":{number}}}")).unwrap().unsigned("n"), Err("n"), "{number}");
    }
}

#[test]
fn json_strings_lose_their_escapes() {
    assert_eq!(string(r#""a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é""#).unwrap(), "a\"\\/\u{8}\u{c}\n\r\té😀é");
    for bad in ["1", "", "\"", r#""\ud800""#, r#""\ud800x""#, r#""\ud800\n""#, r#""\ud800\u0041""#, r#""\udc00""#] {
        assert_eq!(string(bad), None, "{bad}");
    }
}

#[test]
fn jsons_are_exactly_one_object() {
    for bad in ["", " ", "[]", "1", "\"x\"", "null", "{", "{}{}", "{} x", "{\"a\":1,}", "{a:1}", "{\"a\"}", "{1:2}", "{\"a\":01}"] {
        assert!(Object::read(bad).is_none(), "{bad}");
    }
    assert!(Object::read("{}").is_some());
}

#[test]
fn json_nests_as_deep_as_it_likes_without_harm() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(is_json(&deep));
    assert!(!is_json(&"[".repeat(100_000)));
    assert_eq!(elements(&deep).unwrap().len(), 1);
    assert_eq!(elements("[1, {}]").unwrap(), vec!["1", "{}"]);
    assert_eq!(elements("{}"), None);
    let text = alloc::format!("{{\"a\":{deep},\"n\":1}}");
    assert_eq!(Object::read(&text).unwrap().unsigned("n"), Ok(1));
}

#[test]
fn json_objects_of_an_array_come_one_by_one_with_their_places() {
    let text = r#" [ {"a":1,"b":[{}]} ,{}, {"\u0061":2} ] "#;
    let mut objects = Objects::read(text).unwrap();
    let mut seen = Vec::new();
    while let Some((place, members)) = objects.advance().unwrap() {
        let mut values = [None];
        assert!(pick(members, &["a"], &mut values));
        seen.push((&text[place], members.len(), values[0]));
    }
    assert_eq!(seen, [(r#"{"a":1,"b":[{}]}"#, 2, Some("1")), ("{}", 0, None), (r#"{"\u0061":2}"#, 1, Some("2"))]);
    assert!(!pick(&[("\"a\"", "1"), (r#""\u0061""#, "2")], &["a"], &mut [None]));
}

#[test]
fn json_arrays_of_anything_else_than_objects_are_refused() {
    for bad in ["", "{}", "[", "[1]", "[{}", "[{},]", "[{}]]", "[{}{}]", "[,{}]", "[{},1]", "[{\"a\"}]", "[{\"a\":1,}]"] {
        let read = Objects::read(bad).and_then(|mut objects| {
            while objects.advance()?.is_some() {}
            Some(())
        });
        assert_eq!(read, None, "{bad}");
    }
}

#[test]
fn json_texts_are_borrowed_unless_something_is_escaped() {
    assert!(matches!(text(r#""plain é""#), Some(Cow::Borrowed("plain é"))));
    assert_eq!(text(r#""\u0061""#).as_deref(), Some("a"));
    assert_eq!((text("1"), text("\""), text(r#""\ud800""#)), (None, None, None));
}

proptest! {
    #[test]
    fn json_strings_end_where_they_end_wherever_that_is(text in ".{0,20}[\"\\\\\u{0}-\u{1f}]?.{0,20}") {
        let quoted = alloc::format!("\"{text}\"");
        prop_assert_eq!(is_json(&quoted), serde_json::from_str::<&serde_json::value::RawValue>(&quoted).is_ok());
    }

    #[test]
    fn json_objects_are_read_as_elements_are(text in r#"\[ ?(\{("a":[1"]?,?)*\},? ?){0,3}\]?"#) {
        let in_one_pass = Objects::read(&text).and_then(|mut objects| {
            let mut found = Vec::new();
            while let Some((place, _)) = objects.advance()? {
                found.push(&text[place]);
            }
            Some(found)
        });
        let one_by_one = elements(&text).filter(|found| found.iter().all(|item| Object::read(item).is_some()));
        prop_assert_eq!(in_one_pass, one_by_one);
    }

    #[test]
    fn json_strings_survive_being_written(text in any::<String>()) {
        let mut written = String::new();
        crate::encoding::push_json_string(&mut written, &text);
        prop_assert_eq!(string(&written), Some(text));
    }

    #[test]
    fn json_strings_read_like_the_typed_reader(text in r#"(\\u(d[89a-f])?[0-9a-fA-F]{2,4}|\\["\\/bfnrt]|[a-z\u{e9}])*"#) {
        let written = alloc::format!("\"{text}\"");
        if is_json(&written) {
            prop_assert_eq!(string(&written), serde_json::from_str::<String>(&written).ok());
        }
    }
}
