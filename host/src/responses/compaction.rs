//! Compaction by a request that ends with a trigger: compact v2 (3-16).

use super::event::{Completed, OutputItem, ResponseEvent, TokenUsage};
use super::failure::{ApiError, ApiErrorKind};
use super::metadata::RequestMetadata;
use super::request::ResponsesRequest;
use super::turn::{Sender, Turn, TurnEvent};
use super::websocket::ResponsesSession;
use super::{ResponsesClient, unbuildable};
use crate::error::Error;
use crate::metadata::Kind;
use serde_json::{Value, json};
use std::fmt;

/// What a history is compacted to. `Debug` shows no content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CompactedV2 {
    /// The one item of type `compaction`, as the API writes it.
    pub item: Value,
    /// The server's name for the response.
    pub response_id: Option<String>,
    /// Tokens used, where the server says.
    pub usage: Option<TokenUsage>,
}

/// A broken stream is taken up again at most so often (3-16).
const MOST_RETRIES: u32 = 2;

const TRIGGER: &str = "compaction_trigger";

impl ResponsesClient {
    /// POST `responses` with a history that ends with one compaction trigger, which is added to it. The metadata is that of a
    /// compaction by [`V2`](crate::metadata::Implementation::V2).
    ///
    /// Once its item is installed in the history, and not before, call
    /// [`compaction_installed`](crate::metadata::SessionMetadata::compaction_installed): the next window begins. Errors:
    /// `response-undecodable` unless there is exactly one item of type `compaction`.
    pub async fn compact_v2(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<CompactedV2, ApiError> {
        compact(Sender::Client(self), request, metadata).await
    }
}

impl ResponsesSession {
    /// The same as [`ResponsesClient::compact_v2`] in this session.
    pub async fn compact_v2(&self, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<CompactedV2, ApiError> {
        compact(Sender::Session(self), request, metadata).await
    }
}

async fn compact(sender: Sender<'_>, request: &ResponsesRequest, metadata: &RequestMetadata) -> Result<CompactedV2, ApiError> {
    check_kind(metadata).map_err(unbuildable)?;
    let request = triggered(request);
    let mut turn = Turn::new(sender, &request, metadata).at_most(MOST_RETRIES);
    let (mut items, mut end) = (Vec::new(), None);
    while let Some(event) = turn.next().await {
        match event? {
            TurnEvent::Started => {}
            TurnEvent::Restarting { .. } => items.clear(),
            TurnEvent::Response(ResponseEvent::OutputItemDone(OutputItem { item, .. })) if kind_of(&item) == Some("compaction") => {
                items.push(item);
            }
            TurnEvent::Response(ResponseEvent::Completed(completed)) => end = Some(completed),
            TurnEvent::Response(_) => {}
        }
    }
    let Some(Completed { response_id, usage, .. }) = end else {
        return Err(undecodable("a compaction that is incomplete"));
    };
    match <[Value; 1]>::try_from(items) {
        Ok([item]) => Ok(CompactedV2 { item, response_id, usage }),
        Err(items) => Err(undecodable(&format!("{} compaction items instead of one", items.len()))),
    }
}

/// Other metadata would say that another way is gone.
fn check_kind(metadata: &RequestMetadata) -> Result<(), Error> {
    let Some(description) = &metadata.description else { return Ok(()) };
    let implementation = description.snapshot().facts().compaction.as_ref().map(|compaction| compaction.implementation.as_str());
    if (description.kind(), implementation) == (Some(Kind::Compaction), Some("responses_compaction_v2")) {
        return Ok(());
    }
    Err(Error::config("compact v2 needs metadata of a compaction by responses_compaction_v2"))
}

/// The request with a trigger at its end and nowhere else.
fn triggered(request: &ResponsesRequest) -> ResponsesRequest {
    let mut request = request.clone();
    request.input.retain(|item| kind_of(item) != Some(TRIGGER));
    request.input.push(json!({"type": TRIGGER}));
    request
}

fn kind_of(item: &Value) -> Option<&str> {
    item.get("type").and_then(Value::as_str)
}

fn undecodable(what: &str) -> ApiError {
    ApiError::because(ApiErrorKind::ResponseUndecodable, what)
}

impl fmt::Debug for CompactedV2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompactedV2({:?})", self.response_id)
    }
}

#[cfg(test)]
mod tests;
