//! W3C trace context, passed through: what came with a request to this program goes with those it makes.

use std::collections::HashSet;

/// Names of the fields, also of the environment variables in upper case.
const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// The place of the caller in a trace, checked as W3C Trace Context (<https://www.w3.org/TR/trace-context/>) says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    traceparent: String,
    tracestate: Option<String>,
}

impl TraceContext {
    /// Of the two values. None if `traceparent` is not one of version 00, or is all zeros in one of its ids. A `tracestate` that is
    /// malformed is left out (§3.3.1); one that is too long loses members (§3.3.1.5).
    pub fn parse(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let traceparent = traceparent.trim_matches(BLANK);
        is_traceparent(traceparent).then(|| Self { traceparent: traceparent.into(), tracestate: tracestate.and_then(normalized) })
    }

    /// Of header fields, names in any case. Several `tracestate` fields are one list; several `traceparent` fields are none.
    pub fn from_fields<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut parents, mut states) = (Vec::new(), Vec::new());
        for (name, value) in fields {
            if name.eq_ignore_ascii_case(TRACEPARENT) {
                parents.push(value);
            } else if name.eq_ignore_ascii_case(TRACESTATE) {
                states.push(value);
            }
        }
        let &[parent] = parents.as_slice() else { return None };
        Self::parse(parent, (!states.is_empty()).then(|| states.join(",")).as_deref())
    }

    /// Of `TRACEPARENT` and `TRACESTATE`, as programs are started with them.
    pub fn from_environment() -> Option<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// The same of variables that are looked up elsewhere.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Self::parse(&variable("TRACEPARENT")?, variable("TRACESTATE").as_deref())
    }

    /// The value of `traceparent`.
    pub fn traceparent(&self) -> &str {
        &self.traceparent
    }

    /// The value of `tracestate`.
    pub fn tracestate(&self) -> Option<&str> {
        self.tracestate.as_deref()
    }

    /// As header fields.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let state = self.tracestate().map(|state| (TRACESTATE, state));
        [(TRACEPARENT, self.traceparent())].into_iter().chain(state)
    }
}

/// What may stand around values.
const BLANK: [char; 2] = [' ', '\t'];

/// Members of a `tracestate`, at most.
const MOST_MEMBERS: usize = 32;

/// Characters that everybody passes on; members beyond are dropped whole, first those over [`LONG_MEMBER`], then the last ones.
const LONGEST_STATE: usize = 512;
const LONG_MEMBER: usize = 128;

/// `00-<32 hex>-<16 hex>-<2 hex>` in lower case (§3.2.2).
fn is_traceparent(text: &str) -> bool {
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let id = |text: &str, length: usize| hex(text, length) && text.bytes().any(|byte| byte != b'0');
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [version, trace, parent, flags] => *version == "00" && id(trace, 32) && id(parent, 16) && hex(flags, 2),
        _ => false,
    }
}

fn normalized(state: &str) -> Option<String> {
    let mut members: Vec<&str> = state.split(',').map(|member| member.trim_matches(BLANK)).filter(|member| !member.is_empty()).collect();
    let mut keys = HashSet::new();
    let is_sound = members.iter().all(|member| key_of(member).is_some_and(|key| keys.insert(key)));
    if !is_sound || members.len() > MOST_MEMBERS {
        return None;
    }
    shorten(&mut members);
    (!members.is_empty()).then(|| members.join(","))
}

fn shorten(members: &mut Vec<&str>) {
    let length = |members: &[&str]| members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1);
    while length(members) > LONGEST_STATE {
        let longest = members.iter().rposition(|member| member.len() > LONG_MEMBER);
        members.remove(longest.unwrap_or(members.len() - 1));
    }
}

/// The key of a well-formed member (§3.3.1.3).
fn key_of(member: &str) -> Option<&str> {
    let (key, value) = member.split_once('=')?;
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
    let starts_well = key.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_value = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
    let fits = starts_well && key.len() <= 256 && key.bytes().all(is_key);
    (fits && (1..=256).contains(&value.len()) && value.bytes().all(is_value)).then_some(key)
}

#[cfg(test)]
mod tests;
