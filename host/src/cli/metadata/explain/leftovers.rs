//! Members of a snapshot that mean nothing here.

use crate::cli::failure::Failure;
use crate::cli::metadata::scene::{Scene, unrendered};
use crate::metadata::{DropReason, Metadata};
use serde::Serialize;

/// A member nobody asked for.
#[derive(Serialize)]
pub struct UnknownMember {
    pub name: String,
    pub because: &'static str,
    pub rule: Option<&'static str>,
}

/// Tells members that are never rendered (1-12) from those that nobody knows, by what becomes of an extra of the name.
pub fn unknown_members(names: Vec<String>, scene: &Scene, metadata: &Metadata) -> Result<Vec<UnknownMember>, Failure> {
    let mut scene = scene.clone();
    scene.facts.turn.extras = names.iter().map(|name| (name.clone(), "x".into())).collect();
    let dropped = scene.render_for_tools(metadata).map_err(unrendered)?.dropped;
    let is_reserved = |name: &str| dropped.iter().any(|dropped| dropped.name == name && dropped.reason == DropReason::Reserved);
    let told = |name: String| match is_reserved(&name) {
        true => UnknownMember { name, because: "reserved, and never rendered", rule: Some("1-12") },
        false => UnknownMember { name, because: "no member of a snapshot; as an extra it would be rendered", rule: None },
    };
    Ok(names.into_iter().map(told).collect())
}
