//! Text that must not be printed and does not outlive its owner (K14, K15).

use alloc::string::String;
use core::fmt;
use core::ops::Deref;
use zeroize::Zeroizing;

/// A secret text: overwritten with zeros on drop, hidden in Debug output. It derefs to the text itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Zeroizing<String>);

impl Deref for SecretText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for SecretText {
    fn from(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::from(String::from(text))
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k14_debug_output_hides_the_text() {
        let secret = SecretText::from("hunter2");
        assert_eq!(alloc::format!("{secret:?}"), "SecretText(..)");
        assert_eq!(&*secret, "hunter2");
    }
}
