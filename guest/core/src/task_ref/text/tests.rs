use super::*;
use alloc::string::ToString;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// The rows X3–X5 as the specification writes them.
const ROWS: [(Code, &str); 3] = [
    (Code::RefControl, "0000–001F, 007F–009F, 2028, 2029"),
    (Code::RefBidi, "061C, 200E, 200F, 202A–202E, 2066–2069"),
    (
        Code::RefInvisible,
        "00AD, 034F, 115F–1160, 17B4–17B5, 180B–180F, 200B–200D, 2060–2065, 206A–206F, 3164, FE00–FE0F, FEFF, FFA0, FFF0–FFF8, \
         1BCA0–1BCA3, 1D173–1D17A, E0000–E0FFF",
    ),
];

const WHITE_SPACE: &str = "0009–000D, 0020, 0085, 00A0, 1680, 2000–200A, 2028, 2029, 202F, 205F, 3000";

fn lists(row: &str, c: char) -> bool {
    row.split(", ").any(|range| {
        let (first, last) = range.split_once('–').unwrap_or((range, range));
        let bound = |text| u32::from_str_radix(text, 16).unwrap();
        (bound(first)..=bound(last)).contains(&u32::from(c))
    })
}

fn code(input: &str) -> Option<Code> {
    clean(input).err().map(|error| error.code)
}

#[test]
fn x2_trims_exactly_the_listed_white_space() {
    for c in ('\0'..=char::MAX).filter(|c| c.is_whitespace() || u32::from(*c) < 0x3100) {
        assert_eq!(c.is_whitespace(), lists(WHITE_SPACE, c), "{c:?}");
    }
    assert_eq!(clean("\u{85}\u{2029} a b\u{3000}\n").unwrap(), "a b");
    assert_eq!(code("\u{2028}\u{1680}"), Some(Code::RefEmpty));
}

#[test]
fn x3_to_x5_forbid_exactly_the_listed_code_points() {
    let unassigned = Unassigned::new();
    for c in '\0'..=char::MAX {
        let found = fault(c, &unassigned).filter(|code| *code != Code::RefUnassigned);
        // Lists are slow to search; far from them the fast answer is enough.
        if found.is_some() || u32::from(c) < 0x1_0000 || (0x1_bc00..0x1_d200).contains(&u32::from(c)) || u32::from(c) >= 0xd_ffff {
            let expected = ROWS.iter().find(|(_, row)| lists(row, c)).map(|(code, _)| *code);
            assert_eq!(found, expected, "{c:?}");
        }
    }
}

#[test]
fn x3_to_x6_the_leftmost_forbidden_code_point_decides() {
    assert_eq!(code("a\u{378}\u{200d}\u{202e}\tb"), Some(Code::RefUnassigned));
    assert_eq!(code("a\u{202e}\u{378}\tb"), Some(Code::RefBidi));
    // U+2065 is unassigned too; X5 names it first.
    assert_eq!(code("a\u{2065}b"), Some(Code::RefInvisible));
}

#[test]
fn x6_refuses_noncharacters_and_allows_private_use() {
    let unassigned = Unassigned::new();
    let fault = |c| fault(c, &unassigned);
    for c in ['\u{378}', '\u{fdd0}', '\u{fdef}', '\u{fffe}', '\u{ffff}', '\u{1fffe}', '\u{10ffff}'] {
        assert_eq!(fault(c), Some(Code::RefUnassigned), "{c:?}");
    }
    for c in ['\u{377}', '\u{fdcf}', '\u{fdf0}', '\u{fffd}', '\u{e000}', '\u{f8ff}', '\u{f0000}', '\u{10fffd}'] {
        assert_eq!(fault(c), None, "{c:?}");
    }
}

#[test]
fn x7_composes_and_folds_nothing_else() {
    assert_eq!(clean("e\u{301}").unwrap(), "\u{e9}");
    assert_eq!(clean("\u{1100}\u{1161}\u{11a8}").unwrap(), "\u{ac01}");
    // A composition exclusion, a compatibility character, a confusable, an upper-case letter.
    assert_eq!(clean("\u{958}").unwrap(), "\u{915}\u{93c}");
    for kept in ["\u{fb01}", "\u{2160}", "\u{430}", "STRASSE", "straße"] {
        assert_eq!(clean(kept).unwrap(), kept);
    }
}

#[test]
fn x7_nothing_forbidden_comes_out_of_composition() {
    let unassigned = Unassigned::new();
    let fault = |c| fault(c, &unassigned);
    // A composite always starts with a code point that stood in the input; singletons are all that remains to check.
    for c in ('\0'..=char::MAX).filter(|c| fault(*c).is_none()) {
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize(c.encode_utf8(&mut [0; 4])).to_string();
        assert_eq!(composed.chars().find_map(fault), None, "{c:?}");
        assert_eq!(composed.trim() == composed, !c.is_whitespace(), "{c:?}");
    }
}

#[test]
fn x17_both_tables_are_of_the_reported_unicode_version() {
    assert_eq!(super::super::UNICODE_VERSION, "18.0.0");
    // HEBREW POINT with combining class 10, and the first ideograph of Seal Script: both new in 18.0.
    assert_eq!(nfc::normalize("\u{5d0}\u{5bc}\u{5c8}"), "\u{5d0}\u{5c8}\u{5bc}");
    assert_eq!(fault('\u{3d000}', &Unassigned::new()), None);
    // Any other version has another number of assigned code points.
    let unassigned = Unassigned::new();
    assert_eq!(('\0'..=char::MAX).filter(|c| !unassigned.contains(*c)).count(), 310_341);
}

#[test]
fn x6_the_table_is_that_of_icu4x() {
    let unassigned = Unassigned::new();
    for c in '\0'..=char::MAX {
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        assert_eq!(unassigned.contains(c), category == GeneralCategory::Unassigned, "{c:?}");
    }
}
