//! On real repositories, which `git` itself makes.

use super::*;
use crate::workspace::{WorkspaceFacts, Workspaces};
use std::fs;
use std::process::Command;

/// A folder that is thrown away, with repositories in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A repository with one commit of `file`.
    fn with_commit() -> Self {
        let folder = Self::new();
        folder.git(&["init", "--quiet", "--initial-branch=main"]);
        folder.write("file", "one\n");
        folder.commit();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        fs::write(self.at(name), content).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=x"]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments)
    }
}

/// Runs git with no configuration but that of the repository.
fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", directory.join("there-is-none"))
        .env_remove("GIT_DIR")
        .output()
        .expect("these tests need git");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn facts(directory: &Path) -> Option<WorkspaceFacts> {
    let workspaces = Workspaces::of(directory);
    assert!(workspaces.start());
    workspaces.settled().await
}

async fn has_changes(directory: &Path) -> Option<bool> {
    facts(directory).await.unwrap().has_changes
}

#[tokio::test]
async fn r8_1_commit_remotes_and_state_of_the_root_around_the_directory() {
    let folder = Folder::with_commit();
    folder.git(&["remote", "add", "upstream", "https://user:secret@git.example.com/a%2Fb.git"]);
    folder.git(&["remote", "add", "origin", "git@git.example.com:team/repo.git"]);
    folder.git(&["config", "url.https://token@git.example.com/.insteadOf", "git@git.example.com:"]);
    fs::create_dir_all(folder.at("deep/er")).unwrap();
    let facts = facts(&folder.at("deep/er")).await.unwrap();
    let remotes = [("origin", "git@git.example.com:team/repo.git"), ("upstream", "https://user:secret@git.example.com/a%2Fb.git")];
    assert_eq!(facts.remotes, remotes.map(|(name, url)| (name.to_owned(), url.to_owned())), "as they are written");
    assert_eq!(facts.root, folder.git(&["rev-parse", "--show-toplevel"]));
    assert_eq!(facts.commit, Some(folder.git(&["rev-parse", "HEAD"])));
    assert_eq!(facts.has_changes, Some(false));
}

#[tokio::test]
async fn r8_1_a_detached_head_has_its_commit() {
    let folder = Folder::with_commit();
    let first = folder.git(&["rev-parse", "HEAD"]);
    folder.write("file", "two\n");
    folder.commit();
    folder.git(&["checkout", "--quiet", &first]);
    let facts = facts(folder.path()).await.unwrap();
    assert_eq!((facts.commit, facts.has_changes), (Some(first), Some(false)));
}

#[tokio::test]
async fn r8_1_before_the_first_commit_there_is_no_hash() {
    let folder = Folder::new();
    folder.git(&["init", "--quiet"]);
    let before = facts(folder.path()).await.unwrap();
    assert_eq!((before.commit, before.has_changes), (None, Some(false)));
    folder.write("file", "x");
    assert_eq!(has_changes(folder.path()).await, Some(true));
}

#[tokio::test]
async fn r8_1_a_linked_working_tree_has_its_own_root_and_commit() {
    let folder = Folder::with_commit();
    folder.git(&["remote", "add", "origin", "https://git.example.com/x"]);
    let linked = tempfile::tempdir().unwrap();
    let tree = linked.path().join("tree");
    folder.git(&["worktree", "add", "--quiet", "-b", "other", tree.to_str().unwrap()]);
    fs::write(tree.join("file"), "two\n").unwrap();
    git(&tree, &["commit", "--quiet", "--all", "--message=y"]);
    fs::write(tree.join("new"), "").unwrap();
    let facts = facts(&tree).await.unwrap();
    assert_eq!(facts.root, git(&tree, &["rev-parse", "--show-toplevel"]));
    assert_eq!(facts.commit, Some(git(&tree, &["rev-parse", "HEAD"])));
    assert_eq!((facts.remotes.len(), facts.has_changes), (1, Some(true)));
    assert_eq!(has_changes(folder.path()).await, Some(false));
}

#[tokio::test]
async fn r8_2_no_repository_and_a_bare_one_have_no_facts() {
    let folder = Folder::new();
    assert_eq!(facts(folder.path()).await, None);
    assert_eq!(facts(&folder.at("not-there")).await, None);
    folder.git(&["init", "--quiet", "--bare"]);
    assert_eq!(facts(folder.path()).await, None);
}

#[tokio::test]
async fn r8_1_a_hash_of_64_digits_is_one_too() {
    let folder = Folder::new();
    folder.git(&["init", "--quiet", "--object-format=sha256"]);
    folder.write("file", "x");
    folder.commit();
    let facts = facts(folder.path()).await.unwrap();
    assert_eq!((facts.commit, facts.has_changes), (Some(folder.git(&["rev-parse", "HEAD"])), Some(false)));
}

/// Whatever makes `git status --porcelain` speak.
#[tokio::test]
async fn r8_1_changes_are_those_of_git_status() {
    type Change = fn(&Folder);
    let changes: [(&str, Change); 9] = [
        ("nothing", |_| {}),
        ("content of the same length", |folder| folder.write("file", "eno\n")),
        ("the same content again", |folder| folder.write("file", "one\n")),
        ("only staged", |folder| {
            folder.write("file", "two\n");
            folder.git(&["add", "file"]);
        }),
        ("staged, then undone", |folder| {
            folder.write("file", "two\n");
            folder.git(&["add", "file"]);
            folder.write("file", "one\n");
        }),
        ("deleted", |folder| fs::remove_file(folder.at("file")).unwrap()),
        ("untracked", |folder| folder.write("deep/er/new", "")),
        ("ignored", |folder| folder.write("target/new", "")),
        ("untracked files switched off", |folder| {
            folder.git(&["config", "status.showUntrackedFiles", "no"]);
            folder.write("new", "");
        }),
    ];
    for (what, change) in changes {
        let folder = Folder::with_commit();
        folder.write(".git/info/exclude", "target/\n");
        change(&folder);
        let expected = !folder.git(&["status", "--porcelain"]).is_empty();
        assert_eq!(has_changes(folder.path()).await, Some(expected), "{what}");
    }
}

#[tokio::test]
async fn r8_1_submodules_count_as_git_counts_them() {
    let inner = Folder::with_commit();
    let folder = Folder::with_commit();
    folder.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "sub"]);
    folder.commit();
    assert_eq!(has_changes(folder.path()).await, Some(false));
    folder.write("sub/new", "");
    assert_eq!(has_changes(folder.path()).await, Some(true), "an untracked file in it");
    folder.git(&["config", "diff.ignoreSubmodules", "untracked"]);
    assert_eq!(has_changes(folder.path()).await, Some(false));
    git(&folder.at("sub"), &["add", "--all"]);
    git(&folder.at("sub"), &["commit", "--quiet", "--message=y"]);
    assert_eq!(has_changes(folder.path()).await, Some(true), "another commit");
    folder.git(&["config", "diff.ignoreSubmodules", "all"]);
    assert_eq!(has_changes(folder.path()).await, Some(false));
}

#[cfg(unix)]
#[tokio::test]
async fn no_program_of_the_repository_runs_and_nothing_is_written() {
    let folder = Folder::with_commit();
    let mark = folder.at(".git/it-ran");
    let program = format!("touch '{}'; cat", mark.display());
    folder.write(".gitattributes", "*.f filter=x diff=x\n");
    folder.write("a.f", "one\n");
    folder.commit();
    for key in
        ["filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command", "core.fsmonitor", "diff.external"]
    {
        folder.git(&["config", key, &program]);
    }
    folder.write("a.f", "two\n");
    fs::remove_file(folder.at(".git/it-ran")).ok();
    let before = fs::read(folder.at(".git/index")).unwrap();
    assert_eq!(has_changes(folder.path()).await, None, "what its filter would make of it is not known");
    folder.write("new", "");
    assert_eq!(has_changes(folder.path()).await, Some(true), "this is");
    assert!(!mark.exists());
    assert_eq!(fs::read(folder.at(".git/index")).unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn no_program_of_a_submodule_runs() {
    let (inner, folder) = (Folder::with_commit(), Folder::with_commit());
    inner.write(".gitattributes", "file filter=x\n");
    inner.commit();
    folder.git(&["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "sub"]);
    folder.commit();
    let mark = folder.at(".git/it-ran");
    git(&folder.at("sub"), &["config", "filter.x.clean", &format!("touch '{}'; cat", mark.display())]);
    folder.write("sub/file", "two\n");
    assert_eq!(has_changes(folder.path()).await, None);
    assert!(!mark.exists());
}

#[tokio::test]
async fn r8_3_what_is_broken_is_left_out() {
    let folder = Folder::with_commit();
    folder.git(&["remote", "add", "origin", "https://git.example.com/x"]);
    fs::write(folder.at(".git/index"), "garbage").unwrap();
    let facts = facts(folder.path()).await.unwrap();
    assert_eq!((facts.remotes.len(), facts.commit.is_some(), facts.has_changes), (1, true, None));
}

#[tokio::test]
async fn r8_1_a_working_tree_elsewhere_does_not_hold_the_directory() {
    let (folder, elsewhere) = (Folder::with_commit(), tempfile::tempdir().unwrap());
    folder.git(&["config", "core.worktree", elsewhere.path().to_str().unwrap()]);
    assert_eq!(facts(folder.path()).await, None);
}
