use super::*;

#[test]
fn s8_1_auth_mode_is_taken_as_named() {
    for mode in AuthMode::ALL {
        let text = alloc::format!(r#"{{"personal_access_token":"at-1","auth_mode":"{}"}}"#, mode.as_str());
        assert_eq!(auth_mode(text.as_bytes()).unwrap(), mode);
    }
    for bad in [r#"{"auth_mode":"ApiKey"}"#, r#"{"auth_mode":1}"#, r#"{"auth_mode":"apikey","auth_mode":"apikey"}"#] {
        assert_eq!(auth_mode(bad.as_bytes()).unwrap_err().code, Code::RecordInvalid, "{bad}");
    }
}

#[test]
fn s8_1_auth_mode_is_inferred_but_never_as_agent_identity() {
    for (text, mode) in [
        (r#"{"OPENAI_API_KEY":"k","bedrock_api_key":{},"personal_access_token":"at-1"}"#, AuthMode::PersonalAccessToken),
        (r#"{"auth_mode":null,"OPENAI_API_KEY":"k","bedrock_api_key":{}}"#, AuthMode::BedrockApiKey),
        (r#"{"OPENAI_API_KEY":"k","tokens":{},"agent_identity":{}}"#, AuthMode::ApiKey),
        (r#"{"OPENAI_API_KEY":null,"tokens":{}}"#, AuthMode::Chatgpt),
        (r#"{"agent_identity":"a.b.c"}"#, AuthMode::Chatgpt),
        ("{}", AuthMode::Chatgpt),
    ] {
        assert_eq!(auth_mode(text.as_bytes()).unwrap(), mode, "{text}");
    }
}

#[test]
fn s8_1_a_document_that_is_no_object_cannot_be_read() {
    for bad in ["", "null", "[]", "{", "{}}"] {
        assert_eq!(auth_mode(bad.as_bytes()).unwrap_err().code, Code::StoreReadFailed, "{bad}");
    }
    assert_eq!(auth_mode(b"{\"\xff\":1}").unwrap_err().code, Code::StoreReadFailed);
}

#[test]
fn s8_1_access_tokens_have_two_kinds_and_no_third() {
    for (text, kind) in [
        (" at-1\n", Some(AccessTokenKind::PersonalAccessToken)),
        ("at-", Some(AccessTokenKind::PersonalAccessToken)),
        ("AT-1", Some(AccessTokenKind::IdentityJwt)),
        ("eyJ.a.b", Some(AccessTokenKind::IdentityJwt)),
        (" \t\n", None),
        ("", None),
    ] {
        assert_eq!(access_token_kind(text), kind, "{text:?}");
    }
}
