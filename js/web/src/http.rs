//! HTTP with `fetch`: no redirects, no cookies, no cache, no referrer; a timeout over the whole exchange, and bodies up to their limits.

use crate::realm::{Timer, fetch};
use agent_identity_core::base_urls::check_url;
use agent_identity_core::flow::{HttpFailure, HttpRequest, HttpResponse};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response, ResponseType,
};

/// Makes a request once. It is stopped when the future is dropped.
pub(crate) async fn send(request: &HttpRequest) -> Result<HttpResponse, HttpFailure> {
    // Only `https`, or `http` to a loopback host, is ever spoken (C7).
    check_url(&request.url).map_err(|_| HttpFailure::Connect)?;
    let stop = Stop(AbortController::new().map_err(|_| HttpFailure::Failed)?);
    let aborting = stop.0.clone();
    let expire = Closure::once_into_js(move || aborting.abort());
    let _timer = Timer::start(f64::from(request.timeout_ms), expire.unchecked_ref());
    let result = exchange(request, &stop.0).await;
    result.map_err(|failure| if stop.0.signal().aborted() { HttpFailure::Timeout } else { failure })
}

/// Ends an exchange that nobody waits for any more.
struct Stop(AbortController);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn exchange(request: &HttpRequest, stop: &AbortController) -> Result<HttpResponse, HttpFailure> {
    let asked = asked(request, stop).map_err(|_| HttpFailure::Failed)?;
    let response: Response = JsFuture::from(fetch(&asked)).await.map_err(|_| HttpFailure::Connect)?.unchecked_into();
    // A browser hides what a redirect says; that it is one is enough to refuse it.
    if response.type_() == ResponseType::Opaqueredirect {
        return Ok(HttpResponse { status: 302, ..HttpResponse::default() });
    }
    let limit = if response.ok() { request.success_limit } else { request.error_limit };
    let read = read_body(&response, usize::try_from(limit).unwrap_or(usize::MAX)).await;
    let (body, truncated) = match read {
        // The status of a refusal says enough; its body only explains (N6).
        Err(_) if !response.ok() && !stop.signal().aborted() => (Vec::new(), false),
        read => read.map_err(|_| HttpFailure::Failed)?,
    };
    Ok(HttpResponse { status: response.status(), headers: pairs(&response.headers()), body, truncated })
}

fn asked(request: &HttpRequest, stop: &AbortController) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    if request.method == "POST" || !request.body.is_empty() {
        init.set_body(&Uint8Array::from(request.body.as_slice()));
    }
    init.set_redirect(RequestRedirect::Manual);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&stop.signal()));
    Request::new_with_str_and_init(&request.url, &init)
}

/// Stops reading at the first byte above the limit, and says whether it did.
async fn read_body(response: &Response, limit: usize) -> Result<(Vec<u8>, bool), JsValue> {
    let mut body = Vec::new();
    let Some(stream) = response.body() else { return Ok((body, false)) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok((body, false));
        }
        let chunk = Reflect::get(&piece, &"value".into())?.unchecked_into::<Uint8Array>().to_vec();
        let room = limit.saturating_sub(body.len());
        if let Some((kept, [_, ..])) = chunk.split_at_checked(room) {
            body.extend_from_slice(kept);
            // Whether the other side hears of it does not matter.
            let _ = JsFuture::from(reader.cancel()).await;
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
}

fn pairs(headers: &Headers) -> Vec<(String, String)> {
    let entries = headers.entries().into_iter().flatten().map(JsCast::unchecked_into::<Array>);
    entries.filter_map(|pair| Some((pair.get(0).as_string()?, pair.get(1).as_string()?))).collect()
}
