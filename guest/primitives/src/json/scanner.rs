//! The grammar of JSON (RFC 8259): finds where values begin and end, and refuses what is not JSON. It decodes nothing.

use alloc::vec::Vec;

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The brackets that close what is open, kept for the next value: its memory is used again.
    unclosed: Vec<u8>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, unclosed: Vec::new() }
    }

    /// The items of `text` between its brackets, each read by `item`; `None` unless that is all of `text`.
    pub(super) fn items<T>(text: &'a str, [open, close]: [u8; 2], item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut scanner = Self::new(text);
        let mut items = Vec::new();
        scanner.expect(open)?;
        if !scanner.accept(close) {
            items.push(item(&mut scanner)?);
            while !scanner.accept(close) {
                scanner.expect(b',')?;
                items.push(item(&mut scanner)?);
            }
        }
        scanner.is_done().then_some(items)
    }

    /// Whether `text` is one value.
    pub(super) fn is_value(text: &'a str) -> bool {
        let mut scanner = Self::new(text);
        scanner.value().is_some() && scanner.is_done()
    }

    /// A name and its value, both as they are written.
    #[inline(never)]
    pub(super) fn member(&mut self) -> Option<(&'a str, &'a str)> {
        Some((self.name()?, self.value()?))
    }

    /// A value as it is written. Open brackets are counted on the heap, so no depth is too much for the stack.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.skip_white_space();
        let start = self.at;
        let mut unclosed = core::mem::take(&mut self.unclosed);
        unclosed.clear();
        loop {
            let opened = match self.next()? {
                b'{' => Some(b'}'),
                b'[' => Some(b']'),
                first => {
                    self.rest_of_scalar(first)?;
                    None
                }
            };
            unclosed.extend(opened);
            let mut behind_item = opened.is_none();
            while let Some(close) = unclosed.last().copied() {
                if self.accept(close) {
                    unclosed.pop();
                    behind_item = true;
                    continue;
                }
                if behind_item {
                    self.expect(b',')?;
                }
                if close == b'}' {
                    self.name()?;
                }
                self.skip_white_space();
                break;
            }
            if unclosed.is_empty() {
                self.unclosed = unclosed;
                return self.text.get(start..self.at);
            }
        }
    }

    /// A member's name, quotes and escapes included, and the colon behind it.
    fn name(&mut self) -> Option<&'a str> {
        self.skip_white_space();
        let start = self.at;
        self.expect(b'"')?;
        self.rest_of_string()?;
        let name = self.text.get(start..self.at)?;
        self.expect(b':')?;
        Some(name)
    }

    fn rest_of_scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.rest_of_string(),
            b't' => self.literally(b"rue"),
            b'f' => self.literally(b"alse"),
            b'n' => self.literally(b"ull"),
            b'-' => {
                let digit = self.next()?;
                self.rest_of_number(digit)
            }
            digit => self.rest_of_number(digit),
        }
    }

    fn rest_of_string(&mut self) -> Option<()> {
        self.skip_plain_words();
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => {
                    match self.next()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => (0..4).try_for_each(|_| self.next()?.is_ascii_hexdigit().then_some(()))?,
                        _ => return None,
                    }
                    self.skip_plain_words();
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// Skips what stands for itself in a string, eight bytes at a time. Most of a document is text.
    fn skip_plain_words(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, _) = rest.as_chunks::<8>();
        let plain = words.iter().take_while(|word| !is_special_in(u64::from_ne_bytes(**word))).count();
        self.at = self.at.saturating_add(plain.saturating_mul(8));
    }

    fn rest_of_number(&mut self, first_digit: u8) -> Option<()> {
        match first_digit {
            b'0' => {}
            b'1'..=b'9' => self.skip_while(u8::is_ascii_digit),
            _ => return None,
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        self.next()?.is_ascii_digit().then(|| self.skip_while(u8::is_ascii_digit))
    }

    fn literally(&mut self, rest: &[u8]) -> Option<()> {
        rest.iter().all(|byte| self.take(*byte)).then_some(())
    }

    /// The bytes read so far.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip_white_space();
        self.peek().is_none()
    }

    /// Skips white space, and then `byte` or fails.
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.accept(byte).then_some(())
    }

    /// Skips white space, and `byte` if it follows.
    #[inline(never)]
    pub(super) fn accept(&mut self, byte: u8) -> bool {
        self.skip_white_space();
        self.take(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let follows = self.peek() == Some(byte);
        self.at = self.at.saturating_add(usize::from(follows));
        follows
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(byte)
    }

    pub(super) fn skip_white_space(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn skip_while(&mut self, belongs: impl Fn(&u8) -> bool) {
        while self.peek().is_some_and(|byte| belongs(&byte)) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// Whether one of the eight bytes ends a string, begins an escape or may not stand in a string. A borrow between bytes can only
/// make more of them look special once one is.
pub(crate) fn is_special_in(word: u64) -> bool {
    const fn all(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let below = |word: u64, bound: u8| word.wrapping_sub(all(bound)) & !word;
    let special = below(word, b' ') | below(word ^ all(b'"'), 1) | below(word ^ all(b'\\'), 1);
    special & all(0x80) != 0
}
