//! A document with some members of some objects changed. Everything else is copied as it stands, in pieces as long as possible.

use crate::encoding::push_short;
use crate::error::{Code, Result};
use crate::json::{Member, is_named, text};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Stands where an id is going to be: as many characters as a UUID.
pub(super) const PLACEHOLDER: &str = "00000000-0000-0000-0000-000000000000";

/// What becomes of a member.
#[derive(Clone, Copy)]
pub(super) enum Fate<'a> {
    /// It stays, if it is there.
    Kept,
    Removed,
    /// It gets this value, a JSON text; a new member comes last.
    Set(&'a str),
    /// It gets a new id with this prefix.
    Id(&'static str),
}

/// A name and what becomes of its member.
pub(super) type Change<'a> = (&'static str, Fate<'a>);

/// A copy of a document in the making.
pub(super) struct Rewriting<'a> {
    text: &'a str,
    /// How much of the document is dealt with.
    done: usize,
    out: String,
    /// Where placeholders stand for new ids.
    pub(super) ids: Vec<usize>,
}

impl<'a> Fate<'a> {
    /// The fate of a member that must not be there.
    pub(super) fn without(value: Option<&str>) -> Self {
        if value.is_some() { Self::Removed } else { Self::Kept }
    }

    /// The fate of a member that gets this value, or stays if there is none.
    pub(super) fn to(value: &'a str) -> Self {
        if value.is_empty() { Self::Kept } else { Self::Set(value) }
    }
}

impl<'a> Rewriting<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, done: 0, out: String::new(), ids: Vec::new() }
    }

    /// Changes the object at `place`, which has these members.
    #[inline(never)]
    pub(super) fn change(&mut self, place: &Range<usize>, members: &[Member<'a>], changes: &[Change<'_>]) {
        if changes.iter().all(|(_, fate)| matches!(fate, Fate::Kept)) {
            return;
        }
        if self.done == 0 {
            self.out.reserve(self.text.len().saturating_add(self.text.len() / 2));
        }
        let mut rest = members;
        while let [(key, value), behind @ ..] = rest {
            rest = behind;
            let name = text(key);
            let is_it = |(other, fate): &&Change<'_>| !matches!(fate, Fate::Kept) && name.as_deref() == Some(*other);
            let Some((_, fate)) = changes.iter().find(is_it) else { continue };
            let value_at = self.offset(value);
            if matches!(fate, Fate::Removed) {
                self.copy_to(self.offset(key));
                self.done = behind.first().map_or(value_at.saturating_add(value.len()), |(next, _)| self.offset(next));
                if behind.is_empty() {
                    self.drop_comma();
                }
                continue;
            }
            self.copy_to(value_at);
            self.push_value(*fate);
            self.done = value_at.saturating_add(value.len());
        }
        for (name, fate) in changes {
            let is_new = || !members.iter().any(|(key, _)| is_named(key, name));
            if matches!(fate, Fate::Set(_) | Fate::Id(_)) && is_new() {
                self.copy_to(place.end.saturating_sub(1));
                let comma = if self.out.trim_ascii_end().ends_with('{') { "" } else { "," };
                for part in [comma, "\"", name, "\":"] {
                    push_short(&mut self.out, part);
                }
                self.push_value(*fate);
            }
        }
    }

    /// The whole document, or none if nothing was changed.
    pub(super) fn into_text(mut self) -> Option<String> {
        if self.done == 0 {
            return None;
        }
        self.copy_to(self.text.len());
        Some(self.out)
    }

    fn push_value(&mut self, fate: Fate<'_>) {
        match fate {
            Fate::Kept | Fate::Removed => {}
            Fate::Set(value) => self.out.push_str(value),
            Fate::Id(prefix) => {
                for part in ["\"", prefix, "_"] {
                    push_short(&mut self.out, part);
                }
                self.ids.push(self.out.len());
                push_short(&mut self.out, PLACEHOLDER);
                self.out.push('"');
            }
        }
    }

    /// Takes the comma away behind which the last member is gone.
    fn drop_comma(&mut self) {
        let kept = self.out.trim_ascii_end();
        self.out.truncate(kept.strip_suffix(',').unwrap_or(kept).len());
    }

    fn copy_to(&mut self, end: usize) {
        self.out.push_str(self.text.get(self.done..end).unwrap_or_default());
        self.done = end;
    }

    /// Where a part of the document stands in it.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr())
    }
}

/// Appends a member, name and value being JSON texts, to an object that is open.
#[inline(never)]
pub(super) fn push_member(out: &mut String, key: &str, value: &str) {
    let comma = if out.ends_with('{') { "" } else { "," };
    for part in [comma, key, ":", value] {
        out.push_str(part);
    }
}

/// What was read, or the error for items that cannot be.
pub(super) fn valid<T>(read: Option<T>) -> Result<T> {
    read.ok_or_else(|| Code::ItemsInvalid.into())
}
