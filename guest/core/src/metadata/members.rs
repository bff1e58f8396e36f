//! Members of JSON objects before they are written.

use super::compaction::{self, Compaction};
use super::lineage::filled;
use super::snapshot::{Repository, Texts};
use crate::encoding::push_decimal;
use alloc::string::String;
use alloc::vec::Vec;

#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) value: Value<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// The member is not written (1-7).
    Absent,
    Text(&'a str),
    Unsigned(u64),
    Signed(i64),
    Flag(bool),
    Texts(&'a Texts),
    Workspaces(&'a [Repository<'a>]),
    Workspace(&'a Repository<'a>),
    Compaction(&'a Compaction),
}

/// How strings are written.
pub(super) type Quote = fn(&mut String, &str);

impl<'a> Value<'a> {
    pub(super) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, Self::Text)
    }

    #[inline(never)]
    pub(super) fn of(text: &'a Option<String>) -> Self {
        Self::text(text.as_deref())
    }

    /// The text, unless it is blank (3-3, 3-9).
    #[inline(never)]
    pub(super) fn filled(text: &'a Option<String>) -> Self {
        Self::text(filled(text.as_deref()))
    }

    pub(super) fn unsigned(number: Option<u64>) -> Self {
        number.map_or(Self::Absent, Self::Unsigned)
    }

    pub(super) fn flag(flag: Option<bool>) -> Self {
        flag.map_or(Self::Absent, Self::Flag)
    }
}

/// Appends an object with these members, in their order; of neighbours with one name the last counts, as in a map.
#[inline(never)]
pub(super) fn push_object(out: &mut String, members: &[Member<'_>], quote: Quote) {
    let mut separator = '{';
    let mut rest = members;
    while let [Member { name, value }, behind @ ..] = rest {
        rest = behind;
        if matches!(value, Value::Absent) || behind.first().is_some_and(|next| next.name == *name) {
            continue;
        }
        out.push(separator);
        separator = ',';
        quote(out, name);
        out.push(':');
        push_value(out, value, quote);
    }
    out.push_str(if separator == '{' { "{}" } else { "}" });
}

fn push_value(out: &mut String, value: &Value<'_>, quote: Quote) {
    match *value {
        Value::Absent => {}
        Value::Text(text) => quote(out, text),
        Value::Unsigned(number) => push_decimal(out, number),
        Value::Signed(number) => push_signed(out, number),
        Value::Flag(flag) => out.push_str(if flag { "true" } else { "false" }),
        Value::Texts(texts) => push_sorted(out, texts_as_members(texts), quote),
        Value::Workspaces(workspaces) => {
            let by_root = workspaces.iter().map(|workspace| Member { name: workspace.root(), value: Value::Workspace(workspace) });
            push_sorted(out, by_root.collect(), quote);
        }
        Value::Workspace(workspace) => push_object(out, &workspace.members(), quote),
        Value::Compaction(compaction) => {
            let mut members = compaction::MEMBERS.map(|name| Member { name, value: Value::Absent });
            members.iter_mut().zip(&compaction.values()).for_each(|(member, value)| member.value = Value::Text(value));
            push_object(out, &members, quote);
        }
    }
}

pub(super) fn push_signed(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    push_decimal(out, number.unsigned_abs());
}

pub(super) fn texts_as_members(texts: &Texts) -> Vec<Member<'_>> {
    texts.iter().map(|(name, value)| Member { name, value: Value::Text(value) }).collect()
}

/// The members that are texts, as a map.
pub(super) fn texts(members: &[Member<'_>]) -> Texts {
    let mut texts = Vec::with_capacity(members.len());
    for member in members {
        if let Value::Text(text) = member.value {
            texts.push((member.name.into(), text.into()));
        }
    }
    texts
}

fn push_sorted(out: &mut String, mut members: Vec<Member<'_>>, quote: Quote) {
    sort(&mut members);
    push_object(out, &members, quote);
}

/// Brings members into ascending byte order of name. Those with one name keep their order.
#[inline(never)]
pub(super) fn sort(members: &mut Vec<Member<'_>>) {
    // Hosts mostly hand over maps that are in order already.
    if members.is_sorted_by(|before, after| before.name <= after.name) {
        return;
    }
    let mut width: usize = 1;
    while width < members.len() {
        *members = merged(members, width);
        width = width.saturating_mul(2);
    }
}

/// Merges neighbours: runs of `width` members that are in order become runs of twice as many.
fn merged<'a>(members: &[Member<'a>], width: usize) -> Vec<Member<'a>> {
    let mut out = Vec::with_capacity(members.len());
    for pair in members.chunks(width.saturating_mul(2)) {
        let (mut left, mut right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
        while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
            if second.name < first.name {
                out.push(*second);
                right = right_rest;
            } else {
                out.push(*first);
                left = left_rest;
            }
        }
        out.extend_from_slice(left);
        out.extend_from_slice(right);
    }
    out
}
