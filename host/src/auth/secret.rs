//! A text that is overwritten on drop and never shown.

use serde::Deserialize;
use std::fmt;
use zeroize::Zeroizing;

/// A token, a key or the value of an auth header field. `Debug` hides it; [`Self::expose`] is the only way to read it.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; it is not copied.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text as the value of an `Authorization` field.
    pub(crate) fn bearer(&self) -> Self {
        // One allocation of the final size: growing would leave a copy behind.
        let mut value = String::with_capacity(BEARER.len() + self.0.len());
        value.push_str(BEARER);
        value.push_str(&self.0);
        Self::new(value)
    }
}

const BEARER: &str = "Bearer ";

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k14_debug_hides_the_text() {
        let secret = Secret::from("tok-1");
        assert_eq!(format!("{secret:?} {:?}", secret.bearer()), "Secret(hidden) Secret(hidden)");
        assert_eq!(secret.bearer().expose(), "Bearer tok-1");
    }
}
