//! The body of a request, as the command line names it.

use crate::cli::failure::Failure;
use std::convert::Infallible;
use std::io::{Read, stdin};
use std::path::PathBuf;
use std::str::FromStr;

/// Where a body comes from.
#[derive(Clone, Debug)]
pub enum Body {
    Text(String),
    File(PathBuf),
    Standard,
    /// What was read before: standard input can be read once.
    Read(Vec<u8>),
}

impl FromStr for Body {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix('@') {
            _ if text == "-" => Self::Standard,
            Some("-") => Self::Standard,
            Some(path) => Self::File(path.into()),
            None => Self::Text(text.into()),
        })
    }
}

impl Body {
    /// All of it.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        let unreadable = |error: std::io::Error| {
            Failure::config(format!("the body cannot be read: {error}"), "give it as TEXT, @FILE, or - for standard input")
        };
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Read(data) => Ok(data.clone()),
            Self::File(path) => std::fs::read(path).map_err(unreadable),
            Self::Standard => {
                let mut data = Vec::new();
                stdin().lock().read_to_end(&mut data).map_err(unreadable)?;
                Ok(data)
            }
        }
    }
}
