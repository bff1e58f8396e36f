//! With real processes. The commands are `sh -c`, so that no file is executed while another test still writes one.

use super::*;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
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
async fn r12_2_no_shell_reads_the_arguments() {
    let place = Place::new();
    assert_eq!(text(&place.command("printf", &["%s", "$HOME;`id`"])).await, "$HOME;`id`");
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
async fn r12_3_e64_the_token_is_the_trimmed_output() {
    let place = Place::new();
    assert_eq!(text(&place.script("printf '  tok\n'")).await, "tok");
    let cases = [
        ("exit 3", "token-command-exit"),
        ("kill -9 $$", "token-command-exit"),
        ("echo", "token-command-empty"),
        ("printf '\\377'", "token-command-encoding"),
        ("printf 'two\nlines'", "token-command-encoding"),
        ("printf 't\\303\\251k'", "token-command-encoding"),
        ("head -c 65537 /dev/zero", "token-command-encoding"),
    ];
    for (script, expected) in cases {
        assert_eq!(code(&place.script(script)).await, expected, "{script}");
    }
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

#[tokio::test]
async fn r12_4_a_token_is_fresh_until_its_interval_has_passed() {
    let place = Place::new();
    let command = place.script(COUNTING);
    assert_eq!(text(&command).await, "tok-1");
    place.pass_ms(299_999);
    assert_eq!(text(&command).await, "tok-1");
    place.pass_ms(1);
    assert_eq!(text(&command).await, "tok-2");

    let place = Place::new();
    let args = vec!["-c".into(), COUNTING.into()];
    let forever = place.with(CommandAuth { command: "sh".into(), args, refresh_interval: Duration::ZERO, ..place.auth() });
    assert_eq!(text(&forever).await, "tok-1");
    place.pass_ms(u64::MAX / 2);
    assert_eq!(text(&forever).await, "tok-1");
}

#[tokio::test]
async fn r12_4_a_failed_run_keeps_nothing_and_an_aged_token_is_not_used() {
    let place = Place::new();
    let command = place.script(&format!("test -e broken && exit 1; {COUNTING}"));
    fs::write(place.path("broken"), "").unwrap();
    assert_eq!(code(&command).await, "token-command-exit");
    fs::remove_file(place.path("broken")).unwrap();
    assert_eq!(text(&command).await, "tok-1");
    fs::write(place.path("broken"), "").unwrap();
    assert_eq!(text(&command).await, "tok-1");
    place.pass_ms(300_000);
    assert_eq!(code(&command).await, "token-command-exit");
    assert_eq!(code(&command).await, "token-command-exit");
}

#[tokio::test]
async fn r12_5_e65_parallel_requests_share_one_run() {
    let place = Place::new();
    let command = place.script(COUNTING);
    let (first, second, third) = tokio::join!(text(&command), text(&command), text(&command));
    assert_eq!([first, second, third], ["tok-1"; 3]);
    assert_eq!(place.runs(), 1);
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
async fn r12_6_requests_refused_with_one_token_share_one_run() {
    let place = Place::new();
    let command = place.script(COUNTING);
    let refused = command.token().await.unwrap().run;
    let (first, second) = tokio::join!(command.renew(refused), command.renew(refused));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!((text(&command).await.as_str(), place.runs()), ("tok-2", 2));
    command.renew(refused).await.unwrap();
    assert_eq!(place.runs(), 2, "a later token than the refused one is there");
}

#[tokio::test]
async fn r12_6_a_refused_token_is_not_used_again_when_the_run_fails() {
    let place = Place::new();
    let command = place.script(&format!("test -e broken && exit 1; {COUNTING}"));
    let refused = command.token().await.unwrap().run;
    fs::write(place.path("broken"), "").unwrap();
    assert_eq!(command.renew(refused).await.unwrap_err().code, "token-command-exit");
    assert_eq!(code(&command).await, "token-command-exit");
}
