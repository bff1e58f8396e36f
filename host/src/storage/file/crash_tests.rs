//! Processes that die while they write, and processes that write at once. The children are this test program, started
//! again with one ignored test selected.

use super::directory::Step;
use super::tests::{Home, mode_of};
use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const DIRECTORY: &str = "STORAGE_TEST_DIRECTORY";
const NAME: &str = "auth.json";
const STEPS: [Step; 7] = [Step::Locked, Step::Created, Step::HalfWritten, Step::Written, Step::Synchronized, Step::Renamed, Step::Durable];

fn old() -> Document {
    Document::new(vec![b'o'; 3_000])
}

fn new() -> Document {
    Document::new(vec![b'n'; 300_000])
}

fn child(test: &str, home: &Home, argument: usize) -> Child {
    let module = module_path!().split_once("::").unwrap().1;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}"), "--ignored", "--nocapture", "--quiet"])
        .env(DIRECTORY, home.path())
        .env("STORAGE_TEST_ARGUMENT", argument.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// None when an ignored test was selected by hand.
fn storage_of_parent() -> Option<FileStorage> {
    std::env::var_os(DIRECTORY).map(|directory| FileStorage::open(directory).unwrap())
}

fn argument() -> usize {
    std::env::var("STORAGE_TEST_ARGUMENT").unwrap().parse().unwrap()
}

fn random_below(bound: u64) -> u64 {
    getrandom::u64().unwrap() % bound
}

fn leftovers(home: &Home) -> usize {
    home.names().iter().filter(|name| name.ends_with(".tmp")).count()
}

#[tokio::test]
async fn killed_at_every_step_the_document_is_the_old_or_the_new_one() {
    for (index, step) in STEPS.into_iter().enumerate() {
        let home = Home::new();
        let storage = home.storage();
        storage.store(NAME, old()).await.unwrap();
        let died = child("dies_at_a_step", &home, index).wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&died), Some(rustix::process::Signal::ABORT.as_raw()), "{step:?}");
        let renamed = matches!(step, Step::Renamed | Step::Durable);
        assert!(storage.load(NAME).await.unwrap() == Some(if renamed { new() } else { old() }), "{step:?}");
        assert_eq!(mode_of(&home.path().join(NAME)), 0o600);
        assert_eq!(leftovers(&home), usize::from(!renamed && step != Step::Locked), "{step:?}");
        storage.store(NAME, new()).await.unwrap();
        assert_eq!(home.names(), [NAME]);
    }
}

#[test]
#[ignore = "not on its own: it is the child process of killed_at_every_step_…"]
fn dies_at_a_step() {
    fn die(step: Step) {
        if step == STEPS[argument()] {
            std::process::abort();
        }
    }
    let Some(FileStorage { mut directory, .. }) = storage_of_parent() else { return };
    directory.on_step = Some(die);
    directory.store(&DocumentName::to_write(NAME).unwrap(), &new()).unwrap();
}

#[tokio::test]
async fn killed_at_random_the_document_is_whole_and_the_lock_free() {
    let home = Home::new();
    let storage = home.storage();
    for _ in 0..25 {
        let mut writer = child("writes_until_killed", &home, 0);
        let progress = BufReader::new(writer.stdout.take().unwrap()).lines();
        for line in progress.filter(|line| line.as_ref().unwrap().ends_with("stored")).take(1 + random_below(4) as usize) {
            line.unwrap();
        }
        // Chance is the point here: the writer goes on while this one waits.
        std::thread::sleep(std::time::Duration::from_micros(random_below(20_000)));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let found = storage.load(NAME).await.unwrap().unwrap();
        assert!(found == old() || found == new(), "{} bytes of neither document", found.len());
        assert_eq!(mode_of(&home.path().join(NAME)), 0o600);
        assert!(leftovers(&home) <= 1);
    }
    storage.store(NAME, old()).await.unwrap();
    assert_eq!(home.names(), [NAME]);
}

#[test]
#[ignore = "not on its own: it is the child process of killed_at_random_…"]
fn writes_until_killed() {
    let Some(FileStorage { directory, .. }) = storage_of_parent() else { return };
    let name = DocumentName::to_write(NAME).unwrap();
    for document in [old(), new()].iter().cycle() {
        directory.store(&name, document).unwrap();
        println!("\nstored");
    }
}

#[tokio::test]
async fn two_processes_of_eight_tasks_lose_no_update() {
    let home = Home::new();
    let counters = [child("counts", &home, 12), child("counts", &home, 12)];
    for mut counter in counters {
        let _output = counter.stdout.take();
        assert!(counter.wait().unwrap().success());
    }
    assert_eq!(home.storage().load(NAME).await.unwrap(), Some(Document::new(b"192".to_vec())));
    assert_eq!(home.names(), [NAME]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "not on its own: it is the child process of two_processes_…"]
async fn counts() {
    let Some(storage) = storage_of_parent() else { return };
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let storage = storage.clone();
            tokio::spawn(async move {
                for _ in 0..argument() {
                    storage.update(NAME, |count| Ok::<_, StorageError>(next(count))).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn next(count: Option<Document>) -> Document {
    let count: u32 = count.map_or(0, |text| str::from_utf8(&text).unwrap().parse().unwrap());
    Document::new((count + 1).to_string().into_bytes())
}
