//! A process that uses a key in every way, drops it, and looks for it.

use crate::process::{Mapping, Scanner, mappings};
use crate::secrets::Patterns;
use agent_identity_core::encoding::base64;
use agent_identity_host::session::{AgentHandle, KeyHandle};
use agent_identity_host::types::{CustodyCheck, PrivateForm, PublicForm, SecretForm, agents};
use agent_identity_host::{Profile, Session};
use agent_identity_tests::{APRIL_MS, SetClock, SetRandom, component};
use std::fs::File;
use std::io::Read;
use std::process::Command;
use std::sync::Arc;

const STARTED_FOR: &str = "AGENT_IDENTITY_SCANNED_PROFILE";

/// Lives in linear memory as long as its agent, and so tells which mapping that is.
const MARKER: &str = "agent-that-marks-the-linear-memory";

/// Starts this test executable once more for the scan, and reads what it found.
pub fn start_and_judge(profile: Profile) {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let output = Command::new(executable)
        .args(["k15_scanned_process", "--exact", "--nocapture", "--test-threads=1"])
        .env(STARTED_FOR, profile.as_str())
        .output()
        .expect("the executable starts");
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("linear memory scanned"), "the scan took place");
}

pub fn run_if_started() {
    let Ok(name) = std::env::var(STARTED_FOR) else { return };
    let profile = Profile::ALL.into_iter().find(|profile| profile.as_str() == name).expect("a profile");
    // A thread of its own: its stack is not that of the test harness.
    std::thread::spawn(move || run(profile)).join().expect("the scan ends");
}

fn run(profile: Profile) {
    let mut session = Session::new(component(profile), Arc::new(SetClock::at(APRIL_MS)), Arc::new(SetRandom::repeating(9))).expect("sound");
    let _marker = plant_marker(&mut session);
    let linear = linear_memory();
    let mut scanner = Scanner::new();

    let mut seed = Box::new([0; 32]);
    File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut seed[..])).expect("random bytes");
    let patterns = Patterns::of_seed(&seed);
    let key = session.import_key(PrivateForm::Seed, &seed[..]).expect("a seed is a key");
    assert!(scanner.count(&linear, &patterns)[0] > 0, "while the key lives its seed is found, or the scan is blind");

    use_in_every_way(&mut session, &key, &seed);
    session.release(key).expect("sound");
    seed.fill(0);
    std::hint::black_box(&seed);

    let left = scanner.count(&linear_memory(), &patterns);
    report_whole_process(&mut scanner, &patterns);
    let found: Vec<_> = patterns.names().zip(&left).filter(|(_, count)| **count > 0).collect();
    assert!(found.is_empty(), "{}: left in linear memory after the key was dropped: {found:?}", profile.as_str());
    println!("{}: linear memory scanned, nothing left", profile.as_str());
}

/// Signs, writes and reads the key in each of its forms, opens a sealed id, and fails where a key can fail.
fn use_in_every_way(session: &mut Session, key: &KeyHandle, seed: &[u8; 32]) {
    for number in 0..20 {
        let task = format!("task-{number}");
        session.authorize(key, "agent-123", &task, 0).expect("valid fields");
        session.sign_task_at(key, "agent-123", "2026-04-23T00:00:00Z", None).expect("valid fields");
    }
    for (form, read) in [
        (SecretForm::Pkcs8Der, PrivateForm::Pkcs8Der),
        (SecretForm::Pkcs8Base64, PrivateForm::Pkcs8Base64),
        (SecretForm::Pkcs8Pem, PrivateForm::Pkcs8Pem),
    ] {
        let written = session.reveal(key, form).expect("the key is held");
        let again = session.import_key(read, &written).expect("what was written can be read");
        session.release(again).expect("sound");
        // Refused at the end, when the secret has been read already.
        let mut spoilt = Vec::with_capacity(written.len() + 1);
        spoilt.extend_from_slice(&written);
        spoilt.push(b'!');
        session.import_key(read, &spoilt).expect_err("one byte too many");
        spoilt.fill(0);
        std::hint::black_box(&spoilt);
    }
    let public = session.public_forms(key).expect("sound");
    for x in [base64_url(&public.raw), base64_url(&[9; 32])] {
        let mut jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{}","x":"{x}"}}"#, base64_url(seed)).into_bytes();
        if let Ok(again) = session.import_key(PrivateForm::Jwk, &jwk) {
            session.release(again).expect("sound");
        }
        jwk.fill(0);
        std::hint::black_box(&jwk);
    }
    let identity = agent_identity_host::types::Identity {
        agent_runtime_id: "agent-123".into(),
        account_id: "account".into(),
        chatgpt_user_id: "user".into(),
        email: None,
        plan_type: "pro".into(),
        fedramp: false,
        task_id: None,
    };
    let document = session.write_record(None, &identity, key).expect("the key is held");
    session.read_record(&document, "account", "user").expect("what was written can be read");
    let again = session.record_key(&document).expect("what was written can be read");
    session.release(again).expect("sound");
    let verifying_key = session.import_verifying_key(PublicForm::Raw, &public.raw).expect("a public key");
    let sealed = session.seal_task_id(&verifying_key, "task-123").expect("random bytes are there");
    let answer = format!(r#"{{"encrypted_task_id":"{sealed}"}}"#);
    assert_eq!(session.read_task_answer(key, answer.as_bytes()).as_deref(), Ok("task-123"));
    let agent = session.open_agent(&config("agent-123"), key).expect("a valid configuration");
    session.agent_adopt_task(&agent, None, "task-123").expect("a valid id");
    session.agent_authorize(&agent, None).expect("the task is known");
    let operation = session.begin_register_task(&agent, None, None).expect("the key is held");
    session.resume(&operation, None).expect("the first step needs no outcome");
    session.release(operation).expect("sound");
    session.release(agent).expect("sound");
}

fn base64_url(bytes: &[u8]) -> String {
    base64(bytes).replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

fn plant_marker(session: &mut Session) -> AgentHandle {
    let key = session.import_key(PrivateForm::Seed, &[7; 32]).expect("a seed is a key");
    let public = session.public_forms(&key).expect("sound").raw;
    session.release(key).expect("sound");
    let key = session.custodial_key(&public, "none", CustodyCheck::First).expect("a public key");
    session.open_agent(&config(MARKER), &key).expect("a valid configuration")
}

fn config(agent_runtime_id: &str) -> agents::AgentConfig {
    agents::AgentConfig {
        agent_runtime_id: agent_runtime_id.into(),
        account_id: None,
        chatgpt_user_id: None,
        fedramp: false,
        authapi_base: "https://authority.example".into(),
        correct_clock: true,
        skew_threshold_s: None,
        clock_offset_ms: 0,
    }
}

/// The mapping that holds the marker and has room to grow behind it.
fn linear_memory() -> Mapping {
    let (mut scanner, marker) = (Scanner::new(), Patterns::of_text(MARKER));
    let mut found: Vec<_> = mappings().into_iter().filter(|mapping| mapping.is_linear && scanner.count(mapping, &marker)[0] > 0).collect();
    assert_eq!(found.len(), 1, "one linear memory holds the marker");
    found.remove(0)
}

/// What lies outside the linear memory is the host's; it is told, not judged.
fn report_whole_process(scanner: &mut Scanner, patterns: &Patterns) {
    for mapping in mappings() {
        let counts = scanner.count(&mapping, patterns);
        for (name, count) in patterns.names().zip(counts).filter(|(_, count)| *count > 0) {
            let place = if mapping.is_linear { "linear memory" } else { mapping.name.as_str() };
            println!("found {count} times: {name}, in {place} {:x}-{:x}", mapping.start, mapping.end);
        }
    }
}
