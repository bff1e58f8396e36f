//! X7 is compared with ICU4X, from which the tables are made.

use super::*;
use icu_normalizer::properties::{CanonicalCombiningClassMapBorrowed, CanonicalCompositionBorrowed};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use proptest::prelude::*;
use proptest::sample::select;

fn assert_same(text: &str) {
    assert_eq!(normalize(text), ComposingNormalizerBorrowed::new_nfc().normalize(text), "{}", text.escape_unicode());
}

/// Characters that decompose, compose or are reordered, jamo among them.
fn active() -> Vec<char> {
    let tables = Tables::unpack();
    let pairs = tables.decompositions.iter().flat_map(|(character, [first, second])| [*character, *first, *second]);
    let marks = tables.classes.iter().flat_map(|[end, length, _]| end.saturating_sub(*length)..*end);
    pairs.chain(marks).chain(0x1100..0x1200).filter_map(char::from_u32).collect()
}

#[test]
fn x7_every_character_normalises_as_with_icu4x() {
    let nfd = DecomposingNormalizerBorrowed::new_nfd();
    let tables = Tables::unpack();
    for c in '\0'..=char::MAX {
        let mut decomposed = Vec::new();
        tables.decompose(c.into(), &mut decomposed);
        let text = String::from(c);
        assert!(decomposed.iter().filter_map(|(c, _)| char::from_u32(*c)).eq(nfd.normalize(&text).chars()), "{c:?}");
        assert_eq!(tables.class(c.into()), u32::from(CanonicalCombiningClassMapBorrowed::new().get_u8(c)), "{c:?}");
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&text);
        assert!(tables.compose(decomposed).into_iter().filter_map(char::from_u32).eq(composed.chars()), "{c:?}");
    }
}

#[test]
fn x7_nothing_below_the_first_combining_character_is_changed_or_joined() {
    for first in '\0'..'\u{300}' {
        assert_same(&String::from(first));
        let second = ('\0'..'\u{300}').find(|second| CanonicalCompositionBorrowed::new().compose(first, *second).is_some());
        assert_eq!(second, None);
    }
}

#[test]
fn x7_every_pair_composes_as_with_icu4x() {
    let tables = Tables::unpack();
    let composition = CanonicalCompositionBorrowed::new();
    let character = |c: u32| char::from_u32(c).unwrap();
    let jamo = 0x1100..0x1200_u32;
    let seconds: Vec<u32> =
        tables.decompositions.iter().map(|(_, parts)| parts[1]).filter(|second| *second != 0).chain(jamo.clone()).collect();
    let firsts = tables.decompositions.iter().map(|(_, parts)| parts[0]).chain(jamo).chain([0x41, 0xac00, 0xac01, 0xd788, 0xd7a3, 0xd7a4]);
    let mut seconds = seconds;
    seconds.sort_unstable();
    seconds.dedup();
    for first in firsts {
        for second in &seconds {
            let expected = composition.compose(character(first), character(*second)).map(u32::from);
            assert_eq!(tables.composite(first, *second), expected, "{first:x} {second:x}");
        }
    }
}

#[test]
fn x7_examples_of_the_standard() {
    for (text, expected) in [
        ("D\u{307}\u{323}", "\u{1e0c}\u{307}"),
        ("\u{1e0a}\u{323}", "\u{1e0c}\u{307}"),
        ("a\u{315}\u{300}\u{5ae}\u{300}b", "\u{e0}\u{5ae}\u{300}\u{315}b"),
        ("\u{212b}\u{2126}", "\u{c5}\u{3a9}"),
        ("\u{1100}\u{ac00}\u{11a8}\u{11a8}", "\u{1100}\u{ac01}\u{11a8}"),
        ("\u{301}e\u{301}", "\u{301}\u{e9}"),
        ("\u{9c7}\u{9be}\u{301}", "\u{9cb}\u{301}"),
    ] {
        assert_eq!(normalize(text), expected);
        assert_same(text);
    }
}

#[test]
fn x7_long_runs_of_marks_take_no_harm() {
    assert_same(&(String::from("a") + &"\u{301}\u{323}\u{345}".repeat(600)));
    assert_same(&"\u{345}\u{301}".repeat(1000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn x7_any_text_normalises_as_with_icu4x(text in any::<String>()) {
        assert_same(&text);
    }
}

#[test]
fn x7_any_mix_of_active_characters_normalises_as_with_icu4x() {
    let marks: Vec<char> = ('\u{300}'..'\u{370}').chain(['\u{9be}', '\u{9d7}', '\u{1161}', '\u{11a8}', '\u{3099}']).collect();
    let character = prop_oneof![4 => select(active()), 2 => select(marks), 1 => any::<char>(), 1 => prop::char::range('\u{ac00}', '\u{d7a3}'), 1 => prop::char::range('A', 'z')];
    proptest!(ProptestConfig::with_cases(20_000), |(text in prop::collection::vec(character, 0..8))| {
        assert_same(&text.into_iter().collect::<String>());
    });
}
