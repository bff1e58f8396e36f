//! One run of a token command (12-2, 12-3). What it prints is never shown, not even when it fails.

use super::Secret;
use crate::error::{Advice, Error};
use crate::ports::Clock;
use crate::provider::{CommandAuth, is_legal_value};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncReadExt, copy, sink};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

/// Longest output, in bytes.
const MOST_OUTPUT: usize = 64 * 1024;

/// Runs the command to its end. When it takes too long, or when the future is dropped, it and what it started is killed.
pub(super) async fn run(auth: &CommandAuth, clock: &dyn Clock) -> Result<Secret, Error> {
    let started_ms = clock.monotonic_ms();
    let failure = Failure { program: &auth.command };
    let run = Run::start(auth).map_err(|error| failure.start(&error))?;
    let (status, output) = match timeout(auth.timeout, run.finish()).await {
        Err(_) => return Err(failure.timeout(auth.timeout.as_millis())),
        Ok(Err(Broken::Io(error))) => return Err(failure.start(&error)),
        Ok(Err(Broken::TooLong)) => return Err(failure.encoding("printed more than 64 KiB")),
        Ok(Ok(finished)) => finished,
    };
    if !status.success() {
        return Err(failure.exit(status, clock.monotonic_ms().saturating_sub(started_ms)));
    }
    let text = std::str::from_utf8(&output).map_err(|_| failure.encoding("did not print UTF-8"))?.trim();
    match text {
        "" => Err(failure.empty()),
        text if !is_legal_value(text) => Err(failure.encoding("printed characters that no header can carry")),
        text => Ok(Secret::from(text)),
    }
}

/// A running command.
struct Run {
    child: Child,
    ended: bool,
}

enum Broken {
    Io(io::Error),
    TooLong,
}

impl Run {
    fn start(auth: &CommandAuth) -> io::Result<Self> {
        let mut command = Command::new(program(&auth.command, &auth.cwd)?);
        command.args(&auth.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // An empty path is the folder of this process.
        if !auth.cwd.as_os_str().is_empty() {
            command.current_dir(&auth.cwd);
        }
        // A group of its own, so that what the command starts can be killed with it.
        #[cfg(unix)]
        command.process_group(0);
        Ok(Self { child: command.spawn()?, ended: false })
    }

    /// Both outputs are read to their end before the process is waited for: until then its id cannot belong to another one.
    async fn finish(mut self) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), Broken> {
        let (Some(stdout), Some(mut stderr)) = (self.child.stdout.take(), self.child.stderr.take()) else {
            return Err(Broken::Io(io::Error::other("its output is not there")));
        };
        let ignored = async { copy(&mut stderr, &mut sink()).await.map_err(Broken::Io) };
        let (output, _) = tokio::try_join!(read(stdout), ignored)?;
        let status = self.child.wait().await.map_err(Broken::Io)?;
        self.ended = true;
        Ok((status, output))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let (false, Some(group)) = (self.ended, self.child.id().and_then(group)) {
            // It may have ended by itself a moment ago.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// The buffer is as long as it can become: growing would leave copies of the token behind.
async fn read(mut stdout: ChildStdout) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let mut output = Zeroizing::new(Vec::with_capacity(MOST_OUTPUT + 1));
    while stdout.read_buf(&mut *output).await.map_err(Broken::Io)? > 0 {
        if output.len() > MOST_OUTPUT {
            return Err(Broken::TooLong);
        }
    }
    Ok(output)
}

/// 12-2: a bare name is left to the search through `PATH`.
fn program(command: &str, cwd: &Path) -> io::Result<PathBuf> {
    let path = Path::new(command);
    let is_bare = !command.contains(std::path::is_separator);
    if is_bare || path.is_absolute() { Ok(path.to_owned()) } else { std::path::absolute(cwd.join(path)) }
}

#[cfg(unix)]
fn group(id: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(id).ok()?)
}

/// Makes errors that hold the program's name and numbers, and nothing it printed (12-3).
struct Failure<'a> {
    program: &'a str,
}

impl Failure<'_> {
    fn start(&self, error: &io::Error) -> Error {
        let why = error.kind();
        self.error(
            "token-command-start",
            Advice::FixConfig,
            &format!("could not be run ({why}); check command, args and cwd of its provider"),
        )
    }

    fn exit(&self, status: ExitStatus, ms: u64) -> Error {
        let end = status.code().map_or_else(|| "was ended by a signal".to_owned(), |code| format!("ended with status {code}"));
        self.error("token-command-exit", Advice::BackOff, &format!("{end} after {ms} ms; run it by hand to see why"))
    }

    fn timeout(&self, ms: u128) -> Error {
        self.error(
            "token-command-timeout",
            Advice::BackOff,
            &format!("gave no token within {ms} ms and was killed; raise timeout_ms if it needs longer"),
        )
    }

    fn encoding(&self, what: &str) -> Error {
        self.error("token-command-encoding", Advice::FixConfig, &format!("{what}; it must print the token and nothing else"))
    }

    fn empty(&self) -> Error {
        self.error("token-command-empty", Advice::FixConfig, "printed nothing; it must print the token")
    }

    fn error(&self, code: &str, advice: Advice, what: &str) -> Error {
        Error::new(code, advice, format!("the token command {:?} {what}", self.program))
    }
}
