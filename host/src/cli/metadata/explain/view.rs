//! What a rendering shows: which value stands where.

use crate::cli::metadata::document::Members;
use crate::cli::metadata::scene::Scene;
use crate::cli::metadata::travel::has_cache_key;
use crate::error::Error;
use crate::metadata::{Dropped, Metadata, Rendering};
use serde::Serialize;
use std::collections::BTreeMap;

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Canonical,
    Flat,
    Header,
    Body,
    /// The object that a tool call of the same turn carries.
    Meta,
}

/// A named place in a part.
pub type Place = (Part, String);

/// Two renderings of one scene: of the request, and of a tool call beside it.
pub struct View {
    /// Places with their values.
    pub values: BTreeMap<Place, String>,
    /// The same places in the order of the wire.
    pub order: Vec<Place>,
    /// The same with the copies of the canonical string.
    pub wire: Vec<Place>,
    /// What the request leaves out.
    pub dropped: Vec<Dropped>,
    /// What the tool call leaves out.
    pub dropped_for_tools: Vec<Dropped>,
    pub has_canonical: bool,
    /// Where copies of the canonical string travel.
    pub copies: Vec<Part>,
}

/// The name under which the canonical string travels. Every member changes it, so it is no place of any.
pub const COPY: &str = "x-codex-turn-metadata";

impl View {
    pub fn of(scene: &Scene, metadata: &Metadata) -> Result<Self, Error> {
        let for_tools = scene.render_for_tools(metadata)?;
        let mut view = Self {
            values: BTreeMap::new(),
            order: Vec::new(),
            wire: Vec::new(),
            dropped: Vec::new(),
            dropped_for_tools: for_tools.dropped,
            has_canonical: false,
            copies: Vec::new(),
        };
        if !scene.is_tool_call() {
            view.add_request(scene.render(metadata)?, has_cache_key(scene.transport))?;
        }
        view.add_members(Part::Meta, for_tools.canonical.as_deref())?;
        Ok(view)
    }

    /// Whether anything stands in this part.
    pub fn has(&self, part: Part) -> bool {
        self.order.iter().any(|(found, _)| *found == part)
    }

    /// Places whose values another view does not have.
    pub fn differing(&self, other: &Self) -> Vec<Place> {
        self.order.iter().filter(|place| self.values.get(place) != other.values.get(place)).cloned().collect()
    }

    /// Places that another view has and this one has not.
    pub fn missing(&self, other: &Self) -> Vec<Place> {
        other.order.iter().filter(|place| !self.values.contains_key(place)).cloned().collect()
    }

    /// Where a place is among those of its part, from 1.
    pub fn position(&self, place: &Place) -> Option<usize> {
        let of_part = self.order.iter().filter(|(part, _)| *part == place.0);
        of_part.zip(1..).find(|(found, _)| *found == place).map(|(_, position)| position)
    }

    fn add_request(&mut self, rendering: Rendering, has_cache_key: bool) -> Result<(), Error> {
        self.has_canonical = rendering.canonical.is_some();
        self.dropped = rendering.dropped;
        self.add_members(Part::Canonical, rendering.canonical.as_deref())?;
        let flat = rendering.client_metadata.into_iter().map(|(name, value)| (Part::Flat, name, value));
        let headers = rendering.headers.into_iter().map(|(name, value)| (Part::Header, name, value));
        for (part, name, value) in flat.chain(headers) {
            if name == COPY {
                self.wire.push((part, name));
                self.copies.push(part);
            } else {
                self.add(part, name, value);
            }
        }
        if has_cache_key {
            self.add(Part::Body, "prompt_cache_key".into(), rendering.prompt_cache_key);
        }
        Ok(())
    }

    fn add_members(&mut self, part: Part, object: Option<&str>) -> Result<(), Error> {
        let Some(object) = object else { return Ok(()) };
        let members: Members =
            serde_json::from_str(object).map_err(|_| Error::new("internal", crate::Advice::Never, "a rendering is no JSON object"))?;
        for (name, value) in members.0 {
            self.add(part, name, value.get().to_owned());
        }
        Ok(())
    }

    fn add(&mut self, part: Part, name: String, value: String) {
        self.order.push((part, name.clone()));
        self.wire.push((part, name.clone()));
        self.values.insert((part, name), value);
    }
}
