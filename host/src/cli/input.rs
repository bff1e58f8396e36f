//! Secrets and credentials from files and standard input.

use super::failure::Failure;
use super::output::Output;
use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{IsTerminal, Read, stdin};
use std::path::PathBuf;
use std::str::FromStr;
use zeroize::Zeroizing;

/// A file, or the standard stream, written as `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Standard,
    File(PathBuf),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Self::Standard } else { Self::File(text.into()) })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// More is none of the things that are read here.
const LIMIT: u64 = 64 * 1024;

impl Source {
    /// Everything in it. `what` names it in errors.
    pub fn read(&self, what: &str, output: &Output) -> Result<Zeroizing<Vec<u8>>, Failure> {
        // Room for all of it from the start: a growing vector would leave copies behind.
        let mut data = Zeroizing::new(Vec::with_capacity(64 * 1024 + 64));
        let unreadable = |error: std::io::Error| {
            Failure::config(
                format!("{what} cannot be read from {self}: {error}"),
                format!("name a file with {what}, or - for standard input"),
            )
        };
        match self {
            Self::Standard => {
                if stdin().is_terminal() {
                    output.note(format!("paste {what}, then press Enter and Ctrl-D"));
                }
                stdin().lock().take(LIMIT + 1).read_to_end(&mut data)
            }
            Self::File(path) => File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut data)),
        }
        .map_err(unreadable)?;
        if data.is_empty() || data.len() as u64 > LIMIT {
            let size = if data.is_empty() { "is empty" } else { "is larger than 64 KiB" };
            return Err(Failure::config(format!("{self} {size}; it does not hold {what}"), format!("name a file with {what}")));
        }
        Ok(data)
    }

    /// As [`Self::read`] for a secret: says so when others can read the file.
    pub fn read_secret(&self, what: &str, output: &Output) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if let Self::File(path) = self
            && others_can_read(path)
        {
            output.warn(format!("others can read {self}; run: chmod 600 {self}"));
        }
        self.read(what, output)
    }

    /// As [`Self::read_secret`] for a text, without the white space around it.
    pub fn read_secret_text(&self, what: &str, output: &Output) -> Result<Zeroizing<String>, Failure> {
        let data = self.read_secret(what, output)?;
        let text = std::str::from_utf8(&data).map(str::trim).unwrap_or_default();
        if text.is_empty() {
            return Err(Failure::config(format!("{self} holds no text; it does not hold {what}"), format!("name a file with {what}")));
        }
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// The value of an `Authorization` header; the field name may stand before it.
    pub fn read_header(&self, output: &Output) -> Result<Zeroizing<String>, Failure> {
        let text = self.read_secret_text("an AgentAssertion header", output)?;
        let value = match text.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => value.trim(),
            _ => text.as_str(),
        };
        Ok(Zeroizing::new(value.to_owned()))
    }
}

/// The access token of a file, else of the environment.
pub fn access_token(source: Option<&Source>, output: &Output) -> Result<Zeroizing<String>, Failure> {
    if let Some(source) = source {
        return source.read_secret_text("an access token", output);
    }
    of_environment()
        .ok_or_else(|| Failure::usage("there is no access token", "name a file with --token-file FILE, or set CODEX_ACCESS_TOKEN"))
}

/// What `CODEX_ACCESS_TOKEN` holds, unless it is blank.
pub fn of_environment() -> Option<Zeroizing<String>> {
    let text = std::env::var("CODEX_ACCESS_TOKEN").map(Zeroizing::new).ok()?;
    let token = text.trim();
    (!token.is_empty()).then(|| Zeroizing::new(token.to_owned()))
}

#[cfg(unix)]
fn others_can_read(path: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    // A pipe such as `<(…)` of a shell is nobody else's.
    std::fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &std::path::Path) -> bool {
    false
}
