use super::*;
use std::io::ErrorKind;
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a connection after it has read the request.
enum Act {
    Send(&'static [u8]),
    /// Sends the same bytes until the client goes away.
    Flood(&'static [u8]),
    /// Keeps the connection open, silent, until the client goes away.
    Stall,
}

/// Serves one connection; gives its URL and the request it got.
async fn serve(acts: Vec<Act>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/path?x=1", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        for act in acts {
            match act {
                Act::Send(bytes) => stream.write_all(bytes).await.unwrap(),
                Act::Flood(bytes) => while stream.write_all(bytes).await.is_ok() {},
                Act::Stall => assert!(stream.read(&mut [0; 64]).await.is_ok_and(|length| length == 0)),
            }
        }
        request
    });
    (url, served)
}

/// Head, and as much body as `content-length` says.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text.into_owned();
            }
        }
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request ended early");
    }
}

fn post(url: &str) -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        url: url.into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: b"{}".to_vec(),
        timeout_ms: 10_000,
        success_limit: 1024,
        error_limit: 16,
    }
}

async fn send(request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
    ReqwestHttp::new().unwrap().send(request).await
}

/// The answer of a server that sends `bytes` and closes.
async fn answer(bytes: &'static [u8]) -> Result<HttpResponse, HttpFailure> {
    let (url, _) = serve(vec![Act::Send(bytes)]).await;
    send(post(&url)).await
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_and_the_answer_comes_back() {
    let (url, served) = serve(vec![Act::Send(
        b"HTTP/1.1 201 Created\r\nDate: Thu, 23 Apr 2026 00:00:00 GMT\r\nX-B: 2\r\nX-A: 1\r\nx-b: \xff3\r\ncontent-length: 4\r\n\r\nbody",
    )])
    .await;
    let mut request = post(&url);
    request.headers = [("Z-Last", "1"), ("content-type", "application/json"), ("authorization", "AgentAssertion abc"), ("a-first", "ü")]
        .map(|(name, value)| (name.into(), value.into()))
        .into();
    request.body = b"{\"k\":1}".to_vec();
    let response = send(request).await.unwrap();
    let host = url.trim_start_matches("http://").trim_end_matches("/path?x=1");
    let expected = format!(
        "POST /path?x=1 HTTP/1.1\r\nz-last: 1\r\ncontent-type: application/json\r\nauthorization: AgentAssertion abc\r\na-first: ü\r\n\
         accept: */*\r\nhost: {host}\r\ncontent-length: 7\r\n\r\n{{\"k\":1}}"
    );
    assert_eq!(served.await.unwrap(), expected);
    assert_eq!((response.status, response.body.as_slice(), response.truncated), (201, b"body".as_slice(), false));
    let names: Vec<_> = response.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [("date", "Thu, 23 Apr 2026 00:00:00 GMT"), ("x-b", "2"), ("x-b", "\u{fffd}3"), ("x-a", "1"), ("content-length", "4")];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_get_without_body_sends_no_length_and_an_own_accept_stays() {
    let (url, served) = serve(vec![Act::Send(b"HTTP/1.1 204 No Content\r\n\r\n")]).await;
    let mut request = post(&url);
    (request.method, request.body, request.headers) = ("GET".into(), Vec::new(), vec![("accept".into(), "application/json".into())]);
    assert_eq!(send(request).await.unwrap().status, 204);
    let sent = served.await.unwrap();
    assert!(sent.starts_with("GET /path?x=1 HTTP/1.1\r\naccept: application/json\r\nhost: ") && !sent.contains("content-length"), "{sent}");
}

#[tokio::test]
async fn k14_the_authorization_value_is_marked_and_never_shown() {
    let mut request = post("https://example.com");
    request.headers.push(("Authorization".into(), "AgentAssertion secret-token".into()));
    assert!(!format!("{request:?}").contains("secret-token"));
    let prepared = prepare(request).unwrap();
    assert!(prepared.headers()["authorization"].is_sensitive() && !prepared.headers()["content-type"].is_sensitive());
    assert!(!format!("{prepared:?}").contains("secret-token"));
}

#[tokio::test]
async fn c7_a_redirect_is_an_answer_and_is_not_followed() {
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("http://{}/stolen", target.local_addr().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n").leak();
        let response = answer(head.as_bytes()).await.unwrap();
        assert_eq!(response.status, status);
        assert!(response.headers.contains(&("location".into(), location.clone())));
    }
    let visitor = tokio::time::timeout(Duration::from_millis(50), target.accept()).await;
    assert!(visitor.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn c7_a_client_that_follows_redirects_gets_no_answer_through() {
    let (target, _) = serve(vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")]).await;
    let head = format!("HTTP/1.1 307 Moved\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n").leak();
    let (url, _) = serve(vec![Act::Send(head.as_bytes())]).await;
    let http = ReqwestHttp::with_client(Client::builder().no_proxy().build().unwrap());
    assert_eq!(http.send(post(&url)).await.unwrap_err(), HttpFailure::Failed);
}

#[tokio::test]
async fn c7_only_https_and_loopback_http_are_spoken() {
    for url in ["https://example.com/x", "http://localhost:1/", "http://127.0.0.1/", "http://127.9.9.9:80/", "http://[::1]:8080/"] {
        assert!(is_allowed(&Url::parse(url).unwrap()), "{url}");
    }
    for url in [
        "http://example.com/",
        "http://localhost.example.com/",
        "http://localhost./",
        "http://127.0.0.1.example.com/",
        "http://128.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://user@localhost/",
        "https://user:word@example.com/",
        "https://:word@example.com/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "unix:/run/socket",
        "//example.com",
        "",
    ] {
        assert_eq!(send(post(url)).await.unwrap_err(), HttpFailure::Connect, "{url}");
    }
}

#[tokio::test]
async fn n7_bodies_end_at_the_limit_of_their_kind() {
    let full = answer(b"HTTP/1.1 500 Oops\r\ncontent-length: 16\r\n\r\n0123456789abcdef").await.unwrap();
    assert_eq!((full.body.as_slice(), full.truncated), (b"0123456789abcdef".as_slice(), false));
    let cut = answer(b"HTTP/1.1 500 Oops\r\ncontent-length: 17\r\n\r\n0123456789abcdefg").await.unwrap();
    assert_eq!((cut.body.as_slice(), cut.truncated), (b"0123456789abcdef".as_slice(), true));
    let success = answer(b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n0123456789abcdefg").await.unwrap();
    assert_eq!((success.body.len(), success.truncated), (17, false));
    let chunked =
        answer(b"HTTP/1.1 403 No\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n").await.unwrap();
    assert_eq!((chunked.body.as_slice(), chunked.truncated), (b"0123456789012345".as_slice(), true));
}

#[tokio::test]
async fn n7_an_endless_body_is_left_at_the_limit() {
    for (head, limit) in [(b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), 1024), (b"HTTP/1.1 400 Bad\r\n\r\n", 16)] {
        let (url, served) = serve(vec![Act::Send(head), Act::Flood(&[b'x'; 4096])]).await;
        let response = send(post(&url)).await.unwrap();
        assert_eq!((response.body.len(), response.truncated), (limit, true));
        // The flood ends because the connection was closed.
        served.await.unwrap();
    }
}

#[tokio::test]
async fn the_timeout_covers_head_and_body() {
    for acts in [
        vec![Act::Stall],
        vec![Act::Send(b"HTTP/1.1 200 OK\r\nconte"), Act::Stall],
        vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01234"), Act::Stall],
    ] {
        let (url, served) = serve(acts).await;
        let mut request = post(&url);
        request.timeout_ms = 150;
        assert_eq!(send(request).await.unwrap_err(), HttpFailure::Timeout);
        served.await.unwrap();
    }
}

#[tokio::test]
async fn broken_answers_fail() {
    for bytes in [
        b"".as_slice(),
        b"HTTP/1.1 200 OK\r\nconte",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n01234",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n01234",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let result = answer(bytes).await;
        assert_eq!(result.unwrap_err(), HttpFailure::Failed, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[tokio::test]
async fn n6_a_refusal_with_an_unreadable_body_keeps_its_status() {
    let broken = answer(b"HTTP/1.1 503 Later\r\nretry-after: 7\r\ncontent-length: 10\r\n\r\n01234").await.unwrap();
    assert_eq!((broken.status, broken.body.len(), broken.truncated), (503, 0, false));
    assert!(broken.headers.contains(&("retry-after".into(), "7".into())));
    let (url, _) = serve(vec![Act::Send(b"HTTP/1.1 401 No\r\ncontent-length: 10\r\n\r\n01234"), Act::Stall]).await;
    let mut request = post(&url);
    request.timeout_ms = 150;
    let slow = send(request).await.unwrap();
    assert_eq!((slow.status, slow.body.len()), (401, 0));
}

#[tokio::test]
async fn a_port_nobody_listens_on_and_a_tls_failure_are_connect_failures() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(send(post(&format!("http://{address}/"))).await.unwrap_err(), HttpFailure::Connect);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        if let Err(error) = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
    });
    assert_eq!(send(post(&url)).await.unwrap_err(), HttpFailure::Connect);
    server.await.unwrap();
}

#[tokio::test]
async fn what_http_does_not_allow_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    for (name, value) in [("x", "a\r\nb: c"), ("x y", "1"), ("", "1"), ("x\n", "1")] {
        let mut request = post(&url);
        request.headers.push((name.into(), value.into()));
        assert_eq!(send(request).await.unwrap_err(), HttpFailure::Failed, "{name:?}: {value:?}");
    }
    let mut request = post(&url);
    request.method = "GET /x HTTP/1.1\r\n".into();
    assert_eq!(send(request).await.unwrap_err(), HttpFailure::Failed);
    assert!(tokio::time::timeout(Duration::from_millis(20), listener.accept()).await.is_err());
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let http = ReqwestHttp::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut requests = Vec::new();
        for _ in 0..2 {
            requests.push(read_request(&mut stream).await);
            stream.write_all(b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
        requests
    });
    for _ in 0..2 {
        assert_eq!(http.send(post(&url)).await.unwrap().status, 200);
    }
    assert!(served.await.unwrap().iter().all(|request| !request.contains("cookie")));
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let http = ReqwestHttp::new().unwrap();
    let sending = tokio::spawn(async move { http.send(post(&url)).await.map(|_| ()) });
    let (mut stream, _) = listener.accept().await.unwrap();
    read_request(&mut stream).await;
    sending.abort();
    assert_eq!(stream.read(&mut [0; 64]).await.unwrap(), 0);
    assert!(sending.await.unwrap_err().is_cancelled());
}

#[test]
fn k14_logged_urls_hold_no_credentials_and_no_query() {
    let url = Url::parse("https://user:word@example.com:8443/a/b?token=x#y").unwrap();
    assert_eq!(shown(&url), "https://example.com:8443/a/b");
    assert_eq!(shown(&Url::parse("http://[::1]/").unwrap()), "http://[::1]/");
    assert_eq!(format!("{:?}", ReqwestHttp::new().unwrap()), "ReqwestHttp");
}

/// The environment of a process cannot be changed safely from inside, so the test starts itself again with proxies set.
#[tokio::test]
async fn the_proxies_of_the_environment_are_not_used() {
    const VARIABLES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    if std::env::var_os("HTTP_TEST_CHILD").is_some() {
        assert_eq!(answer(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap().status, 200);
        return;
    }
    let module = module_path!().split_once("::").unwrap().1;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("{module}::the_proxies_of_the_environment_are_not_used")]).env("HTTP_TEST_CHILD", "1");
    for variable in VARIABLES {
        child.env(variable, "http://127.0.0.1:1");
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}
