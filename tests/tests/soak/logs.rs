//! Everything that is logged, of this process and of the authority's, is searched as it is written; nothing of it is kept (K14).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub struct Logs(Arc<Inner>);

#[derive(Default)]
struct Inner {
    secrets: Mutex<BTreeSet<String>>,
    lines: AtomicU64,
    /// Lines with a secret in them; the secret is left out.
    leaks: Mutex<Vec<String>>,
}

/// What begins every secret of its kind: an assertion, the key in base64, a bearer token.
const TELLING: [&str; 4] = ["AgentAssertion ey", "MC4CAQAwBQYDK2VwBCIEI", "Bearer dev-", "Bearer ey"];

/// From now on this process logs here, as much as it can.
pub fn capture() -> Logs {
    let logs = Logs::default();
    tracing_subscriber::fmt().json().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).with_writer(logs.clone()).init();
    logs
}

impl Logs {
    /// From now on this must not be seen.
    pub fn keep_secret(&self, text: &str) {
        assert!(text.len() > 16, "too short to be looked for");
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned());
    }

    /// Looks at a line.
    pub fn line(&self, line: &str) {
        self.0.lines.fetch_add(1, Ordering::Relaxed);
        let secrets = self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let found = TELLING.into_iter().chain(secrets.iter().map(String::as_str)).find(|secret| line.contains(secret));
        if let Some(secret) = found {
            let leak = line.replace(secret, "[secret]");
            self.0.leaks.lock().unwrap_or_else(PoisonError::into_inner).push(leak);
        }
    }

    pub fn check(&self) {
        let leaks = self.0.leaks.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(leaks.is_empty(), "{} lines hold a secret, the first: {}", leaks.len(), leaks[0]);
        let (lines, secrets) = (self.0.lines.load(Ordering::Relaxed), self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner).len());
        assert!(lines > 1_000 && secrets > 3, "something was logged: {lines} lines, searched for {secrets} secrets");
        println!("{lines} lines of logs, searched for {secrets} secrets");
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
