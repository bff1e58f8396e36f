//! Disturbances, one after another.

use crate::backend::Backend;
use crate::chance::Chance;
use crate::program::Program;
use crate::tally::Tally;
use agent_identity_host::Error;
use agent_identity_tests::faulty::Trouble;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct Storm {
    chance: Chance,
    counts: BTreeMap<&'static str, u64>,
}

const FAULTS: [&str; 9] = [
    "task/500:2",
    "agent/503:1",
    "responses/500:3",
    "drop:2",
    "lose:2",
    "slow:15ms",
    "truncate:1",
    "task/429:1,retry-after:1s",
    "garbage:1",
];

const TROUBLES: [Trouble; 4] = [Trouble::Unwritable, Trouble::Contended(3), Trouble::NoRandom, Trouble::Unreachable];

impl Storm {
    pub fn new(chance: Chance) -> Self {
        Self { chance, counts: BTreeMap::new() }
    }

    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    pub async fn rage(&mut self, backend: &Backend, programs: &[Arc<Program>], tally: &Tally, length: Duration) {
        let began = Instant::now();
        while began.elapsed() < length {
            let program = programs[self.chance.below(programs.len())].clone();
            self.disturb(backend, &program, tally).await;
            tokio::time::sleep(Duration::from_millis(10 + self.chance.below(60) as u64)).await;
        }
    }

    /// Ends everything that goes wrong; of what is waited for, an hour passes.
    pub async fn clear(&mut self, backend: &Backend, programs: &[Arc<Program>]) {
        backend.set_faults("").await;
        for program in programs {
            program.machine.set(Trouble::None);
            program.machine.advance(3_600_000);
        }
    }

    async fn disturb(&mut self, backend: &Backend, program: &Program, tally: &Tally) {
        let kind = self.chance.below(12);
        let name = match kind {
            0 | 1 => {
                program.switch_account();
                "account switched"
            }
            2 => {
                let accept = self.chance.below(3) > 0;
                note(tally, program.rotate(accept).await);
                "key rotated"
            }
            3 | 4 => {
                if let Some(task) = program.some_task(&mut self.chance) {
                    backend.end_task(&task).await;
                }
                "task ended"
            }
            5 => {
                program.restart();
                "restarted"
            }
            6 => {
                note(tally, program.log_out().await);
                "logged out"
            }
            7 => {
                note(tally, program.log_in_with_jwt().await);
                "logged in"
            }
            8 => {
                // Not the backend's: one that steps back refuses what it cannot tell from a replay (V12).
                program.machine.shift_clock([-400_000, 0, 400_000][self.chance.below(3)]);
                "clock set"
            }
            9 => {
                program.machine.set(TROUBLES[self.chance.below(TROUBLES.len())]);
                tokio::time::sleep(Duration::from_millis(30)).await;
                program.machine.set(Trouble::None);
                "machine in trouble"
            }
            _ => {
                backend.set_faults(self.chance.of(&FAULTS)).await;
                "faults of the backend"
            }
        };
        *self.counts.entry(name).or_default() += 1;
    }
}

fn note(tally: &Tally, ended: Result<(), Error>) {
    tally.count(&ended.map_or_else(|error| error.code, |()| "changed".into()));
}
