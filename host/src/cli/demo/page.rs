//! The console, served until somebody has seen enough of it.

use super::story::Story;
use crate::Component;
use crate::authority::{Authority, AuthorityConfig, Console, RunningAuthority};
use crate::cli::failure::Failure;
use crate::cli::interruption::Interruption;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Nobody looks at a demo for longer; a forgotten one ends by itself.
const LONGEST: Duration = Duration::from_secs(3600);

/// A page, and a backend of its own behind it.
pub struct Page {
    authority: RunningAuthority,
    interruption: Interruption,
}

impl Page {
    /// Serves it and tells where.
    pub async fn serve(component: &Component, console: Console, story: &mut Story<'_>) -> Result<Self, Failure> {
        let started = Instant::now();
        // Listened for from here on: whoever reads what is told may interrupt at once.
        let interruption = Interruption::listen()?;
        // Task ids come plain: the page's own key, which no script can read, cannot open sealed ones.
        let authority = Authority::start(component, AuthorityConfig { console: Some(console), ..AuthorityConfig::default() }).await?;
        let url = authority.console_url().unwrap_or_else(|| authority.base_url().to_owned());
        story.heading("The same in a browser")?;
        story.fact("console_url", json!(url), "The console is at", &[&url], started)?;
        Ok(Self { authority, interruption })
    }

    /// Goes on until it is interrupted, standard input ends, or an hour has gone; not at all if nobody was told.
    pub async fn until_ended(self, is_told: bool) -> Result<(), Failure> {
        if is_told {
            tokio::select! {
                () = self.interruption.wait() => {}
                () = end_of_input() => {}
                () = tokio::time::sleep(LONGEST) => {}
            }
        }
        Ok(self.authority.shutdown().await?)
    }
}

/// A thread of its own reads: one that waits for a terminal cannot be stopped, and must not keep the runtime from ending.
async fn end_of_input() {
    let (told, ended) = oneshot::channel();
    let read = move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = told.send(());
    };
    let reading = std::thread::Builder::new().name("agent-identity-input".into()).spawn(read);
    if reading.is_err() || ended.await.is_err() {
        // Without that thread the other two ends remain.
        std::future::pending::<()>().await;
    }
}
