use super::*;
use proptest::prelude::*;

const UBUNTU: UserAgent<'_> = UserAgent {
    originator: "codex_cli_rs",
    version: "1.2.3",
    os: "Ubuntu",
    os_version: "24.4.0",
    arch: Some("x86_64"),
    terminal: "xterm",
    suffix: None,
};

#[test]
fn r6_9_e52_missing_architecture_and_trimmed_suffix() {
    let agent = UserAgent { arch: None, suffix: Some("  my-mcp; 0.4 "), ..UBUNTU };
    assert_eq!(agent.render(), "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; unknown) xterm (my-mcp; 0.4)");
}

#[test]
fn r6_9_e53_what_may_not_stand_in_a_header_becomes_an_underscore() {
    for (suffix, rendered) in [
        ("bad\rsuffix", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm (bad_suffix)"),
        ("café 東", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm (caf_ _)"),
        ("a\tb", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm (a\tb)"),
        ("a\tb\u{7f}", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm (a_b_)"),
        (" \t\u{3000}", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm"),
        ("", "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm"),
    ] {
        assert_eq!(UserAgent { suffix: Some(suffix), ..UBUNTU }.render(), rendered);
    }
}

#[test]
fn r6_9_a_space_at_an_end_leaves_the_bare_originator() {
    assert_eq!(UserAgent { terminal: "", ..UBUNTU }.render(), "codex_cli_rs");
    assert_eq!(UserAgent { terminal: "é ", ..UBUNTU }.render(), "codex_cli_rs");
    assert_eq!(UserAgent { terminal: "", suffix: Some("s"), ..UBUNTU }.render(), "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64)  (s)");
}

/// The rule word for word, with the step that [`UserAgent::render`] leaves out.
fn as_the_rule_has_it(agent: &UserAgent<'_>) -> String {
    let alone = UserAgent { suffix: None, ..*agent };
    let base = alloc::format!(
        "{}/{} ({} {}; {}) {}",
        agent.originator,
        agent.version,
        agent.os,
        agent.os_version,
        agent.arch.unwrap_or("unknown"),
        agent.terminal
    );
    let suffix = agent.suffix.map(str::trim).filter(|suffix| !suffix.is_empty());
    let text = suffix.map_or(base.clone(), |suffix| alloc::format!("{base} ({suffix})"));
    let replaced = text.replace(|c: char| !matches!(c, ' '..='~'), "_");
    [text, replaced, base].into_iter().find(|text| is_header_value(text)).unwrap_or(alone.originator.into())
}

proptest! {
    #[test]
    fn r6_9_every_user_agent_of_a_legal_originator_is_legal(
        originator in "[!-~]([\t -~]{0,6}[!-~])?",
        parts in any::<[String; 4]>(),
        arch in any::<Option<String>>(),
        suffix in proptest::option::of("[\t\u{0}-\u{ff} ]{0,5}"),
    ) {
        let [version, os, os_version, terminal] = parts.each_ref().map(String::as_str);
        let (arch, suffix) = (arch.as_deref(), suffix.as_deref());
        let agent = UserAgent { originator: &originator, version, os, os_version, arch, terminal, suffix };
        prop_assert!(is_header_value(&agent.render()));
        prop_assert_eq!(agent.render(), as_the_rule_has_it(&agent));
    }

    #[test]
    fn r6_9_the_step_left_out_never_matters(
        originator in "[ a\u{e9}\t]{0,2}",
        terminal in "[ a\u{e9}\t]{0,2}",
        suffix in "[ a\u{e9}\t]{0,2}",
    ) {
        let agent = UserAgent { originator: &originator, terminal: &terminal, suffix: Some(&suffix), ..UBUNTU };
        prop_assert_eq!(agent.render(), as_the_rule_has_it(&agent));
    }
}
