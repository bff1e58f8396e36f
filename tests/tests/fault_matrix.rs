//! Each fault at each operation, against the real authority over real sockets, and what comes of it: `docs/faults.md`.
//!
//! The table is written by this test: `UPDATE_DOCS=1 cargo test -p agent-identity-tests --test fault_matrix`. Without the
//! variable the test fails when it observes something else than what is written there.

#[path = "fault_matrix/faults.rs"]
mod faults;
#[path = "fault_matrix/operations.rs"]
mod operations;
#[path = "fault_matrix/table.rs"]
mod table;

use agent_identity_tests::installation::authority;
use faults::Fault;
use operations::{Operation, Scene};
use table::Table;

/// Waits of the schedule are not waited for, and no time is measured: the table is the same on every machine.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_at_every_operation() {
    let authority = authority().await;
    let mut table = Table::default();
    for operation in Operation::ALL {
        for fault in Fault::all() {
            let scene = Scene::prepare(operation, &authority).await;
            fault.begin(&scene, operation.scope());
            let outcome = scene.perform(operation).await;
            fault.end(&scene);
            scene.goes_on(operation, &fault, &outcome).await;
            table.add(operation.name(), &fault, outcome);
        }
    }
    table.compare_with_the_page();
}
