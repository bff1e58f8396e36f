//! Ids that callers choose: a host with threads and a store, call after call.

use super::driver::Driver;
use super::instant::asked_at;
use super::question::Hex;
use crate::error::Error;
use crate::session::{ThreadsHandle, TurnsHandle};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(super) struct RunInput {
    calls: Vec<Call>,
    /// What the thread store has, by thread id in canonical form.
    #[serde(default)]
    stored: BTreeMap<String, Stored>,
    now_ms: Option<i64>,
    now: Option<String>,
    random_hex: Option<Hex>,
}

/// A stored thread.
#[derive(Deserialize)]
struct Stored {
    /// The turn ids of its history; none if it cannot be read.
    turns: Option<Vec<String>>,
}

/// What a caller does. Threads that are there already are named by their id in canonical form.
#[derive(Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
enum Call {
    /// Begins a start, and leaves it unfinished: the other caller of a race.
    ReserveThread {
        thread_id: Option<String>,
    },
    /// A whole start, which may fail after its id was taken.
    StartThread {
        thread_id: Option<String>,
        path: Option<String>,
        #[serde(default)]
        fails: bool,
    },
    ResumeThread {
        stored_id: String,
        thread_id: Option<String>,
        path: Option<String>,
    },
    UnloadThread {
        thread_id: String,
    },
    StartTurn {
        thread_id: String,
        turn_id: Option<String>,
    },
    /// The history can be read from now on.
    MendHistory {
        thread_id: String,
        turns: Vec<String>,
    },
}

#[derive(Serialize)]
pub(super) struct Results {
    results: Vec<Answer>,
}

/// What a call brought: one of ids and error, and how often the history was read for it.
#[derive(Default, Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn_id: Option<String>,
    /// Whether the resumed thread is a running one.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parses: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub(super) fn run(driver: &mut Driver, input: RunInput) -> Result<Results, Error> {
    if input.now_ms.is_some() || input.now.is_some() {
        driver.set_clock(asked_at(input.now_ms, input.now.as_deref())?);
    }
    driver.set_random(input.random_hex.map(|random| random.0).unwrap_or_default());
    let mut host = Host { threads: driver.session.open_known_threads()?, turns: BTreeMap::new(), stored: input.stored };
    let results: Result<Vec<_>, _> = input.calls.into_iter().map(|call| host.serve(driver, call)).collect();
    host.close(driver)?;
    Ok(Results { results: results? })
}

/// A host that serves one caller after the other.
struct Host {
    threads: ThreadsHandle,
    /// Of the loaded threads.
    turns: BTreeMap<String, TurnsHandle>,
    stored: BTreeMap<String, Stored>,
}

impl Host {
    /// Errors are those of a call that makes no sense; what a caller is refused is an answer.
    fn serve(&mut self, driver: &mut Driver, call: Call) -> Result<Answer, Error> {
        let mut answer = Answer::default();
        let served = match call {
            Call::ReserveThread { thread_id } => {
                driver.session.reserve_thread(&self.threads, thread_id.as_deref()).map(|id| answer.thread_id = Some(id))
            }
            Call::StartThread { thread_id, path, fails } => {
                self.start(driver, thread_id.as_deref(), path.as_deref(), fails).map(|id| answer.thread_id = Some(id))
            }
            Call::ResumeThread { stored_id, thread_id, path } => {
                self.resume(driver, &stored_id, thread_id.as_deref(), path.as_deref()).map(|live| answer.live = Some(live))
            }
            Call::UnloadThread { thread_id } => self.unload(driver, &thread_id),
            Call::StartTurn { thread_id, turn_id } => {
                let mut parses = 0;
                let started = self.start_turn(driver, &thread_id, turn_id.as_deref(), &mut parses);
                answer.parses = Some(parses);
                started.map(|id| answer.turn_id = Some(id))
            }
            Call::MendHistory { thread_id, turns } => {
                self.stored.insert(thread_id, Stored { turns: Some(turns) });
                Ok(())
            }
        };
        match served {
            Ok(()) => {}
            Err(error) if ["config-invalid", "internal"].contains(&error.code.as_str()) => return Err(error),
            Err(error) => answer.error = Some(error.code),
        }
        Ok(answer)
    }

    fn start(&mut self, driver: &mut Driver, asked: Option<&str>, path: Option<&str>, fails: bool) -> Result<String, Error> {
        let id = driver.session.reserve_thread(&self.threads, asked)?;
        driver.session.settle_thread(&self.threads, &id, self.stored.contains_key(&id), path)?;
        if fails {
            driver.session.release_thread(&self.threads, &id)?;
        } else {
            self.load(driver, &id)?;
        }
        Ok(id)
    }

    fn resume(&mut self, driver: &mut Driver, stored: &str, asked: Option<&str>, path: Option<&str>) -> Result<bool, Error> {
        let is_live = driver.session.resume_thread(&self.threads, asked, stored, path)?;
        if !is_live {
            self.load(driver, stored)?;
        }
        Ok(is_live)
    }

    fn load(&mut self, driver: &mut Driver, id: &str) -> Result<(), Error> {
        let turns = driver.session.open_known_turns()?;
        match self.turns.insert(id.into(), turns) {
            Some(before) => driver.session.release(before),
            None => Ok(()),
        }
    }

    fn unload(&mut self, driver: &mut Driver, id: &str) -> Result<(), Error> {
        driver.session.release_thread(&self.threads, id)?;
        match self.turns.remove(id) {
            Some(turns) => driver.session.release(turns),
            None => Ok(()),
        }
    }

    fn start_turn(&self, driver: &mut Driver, thread: &str, asked: Option<&str>, parses: &mut u32) -> Result<String, Error> {
        let turns = self.turns.get(thread).ok_or_else(|| Error::config("`calls` starts a turn of a thread that is not loaded"))?;
        if let Some(id) = driver.session.reserve_turn(turns, asked)? {
            return Ok(id);
        }
        *parses += 1;
        // A thread that was never stored has an empty history.
        let history = self.stored.get(thread).map_or_else(|| Some(Vec::new()), |stored| stored.turns.clone());
        driver.session.fill_turns(turns, history.as_deref())?;
        let id = driver.session.reserve_turn(turns, asked)?;
        id.ok_or_else(|| Error::internal("the history of turns is asked for twice".into()))
    }

    fn close(self, driver: &mut Driver) -> Result<(), Error> {
        for turns in self.turns.into_values() {
            driver.session.release(turns)?;
        }
        driver.session.release(self.threads)
    }
}
