//! Every operation the driver answers, by name. A new one is a function of the driver and its input, and a line here.

use super::driver::Driver;
use super::question::Input;
use super::{
    assertions, attestation, caller_ids, catalogue, decisions, installations, items, keys, lineage, logins, metadata, originators,
    registrations, remotes, verification,
};
use crate::error::Error;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Reads its input, asks the component, and writes its `ok` object.
pub(super) type Operation = fn(&mut Driver, Input<'_>) -> Result<(), Error>;

const OPERATIONS: &[(&str, Operation)] = &[
    ("assertion.sign", |driver, input| answer(assertions::sign, driver, input)),
    ("assertion.prepare", |driver, input| answer(assertions::prepare, driver, input)),
    ("assertion.assemble", |driver, input| answer(assertions::assemble, driver, input)),
    ("assertion.parse", |driver, input| answer(assertions::parse, driver, input)),
    ("assertion.verify", |driver, input| answer(verification::assertion, driver, input)),
    ("registration.sign", |driver, input| answer(registrations::sign, driver, input)),
    ("registration.verify", |driver, input| answer(verification::registration, driver, input)),
    ("agent-registration.body", |driver, input| answer(registrations::agent_body, driver, input)),
    ("task-answer.read", |driver, input| answer(registrations::read_task_answer, driver, input)),
    ("task-id.unseal", |driver, input| answer(registrations::unseal, driver, input)),
    ("task-id.seal", |driver, input| answer(registrations::seal, driver, input)),
    ("task-ref.normalize", |driver, input| answer(registrations::normalize, driver, input)),
    ("identifier.check", |driver, input| answer(assertions::check_identifier, driver, input)),
    ("key.import", |driver, input| answer(keys::import, driver, input)),
    ("key.import-public", |driver, input| answer(keys::import_public, driver, input)),
    ("key.generate", |driver, input| answer(keys::generate, driver, input)),
    ("ed25519.verify", |driver, input| answer(verification::signature, driver, input)),
    ("replay.run", |driver, input| answer(verification::replay, driver, input)),
    ("skew.measure", |driver, input| answer(decisions::measure_skew, driver, input)),
    ("rejection.classify", |driver, input| answer(decisions::classify_rejection, driver, input)),
    ("scope.decide", |driver, input| answer(decisions::decide_scope, driver, input)),
    ("base-url.resolve", |driver, input| answer(logins::resolve_base_urls, driver, input)),
    ("jwt.verify", |driver, input| answer(logins::verify_jwt, driver, input)),
    ("record.read", |driver, input| answer(logins::read_record, driver, input)),
    ("metadata.render", |driver, input| answer_whole(metadata::render, driver, input)),
    ("metadata.mcp", |driver, input| answer_whole(metadata::render_for_tools, driver, input)),
    ("extras.check", |driver, input| answer_whole(metadata::check_extras, driver, input)),
    ("turn.update", |driver, input| answer_whole(lineage::update_turn, driver, input)),
    ("lineage.describe", |driver, input| answer_whole(lineage::describe, driver, input)),
    ("lineage.restore", |driver, input| answer_whole(lineage::restore, driver, input)),
    ("window.resume", |driver, input| answer_whole(lineage::resume_window, driver, input)),
    ("window.compact", |driver, input| answer_whole(lineage::compact, driver, input)),
    ("caller-ids.run", |driver, input| answer_whole(caller_ids::run, driver, input)),
    ("item-ids.assign", |driver, input| answer_whole(items::assign_ids, driver, input)),
    ("items.prepare", |driver, input| answer_whole(items::prepare, driver, input)),
    ("items.outbound", |driver, input| answer_whole(items::filter, driver, input)),
    ("originator.resolve", |driver, input| answer_whole(originators::resolve, driver, input)),
    ("originator.parent", |driver, input| answer_whole(originators::parent, driver, input)),
    ("originator.check", |driver, input| answer_whole(originators::check, driver, input)),
    ("user-agent.render", |driver, input| answer_whole(originators::render_user_agent, driver, input)),
    ("installation-id.parse", |driver, input| answer_whole(installations::parse, driver, input)),
    ("git-url.sanitize", |driver, input| answer_whole(remotes::sanitize, driver, input)),
    ("git-url.same", |driver, input| answer_whole(remotes::compare, driver, input)),
    ("attestation.envelope", |driver, input| answer_whole(attestation::envelope, driver, input)),
    ("version", |driver, input| answer(catalogue::version, driver, input)),
    ("errors.list", |driver, input| answer(catalogue::list_errors, driver, input)),
];

/// The operation of a name.
pub(super) fn named(name: &str) -> Result<Operation, Error> {
    let found = OPERATIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, operation)| *operation).ok_or_else(|| Error::config("the member `op` names no operation of this driver"))
}

fn answer<'a, I: Deserialize<'a>, O: Serialize>(
    operation: impl Fn(&mut Driver, I) -> Result<O, Error>,
    driver: &mut Driver,
    input: Input<'a>,
) -> Result<(), Error> {
    let ok = operation(driver, input.read()?)?;
    write(driver, &ok)
}

/// Like [`answer`], for texts of metadata.
fn answer_whole<I: DeserializeOwned, O: Serialize>(
    operation: impl Fn(&mut Driver, I) -> Result<O, Error>,
    driver: &mut Driver,
    input: Input<'_>,
) -> Result<(), Error> {
    let ok = operation(driver, input.read_whole()?)?;
    write(driver, &ok)
}

fn write(driver: &mut Driver, ok: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(driver.ok(), ok).map_err(|error| Error::internal(format!("an answer cannot be written: {error}")))
}
