//! What follows a refusal.

use super::*;

fn refusal(status: u16) -> ResponseFacts {
    ResponseFacts { status: Some(status), date: None, age: None, body: Vec::new(), sent_ms: 0, received_ms: 0 }
}

async fn recovered(auth: &ProviderAuth, status: u16) -> Recovery {
    let credential = auth.authorize(&scoped()).await.unwrap();
    auth.recover(&scoped(), &credential, &refusal(status)).await.unwrap()
}

#[tokio::test]
async fn d1_a_refused_assertion_is_judged_by_its_identity() {
    let recorder = Recorder::recovering(Recovery::Repeat);
    let agent = auth(Provider::openai("1"), agent_login(&recorder));
    assert_eq!(recovered(&agent, 401).await, Recovery::Repeat);
    assert_eq!(*lock(&recorder.asked), ["conversation-1 None", "refused conversation-1 task-123"]);
    let surfaced = Recovery::Surface(Some("rejected-key".into()));
    let agent = auth(Provider::openai("1"), agent_login(&Recorder::recovering(surfaced.clone())));
    assert_eq!(recovered(&agent, 403).await, surfaced);
}

#[tokio::test]
async fn d2_only_a_401_is_repeated() {
    let agent = auth(Provider::openai("1"), agent_login(&Recorder::recovering(Recovery::Repeat)));
    assert_eq!(recovered(&agent, 403).await, Recovery::Surface(None));
    let external = auth(Provider::openai("1"), Login::ExternalChatgptTokens(Tokens::renewable()));
    assert_eq!(recovered(&external, 403).await, Recovery::Surface(None));
}

#[tokio::test]
async fn p8_refused_chatgpt_tokens_are_replaced_where_the_source_can() {
    let external = auth(Provider::openai("1"), Login::ExternalChatgptTokens(Tokens::renewable()));
    assert_eq!(recovered(&external, 401).await, Recovery::Repeat);
    assert_eq!(sent(&external, &scoped()).await.2[0], "Authorization: Bearer access-2");
    let fixed = auth(Provider::openai("1"), Login::ExternalChatgptTokens(Tokens::new()));
    assert_eq!(recovered(&fixed, 401).await, Recovery::Surface(None));
}

#[tokio::test]
async fn p8_a_refused_key_is_surfaced() {
    for login in [Login::ApiKey("k".into()), Login::PersonalAccessToken("at-1".into()), Login::Headers(Vec::new()), Login::None] {
        assert_eq!(recovered(&auth(Provider::openai("1"), login), 401).await, Recovery::Surface(None));
    }
    let own = auth(provider(json!({"experimental_bearer_token": "own"})), Login::None);
    assert_eq!(recovered(&own, 401).await, Recovery::Surface(None));
}

#[cfg(unix)]
#[tokio::test]
async fn r12_6_a_refused_command_token_is_printed_anew_once() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo run >> runs; n=$(wc -l < runs); printf 'tok-%d' $n";
    let members = json!({"auth": {"command": "sh", "args": ["-c", script], "cwd": folder.path()}});
    let command = auth(provider(members), Login::None);
    let (first, second) = (command.authorize(&scoped()).await.unwrap(), command.authorize(&plain()).await.unwrap());
    let (attempt, unauthorized) = (scoped(), refusal(401));
    let both = tokio::join!(command.recover(&attempt, &first, &unauthorized), command.recover(&attempt, &second, &unauthorized));
    assert_eq!((both.0.unwrap(), both.1.unwrap()), (Recovery::Repeat, Recovery::Repeat));
    assert_eq!(sent(&command, &scoped()).await.2, ["Authorization: Bearer tok-2"]);
    assert_eq!(command.recover(&attempt, &first, &refusal(403)).await.unwrap(), Recovery::Surface(None));
    assert_eq!(std::fs::read_to_string(folder.path().join("runs")).unwrap().lines().count(), 2);
}
