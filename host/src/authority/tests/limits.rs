//! Sizes, hosts and types.

use super::client::{Answer, Scene, accepted, error, post, request, token_request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn heads_have_at_most_16_kib() {
    let scene = Scene::start().await;
    let mut headers = scene.ready().await.headers().await;
    headers.push(("x-long".into(), "x".repeat(15 << 10)));
    assert_eq!(scene.verdict(&headers).await, accepted());
    headers.push(("x-longer".into(), "x".repeat(2 << 10)));
    let answer = scene.call(&headers).await;
    assert_eq!(answer.verdict(), error(431, "header-too-large"));
    assert!(answer.header("date").is_some());
}

#[tokio::test]
async fn bodies_have_at_most_1_mib_announced_or_not() {
    let scene = Scene::start().await;
    let headers = scene.ready().await.headers().await;
    let url = scene.authority.responses_url();
    let body = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8)).into_bytes();
    assert_eq!(post(&url, &headers, &body(1 << 20)).await.unwrap().verdict(), accepted());
    let answer: Answer = post(&url, &headers, &body((1 << 20) + 1)).await.unwrap();
    assert_eq!(answer.verdict(), error(413, "body-too-large"));
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let head = "POST /dev/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    assert!(talk(&scene, &format!("{head}{}1\r\nx\r\n", chunk.repeat(16))).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn other_hosts_and_types_are_refused() {
    let scene = Scene::start().await;
    let with_host = |host: &str| format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    for host in ["localhost:1", "127.0.0.1", "[::1]:80", "LocalHost"] {
        assert!(talk(&scene, &with_host(host)).await.starts_with("HTTP/1.1 200 "), "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""] {
        assert!(talk(&scene, &with_host(host)).await.starts_with("HTTP/1.1 421 "), "{host}");
    }
    let url = format!("{}/dev/token", scene.authority.base_url());
    let body = token_request().to_string();
    let plain = [("content-type".to_owned(), "text/plain".to_owned())];
    assert_eq!(request("POST", &url, &plain, body.as_bytes()).await.unwrap().verdict(), error(415, "content-unsupported"));
    let encoded = [("content-encoding".to_owned(), "zstd".to_owned())];
    assert_eq!(post(&url, &encoded, body.as_bytes()).await.unwrap().verdict(), error(415, "content-unsupported"));
}

#[tokio::test]
async fn what_is_not_there_is_said_so_in_json() {
    let scene = Scene::start().await;
    assert_eq!(scene.get("/").await.verdict(), error(404, "not-found"));
    assert_eq!(scene.get("/dev/token").await.verdict(), error(405, "method-not-allowed"));
}

/// Sends text and reads the answer until the connection closes.
async fn talk(scene: &Scene, text: &str) -> String {
    let mut stream = TcpStream::connect(scene.authority.base_url().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = vec![0; 512];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}
