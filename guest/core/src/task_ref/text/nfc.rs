//! Normalization Form C (X7), as in chapter 3.11 of the Unicode standard.

use super::packed;
use alloc::string::String;
use alloc::vec::Vec;

static DECOMPOSITIONS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/decompositions.bin"));
static COMBINING_CLASSES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/combining-classes.bin"));

/// `text` in NFC.
pub(super) fn normalize(text: &str) -> String {
    // Combining characters, and all that another one composes with, begin here.
    if text.chars().all(|c| c < '\u{300}') {
        return text.into();
    }
    let tables = Tables::unpack();
    let mut decomposed = Vec::with_capacity(text.len());
    for c in text.chars() {
        tables.decompose(c.into(), &mut decomposed);
    }
    tables.compose(decomposed).into_iter().filter_map(char::from_u32).collect()
}

/// A character with its canonical combining class.
type Classed = (u32, u32);

struct Tables {
    /// What decomposes and into what, in ascending order. A second character of 0 is none.
    decompositions: Vec<(u32, [u32; 2])>,
    /// Second characters of pairs that compose, in ascending order, each with the first ones and the composites.
    compositions: Vec<(u32, Vec<[u32; 2]>)>,
    /// Runs of one class other than 0: where they end, their length, the class.
    classes: Vec<[u32; 3]>,
}

impl Tables {
    /// See `build.rs` for the columns.
    fn unpack() -> Self {
        let mut decompositions = Vec::new();
        let mut compositions: Vec<(u32, Vec<[u32; 2]>)> = Vec::new();
        let (mut character, mut first) = (0_u32, 0_u32);
        for [distance, first_distance, second] in packed::rows(DECOMPOSITIONS) {
            character = character.saturating_add(distance);
            first = first.wrapping_add(first_distance >> 1 ^ (first_distance & 1).wrapping_neg());
            let (second, composes) = (second >> 1, second > 1 && second & 1 == 0);
            decompositions.push((character, [first, second]));
            if composes {
                let place = compositions.partition_point(|(other, _)| *other < second);
                match compositions.get_mut(place) {
                    Some((other, pairs)) if *other == second => pairs.push([first, character]),
                    _ => compositions.insert(place, (second, [[first, character]].into())),
                }
            }
        }
        let mut end = 0_u32;
        let mut classes = packed::rows(COMBINING_CLASSES);
        for [distance, length, _] in &mut classes {
            end = end.saturating_add(*distance).saturating_add(*length);
            *distance = end;
        }
        Self { decompositions, compositions, classes }
    }

    fn class(&self, c: u32) -> u32 {
        let ended = self.classes.partition_point(|[end, ..]| *end <= c);
        self.classes.get(ended).filter(|[end, length, _]| end.saturating_sub(*length) <= c).map_or(0, |[.., class]| *class)
    }

    /// Appends the full decomposition of `c`, in canonical order (D108).
    fn decompose(&self, c: u32, out: &mut Vec<Classed>) {
        if let Some(parts) = hangul::decompose(c) {
            out.extend(parts.map(|part| (part, 0)));
        } else if let Ok(place) = self.decompositions.binary_search_by_key(&c, |(character, _)| *character) {
            let parts = self.decompositions.get(place).map_or([0; 2], |(_, parts)| *parts);
            parts.into_iter().filter(|part| *part != 0).for_each(|part| self.decompose(part, out));
        } else {
            let class = self.class(c);
            let later = if class == 0 { 0 } else { out.iter().rev().take_while(|(_, other)| *other > class).count() };
            out.insert(out.len().saturating_sub(later), (c, class));
        }
    }

    /// The canonical composition algorithm (D117).
    fn compose(&self, decomposed: Vec<Classed>) -> Vec<u32> {
        let mut out = Vec::with_capacity(decomposed.len());
        let mut starter = None;
        let mut class_before = 0;
        for (c, class) in decomposed {
            let is_blocked = class_before != 0 && class_before >= class;
            let starter_place = starter.filter(|_| !is_blocked).and_then(|at: usize| out.get_mut(at));
            if let Some(place) = starter_place
                && let Some(composite) = self.composite(*place, c)
            {
                *place = composite;
                continue;
            }
            if class == 0 {
                starter = Some(out.len());
            }
            class_before = class;
            out.push(c);
        }
        out
    }

    fn composite(&self, first: u32, second: u32) -> Option<u32> {
        if let Some(syllable) = hangul::composite(first, second) {
            return Some(syllable);
        }
        let place = self.compositions.binary_search_by_key(&second, |(other, _)| *other).ok()?;
        let (_, pairs) = self.compositions.get(place)?;
        pairs.iter().find(|[other, _]| *other == first).map(|[_, composite]| *composite)
    }
}

/// Hangul syllables are composed by arithmetic (chapter 3.12).
mod hangul {
    const SYLLABLES: u32 = 0xac00;
    const LEADING: u32 = 0x1100;
    const VOWELS: u32 = 0x1161;
    /// One before the first trailing consonant: index 0 stands for none.
    const TRAILING: u32 = 0x11a7;
    const LEADING_COUNT: u32 = 19;
    const VOWEL_COUNT: u32 = 21;
    const TRAILING_COUNT: u32 = 28;

    /// The two or three jamo of a syllable.
    pub(super) fn decompose(c: u32) -> Option<impl Iterator<Item = u32>> {
        let index = index(c, SYLLABLES, LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT)?;
        let (pair, trailing) = (index / TRAILING_COUNT, index % TRAILING_COUNT);
        let jamo = [(LEADING, pair / VOWEL_COUNT), (VOWELS, pair % VOWEL_COUNT), (TRAILING, trailing)];
        let count = if trailing == 0 { 2 } else { 3 };
        Some(jamo.into_iter().take(count).map(|(base, index)| base.saturating_add(index)))
    }

    /// The syllable of two jamo, or of a syllable without trailing consonant and one.
    pub(super) fn composite(first: u32, second: u32) -> Option<u32> {
        if let (Some(leading), Some(vowel)) = (index(first, LEADING, LEADING_COUNT), index(second, VOWELS, VOWEL_COUNT)) {
            let pair = leading.saturating_mul(VOWEL_COUNT).saturating_add(vowel);
            return Some(SYLLABLES.saturating_add(pair.saturating_mul(TRAILING_COUNT)));
        }
        let syllable = index(first, SYLLABLES, LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT)?;
        let trailing = index(second, TRAILING, TRAILING_COUNT).filter(|trailing| *trailing != 0)?;
        (syllable % TRAILING_COUNT == 0).then(|| first.saturating_add(trailing))
    }

    fn index(c: u32, base: u32, count: u32) -> Option<u32> {
        c.checked_sub(base).filter(|index| *index < count)
    }
}

#[cfg(test)]
mod tests;
