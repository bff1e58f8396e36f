//! 1-2, 10-2: what retries and later requests of a turn have in common.

use super::*;
use crate::metadata::{Compaction, Implementation, TurnEvent};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn r1_2_retries_are_the_same_bytes_whatever_the_turn_learns_meanwhile() {
    let broken = || vec![Act::Send(events(&[], &[created(), text("half")]))];
    let server = Server::start(vec![refusal(503, "x"), broken(), refusal(500, "x"), whole_stream(), whole_stream()]).await;
    let (session, auth) = (session(), logged_in());
    let (client, turn) = (client(&server, auth, json!({})), session.turn("turn-1"));
    let (request, metadata) = (request(), turn.request());
    let mut answer = client.turn(&request, &metadata);
    while let Some(event) = answer.next().await {
        event.unwrap();
        turn.learn(&TurnEvent::Steered(vec![("team".into(), "b".into())])).unwrap();
        session.compaction_installed().unwrap();
    }
    client.stream(&request, &turn.request()).await.unwrap();
    let arrived = server.arrived();
    let (last, same) = arrived.split_last().unwrap();
    assert_eq!(same.len(), 4);
    for pair in same.windows(2) {
        assert_eq!((&pair[0].text, &pair[0].target), (&pair[1].text, &pair[1].target));
        let without_credential =
            |arrived: &Arrived| arrived.headers.iter().filter(|(name, _)| name != "authorization").cloned().collect::<Vec<_>>();
        assert_eq!(without_credential(&pair[0]), without_credential(&pair[1]));
    }
    // A later request says what is known by then.
    assert_eq!(canonical(last)["team"], "b");
    assert!(canonical(last)["window_number"].as_u64() > Some(0) && canonical(&same[0])["window_number"] == 0);
}

#[tokio::test]
async fn r10_2_all_requests_of_a_turn_share_its_token_and_other_turns_have_none() {
    let first = vec![Act::Send(events(&[("x-codex-turn-state", "sticky")], &[created(), completed()]))];
    let none = answer(200, &[], r#"{"output":[]}"#);
    let server = Server::start(vec![first, whole_stream(), none, whole_stream()]).await;
    let (session, client) = (session(), client(&server, logged_in(), json!({})));
    let turn = session.turn("turn-1");
    client.stream(&request(), &turn.request()).await.unwrap();
    client.stream(&request(), &turn.request()).await.unwrap();
    client.compact(&compaction(), &turn.compaction(Compaction::manual(Implementation::Legacy))).await.unwrap();
    client.stream(&request(), &session.turn("turn-2").request()).await.unwrap();
    let sent: Vec<_> = server.arrived().iter().map(|arrived| arrived.header("x-codex-turn-state").map(ToOwned::to_owned)).collect();
    assert_eq!(sent, [None, Some("sticky".into()), Some("sticky".into()), None]);
    assert!(server.arrived().iter().all(|arrived| !arrived.text.contains("sticky")), "1E: a flat key of messages only");
}
