//! The console, as a browser gets it.

use super::client::{Answer, Scene};
use crate::authority::Console;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder that looks like a built console, with what must not be served beside it.
fn built() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    write("index.html", "<!doctype html><title>Console</title>");
    write("assets/main-1a2b.js", "export {};");
    write("assets/main-1a2b.css", "");
    write("assets/guest.wasm", "\0asm");
    write(".secret", "not for others");
    write("{name}", "a pattern to a router");
    folder
}

async fn scene(folder: &Path) -> Scene {
    let console = Console::read(folder).unwrap();
    Scene::with(|config| config.console = Some(console)).await
}

fn type_of(answer: &Answer) -> (u16, Option<&str>) {
    (answer.0.status, answer.header("content-type"))
}

#[tokio::test]
async fn every_file_has_its_type_and_the_policy() {
    let scene = scene(built().path()).await;
    let page = scene.get("/console/").await;
    assert_eq!(type_of(&page), (200, Some("text/html; charset=utf-8")));
    assert!(page.text().contains("Console"));
    for (path, content_type) in [
        ("/console/assets/main-1a2b.js", "text/javascript; charset=utf-8"),
        ("/console/assets/main-1a2b.css", "text/css; charset=utf-8"),
        ("/console/assets/guest.wasm", "application/wasm"),
    ] {
        let answer = scene.get(path).await;
        assert_eq!(type_of(&answer), (200, Some(content_type)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    }
}

#[tokio::test]
async fn whoever_asks_for_the_root_is_shown_the_way() {
    let scene = scene(built().path()).await;
    for path in ["/", "/console"] {
        let answer = scene.get(path).await;
        assert_eq!((answer.0.status, answer.header("location")), (307, Some("/console/")), "{path}");
    }
    assert_eq!(scene.authority.console_url(), Some(format!("{}/console/", scene.authority.base_url())));
}

#[tokio::test]
async fn nothing_else_of_the_machine_is_served() {
    let scene = scene(built().path()).await;
    for path in ["/console/.secret", "/console/anything", "/console/../index.html", "/console/%2e%2e/index.html", "/console/assets/"] {
        assert_eq!(scene.get(path).await.0.status, 404, "{path}");
    }
    let without = Scene::start().await;
    assert_eq!(without.get("/console/").await.0.status, 404);
    assert_eq!(without.authority.console_url(), None);
}

#[test]
fn a_folder_without_the_page_is_no_console() {
    let empty = tempfile::tempdir().unwrap();
    let error = Console::read(empty.path()).unwrap_err();
    assert_eq!(error.code, "config-invalid");
    assert!(error.message.contains("index.html"), "{}", error.message);
}

#[test]
fn the_checkout_of_a_program_is_found_from_where_it_was_built() {
    let checkout = tempfile::tempdir().unwrap();
    let program = checkout.path().join("target/debug/agent-identity");
    assert_eq!(Console::beside(&program), None);
    let folder = checkout.path().join("js/console/dist");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "").unwrap();
    assert_eq!(Console::beside(&program), Some(folder));
}
