use super::*;

fn sent(items: &str, target: &Outbound<'_>) -> String {
    outbound(items.into(), target).unwrap().items
}

fn openai(item_ids: bool, store: bool) -> Outbound<'static> {
    Outbound { item_ids, store, provider_name: "OpenAI", ..Outbound::default() }
}

#[test]
fn e46_r5_6_ids_leave_only_where_they_may() {
    for (item_ids, store, expect) in [(false, false, false), (false, true, true), (true, false, true), (true, true, true)] {
        let items = r#"[{"id":"msg_1","type":"message"},{"type":"message","id":"m1"}]"#;
        let first = if expect { r#"{"id":"msg_1","type":"message"}"# } else { r#"{"type":"message"}"# };
        assert_eq!(sent(items, &openai(item_ids, store)), format!(r#"[{first},{{"type":"message"}}]"#));
    }
}

#[test]
fn e13_r5_6_whatever_has_an_unprefixed_id_loses_it() {
    for id in [r#""msg-1""#, r#""""#, "null", "7", r#""_x""#, r#""\ud800_x""#] {
        let items = format!(r#"[{{"type":"unheard_of","id":{id}}}]"#);
        assert_eq!(sent(&items, &openai(true, true)), r#"[{"type":"unheard_of"}]"#, "{id}");
    }
}

#[test]
fn r5_12_other_members_pass_through_byte_for_byte() {
    let untouched = r#" [ {"type":"message", "phase" :"final","content":[{"id":"x"}],"n":1.50} ,{} ] "#;
    assert_eq!(sent(untouched, &openai(false, false)), untouched);
    let items = r#"[{"type":"message", "id":"m1", "phase" :"final","content":[ {"id":"x"} ],"n":1.50}]"#;
    assert_eq!(sent(items, &openai(false, false)), r#"[{"type":"message", "phase" :"final","content":[ {"id":"x"} ],"n":1.50}]"#);
}

#[test]
fn r5_12_members_leave_no_comma_behind() {
    for (item, expect) in [
        (r#"{ "id" : "m1" }"#, r#"{ }"#),
        (r#"{"id":"m1","a":1 }"#, r#"{"a":1 }"#),
        (r#"{ "a":1 , "id":"m1" }"#, r#"{ "a":1  }"#),
        (r#"{"metadata":1,"id":"m1"}"#, "{}"),
        (r#"{"a":1,"metadata":1 , "id":"m1"}"#, r#"{"a":1}"#),
        (r#"{"metadata":1,"b":[{}],"id":"m1"}"#, r#"{"b":[{}]}"#),
        (r#"{"a":"{,","id":"m1"}"#, r#"{"a":"{,"}"#),
    ] {
        let found: serde_json::Value = serde_json::from_str(&sent(&format!("[{item}]"), &openai(false, false))).unwrap();
        assert_eq!(found, serde_json::from_str::<serde_json::Value>(&format!("[{expect}]")).unwrap(), "{item}");
    }
}

#[test]
fn r5_6_ids_given_twice_do_not_slip_through() {
    let error = outbound(r#"[{"id":"msg_1","\u0069d":"m1"}]"#.into(), &openai(true, true)).unwrap_err();
    assert_eq!(error.code.as_str(), "items-invalid");
}

#[test]
fn r5_10_encrypted_arguments_go_to_openai_only() {
    let items = r#"[{"type":"function_call","encrypted_function_args":"e"},{"type":"message","encrypted_function_args":"e"}]"#;
    assert_eq!(sent(items, &openai(false, false)), items);
    for provider_name in ["Azure", "openai", "OpenAI ", ""] {
        let expect = r#"[{"type":"function_call"},{"type":"message","encrypted_function_args":"e"}]"#;
        assert_eq!(sent(items, &Outbound { provider_name, ..Outbound::default() }), expect);
    }
}

#[test]
fn e47_r5_7_who_stores_responses() {
    for (name, url, expect) in [
        ("Azure", "", true),
        ("aZURE", "https://proxy.example", true),
        ("Azure OpenAI", "https://proxy.example", false),
        ("p", "https://foo.openai.azure.us/openai/deployments/bar", true),
        ("p", "https://openai.azure.com", true),
        ("p", "https://FOO.OpenAI.Azure.CN:443/x", true),
        ("p", "https://foo.z01.azurefd.net/", true),
        ("p", "https://azure-api.net?x", true),
        ("p", "https://a.cognitiveservices.azure.com", true),
        ("p", "https://a.aoai.azure.us", true),
        ("p", "https://user:pw@foo.openai.azure.com/", true),
        ("p", "https://proxy.example/openai.azure.com", false),
        ("p", "https://openai.azure.com@proxy.example/", false),
        ("p", "https://notopenai.azure.com", false),
        ("p", "https://openai.azure.de", false),
        ("p", "https://openai.azure.com.evil.example", false),
        ("p", "https://b.windows.net/openaix", false),
        ("p", "https://b.windows.net/openai", true),
        ("p", "https://b.windows.net/openai/v1?a", true),
        ("p", "https://b.windows.net/openai?a", true),
        ("p", "https://b.windows.net/", false),
        ("p", "https://windows.net/openai", false),
        ("p", "openai.azure.com", false),
        ("p", "", false),
    ] {
        assert_eq!(stores_responses(name, url), expect, "{name} {url}");
    }
}

#[test]
fn r5_11_the_setting_is_one_of_three() {
    for form in ItemMetadataForm::ALL {
        assert_eq!(ItemMetadataForm::parse(form.as_str()), Ok(form));
    }
    assert_eq!(ItemMetadataForm::parse("both").unwrap_err().code.as_str(), "config-invalid");
}
