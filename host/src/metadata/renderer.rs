//! The component's rules of metadata, for any number of threads.

use super::additions::{Additions, Passed};
use super::dropped::Dropped;
use super::items::ItemRules;
use super::kind::Kind;
use super::pool::Pool;
use super::rendering::Rendering;
use super::snapshot::Snapshot;
use super::transport::Transport;
use super::{Lineage, Originator, OriginatorCandidates, OriginatorRules, ThreadOrigin, TurnEvent, TurnFacts, UserAgent, Window};
use crate::component::Component;
use crate::component::wit::metadata::{ItemPreparation, ItemTarget};
use crate::delegate::Ids;
use crate::error::Error;
use crate::session::Session;
use crate::surroundings::Surroundings;
use std::fmt;
use std::sync::Arc;

/// Renders metadata and applies its rules. Cheap to clone, shared by threads: clones share a pool of instances.
#[derive(Clone)]
pub struct Metadata(Arc<Pool>);

impl Metadata {
    /// With the clock and the random source of these surroundings.
    pub fn new(component: &Component, surroundings: &Surroundings) -> Result<Self, Error> {
        Ok(Self(Arc::new(Pool::new(component, surroundings)?)))
    }

    /// An instance of the component of one's own.
    pub fn session(&self) -> Result<Session, Error> {
        self.0.make()
    }

    /// A new id for a thread or turn, a UUIDv7 (4-9). Errors: `random-failed`, `clock-out-of-range`.
    pub fn fresh_id(&self) -> Result<String, Error> {
        Ids::new(self.0.surroundings.clock.clone(), self.0.surroundings.random.clone()).fresh()
    }

    /// Renders a request for a transport. Without additions only what follows from the snapshot is rendered (1A to 1C). Errors:
    /// `invalid-snapshot`, `config-invalid`.
    pub fn render(
        &self,
        snapshot: &Snapshot,
        kind: Option<Kind>,
        transport: Transport,
        additions: Option<&Additions>,
    ) -> Result<Rendering, Error> {
        let passed = additions.map(Passed::new);
        let additions = passed.as_ref().map(Passed::record);
        let rendered =
            self.0.with(|session| session.render_metadata(snapshot.facts(), kind.map(Kind::as_str), transport.as_str(), additions));
        rendered.map(Into::into)
    }

    /// The JSON object of `_meta["x-codex-turn-metadata"]`, to be made immediately before a tool is called (1-21 to 1-23).
    pub fn tool_object(&self, snapshot: &Snapshot) -> Result<String, Error> {
        let rendering = self.render(snapshot, None, Transport::Mcp, None)?;
        rendering.canonical.ok_or_else(|| Error::internal("the metadata of a tool call was not rendered".into()))
    }

    /// Checks the extras of a configuration when it is loaded (2-8). Errors: `extras-too-many`, `extras-bad-key`,
    /// `extras-reserved-key`, `extras-value-too-long`.
    pub fn check_extras(&self, extras: &[(String, String)]) -> Result<(), Error> {
        self.0.with(|session| session.check_extras(extras))
    }

    /// A turn after an event.
    pub fn update_turn(&self, turn: &TurnFacts, event: &TurnEvent) -> Result<TurnFacts, Error> {
        self.0.with(|session| session.update_turn(turn, event))
    }

    /// What follows from where a thread comes from (§3).
    pub fn describe_lineage(&self, origin: &ThreadOrigin) -> Result<Lineage, Error> {
        self.0.with(|session| session.describe_lineage(origin))
    }

    /// The window of a thread: of a new or forked one without records; of a resumed one with the compaction records that were not
    /// rolled back, a JSON array, oldest first (3-11 to 3-14). `is_compacted`: the one that follows. Errors: `items-invalid`,
    /// `random-failed`, `clock-out-of-range`.
    pub fn open_window(&self, thread_id: &str, records: Option<&str>, is_compacted: bool) -> Result<Window, Error> {
        self.0.with(|session| session.open_window(thread_id, records, is_compacted))
    }

    /// Prepares new items, a JSON array, for the history (5-1 to 5-9): the one place where ids are assigned. The time is that of the
    /// clock. Errors: `items-invalid`, `random-failed`, `clock-out-of-range`.
    pub fn prepare_items(&self, items: &str, rules: ItemRules, turn_id: Option<&str>) -> Result<String, Error> {
        let now_s = self.now_ms().div_euclid(1000);
        let preparation = ItemPreparation { item_ids: rules.item_ids, turn_id: turn_id.map(Into::into), create_time: Some(now_s) };
        self.0.with(|session| session.prepare_items(items, &preparation))
    }

    /// What is sent of items, a JSON array, and the keys that were left out (5-6 to 5-12). Errors: `items-invalid`, `config-invalid`.
    pub fn filter_items(&self, items: &str, target: &ItemTarget) -> Result<(String, Vec<Dropped>), Error> {
        let sent = if items.len() > LARGE {
            self.0.make()?.filter_items(items, target)?
        } else {
            self.0.with(|session| session.filter_items(items, target))?
        };
        Ok((sent.items, sent.dropped.into_iter().map(Into::into).collect()))
    }

    /// Whether a provider stores responses, told by its name and base URL (5-7).
    pub fn stores_responses(&self, provider_name: &str, base_url: &str) -> Result<bool, Error> {
        self.0.with(|session| session.stores_responses(provider_name, base_url))
    }

    /// Chooses the originator of a thread, once for each start, resume and fork (6-3). Errors: `config-invalid`.
    pub fn originator(&self, candidates: &OriginatorCandidates, rules: &OriginatorRules) -> Result<Originator, Error> {
        self.0.with(|session| session.resolve_originator(candidates, rules))
    }

    /// The thread whose originator a new one inherits if that thread is live (6-4, 6-5). `history` is `new`, `cleared`, `fork`,
    /// `truncated-fork` or `resumed`. Errors: `config-invalid`.
    pub fn originator_parent(
        &self,
        history: &str,
        spawned_by: Option<&str>,
        parent: Option<&str>,
        forked_from: Option<&str>,
    ) -> Result<Option<String>, Error> {
        self.0.with(|session| session.originator_parent(history, spawned_by, parent, forked_from))
    }

    /// The user agent as a legal header value (6-9).
    pub fn user_agent(&self, parts: &UserAgent) -> Result<String, Error> {
        self.0.with(|session| session.render_user_agent(parts))
    }

    /// What is known of a repository, its URLs without user names and passwords. One that is refused has an empty text in its place,
    /// so that rendering reports it (8-5).
    #[cfg(feature = "workspace")]
    pub fn workspace(&self, facts: crate::workspace::WorkspaceFacts) -> Result<super::Workspace, Error> {
        let sanitized = |url: &str| match self.0.with(|session| session.sanitize_git_url(url)) {
            Err(refused) if refused.code == "invalid-remote-url" => Ok(String::new()),
            sanitized => sanitized,
        };
        let urls = facts.remotes.into_iter().map(|(name, url)| Ok((name, sanitized(&url)?)));
        Ok(super::Workspace {
            root: facts.root,
            associated_remote_urls: urls.collect::<Result<_, Error>>()?,
            latest_git_commit_hash: facts.commit,
            has_changes: facts.has_changes,
        })
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.0.surroundings.clock.now_ms()
    }
}

/// An instance keeps the memory that it once needed, so what is longer is not given to one of the pool.
const LARGE: usize = 4 << 20;

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metadata")
    }
}
