use super::*;
use alloc::format;
use alloc::string::ToString;

const V1: &str = "MC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
const V2: &str = "MFECAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHgSEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
const V2_ATTRIBUTES: &str = "MHICAQEwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";

fn import(form: PrivateForm, data: &[u8]) -> Result<SecretKey> {
    SecretKey::import(form, data)
}

#[test]
fn k4_k5_all_three_lengths_hold_the_same_seed() {
    for text in [V1, V2, V2_ATTRIBUTES] {
        let key = import(PrivateForm::Pkcs8Base64, text.as_bytes()).unwrap();
        assert_eq!(*key.seed, [7; 32]);
        assert_eq!(key.public().ssh_line(), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs");
        assert_eq!(key.public().thumbprint(), "--6IM5l0OosLj9yWskISYhUA3n_3CURQkmrYMSha_ck");
        assert_eq!(encoding::base64(&key.public().spki()), "MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=");
        assert_eq!(key.public().to_x25519()[..4], [0x76, 0x1d, 0x88, 0xec]);
    }
}

#[test]
fn k4_every_truncation_and_every_changed_structure_byte_is_refused() {
    for text in [V1, V2, V2_ATTRIBUTES] {
        let der = encoding::from_base64(text).unwrap();
        for len in 0..der.len() {
            assert!(import(PrivateForm::Pkcs8Der, &der[..len]).is_err(), "{len} bytes");
        }
        // Outside the seed and the skipped attributes every byte is structure or the public key.
        for at in (0..16).chain(if der.len() == 48 { 48..48 } else { der.len() - 35..der.len() }) {
            let mut changed = der.clone();
            changed[at] ^= 1;
            assert!(import(PrivateForm::Pkcs8Der, &changed).is_err(), "byte {at}");
        }
    }
}

#[test]
fn k8_k12_pem_is_written_and_read_back() {
    let key = SecretKey::from_seed(&[7; 32]);
    let pem = key.export(ExportForm::Pem);
    assert_eq!(core::str::from_utf8(&pem).unwrap(), format!("-----BEGIN PRIVATE KEY-----\n{V1}\n-----END PRIVATE KEY-----\n"));
    assert_eq!(*import(PrivateForm::Pkcs8Pem, &pem).unwrap().seed, [7; 32]);
    assert_eq!(key.export(ExportForm::Base64).as_slice(), V1.as_bytes());
}

#[test]
fn k9_a_private_jwk_needs_both_halves_and_the_right_uses() {
    let (d, x) = (encoding::base64url(&[7; 32]), encoding::base64url(SecretKey::from_seed(&[7; 32]).public().as_bytes()));
    let jwk = |more: &str| format!("{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"{d}\",\"x\":\"{x}\"{more}}}");
    for good in ["", ",\"alg\":\"EdDSA\"", ",\"alg\":\"Ed25519\",\"use\":\"sig\",\"key_ops\":[\"verify\",\"sign\"],\"kid\":7"] {
        assert!(import(PrivateForm::Jwk, jwk(good).as_bytes()).is_ok(), "{good}");
    }
    for bad in [",\"alg\":\"ES256\"", ",\"use\":\"enc\"", ",\"key_ops\":[\"verify\"]", ",\"key_ops\":\"sign\"", ",\"d\":\"x\""] {
        assert_eq!(import(PrivateForm::Jwk, jwk(bad).as_bytes()).unwrap_err().code, Code::KeyMalformed, "{bad}");
    }
}

#[test]
fn k11_a_random_source_of_zeros_makes_no_key() {
    struct Zeros;
    impl Ports for Zeros {
        fn now_ms(&self) -> i64 {
            0
        }
        fn monotonic_ms(&self) -> u64 {
            0
        }
        fn fill_random(&self, _: &mut [u8]) -> Result<()> {
            Ok(())
        }
    }
    assert_eq!(SecretKey::generate(&Zeros).unwrap_err().code, Code::RandomFailed);
}

#[test]
fn k13_small_order_and_non_canonical_points_are_refused() {
    let mut minus_zero = [0_u8; 32];
    (minus_zero[0], minus_zero[31]) = (1, 0x80);
    let mut p = [0xff_u8; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let mut p_plus_3 = p;
    p_plus_3[0] = 0xf0;
    for bad in [[0; 32], minus_zero, p, p_plus_3, [0xff; 32], [2; 32]] {
        assert_eq!(PublicKey::from_bytes(&bad).unwrap_err().code, Code::KeyPublicInvalid);
    }
}

#[test]
fn k14_debug_shows_the_thumbprint_only() {
    let key = SecretKey::from_seed(&[7; 32]);
    assert_eq!(format!("{key:?}"), "AgentKey(--6IM5l0OosLj9yWskISYhUA3n_3CURQkmrYMSha_ck)");
    let refused = import(PrivateForm::Pkcs8Base64, b"c2VjcmV0LXRleHQ=").unwrap_err();
    assert!(!refused.to_string().contains("c2VjcmV0") && !format!("{refused:?}").contains("secret-text"));
}
