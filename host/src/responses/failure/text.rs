//! Foreign text, made fit to be shown.

use std::fmt;
use zeroize::Zeroizing;

/// Most characters of a body that are shown (N6).
const MOST_CHARS: usize = 512;
/// Most characters of a foreign name, such as an error code.
const MOST_NAME_CHARS: usize = 128;
/// Shorter values are found in ordinary text by chance.
const LEAST_SECRET: usize = 8;
const HIDDEN: &str = "[hidden]";

/// What was sent in confidence, so that it can be taken out of what comes back.
#[derive(Clone, Default)]
pub(in crate::responses) struct Redaction(Vec<Zeroizing<String>>);

impl Redaction {
    /// Values of header fields: with a scheme, the token behind it counts too.
    pub(in crate::responses) fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let parts = values.into_iter().flat_map(|value| [Some(value), value.split_once(' ').map(|(_, token)| token)]);
        let mut secrets: Vec<_> =
            parts.flatten().filter(|part| part.len() >= LEAST_SECRET).map(|part| Zeroizing::new(part.to_owned())).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The same with one more.
    pub(in crate::responses) fn and(&self, secret: &str) -> Self {
        Self::of(self.0.iter().map(|secret| secret.as_str()).chain([secret]))
    }

    fn apply(&self, text: &str) -> String {
        let hide = |text: String, secret: &Zeroizing<String>| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), HIDDEN) } else { text }
        };
        self.0.iter().fold(text.to_owned(), hide)
    }

    /// A short foreign name: one line, cut.
    pub(in crate::responses) fn name(&self, text: &str) -> Option<String> {
        let name = one_line(&self.apply(text)).trim().chars().take(MOST_NAME_CHARS).collect::<String>();
        (!name.is_empty()).then_some(name)
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redaction({})", self.0.len())
    }
}

/// N6: invalid UTF-8 becomes U+FFFD, each control character a space; 512 characters, then `...`.
pub(in crate::responses) fn shown(body: &[u8], redaction: &Redaction) -> String {
    let text = one_line(&redaction.apply(&String::from_utf8_lossy(body)));
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
