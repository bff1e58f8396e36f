//! What was left out (0-5): names and reasons, never values.

use alloc::string::String;
use alloc::vec::Vec;

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropReason {
    /// Its value or name may not stand where it would go.
    Illegal,
    /// Its value is empty.
    Empty,
    /// Its name belongs to the metadata itself.
    Reserved,
    /// The configuration sets the same name.
    Shadowed,
    /// The execution metadata set the same name.
    Overwritten,
}

impl DropReason {
    /// The reason as it is reported.
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

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Name of the member, header field or extra.
    pub name: String,
    /// Why.
    pub reason: DropReason,
}

/// Reports in ascending order of name, each once.
#[derive(Default)]
pub(super) struct DropList(Vec<Dropped>);

impl DropList {
    #[inline(never)]
    pub(super) fn add(&mut self, name: &str, reason: DropReason) {
        let same = self.0.iter().filter(|dropped| dropped.name == name);
        if same.into_iter().all(|dropped| dropped.reason != reason) {
            let at = self.0.iter().position(|dropped| dropped.name.as_str() > name).unwrap_or(self.0.len());
            self.0.insert(at, Dropped { name: name.into(), reason });
        }
    }

    pub(super) fn into_vec(self) -> Vec<Dropped> {
        self.0
    }
}
