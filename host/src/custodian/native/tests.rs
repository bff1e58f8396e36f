use super::*;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey as Verifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_box::aead::Aead;

const KEY: &str = "build-agent";
const SEED: [u8; 32] = [7; 32];
const PKCS8_V1: &str = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
const PKCS8_V2: [&str; 2] = [
    "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
    "MHICAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
];
const PUBLIC: &str = "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

fn custodian() -> NativeCustodian {
    let custodian = NativeCustodian::new();
    custodian.import_seed(KEY, &SEED).unwrap();
    custodian
}

fn reason(error: CustodianError) -> String {
    let CustodianError::Failed(reason) = error else { panic!("{error:?}") };
    reason
}

#[tokio::test]
async fn k1_the_constant_vectors_are_signed() {
    let custodian = custodian();
    assert_eq!(custodian.public_key(KEY).unwrap().as_slice(), decoded(PUBLIC));
    for (text, signature) in [
        ("agent-123:2026-04-23T00:00:00Z", "3HXOrVnOX7USh8WvXXCZnUyrvwUdaWFME6ZQv+foYCmk7QXzPpNPLR/Qe26X9XkHB2SGAZjnOifmm39FXjdACA=="),
        (
            "agent-123:task-123:2026-04-23T00:00:00Z",
            "+GlrOKR/FHxxhkmOhg5hj19+5O7hM2MgxNrgTfRgIX8CYn13AJESv5yXkwwUC9jDd8cvQRMu1f8Pybf6/LBgDw==",
        ),
        (
            "agent\"1\\x:tâche:№ 7/\"q\":2026-04-23T00:00:00Z",
            "PE1kQNFQCLxrvlCtF8ZCz5ssjuWAG5ZXuOCJ13G/wiuUlD5GYqtyi9oX7wJoS0xGhha2SsX3zjdwa1sytcAhCw==",
        ),
    ] {
        assert_eq!(custodian.sign(KEY, text.as_bytes()).await.unwrap().as_slice(), decoded(signature), "{text}");
    }
}

#[test]
fn k4_k5_every_pkcs8_form_gives_the_same_key() {
    let custodian = NativeCustodian::new();
    for form in [PKCS8_V1, PKCS8_V2[0], PKCS8_V2[1]] {
        assert_eq!(custodian.import_pkcs8(form, &decoded(form)).unwrap().as_slice(), decoded(PUBLIC));
        assert_eq!(*custodian.reveal(form).unwrap(), decoded(PKCS8_V1));
    }
}

#[test]
fn k4_k5_documents_that_are_changed_cut_or_extended_are_refused() {
    let custodian = NativeCustodian::new();
    let explicit = {
        let mut der = decoded(PKCS8_V1);
        (der[1], der[4]) = (83, 1);
        [der, vec![0xa1, 0x23, 3, 0x21, 0], decoded(PUBLIC)].concat()
    };
    let refused = |der: &[u8]| assert!(custodian.import_pkcs8(KEY, der).is_err(), "{der:02x?}");
    refused(&[]);
    refused(&explicit);
    refused(&[0; 48]);
    refused(&[0x30; 300]);
    for form in [PKCS8_V1, PKCS8_V2[0], PKCS8_V2[1]] {
        let der = decoded(form);
        refused(&[der.as_slice(), &[0]].concat());
        (0..der.len()).for_each(|length| refused(&der[..length]));
        // Head, tag of the attributes, tag of the public key: each byte counts. Seed and attributes may be anything.
        let fixed = (0..16).chain((48..49).filter(|_| der.len() > 48)).chain(der.len().saturating_sub(35)..der.len());
        for index in fixed.filter(|index| der.len() > 48 || *index < 16) {
            let mut changed = der.clone();
            changed[index] ^= 1;
            refused(&changed);
        }
    }
    assert!(custodian.key_ids().is_empty());
}

#[test]
fn k5_a_v1_document_may_hold_attributes_but_no_public_key() {
    let custodian = NativeCustodian::new();
    let v2 = decoded(PKCS8_V2[1]);
    let mut attributes = v2[..81].to_vec();
    (attributes[1], attributes[4]) = (79, 0);
    assert_eq!(custodian.import_pkcs8(KEY, &attributes).unwrap().as_slice(), decoded(PUBLIC));
    attributes[4] = 1;
    assert!(custodian.import_pkcs8("other", &attributes).is_err());
    let mut v1_with_public = v2;
    v1_with_public[4] = 0;
    assert!(custodian.import_pkcs8("other", &v1_with_public).is_err());
}

#[test]
fn k7_an_attached_public_key_of_another_key_is_refused() {
    let mut der = decoded(PKCS8_V2[0]);
    der[20] ^= 1;
    assert!(reason(NativeCustodian::new().import_pkcs8(KEY, &der).unwrap_err()).contains("another key"));
}

#[tokio::test]
async fn k11_generated_keys_differ_and_verify() {
    let custodian = NativeCustodian::new();
    let publics = [custodian.generate("one").unwrap(), custodian.generate("two").unwrap()];
    assert_ne!(publics[0], publics[1]);
    let text = b"agent:2026-04-23T00:00:00Z";
    let signature = custodian.sign("two", text).await.unwrap();
    Verifier::new(&ED25519, publics[1]).verify(text, &signature).unwrap();
    let restored = NativeCustodian::new();
    assert_eq!(restored.import_pkcs8("two", &custodian.reveal("two").unwrap()).unwrap(), publics[1]);
}

#[tokio::test]
async fn keys_have_one_name_each_and_are_forgotten() {
    let custodian = custodian();
    assert!(reason(custodian.generate(KEY).unwrap_err()).contains("already"));
    assert_eq!(custodian.public_key(KEY).unwrap().as_slice(), decoded(PUBLIC));
    assert!(custodian.forget(KEY) && !custodian.forget(KEY));
    assert_eq!(custodian.sign(KEY, b"agent:2026-04-23T00:00:00Z").await, Err(CustodianError::UnknownKey));
    assert_eq!(custodian.unseal(KEY, &[0; 60]).await.map(|_| ()), Err(CustodianError::UnknownKey));
    assert_eq!(custodian.public_key(KEY), Err(CustodianError::UnknownKey));
    assert!(custodian.reveal(KEY).is_err());
}

#[tokio::test]
async fn c6_other_texts_are_not_signed() {
    let custodian = custodian();
    let long = |agent: usize, task: usize| format!("{}:{}:2026-04-23T00:00:00Z", "r".repeat(agent), "k".repeat(task));
    for text in ["a:2026-04-23T00:00:00Z", "a:b:c::2026-04-23T00:00:00Z", &long(256, 1024)] {
        assert!(custodian.sign(KEY, text.as_bytes()).await.is_ok(), "{text}");
    }
    for text in [
        "",
        "hello",
        "2026-04-23T00:00:00Z",
        ":2026-04-23T00:00:00Z",
        "a::2026-04-23T00:00:00Z",
        "a 2026-04-23T00:00:00Z",
        "a b:2026-04-23T00:00:00Z",
        "a/b:2026-04-23T00:00:00Z",
        "é:2026-04-23T00:00:00Z",
        "a:2026-04-23T00:00:00+",
        "a:2026-04-23 00:00:00Z",
        "a:2026-04-23T00:00:00Z\n",
        "a:b",
        &long(257, 1),
        &long(1, 1025),
        // An SSH session, a certificate request and a TLS transcript start like this.
        "\0\0\0\u{20}session identifier",
        "0\u{81}\u{a2}0",
        "                                                                TLS 1.3, client CertificateVerify",
    ] {
        assert!(reason(custodian.sign(KEY, text.as_bytes()).await.unwrap_err()).contains("signs nothing else"), "{text:?}");
    }
}

#[tokio::test]
async fn n3_the_constant_boxes_open() {
    let custodian = custodian();
    for sealed in [
        "uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=",
        "pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ognVUeSh4aTkVyauMvYZedeAEU6ze3SFn3g=",
    ] {
        assert_eq!(custodian.unseal(KEY, &decoded(sealed)).await.unwrap().as_slice(), b"task_123");
    }
    let scalar = custodian.key(KEY).unwrap().x25519_scalar();
    assert_eq!(
        scalar[1..31],
        [
            0xad, 0x39, 0xfe, 0xfd, 0x7f, 0xa3, 0xe2, 0x00, 0xa9, 0xc6, 0x26, 0xee, 0xf5, 0x99, 0xe6, 0x1a, 0x2d, 0x05, 0x5c, 0x48, 0xa8,
            0x28, 0x8a, 0x4e, 0x7e, 0x4c, 0x4b, 0xca, 0x39, 0x28
        ]
    );
}

#[tokio::test]
async fn n3_short_changed_and_foreign_boxes_do_not_open() {
    let custodian = custodian();
    let sealed = decoded("uq59qDzqJhIyKZkb4ctxQcjGx3f2knGHYLVjm/kyqzIIQzcbizyWGHTfKElt7LPDsYRskw12TOA=");
    let mut boxes: Vec<Vec<u8>> = (0..sealed.len()).map(|length| sealed[..length].to_vec()).collect();
    boxes.extend((0..sealed.len()).map(|index| {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        changed
    }));
    for sealed in &boxes {
        assert!(reason(custodian.unseal(KEY, sealed).await.unwrap_err()).contains("cannot be opened"), "{sealed:02x?}");
    }
    custodian.generate("other").unwrap();
    assert!(custodian.unseal("other", &sealed).await.is_err());
}

#[tokio::test]
async fn n4_boxes_under_an_all_zero_shared_point_do_not_open() {
    let custodian = custodian();
    // Anybody can make such a box: zero times any key is zero.
    let zero = crypto_box::SalsaBox::new(&crypto_box::PublicKey::from_bytes([0; 32]), &crypto_box::SecretKey::from_bytes([42; 32]));
    // Ephemeral keys of low order (RFC 7748 §6.1), each with its nonce: BLAKE2b over it and the recipient's key.
    for (ephemeral, nonce) in [
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "S9htydwXZKlFFaxZ0FzW1Ts4bqUM+rKh"),
        ("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "eu7GpafG1qC5wSUtKkrhIan0vkWIvDYB"),
        ("4Ot6fDtBuK4WVuP68Z/EatoJjeucMrH9hmIFFl9JuAA=", "9IDnU9lrgz47HH2hlczGzyUqpbvE/Wr+"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA=", "WwXZuN3AyUgr09TCV7R9qdvHlJN614/D"),
    ] {
        let nonce = crypto_box::Nonce::clone_from_slice(&decoded(nonce));
        let sealed = [decoded(ephemeral), zero.encrypt(&nonce, b"task_123".as_slice()).unwrap()].concat();
        assert!(reason(custodian.unseal(KEY, &sealed).await.unwrap_err()).contains("cannot be opened"), "{ephemeral}");
        if decoded(ephemeral) == [0; 32] {
            let recipient = crypto_box::SecretKey::from_bytes(*custodian.key(KEY).unwrap().x25519_scalar());
            assert_eq!(recipient.unseal(&sealed).unwrap(), b"task_123", "so it is the check that refuses it");
        }
    }
}

#[test]
fn k14_debug_and_errors_show_names_only() {
    let custodian = custodian();
    custodian.generate("another").unwrap();
    assert_eq!(format!("{custodian:?}"), "NativeCustodian([\"another\", \"build-agent\"])");
}
