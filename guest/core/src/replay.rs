//! How often one assertion is accepted (`spec/identity.md` §11, V11 and V12).

use crate::error::{Code, Error, Result};
use crate::timestamp;
use alloc::vec::Vec;

mod bucket;

use bucket::Bucket;

/// SHA-256 over raw public key and signed bytes.
pub type ReplayKey = [u8; 32];

/// How often one replay key is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Without limit: nothing is remembered.
    Off,
    /// At most so many times, 1 to 10 000.
    Cap(u16),
    /// Once.
    Strict,
}

impl Mode {
    /// The largest cap.
    pub const MAX_CAP: u16 = 10_000;

    /// Reads `off`, `cap` or `strict`; `cap` counts for mode `cap` only and is 32 when absent. `config-invalid` for anything else.
    pub fn parse(mode: &str, cap: Option<u16>) -> Result<Self> {
        match mode {
            "off" => Ok(Self::Off),
            "strict" => Ok(Self::Strict),
            "cap" => Ok(cap.map_or(Self::default(), Self::Cap)),
            _ => Err(Error::new(Code::ConfigInvalid, "the replay mode is not one of off, cap, strict")),
        }
    }

    fn cap(self) -> Option<u16> {
        match self {
            Self::Off => None,
            Self::Cap(cap) => Some(cap),
            Self::Strict => Some(1),
        }
    }
}

impl Default for Mode {
    /// `cap` 32: room for honest parallel requests of one second, yet a limit for a captured header.
    fn default() -> Self {
        Self::Cap(32)
    }
}

/// What a replay window is created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How often one replay key is accepted.
    pub mode: Mode,
    /// Age up to which an assertion is valid: 1 to 900 s.
    pub max_age_s: u32,
    /// How far a timestamp may lie ahead of the clock: 0 to 60 s.
    pub ahead_s: u32,
    /// Largest number of entries, at least 1.
    pub capacity: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { mode: Mode::default(), max_age_s: 300, ahead_s: 10, capacity: 1_000_000 }
    }
}

impl Config {
    fn check(&self) -> Result<()> {
        let fault = if !(1..=900).contains(&self.max_age_s) {
            "max_age_s must be 1 to 900"
        } else if self.ahead_s > 60 {
            "ahead_s must be 0 to 60"
        } else if self.mode.cap().is_some_and(|cap| !(1..=Mode::MAX_CAP).contains(&cap)) {
            "the replay cap must be 1 to 10000"
        } else if self.capacity == 0 {
            "the replay capacity must be at least 1"
        } else {
            return Ok(());
        };
        Err(Error::new(Code::ConfigInvalid, fault))
    }
}

/// What the store holds about one replay key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The replay key.
    pub key: ReplayKey,
    /// The assertion's timestamp in whole Unix seconds.
    pub timestamp_s: i64,
    /// How often it was accepted.
    pub count: u16,
}

/// Remembers accepted assertions for as long as they could be accepted again.
///
/// An entry is kept while `now_ms <= 1000 * (T + max_age + ahead)`, and the greatest `T` ever removed is the *mark*: whatever is
/// not above it is expired. So at no instant, even after the clock steps back, is an assertion both acceptable and forgotten.
#[derive(Debug)]
pub struct ReplayWindow {
    config: Config,
    /// One bucket per timestamp, ascending: removing the entries of a second is dropping its bucket. There are at most as many
    /// as the window has seconds, and new ones come last but for stragglers.
    buckets: Vec<(i64, Bucket)>,
    len: usize,
    mark: Option<i64>,
    /// Timestamps up to here may have been accepted by a store that was lost.
    lost_through_s: Option<i64>,
}

impl ReplayWindow {
    /// An empty store for an authority that accepted nothing before; `config-invalid` if `config` is out of range.
    pub fn new(config: Config) -> Result<Self> {
        config.check()?;
        Ok(Self { config, buckets: Vec::new(), len: 0, mark: None, lost_through_s: None })
    }

    /// A store with the entries and the [`ReplayWindow::mark_to_store`] of an earlier one.
    ///
    /// All entries above the mark are taken, even beyond the capacity: no live entry is ever evicted. Counts of equal entries add up.
    pub fn restored(config: Config, entries: impl IntoIterator<Item = Entry>, mark: Option<i64>) -> Result<Self> {
        let mut window = Self::new(config)?;
        window.mark = mark;
        if config.mode.cap().is_some() {
            for entry in entries {
                window.take_over(entry)?;
            }
        }
        Ok(window)
    }

    /// A store whose predecessor is lost: until the clock is beyond all it may have accepted, that is `T <= start + ahead`,
    /// assertions are refused with `replay-store-unavailable`.
    pub fn lost(config: Config, start_ms: i64) -> Result<Self> {
        let mut window = Self::new(config)?;
        window.lost_through_s = Some(start_ms.div_euclid(1000).saturating_add(i64::from(config.ahead_s)));
        Ok(window)
    }

    /// V8 and V9: `assertion-expired` or `assertion-not-yet-valid` for a timestamp outside the window or not above the mark.
    pub fn check_window(&self, now_ms: i64, timestamp_s: i64) -> Result<()> {
        let timestamp_ms = timestamp::ms(timestamp_s);
        let age_ms = now_ms.saturating_sub(timestamp_ms);
        if age_ms > ms(self.config.max_age_s) || self.is_forgotten(timestamp_s) {
            return Err(expired());
        }
        if timestamp_ms.saturating_sub(now_ms) > ms(self.config.ahead_s) {
            return Err(Error::new(
                Code::AssertionNotYetValid,
                "the assertion is dated ahead of the clock; correct the clock and sign anew",
            ));
        }
        Ok(())
    }

    /// V11: counts an assertion that has passed V1 to V10 and returns how often it was accepted by now, or refuses it uncounted.
    ///
    /// `assertion-replayed` when the cap is reached, `replay-store-unavailable` when the store is full or lost and not yet safe,
    /// `assertion-expired` when `timestamp_s` is not above the mark. Entries whose time is over are removed first.
    pub fn admit(&mut self, now_ms: i64, key: &ReplayKey, timestamp_s: i64) -> Result<u16> {
        self.purge(now_ms);
        if self.is_forgotten(timestamp_s) {
            return Err(expired());
        }
        let Some(cap) = self.config.mode.cap() else { return Ok(1) };
        if self.lost_through_s.is_some_and(|last| timestamp_s <= last) {
            return Err(unavailable("the replay store was lost and is not yet safe; wait a few seconds, then repeat"));
        }
        if let Some(count) = self.count_mut(timestamp_s, key) {
            if *count >= cap {
                return Err(Error::new(
                    Code::AssertionReplayed,
                    "the assertion was accepted as often as allowed; sign anew in the next second",
                ));
            }
            *count = count.saturating_add(1);
            return Ok(*count);
        }
        if self.len >= self.config.capacity {
            return Err(unavailable("the replay store is full; wait, then repeat"));
        }
        self.insert(key, timestamp_s, 1)?;
        Ok(1)
    }

    /// Removes the entries whose time is over and raises the mark to the last of them.
    pub fn purge(&mut self, now_ms: i64) {
        let kept_s = i64::from(self.config.max_age_s).saturating_add(i64::from(self.config.ahead_s));
        let is_over = |timestamp_s: i64| now_ms > timestamp::ms(timestamp_s.saturating_add(kept_s));
        let over = self.buckets.partition_point(|(timestamp_s, _)| is_over(*timestamp_s));
        for (timestamp_s, bucket) in self.buckets.drain(..over) {
            self.mark = self.mark.max(Some(timestamp_s));
            self.len = self.len.saturating_sub(bucket.len());
        }
    }

    /// The greatest timestamp ever removed.
    pub fn mark(&self) -> Option<i64> {
        self.mark
    }

    /// The mark to store for [`ReplayWindow::restored`]: the mark, or what a lost store may have accepted if that is later.
    pub fn mark_to_store(&self) -> Option<i64> {
        self.mark.max(self.lost_through_s)
    }

    /// Whether assertions of this timestamp may have been removed, so that none is accepted any more (V8).
    pub fn is_forgotten(&self, timestamp_s: i64) -> bool {
        self.mark.is_some_and(|mark| timestamp_s <= mark)
    }

    /// All entries, by ascending timestamp.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.buckets
            .iter()
            .flat_map(|(timestamp_s, bucket)| bucket.iter().map(|(key, count)| Entry { key: *key, timestamp_s: *timestamp_s, count }))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Memory that the entries occupy, in bytes: about 40 to 60 for each when a second has many.
    pub fn memory_bytes(&self) -> usize {
        let per_bucket = size_of::<(i64, Bucket)>();
        self.buckets.iter().map(|(_, bucket)| bucket.memory_bytes().saturating_add(per_bucket)).fold(0, usize::saturating_add)
    }

    fn take_over(&mut self, entry: Entry) -> Result<()> {
        if self.is_forgotten(entry.timestamp_s) {
            return Ok(());
        }
        if let Some(count) = self.count_mut(entry.timestamp_s, &entry.key) {
            *count = count.saturating_add(entry.count);
            return Ok(());
        }
        self.insert(&entry.key, entry.timestamp_s, entry.count.max(1))
    }

    fn find(&self, timestamp_s: i64) -> core::result::Result<usize, usize> {
        self.buckets.binary_search_by_key(&timestamp_s, |(of, _)| *of)
    }

    fn count_mut(&mut self, timestamp_s: i64, key: &ReplayKey) -> Option<&mut u16> {
        let at = self.find(timestamp_s).ok()?;
        self.buckets.get_mut(at)?.1.count_mut(key)
    }

    fn insert(&mut self, key: &ReplayKey, timestamp_s: i64, count: u16) -> Result<()> {
        let at = match self.find(timestamp_s) {
            Ok(at) => at,
            Err(at) => {
                self.buckets.insert(at, (timestamp_s, Bucket::default()));
                at
            }
        };
        let inserted = self.buckets.get_mut(at).and_then(|(_, bucket)| bucket.insert(key, count));
        inserted.ok_or_else(|| unavailable("there is no memory for another replay entry; wait, then repeat"))?;
        self.len = self.len.saturating_add(1);
        Ok(())
    }
}

fn ms(seconds: u32) -> i64 {
    timestamp::ms(i64::from(seconds))
}

fn expired() -> Error {
    Error::new(Code::AssertionExpired, "the assertion is too old; correct the clock and sign anew")
}

fn unavailable(message: &'static str) -> Error {
    Error::new(Code::ReplayStoreUnavailable, message)
}

#[cfg(test)]
mod tests;
