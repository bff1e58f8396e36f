//! The page that the matrix is written to.

use crate::faults::Fault;
use crate::operations::Outcome;
use std::fmt::Write;
use std::path::Path;

/// Rows, by operation and in the order of the faults; faults with one outcome share a row.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    operation: &'static str,
    faults: Vec<(&'static str, bool)>,
    outcome: Outcome,
}

const HEAD: &str = "\
# What goes wrong, and what comes of it

Each fault at each operation, as the program sees it. This page is written by the test `fault_matrix`, which makes every fault
against the real authority over real sockets; it fails when it observes anything else.

- *Requests* are those made before the operation ended, each attempt counted. *Waits* are those between attempts; up to a tenth more
  or less is drawn by chance (`spec/identity.md` N10), unless the server asked for longer.
- *Stored* is what the folder holds afterwards. A record is the identity with its key; a task is one of the run task or of a reference.
- Whatever failed was done again without the fault, by the same process, and succeeded. After `bootstrap-unavailable` an hour has to
  pass first (L10).
- Faults of the network hit the endpoint that the operation names, or all of them. A fault happens every time unless a number is given.

";

impl Table {
    pub fn add(&mut self, operation: &'static str, fault: &Fault, mut outcome: Outcome) {
        outcome.stored.truncate(outcome.stored.find('\u{0}').unwrap_or(outcome.stored.len()));
        let fault = (fault.name, fault.is_remote);
        match self.rows.iter_mut().find(|row| row.operation == operation && row.outcome == outcome) {
            Some(row) => row.faults.push(fault),
            None => self.rows.push(Row { operation, faults: vec![fault], outcome }),
        }
    }

    /// Compares with `docs/faults.md`, or writes it.
    pub fn compare_with_the_page(&self) {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/faults.md"));
        let page = self.page();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, page).expect("the page can be written");
            return;
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        let differing: Vec<_> = page.lines().filter(|line| !written.lines().any(|written| written == *line)).collect();
        assert!(
            page == written,
            "docs/faults.md says something else; if what was observed is right, run this test with UPDATE_DOCS=1\n{}",
            differing.join("\n")
        );
    }

    fn page(&self) -> String {
        let mut page = HEAD.to_owned();
        page += "| operation | fault | outcome | requests | waits | stored |\n|---|---|---|---|---|---|\n";
        for row in &self.rows {
            let Outcome { result, requests, waits, stored, .. } = &row.outcome;
            // Writing to a string cannot fail.
            let _ = writeln!(page, "| {} | {} | {result} | {requests} | {waits} | {stored} |", row.operation, faults(&row.faults));
        }
        page
    }
}

/// All faults of the network in one word, if they are all there.
fn faults(faults: &[(&'static str, bool)]) -> String {
    let remote = Fault::all().iter().filter(|fault| fault.is_remote).count();
    let is_every = faults.iter().filter(|(_, is_remote)| *is_remote).count() == remote;
    let mut names: Vec<_> = faults.iter().filter(|(_, is_remote)| !(is_every && *is_remote)).map(|(name, _)| *name).collect();
    if is_every {
        names.push("anything that the network or the backend does");
    }
    names.join("; ")
}
