use super::*;
use crate::responses::ApiErrorKind;
use crate::responses::tests::scene::*;
use serde_json::json;
use tokio::time::Instant;

/// Everything that happens in a turn, and how it ends.
async fn run(mut turn: Turn<'_>) -> (Vec<TurnEvent>, Option<ApiError>) {
    let mut events = Vec::new();
    loop {
        match turn.next().await {
            Some(Ok(event)) => events.push(event),
            Some(Err(error)) => {
                assert!(turn.next().await.is_none());
                return (events, Some(error));
            }
            None => return (events, None),
        }
    }
}

fn broken() -> Vec<Act> {
    vec![Act::Send(events(&[], &[created(), text("half")]))]
}

/// The texts that count: those after the last restart.
fn counted(events: &[TurnEvent]) -> String {
    let from = events.iter().rposition(|event| matches!(event, TurnEvent::Restarting { .. })).map_or(0, |at| at + 1);
    let response = |event: &TurnEvent| match event {
        TurnEvent::Response(event) => Some(event.clone()),
        TurnEvent::Started | TurnEvent::Restarting { .. } => None,
    };
    texts(&events[from..].iter().filter_map(response).collect::<Vec<_>>())
}

fn restarts(events: &[TurnEvent]) -> Vec<(u32, u128, String)> {
    let restart = |event: &TurnEvent| match event {
        TurnEvent::Restarting { retry, delay, error } => Some((*retry, delay.as_millis(), error.code().to_owned())),
        TurnEvent::Started | TurnEvent::Response(_) => None,
    };
    events.iter().filter_map(restart).collect()
}

#[tokio::test(start_paused = true)]
async fn r11_8_a_broken_stream_is_taken_up_again_with_credentials_of_its_own() {
    let server = Server::start(vec![broken(), refusal(503, "x"), broken(), whole_stream()]).await;
    let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
    let (events, error) = run(client.turn(&request, &metadata())).await;
    assert_eq!((counted(&events).as_str(), error), ("Hello", None));
    let expected = [(1, 200, "stream-unfinished".to_owned()), (2, 400, "stream-unfinished".to_owned())];
    assert_eq!(restarts(&events), expected);
    let arrived = server.arrived();
    assert_eq!(gaps(&arrived).iter().map(Duration::as_millis).collect::<Vec<_>>(), [200, 200, 400]);
    let tokens: Vec<_> = arrived.iter().map(|arrived| arrived.header("authorization").unwrap()).collect();
    assert_eq!(tokens, ["Bearer token-number-1", "Bearer token-number-2", "Bearer token-number-3", "Bearer token-number-4"]);
}

#[tokio::test(start_paused = true)]
async fn r11_8_a_turn_ends_after_the_providers_stream_retries() {
    for retries in [0, 2] {
        let server = Server::start((0..=retries).map(|_| broken()).collect()).await;
        let (client, request) = (client(&server, CountingAuth::new(), json!({"stream_max_retries": retries})), request());
        let (events, error) = run(client.turn(&request, &metadata())).await;
        let error = error.unwrap();
        assert_eq!((error.kind(), error.error().attempts), (ApiErrorKind::StreamUnfinished, Some(retries + 1)));
        assert_eq!(restarts(&events).len(), retries as usize);
        server.done().await;
    }
}

#[tokio::test(start_paused = true)]
async fn r11_8_failures_that_are_not_of_the_stream_end_the_turn() {
    let failed = |code: &str| {
        let event = json!({"type": "response.failed", "response": {"error": {"code": code, "message": "m"}}});
        vec![Act::Send(events(&[], &[created(), event]))]
    };
    for (script, code) in [
        (refusal(400, "x"), "request-invalid"),
        (refusal(429, "x"), "rate-limited"),
        (failed("context_length_exceeded"), "context-window-exceeded"),
        (failed("insufficient_quota"), "quota-exceeded"),
        (failed("server_is_overloaded"), "server-overloaded"),
    ] {
        let server = Server::start(vec![script, whole_stream()]).await;
        let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
        let (_, error) = run(client.turn(&request, &metadata())).await;
        assert_eq!((error.unwrap().code(), server.arrived().len()), (code, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_gives_up_may_say_how_long_to_wait() {
    let failed = |message: &str| {
        let error = json!({"code": "rate_limit_exceeded", "message": message});
        vec![Act::Send(events(&[], &[created(), json!({"type": "response.failed", "response": {"error": error}})]))]
    };
    for (message, delay) in [("Please try again in 11.054s.", 11_054), ("try again in 5ms", 200), ("no number", 200)] {
        let server = Server::start(vec![failed(message), whole_stream()]).await;
        let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
        let began = Instant::now();
        let (events, error) = run(client.turn(&request, &metadata())).await;
        assert_eq!((restarts(&events), error), (vec![(1, delay, "rate-limited".to_owned())], None));
        assert_eq!(began.elapsed().as_millis(), delay);
    }
    let server = Server::start(vec![failed("try again in 61s"), whole_stream()]).await;
    let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
    let (events, error) = run(client.turn(&request, &metadata())).await;
    assert_eq!((restarts(&events), error.unwrap().retry_after()), (vec![], Some(Duration::from_secs(61))));
}

#[tokio::test(start_paused = true)]
async fn r10_2_a_turn_keeps_its_token_when_it_is_sent_again() {
    let first = vec![Act::Send(events(&[("x-codex-turn-state", "sticky")], &[created()]))];
    let server = Server::start(vec![first, whole_stream(), whole_stream()]).await;
    let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
    for _ in 0..2 {
        assert!(run(client.turn(&request, &metadata())).await.1.is_none());
    }
    let sent: Vec<_> = server.arrived().iter().map(|arrived| arrived.header("x-codex-turn-state").map(ToOwned::to_owned)).collect();
    assert_eq!(sent, [None, Some("sticky".into()), None]);
}

#[tokio::test]
async fn nothing_is_sent_before_a_turn_is_asked() {
    let server = Server::start(vec![]).await;
    let (client, request) = (client(&server, CountingAuth::new(), json!({})), request());
    drop(client.turn(&request, &metadata()));
    assert!(server.arrived().is_empty());
}
