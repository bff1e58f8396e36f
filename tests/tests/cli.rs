//! The program `agent-identity`, run as its users run it. Cases are data: `cli/*.toml`, a file for each command.

#[path = "cli/case.rs"]
mod case;
#[path = "cli/program.rs"]
mod program;

use case::run_file;
use program::{Serve, Workplace};
use std::fs;
use std::path::Path;

#[test]
fn help() {
    run_file("help");
}

#[test]
fn keygen() {
    run_file("keygen");
}

#[test]
fn normalize() {
    run_file("normalize");
}

#[test]
fn metadata_render() {
    run_file("metadata_render");
}

#[test]
fn metadata_explain() {
    run_file("metadata_explain");
}

#[test]
fn item_ids() {
    run_file("item_ids");
}

#[test]
fn originator() {
    run_file("originator");
}

#[test]
fn inspect() {
    run_file("inspect");
}

#[test]
fn verify() {
    run_file("verify");
}

#[test]
fn init() {
    run_file("init");
}

#[test]
fn register() {
    run_file("register");
}

#[test]
fn login() {
    run_file("login");
}

#[test]
fn logout() {
    run_file("logout");
}

#[test]
fn status() {
    run_file("status");
}

#[test]
fn rotate() {
    run_file("rotate");
}

#[test]
fn storage() {
    run_file("storage");
}

#[test]
fn task() {
    run_file("task");
}

#[test]
fn sign() {
    run_file("sign");
}

#[test]
fn request() {
    run_file("request");
}

#[test]
fn respond() {
    run_file("respond");
}

#[cfg(unix)]
#[test]
fn token() {
    run_file("token");
}

#[test]
fn serve() {
    run_file("serve");
}

#[test]
fn doctor() {
    run_file("doctor");
}

#[test]
fn conform() {
    run_file("conform");
}

#[test]
fn demo() {
    run_file("demo");
}

/// From nothing to an accepted request, each command feeding the next.
#[test]
fn from_a_key_to_an_accepted_request() {
    let place = Workplace::new();
    let serve = Serve::start(&place, &["--task-ids", "sealed"]);
    let run = |args: &[&str], stdin: &str| {
        let output = place.run(args, stdin.as_bytes(), &[]);
        assert_eq!(output.exit, 0, "{args:?}: {}{}", output.stdout, output.stderr);
        output.stdout
    };
    let init = run(&["init", "--authapi-base", &serve.authapi_base, "--json"], "");
    let thumbprint = member(&init, "/key_thumbprint");
    let token = fs::read_to_string(place.path("token")).unwrap();
    let registered = run(&["register", "--token-file", "-", "--account", "acct-1", "--user", "user-1", "--json"], &token);
    assert_eq!(member(&registered, "/key_thumbprint"), thumbprint, "the key of init is the one registered");
    assert!(!place.path("home/pending-key.json").exists(), "the key is kept once");
    let task = run(&["task"], "");
    assert_eq!(run(&["task"], ""), task, "L1, L3: one run task, kept over restarts");

    let header = run(&["sign"], "");
    let inspected = run(&["inspect", "-", "--json"], &header);
    assert_eq!(member(&inspected, "/task_id"), task.trim());
    assert_eq!(member(&inspected, "/agent_runtime_id"), member(&registered, "/agent_runtime_id"));
    let public_key = member(&init, "/public_key");
    let verified = run(&["verify", "--public-key", &public_key, "--json"], &header);
    assert_eq!(member(&verified, "/verdict"), "accepted");
    let answer = run(&["request", &serve.responses_url, "-d", r#"{"model":"m","input":"hello"}"#, "--json"], "");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&answer).unwrap()["status"], 200, "{answer}");

    // L5: the reference client knows nothing of the task store; the record alone is enough.
    fs::remove_file(place.path("home/agent_tasks.json")).unwrap();
    assert_eq!(run(&["task"], ""), task);
    // A crash between writing the record and removing the pending key loses nothing and registers nothing twice.
    let record: serde_json::Value = serde_json::from_slice(&fs::read(place.path("home/auth.json")).unwrap()).unwrap();
    let key = record["agent_identity"]["agent_private_key"].as_str().unwrap();
    place.write("home/pending-key.json", &format!(r#"{{"version":1,"agent_private_key":"{key}"}}"#));
    let again = place.run(&["register", "--token-file", "token", "--account", "acct-1", "--user", "user-1"], b"", &[]);
    assert_eq!(again.exit, 3, "{}", again.stderr);
    assert!(!place.path("home/pending-key.json").exists());
    assert_eq!(run(&["task"], ""), task);
}

/// Whatever an option is called, what is secret comes from a file.
#[test]
fn k14_no_option_takes_a_secret() {
    let place = Workplace::new();
    let commands = place.run(&["help"], b"", &[]).stdout;
    let commands = commands.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    let mut seen = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        seen += 1;
        let help = place.run(&["help", command], b"", &[]).stdout;
        let options = help.lines().map(str::trim).filter(|line| line.starts_with('-')).filter_map(|line| line.split("  ").next());
        for option in options.filter(|option| ["token", "key", "secret", "password"].iter().any(|word| option.contains(word))) {
            let takes_file = option.contains("<FILE");
            let is_public = option.starts_with("--public-key <LINE>") || option.starts_with("--public-form");
            assert!(takes_file || is_public, "{command}: {option}");
        }
    }
    assert_eq!(seen, 25, "every command and `help`");
}

/// The server ends when it is asked to.
#[cfg(unix)]
#[test]
fn serve_ends_cleanly_on_a_signal() {
    let place = Workplace::new();
    let serve = Serve::start(&place, &["--database", "authority.db"]);
    let status = serve.terminate();
    assert!(status.success(), "{status}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(place.path("authority.db")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

/// Every data file is run by a test above.
#[test]
fn every_data_file_is_run() {
    let source = include_str!("cli.rs");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(source.contains(&format!("run_file(\"{name}\")")), "{name}.toml");
        }
    }
}

fn member(json: &str, pointer: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_else(|| panic!("{pointer} in {json}")).to_owned()
}
