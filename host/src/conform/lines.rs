//! Reading lines: of any reasonable length, whatever bytes they hold.

use std::io::{self, BufRead, Write};

/// Longest line that is read. The largest question of the vectors is a task answer of a little over 1 MiB.
pub(super) const MAX_LINE: usize = 16 << 20;

/// The lines of an input.
pub(super) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    /// Whether the input has bytes that were read already, so that the next read does not wait.
    at_hand: bool,
}

/// One line without its end.
pub(super) enum Line<'a> {
    /// Nothing but white space.
    Blank,
    /// Something to answer.
    Text(&'a str),
    /// Nothing that can be read, and why.
    Unusable(&'static str),
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, line: Vec::new(), at_hand: false }
    }

    /// The next line, or none at the end of the input. `answers` is flushed before a read that may wait, so that whoever asks one
    /// question at a time gets each answer.
    pub(super) fn next(&mut self, answers: &mut impl Write) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut length = 0_usize;
        loop {
            if !self.at_hand {
                answers.flush()?;
            }
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                return Ok(if length == 0 { None } else { Some(self.line(length)) });
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(piece.len());
            length = length.saturating_add(taken);
            if length <= MAX_LINE {
                self.line.extend_from_slice(&piece[..taken]);
            }
            let used = taken + usize::from(end.is_some());
            self.at_hand = used < piece.len();
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(self.line(length)));
            }
        }
    }

    fn line(&self, length: usize) -> Line<'_> {
        if length > MAX_LINE {
            return Line::Unusable("the line is longer than 16 MiB; ask for less at once");
        }
        match std::str::from_utf8(&self.line) {
            Ok(text) if text.trim_ascii().is_empty() => Line::Blank,
            Ok(text) => Line::Text(text),
            Err(_) => Line::Unusable("the line is not UTF-8"),
        }
    }
}
