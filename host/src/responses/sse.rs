//! Server-sent events, read as their bytes arrive. Nothing is kept beyond the event under way.

/// One event of a stream.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct SseEvent {
    /// What the `event` field said.
    pub(super) name: Option<String>,
    /// The `data` fields, joined by line feeds.
    pub(super) data: String,
}

/// An event is longer than it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Reads the event-stream format of the HTML standard (§9.2.6). Bytes go in by [`push`](Self::push), events come out by
/// [`take`](Self::take) until it has none.
pub(super) struct SseParser {
    /// Bytes not looked at yet, from `read` on.
    pending: Vec<u8>,
    read: usize,
    /// The line under way.
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    name: Option<String>,
    /// Whether the last line ended with a carriage return, whose line feed may still come.
    after_return: bool,
    is_first_line: bool,
    /// Most bytes of an event.
    limit: usize,
}

impl SseParser {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            pending: Vec::new(),
            read: 0,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            name: None,
            after_return: false,
            is_first_line: true,
            limit,
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.pending.drain(..self.read);
        self.read = 0;
        self.pending.extend_from_slice(bytes);
    }

    /// The next event that is complete. What a stream that ended left unfinished is never an event.
    pub(super) fn take(&mut self) -> Result<Option<SseEvent>, TooLarge> {
        while self.read_line()? {
            let line = std::mem::take(&mut self.line);
            if let Some(event) = self.end_line(&line) {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Moves bytes into the line under way; whether it is complete.
    fn read_line(&mut self) -> Result<bool, TooLarge> {
        let mut rest = self.pending.get(self.read..).unwrap_or_default();
        if self.after_return && !rest.is_empty() {
            self.after_return = false;
            if let Some(after) = rest.strip_prefix(b"\n") {
                self.read += 1;
                rest = after;
            }
        }
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if self.data.len() + self.line.len() + part.len() > self.limit {
            return Err(TooLarge);
        }
        self.line.extend_from_slice(part);
        self.read += part.len();
        if let Some(end) = end {
            self.after_return = rest.get(end) == Some(&b'\r');
            self.read += 1;
        }
        Ok(end.is_some())
    }

    fn end_line(&mut self, line: &[u8]) -> Option<SseEvent> {
        let line = if std::mem::take(&mut self.is_first_line) { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            // A comment, which servers send to keep a connection open.
            Some(0) => return None,
            Some(colon) => (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default()),
            None => (line, b"".as_slice()),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = Some(String::from_utf8_lossy(value).into_owned()),
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            // `id` and `retry` serve reconnecting, which these streams do not offer.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<SseEvent> {
        let (name, data) = (self.name.take(), std::mem::take(&mut self.data));
        std::mem::take(&mut self.has_data).then(|| SseEvent {
            name: name.filter(|name| !name.is_empty()),
            data: String::from_utf8(data).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        })
    }
}

#[cfg(test)]
mod tests;
