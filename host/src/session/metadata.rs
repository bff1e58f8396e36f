//! What a request says about itself.

use super::{OperationHandle, Session, ThreadsHandle, TurnsHandle};
use crate::component::wit::metadata;
use crate::error::Error;

impl Session {
    /// Renders a request, or the object for a tool server.
    pub fn render_metadata(
        &mut self,
        snapshot: &metadata::Snapshot,
        kind: Option<&str>,
        transport: &str,
        additions: Option<&metadata::Additions>,
    ) -> Result<metadata::Rendering, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_render(store, snapshot, kind, transport, additions))
    }

    /// Checks the extras of a configuration.
    pub fn check_extras(&mut self, extras: &[(String, String)]) -> Result<(), Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_check_extras(store, extras))
    }

    /// The turn after an event.
    pub fn update_turn(&mut self, turn: &metadata::Turn, event: &metadata::TurnEvent) -> Result<metadata::Turn, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_metadata().call_update_turn(store, turn, event))
    }

    /// Describes a thread by where it comes from.
    pub fn describe_lineage(&mut self, origin: &metadata::ThreadOrigin) -> Result<metadata::Lineage, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_metadata().call_describe_lineage(store, origin))
    }

    /// The window of a thread: new without records, else resumed; the one that follows if a compaction was installed.
    pub fn open_window(&mut self, thread_id: &str, records: Option<&str>, is_compacted: bool) -> Result<metadata::Window, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_open_window(store, thread_id, records, is_compacted))
    }

    /// Begins knowing threads.
    pub fn open_known_threads(&mut self) -> Result<ThreadsHandle, Error> {
        let id = self.id;
        let any = self.instance.call(|store, guest| guest.agent_identity_component_metadata().known_threads().call_constructor(store))?;
        Ok(ThreadsHandle::new(any, id))
    }

    /// Takes the id of a new thread.
    pub fn reserve_thread(&mut self, threads: &ThreadsHandle, id: Option<&str>) -> Result<String, Error> {
        let threads = self.own(threads)?;
        self.ask(|store, guest| guest.agent_identity_component_metadata().known_threads().call_reserve(store, threads, id))
    }

    /// Keeps a reserved id unless the store has it.
    pub fn settle_thread(&mut self, threads: &ThreadsHandle, id: &str, is_stored: bool, path: Option<&str>) -> Result<(), Error> {
        let threads = self.own(threads)?;
        self.ask(|store, guest| guest.agent_identity_component_metadata().known_threads().call_settle(store, threads, id, is_stored, path))
    }

    /// Takes the thread of a stored history; `true` if it is running.
    pub fn resume_thread(&mut self, threads: &ThreadsHandle, asked: Option<&str>, stored: &str, path: Option<&str>) -> Result<bool, Error> {
        let threads = self.own(threads)?;
        self.ask(|store, guest| guest.agent_identity_component_metadata().known_threads().call_resume(store, threads, asked, stored, path))
    }

    /// Gives up a thread.
    pub fn release_thread(&mut self, threads: &ThreadsHandle, id: &str) -> Result<(), Error> {
        let threads = self.own(threads)?;
        self.instance.call(|store, guest| guest.agent_identity_component_metadata().known_threads().call_release(store, threads, id))
    }

    /// Begins knowing the turns of a thread.
    pub fn open_known_turns(&mut self) -> Result<TurnsHandle, Error> {
        let id = self.id;
        let any = self.instance.call(|store, guest| guest.agent_identity_component_metadata().known_turns().call_constructor(store))?;
        Ok(TurnsHandle::new(any, id))
    }

    /// Takes the id of a new turn; none: the stored history is needed first.
    pub fn reserve_turn(&mut self, turns: &TurnsHandle, id: Option<&str>) -> Result<Option<String>, Error> {
        let turns = self.own(turns)?;
        self.ask(|store, guest| guest.agent_identity_component_metadata().known_turns().call_reserve(store, turns, id))
    }

    /// Takes over the turn ids of the stored history; none if it could not be read.
    pub fn fill_turns(&mut self, turns: &TurnsHandle, history: Option<&[String]>) -> Result<(), Error> {
        let turns = self.own(turns)?;
        self.ask(|store, guest| guest.agent_identity_component_metadata().known_turns().call_fill(store, turns, history))
    }

    /// Prepares new items for the history.
    pub fn prepare_items(&mut self, items: &str, preparation: &metadata::ItemPreparation) -> Result<String, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_prepare_items(store, items, preparation))
    }

    /// Whether a provider stores responses.
    pub fn stores_responses(&mut self, provider_name: &str, base_url: &str) -> Result<bool, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_metadata().call_stores_responses(store, provider_name, base_url))
    }

    /// What is sent of the items of a history.
    pub fn filter_items(&mut self, items: &str, target: &metadata::ItemTarget) -> Result<metadata::SentItems, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_filter_items(store, items, target))
    }

    /// Chooses the originator of a thread.
    pub fn resolve_originator(
        &mut self,
        candidates: &metadata::OriginatorCandidates,
        rules: &metadata::OriginatorRules,
    ) -> Result<metadata::Originator, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_resolve_originator(store, candidates, rules))
    }

    /// The thread whose originator a new one inherits if it is live.
    pub fn originator_parent(
        &mut self,
        history: &str,
        spawned_by: Option<&str>,
        parent: Option<&str>,
        forked_from: Option<&str>,
    ) -> Result<Option<String>, Error> {
        self.ask(|store, guest| {
            guest.agent_identity_component_metadata().call_originator_parent(store, history, spawned_by, parent, forked_from)
        })
    }

    /// Checks the originator of a process; `false`: it is not to be set.
    pub fn check_originator(&mut self, value: &str, is_client_name: bool) -> Result<bool, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_check_originator(store, value, is_client_name))
    }

    /// The user agent as a legal header value.
    pub fn render_user_agent(&mut self, parts: &metadata::UserAgent) -> Result<String, Error> {
        self.instance.call(|store, guest| guest.agent_identity_component_metadata().call_render_user_agent(store, parts))
    }

    /// Reads the content of the file `installation_id`, or makes a new id.
    pub fn parse_installation_id(&mut self, content: &[u8]) -> Result<metadata::InstallationId, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_parse_installation_id(store, content))
    }

    /// A git remote's URL without user name and password.
    pub fn sanitize_git_url(&mut self, url: &str) -> Result<String, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_sanitize_git_url(store, url))
    }

    /// Whether two URLs mean the same remote.
    pub fn same_git_url(&mut self, a: &str, b: &str) -> Result<bool, Error> {
        self.ask(|store, guest| guest.agent_identity_component_metadata().call_same_git_url(store, a, b))
    }

    /// Begins to attest a request.
    pub fn begin_attest(&mut self) -> Result<OperationHandle, Error> {
        let id = self.id;
        let any = self.instance.call(|store, guest| guest.agent_identity_component_metadata().call_begin_attest(store))?;
        Ok(OperationHandle::new(any, id))
    }
}
