use super::*;
use crate::storage::{FileStorage, MemoryStorage};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::OnceLock;
use zeroize::Zeroizing;

fn component() -> &'static Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    COMPONENT.get_or_init(|| Component::load().unwrap())
}

fn session() -> Session {
    Session::new(component(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

fn read(document: Value) -> Result<StoredLogin, Error> {
    StoredLogin::read(&mut session(), document.to_string().as_bytes())
}

fn code(document: Value) -> String {
    read(document).unwrap_err().code
}

async fn store(document: &str) -> MemoryStorage {
    let storage = MemoryStorage::default();
    storage.store(RECORD, Zeroizing::new(document.as_bytes().to_vec())).await.unwrap();
    storage
}

/// The four sources, each with a key of its own.
struct Sources {
    variables: Vec<(&'static str, &'static str)>,
    api_key_enabled: bool,
    ephemeral: Option<MemoryStorage>,
    modes: Option<Vec<&'static str>>,
    configured: Option<MemoryStorage>,
}

impl Sources {
    async fn all() -> Self {
        Self {
            variables: vec![("CODEX_API_KEY", "sk-variable"), ("CODEX_ACCESS_TOKEN", " at-variable\n")],
            api_key_enabled: true,
            ephemeral: Some(store(r#"{"OPENAI_API_KEY":"sk-ephemeral"}"#).await),
            modes: None,
            configured: Some(store(r#"{"OPENAI_API_KEY":"sk-configured"}"#).await),
        }
    }

    async fn find(&self) -> FoundLogin {
        let environment = |name: &str| self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let sources = LoginSources {
            environment: &environment,
            api_key_enabled: self.api_key_enabled,
            ephemeral: self.ephemeral.as_ref().map(|storage| storage as &dyn Storage),
            ephemeral_modes: self.modes.as_deref(),
            configured: self.configured.as_ref().map(|storage| storage as &dyn Storage),
        };
        find_login(component(), &sources).await.unwrap()
    }
}

fn key(found: &FoundLogin) -> &str {
    match &found.login {
        StoredLogin::ApiKey(key) | StoredLogin::PersonalAccessToken(key) | StoredLogin::IdentityJwt(key) => key.expose(),
        other => panic!("{other:?} {:?}", found.load_error),
    }
}

#[tokio::test]
async fn s8_1_the_first_source_that_holds_a_login_decides() {
    let mut sources = Sources::all().await;
    let found = sources.find().await;
    assert_eq!((found.source, key(&found)), (Some(LoginSource::ApiKeyVariable), "sk-variable"));
    sources.api_key_enabled = false;
    let found = sources.find().await;
    assert_eq!((found.source, key(&found)), (Some(LoginSource::Ephemeral), "sk-ephemeral"));
    sources.modes = Some(vec!["chatgptAuthTokens"]);
    let found = sources.find().await;
    assert_eq!((found.source, key(&found)), (Some(LoginSource::AccessTokenVariable), "at-variable"));
    sources.variables = vec![("CODEX_ACCESS_TOKEN", " \t")];
    let found = sources.find().await;
    assert_eq!((found.source, key(&found)), (Some(LoginSource::Configured), "sk-configured"));
    sources.configured = None;
    let found = sources.find().await;
    assert!(found.source.is_none() && found.load_error.is_none() && matches!(found.login, StoredLogin::None));
}

#[tokio::test]
async fn s8_1_an_access_token_is_a_personal_one_or_an_identity_jwt() {
    let mut sources = Sources { ephemeral: None, api_key_enabled: false, ..Sources::all().await };
    assert!(matches!(sources.find().await.login, StoredLogin::PersonalAccessToken(_)));
    for token in ["eyJ.a.b", "AT-1", "sess-1"] {
        sources.variables = vec![("CODEX_ACCESS_TOKEN", token)];
        let found = sources.find().await;
        assert!(matches!(found.login, StoredLogin::IdentityJwt(_)), "{token}: no third branch");
    }
}

#[tokio::test]
async fn s8_1_a_load_error_means_not_logged_in_and_is_kept() {
    let cases = [
        ("{", "store-read-failed"),
        (r#"{"auth_mode":"other"}"#, "record-invalid"),
        (r#"{"auth_mode":"apikey"}"#, "record-invalid"),
        (r#"{"auth_mode":"agentIdentity"}"#, "auth-material-missing"),
        (r#"{"auth_mode":"chatgpt"}"#, "chatgpt-auth-unavailable"),
    ];
    for (document, code) in cases {
        let sources = Sources { variables: Vec::new(), ephemeral: None, configured: Some(store(document).await), ..Sources::all().await };
        let found = sources.find().await;
        assert!(matches!(found.login, StoredLogin::None));
        assert_eq!(found.source, Some(LoginSource::Configured));
        assert_eq!(found.load_error.unwrap().code, code, "{document}");
    }
}

#[tokio::test]
async fn s8_1_a_store_that_cannot_be_read_decides_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(RECORD)).unwrap();
    let unreadable = FileStorage::open(folder.path()).unwrap();
    let environment = |_: &str| None;
    let none = LoginSources { environment: &environment, api_key_enabled: false, ephemeral: None, ephemeral_modes: None, configured: None };
    let found = find_login(component(), &LoginSources { configured: Some(&unreadable), ..none }).await.unwrap();
    assert!(matches!(found.login, StoredLogin::None));
    assert_eq!(found.load_error.unwrap().code, "store-read-failed");
}

#[test]
fn s8_1_each_mode_reads_its_own_member_only() {
    let tokens = json!({"access_token": "a"});
    assert!(matches!(read(json!({"OPENAI_API_KEY": " k ", "tokens": 1})).unwrap(), StoredLogin::ApiKey(key) if key.expose() == "k"));
    let personal = read(json!({"personal_access_token": "at-1", "OPENAI_API_KEY": null})).unwrap();
    assert!(matches!(personal, StoredLogin::PersonalAccessToken(_)));
    assert!(matches!(read(json!({"bedrock_api_key": {"api_key": "k"}})).unwrap(), StoredLogin::Bedrock(key) if key.expose() == "k"));
    assert!(matches!(read(json!({"tokens": tokens})).unwrap(), StoredLogin::ManagedChatgpt(_)));
    let external = read(json!({"auth_mode": "chatgptAuthTokens", "tokens": tokens})).unwrap();
    assert!(matches!(external, StoredLogin::ExternalChatgptTokens(_)));
    for empty in [json!({}), json!({"agent_identity": "e.y.J"}), json!({"auth_mode": null, "tokens": null})] {
        assert!(matches!(read(empty).unwrap(), StoredLogin::None), "never agentIdentity by inference");
    }
    for (document, expected) in [
        (json!({"auth_mode": "apikey", "OPENAI_API_KEY": " "}), "record-invalid"),
        (json!({"OPENAI_API_KEY": 1}), "record-invalid"),
        (json!({"auth_mode": "personalAccessToken"}), "record-invalid"),
        (json!({"auth_mode": "bedrockApiKey"}), "record-invalid"),
        (json!({"auth_mode": "bedrockApiKey", "bedrock_api_key": {"api_key": " "}}), "record-invalid"),
        (json!({"auth_mode": "headers"}), "record-invalid"),
        (json!({"auth_mode": "chatgptAuthTokens"}), "chatgpt-auth-unavailable"),
        (json!({"tokens": {"access_token": " "}}), "chatgpt-auth-unavailable"),
        (json!({"tokens": {}}), "record-invalid"),
    ] {
        assert_eq!(code(document.clone()), expected, "{document}");
    }
}

#[test]
fn s8_1_an_agent_identity_needs_material() {
    let mut record = json!({
        "agent_runtime_id": "agent-1", "agent_private_key": "k", "account_id": "a", "chatgpt_user_id": "u", "plan_type": "pro",
        "chatgpt_account_is_fedramp": false
    });
    let with = |identity: &Value| json!({"auth_mode": "agentIdentity", "agent_identity": identity});
    assert!(matches!(read(with(&record)).unwrap(), StoredLogin::IdentityRecord));
    assert!(matches!(read(with(&json!("e.y.J"))).unwrap(), StoredLogin::IdentityJwt(_)));
    for missing in [json!(null), json!(""), json!(" ")] {
        assert_eq!(code(with(&missing)), "auth-material-missing");
    }
    record["agent_private_key"] = " ".into();
    assert_eq!(code(with(&record)), "auth-material-missing");
    assert_eq!(code(with(&json!(7))), "record-invalid");
}

fn tokens(claims: Value, account_id: Value) -> StoredTokens {
    let id_token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tokens = json!({"id_token": id_token, "access_token": "access", "refresh_token": "refresh", "account_id": account_id});
    match read(json!({"auth_mode": "chatgpt", "tokens": tokens})).unwrap() {
        StoredLogin::ManagedChatgpt(tokens) => tokens,
        other => panic!("{other:?}"),
    }
}

fn claims() -> Value {
    let chatgpt = json!({
        "chatgpt_account_id": "id-account", "chatgpt_user_id": "user", "chatgpt_plan_type": "pro", "chatgpt_account_is_fedramp": true
    });
    json!({"email": "a@b.example", "https://api.openai.com/auth": chatgpt})
}

#[test]
fn s8_4_the_account_is_the_forced_workspace_or_that_of_the_tokens() {
    let account = |account_id: Value, forced: &[&str]| {
        let forced: Vec<String> = forced.iter().copied().map(Into::into).collect();
        let tokens = tokens(claims(), account_id);
        let login = tokens.managed_login(&forced).unwrap();
        assert_eq!(tokens.bearer(&forced).account_id.as_ref(), Some(&login.account_id));
        login.account_id
    };
    assert_eq!(account(json!("account"), &["forced"]), "forced");
    assert_eq!(account(json!("account"), &["", "forced"]), "forced");
    assert_eq!(account(json!("account"), &["one", "two"]), "account");
    assert_eq!(account(json!("account"), &[""]), "account");
    assert_eq!(account(json!(""), &[]), "id-account");
    assert_eq!(account(json!(null), &[]), "id-account");
}

#[test]
fn s8_4_the_rest_of_the_binding_is_in_the_id_token() {
    let tokens = tokens(claims(), json!("account"));
    let login = tokens.managed_login(&[]).unwrap();
    assert_eq!((login.chatgpt_user_id.as_str(), login.email.as_deref()), ("user", Some("a@b.example")));
    assert_eq!((login.plan_type.as_str(), login.fedramp, login.access_token.as_str()), ("pro", true, "access"));
    assert!(tokens.bearer(&[]).fedramp);
    assert_eq!(tokens.refresh_token().unwrap().expose(), "refresh");
    assert!(!format!("{tokens:?}").contains("access\"") && !format!("{tokens:?}").contains("refresh\""));
}

#[test]
fn s8_4_a_missing_part_of_the_binding_is_named() {
    let without = |member: &str| {
        let mut claims = claims();
        claims["https://api.openai.com/auth"].as_object_mut().unwrap().remove(member);
        tokens(claims, json!(null)).managed_login(&[])
    };
    for (member, what) in [("chatgpt_account_id", "account id"), ("chatgpt_user_id", "user id")] {
        let error = without(member).unwrap_err();
        assert_eq!(error.code, "chatgpt-auth-unavailable");
        assert!(error.message.contains(what), "{error}");
    }
    let login = without("chatgpt_plan_type").unwrap();
    assert_eq!(login.plan_type, "unknown");
    assert!(!without("chatgpt_account_is_fedramp").unwrap().fedramp);
    assert_eq!(tokens(json!({}), json!("account")).managed_login(&[]).unwrap_err().code, "chatgpt-auth-unavailable");
    let unreadable = json!({"tokens": {"id_token": "not-a-jwt", "access_token": "a", "account_id": "account"}});
    let StoredLogin::ManagedChatgpt(unreadable) = read(unreadable).unwrap() else { panic!() };
    assert!(unreadable.managed_login(&[]).unwrap_err().message.contains("user id"));
}
