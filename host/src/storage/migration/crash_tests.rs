//! Processes that die while they migrate. The children are this test program, started again with one ignored test selected.

use super::*;
use crate::storage::RECORD;
use crate::storage::conformance::document;
use crate::storage::processes_tests::place;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

const NAMES: [&str; 2] = [RECORD, "other.json"];
const STEPS: [Step; 4] = [Step::Read, Step::Copied, Step::Compared, Step::Erased];
const PAIRS: [(usize, usize); 6] = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)];

fn run_child(home: &Path, pair: usize, document: usize, step: usize) -> ExitStatus {
    let module = module_path!().split_once("::").unwrap().1;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::dies_at_a_step"), "--ignored", "--quiet"])
        .env("MIGRATION_TEST_HOME", home)
        .env("MIGRATION_TEST_PLAN", format!("{pair} {document} {step}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

fn plan() -> [usize; 3] {
    let text = std::env::var("MIGRATION_TEST_PLAN").unwrap();
    let numbers: Vec<usize> = text.split(' ').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

#[tokio::test]
async fn killed_at_every_step_nothing_is_lost_and_the_next_run_finishes() {
    for (pair, (from, to)) in PAIRS.into_iter().enumerate() {
        for dying in 0..NAMES.len() {
            for (index, step) in STEPS.into_iter().enumerate() {
                let what = format!("{from} to {to}, document {dying}, {step:?}");
                let home = tempfile::tempdir().unwrap();
                let [from, to] = [from, to].map(|index| place(home.path(), index));
                for name in NAMES {
                    from.store(name, document(name)).await.unwrap();
                }
                let died = run_child(home.path(), pair, dying, index);
                assert_eq!(died.signal(), Some(rustix::process::Signal::ABORT.as_raw()), "{what}");
                for (position, name) in NAMES.into_iter().enumerate() {
                    let whole = Some(document(name));
                    let moved = position < dying || (position == dying && step == Step::Erased);
                    let copied = moved || (position == dying && step != Step::Read);
                    assert_eq!(from.load(name).await.unwrap(), if moved { None } else { whole.clone() }, "{what}");
                    assert_eq!(to.load(name).await.unwrap(), if copied { whole } else { None }, "{what}");
                }
                migrate(&*from, &*to, &NAMES).await.unwrap();
                for name in NAMES {
                    assert_eq!((from.load(name).await.unwrap(), to.load(name).await.unwrap()), (None, Some(document(name))), "{what}");
                }
            }
        }
    }
}

#[tokio::test]
#[ignore = "not on its own: it is the child process of killed_at_every_step_…"]
async fn dies_at_a_step() {
    fn die(step: Step) {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static SEEN: AtomicUsize = AtomicUsize::new(0);
        let [_, document, index] = plan();
        if step == STEPS[index] && SEEN.fetch_add(1, Ordering::Relaxed) == document {
            std::process::abort();
        }
    }
    let Some(home) = std::env::var_os("MIGRATION_TEST_HOME") else { return };
    let (from, to) = PAIRS[plan()[0]];
    let [from, to] = [from, to].map(|index| place(Path::new(&home), index));
    Migration { from: &*from, to: &*to, reached: die }.run(&NAMES).await.unwrap();
}
