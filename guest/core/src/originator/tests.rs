use super::*;
use proptest::prelude::*;

const FOLDED: ServiceNames<'_> = ServiceNames { is_exact: false, replacements: &[] };

/// Value, source and the sources skipped.
fn resolved(mode: Mode, candidates: Candidates<'_>) -> (String, Source, Vec<Source>) {
    let Originator { value, source, warnings } = resolve(mode, &candidates, &FOLDED);
    (value, source, warnings.into_iter().map(|skipped| skipped.source).collect())
}

#[track_caller]
fn check(mode: Mode, candidates: Candidates<'_>, value: &str, source: Source, skipped: &[Source]) {
    assert_eq!(resolved(mode, candidates), (value.into(), source, skipped.to_vec()));
}

#[test]
fn r6_1_e9_a_name_that_is_not_recognised_is_ignored() {
    let extra = Candidates { service_name: Some("chatgpt_cca_extra"), persisted: Some("p"), ..Candidates::default() };
    check(Mode::ThreadFirst, extra, "p", Source::Persisted, &[]);
    let inherited = Candidates { inherited: Some("h"), env: Some("Codex Desktop"), ..Candidates::default() };
    check(Mode::ThreadFirst, inherited, "h", Source::Inherited, &[]);
    check(Mode::EnvFirst, inherited, "Codex Desktop", Source::Env, &[]);
}

#[test]
fn r6_1_e49_names_match_trimmed_and_in_any_case() {
    let candidates = Candidates { service_name: Some(" Codex_Work_Local "), env: Some("E"), persisted: Some("p"), ..Candidates::default() };
    check(Mode::EnvFirst, candidates, "E", Source::Env, &[]);
    check(Mode::ThreadFirst, candidates, "codex_work_local", Source::Service, &[]);
}

#[test]
fn r6_1_every_recognised_name_and_its_result() {
    for (name, result) in [
        ("CODEX_WORK_LOCAL", "codex_work_local"),
        ("CODEX_WORK_CLOUD", "codex_work_cloud"),
        ("codex_work_desktop", "codex_work_desktop"),
        ("codex_work_web", "codex_work_web"),
        ("codex_work_mobile", "codex_work_mobile"),
        ("codex_work_cca", "codex_work_cca"),
        ("chatgpt_cca", "chatgpt_cca"),
    ] {
        let exact = ServiceNames { is_exact: true, ..FOLDED };
        assert_eq!((FOLDED.result(name), exact.result(name)), (Some(result.into()), Some(result.into())));
        let other_case = if name == result { name.to_ascii_uppercase() } else { result.into() };
        assert_eq!((FOLDED.result(&other_case), exact.result(&other_case)), (Some(result.into()), None));
    }
    assert_eq!((FOLDED.result(""), FOLDED.result("chatgpt_ccä")), (None, None));
}

#[test]
fn r6_1_a_result_can_be_replaced() {
    let pair = |name: &str, value: &str| (String::from(name), String::from(value));
    let replacements = [pair("codex_work_web", "my_web"), pair("codex_work_local", "bad\n")];
    let names = ServiceNames { is_exact: false, replacements: &replacements };
    let of = |service_name| {
        let candidates = Candidates { service_name: Some(service_name), ..Candidates::default() };
        resolve(Mode::EnvFirst, &candidates, &names)
    };
    assert_eq!(of("CODEX_WORK_WEB").value, "my_web");
    assert_eq!(of("CODEX_WORK_CLOUD").value, "codex_work_cloud");
    assert_eq!((&*of("CODEX_WORK_LOCAL").value, of("CODEX_WORK_LOCAL").warnings.len()), (DEFAULT, 1));
}

#[test]
fn r6_2_e50_an_unusable_candidate_is_skipped_with_a_warning() {
    let blank = Candidates { env: Some(" "), service_name: Some("CODEX_WORK_CLOUD"), persisted: Some("p"), ..Candidates::default() };
    check(Mode::EnvFirst, blank, "codex_work_cloud", Source::Service, &[Source::Env]);
    check(Mode::ThreadFirst, blank, "codex_work_cloud", Source::Service, &[]);
    let bad = Candidates { env: Some("bad\n"), ..Candidates::default() };
    for mode in [Mode::EnvFirst, Mode::ThreadFirst] {
        check(mode, bad, DEFAULT, Source::Default, &[Source::Env]);
        let warnings = resolve(mode, &bad, &FOLDED).warnings;
        assert_eq!(warnings, [Skipped { source: Source::Env, is_blank: false }]);
    }
}

/// The table of the section, in both modes: each source wins over those behind it, and unusable ones are passed over.
#[test]
fn r6_2_every_combination_of_sources_resolves_in_the_order_of_its_mode() {
    use Source::{Env, Inherited, Persisted, Process, Service};
    let orders = [
        (Mode::EnvFirst, [Env, Service, Persisted, Inherited, Process]),
        (Mode::ThreadFirst, [Service, Persisted, Inherited, Env, Process]),
    ];
    for (mode, order) in orders {
        for combination in 0..3_u32.pow(5) {
            // Each source is absent, usable or illegal; an unusable service name is one that is not recognised.
            let state =
                |source: Source| combination / 3_u32.pow(order.iter().position(|of| *of == source).unwrap().try_into().unwrap()) % 3;
            let value = |source, usable: &'static str| [None, Some(usable), Some("é")][usize::try_from(state(source)).unwrap()];
            let candidates = Candidates {
                env: value(Env, "env"),
                service_name: value(Service, "chatgpt_cca"),
                persisted: value(Persisted, "persisted"),
                inherited: value(Inherited, "inherited"),
                process: value(Process, "process"),
            };
            let winner = order.into_iter().find(|source| state(*source) == 1);
            let skipped =
                order.into_iter().take_while(|source| Some(*source) != winner).filter(|source| *source != Service && state(*source) == 2);
            let expected = match winner {
                None => DEFAULT,
                Some(Service) => "chatgpt_cca",
                Some(source) => source.as_str(),
            };
            check(mode, candidates, expected, winner.unwrap_or(Source::Default), &skipped.collect::<Vec<_>>());
        }
    }
}

#[test]
fn r6_4_a_spawned_thread_inherits_from_its_spawner_any_other_from_its_parent_or_fork() {
    let origins = |spawned_by, parent, forked_from| inherits_from(History::New, &Origins { spawned_by, parent, forked_from });
    assert_eq!(origins(Some("s"), Some("p"), Some("f")), Some("s"));
    assert_eq!(origins(None, Some("p"), Some("f")), Some("p"));
    assert_eq!(origins(None, None, Some("f")), Some("f"));
    assert_eq!(origins(None, None, None), None);
}

#[test]
fn r6_5_e51_only_threads_without_session_metadata_inherit() {
    let origins = Origins { parent: Some("p"), ..Origins::default() };
    for history in [History::New, History::Cleared, History::TruncatedFork] {
        assert_eq!(inherits_from(history, &origins), Some("p"), "{history:?}");
    }
    for history in [History::Fork, History::Resumed] {
        assert_eq!(inherits_from(history, &origins), None, "{history:?}");
    }
    // The live parent's value is handed over only where it is inherited.
    let of = |history| {
        let inherited = inherits_from(history, &origins).map(|_| "h");
        resolve(Mode::EnvFirst, &Candidates { inherited, process: Some("codex-tui"), ..Candidates::default() }, &FOLDED).value
    };
    assert_eq!((&*of(History::TruncatedFork), &*of(History::Resumed)), ("h", "codex-tui"));
}

#[test]
fn r6_6_the_process_value_is_legal() {
    for bad in ["", " ", "a ", "é", "a\nb"] {
        assert_eq!(super::check(bad).unwrap_err().code, Code::InvalidOriginator, "{bad:?}");
    }
    assert!(super::check("codex-tui").is_ok());
}

#[test]
fn r6_6_two_clients_of_an_app_server_do_not_name_the_process() {
    assert!(is_of_client("codex_vscode") && is_of_client("Codex-Backend"));
    assert!(!is_of_client("codex-backend") && !is_of_client("codex_app_server_daemon"));
}

#[test]
fn r6_8_first_parties() {
    for (originator, is_ours, is_chat) in [
        ("codex_cli_rs", true, false),
        ("codex-tui", true, false),
        ("codex_vscode", true, false),
        ("Codex Desktop", true, false),
        ("Codex ", true, false),
        ("Codex", false, false),
        ("codex Desktop", false, false),
        ("codex_cli_rs2", false, false),
        ("codex_atlas", false, true),
        ("codex_chatgpt_desktop", false, true),
    ] {
        assert_eq!((is_first_party(originator), is_first_party_chat(originator)), (is_ours, is_chat), "{originator}");
    }
}

proptest! {
    #[test]
    fn r6_2_every_originator_is_legal_in_a_header(values in any::<[Option<String>; 5]>(), replacement in any::<String>()) {
        let [env, service_name, persisted, inherited, process] = values.each_ref().map(Option::as_deref);
        let replacements = [(String::from("chatgpt_cca"), replacement)];
        let names = ServiceNames { is_exact: false, replacements: &replacements };
        for service_name in [service_name, Some("chatgpt_cca")] {
            let candidates = Candidates { env, service_name, persisted, inherited, process };
            for mode in [Mode::EnvFirst, Mode::ThreadFirst] {
                prop_assert!(is_header_value(&resolve(mode, &candidates, &names).value));
            }
        }
    }
}
