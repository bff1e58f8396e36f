//! Writing an array of items again with some members changed.

use crate::error::{Code, Result};
use crate::json::{Member, is_named, text};
use alloc::string::String;
use core::ops::Range;

/// What becomes of a member.
#[derive(Clone, Copy)]
pub(super) enum Fate<'a> {
    /// It stays as it was written, if it is there.
    Kept,
    Removed,
    /// It gets this value, a JSON text; a new member comes last.
    Set(&'a str),
}

/// A name and what becomes of its member.
pub(super) type Change<'a> = (&'static str, Fate<'a>);

/// A copy of a document in which some objects differ.
pub(super) struct Rewriting<'a> {
    text: &'a str,
    /// How much of the document is in `out` already.
    done: usize,
    pub(super) out: String,
}

impl<'a> Fate<'a> {
    /// The fate of a member that gets this value, or stays if there is none.
    pub(super) fn to(value: &'a str) -> Self {
        if value.is_empty() { Self::Kept } else { Self::Set(value) }
    }

    /// The fate of a member that must not be there.
    pub(super) fn without(value: Option<&str>) -> Self {
        if value.is_some() { Self::Removed } else { Self::Kept }
    }
}

impl<'a> Rewriting<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, done: 0, out: String::new() }
    }

    /// Whether any of the changes is one.
    pub(super) fn is_needed(changes: &[Change<'_>]) -> bool {
        !changes.iter().all(|(_, fate)| matches!(fate, Fate::Kept))
    }

    /// Copies everything before an object and opens it.
    #[inline(never)]
    pub(super) fn begin(&mut self, place: &Range<usize>) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len().saturating_add(self.text.len() / 2));
        }
        self.out.push_str(self.text.get(self.done..place.start).unwrap_or_default());
        self.out.push('{');
        self.done = place.end;
    }

    /// The whole document, or none if nothing was changed.
    pub(super) fn into_text(mut self) -> Option<String> {
        if self.done == 0 {
            return None;
        }
        self.out.push_str(self.text.get(self.done..).unwrap_or_default());
        Some(self.out)
    }
}

/// Appends the members of an object that is open, with the changes, and closes it.
#[inline(never)]
pub(super) fn push_members(out: &mut String, members: &[Member<'_>], changes: &[Change<'_>]) {
    for (key, value) in members {
        let found = text(key);
        let is_it = |(name, fate): &&Change<'_>| !matches!(fate, Fate::Kept) && found.as_deref() == Some(*name);
        match changes.iter().find(is_it) {
            Some((_, Fate::Removed)) => {}
            Some((_, Fate::Set(changed))) => push_member(out, key, changed),
            Some((_, Fate::Kept)) | None => push_member(out, key, value),
        }
    }
    for (name, fate) in changes {
        if let Fate::Set(value) = fate
            && !members.iter().any(|(key, _)| is_named(key, name))
        {
            push_member(out, &["\"", name, "\""].concat(), value);
        }
    }
    out.push('}');
}

/// Appends a member, name and value being JSON texts, to an object that is open.
#[inline(never)]
pub(super) fn push_member(out: &mut String, key: &str, value: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    for part in [key, ":", value] {
        out.push_str(part);
    }
}

/// What was read, or the error for items that cannot be.
pub(super) fn valid<T>(read: Option<T>) -> Result<T> {
    read.ok_or_else(|| Code::ItemsInvalid.into())
}
