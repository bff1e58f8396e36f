use super::*;
use proptest::prelude::*;

const CANONICAL: &str = "0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061";
/// E41.
const SPELLINGS: [&str; 4] = [
    "0190A3B4-C5D6-7E8F-9A0B-1C2D3E4F5061",
    "{0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061}",
    "urn:uuid:0190A3B4-C5D6-7E8F-9A0B-1C2D3E4F5061",
    "0190A3B4C5D67E8F9A0B1C2D3E4F5061",
];
const OTHER: &str = "11111111-1111-4111-8111-111111111111";
/// E42.
const REFUSED: [&str; 5] =
    ["0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f506", " 0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061", "turn-1", "00000000-0000-0000-0000-000000000000", ""];

/// The turns of a thread whose history holds these ids.
fn turns(history: &[&str]) -> KnownTurns {
    let mut turns = KnownTurns::default();
    let history: Vec<_> = history.iter().copied().map(String::from).collect();
    turns.fill(Some(&history)).unwrap();
    turns
}

fn code<T: core::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code
}

fn reserved(result: Result<Reservation>) -> String {
    match result.unwrap() {
        Reservation::Reserved(id) => id.canonical(),
        Reservation::HistoryNeeded => "history needed".into(),
    }
}

#[test]
fn r4_1_e41_every_form_is_accepted_and_given_back_in_canonical_form() {
    for text in SPELLINGS {
        assert_eq!(reserved(turns(&[]).reserve(text)), CANONICAL);
        assert_eq!(KnownThreads::default().reserve(text).unwrap().canonical(), CANONICAL);
    }
    assert!(turns(&[]).reserve("ffffffff-ffff-ffff-ffff-ffffffffffff").is_ok(), "any version, the greatest one too");
}

#[test]
fn r4_1_e42_anything_else_is_refused_and_so_is_nil() {
    for text in REFUSED {
        assert_eq!(code(turns(&[]).reserve(text)), Code::InvalidTurnId, "{text}");
        assert_eq!(code(KnownTurns::default().reserve(text)), Code::InvalidTurnId, "before any history is read: {text}");
        assert_eq!(code(KnownThreads::default().reserve(text)), Code::InvalidThreadId, "{text}");
    }
}

#[test]
fn r4_2_e43_no_spelling_passes_the_duplicate_check() {
    for (first, second) in SPELLINGS.into_iter().flat_map(|first| SPELLINGS.map(|second| (first, second))) {
        let mut turns = turns(&[]);
        assert!(turns.reserve(first).is_ok());
        assert_eq!(code(turns.reserve(second)), Code::DuplicateTurnId);
        let mut threads = KnownThreads::default();
        assert!(threads.reserve(first).is_ok());
        assert_eq!(code(threads.reserve(second)), Code::DuplicateThreadId);
    }
}

#[test]
fn r4_3_a_thread_that_runs_starts_or_is_stored_keeps_its_id() {
    let mut threads = KnownThreads::default();
    let id = threads.reserve(CANONICAL).unwrap();
    assert_eq!(code(threads.reserve(CANONICAL)), Code::DuplicateThreadId, "starting");
    threads.settle(CANONICAL, false, Some("/a".into())).unwrap();
    assert_eq!(code(threads.reserve(CANONICAL)), Code::DuplicateThreadId, "running");
    assert_eq!(threads.resume(None, CANONICAL, Some("/a")), Ok(Resumed::Live(id)), "untouched");
    let stored = threads.reserve(OTHER).unwrap();
    assert_eq!(code(threads.settle(OTHER, true, None)), Code::DuplicateThreadId, "stored");
    assert_eq!(threads.resume(None, OTHER, None), Ok(Resumed::Reserved(stored)), "and can be resumed");
}

#[test]
fn r4_4_a_turn_that_is_stored_or_has_begun_keeps_its_id() {
    let mut first = turns(&[SPELLINGS[0], "turn-1", "7"]);
    assert_eq!(code(first.reserve(CANONICAL)), Code::DuplicateTurnId);
    first.note(OTHER);
    assert_eq!(code(first.reserve(OTHER)), Code::DuplicateTurnId);
    assert_eq!(reserved(turns(&[]).reserve(CANONICAL)), CANONICAL, "another thread may have it");
}

#[test]
fn r4_5_a_failed_start_releases_its_thread_id() {
    let mut threads = KnownThreads::default();
    let id = threads.reserve(CANONICAL).unwrap();
    threads.release(CANONICAL);
    assert_eq!(threads.reserve(SPELLINGS[1]), Ok(id));
}

#[test]
fn r4_6_history_is_asked_for_once_and_only_for_the_first_id_of_a_caller() {
    let mut turns = KnownTurns::default();
    turns.note(OTHER);
    assert_eq!(turns.reserve(CANONICAL), Ok(Reservation::HistoryNeeded));
    turns.fill(Some(&[])).unwrap();
    assert_eq!(reserved(turns.reserve(CANONICAL)), CANONICAL);
    assert_eq!(code(turns.reserve(OTHER)), Code::DuplicateTurnId, "it began before the history was read");
    turns.fill(Some(&["22222222-2222-4222-8222-222222222222".into()])).unwrap();
    assert!(turns.reserve("22222222-2222-4222-8222-222222222222").is_ok(), "a second history does not count");
}

#[test]
fn r4_7_an_unreadable_history_refuses_the_turn_and_is_asked_for_again() {
    let mut turns = KnownTurns::default();
    assert_eq!(turns.reserve(CANONICAL), Ok(Reservation::HistoryNeeded));
    assert_eq!(code(turns.fill(None)), Code::TurnHistoryUnreadable);
    assert_eq!(turns.reserve(CANONICAL), Ok(Reservation::HistoryNeeded));
    turns.fill(Some(&[CANONICAL.into()])).unwrap();
    assert_eq!(code(turns.reserve(CANONICAL)), Code::DuplicateTurnId);
    assert!(turns.fill(None).is_ok(), "nobody needs it any more");
}

#[test]
fn r4_8_a_thread_id_and_a_resume_exclude_each_other() {
    let mut threads = KnownThreads::default();
    assert_eq!(code(threads.resume(Some(CANONICAL), CANONICAL, None)), Code::ThreadIdWithResume);
    assert_eq!(code(threads.resume(Some("turn-1"), CANONICAL, None)), Code::ThreadIdWithResume);
    assert!(threads.reserve(CANONICAL).is_ok(), "nothing was reserved");
}

#[test]
fn r4_8_a_running_thread_is_given_back_unless_another_history_is_named() {
    let mut threads = KnownThreads::default();
    let Resumed::Reserved(id) = threads.resume(None, SPELLINGS[3], Some("/a")).unwrap() else { panic!("it does not run yet") };
    assert_eq!(threads.resume(None, CANONICAL, None), Ok(Resumed::Live(id)));
    assert_eq!(threads.resume(None, CANONICAL, Some("/a")), Ok(Resumed::Live(id)));
    assert_eq!(code(threads.resume(None, CANONICAL, Some("/b"))), Code::ThreadPathConflict);
    let unstored = threads.reserve(OTHER).unwrap();
    assert_eq!(code(threads.resume(None, OTHER, Some("/a"))), Code::ThreadPathConflict);
    assert_eq!(threads.resume(None, OTHER, None), Ok(Resumed::Live(unstored)));
}

#[test]
fn r4_9_every_error_is_an_invalid_request() {
    let spelt: Vec<_> = Code::ALL.iter().filter(|code| code.is_invalid_request()).map(|code| code.as_str()).collect();
    assert_eq!(
        spelt,
        [
            "invalid-thread-id",
            "invalid-turn-id",
            "duplicate-thread-id",
            "duplicate-turn-id",
            "turn-history-unreadable",
            "thread-id-with-resume",
            "thread-path-conflict"
        ]
    );
}

proptest! {
    #[test]
    fn r4_4_an_id_is_taken_once_in_whatever_order_ids_come(ids in proptest::collection::vec(1_u128..24, 0..40)) {
        let mut turns = turns(&[]);
        let mut model = alloc::collections::BTreeSet::new();
        for id in ids {
            let id = Uuid::parse(&alloc::format!("{id:032x}")).unwrap().0.canonical();
            let is_new = turns.reserve(&id).is_ok();
            prop_assert_eq!(is_new, model.insert(id));
        }
    }
}
