use super::*;
use proptest::prelude::*;

const CANONICAL: &str = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

#[test]
fn x9_every_spelling_gives_the_canonical_text() {
    for (text, spelling) in [
        ("0190A1B2-c3d4-7E5F-8a9b-0C1D2E3F4A5B", Spelling::Hyphenated),
        ("0190a1b2C3D47e5f8a9b0c1d2e3f4a5B", Spelling::Plain),
        ("{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}", Spelling::Braced),
        ("{0190a1b2c3d47e5f8a9b0c1d2e3f4a5b}", Spelling::BracedPlain),
        ("urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", Spelling::Urn),
        ("uRn:UuId:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", Spelling::Urn),
    ] {
        let (uuid, found) = Uuid::parse(text).unwrap();
        assert_eq!((uuid.canonical().as_str(), found), (CANONICAL, spelling), "{text}");
    }
}

#[test]
fn r0_6_metadata_accepts_each_spelling_and_urns_in_lower_case() {
    for (text, is_accepted) in [
        ("0190A1B2-c3d4-7E5F-8a9b-0C1D2E3F4A5B", true),
        ("0190a1b2C3D47e5f8a9b0c1d2e3f4a5B", true),
        ("{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}", true),
        ("{0190a1b2c3d47e5f8a9b0c1d2e3f4a5b}", true),
        ("urn:uuid:0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", true),
        ("URN:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", false),
        ("urn:uuid:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b", false),
        ("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b ", false),
    ] {
        let canonical = Uuid::parse_metadata(text).map(Uuid::canonical);
        assert_eq!(canonical.as_deref(), is_accepted.then_some(CANONICAL), "{text}");
    }
}

#[test]
fn r7_3_version_4_is_random_but_for_version_and_variant() {
    // RFC 9562, appendix A.3.
    let random = *b"\x91\x91\x08\xf7\x52\xd1\x33\x20\x5b\xac\xf8\x47\xdb\x41\x48\xa8";
    assert_eq!(Uuid::v4(random).canonical(), "919108f7-52d1-4320-9bac-f847db4148a8");
    assert_eq!(Uuid::v4([0xff; 16]).canonical(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert_eq!(Uuid::v4([0; 16]).canonical(), "00000000-0000-4000-8000-000000000000");
}

#[test]
fn x9_anything_else_is_refused() {
    for bad in [
        "",
        "-",
        "{}",
        "urn:uuid:",
        " 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b0",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g",
        "0190a1b2-c3d47-e5f-8a9b-0c1d2e3f4a5b",
        "0190a1b2_c3d4_7e5f_8a9b_0c1d2e3f4a5b",
        "0190a1b2-c3d4-7e5f-8a9b-+c1d2e3f4a5b",
        "0190a1b2c3d47e5f8a9b0c1d2e3f4a5",
        "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b0",
        "0190a1b2-c3d47e5f-8a9b-0c1d2e3f4a5b",
        "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
        "{{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}}",
        "{urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
        "urn:uuid:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b",
        "urn:uuid:{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4aé",
        "urn:uuidé190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    ] {
        assert_eq!(Uuid::parse(bad), None, "{bad:?}");
    }
}

#[test]
fn x10_nil_and_max_are_recognised_and_their_neighbours_are_not() {
    let parse = |text: &str| Uuid::parse(text).unwrap().0;
    assert!(parse("00000000-0000-0000-0000-000000000000").is_nil());
    assert!(!parse("00000000-0000-0000-0000-000000000001").is_nil());
    assert!(parse("FFFFFFFFffffffffffffffffffffffff").is_max());
    assert!(!parse("7fffffffffffffffffffffffffffffff").is_max());
}

#[test]
fn r5_1_version_7_has_the_clock_first_and_randomness_in_the_rest() {
    // RFC 9562, appendix A.6.
    let random = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
    assert_eq!(Uuid::v7(0x017f_22e2_79b0, random).canonical(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    assert_eq!(Uuid::v7(u64::MAX, [0xff; 10]).canonical(), "ffffffff-ffff-7fff-bfff-ffffffffffff");
    assert_eq!(Uuid::v7(0, [0; 10]).canonical(), "00000000-0000-7000-8000-000000000000");
}

proptest! {
    #[test]
    fn x9_parse_undoes_canonical(bytes in any::<[u8; 16]>()) {
        let uuid = Uuid(bytes);
        prop_assert_eq!(Uuid::parse(&uuid.canonical()), Some((uuid, Spelling::Hyphenated)));
    }

    #[test]
    fn x9_no_text_makes_the_parser_fail_badly(text in "[{}a-fA-F0-9urnid:é-]{0,48}") {
        if let Some((uuid, _)) = Uuid::parse(&text) {
            prop_assert_eq!(Uuid::parse(&uuid.canonical()).map(|(again, _)| again), Some(uuid));
        }
    }
}
