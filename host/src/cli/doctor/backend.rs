//! Checks that ask the backend: whether it answers, and what time it has.

use super::Check;
use crate::cli::backend::Backend;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::home::Home;
use crate::http::ReqwestHttp;
use crate::ports::{Clock, Http, HttpFailure, HttpRequest, HttpResponse};
use crate::system::SystemClock;
use crate::types::agents::SkewInputs;
use crate::{Component, Session};

/// Far enough off to be worth a word, in seconds; a `Date` field is only good for whole ones.
const NOTICEABLE_S: u64 = 5;

/// Reachability and clock.
pub async fn checks(context: &Context, component: &Component, home: &Home, backend: &Backend) -> Vec<Check> {
    let begun = async {
        let mut session = context.session(component)?;
        let base = backend.resolve(home, &mut session).await?;
        Ok::<_, Failure>((session, base))
    };
    let (mut session, base) = match begun.await {
        Ok(begun) => begun,
        Err(failure) => return vec![Check::failed("backend", failure)],
    };
    let sent_ms = SystemClock.now_ms();
    let progress = context.progress("asking the backend");
    let answer = ask(&base).await;
    progress.done();
    let response = match answer {
        Ok(response) => response,
        Err(why) => {
            let next = "check the network and the URL; --authapi-base URL tries another";
            return vec![Check::fail("backend", format!("{base} does not answer: {why}"), next)];
        }
    };
    let reached = Check::ok("backend", format!("{base} answers (HTTP {})", response.status));
    vec![reached, clock(&mut session, &response, sent_ms)]
}

async fn ask(base: &str) -> Result<HttpResponse, String> {
    let http = ReqwestHttp::new().map_err(|error| format!("no HTTP client can be made: {error}"))?;
    let request = HttpRequest {
        method: "GET".into(),
        url: base.into(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 5000,
        success_limit: 1024,
        error_limit: 1024,
    };
    http.send(request).await.map_err(|failure| match failure {
        HttpFailure::Connect => "the connection was not made (only https, or http on a loopback host, is tried)".to_owned(),
        other => other.to_string(),
    })
}

/// Compares the clocks by the rule that rejected requests are judged by (D3).
fn clock(session: &mut Session, response: &HttpResponse, sent_ms: i64) -> Check {
    let field = |wanted: &str| response.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let inputs =
        SkewInputs { sent_ms, received_ms: SystemClock.now_ms(), date: field("date"), age: field("age"), offset_ms: 0, threshold_s: None };
    let skew_ms = match session.measure_skew(&inputs) {
        Ok(measured) => measured.skew_ms,
        Err(error) => return Check::failed("clock", error.into()),
    };
    let Some(skew_ms) = skew_ms else {
        return Check::warn("clock", "the backend's answer does not tell its time", "compare the clock with another source");
    };
    let (off_s, direction) = (skew_ms.unsigned_abs() / 1000, if skew_ms > 0 { "behind" } else { "ahead of" });
    let finding = format!("this machine's clock is {off_s} s {direction} the backend's");
    let next = "set it: on Linux, timedatectl set-ntp true";
    match off_s {
        0..=NOTICEABLE_S => Check::ok("clock", format!("this machine's clock is within {} s of the backend's", off_s.max(1))),
        // A header ten seconds ahead is refused, one up to 300 s behind is accepted.
        _ if (skew_ms > 0 && off_s < 240) || off_s < 10 => Check::warn("clock", finding, next),
        _ => Check::fail("clock", finding, next),
    }
}
