//! Originators and user agents.

use super::driver::Driver;
use crate::component::wit::metadata::{OriginatorCandidates, OriginatorRules, UserAgent};
use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct ResolveInput {
    mode: Option<String>,
    env: Option<String>,
    service_name: Option<String>,
    persisted: Option<String>,
    inherited: Option<String>,
    process: Option<String>,
    service_name_match: Option<NameMatch>,
    replacements: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum NameMatch {
    Exact,
    IgnoreCase,
}

#[derive(Serialize)]
pub(super) struct Resolved {
    originator: String,
    source: String,
    warnings: Vec<Warning>,
    is_first_party: bool,
    is_first_party_chat: bool,
}

#[derive(Serialize)]
struct Warning {
    source: String,
    reason: String,
}

pub(super) fn resolve(driver: &mut Driver, input: ResolveInput) -> Result<Resolved, Error> {
    let candidates = OriginatorCandidates {
        env: input.env,
        service_name: input.service_name,
        persisted: input.persisted,
        inherited: input.inherited,
        process: input.process,
    };
    let rules = OriginatorRules {
        mode: input.mode.unwrap_or_else(|| "env-first".into()),
        exact_names: matches!(input.service_name_match, Some(NameMatch::Exact)),
        replacements: input.replacements.unwrap_or_default().into_iter().collect(),
    };
    let resolved = driver.session.resolve_originator(&candidates, &rules)?;
    Ok(Resolved {
        originator: resolved.value,
        source: resolved.source,
        warnings: resolved.warnings.into_iter().map(|(source, reason)| Warning { source, reason }).collect(),
        is_first_party: resolved.is_first_party,
        is_first_party_chat: resolved.is_first_party_chat,
    })
}

#[derive(Deserialize)]
pub(super) struct ParentInput {
    history: String,
    spawned_by: Option<String>,
    parent: Option<String>,
    forked_from: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Parent {
    inherits_from: Option<String>,
}

pub(super) fn parent(driver: &mut Driver, input: ParentInput) -> Result<Parent, Error> {
    let ParentInput { history, spawned_by, parent, forked_from } = input;
    let parent = driver.session.originator_parent(&history, spawned_by.as_deref(), parent.as_deref(), forked_from.as_deref())?;
    Ok(Parent { inherits_from: parent })
}

#[derive(Deserialize)]
pub(super) struct CheckInput {
    value: String,
    #[serde(default)]
    is_client_name: bool,
}

#[derive(Serialize)]
pub(super) struct Checked {
    is_set: bool,
}

pub(super) fn check(driver: &mut Driver, input: CheckInput) -> Result<Checked, Error> {
    Ok(Checked { is_set: driver.session.check_originator(&input.value, input.is_client_name)? })
}

#[derive(Deserialize)]
pub(super) struct AgentInput {
    originator: String,
    version: String,
    os: String,
    os_version: String,
    arch: Option<String>,
    terminal: String,
    suffix: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Agent {
    user_agent: String,
}

pub(super) fn render_user_agent(driver: &mut Driver, input: AgentInput) -> Result<Agent, Error> {
    let AgentInput { originator, version, os, os_version, arch, terminal, suffix } = input;
    let parts = UserAgent { originator, version, os, os_version, arch, terminal, suffix };
    Ok(Agent { user_agent: driver.session.render_user_agent(&parts)? })
}
