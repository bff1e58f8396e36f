//! Renderings of a snapshot, and the extras of a configuration.

use super::driver::Driver;
use crate::component::wit::metadata as wit;
use crate::error::Error;
use crate::metadata::json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct RenderInput {
    snapshot: Box<RawValue>,
    kind: Option<String>,
    transport: Option<String>,
    execution: Option<Box<RawValue>>,
    additions: Option<Box<RawValue>>,
}

#[derive(Serialize)]
pub(super) struct Rendered {
    canonical: Option<String>,
    client_metadata: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    dropped: Vec<Dropped>,
    prompt_cache_key: String,
}

/// What follows from the snapshot; with `additions`, everything that the endpoint takes. No rendering depends on the provider (1-20).
pub(super) fn render(driver: &mut Driver, input: RenderInput) -> Result<Rendered, Error> {
    let (snapshot, named) = snapshot(&input.snapshot, input.execution.as_deref())?;
    let kind = input.kind.or(named).filter(|kind| kind != "none");
    let additions = input.additions.map(|additions| json::additions(additions.get())).transpose()?;
    let transport = input.transport.as_deref().map_or("responses".into(), transport);
    let rendering = driver.session.render_metadata(&snapshot, kind.as_deref(), &transport, additions.as_ref())?;
    Ok(Rendered {
        canonical: rendering.canonical,
        client_metadata: rendering.client_metadata.into_iter().collect(),
        headers: rendering.headers,
        dropped: dropped(rendering.dropped),
        prompt_cache_key: rendering.prompt_cache_key,
    })
}

#[derive(Deserialize)]
pub(super) struct ToolInput {
    snapshot: Box<RawValue>,
    execution: Option<Box<RawValue>>,
}

#[derive(Serialize)]
pub(super) struct Meta {
    meta: Box<RawValue>,
    dropped: Vec<Dropped>,
}

pub(super) fn render_for_tools(driver: &mut Driver, input: ToolInput) -> Result<Meta, Error> {
    let (snapshot, _) = snapshot(&input.snapshot, input.execution.as_deref())?;
    let rendering = driver.session.render_metadata(&snapshot, None, "mcp", None)?;
    let meta = rendering.canonical.and_then(|text| RawValue::from_string(text).ok());
    let meta = meta.ok_or_else(|| Error::internal("the object for a tool server is no JSON".into()))?;
    Ok(Meta { meta, dropped: dropped(rendering.dropped) })
}

#[derive(Deserialize)]
pub(super) struct ExtrasInput {
    configured_extras: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct Checked {}

pub(super) fn check_extras(driver: &mut Driver, input: ExtrasInput) -> Result<Checked, Error> {
    let extras: Vec<_> = input.configured_extras.into_iter().collect();
    driver.session.check_extras(&extras).map(|()| Checked {})
}

/// Something that was left out, as the driver writes it.
#[derive(Serialize)]
pub(super) struct Dropped {
    pub(super) name: String,
    pub(super) reason: String,
}

pub(super) fn dropped(dropped: Vec<wit::Dropped>) -> Vec<Dropped> {
    dropped.into_iter().map(|wit::Dropped { name, reason }| Dropped { name, reason }).collect()
}

/// The component's name of a transport. Table 1D has titles where others have names, so what these are likely to be is read too.
fn transport(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace(['_', ' ', '/'], "-");
    let other = OTHER_NAMES.iter().find(|(_, names)| names.contains(&name.as_str()));
    other.map_or(name, |(known, _)| (*known).into())
}

const OTHER_NAMES: [(&str, &[&str]); 8] = [
    ("responses", &["http", "http-responses"]),
    ("websocket-preconnect", &["preconnect", "websocket-handshake-preconnect", "websocket-handshake-preconnect-only"]),
    ("websocket-handshake", &["handshake", "websocket-handshake-request", "websocket-handshake-opened-by-a-request"]),
    ("websocket-message", &["websocket", "response.create", "websocket-message-response.create"]),
    ("legacy-compact", &["compact", "legacy-compaction", "responses-compact"]),
    ("compact-v2", &["compaction-v2", "responses-compaction-v2"]),
    ("memories-summarize", &["summarize", "memories-trace-summarize", "trace-summarize"]),
    ("mcp", &["mcp-tool-call", "tool-call"]),
];

/// A snapshot, and the kind of request it names. What runs the request may stand beside it.
fn snapshot(snapshot: &RawValue, execution: Option<&RawValue>) -> Result<(wit::Snapshot, Option<String>), Error> {
    let document = json::snapshot(snapshot.get())?;
    let mut snapshot = document.snapshot;
    if let Some(execution) = execution {
        snapshot.execution = Some(json::execution(execution.get())?);
    }
    Ok((snapshot, document.request_kind))
}
