//! What goes wrong.

use crate::operations::Scene;
use agent_identity_host::ports::Clock;
use agent_identity_tests::faulty::Trouble;

/// A fault, and how it is made.
pub struct Fault {
    pub name: &'static str,
    /// Whether it lies beyond the machine.
    pub is_remote: bool,
    kind: Kind,
}

enum Kind {
    None,
    /// Faults of the authority; `@` stands for the endpoint of the operation.
    Authority(&'static str),
    /// The authority's clock, milliseconds.
    Skew(i64),
    /// Answers come later than requests are given up.
    Slow,
    Machine(Trouble),
    /// The machine's clock shows this time.
    Clock(i64),
}

impl Fault {
    pub fn all() -> Vec<Self> {
        use Kind::{Authority, Clock, Machine, Skew, Slow};
        let remote = |name, kind| Self { name, is_remote: true, kind };
        let local = |name, kind| Self { name, is_remote: false, kind };
        vec![
            local("none", Kind::None),
            remote("500 twice", Authority("@500:2")),
            remote("500", Authority("@500")),
            remote("429 once, `Retry-After: 3`", Authority("@429:1,retry-after:3s")),
            remote("429, `Retry-After: 31`", Authority("@429,retry-after:31s")),
            remote("400", Authority("@400")),
            remote("403", Authority("@403")),
            remote("401 without a reason", Authority("@401")),
            remote("401 `task-unknown` once", Authority("@401-task:1")),
            remote("401 `task-unknown`", Authority("@401-task")),
            remote("401 `assertion-expired`, clocks agree", Authority("@401-clock")),
            remote("401 `signature-invalid`", Authority("@401-key")),
            remote("redirect", Authority("@redirect")),
            remote("200, not JSON", Authority("@garbage")),
            remote("200, 2 MiB", Authority("@huge")),
            remote("answer cut in half", Authority("@truncate")),
            remote("connection closed, request not served", Authority("@drop")),
            remote("connection closed, request served", Authority("@lose")),
            remote("connection closed, request served, once", Authority("@lose:1")),
            remote("no connection", Machine(Trouble::Unreachable)),
            remote("no answer in time", Slow),
            remote("backend's clock 400 s ahead", Skew(400_000)),
            remote("backend's clock 400 s behind", Skew(-400_000)),
            local("storage unreadable", Machine(Trouble::Unreadable)),
            local("storage unwritable", Machine(Trouble::Unwritable)),
            local("another writer, three times", Machine(Trouble::Contended(3))),
            local("another writer, always", Machine(Trouble::Contended(u32::MAX))),
            local("no randomness", Machine(Trouble::NoRandom)),
            local("clock in the year 10000", Clock(253_402_300_800_000)),
            local("clock before 1970", Clock(-1_000)),
        ]
    }

    pub fn begin(&self, scene: &Scene<'_>, scope: &'static str) {
        let authority = |text: &str| {
            let faults = if scope.is_empty() { text.replace('@', "") } else { text.replace('@', &format!("{scope}/")) };
            scene.authority.set_faults(faults.parse().expect("a list of faults"));
        };
        match self.kind {
            Kind::None => {}
            Kind::Authority(text) => authority(text),
            Kind::Skew(ms) => scene.authority.set_clock_offset(ms),
            Kind::Slow => {
                authority("@slow:20s");
                scene.machine.set(Trouble::Impatient(match scope {
                    "agent" => "/agent/register",
                    "task" => "/task/register",
                    scope => scope,
                }));
            }
            Kind::Machine(trouble) => scene.machine.set(trouble),
            Kind::Clock(shown_ms) => scene.machine.shift_clock(shown_ms - scene.machine.now_ms()),
        }
    }

    /// All is well again, and whatever was to be waited for is over.
    pub fn end(&self, scene: &Scene<'_>) {
        scene.authority.set_faults(agent_identity_host::authority::Faults::default());
        scene.machine.set(Trouble::None);
        scene.machine.shift_clock(0);
        scene.machine.advance(3_600_000);
    }
}
