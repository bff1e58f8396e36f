//! The user agent (`spec/metadata.md` 6-9).

use agent_identity_primitives::text::{is_blank, is_header_value};
use alloc::string::String;

/// What a user agent is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct UserAgent<'a> {
    /// The originator of the process, not that of a thread.
    pub originator: &'a str,
    /// The program's version.
    pub version: &'a str,
    /// Name of the operating system.
    pub os: &'a str,
    /// Its version.
    pub os_version: &'a str,
    /// Processor architecture, if it is known.
    pub arch: Option<&'a str>,
    /// The terminal.
    pub terminal: &'a str,
    /// What a client adds for the whole process.
    pub suffix: Option<&'a str>,
}

impl UserAgent<'_> {
    /// `<originator>/<version> (<os> <os version>; <arch>) <terminal>`, then ` (<suffix>)`, as a legal header value.
    ///
    /// What may not stand there becomes `_`. If that is not enough, only the originator is left, legal if it was given legal.
    pub fn render(&self) -> String {
        let arch = self.arch.unwrap_or("unknown");
        let mut text = [self.originator, "/", self.version, " (", self.os, " ", self.os_version, "; ", arch, ") ", self.terminal].concat();
        if let Some(suffix) = self.suffix.filter(|suffix| !is_blank(suffix)) {
            text.push_str(" (");
            text.push_str(suffix.trim());
            text.push(')');
        }
        if is_header_value(&text) {
            return text;
        }
        let replaced: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect();
        // Only a space at an end can be left. One at the start is there without the suffix too, and with a suffix none is at the end:
        // so the rule's next choice, the text without suffix, is never better.
        if is_header_value(&replaced) { replaced } else { self.originator.into() }
    }
}

#[cfg(test)]
mod tests;
