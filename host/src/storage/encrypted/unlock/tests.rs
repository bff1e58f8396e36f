use super::*;
use crate::ports::Document;
use crate::storage::encrypted::envelope::{open, seal};
use age::secrecy::ExposeSecret;
use std::fs;

fn document() -> Document {
    Document::new(b"text".to_vec())
}

fn error(unlock: &Unlock) -> String {
    unlock.key(Path::new("/nowhere"), true).err().unwrap()
}

#[cfg(unix)]
#[test]
fn a_key_file_is_the_one_age_keygen_writes_and_only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.txt");
    let unlock = Unlock::KeyFile(path.clone());
    let chmod = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    assert!(error(&unlock).contains("key.txt cannot be used: there is no such file"));
    let identity = x25519::Identity::generate();
    let text = format!("# created: now\n# public key: {}\n{}\n", identity.to_public(), identity.to_string().expose_secret());
    fs::write(&path, text).unwrap();
    chmod(0o644);
    assert!(error(&unlock).contains("chmod 600"));
    chmod(0o600);
    let sealed = seal(&unlock.key(folder.path(), true).unwrap(), &document()).unwrap();
    assert_eq!(open(&Key::Identities(vec![identity]), &sealed).unwrap(), document());
    for (text, expected) in [("# nothing\n", "no age identity in it"), ("hunter2", "a line is no age identity"), ("\u{0}", "a line")] {
        fs::write(&path, text).unwrap();
        let error = error(&unlock);
        assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn pass_phrases_of_people_are_stretched_as_owasp_recommends() {
    let Key::PassPhrase { work_factor, .. } = Unlock::PassPhrase(Zeroizing::new("x".into())).key(Path::new("/"), true).unwrap() else {
        panic!("not a pass phrase")
    };
    assert_eq!(work_factor, 17);
    assert!(error(&Unlock::PassPhrase(Zeroizing::new(String::new()))).contains("empty"));
}

#[cfg(feature = "keyring")]
mod keyring {
    use super::*;
    use crate::storage::account::Account;
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;
    use std::collections::BTreeSet;

    fn phrase(key: Result<Key, String>) -> String {
        match key.unwrap() {
            Key::PassPhrase { text, work_factor: 10 } => text.expose_secret().to_owned(),
            _ => panic!("not a random pass phrase"),
        }
    }

    #[test]
    fn the_pass_phrase_is_made_once_where_the_reference_client_keeps_it() {
        let home = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let unlock = Unlock::Keyring(Keyring::of(store.clone()));
        let missing = unlock.key(home.path(), false).err().unwrap();
        assert!(missing.contains("not in the keyring (service codex, account secrets|"), "{missing}");
        let made: BTreeSet<String> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..16).map(|_| scope.spawn(|| phrase(unlock.key(home.path(), true)))).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        let made = made.iter().next().filter(|_| made.len() == 1).unwrap();
        assert!(made.len() == 64 && made.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let entry = store.build("codex", &format!("secrets|{}", Account::of(home.path())), None).unwrap();
        assert_eq!(entry.get_password().unwrap(), *made);
        assert_eq!(phrase(unlock.key(home.path(), false)), *made);
    }

    #[test]
    fn a_keyring_that_fails_makes_no_new_pass_phrase() {
        let home = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let unlock = Unlock::Keyring(Keyring::of(store.clone()));
        let made = phrase(unlock.key(home.path(), true));
        let entry = store.build("codex", &format!("secrets|{}", Account::of(home.path())), None).unwrap();
        let credential: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        credential.set_error(keyring_core::Error::NoStorageAccess("locked".into()));
        assert!(unlock.key(home.path(), true).err().unwrap().contains("unlock it"));
        assert_eq!(phrase(unlock.key(home.path(), true)), made);
    }
}
