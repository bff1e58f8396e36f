#[cfg(all(unix, feature = "client"))]
mod vectors;

use super::*;
use crate::component::Component;
use crate::ports::{Random, RandomError};
use crate::storage::MemoryStorage;
use crate::system::{SystemClock, SystemRandom};
use async_trait::async_trait;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const OLD: &str = "5A9B8F2E-1C3D-4E5F-8A7B-0C1D2E3F4A5B";

fn session() -> Session {
    Session::new(&Component::load().unwrap(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

async fn id(home: &Path) -> Result<String, Error> {
    id_in_home(home, session()).await
}

#[tokio::test]
async fn r7_1_home_and_file_are_made_and_the_file_holds_the_id_alone() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("not/there");
    let id = id(&home).await.unwrap();
    assert_eq!(fs::read_to_string(home.join("installation_id")).unwrap(), id);
    assert_eq!(super::tests::id(&home).await.unwrap(), id, "it stays");
}

#[tokio::test]
async fn r7_2_another_spelling_is_returned_in_canonical_form_and_stays_in_the_file() {
    let home = tempfile::tempdir().unwrap();
    for content in [OLD.to_owned(), format!(" \t{OLD}\r\n")] {
        fs::write(home.path().join(NAME), &content).unwrap();
        assert_eq!(id(home.path()).await.unwrap(), OLD.to_ascii_lowercase());
        assert_eq!(fs::read_to_string(home.path().join(NAME)).unwrap(), content);
    }
}

#[tokio::test]
async fn r7_3_content_that_is_no_id_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(NAME);
    let long = [OLD.as_bytes(), &[b' '; 5000]].concat();
    for content in [&b""[..], b"\n", b"not-a-uuid", b"\xff\xfe\xfd", &[OLD.as_bytes(), b"\xff"].concat(), &[b'x'; 300], &long] {
        fs::write(&path, content).unwrap();
        let id = id(home.path()).await.unwrap();
        assert_eq!((id.len(), fs::read_to_string(&path).unwrap()), (36, id.clone()), "{content:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r7_3_tasks_racing_on_an_empty_file_get_one_id() {
    for _ in 0..20 {
        let home = tempfile::tempdir().unwrap();
        let racing: Vec<_> = (0..8)
            .map(|_| {
                let home = home.path().to_owned();
                tokio::spawn(async move { id(&home).await.unwrap() })
            })
            .collect();
        let kept = id(home.path()).await.unwrap();
        for task in racing {
            assert_eq!(task.await.unwrap(), kept);
        }
    }
}

#[test]
fn r7_3_processes_racing_on_an_empty_file_get_one_id() {
    for round in 0..4 {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(NAME), "").unwrap();
        let ids: Vec<_> = [child(home.path()), child(home.path())].into_iter().map(printed).collect();
        assert_eq!(ids[0], ids[1], "{round}");
        assert_eq!(fs::read_to_string(home.path().join(NAME)).unwrap(), ids[0]);
    }
}

fn child(home: &Path) -> Child {
    let module = module_path!().split_once("::").unwrap().1;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::prints_the_id"), "--ignored", "--nocapture", "--quiet"])
        .env("INSTALLATION_TEST_HOME", home)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn printed(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_once("id=").unwrap().1.get(..36).unwrap().to_owned()
}

#[tokio::test]
#[ignore = "not on its own: it is the child process of r7_3_processes_racing_on_an_empty_file_get_one_id"]
async fn prints_the_id() {
    let Some(home) = std::env::var_os("INSTALLATION_TEST_HOME") else { return };
    println!("id={}", id(Path::new(&home)).await.unwrap());
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[tokio::test]
    async fn r7_4_a_new_file_has_mode_0600_in_a_directory_of_0700_and_another_mode_is_corrected() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let kept = id(&home).await.unwrap();
        assert_eq!((mode(&home), mode(&home.join(NAME))), (0o700, 0o600));
        for wrong in [0o644, 0o666, 0o700] {
            fs::set_permissions(home.join(NAME), fs::Permissions::from_mode(wrong)).unwrap();
            assert_eq!(id(&home).await.unwrap(), kept);
            assert_eq!(mode(&home.join(NAME)), 0o600, "{wrong:o}");
        }
    }

    #[tokio::test]
    async fn r7_5_what_cannot_be_read_or_written_is_an_error_that_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").unwrap();
        fs::create_dir_all(at("directory").join(NAME)).unwrap();
        fs::create_dir(at("link")).unwrap();
        fs::write(at("target"), OLD).unwrap();
        symlink(at("target"), at("link").join(NAME)).unwrap();
        fs::DirBuilder::new().mode(0o500).create(at("closed")).unwrap();
        let mut homes = vec!["file", "directory", "link"];
        // Nothing is closed to the superuser.
        if !rustix::process::geteuid().is_root() {
            homes.push("closed");
        }
        for home in homes {
            let error = id(&at(home)).await.unwrap_err();
            assert_eq!(error.code, "installation-id-io", "{home}");
            assert!(error.message.contains(at(home).to_str().unwrap()), "{error}");
        }
        assert_eq!(fs::read_to_string(at("target")).unwrap(), OLD);
        assert!(id(&at("link")).await.unwrap_err().message.contains("symbolic link"));
    }

    #[tokio::test]
    async fn r7_5_a_pipe_in_the_place_of_the_file_does_not_block() {
        let home = tempfile::tempdir().unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, home.path().join(NAME), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        assert_eq!(id(home.path()).await.unwrap_err().code, "installation-id-io");
    }
}

#[tokio::test]
async fn r7_5_without_files_the_document_follows_the_same_rules() {
    let storage = MemoryStorage::default();
    let id = || id_in_storage(&storage, session());
    let first = id().await.unwrap();
    let kept = storage.load("installation_id").await.unwrap().unwrap();
    assert_eq!(str::from_utf8(&kept), Ok(first.as_str()));
    assert_eq!(id().await.unwrap(), first);
    storage.store(NAME, Document::new(format!("{OLD}\n").into_bytes())).await.unwrap();
    assert_eq!(id().await.unwrap(), OLD.to_ascii_lowercase());
    assert_eq!(storage.load(NAME).await.unwrap().unwrap().len(), 37, "it stays as it is spelt");
    for garbage in [&b""[..], b"garbage", b"\xff"] {
        storage.store(NAME, Document::new(garbage.into())).await.unwrap();
        let id = id().await.unwrap();
        assert_eq!(str::from_utf8(&storage.load(NAME).await.unwrap().unwrap()), Ok(id.as_str()));
    }
}

/// Somebody else writes first, once or every time.
struct Contended {
    storage: MemoryStorage,
    always: bool,
}

#[async_trait]
impl Storage for Contended {
    async fn load(&self, name: &str) -> Result<Option<Document>, StorageError> {
        self.storage.load(name).await
    }

    async fn store(&self, name: &str, document: Document) -> Result<(), StorageError> {
        self.storage.store(name, document).await
    }

    async fn replace(&self, name: &str, _: Option<&Revision>, _: Document) -> Result<(), StorageError> {
        let content = if self.always { "garbage" } else { OLD };
        self.storage.store(name, Document::new(content.into())).await?;
        Err(StorageError::Conflict { what: name.into() })
    }

    async fn erase(&self, _: &str) -> Result<(), StorageError> {
        Err(StorageError::Unwritable { what: "x".into(), why: "y".into() })
    }

    async fn erase_revision(&self, name: &str, _: &Revision) -> Result<(), StorageError> {
        self.erase(name).await
    }
}

#[tokio::test]
async fn r7_3_in_a_storage_the_first_writer_decides() {
    let contended = |always| Contended { storage: MemoryStorage::default(), always };
    assert_eq!(id_in_storage(&contended(false), session()).await.unwrap(), OLD.to_ascii_lowercase());
    assert_eq!(id_in_storage(&contended(true), session()).await.unwrap_err().code, "installation-id-io");
}

/// Has no randomness.
struct Exhausted;

impl Random for Exhausted {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError)
    }
}

#[tokio::test]
async fn an_error_of_the_component_is_passed_on_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let exhausted = Session::new(&Component::load().unwrap(), Arc::new(SystemClock), Arc::new(Exhausted)).unwrap();
    assert_eq!(id_in_home(home.path(), exhausted).await.unwrap_err().code, "random-failed");
    assert_eq!(fs::read(home.path().join(NAME)).unwrap(), b"");
}
