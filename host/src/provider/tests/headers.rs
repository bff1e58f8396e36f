//! Header precedence.

use super::*;
use crate::auth::HeaderField;

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn auth(pairs: &[(&str, &str)]) -> Vec<HeaderField> {
    pairs.iter().map(|(name, value)| ((*name).into(), Secret::from(*value))).collect()
}

fn value(merged: &MergedHeaders, name: &str) -> String {
    let all: Vec<_> = merged.headers.get_all(name).iter().collect();
    assert_eq!(all.len(), 1, "{name} is there once");
    all[0].to_str().unwrap().to_owned()
}

#[test]
fn r11_1_r11_2_e62_the_layers_of_a_request_are_laid_over_each_other() {
    for case in vectors::cases("header-precedence") {
        let provider = Provider::from_config("mine", case.input["provider"].clone(), &context_of(&case)).unwrap();
        let environment = |name: &str| case.input["env"][name].as_str().map(Into::into);
        let (defaults, request) = (case.pairs("defaults"), case.pairs("request"));
        let auth: Vec<HeaderField> = case.pairs("auth").into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
        let layers = HeaderLayers { defaults: &defaults, request: &request, auth: &auth };
        case.check(merge_headers(&provider, &layers, &environment).map(|merged| {
            let headers: serde_json::Map<_, _> =
                merged.headers.keys().map(|name| (name.to_string(), value(&merged, name.as_str()).into())).collect();
            let dropped = merged.dropped.iter().map(|dropped| json!({"name": dropped.name, "reason": dropped.reason.as_str()}));
            json!({"headers": headers, "dropped": dropped.collect::<Vec<_>>()})
        }));
    }
}

#[test]
fn r15_4_values_of_configuration_and_credential_are_sensitive() {
    let provider = custom(json!({"name": "Mine", "http_headers": {"X-Key": "sk-secret"}})).unwrap();
    let auth = auth(&[("authorization", "Bearer sk-secret")]);
    let layers = HeaderLayers { auth: &auth, ..HeaderLayers::default() };
    let merged = merge_headers(&provider, &layers, &|_: &str| None).unwrap();
    assert!(!format!("{merged:?}").contains("sk-secret"));
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
