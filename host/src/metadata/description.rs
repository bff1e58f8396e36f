//! What a request says about itself, whichever way it will travel.

use super::additions::Additions;
use super::dropped::Dropped;
use super::items::ItemRules;
use super::kind::Kind;
use super::renderer::Metadata;
use super::rendering::Rendering;
use super::session::SessionMetadata;
use super::snapshot::Snapshot;
use super::transport::Transport;
use crate::component::wit::metadata::ItemTarget;
use crate::error::Error;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A snapshot with what goes beside it and what renders it. Made by a [`SessionMetadata`] or a turn; the typed clients and the
/// signing layer render it for the endpoint at hand. Cheap to clone: retries share it (1-2).
#[derive(Clone)]
pub struct Description {
    snapshot: Snapshot,
    kind: Option<Kind>,
    additions: Arc<Additions>,
    session: SessionMetadata,
}

/// What is only known when a request is about to be sent. `Debug` shows no token.
#[derive(Clone, Default)]
pub struct Moment {
    /// The prompt cache key of the request's own body; it goes before that of the session (10-1).
    pub prompt_cache_key: Option<String>,
    /// The turn's sticky token (10-2).
    pub turn_state: Option<Zeroizing<String>>,
    /// The attestation envelope (9-3).
    pub attestation: Option<Zeroizing<String>>,
    /// The clock, Unix milliseconds (1E).
    pub start_unix_ms: Option<i64>,
}

impl Description {
    pub(super) fn new(session: SessionMetadata, snapshot: Snapshot, kind: Option<Kind>, additions: Additions) -> Self {
        Self { snapshot, kind, additions: Arc::new(additions), session }
    }

    /// The facts.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What the request is for.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// What goes beside the snapshot.
    pub fn additions(&self) -> &Additions {
        &self.additions
    }

    /// How items of the session are treated.
    pub fn item_rules(&self) -> ItemRules {
        self.session.facts().items
    }

    /// What renders it.
    pub fn metadata(&self) -> &Metadata {
        self.session.metadata()
    }

    /// Everything that a transport takes but credentials. Errors: `invalid-snapshot`, `config-invalid`.
    pub fn render(&self, transport: Transport, moment: &Moment) -> Result<Rendering, Error> {
        let Moment { prompt_cache_key, turn_state, attestation, start_unix_ms } = moment.clone();
        let session = &*self.additions;
        let additions = Additions {
            prompt_cache_key: prompt_cache_key.or_else(|| session.prompt_cache_key.clone()),
            turn_state: turn_state.or_else(|| session.turn_state.clone()),
            attestation: attestation.or_else(|| session.attestation.clone()),
            request_start_unix_ms: start_unix_ms.or(session.request_start_unix_ms),
            ..session.clone()
        };
        // No kind of its own (1D): neither goes with a prompt. But that of detached memory says which facts count.
        let has_kind = !matches!(transport, Transport::WebsocketPreconnect | Transport::MemoriesSummarize | Transport::Mcp);
        let kind = self.kind.filter(|kind| has_kind || *kind == Kind::DetachedMemory);
        self.metadata().render(&self.snapshot, kind, transport, Some(&additions))
    }

    /// Items, a JSON array, as they are sent to a provider (5-6 to 5-12). `stores`: whether the request asks for its response to be
    /// stored; otherwise name and base URL decide (5-7). Errors: `items-invalid`.
    pub fn filter_items(&self, items: &str, provider_name: &str, base_url: &str, stores: bool) -> Result<(String, Vec<Dropped>), Error> {
        let rules = self.item_rules();
        let target = ItemTarget {
            item_ids: rules.item_ids,
            store: stores.then_some(true),
            provider_name: provider_name.into(),
            base_url: base_url.into(),
            item_metadata_form: rules.form.as_str().into(),
            content_item_kinds: rules.content_item_kinds,
        };
        self.metadata().filter_items(items, &target)
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Description").field("kind", &self.kind).field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment").field("start_unix_ms", &self.start_unix_ms).finish_non_exhaustive()
    }
}
