//! What the suites share: the compiled component, the driver as a function, clocks and random sources that are set by hand; and
//! installations of programs against the real authority.

mod cases;
mod doubles;
pub mod effects;
pub mod faulty;
pub mod flows;
pub mod gate;
pub mod installation;
pub mod requests;

pub use cases::{Case, Expect, check};
pub use doubles::{NoRandom, SetClock, SetRandom};

use agent_identity_host::component::CacheFolder;
use agent_identity_host::{Component, LoadOptions, Profile, Session, conform};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The component of a profile, compiled once for all suites.
pub fn component(profile: Profile) -> &'static Component {
    static LOADED: [OnceLock<Component>; 2] = [OnceLock::new(), OnceLock::new()];
    let place = &LOADED[usize::from(profile == Profile::Wide)];
    place.get_or_init(|| {
        let cache = Some(CacheFolder::at(cache_folder()));
        Component::load_with(LoadOptions { profile, cache, ..LoadOptions::default() }).expect("the component loads")
    })
}

/// Beside the test executables.
pub fn cache_folder() -> PathBuf {
    let executable = std::env::current_exe().expect("a test knows its executable");
    executable.with_file_name("compiled-components")
}

/// A session at a fixed time, with a random source that fails.
pub fn session(profile: Profile) -> Session {
    Session::new(component(profile), Arc::new(SetClock::at(APRIL_MS)), Arc::new(NoRandom)).expect("an instance can be made")
}

/// 2026-04-23T00:00:00Z.
pub const APRIL_MS: i64 = 1_776_902_400_000;

/// The driver's answer lines to these lines.
pub fn driver_answers(profile: Profile, lines: &[u8]) -> Vec<u8> {
    let mut answers = Vec::new();
    conform::run(component(profile), lines, &mut answers).expect("the driver answers");
    answers
}

/// Asks both builds; they must answer with the same bytes. The answers are in the order of the questions.
pub fn ask_all(questions: &[(&str, &Value)]) -> Vec<Value> {
    let mut lines = Vec::new();
    for (number, (op, input)) in questions.iter().enumerate() {
        lines.extend(json!({"id": number, "op": op, "input": input}).to_string().into_bytes());
        lines.push(b'\n');
    }
    let [portable, wide] = Profile::ALL.map(|profile| driver_answers(profile, &lines));
    let (portable, wide) = (lines_of(&portable), lines_of(&wide));
    assert_eq!(portable.len(), questions.len(), "one answer for each question");
    for ((portable, wide), (op, input)) in portable.iter().zip(&wide).zip(questions) {
        assert_eq!(portable, wide, "the two builds answer {op} differently: {input}");
    }
    assert_eq!(portable.len(), wide.len());
    let parsed = wide.iter().enumerate().map(|(number, line)| {
        let mut answer: Value = serde_json::from_str(line).expect("an answer is JSON");
        assert_eq!(answer["id"], number);
        answer.as_object_mut().and_then(|answer| answer.remove("id"));
        answer
    });
    parsed.collect()
}

/// Asks both builds one question.
pub fn ask(op: &str, input: &Value) -> Value {
    ask_all(&[(op, input)]).remove(0)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines_of(answers: &[u8]) -> Vec<&str> {
    std::str::from_utf8(answers).expect("answers are UTF-8").lines().collect()
}

/// Says that a test could not run here; the test returns at once afterwards. `xtask test` counts these lines.
pub fn skipped(test: &str, reason: &str) {
    println!("SKIPPED {test}: {reason}");
}
