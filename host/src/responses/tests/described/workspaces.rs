//! 8-1, 8-2, 8-5: workspace facts appear when they are known, and nothing waits for them.

use super::*;
use crate::workspace::{WorkspaceSource, Workspaces};
use async_trait::async_trait;
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Tells the facts once it is let.
struct Slow(watch::Receiver<bool>);

#[async_trait]
impl WorkspaceSource for Slow {
    async fn root(&self, directory: &Path) -> Option<PathBuf> {
        self.0.clone().wait_for(|is_let| *is_let).await.ok()?;
        Some(directory.to_owned())
    }

    async fn commit(&self, _: &Path) -> Option<String> {
        Some("0123456789abcdef0123456789abcdef01234567".into())
    }

    async fn remotes(&self, _: &Path) -> Option<Vec<(String, String)>> {
        let remotes = [("origin", "https://alice:marker@git.example.com/r"), ("odd", "https://u:mar/ker@git.example.com/x")];
        Some(remotes.map(|(name, url)| (name.to_owned(), url.to_owned())).into())
    }

    async fn has_changes(&self, _: &Path) -> Option<bool> {
        Some(false)
    }
}

#[tokio::test]
async fn r8_1_r8_2_r8_5_the_second_request_has_them_and_the_first_does_not_wait() {
    let server = Server::start(vec![whole_stream(), whole_stream()]).await;
    let (permit, is_let) = watch::channel(false);
    let workspaces = Arc::new(Workspaces::from_source("/srv/app", Arc::new(Slow(is_let))));
    let turn = session().turn("turn-1").in_workspaces(workspaces.clone());
    let (recorder, kept) = super::records::keeping();
    let client = builder(&server, logged_in(), json!({})).recorder(recorder.clone()).build().unwrap();
    client.stream(&request(), &turn.request()).await.unwrap();
    permit.send(true).unwrap();
    workspaces.settled().await.unwrap();
    let second = turn.request();
    client.stream(&request(), &second).await.unwrap();
    let arrived = server.arrived();
    assert!(canonical(&arrived[0]).get("workspaces").is_none());
    let expected = json!({"/srv/app": {
        "associated_remote_urls": {"origin": "https://git.example.com/r"},
        "latest_git_commit_hash": "0123456789abcdef0123456789abcdef01234567",
        "has_changes": false,
    }});
    assert_eq!(canonical(&arrived[1])["workspaces"], expected);
    // The refused one is reported; its raw text is nowhere, not even in the snapshot.
    let facts = second.description.as_ref().unwrap().snapshot().facts();
    assert!(!format!("{:?}", facts.workspaces).contains("mar"));
    let dropped = super::records::all(&recorder, &kept).into_iter().flat_map(|record| record.dropped).collect::<Vec<_>>();
    assert!(dropped.iter().any(|dropped| dropped.name == "associated_remote_urls.odd"), "{dropped:?}");
}
