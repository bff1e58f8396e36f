//! The offset between the wall clock and the backend's, as one agent has learnt it (D3–D7). In memory only.

use crate::error::Result;
use crate::flow::HttpResponse;
use crate::rejection::{Action, Answer, Rejection, Rules};
use crate::skew::{self, Residual, Threshold};
use core::cell::Cell;

/// A response to something that carried a timestamp.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// Status code.
    pub status: u16,
    /// Value of `Date`.
    pub date: Option<&'a str>,
    /// Value of `Age`.
    pub age: Option<&'a str>,
    /// The body, of which the first 64 KiB count.
    pub body: &'a [u8],
    /// Uncorrected wall clock when the request was sent.
    pub sent_ms: i64,
    /// Uncorrected wall clock when the response arrived.
    pub received_ms: i64,
}

/// A response, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What it means and what to do.
    pub rejection: Rejection,
    /// The measured skew, if it could be measured.
    pub skew_ms: Option<i64>,
}

/// The offset in use, and the rules by which it changes.
#[derive(Debug)]
pub struct ClockOffset {
    ms: Cell<i64>,
    /// The offset before the present one, and the reading of the wall clock until which requests were sent with it.
    before: Cell<Option<(i64, i64)>>,
    rules: Rules,
}

impl ClockOffset {
    /// Without `correct` no offset is ever applied; skew is still measured and reported (D6). The threshold is 5 to 240 s.
    pub fn new(correct: bool, threshold_s: Option<u32>) -> Result<Self> {
        let mut rules = Rules::default();
        rules.corrects_clock = correct;
        rules.threshold = threshold_s.map_or(Ok(Threshold::default()), Threshold::from_seconds)?;
        Ok(Self { ms: Cell::new(0), before: Cell::new(None), rules })
    }

    /// As [`Self::new`], with an offset learnt before.
    pub fn starting_at(self, offset_ms: i64) -> Self {
        self.ms.set(offset_ms);
        self
    }

    /// The offset, milliseconds.
    pub fn ms(&self) -> i64 {
        self.ms.get()
    }

    /// The clock that timestamps are written by.
    pub fn corrected(&self, now_ms: i64) -> i64 {
        skew::corrected(now_ms, self.ms.get())
    }

    /// Judges a response and takes its skew as the offset where the rules say so.
    pub fn observe(&self, response: &Observed<'_>) -> Result<Judgement> {
        let skew_ms = skew::measure(response.sent_ms, response.received_ms, response.date, response.age)?;
        let residual = skew_ms.map(|skew_ms| self.residual(skew_ms, response.sent_ms));
        let rejection = self.rules.classify(&Answer::Response { status: response.status, body: response.body, residual });
        if let (true, Some(skew_ms)) = (rejection.corrects_clock, skew_ms) {
            self.correct(skew::new_offset(skew_ms), response.received_ms);
        }
        Ok(Judgement { rejection, skew_ms })
    }

    /// Of several requests that are refused for the clock the first one corrects it; the others were sent with the offset before
    /// (D4). Should the wall clock have stepped back meanwhile, the present offset counts as well.
    fn residual(&self, skew_ms: i64, sent_ms: i64) -> Residual {
        let present = Residual::new(skew_ms, self.ms.get());
        let before = self.before.get().filter(|(_, until_ms)| sent_ms <= *until_ms).map(|(ms, _)| Residual::new(skew_ms, ms));
        before.filter(|before| before.ms().saturating_abs() > present.ms().saturating_abs()).unwrap_or(present)
    }

    /// A further measurement of the same skew is no new beginning.
    fn correct(&self, ms: i64, now_ms: i64) {
        let before = self.ms.replace(ms);
        if Threshold::SERVER_NAMES_CLOCK.is_reached_by(Residual::new(ms, before)) {
            self.before.set(Some((before, now_ms)));
        }
    }

    /// Whether the answer to a registration asks for one repeat with a corrected clock (D2). The offset is then set.
    pub(crate) fn learn(&self, response: &HttpResponse, sent_ms: i64, received_ms: i64) -> bool {
        let (date, age) = (response.header("date"), response.header("age"));
        let observed = Observed { status: response.status, date, age, body: &response.body, sent_ms, received_ms };
        self.observe(&observed).is_ok_and(|judged| judged.rejection.action == Action::CorrectClockAndRepeat)
    }
}
