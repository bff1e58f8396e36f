//! What proves which rule: `docs/metadata-coverage.md`, checked against vectors and sources.
//!
//! A rule is proved by a case that names it, and by tests whose names begin with it: `r<section>_<number>_…`, `e<number>_…`. Every rule is
//! in a case (§18). With `UPDATE_DOCS=1` the page is written anew. It may name less than there is, but nothing that is not there.

use super::vectors::{cases, files};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How many rules each section has.
const SECTIONS: [(&str, u32); 16] = [
    ("Conventions", 7),
    ("Snapshot and renderings", 23),
    ("Extras", 9),
    ("Lineage", 16),
    ("Caller-supplied ids", 9),
    ("Response items", 12),
    ("Originator", 9),
    ("Installation id", 6),
    ("Workspaces", 13),
    ("Attestation", 7),
    ("Other headers", 3),
    ("Providers", 12),
    ("Command-backed bearer tokens", 7),
    ("AWS", 9),
    ("Delegated sub-agent sessions", 11),
    ("Telemetry and traces", 5),
];
const TABLES: [&str; 5] = ["1A", "1B", "1C", "1D", "1E"];
const EXAMPLES: u32 = 70;

/// The described changes, in their order, and the rules that cover each; without rules: why none does.
const CHANGES: [(&str, &str, &str); 37] = [
    ("1", "agent task auth for inference", "11-4 12-7 13-9"),
    ("2", "originators of threads", "6-1 6-2 6-3 6-4 6-5 6-6 6-7 6-8 6-9"),
    ("3", "typed item metadata", "5-8 5-9 5-10 5-11"),
    ("4", "ids of response items", "5-1 5-2 5-3 5-4 5-5 5-6 5-7"),
    ("5", "optional item `metadata`", "5-10 5-11"),
    ("6", "one metadata snapshot", "1-1 1-2 1-4 1-6 1-10 1-20 2-1 2-5"),
    ("7", "the compaction window is kept in the history", "3-11 3-12 3-13 3-14"),
    ("8", "window id in `client_metadata`", "1B 1D"),
    ("9", "reasoning efforts that the model defines", "11-9"),
    ("10", "`parent_thread_id` stored and exposed", "3-1 3-2 3-5 3-6 14-1"),
    ("11", "attestation header", "9-1 9-2 9-3 9-4 9-5 9-6 9-7"),
    ("12", "a session id for a tree of threads", "3-2 10-1"),
    ("13", "explicit `thread_source`", "3-2 3-9 3-10"),
    ("14", "start of the turn for tool servers", "1-21 3-8"),
    ("15", "recording of traces", "15-1"),
    ("16", "built-in Bedrock provider", "13-1 13-2 13-3 13-4 13-5 13-6 13-7 13-8 13-9"),
    ("17", "`thread_source` in turn metadata", "1A 1D 3-9"),
    ("18", "installation id", "7-1 7-2 7-3 7-4 7-5 7-6"),
    ("19", "comparison of remote URLs", "8-13"),
    ("20", "re-exports of a split crate removed", "outside: source layout, no behaviour"),
    ("21", "core crate without re-exports of siblings", "outside: source layout, no behaviour"),
    ("22", "bearer tokens of commands", "12-1 12-2 12-3 12-4 12-5 12-6 12-7"),
    ("23", "a lint over all targets", "outside: lint and CI"),
    ("24", "turn start does not hang on a websocket", "11-12"),
    ("25", "telemetry type renamed", "outside: a rename; its fields are in 15-3"),
    ("26", "fast mode", "11-9"),
    ("27", "optional reasoning summary", "11-9"),
    ("28", "core crate without re-exports of protocol types", "outside: source layout, no behaviour"),
    ("29", "a feature for tests removed", "outside: build arrangement"),
    ("30", "web-search eligibility headers removed", "10-3"),
    ("31", "external and own ChatGPT logins alike", "11-5"),
    ("32", "model client of a session", "1-3"),
    ("33", "`phase` on messages", "5-12"),
    ("34", "git context in the prompt", "outside: prompt text; the same facts as metadata are in 8-1"),
    ("35", "type names respelt", "outside: a rename; wire values unchanged"),
    ("36", "web search per turn", "outside: tool policy"),
    ("+", "caller-supplied ids and the source of delegates", "4-1 4-2 4-3 4-4 4-5 4-6 4-7 4-8 4-9 14-2"),
];

/// Rule to the vector files with a case for it, and to the tests: file and name.
#[derive(Default)]
struct Proofs {
    files: BTreeMap<String, BTreeSet<String>>,
    tests: BTreeMap<String, BTreeSet<(String, String)>>,
}

#[test]
fn section_16_every_rule_has_a_proof_and_the_page_names_real_ones() {
    let proofs = Proofs::found();
    let lacking: Vec<_> = rules().into_iter().filter(|rule| !proofs.files.contains_key(rule)).collect();
    assert!(lacking.is_empty(), "no case is about {} (§18)", lacking.join(", "));
    for (_, change, covered_by) in CHANGES {
        if !covered_by.starts_with("outside: ") {
            let known: Vec<_> = covered_by.split(' ').filter(|rule| rules().iter().any(|known| known == rule)).collect();
            assert_eq!(known.join(" "), covered_by, "{change}: a rule is not known");
        }
    }
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metadata-coverage.md"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, proofs.page()).expect("the page can be written");
        return;
    }
    let written = fs::read_to_string(path).expect("the page is there; run this test with UPDATE_DOCS=1");
    let wrong: Vec<_> = written.lines().filter_map(|line| proofs.fault(line)).collect();
    assert!(wrong.is_empty(), "run this test with UPDATE_DOCS=1\n{}", wrong.join("\n"));
    let unlisted: Vec<_> = rules().into_iter().filter(|rule| !written.contains(&format!("\n| {rule} | "))).collect();
    assert!(unlisted.is_empty(), "run this test with UPDATE_DOCS=1: the page lacks {}", unlisted.join(", "));
}

/// Ids of all rules, tables and examples.
fn rules() -> Vec<String> {
    let numbered = (0..).zip(SECTIONS).flat_map(|(section, (_, count))| (1..=count).map(move |number| format!("{section}-{number}")));
    let examples = (1..=EXAMPLES).map(|number| format!("E{number}"));
    numbered.chain(TABLES.map(Into::into)).chain(examples).collect()
}

impl Proofs {
    fn found() -> Self {
        let mut proofs = Self::default();
        for file in files() {
            for case in cases(&file) {
                let example = case.id.split('-').next().filter(|first| is_example(first)).map(str::to_uppercase);
                for rule in case.rule.split(',').map(|rule| rule.trim().to_owned()).chain(example) {
                    proofs.files.entry(rule).or_default().insert(file.clone());
                }
            }
        }
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        for folder in ["guest", "host", "tests"] {
            proofs.scan(root, &root.join(folder));
        }
        proofs
    }

    /// The tests of a folder of sources.
    fn scan(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                self.scan(root, &path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let file = path.strip_prefix(root).expect("below the root").display().to_string().replace('\\', "/");
                let source = fs::read_to_string(&path).expect("a source");
                for name in source.split("fn ").skip(1).filter_map(|rest| rest.split('(').next()) {
                    for rule in rules_of(name) {
                        self.tests.entry(rule).or_default().insert((file.clone(), name.to_owned()));
                    }
                }
            }
        }
    }

    fn page(&self) -> String {
        let mut page = HEAD.to_owned();
        page += "\n## Changes\n\n| # | change | covered by |\n|---|---|---|\n";
        for (number, change, covered_by) in CHANGES {
            // Writing to a string cannot fail.
            let _ = writeln!(
                page,
                "| {number} | {change} | {} |",
                covered_by.replace(' ', if covered_by.starts_with("outside") { " " } else { ", " })
            );
        }
        for (number, (title, count)) in (0..).zip(SECTIONS) {
            let _ = write!(page, "\n## {number} {title}\n\n| rule | vectors | tests |\n|---|---|---|\n");
            let tables = TABLES.iter().filter(|_| number == 1).map(|table| (*table).to_owned());
            for rule in (1..=count).map(|rule| format!("{number}-{rule}")).chain(tables) {
                page += &self.row(&rule);
            }
        }
        page += "\n## Examples\n\n| example | vectors | tests |\n|---|---|---|\n";
        for number in 1..=EXAMPLES {
            page += &self.row(&format!("E{number}"));
        }
        page
    }

    /// Three tests of a rule are enough to find the others.
    fn row(&self, rule: &str) -> String {
        let files: Vec<_> = self.files.get(rule).into_iter().flatten().map(|file| format!("`{file}`")).collect();
        let tests = self.tests.get(rule).into_iter().flatten().take(3).map(|(file, name)| format!("`{name}` ({file})"));
        format!("| {rule} | {} | {} |\n", files.join(", "), tests.collect::<Vec<_>>().join("; "))
    }

    /// What a line of the page says that is not so.
    fn fault(&self, line: &str) -> Option<String> {
        let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
        let (rule, vectors, tests) = (cells.next()?, cells.next()?, cells.next()?);
        if !rules().iter().any(|known| known == rule) {
            return None;
        }
        let quoted = |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(Into::into).collect() };
        let (files, names) = (quoted(vectors), quoted(tests));
        let is_file = |file: &String| self.files.get(rule).is_some_and(|files| files.contains(file));
        let is_test = |name: &String| self.tests.get(rule).is_some_and(|tests| tests.iter().any(|(_, test)| test == name));
        let stale = files.iter().filter(|file| !is_file(file)).chain(names.iter().filter(|name| !is_test(name)));
        let stale: Vec<_> = stale.map(String::as_str).collect();
        if files.is_empty() && names.is_empty() {
            return Some(format!("{rule}: no proof"));
        }
        (!stale.is_empty()).then(|| format!("{rule}: {} is not there", stale.join(", ")))
    }
}

/// The rules that a test's name begins with.
fn rules_of(name: &str) -> Vec<String> {
    let mut parts = name.split('_').peekable();
    let mut rules = Vec::new();
    while let Some(part) = parts.next() {
        let section = part.strip_prefix('r').filter(|digits| is_number(digits));
        if let Some((section, number)) = section.zip(parts.next_if(|number| is_number(number))) {
            rules.push(format!("{section}-{number}"));
        } else if is_example(part) {
            rules.push(part.to_uppercase());
        } else {
            break;
        }
    }
    rules
}

fn is_example(part: &str) -> bool {
    part.strip_prefix('e').is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const HEAD: &str = "# Coverage of the metadata specification

Rule by rule, what proves it: cases in `tests/vectors/metadata`, and tests whose names begin with the rule. A test of the suite `metadata` fails
when a rule is in no case, or when this page names one that is not there; `UPDATE_DOCS=1` writes the page anew.
At most three tests are named for each rule.
";
