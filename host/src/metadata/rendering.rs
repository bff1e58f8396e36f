//! What a request carries.

use super::dropped::Dropped;
use crate::component::wit::metadata as wit;
use std::collections::BTreeMap;
use std::fmt;

/// A snapshot as one transport carries it. `Debug` shows names, no values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rendering {
    /// The canonical string, unless the transport has none. It only travels when the request has a kind (1-10).
    pub canonical: Option<String>,
    /// The flat map; empty if the transport has none. Sent as `client_metadata`.
    pub client_metadata: BTreeMap<String, String>,
    /// Header fields in the order of 1C and §10. Every value is legal.
    pub headers: Vec<(String, String)>,
    /// What was left out, sorted by name.
    pub dropped: Vec<Dropped>,
    /// The body member `prompt_cache_key` (10-1).
    pub prompt_cache_key: String,
}

impl From<wit::Rendering> for Rendering {
    fn from(rendering: wit::Rendering) -> Self {
        Self {
            canonical: rendering.canonical,
            client_metadata: rendering.client_metadata.into_iter().collect(),
            headers: rendering.headers,
            dropped: rendering.dropped.into_iter().map(Into::into).collect(),
            prompt_cache_key: rendering.prompt_cache_key,
        }
    }
}

impl fmt::Debug for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendering")
            .field("client_metadata", &self.client_metadata.keys().collect::<Vec<_>>())
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
