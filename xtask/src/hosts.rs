//! The table of hosts in the README: what each runtime has passed, over each of the bindings. It is made from a test run, and a run
//! that finds otherwise fails.

use crate::tally::{Part, Tally};
use crate::workspace::Workspace;

/// A row of the table, and how the parts of its tests begin.
struct Runtime {
    title: &'static str,
    prefix: &'static str,
}

const RUNTIMES: [Runtime; 8] = [
    Runtime { title: "Rust, wasmtime 48", prefix: "tests/" },
    Runtime { title: "Node 20", prefix: "Node 20" },
    Runtime { title: "Node 22", prefix: "Node 22" },
    Runtime { title: "Node 24", prefix: "Node 24" },
    Runtime { title: "Node 26", prefix: "Node 26" },
    Runtime { title: "Chromium: page, worker, service worker", prefix: "Chromium" },
    Runtime { title: "Firefox: page, worker, service worker", prefix: "Firefox" },
    Runtime { title: "WebKit: page, worker, service worker", prefix: "WebKit" },
];

/// A column, and by which words the names of its parts are known. The first has what has no such word.
struct Binding {
    title: &'static str,
    marks: &'static [&'static str],
}

const BINDINGS: [Binding; 3] = [
    Binding { title: "world `identity`", marks: &[] },
    Binding { title: "`agent-identity/compact`", marks: &["compact"] },
    Binding { title: "world `agent`", marks: &["agent world", "stock runtime"] },
];

const BEGIN: &str = "<!-- hosts: written by UPDATE_DOCS=1 cargo xtask test -->\n";
const END: &str = "<!-- hosts end -->";

/// By this word parts are known that prove no more than a clear refusal.
const REFUSED: &str = " refused";

/// What the tests of a runtime over a binding brought; nothing where none ran.
#[derive(Clone, Copy, Default)]
struct Cell {
    passed: usize,
    failed: usize,
    refused: bool,
}

/// Compares the README with a run, or with `UPDATE_DOCS=1` writes it anew. Runtimes that did not run are left as they are.
pub fn check(workspace: &Workspace, tally: &Tally) -> Result<(), String> {
    let path = workspace.root.join("README.md");
    let readme = std::fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let (before, rest) = readme.split_once(BEGIN).ok_or("README.md has lost the beginning of its table of hosts")?;
    let (known, after) = rest.split_once(END).ok_or("README.md has lost the end of its table of hosts")?;
    let table = table(&tally.parts, known);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = format!("{before}{BEGIN}{table}{END}{after}");
        return std::fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()));
    }
    if agree(&table, known) {
        return Ok(());
    }
    Err(format!("the table of hosts in README.md is not what this run found; UPDATE_DOCS=1 writes it anew:\n{table}"))
}

/// The table of a run; rows of which nothing ran are taken over from the known one.
fn table(parts: &[Part], known: &str) -> String {
    let row = |title: &str, cells: Vec<String>| format!("| {title} | {} |\n", cells.join(" | "));
    let mut text = row("runtime", BINDINGS.iter().map(|binding| binding.title.to_owned()).collect());
    text += &format!("|{}\n", "---|".repeat(BINDINGS.len() + 1));
    for runtime in &RUNTIMES {
        let cells: Vec<Option<Cell>> = (0..BINDINGS.len()).map(|column| cell(parts, runtime, column)).collect();
        if cells.iter().any(Option::is_some) {
            text += &row(runtime.title, cells.into_iter().map(shown).collect());
        } else if let Some(line) = known.lines().find(|line| line.starts_with(&format!("| {} |", runtime.title))) {
            text += &format!("{line}\n");
        }
    }
    text
}

fn cell(parts: &[Part], runtime: &Runtime, column: usize) -> Option<Cell> {
    let found = parts.iter().filter(|part| part.passed + part.failed > 0 && is_of(part, runtime) && column_of(part) == column);
    found.fold(None, |sum: Option<Cell>, part| {
        let sum = sum.unwrap_or_default();
        let refused = sum.refused || part.name.contains(REFUSED);
        Some(Cell { passed: sum.passed + part.passed, failed: sum.failed + part.failed, refused })
    })
}

/// `Node 2` is not `Node 20`: what follows is no digit.
fn is_of(part: &Part, runtime: &Runtime) -> bool {
    part.name
        .strip_prefix(runtime.prefix)
        .is_some_and(|rest| runtime.prefix.ends_with('/') || !rest.starts_with(|next: char| next.is_ascii_digit()))
}

fn column_of(part: &Part) -> usize {
    let name = part.name.replace('_', " ");
    BINDINGS.iter().rposition(|binding| binding.marks.iter().any(|mark| name.contains(mark))).unwrap_or_default()
}

fn shown(cell: Option<Cell>) -> String {
    match cell {
        None => "–".into(),
        Some(Cell { passed, failed, .. }) if failed > 0 => format!("✘ {failed} of {}", passed + failed),
        Some(Cell { refused: true, .. }) => "refused: no JSPI".into(),
        Some(Cell { passed, .. }) => format!("✔ {passed}"),
    }
}

/// Whether tables say the same but for their numbers, which change with every test that is written, and for what did not run here.
fn agree(found: &str, known: &str) -> bool {
    let mark = |cell: &str| match cell.trim().chars().next() {
        Some(mark @ ('✔' | '✘')) => mark.to_string(),
        _ => cell.trim().to_owned(),
    };
    let cells = |table: &str| table.lines().map(|line| line.split('|').map(mark).collect()).collect::<Vec<Vec<String>>>();
    let (found, known) = (cells(found), cells(known));
    let same = |(found, known): (&Vec<String>, &Vec<String>)| {
        found.len() == known.len() && found.iter().zip(known).all(|(found, known)| found == "–" || found == known)
    };
    found.len() == known.len() && found.iter().zip(&known).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, passed: usize, failed: usize) -> Part {
        Part { name: name.into(), passed, failed }
    }

    #[test]
    fn places_of_a_browser_are_one_row_and_bindings_are_columns() {
        let parts =
            [part("Chromium page", 3, 0), part("Chromium worker", 4, 0), part("Chromium compact page", 2, 1), part("src/lib.rs", 9, 0)];
        let table = table(&parts, "");
        assert_eq!(table.lines().nth(2), Some("| Chromium: page, worker, service worker | ✔ 7 | ✘ 1 of 3 | – |"));
        assert_eq!(table.lines().count(), 3);
    }

    #[test]
    fn a_refusal_is_told_as_one() {
        let table = table(
            &[
                part("tests/agent_world.rs", 5, 0),
                part("tests/stock_runtime.rs", 1, 0),
                part("Node 22", 3, 0),
                part("Node 22, agent world refused", 1, 0),
            ],
            "",
        );
        assert!(table.ends_with("| Rust, wasmtime 48 | – | – | ✔ 6 |\n| Node 22 | ✔ 3 | – | refused: no JSPI |\n"), "{table}");
    }

    #[test]
    fn what_did_not_run_stays_as_it_was() {
        let known = "| Node 20 | ✔ 1 | – | – |\n| Node 22 | ✔ 5 | ✔ 6 | – |\n";
        let table = table(&[part("Node 20", 2, 0)], known);
        assert!(table.ends_with("|---|---|---|---|\n| Node 20 | ✔ 2 | – | – |\n| Node 22 | ✔ 5 | ✔ 6 | – |\n"), "{table}");
    }

    #[test]
    fn numbers_may_differ_and_outcomes_may_not() {
        assert!(agree("| Node 20 | ✔ 2 | – |", "| Node 20 | ✔ 31 | – |"));
        assert!(!agree("| Node 20 | ✘ 1 of 3 | – |", "| Node 20 | ✔ 2 | – |"));
        assert!(!agree("| Node 20 | ✔ 2 | ✔ 2 |", "| Node 20 | ✔ 2 | – |"));
        assert!(!agree("| Node 20 | ✔ 2 | – |\n| Node 22 | ✔ 2 | – |", "| Node 20 | ✔ 2 | – |"));
    }

    #[test]
    fn what_cannot_run_here_is_not_held_against_the_table() {
        assert!(agree("| Firefox | ✔ 2 | – |", "| Firefox | ✔ 2 | ✔ 2 |"));
        assert_eq!(table(&[part("Firefox page", 0, 0)], "| Firefox: page, worker, service worker | ✔ 2 | – | – |").lines().count(), 3);
    }
}
