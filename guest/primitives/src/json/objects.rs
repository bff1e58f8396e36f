//! Long arrays of objects, read in one pass: nothing is allocated for an object that is like the one before it.

use super::scanner::Scanner;
use super::text;
use alloc::vec::Vec;
use core::ops::Range;

/// A name and a value as they stand in the document, the name with its quotes and escapes.
pub type Member<'a> = (&'a str, &'a str);

/// The objects of a JSON array, one after another.
pub struct Objects<'a> {
    scanner: Scanner<'a>,
    members: Vec<Member<'a>>,
    is_first: bool,
}

impl<'a> Objects<'a> {
    /// Begins reading `text`; `None` unless it begins as an array.
    pub fn read(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.expect(b'[')?;
        Some(Self { scanner, members: Vec::new(), is_first: true })
    }

    /// The next object: where it stands, and its members in document order. `Some(None)` at the end of the document, `None` if
    /// anything but objects, or no JSON, follows.
    #[allow(clippy::type_complexity, reason = "a name for it would say less")]
    #[inline(never)]
    pub fn advance(&mut self) -> Option<Option<(Range<usize>, &[Member<'a>])>> {
        let scanner = &mut self.scanner;
        if scanner.accept(b']') {
            return scanner.is_done().then_some(None);
        }
        if !core::mem::take(&mut self.is_first) {
            scanner.expect(b',')?;
        }
        scanner.skip_white_space();
        let start = scanner.at();
        self.members.clear();
        scanner.expect(b'{')?;
        while !scanner.accept(b'}') {
            if !self.members.is_empty() {
                scanner.expect(b',')?;
            }
            self.members.push(scanner.member()?);
        }
        Some(Some((start..scanner.at(), &self.members)))
    }
}

/// Puts the values of the members called `names` into the places of those names, the last one of several. Whether none is there
/// twice.
#[inline(never)]
pub fn pick<'a>(members: &[Member<'a>], names: &[&str], values: &mut [Option<&'a str>]) -> bool {
    let mut is_unique = true;
    for (key, value) in members {
        let Some(key) = text(key) else { continue };
        if let Some(place) = names.iter().position(|name| *name == &*key).and_then(|at| values.get_mut(at)) {
            is_unique &= place.replace(value).is_none();
        }
    }
    is_unique
}
