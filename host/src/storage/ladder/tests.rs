use super::*;
use crate::ports::Revision;
use crate::storage::conformance::document;
use crate::storage::keyring::doubles::{FaultyKeyring, KeyringFault};
use crate::storage::{Keyring, TASKS, Unlock, ephemeral};
use age::secrecy::ExposeSecret;
use std::fs;
use tempfile::TempDir;
use zeroize::Zeroizing;

struct Machine {
    folder: TempDir,
    keyring: Arc<FaultyKeyring>,
    unlock: Option<Unlock>,
}

impl Machine {
    fn new(fault: KeyringFault) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), keyring: FaultyKeyring::new(fault), unlock: None }
    }

    /// With an age identity of its own instead of a pass phrase in the keyring.
    fn with_identity(self) -> Self {
        let identity = age::x25519::Identity::generate().to_string();
        Self { unlock: Some(Unlock::Identity(Zeroizing::new(identity.expose_secret().to_owned()))), ..self }
    }

    /// A home that no file can be put into.
    fn without_files(self) -> Self {
        fs::write(self.home().parent().unwrap().join("home"), "in the way").unwrap();
        self
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    fn preferences(&self, mode: StorageMode) -> Preferences {
        Preferences { mode, keyring: Some(Keyring::of(self.keyring.clone())), unlock: self.unlock.clone() }
    }

    async fn probe(&self, mode: StorageMode) -> Result<Chosen, NoStorage> {
        StorageLadder::probe(self.home(), self.preferences(mode)).await
    }

    fn place(&self, rung: Rung) -> Arc<dyn Place> {
        self.preferences(StorageMode::Strongest).place(self.home(), rung).unwrap().unwrap()
    }

    /// Which rungs hold the record.
    async fn holders(&self) -> Vec<Rung> {
        let mut holders = Vec::new();
        for rung in Rung::ALL {
            let Ok(Some(place)) = self.preferences(StorageMode::Strongest).place(self.home(), rung) else { continue };
            if place.load(RECORD).await.is_ok_and(|record| record.is_some()) {
                holders.push(rung);
            }
        }
        holders
    }
}

fn verdict(report: &StorageReport, rung: Rung) -> &Verdict {
    &report.rungs.iter().find(|found| found.rung == rung).unwrap().verdict
}

#[tokio::test]
async fn the_strongest_that_works_is_chosen_and_the_report_says_why() {
    let unreachable = || Machine::new(KeyringFault::Unreachable);
    for (machine, chosen) in [
        (Machine::new(KeyringFault::Nothing), Rung::Keyring),
        (Machine::new(KeyringFault::ReadOnly).with_identity(), Rung::EncryptedFile),
        (Machine::new(KeyringFault::TooLong(1280)).with_identity(), Rung::EncryptedFile),
        (Machine::new(KeyringFault::Truncates(1280)).with_identity(), Rung::EncryptedFile),
        (unreachable().with_identity(), Rung::EncryptedFile),
        (unreachable(), Rung::File),
        (unreachable().without_files(), Rung::Memory),
    ] {
        let found = machine.probe(StorageMode::Strongest).await.unwrap();
        assert_eq!(found.report.chosen, Some(chosen), "{}", found.report);
        for rung in Rung::ALL {
            match verdict(&found.report, rung) {
                Verdict::Works => assert_eq!(rung, chosen),
                Verdict::NotNeeded => assert!(rung > chosen),
                Verdict::Failed { why, .. } => assert!(rung < chosen && !why.is_empty()),
                other => panic!("{rung}: {other:?}"),
            }
        }
        found.storage.store(RECORD, document("x")).await.unwrap();
        assert_eq!(machine.holders().await, [chosen]);
        ephemeral(machine.home()).erase(RECORD).await.unwrap();
    }
}

#[tokio::test]
async fn the_report_reads_like_an_explanation() {
    let machine = Machine::new(KeyringFault::TooLong(1280)).with_identity();
    machine.place(Rung::File).store(RECORD, document("x")).await.unwrap();
    let report = machine.probe(StorageMode::Strongest).await.unwrap().report.to_string();
    let lines: Vec<&str> = report.lines().collect();
    assert!(
        lines[0] == "  keyring: writing an entry failed: the keyring takes at most 1280 characters; use the encrypted file",
        "{report}"
    );
    assert!(lines[1].starts_with("* encrypted file: works (the encrypted file /") && lines[1].ends_with("codex_auth.age)"), "{report}");
    assert!(lines[2].starts_with("  plain file: not needed (the directory /") && lines[2].ends_with("; the record is here"), "{report}");
    assert!(lines[3].starts_with("  memory: not needed (memory "), "{report}");
}

#[tokio::test]
async fn what_was_asked_for_by_name_is_never_replaced_by_something_weaker() {
    let unreachable = Machine::new(KeyringFault::Unreachable);
    for mode in [StorageMode::Keyring, StorageMode::EncryptedFile] {
        let refused = unreachable.probe(mode).await.err().unwrap();
        assert_eq!(refused.0.chosen, None);
        let text = refused.to_string();
        assert!(text.contains(&format!("asked for, {mode}, cannot be used")) && text.contains("no keyring answers here"), "{text}");
        assert!(
            matches!(verdict(&refused.0, Rung::File), Verdict::NotNeeded) && matches!(verdict(&refused.0, Rung::Memory), Verdict::NotAsked)
        );
    }
    let nowhere = Machine::new(KeyringFault::Unreachable).without_files();
    for mode in [StorageMode::File, StorageMode::Auto] {
        assert!(nowhere.probe(mode).await.is_err(), "{mode}");
    }
    assert_eq!(unreachable.holders().await, []);
}

#[tokio::test]
async fn each_mode_keeps_the_record_where_its_name_says() {
    for (mode, rung) in [
        (StorageMode::Keyring, Rung::Keyring),
        (StorageMode::EncryptedFile, Rung::EncryptedFile),
        (StorageMode::File, Rung::File),
        (StorageMode::Auto, Rung::Keyring),
        (StorageMode::Ephemeral, Rung::Memory),
    ] {
        let machine = Machine::new(KeyringFault::Nothing);
        let found = machine.probe(mode).await.unwrap();
        assert_eq!(found.report.chosen, Some(rung));
        found.storage.store(RECORD, document("x")).await.unwrap();
        assert_eq!(machine.holders().await, [rung], "{mode}");
        assert_eq!(mode.to_string().parse(), Ok(mode));
    }
    assert!("vault".parse::<StorageMode>().unwrap_err().contains("one of strongest, keyring, secrets, file, auto, ephemeral"));
}

#[tokio::test]
async fn keyring_and_secrets_file_supersede_the_plain_file_without_reading_it() {
    for mode in [StorageMode::Keyring, StorageMode::EncryptedFile] {
        let machine = Machine::new(KeyringFault::Nothing);
        machine.place(Rung::File).store(RECORD, document("old")).await.unwrap();
        let storage = machine.probe(mode).await.unwrap().storage;
        assert_eq!(storage.load(RECORD).await.unwrap(), None, "{mode}");
        storage.store(RECORD, document("new")).await.unwrap();
        assert_eq!(machine.holders().await.len(), 1, "{mode}");
        machine.place(Rung::File).store(RECORD, document("stray")).await.unwrap();
        storage.erase(RECORD).await.unwrap();
        assert_eq!(machine.holders().await, [], "{mode}");
    }
}

#[tokio::test]
async fn b3_erasing_the_secrets_file_clears_the_keyring_and_saving_does_not() {
    let machine = Machine::new(KeyringFault::Nothing);
    machine.place(Rung::Keyring).store(RECORD, document("of another mode")).await.unwrap();
    let storage = machine.probe(StorageMode::EncryptedFile).await.unwrap().storage;
    storage.store(RECORD, document("new")).await.unwrap();
    assert_eq!(machine.holders().await, [Rung::Keyring, Rung::EncryptedFile]);
    storage.erase(RECORD).await.unwrap();
    assert_eq!(machine.holders().await, []);
}

#[tokio::test]
async fn b3_erasing_clears_every_rung_and_the_tasks() {
    let machine = Machine::new(KeyringFault::Nothing);
    for rung in [Rung::Keyring, Rung::EncryptedFile, Rung::File] {
        machine.place(rung).store(RECORD, document("x")).await.unwrap();
    }
    let storage = machine.probe(StorageMode::Strongest).await.unwrap().storage;
    storage.store(TASKS, document("tasks")).await.unwrap();
    storage.erase(RECORD).await.unwrap();
    storage.erase(TASKS).await.unwrap();
    assert_eq!(machine.holders().await, []);
    assert!(!machine.home().join(TASKS).exists());
}

#[tokio::test]
async fn a_record_on_a_lower_rung_counts_and_moves_up_with_the_next_save() {
    for lower in [Rung::EncryptedFile, Rung::File] {
        let machine = Machine::new(KeyringFault::Unreachable).with_identity();
        machine.place(lower).store(RECORD, document("old")).await.unwrap();
        machine.keyring.set(KeyringFault::Nothing);
        let Chosen { storage, report } = machine.probe(StorageMode::Strongest).await.unwrap();
        assert!(report.rungs.iter().all(|rung| rung.holds_record == Some(rung.rung == lower)), "{report}");
        assert_eq!(storage.load(RECORD).await.unwrap(), Some(document("old")));
        assert!(matches!(storage.replace(RECORD, None, document("new")).await, Err(StorageError::Conflict { .. })));
        storage.replace(RECORD, Some(&Revision::of(&document("old"))), document("new")).await.unwrap();
        assert_eq!(machine.holders().await, [Rung::Keyring]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_lower_rung_that_cannot_be_read_is_reported_and_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new(KeyringFault::Nothing);
    machine.place(Rung::File).store(RECORD, document("old")).await.unwrap();
    fs::set_permissions(machine.home().join(RECORD), fs::Permissions::from_mode(0o644)).unwrap();
    let Chosen { storage, report } = machine.probe(StorageMode::Strongest).await.unwrap();
    let Verdict::Failed { step: ProbeStep::Look, why } = verdict(&report, Rung::File) else { panic!("{report}") };
    assert!(why.contains("chmod 600"));
    storage.store(RECORD, document("new")).await.unwrap();
    assert!(machine.home().join(RECORD).exists());
    // By name, it is superseded in any case.
    machine.probe(StorageMode::Keyring).await.unwrap().storage.store(RECORD, document("newer")).await.unwrap();
    assert!(!machine.home().join(RECORD).exists());
}

#[tokio::test]
async fn a_probe_leaves_nothing_behind_and_touches_no_record() {
    let machine = Machine::new(KeyringFault::Nothing).with_identity();
    for rung in Rung::ALL {
        machine.place(rung).store(RECORD, document(&rung.to_string())).await.unwrap();
    }
    for mode in ["strongest", "keyring", "secrets", "file", "auto", "ephemeral"] {
        machine.probe(mode.parse().unwrap()).await.unwrap();
    }
    for rung in Rung::ALL {
        assert_eq!(machine.place(rung).load(RECORD).await.unwrap(), Some(document(&rung.to_string())));
    }
    let mut names: Vec<String> =
        fs::read_dir(machine.home()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".keyring.lock", ".lock", RECORD, "secrets"]);
    ephemeral(machine.home()).erase(RECORD).await.unwrap();
}

#[tokio::test]
async fn l2_the_task_store_is_a_file_beside_every_rung_but_memory() {
    for mode in [StorageMode::Strongest, StorageMode::Keyring, StorageMode::EncryptedFile, StorageMode::File, StorageMode::Auto] {
        let machine = Machine::new(KeyringFault::Nothing);
        let storage = machine.probe(mode).await.unwrap().storage;
        storage.replace(TASKS, None, document("tasks")).await.unwrap();
        assert_eq!(fs::read(machine.home().join(TASKS)).unwrap(), **document("tasks"), "{mode}");
        storage.erase_revision(TASKS, &Revision::of(&document("tasks"))).await.unwrap();
        assert_eq!(storage.load(TASKS).await.unwrap(), None);
    }
    let machine = Machine::new(KeyringFault::Nothing);
    machine.probe(StorageMode::Ephemeral).await.unwrap().storage.store(TASKS, document("tasks")).await.unwrap();
    assert!(!machine.home().exists());
    ephemeral(machine.home()).erase(TASKS).await.unwrap();
}
