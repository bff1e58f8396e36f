//! The age file around the secrets.

use crate::ports::Document;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use std::io::{Read, Write};

/// What opens and closes the file.
pub(super) enum Key {
    /// A pass phrase, stretched with 2^`work_factor` rounds of scrypt.
    PassPhrase { text: SecretString, work_factor: u8 },
    /// Closed for all of them, opened by any of them.
    Identities(Vec<x25519::Identity>),
}

/// Most work that opening a file may cost: 2^20 rounds take 1 GiB of memory and a few seconds. Whoever can write the file
/// could otherwise stop the program with it.
const MOST_WORK: u8 = 20;

/// Encrypts.
pub(super) fn seal(key: &Key, text: &Document) -> Result<Document, String> {
    let failed = |why: &dyn std::fmt::Display| format!("it cannot be encrypted: {why}");
    let encryptor = match key {
        Key::PassPhrase { text, work_factor } => {
            let mut recipient = scrypt::Recipient::new(text.clone());
            recipient.set_work_factor(*work_factor);
            Encryptor::with_recipients(std::iter::once(&recipient as _))
        }
        Key::Identities(identities) => {
            let recipients: Vec<_> = identities.iter().map(x25519::Identity::to_public).collect();
            Encryptor::with_recipients(recipients.iter().map(|recipient| recipient as _))
        }
    };
    let mut sealed = Document::new(Vec::with_capacity(text.len() + 1024));
    let written = encryptor.map_err(|error| failed(&error))?.wrap_output(&mut *sealed).and_then(|mut writer| {
        writer.write_all(text)?;
        writer.finish().map(|_| ())
    });
    written.map_err(|error| failed(&error))?;
    Ok(sealed)
}

/// Decrypts.
pub(super) fn open(key: &Key, sealed: &Document) -> Result<Document, String> {
    let decryptor = Decryptor::new_buffered(sealed.as_slice()).map_err(|error| opening_failed(&error))?;
    let reader = match (key, decryptor.is_scrypt()) {
        (Key::PassPhrase { text, .. }, true) => {
            let mut identity = scrypt::Identity::new(text.clone());
            identity.set_max_work_factor(MOST_WORK);
            decryptor.decrypt(std::iter::once(&identity as _))
        }
        (Key::Identities(identities), false) => decryptor.decrypt(identities.iter().map(|identity| identity as _)),
        (Key::PassPhrase { .. }, false) => return Err("it is locked with a key, not with a pass phrase; name the key file".into()),
        (Key::Identities(_), true) => return Err("it is locked with a pass phrase, not with a key; give the pass phrase".into()),
    };
    // Larger than what is inside, so that it never grows.
    let mut text = Document::new(Vec::with_capacity(sealed.len() + 64));
    let mut reader = reader.map_err(|error| opening_failed(&error))?;
    reader.read_to_end(&mut text).map_err(|error| format!("it is damaged: {error}"))?;
    Ok(text)
}

fn opening_failed(error: &DecryptError) -> String {
    match error {
        DecryptError::NoMatchingKeys => "it is locked with another key; name that key file".into(),
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => "the pass phrase is not the one it is locked with".into(),
        DecryptError::ExcessiveWork { required, .. } => {
            format!("its pass phrase is stretched 2^{required} times, more than 2^{MOST_WORK}; this is not one of our files")
        }
        other => format!("it is damaged, or no age file: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass_phrase(text: &str) -> Key {
        Key::PassPhrase { text: SecretString::from(text.to_owned()), work_factor: 2 }
    }

    fn identity() -> x25519::Identity {
        x25519::Identity::generate()
    }

    fn document() -> Document {
        Document::new(b"some text".to_vec())
    }

    #[test]
    fn only_what_closed_it_opens_it() {
        let (one, two) = (identity(), identity());
        let both = seal(&Key::Identities(vec![one.clone(), two.clone()]), &document()).unwrap();
        let phrased = seal(&pass_phrase("correct"), &document()).unwrap();
        for (key, sealed) in [(Key::Identities(vec![one]), &both), (Key::Identities(vec![two]), &both), (pass_phrase("correct"), &phrased)]
        {
            assert_eq!(open(&key, sealed).unwrap(), document());
        }
        let refused = |key: Key, sealed| open(&key, sealed).unwrap_err();
        assert!(refused(pass_phrase("wrong"), &phrased).contains("not the one"));
        assert!(refused(pass_phrase("correct"), &both).contains("locked with a key"));
        assert!(refused(Key::Identities(vec![identity()]), &both).contains("another key"));
        assert!(refused(Key::Identities(vec![identity()]), &phrased).contains("locked with a pass phrase"));
    }

    #[test]
    fn damage_is_noticed() {
        let key = Key::Identities(vec![identity()]);
        let sealed = seal(&key, &document()).unwrap();
        for length in [0, 10, sealed.len() - 20, sealed.len() - 1] {
            assert!(open(&key, &Document::new(sealed.iter().copied().take(length).collect())).unwrap_err().contains("damaged"), "{length}");
        }
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(open(&key, &changed).unwrap_err().contains("damaged"));
    }

    #[test]
    fn a_file_that_costs_too_much_to_open_is_refused() {
        let sealed = seal(&pass_phrase("x"), &document()).unwrap();
        let text = String::from_utf8_lossy(&sealed).into_owned();
        let (before, after) = text.split_once(" 2\n").unwrap();
        let costly = [before.as_bytes(), b" 21\n", &sealed[sealed.len() - (sealed.len() - before.len() - 3)..]].concat();
        assert!(!after.is_empty());
        assert!(open(&pass_phrase("x"), &Document::new(costly)).unwrap_err().contains("2^21"));
    }

    #[test]
    fn k15_buffers_never_grow() {
        let key = Key::Identities(vec![identity()]);
        for length in [0, 1, 100, 65_535, 65_536, 65_537, 1_000_000] {
            let sealed = seal(&key, &Document::new(vec![b'x'; length])).unwrap();
            assert_eq!(open(&key, &sealed).unwrap().capacity(), sealed.len() + 64);
        }
    }
}
