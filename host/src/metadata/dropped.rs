//! What was left out of a request (0-5).

use crate::component::wit::metadata as wit;

/// Something that was left out, without its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// Name of the header field, member or extra, as it was given.
    pub name: String,
    /// Why.
    pub reason: DropReason,
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// Name or value is not legal in HTTP (0-3), or a key that nobody knows (5-9).
    Illegal,
    /// It has no value: its text is empty, or its variable unset or blank.
    Empty,
    /// Not the caller's to set.
    Reserved,
    /// An extra of the turn that the configuration sets (2-5).
    Shadowed,
    /// What comes later sets it: a request a configured field, the execution an extra.
    Overwritten,
}

impl DropReason {
    /// The spelling of 0-5.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Illegal => "illegal",
            Self::Empty => "empty",
            Self::Reserved => "reserved",
            Self::Shadowed => "shadowed",
            Self::Overwritten => "overwritten",
        }
    }
}

impl From<wit::Dropped> for Dropped {
    fn from(dropped: wit::Dropped) -> Self {
        let known = [DropReason::Empty, DropReason::Reserved, DropReason::Shadowed, DropReason::Overwritten];
        let reason = known.into_iter().find(|reason| reason.as_str() == dropped.reason).unwrap_or(DropReason::Illegal);
        Self { name: dropped.name, reason }
    }
}
