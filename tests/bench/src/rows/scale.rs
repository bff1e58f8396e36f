//! What tasks and replay entries cost when there are many of them: time of a call, and memory.

use crate::fixture::{Keyed, TASK, agent_config};
use crate::harness::{Bench, Failure, Sampling, Subject};
use crate::machine;
use agent_identity_host::ports::Clock;
use agent_identity_host::session::{AgentHandle, ReplayHandle};
use agent_identity_host::system::SystemRandom;
use agent_identity_host::types::verification::{Policy, ReplayConfig, ReplayMode, ReplayStart};
use agent_identity_host::{Component, Session};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const COUNTS: [(&str, u64); 3] = [("1", 1), ("1e3", 1_000), ("1e5", 100_000)];
const MORE_ENTRIES: (&str, u64) = ("1e6", 1_000_000);

/// Measures tasks, then replay entries.
pub fn measure(bench: &mut Bench, component: &Component) -> Result<(), Failure> {
    let sampling = Sampling { rounds: bench.by_effort(50, 200), batch: Duration::from_millis(2) };
    for (label, count) in COUNTS {
        let (ticket, authorize, adopt) =
            (format!("tasks/{label}-ticket"), format!("tasks/{label}-authorize"), format!("tasks/{label}-adopt"));
        if ![&ticket, &authorize, &adopt].into_iter().any(|name| bench.wants(name)) {
            continue;
        }
        let before = machine::resident_bytes();
        let tasks = std::cell::RefCell::new(Tasks::filled(component, count)?);
        let bytes = machine::resident_bytes().saturating_sub(before);
        let subjects = vec![
            Subject::new(ticket, |n| (0..n).try_for_each(|_| tasks.borrow_mut().ticket())).bytes(bytes),
            Subject::new(authorize, |n| (0..n).try_for_each(|_| tasks.borrow_mut().authorize())),
            Subject::new(adopt, |n| (0..n).try_for_each(|_| tasks.borrow_mut().adopt_and_forget())),
        ];
        bench.group(sampling, subjects)?;
    }
    for (label, count) in COUNTS.into_iter().chain([MORE_ENTRIES]) {
        let name = format!("replay/{label}-entries");
        if !bench.wants(&name) {
            continue;
        }
        let before = machine::resident_bytes();
        let mut window = Window::filled(component, count)?;
        let bytes = machine::resident_bytes().saturating_sub(before);
        let subject = Subject::new(name, |n| (0..n).try_for_each(|_| window.admit())).per_second(1).bytes(bytes);
        bench.group(sampling, vec![subject])?;
    }
    Ok(())
}

/// An agent that knows many tasks.
struct Tasks {
    session: Session,
    agent: AgentHandle,
    count: u64,
    turn: u64,
}

impl Tasks {
    fn filled(component: &Component, count: u64) -> Result<Self, Failure> {
        let Keyed { mut session, key } = Keyed::new(component)?;
        let agent = session.open_agent(&agent_config(), &key)?;
        for number in 0..count {
            session.agent_adopt_task(&agent, Some(&reference(number)), TASK)?;
        }
        Ok(Self { session, agent, count, turn: 0 })
    }

    /// References in an order that visits all of them and is not the one they lie in.
    fn next(&mut self) -> String {
        self.turn = self.turn.wrapping_add(61_803);
        reference(self.turn % self.count)
    }

    fn ticket(&mut self) -> Result<(), Failure> {
        let reference = self.next();
        black_box(self.session.agent_ticket(&self.agent, Some(&reference))?);
        Ok(())
    }

    fn authorize(&mut self) -> Result<(), Failure> {
        let reference = self.next();
        black_box(self.session.agent_authorize(&self.agent, Some(&reference))?);
        Ok(())
    }

    /// A task among the others, taken and dropped again.
    fn adopt_and_forget(&mut self) -> Result<(), Failure> {
        let reference = format!("{}-new", self.next());
        self.session.agent_adopt_task(&self.agent, Some(&reference), TASK)?;
        self.session.agent_forget_task(&self.agent, Some(&reference))?;
        Ok(())
    }
}

fn reference(number: u64) -> String {
    format!("https://example.com/tickets/{number:08}")
}

/// A replay window in its steady state: with each entry that comes, the clock moves on so far that one goes.
struct Window {
    session: Session,
    window: ReplayHandle,
    clock: Arc<SteadyClock>,
    step_us: i64,
    admitted: u64,
}

const POLICY: Policy = Policy { max_age_s: 300, ahead_s: 10 };
/// How long an entry is kept: 310 s, and what is left of its second.
const KEPT_US: i64 = 311_000_000;

impl Window {
    fn filled(component: &Component, count: u64) -> Result<Self, Failure> {
        let clock = Arc::new(SteadyClock(AtomicI64::new(1_776_902_400_000_000)));
        let mut session = Session::new(component, clock.clone(), Arc::new(SystemRandom))?;
        let capacity = u32::try_from(count + count / 10 + 10)?;
        let config = ReplayConfig { mode: ReplayMode::Cap(32), policy: POLICY, capacity };
        let window = session.open_replay_window(config, &ReplayStart::New)?;
        let mut filled = Self { session, window, clock, step_us: KEPT_US / i64::try_from(count)?, admitted: 0 };
        for _ in 0..count {
            filled.admit()?;
        }
        Ok(filled)
    }

    fn admit(&mut self) -> Result<(), Failure> {
        let now_us = self.clock.0.fetch_add(self.step_us, Ordering::Relaxed);
        self.admitted += 1;
        black_box(self.session.admit(&self.window, &replay_key(self.admitted), now_us / 1_000_000)?);
        Ok(())
    }
}

/// 32 bytes that look like a hash; what is measured is the window, not SHA-256.
fn replay_key(number: u64) -> [u8; 32] {
    let mut key = [0; 32];
    for (lane, bytes) in (1_u64..).zip(key.chunks_exact_mut(8)) {
        let mixed = (number ^ lane << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bytes.copy_from_slice(&(mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_le_bytes());
    }
    key
}

/// A clock that moves when it is told; microseconds.
struct SteadyClock(AtomicI64);

impl Clock for SteadyClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed) / 1_000
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.now_ms()).unwrap_or(0)
    }
}
