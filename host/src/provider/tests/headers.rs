//! Header precedence.

use super::*;
use crate::auth::HeaderField;

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn auth(pairs: &[(&str, &str)]) -> Vec<HeaderField> {
    pairs.iter().map(|(name, value)| ((*name).into(), Secret::from(*value))).collect()
}

fn value(merged: &MergedHeaders, name: &str) -> Option<String> {
    let mut all = merged.headers.get_all(name).iter();
    let first = all.next()?.to_str().unwrap().to_owned();
    assert!(all.next().is_none(), "{name} is there twice");
    Some(first)
}

fn dropped(merged: &MergedHeaders) -> Vec<(&str, &str)> {
    merged.dropped.iter().map(|dropped| (dropped.name.as_str(), dropped.reason.as_str())).collect()
}

#[test]
fn r11_1_e62_later_layers_win_whatever_the_case_of_the_name() {
    let provider = custom(json!({
        "name": "Mine",
        "http_headers": {"Originator": "p", "Authorization": "x", "X-One": "http", "X-Two": "http"},
        "env_http_headers": {"x-two": "TWO", "X-Three": "THREE"}
    }))
    .unwrap();
    let environment = |name: &str| Some(name.to_lowercase());
    let defaults = fields(&[("originator", "d"), ("x-one", "d"), ("x-gap", "d")]);
    let request = fields(&[("originator", "r"), ("x-three", "r")]);
    let credential = auth(&[("authorization", "y")]);
    let layers = HeaderLayers { defaults: &defaults, request: &request, auth: &credential };
    let merged = merge_headers(&provider, &layers, &environment).unwrap();
    let expected = [("originator", "r"), ("authorization", "y"), ("x-one", "http"), ("x-two", "two"), ("x-three", "r"), ("x-gap", "d")];
    for (name, expected) in expected {
        assert_eq!(value(&merged, name).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(merged.headers.len(), expected.len());
    assert_eq!(
        dropped(&merged),
        [("Authorization", "overwritten"), ("Originator", "overwritten"), ("X-Three", "overwritten"), ("X-Two", "overwritten")]
    );
    assert!(!format!("{merged:?}").contains("\"y\""), "auth values are sensitive");
}

#[test]
fn r11_2_illegal_fields_are_skipped_and_reported_by_name() {
    let provider = custom(json!({
        "name": "Mine",
        "http_headers": {"X-Bad": "sécret", "bad name": "v", "X-Empty": "", "X-Space": " v", "X-Ok": "v"},
        "env_http_headers": {"X-Unset": "UNSET", "X-Blank": "BLANK", "X-Line": "LINE"}
    }))
    .unwrap();
    let environment = |name: &str| match name {
        "BLANK" => Some(" ".to_owned()),
        "LINE" => Some("a\nb".to_owned()),
        _ => None,
    };
    let request = fields(&[("x-request", "東")]);
    let merged = merge_headers(&provider, &HeaderLayers { request: &request, ..HeaderLayers::default() }, &environment).unwrap();
    let expected = [
        ("X-Bad", "illegal"),
        ("X-Blank", "empty"),
        ("X-Empty", "empty"),
        ("X-Line", "illegal"),
        ("X-Space", "illegal"),
        ("X-Unset", "empty"),
        ("bad name", "illegal"),
        ("x-request", "illegal"),
    ];
    assert_eq!(dropped(&merged), expected);
    assert_eq!(merged.headers.len(), 1);
    assert_eq!(value(&merged, "x-ok").as_deref(), Some("v"));
}

#[test]
fn r11_2_the_openai_provider_adds_its_fields() {
    let environment = |name: &str| (name == "OPENAI_ORGANIZATION").then(|| "org-1".to_owned());
    let merged = merge_headers(&Provider::openai("1.2.3"), &HeaderLayers::default(), &environment).unwrap();
    assert_eq!(value(&merged, "version").as_deref(), Some("1.2.3"));
    assert_eq!(value(&merged, "openai-organization").as_deref(), Some("org-1"));
    assert_eq!(value(&merged, "openai-project"), None);
    assert_eq!(dropped(&merged), [("OpenAI-Project", "empty")]);

    let named = custom(json!({"name": "OpenAI", "http_headers": {"Version": "9"}, "env_http_headers": {"openai-project": "P"}})).unwrap();
    let merged = merge_headers(&named, &HeaderLayers::default(), &|name: &str| (name == "P").then(|| "p-1".to_owned())).unwrap();
    assert_eq!(value(&merged, "version").as_deref(), Some("9"));
    assert_eq!(value(&merged, "openai-project").as_deref(), Some("p-1"));
    let other = custom(json!({"name": "openai"})).unwrap();
    assert!(merge_headers(&other, &HeaderLayers::default(), &environment).unwrap().headers.is_empty());
}

#[test]
fn a6_a_credential_is_never_left_out_silently() {
    let credential = auth(&[("Authorization", "Bearer sk-secret\n")]);
    let layers = HeaderLayers { auth: &credential, ..HeaderLayers::default() };
    let error = merge_headers(&Provider::openai("1"), &layers, &|_: &str| None).unwrap_err();
    assert_eq!(error.code, "config-invalid");
    assert!(error.message.contains("Authorization") && !error.message.contains("sk-secret"));
}

#[test]
fn c5_the_field_of_older_generations_is_never_sent() {
    let provider = custom(json!({"name": "Mine", "http_headers": {"X-OpenAI-Authorization": "a"}})).unwrap();
    let request = fields(&[("x-openai-authorization", "b")]);
    let credential = auth(&[("X-OPENAI-AUTHORIZATION", "c")]);
    let layers = HeaderLayers { request: &request, auth: &credential, ..HeaderLayers::default() };
    let merged = merge_headers(&provider, &layers, &|_: &str| None).unwrap();
    assert!(merged.headers.is_empty());
    assert!(merged.dropped.iter().all(|dropped| dropped.reason == DropReason::Reserved) && merged.dropped.len() == 3);
}
