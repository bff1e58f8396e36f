//! Process memory, one for each home (§8.6, mode *ephemeral*).

use super::MemoryStorage;
use super::account::Account;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The memory of this process for `home`: whoever asks for it, under whatever spelling of the path, gets the same one. Nothing
/// of it is ever written to disk.
pub fn ephemeral(home: impl AsRef<Path>) -> Arc<MemoryStorage> {
    static HOMES: Mutex<BTreeMap<Account, Arc<MemoryStorage>>> = Mutex::new(BTreeMap::new());
    let mut homes = HOMES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(homes.entry(Account::of(home.as_ref())).or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Storage;
    use crate::storage::conformance::{conforms, document};
    use crate::storage::{RECORD, TASKS};

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn conforms_in_ephemeral_mode() {
        conforms(ephemeral("/nowhere/conforms")).await;
    }

    #[tokio::test]
    async fn homes_are_apart_and_nothing_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        for name in [RECORD, TASKS] {
            ephemeral(&one).store(name, document("x")).await.unwrap();
            assert_eq!(ephemeral(one.join(".")).load(name).await.unwrap(), Some(document("x")));
            assert_eq!(ephemeral(&other).load(name).await.unwrap(), None);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
