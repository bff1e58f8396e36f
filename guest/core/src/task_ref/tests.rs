use super::*;
use alloc::string::ToString;
use proptest::prelude::*;

const KINDS: [&str; 5] = ["run", "background", "thread", "opaque", "url"];

/// Normalises and keeps what the examples of §6 show: the text or the code.
fn outcome(kind: &str, value: Option<&str>) -> Result<Option<String>, &'static str> {
    match normalize(kind, value) {
        Ok(reference) => Ok(reference.map(|reference| reference.to_string())),
        Err(error) => Err(error.code.as_str()),
    }
}

/// An example of §6: number, kind, value, outcome.
type Example<'a> = (u8, &'a str, Option<&'a str>, Result<Option<&'a str>, &'a str>);

#[test]
#[rustfmt::skip] // one line an example, as in the specification
fn x1_to_x15_the_examples_of_section_6() {
    let examples: [Example<'_>; 62] = [
        (1, "thread", Some("0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"), Ok(Some("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))),
        (2, "thread", Some(" {0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}\n"), Ok(Some("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))),
        (3, "thread", Some("URN:UUID:0190A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"), Ok(Some("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))),
        (4, "thread", Some("0190A1B2C3D47E5F8A9B0C1D2E3F4A5B"), Ok(Some("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))),
        (5, "thread", Some("{0190a1b2c3d47e5f8a9b0c1d2e3f4a5b}"), Err("ref-uuid-invalid")),
        (6, "thread", Some("urn:uuid:0190a1b2c3d47e5f8a9b0c1d2e3f4a5b"), Err("ref-uuid-invalid")),
        (7, "thread", Some("0190a1b2-c3d47e5f-8a9b-0c1d2e3f4a5b"), Err("ref-uuid-invalid")),
        (8, "thread", Some("thread-123"), Err("ref-uuid-invalid")),
        (9, "thread", Some("00000000-0000-0000-0000-000000000000"), Err("ref-uuid-reserved")),
        (10, "thread", Some("ffffffffffffffffffffffffffffffff"), Err("ref-uuid-reserved")),
        (11, "thread", None, Err("ref-missing")),
        (12, "run", None, Ok(None)),
        (13, "background", None, Ok(None)),
        (14, "run", Some(""), Err("ref-empty")),
        (15, "run", Some("Nightly 42"), Ok(Some("Nightly 42"))),
        (16, "background", Some(" re-embed "), Ok(Some("re-embed"))),
        (17, "opaque", Some("thread-123"), Ok(Some("thread-123"))),
        (18, "opaque", Some("\u{00a0}Bug-17\u{3000}"), Ok(Some("Bug-17"))),
        (19, "opaque", Some("Cafe\u{0301}"), Ok(Some("Caf\u{00e9}"))),
        (20, "opaque", Some("\u{212b}"), Ok(Some("\u{00c5}"))),
        (21, "opaque", Some("a\u{0020}\u{0020}b"), Ok(Some("a\u{0020}\u{0020}b"))),
        (22, "opaque", Some("\u{0430}dmin"), Ok(Some("\u{0430}dmin"))),
        (23, "opaque", Some(" \t\u{2003}"), Err("ref-empty")),
        (24, "opaque", Some("a\tb"), Err("ref-control")),
        (25, "opaque", Some("a\u{2028}b"), Err("ref-control")),
        (26, "opaque", Some("a\u{202e}b"), Err("ref-bidi")),
        (27, "opaque", Some("a\u{200d}b"), Err("ref-invisible")),
        (28, "opaque", Some("\u{2764}\u{fe0f}"), Err("ref-invisible")),
        (29, "opaque", Some("x\u{0378}"), Err("ref-unassigned")),
        (30, "opaque", Some("x\u{fdd0}"), Err("ref-unassigned")),
        (31, "opaque", Some(&"x".repeat(256)), Ok(Some(&"x".repeat(256)))),
        (32, "opaque", Some(&"x".repeat(257)), Err("ref-too-long")),
        (33, "opaque", Some(&"e\u{0301}".repeat(128)), Ok(Some(&"\u{00e9}".repeat(128)))),
        (34, "opaque", Some(&"\u{0958}".repeat(43)), Err("ref-too-long")),
        (35, "opaque", Some("HTTPS://Example.COM/"), Ok(Some("HTTPS://Example.COM/"))),
        (36, "job", Some("x"), Err("ref-kind-unknown")),
        (37, "url", Some("HTTPS://Example.COM:443/a/../b/./c"), Ok(Some("https://example.com/b/c"))),
        (38, "url", Some("http://example.com:80/x#frag"), Ok(Some("http://example.com/x"))),
        (39, "url", Some("https://example.com:8443"), Ok(Some("https://example.com:8443/"))),
        (40, "url", Some("https://example.com/%7euser/%3a%2f?q=%41%c3%a9"), Ok(Some("https://example.com/~user/%3A%2F?q=A%C3%A9"))),
        (41, "url", Some("https://example.com/cafe\u{0301} 1"), Ok(Some("https://example.com/caf%C3%A9%201"))),
        (42, "url", Some("https://B\u{00dc}CHER.example/#x"), Err("ref-url-invalid")),
        (43, "url", Some("https://example.com/a/%2e%2E/b"), Ok(Some("https://example.com/b"))),
        (44, "url", Some("https://example.com//a//b/"), Ok(Some("https://example.com//a//b/"))),
        (45, "url", Some("https://example.com/?"), Ok(Some("https://example.com/?"))),
        (46, "url", Some("https://example.com/[x]?a=[2]&b='y'^"), Ok(Some("https://example.com/%5Bx%5D?a=%5B2%5D&b=%27y%27%5E"))),
        (47, "url", Some("https:\\\\example.com\\a"), Ok(Some("https://example.com/a"))),
        (48, "url", Some("http://0x7F.1/"), Ok(Some("http://127.0.0.1/"))),
        (49, "url", Some("http://[2001:DB8:0:0::1]:80/"), Ok(Some("http://[2001:db8::1]/"))),
        (50, "url", Some("https://example.com./"), Ok(Some("https://example.com./"))),
        (51, "url", Some("https://ex%41mple.com/%2541"), Ok(Some("https://example.com/%2541"))),
        (52, "url", Some("https://@example.com/"), Ok(Some("https://example.com/"))),
        (53, "url", Some("https://user@example.com/"), Err("ref-url-userinfo")),
        (54, "url", Some("https://example.com/a\nb"), Err("ref-control")),
        (55, "url", Some("ftp://example.com/a"), Err("ref-url-scheme")),
        (56, "url", Some("example.com/a"), Err("ref-url-invalid")),
        (57, "url", Some("https://exa mple.com/"), Err("ref-url-invalid")),
        (58, "url", Some("https://XN--bcher-kva.example/"), Ok(Some("https://xn--bcher-kva.example/"))),
        (59, "url", Some("https://example.com:99999/"), Err("ref-url-invalid")),
        (60, "url", Some("https://example.com/100%"), Err("ref-url-percent")),
        (61, "url", Some("https://example.com/%%341"), Err("ref-url-percent")),
        (62, "url", Some("https://example.com/a#100%"), Ok(Some("https://example.com/a"))),
    ];
    for (number, kind, value, expected) in examples {
        assert_eq!(outcome(kind, value), expected.map(|text| text.map(String::from)), "example {number}");
    }
}

#[test]
fn kinds_are_five_lower_case_names_and_checked_first() {
    for kind in KINDS {
        assert!(Kind::parse(kind).is_ok());
    }
    for bad in ["", "Run", "url ", "runs", "job"] {
        assert_eq!(outcome(bad, None), Err("ref-kind-unknown"), "{bad:?}");
    }
    for kind in ["thread", "opaque", "url"] {
        assert_eq!(outcome(kind, None), Err("ref-missing"));
        assert_eq!(outcome(kind, Some("")), Err("ref-empty"));
    }
}

#[test]
fn x1_counts_bytes_before_trimming() {
    let padded = |spaces: usize| alloc::format!("{}a", " ".repeat(spaces));
    for kind in ["run", "background", "opaque"] {
        assert_eq!(outcome(kind, Some(&padded(4095))), Ok(Some("a".into())));
        assert_eq!(outcome(kind, Some(&padded(4096))), Err("ref-too-long"));
    }
    // The limit comes before every other check.
    assert_eq!(outcome("opaque", Some(&" ".repeat(4096))), Err("ref-empty"));
    assert_eq!(outcome("opaque", Some(&" ".repeat(4097))), Err("ref-too-long"));
    assert_eq!(outcome("thread", Some(&"\0".repeat(4097))), Err("ref-too-long"));
}

#[test]
fn x3_to_x6_come_before_the_rules_of_the_kind() {
    for kind in KINDS {
        assert_eq!(outcome(kind, Some("a\u{200d}\tb")), Err("ref-invisible"));
        assert_eq!(outcome(kind, Some("a\t\u{200d}b")), Err("ref-control"));
    }
}

#[test]
fn x8_counts_bytes_after_composition() {
    for kind in ["run", "background", "opaque"] {
        assert_eq!(outcome(kind, Some("x")), Ok(Some("x".into())));
        assert!(outcome(kind, Some(&"é".repeat(128))).is_ok());
        assert_eq!(outcome(kind, Some(&"é".repeat(129))), Err("ref-too-long"));
        assert_eq!(outcome(kind, Some(&alloc::format!(" {} ", "x".repeat(256)))), Ok(Some("x".repeat(256))));
    }
}

#[test]
fn x10_refuses_nil_and_max_in_every_spelling() {
    for digit in ["0", "f", "F"] {
        let hyphenated = [8, 4, 4, 4, 12].map(|count| digit.repeat(count)).join("-");
        for text in [digit.repeat(32), alloc::format!("{{{hyphenated}}}"), alloc::format!("urn:uuid:{hyphenated}"), hyphenated] {
            assert_eq!(outcome("thread", Some(&text)), Err("ref-uuid-reserved"), "{text}");
        }
    }
    assert!(outcome("thread", Some("00000000-0000-0000-0000-000000000001")).is_ok());
    assert!(outcome("thread", Some("ffffffff-ffff-ffff-ffff-fffffffffffe")).is_ok());
}

#[test]
fn x16_equal_bytes_are_equal_references_whatever_the_kind() {
    let url = normalize("url", Some("HTTPS://EXAMPLE.com")).unwrap();
    assert_eq!(url, normalize("opaque", Some("https://example.com/")).unwrap());
    assert_ne!(url, normalize("opaque", Some("https://EXAMPLE.com/")).unwrap());
}

#[test]
fn x16_only_normal_forms_are_read_back() {
    let long_url = alloc::format!("https://h/{}", "a".repeat(2038));
    for good in ["x", "Caf\u{e9}", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "https://example.com/", &long_url] {
        assert_eq!(TaskRef::from_normalized(good).unwrap().as_str(), good);
    }
    for bad in ["", " x", "Cafe\u{301}", "a\tb", &"x".repeat(257), &alloc::format!("{long_url}a"), &long_url.replace("https", "HTTPS")] {
        assert_eq!(TaskRef::from_normalized(bad), None, "{bad:?}");
    }
}

/// Fragments of which URLs, and things near URLs, are made.
const URL_PIECES: &[&str] = &[
    "http", "HTTPS", "ftp", ":", "/", "//", "\\", "@", "?", "#", "%", "%2e", "%2E", "%41", "%c3%a9", "%25", "%2", ".", "..", "/../", "[",
    "]", "[::1]", "1", "0x7f", "255", "b.com", "é", "\u{301}", "日", "'", "^", "~", "+", " ", "\u{2000}", "\u{212a}", "<", "\u{338}",
];

fn url_like_text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(URL_PIECES), 0..16);
    ("(https?:/{0,3}[a-z1.%@]{0,8})?", pieces).prop_map(|(start, pieces)| alloc::format!("{start}{}", pieces.concat()))
}

fn uuid_spellings() -> impl Strategy<Value = String> {
    ("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", 0..5_u8).prop_map(|(text, spelling)| match spelling {
        0 => alloc::format!(" {text}"),
        1 => alloc::format!("{{{text}}}"),
        2 => alloc::format!("Urn:uuid:{text}"),
        3 => text.replace('-', ""),
        _ => text,
    })
}

/// X16 for one value and every kind; also that a result can be read back.
fn is_idempotent(value: &str) -> Result<(), TestCaseError> {
    for kind in KINDS {
        if let Ok(Some(reference)) = normalize(kind, Some(value)) {
            prop_assert_eq!(outcome(kind, Some(reference.as_str())), Ok(Some(reference.to_string())), "{} {:?}", kind, value);
            prop_assert_eq!(TaskRef::from_normalized(reference.as_str()), Some(reference));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn x16_any_text_is_normalized_once(value in any::<String>()) {
        is_idempotent(&value)?;
    }

    #[test]
    fn x16_composing_text_is_normalized_once(value in "[ -~\u{a0}-\u{36f}\u{900}-\u{9ff}\u{1100}-\u{11ff}\u{1f00}-\u{2000}\u{2126}-\u{212b}\u{ac00}\u{fb1d}-\u{fb4f}]{0,40}") {
        is_idempotent(&value)?;
    }

    #[test]
    fn x16_url_like_text_is_normalized_once(value in url_like_text()) {
        is_idempotent(&value)?;
    }

    #[test]
    fn x16_uuids_are_normalized_once(value in uuid_spellings()) {
        prop_assert!(normalize("thread", Some(&value)).is_ok());
        is_idempotent(&value)?;
    }
}
