use super::*;

fn read(output: &str) -> Tally {
    let mut reader = Reader::default();
    for line in output.lines() {
        reader.line(line);
    }
    reader.finish()
}

fn skip(name: &str, reason: &str) -> Skip {
    Skip { name: name.into(), reason: reason.into() }
}

#[test]
fn results_of_several_binaries_add_up() {
    let tally = read(
        "\nrunning 2 tests\ntest a::one ... ok\ntest a::two ... ok\n\n\
         test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
         running 1 test\ntest src/lib.rs - example (line 3) ... ok\n\n\
         test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s\n",
    );
    assert_eq!(tally, Tally { passed: 3, ..Tally::default() });
}

#[test]
fn failed_tests_are_named() {
    let tally = read(
        "test a::good ... ok\ntest a::bad ... FAILED\n\nfailures:\n    a::bad\n\n\
         test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!(tally, Tally { passed: 1, failed: vec!["a::bad".into()], ..Tally::default() });
}

#[test]
fn ignored_tests_are_skipped_with_their_reason() {
    let tally = read(
        "test slow ... ignored, takes an hour\ntest odd ... ignored\n\
         test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!(tally.passed, 0);
    assert_eq!(tally.skipped, [skip("slow", "takes an hour"), skip("odd", "marked #[ignore] without a reason")]);
}

#[test]
fn a_test_that_skips_itself_is_not_also_passed() {
    let tally = read(
        "test keychain::stores ... ok\ntest keychain::other ... ok\n\nsuccesses:\n\n---- keychain::stores stdout ----\n\
         SKIPPED stores: no keychain on this machine\n\n\
         test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!(tally, Tally { passed: 1, skipped: vec![skip("stores", "no keychain on this machine")], ..Tally::default() });
}

#[test]
fn a_test_that_skips_a_part_has_still_passed() {
    let tally = read(
        "test vectors ... ok\nSKIPPED vectors/ed448: not Ed25519: other curve\nSKIPPED vectors/ed448: not Ed25519: other curve\n\
         test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!(tally, Tally { passed: 1, skipped: vec![skip("vectors/ed448", "not Ed25519: other curve")], ..Tally::default() });
}

#[test]
fn a_skip_belongs_to_the_test_of_that_name_only() {
    let tally = read(
        "test a::prestores ... ok\nSKIPPED stores: no keychain\n\
         test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!((tally.passed, tally.skipped.len()), (1, 1));
}

#[test]
fn a_binary_that_crashes_keeps_what_it_reported() {
    let tally = read("running 3 tests\ntest one ... ok\ntest two ... FAILED\n");
    assert_eq!(tally, Tally { passed: 1, failed: vec!["two".into()], ..Tally::default() });
}

#[test]
fn what_a_test_prints_does_not_count_as_an_outcome() {
    let tally = read(
        "test a ... FAILED\nfailures:\n---- a stdout ----\ntest inner ... FAILED\nfailures:\n    a\n\
         test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    assert_eq!(tally, Tally { passed: 0, failed: vec!["a".into()], ..Tally::default() });
}

#[test]
fn failures_that_were_counted_but_not_named_still_count() {
    let tally = read("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n");
    assert_eq!((tally.passed, tally.failed.len()), (4, 2));
}

#[test]
fn other_lines_do_not_count() {
    let tally = read("testing 1 2 3\ntest slow has been running for over 60 seconds\n   SKIPPED indented: no\nSKIPPED\n");
    assert_eq!(tally, Tally::default());
}

#[test]
fn what_passing_tests_print_is_hidden_except_skips() {
    let mut reader = Reader::default();
    let output = "test a ... ok\ntest b ... FAILED\nsuccesses:\n---- a stdout ----\nnoise\nSKIPPED c: no network\nsuccesses:\n    a\n\
                  failures:\n---- b stdout ----\nwhy\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\nlater";
    let shown: Vec<&str> = output.lines().filter(|line| reader.line(line)).collect();
    assert_eq!(
        shown,
        [
            "test a ... ok",
            "test b ... FAILED",
            "SKIPPED c: no network",
            "failures:",
            "---- b stdout ----",
            "why",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
            "later"
        ]
    );
}

#[test]
fn binaries_are_told_apart_by_what_cargo_says() {
    let tally = read(
        "   Compiling a v0.1.0\n     Running tests/vectors.rs (target/debug/deps/vectors-0123)\n\nrunning 1 test\ntest one ... ok\n\n\
         test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
         \n     Running unittests src/lib.rs (target/debug/deps/a-0123)\ntest two ... FAILED\n\
         test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
    );
    let part = |name: &str, passed, failed| Part { name: name.into(), passed, failed };
    assert_eq!(tally.parts, [part("tests/vectors.rs", 1, 0), part("src/lib.rs", 0, 1)]);
}
