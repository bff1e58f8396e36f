use crate::responses::tests::scene::*;
use crate::responses::{ApiErrorKind, RateLimitSnapshot, ResponseEvent};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// The stream that a server with this script gives.
async fn opened(acts: Vec<Act>, members: serde_json::Value) -> (crate::responses::ResponseStream, Server) {
    let server = Server::start(vec![acts]).await;
    let stream = client(&server, CountingAuth::new(), members).stream(&request(), &metadata()).await.unwrap();
    (stream, server)
}

fn sent(data: &[serde_json::Value]) -> Vec<Act> {
    vec![Act::Send(events(&[], data))]
}

#[tokio::test(start_paused = true)]
async fn events_arrive_whole_however_their_bytes_do() {
    let data = [created(), text("Héllo "), text("東京"), completed()];
    for act in [Act::Send(events(&[], &data)), Act::Trickle(events(&[], &data))] {
        let (stream, _server) = opened(vec![act], json!({})).await;
        let (events, error) = read(stream).await;
        assert_eq!((texts(&events).as_str(), events.len(), error), ("Héllo 東京", 4, None));
    }
}

#[tokio::test]
async fn rate_limits_of_the_header_fields_come_first() {
    let fields =
        [("x-codex-primary-used-percent", "5"), ("x-other-primary-used-percent", "6"), ("x-request-id", "req-1"), ("openai-model", "m-2")];
    let (stream, _server) = opened(vec![Act::Send(events(&fields, &[created(), completed()]))], json!({})).await;
    assert_eq!((stream.facts().request_id.as_deref(), stream.facts().model.as_deref()), (Some("req-1"), Some("m-2")));
    let limits = stream.facts().rate_limits.clone();
    let (events, _) = read(stream).await;
    let told: Vec<RateLimitSnapshot> = events
        .iter()
        .map_while(|event| match event {
            ResponseEvent::RateLimits(limit) => Some(limit.clone()),
            _ => None,
        })
        .collect();
    assert_eq!((told.len(), told), (2, limits));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_its_last_event_is_an_error() {
    for data in [vec![], vec![created()], vec![created(), text("x")]] {
        let (stream, _server) = opened(sent(&data), json!({})).await;
        let (events, error) = read(stream).await;
        assert_eq!(events.len(), data.len());
        let error = error.unwrap();
        assert_eq!((error.kind(), error.code()), (ApiErrorKind::StreamUnfinished, "stream-unfinished"));
    }
    // The last event without the blank line that ends it may be half of it.
    let mut unfinished = events(&[], &[created(), completed()]);
    unfinished.pop();
    let (stream, _server) = opened(vec![Act::Send(unfinished)], json!({})).await;
    assert_eq!(read(stream).await.1.unwrap().code(), "stream-unfinished");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_midway_is_an_error() {
    let chunk = "2d\r\nevent: x\ndata: {\"type\":\"response.created\",\"a\":1}\r\n\r\n";
    let chunked =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.split_at(9).0);
    for acts in [vec![Act::Send(chunked.clone().into())], vec![Act::Send(chunked.into()), Act::Reset]] {
        let (stream, _server) = opened(acts, json!({})).await;
        let error = read(stream).await.1.unwrap();
        assert_eq!((error.kind(), error.code()), (ApiErrorKind::StreamBroken, "stream-broken"));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_stream_and_comments_do_not_keep_it_alive() {
    let members = json!({"stream_idle_timeout_ms": 4000});
    let (mut stream, server) = opened(vec![Act::Send(events(&[], &[created()])), Act::Stall], members.clone()).await;
    assert!(stream.next().await.unwrap().is_ok());
    let began = Instant::now();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ApiErrorKind::StreamIdle, "stream-idle-timeout"));
    assert_eq!(began.elapsed(), Duration::from_secs(4));
    // The connection is closed with the error, not with the stream.
    server.done().await;
    assert!(stream.next().await.is_none());

    let (mut stream, server) = opened(vec![Act::Send(events(&[], &[])), Act::Flood(b": keep-alive\n\n".to_vec())], members).await;
    let waiting = tokio::spawn(async move { stream.next().await });
    // The flood never lets the clock run by itself.
    while !waiting.is_finished() {
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    assert_eq!(waiting.await.unwrap().unwrap().unwrap_err().code(), "stream-idle-timeout");
    server.done().await;
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_given_up_and_taken_up_again() {
    let (mut stream, _server) =
        opened(vec![Act::Send(events(&[], &[created()])), Act::Stall], json!({"stream_idle_timeout_ms": 4000})).await;
    stream.next().await.unwrap().unwrap();
    let began = Instant::now();
    for _ in 0..3 {
        assert!(tokio::time::timeout(Duration::from_secs(1), stream.next()).await.is_err());
    }
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), "stream-idle-timeout");
    assert_eq!(began.elapsed(), Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn what_arrived_in_time_is_not_lost_to_a_reader_who_is_late() {
    let (mut stream, _server) = opened(sent(&[created(), text("x"), completed()]), json!({"stream_idle_timeout_ms": 1000})).await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(stream.next().await.unwrap().is_ok());
    }
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn an_event_above_the_bound_is_an_error_and_the_connection_is_left() {
    let flood = vec![Act::Send(events(&[], &[created()])), Act::Send(b"data: ".to_vec()), Act::Flood(vec![b'x'; 4096])];
    let server = Server::start(vec![flood]).await;
    let client = builder(&server, CountingAuth::new(), json!({})).most_bytes(50_000).build().unwrap();
    let (events, error) = read(client.stream(&request(), &metadata()).await.unwrap()).await;
    let error = error.unwrap();
    assert_eq!((events.len(), error.kind(), error.code()), (1, ApiErrorKind::EventTooLarge, "event-too-large"));
    server.done().await;
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let (mut stream, server) = opened(vec![Act::Send(events(&[], &[created()])), Act::Stall], json!({})).await;
    stream.next().await.unwrap().unwrap();
    drop(stream);
    server.done().await;
}

#[tokio::test]
async fn dropping_a_request_closes_its_connection() {
    let server = Server::start(vec![vec![Act::Stall]]).await;
    let client = client(&server, CountingAuth::new(), json!({}));
    let asked = tokio::spawn(async move { client.stream(&request(), &metadata()).await });
    while server.arrived().is_empty() {
        tokio::task::yield_now().await;
    }
    asked.abort();
    server.done().await;
}

#[tokio::test]
async fn nothing_follows_the_last_event() {
    for last in [completed(), json!({"type": "response.incomplete", "response": {}})] {
        let (stream, _server) = opened(sent(&[created(), last, text("late")]), json!({})).await;
        let (events, error) = read(stream).await;
        assert_eq!((events.len(), texts(&events).as_str(), error), (2, "", None));
    }
    let failed = json!({"type": "response.failed", "response": {"error": {"code": "insufficient_quota", "message": "Pay."}}});
    let fields = [("x-request-id", "req-1")];
    let (stream, _server) = opened(vec![Act::Send(events(&fields, &[created(), failed, text("late")]))], json!({})).await;
    let (events, error) = read(stream).await;
    let error = error.unwrap();
    assert_eq!((events.len(), error.code(), error.request_id()), (1, "quota-exceeded", Some("req-1")));
}

#[tokio::test]
async fn a_sentinel_of_other_services_is_no_event() {
    let mut bytes = events(&[], &[created(), completed()]);
    let at = bytes.windows(7).position(|window| window == b"event: ").unwrap();
    bytes.splice(at..at, *b"data: [DONE]\n\n");
    let (stream, _server) = opened(vec![Act::Send(bytes)], json!({})).await;
    assert_eq!(read(stream).await.0.len(), 2);
}

#[tokio::test]
async fn a_page_instead_of_a_stream_is_not_tried_again() {
    for content_type in ["text/html; charset=utf-8", "application/json"] {
        let server = Server::start(vec![answer(200, &[("content-type", content_type)], "{}")]).await;
        let error = client(&server, CountingAuth::new(), json!({})).stream(&request(), &metadata()).await.unwrap_err();
        assert_eq!((error.code(), error.is_broken_stream()), ("response-undecodable", false));
    }
}

#[tokio::test]
async fn a_connection_is_used_again_after_a_stream_that_was_read_to_its_end() {
    use crate::driver::lock;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let connections = Arc::new(Mutex::new(0));
    let counted = connections.clone();
    let served = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            *lock(&counted) += 1;
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await.is_ok_and(|length| length > 0) {
                    let data = format!("data: {}\n\n", completed());
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
                    let answer = format!("{head}{:x}\r\n{data}\r\n0\r\n\r\n", data.len());
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    let provider = provider(&base_url, json!({}));
    let client = crate::responses::ResponsesClient::builder(provider, CountingAuth::new()).build().unwrap();
    for _ in 0..3 {
        let (events, error) = read(client.stream(&request(), &metadata()).await.unwrap()).await;
        assert_eq!((events.len(), error), (1, None));
        // The end of the body is read in the background.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(*lock(&connections), 1);
    served.abort();
}
