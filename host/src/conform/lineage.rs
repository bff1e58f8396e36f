//! Sources of sessions, turns and context windows.

use super::driver::Driver;
use super::instant::asked_at;
use super::question::Hex;
use crate::component::wit::metadata as wit;
use crate::error::Error;
use crate::metadata::json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct DescribeInput {
    session_source: Option<Box<RawValue>>,
    thread_source: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Described {
    subagent_header: Option<String>,
    subagent_kind: Option<String>,
    may_start_root_turn: bool,
}

pub(super) fn describe(driver: &mut Driver, input: DescribeInput) -> Result<Described, Error> {
    let DescribeInput { session_source, thread_source } = input;
    let origin = wit::ThreadOrigin { session_source: source(session_source)?, thread_source, ..wit::ThreadOrigin::default() };
    let lineage = driver.session.describe_lineage(&origin)?;
    Ok(Described {
        subagent_header: lineage.subagent_header,
        subagent_kind: lineage.subagent_kind,
        may_start_root_turn: lineage.may_start_root_turn,
    })
}

#[derive(Deserialize)]
pub(super) struct RestoreInput {
    thread_id: String,
    session_id: Option<String>,
    agent_path: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Restored {
    session_id: String,
    agent_name: String,
}

/// What a thread goes by, whether or not it was stored with a session and a path (3-2, 3-7).
pub(super) fn restore(driver: &mut Driver, input: RestoreInput) -> Result<Restored, Error> {
    let RestoreInput { thread_id, session_id, agent_path } = input;
    let lineage =
        driver.session.describe_lineage(&wit::ThreadOrigin { thread_id, session_id, agent_path, ..wit::ThreadOrigin::default() })?;
    Ok(Restored { session_id: lineage.session_id, agent_name: lineage.agent_name })
}

fn source(source: Option<Box<RawValue>>) -> Result<wit::SessionSource, Error> {
    source.map_or(Ok(wit::SessionSource::Root), |source| json::session_source(source.get()))
}

#[derive(Deserialize)]
pub(super) struct TurnInput {
    events: Vec<Event>,
}

/// What happens to a turn: one member, named by what it is.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Parent(String),
    Root(String),
    Triggered(String),
    RootAmbiguous,
    Started(i64),
    Steered(BTreeMap<String, String>),
    UserInputRequested,
}

#[derive(Serialize)]
pub(super) struct Turn {
    parent_turn_id: Option<String>,
    root_turn_id: Option<String>,
    is_root_ambiguous: bool,
    turn_trigger: Option<String>,
    turn_started_at_unix_ms: Option<i64>,
    extras: BTreeMap<String, String>,
    user_input_requested: bool,
}

/// A turn after these events; nothing is known of it before.
pub(super) fn update_turn(driver: &mut Driver, input: TurnInput) -> Result<Turn, Error> {
    let mut turn = json::snapshot("{}")?.snapshot.turn;
    for event in input.events {
        turn = driver.session.update_turn(&turn, &event.into())?;
    }
    Ok(Turn {
        parent_turn_id: turn.parent_turn_id,
        root_turn_id: turn.root_turn_id,
        is_root_ambiguous: turn.is_root_ambiguous,
        turn_trigger: turn.turn_trigger,
        turn_started_at_unix_ms: turn.turn_started_at_unix_ms,
        extras: turn.extras.into_iter().collect(),
        user_input_requested: turn.user_input_requested,
    })
}

impl From<Event> for wit::TurnEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Parent(id) => Self::Parent(id),
            Event::Root(id) => Self::Root(id),
            Event::Triggered(trigger) => Self::Triggered(trigger),
            Event::RootAmbiguous => Self::RootAmbiguous,
            Event::Started(unix_ms) => Self::Started(unix_ms),
            Event::Steered(extras) => Self::Steered(extras.into_iter().collect()),
            Event::UserInputRequested => Self::UserInputRequested,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ResumeInput {
    thread_id: String,
    records: Box<RawValue>,
}

#[derive(Serialize)]
pub(super) struct Window {
    window_id: String,
    window_number: u64,
    context_window_id: Option<String>,
    record: Box<RawValue>,
}

pub(super) fn resume_window(driver: &mut Driver, input: ResumeInput) -> Result<Window, Error> {
    driver.session.open_window(&input.thread_id, Some(input.records.get()), false)?.try_into()
}

#[derive(Deserialize)]
pub(super) struct CompactInput {
    thread_id: String,
    records: Option<Box<RawValue>>,
    compactions: Vec<Compaction>,
    random_hex: Hex,
    now_ms: Option<i64>,
    now: Option<String>,
}

/// How a compaction ended.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Compaction {
    Installed,
    Failed,
    Cancelled,
}

#[derive(Serialize)]
pub(super) struct Windows {
    windows: Vec<Window>,
}

/// The window of a new thread, or of a resumed one with these `records`, and the window after each compaction.
pub(super) fn compact(driver: &mut Driver, input: CompactInput) -> Result<Windows, Error> {
    driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    driver.set_random(input.random_hex.0);
    let records = input.records.as_deref().map(RawValue::get);
    let mut windows = vec![driver.session.open_window(&input.thread_id, records, false)?];
    for compaction in input.compactions {
        let Some(before) = windows.last() else { break };
        let record = format!("[{}]", before.record);
        let is_installed = matches!(compaction, Compaction::Installed);
        windows.push(driver.session.open_window(&input.thread_id, Some(&record), is_installed)?);
    }
    Ok(Windows { windows: windows.into_iter().map(Window::try_from).collect::<Result<_, _>>()? })
}

impl TryFrom<wit::Window> for Window {
    type Error = Error;

    fn try_from(window: wit::Window) -> Result<Self, Error> {
        let record = RawValue::from_string(window.record).map_err(|_| Error::internal("the record of a window is no JSON".into()))?;
        Ok(Self { window_id: window.id, window_number: window.number, context_window_id: window.context_window_id, record })
    }
}
