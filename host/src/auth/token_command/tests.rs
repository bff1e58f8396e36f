//! With real processes. The commands are `sh -c`, so that no file is executed while another test still writes one.

use super::*;
use crate::provider::vectors::{Case, cases};
use crate::provider::{ConfigContext, CredentialSource, Provider};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use tempfile::TempDir;
use tokio::task::{JoinHandle, spawn_blocking};

#[derive(Default)]
struct ManualClock(AtomicU64);

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        0
    }

    fn monotonic_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

struct Place {
    folder: TempDir,
    clock: Arc<ManualClock>,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), clock: Arc::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, command: &str, args: &[&str]) -> TokenCommand {
        self.with(CommandAuth { command: command.into(), args: args.iter().copied().map(Into::into).collect(), ..self.auth() })
    }

    /// `sh -c script`, run in the folder.
    fn script(&self, script: &str) -> TokenCommand {
        self.command("sh", &["-c", script])
    }

    fn auth(&self) -> CommandAuth {
        CommandAuth {
            command: String::new(),
            args: Vec::new(),
            timeout: Duration::from_secs(600),
            refresh_interval: Duration::from_secs(300),
            cwd: self.folder.path().into(),
        }
    }

    fn with(&self, auth: CommandAuth) -> TokenCommand {
        TokenCommand::new(auth, self.clock.clone())
    }

    fn pass_ms(&self, ms: u64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Runs of [`COUNTING`] so far.
    fn runs(&self) -> usize {
        fs::read_to_string(self.path("runs")).map_or(0, |text| text.lines().count())
    }

    /// A pipe that tells when a command is there, and when it and all it started is gone.
    fn pipe(&self) -> PathBuf {
        let path = self.path("alive");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }
}

/// Prints `tok-1`, `tok-2` and so on.
const COUNTING: &str = "echo run >> runs; n=$(wc -l < runs); printf ' tok-%d\n' $n";

/// Says that it is there, then starts a process and waits for it.
const HANGING: &str = "exec 3> alive; echo there >&3; sleep 100000 & wait";

/// Until the command has opened the pipe.
fn opened(pipe: &Path) -> JoinHandle<BufReader<fs::File>> {
    let pipe = pipe.to_owned();
    spawn_blocking(move || {
        let mut reader = BufReader::new(fs::File::open(pipe).unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, "there\n");
        reader
    })
}

/// Returns when nobody holds the pipe any more.
async fn closed(mut reader: BufReader<fs::File>) {
    spawn_blocking(move || std::io::copy(&mut reader, &mut std::io::sink()).unwrap()).await.unwrap();
}

async fn code(command: &TokenCommand) -> String {
    command.token().await.unwrap_err().code
}

async fn text(command: &TokenCommand) -> String {
    command.token().await.unwrap().token.expose().to_owned()
}

#[tokio::test]
async fn r12_2_the_program_is_found_by_path_by_folder_or_as_it_is() {
    let place = Place::new();
    fs::create_dir(place.path("bin")).unwrap();
    symlink("/bin/sh", place.path("bin/sh")).unwrap();
    let absolute = place.path("bin/sh");
    for program in ["sh", "bin/sh", "./bin/sh", absolute.to_str().unwrap()] {
        assert_eq!(text(&place.command(program, &["-c", "printf tok"])).await, "tok", "{program}");
    }
    for missing in ["no-such-program-of-ours", "bin/none", "/no/such/program"] {
        let error = place.command(missing, &[]).token().await.unwrap_err();
        assert_eq!(error.code, "token-command-start");
        assert!(error.message.contains(missing), "{error}");
    }
    let elsewhere = place.with(CommandAuth { command: "sh".into(), cwd: place.path("none"), ..place.auth() });
    assert_eq!(code(&elsewhere).await, "token-command-start");
}

#[tokio::test]
async fn r12_2_it_runs_in_its_folder() {
    let place = Place::new();
    fs::write(place.path("token"), "tok-file\n").unwrap();
    assert_eq!(text(&place.command("cat", &["token"])).await, "tok-file");
}

#[tokio::test]
async fn r12_2_stdin_is_closed_and_stderr_does_not_block() {
    let place = Place::new();
    assert_eq!(text(&place.script("cat; head -c 300000 /dev/zero >&2; printf tok")).await, "tok");
}

#[tokio::test(start_paused = true)]
async fn r12_2_a_timeout_kills_the_command_and_what_it_started() {
    let place = Place::new();
    let pipe = place.pipe();
    let slow = CommandAuth { timeout: Duration::from_millis(5_000), args: vec!["-c".into(), HANGING.into()], ..place.auth() };
    let command = place.with(CommandAuth { command: "sh".into(), ..slow });
    // The paused clock stands still until the blocking read returns.
    let opened = opened(&pipe);
    let (error, reader) = tokio::join!(command.token(), opened);
    let error = error.unwrap_err();
    assert_eq!(error.code, "token-command-timeout");
    assert!(error.message.contains("5000 ms"), "{error}");
    closed(reader.unwrap()).await;
}

#[tokio::test]
async fn r12_2_a_dropped_request_kills_the_command_and_what_it_started() {
    let place = Place::new();
    let pipe = place.pipe();
    let command = Arc::new(place.script(HANGING));
    let opened = opened(&pipe);
    let asking = tokio::spawn({
        let command = command.clone();
        async move { command.token().await }
    });
    let reader = opened.await.unwrap();
    asking.abort();
    closed(reader).await;
    assert!(asking.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn r12_3_errors_hold_name_status_and_time_but_no_output() {
    let place = Place::new();
    let scripts = ["printf sk-secret; printf sk-secret >&2; exit 3", "printf 'sk-secret\\377'; printf sk-secret >&2"];
    for script in scripts {
        let error = place.script(script).token().await.unwrap_err();
        assert!(error.message.contains("\"sh\""), "{error}");
        assert!(!format!("{error:?}").contains("sk-secret"), "{error}");
    }
    let error = place.script("exit 3").token().await.unwrap_err();
    assert!(error.message.contains("status 3 after 0 ms"), "{error}");
    let command = place.script("printf sk-secret");
    let printed = command.token().await.unwrap();
    assert!(!format!("{printed:?} {command:?}").contains("sk-secret"));
}

/// What the steps of a case answer, one after the other, and how often the command ran.
async fn played(case: &Case) -> Value {
    let place = Place::new();
    let table = case.input.as_object().unwrap();
    let members = table.iter().filter(|(name, _)| *name != "steps").map(|(name, value)| (name.clone(), value.clone()));
    let context = ConfigContext { folder: place.folder.path().into(), client_version: String::new() };
    let members = json!({"name": "Mine", "auth": members.collect::<serde_json::Map<_, _>>()});
    let CredentialSource::Command(auth) = Provider::from_config("mine", members, &context).unwrap().credentials else { panic!() };
    let command = place.with(auth);
    let (mut answers, mut last_run) = (Vec::new(), 0);
    for step in case.input["steps"].as_array().unwrap() {
        let many = |name: &str| (0..step[name].as_u64().unwrap_or(0)).map(|_| &command);
        match step.as_str() {
            Some("break") => fs::write(place.path("broken"), "").unwrap(),
            Some("mend") => fs::remove_file(place.path("broken")).unwrap(),
            _ => place.pass_ms(step["pass_ms"].as_u64().unwrap_or(0)),
        }
        let asked = if step == "ask" { vec![&command] } else { many("ask").collect() };
        for printed in futures(asked.into_iter().map(|command| command.token())).await {
            last_run = printed.as_ref().map_or(last_run, |printed| printed.run);
            answers.push(printed.map_or_else(|error| json!({"error": error.code}), |printed| printed.token.expose().into()));
        }
        for renewed in futures(many("refused").map(|command| command.renew(last_run))).await {
            answers.extend(renewed.err().map(|error| json!({"error": error.code})));
        }
    }
    let mut played = json!({"answers": answers});
    if case.expect.get("runs").is_some() {
        played["runs"] = place.runs().into();
    }
    played
}

/// All at the same time, in order.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<_> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in all.iter_mut().zip(&mut done) {
            if done.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn e64_e65_r12_2_r12_3_r12_4_r12_5_r12_6_runs_and_answers_are_those_of_the_vectors() {
    for case in cases("token-command").iter().filter(|case| case.input["steps"] != json!(["authorize"])) {
        case.check(Ok(played(case).await));
    }
}

#[tokio::test]
async fn r12_5_who_waits_behind_a_dropped_request_runs_it_again() {
    let place = Place::new();
    let pipe = place.pipe();
    let command = Arc::new(place.script(&format!("test -e runs && printf tok && exit; echo run >> runs; {HANGING}")));
    let opened = opened(&pipe);
    let ask = || {
        let command = command.clone();
        tokio::spawn(async move { command.token().await })
    };
    let first = ask();
    let reader = opened.await.unwrap();
    let second = ask();
    first.abort();
    assert_eq!(second.await.unwrap().unwrap().token.expose(), "tok");
    closed(reader).await;
}

#[tokio::test]
async fn r12_6_a_refusal_of_an_older_token_runs_nothing() {
    let place = Place::new();
    let command = place.script(COUNTING);
    let refused = command.token().await.unwrap().run;
    command.renew(refused).await.unwrap();
    command.renew(refused).await.unwrap();
    assert_eq!(place.runs(), 2, "a later token than the refused one is there");
}
