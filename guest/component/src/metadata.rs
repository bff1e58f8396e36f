//! Interface `metadata`.

mod caller_ids;

use crate::Component;
use crate::exports::errors::Error;
use crate::exports::metadata as wit;
use crate::exports::operations::Operation;
use crate::operations::OperationResource;
use crate::ports::HostPorts;
use ::core::cell::RefCell;
use agent_identity_core::caller_ids::{KnownThreads, KnownTurns};
use agent_identity_core::metadata::items::{self, ItemMetadataForm, Outbound, Preparation};
use agent_identity_core::metadata::{self as core, Additions, Kind, Snapshot, Transport, Turn, TurnEvent, Window};
use agent_identity_core::originator::{self, Candidates, History, Mode, Origins, ServiceNames};
use agent_identity_core::user_agent::UserAgent;
use agent_identity_core::{attestation, flow, git_url, installation_id};
use alloc::string::String;
use alloc::vec::Vec;

/// The threads of a host.
pub(crate) struct ThreadsResource(RefCell<KnownThreads>);

/// The turns of one thread.
pub(crate) struct TurnsResource(RefCell<KnownTurns>);

impl wit::Guest for Component {
    type KnownThreads = ThreadsResource;
    type KnownTurns = TurnsResource;

    fn render(snapshot: Snapshot, kind: Option<String>, transport: String, additions: Option<Additions>) -> Result<wit::Rendering, Error> {
        let kind = kind.as_deref().map(Kind::parse).transpose()?;
        let transport = Transport::parse(&transport)?;
        let rendering = match &additions {
            None => core::render(&snapshot, kind, transport),
            Some(additions) => core::request(&snapshot, kind, transport, additions),
        }?;
        Ok(wit::Rendering {
            canonical: rendering.canonical,
            client_metadata: rendering.client_metadata,
            headers: rendering.headers.into_iter().map(|(name, value)| (name.into(), value.into_string())).collect(),
            dropped: dropped(rendering.dropped),
            prompt_cache_key: rendering.prompt_cache_key,
        })
    }

    fn check_extras(extras: Vec<(String, String)>) -> Result<(), Error> {
        Ok(core::check_configured(&extras)?)
    }

    fn update_turn(mut turn: Turn, event: TurnEvent) -> Turn {
        turn.update(event);
        turn
    }

    fn describe_lineage(origin: wit::ThreadOrigin) -> wit::Lineage {
        let wit::ThreadOrigin { session_source, thread_source, agent_path, thread_id, session_id } = origin;
        wit::Lineage {
            subagent_header: session_source.subagent_header().map(Into::into),
            subagent_kind: session_source.subagent_kind().map(Into::into),
            may_start_root_turn: core::may_start_root_turn(&session_source, thread_source.as_deref()),
            agent_name: core::agent_name(agent_path.as_deref()).into(),
            session_id: core::session_id(session_id.as_deref(), &thread_id).into(),
        }
    }

    fn open_window(thread_id: String, records: Option<String>, is_compacted: bool) -> Result<wit::Window, Error> {
        let mut window = match records {
            None => Window::start(&thread_id, &HostPorts)?,
            Some(records) => Window::resume(&thread_id, &records)?,
        };
        if is_compacted {
            window.install_compaction(&HostPorts)?;
        }
        Ok(window.into())
    }

    fn prepare_items(items: String, preparation: wit::ItemPreparation) -> Result<String, Error> {
        let wit::ItemPreparation { item_ids, turn_id, create_time } = preparation;
        Ok(items::prepare(items, &Preparation { item_ids, turn_id: turn_id.as_deref(), create_time }, &HostPorts)?)
    }

    fn stores_responses(provider_name: String, base_url: String) -> bool {
        items::stores_responses(&provider_name, &base_url)
    }

    fn filter_items(items: String, target: wit::ItemTarget) -> Result<wit::SentItems, Error> {
        let outbound = Outbound {
            item_ids: target.item_ids,
            store: target.store.unwrap_or_else(|| items::stores_responses(&target.provider_name, &target.base_url)),
            provider_name: &target.provider_name,
            form: ItemMetadataForm::parse(&target.item_metadata_form)?,
            content_item_kinds: target.content_item_kinds,
        };
        let sent = items::outbound(items, &outbound)?;
        Ok(wit::SentItems { items: sent.items, dropped: dropped(sent.dropped) })
    }

    fn resolve_originator(candidates: wit::OriginatorCandidates, rules: wit::OriginatorRules) -> Result<wit::Originator, Error> {
        let sources = Candidates {
            env: candidates.env.as_deref(),
            service_name: candidates.service_name.as_deref(),
            persisted: candidates.persisted.as_deref(),
            inherited: candidates.inherited.as_deref(),
            process: candidates.process.as_deref(),
        };
        let names = ServiceNames { is_exact: rules.exact_names, replacements: &rules.replacements };
        let resolved = originator::resolve(Mode::parse(&rules.mode)?, &sources, &names);
        let warnings = resolved.warnings.iter().map(|skipped| (skipped.source.as_str().into(), skipped.reason().into()));
        Ok(wit::Originator {
            source: resolved.source.as_str().into(),
            warnings: warnings.collect(),
            is_first_party: originator::is_first_party(&resolved.value),
            is_first_party_chat: originator::is_first_party_chat(&resolved.value),
            value: resolved.value,
        })
    }

    fn originator_parent(
        history: String,
        spawned_by: Option<String>,
        parent: Option<String>,
        forked_from: Option<String>,
    ) -> Result<Option<String>, Error> {
        let origins = Origins { spawned_by: spawned_by.as_deref(), parent: parent.as_deref(), forked_from: forked_from.as_deref() };
        Ok(originator::inherits_from(History::parse(&history)?, &origins).map(Into::into))
    }

    fn check_originator(value: String, is_client_name: bool) -> Result<bool, Error> {
        originator::check(&value)?;
        Ok(!is_client_name || originator::is_of_client(&value))
    }

    fn render_user_agent(parts: wit::UserAgent) -> String {
        let parts = UserAgent {
            originator: &parts.originator,
            version: &parts.version,
            os: &parts.os,
            os_version: &parts.os_version,
            arch: parts.arch.as_deref(),
            terminal: &parts.terminal,
            suffix: parts.suffix.as_deref(),
        };
        parts.render()
    }

    fn parse_installation_id(content: Vec<u8>) -> Result<wit::InstallationId, Error> {
        let known = installation_id::read(&content);
        let is_new = known.is_none();
        Ok(wit::InstallationId { id: known.map_or_else(|| installation_id::fresh(&HostPorts), Ok)?, is_new })
    }

    fn sanitize_git_url(url: String) -> Result<String, Error> {
        Ok(git_url::sanitize(&url)?)
    }

    fn same_git_url(a: String, b: String) -> Result<bool, Error> {
        Ok(git_url::is_same(&a, &b)?)
    }

    fn begin_attest() -> Operation {
        OperationResource::handle(flow::Operation::new(attestation::attest))
    }
}

impl From<Window> for wit::Window {
    fn from(window: Window) -> Self {
        Self {
            id: window.id(),
            number: window.number(),
            context_window_id: window.context_id().map(|id| id.canonical()),
            record: window.record(),
        }
    }
}

fn dropped(dropped: Vec<core::Dropped>) -> Vec<wit::Dropped> {
    dropped.into_iter().map(|dropped| wit::Dropped { name: dropped.name, reason: dropped.reason.as_str().into() }).collect()
}
