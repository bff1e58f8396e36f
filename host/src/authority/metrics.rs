//! Prometheus metrics, in the text format.

use super::endpoints::Endpoint;
use crate::driver::lock;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts answers and their durations.
#[derive(Default)]
pub(super) struct Metrics {
    answers: Mutex<BTreeMap<Answer, u64>>,
    durations: Mutex<BTreeMap<&'static str, Histogram>>,
    /// Connections open now.
    pub(super) connections: AtomicU64,
}

/// Labels. Verdicts come from a fixed list, so there are not many.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    endpoint: &'static str,
    verdict: String,
    status: u16,
}

/// Upper bounds of the buckets, seconds.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Default)]
struct Histogram {
    /// How many fell into each bucket and into none above the one before.
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Metrics {
    pub(super) fn answered(&self, endpoint: Endpoint, verdict: &str, status: u16, duration: Duration) {
        let endpoint = endpoint.name();
        *lock(&self.answers).entry(Answer { endpoint, verdict: verdict.to_owned(), status }).or_default() += 1;
        let seconds = duration.as_secs_f64();
        let mut durations = lock(&self.durations);
        let histogram = durations.entry(endpoint).or_default();
        histogram.count += 1;
        histogram.sum += seconds;
        if let Some(bucket) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            histogram.buckets[bucket] += 1;
        }
    }

    /// The page that is scraped.
    pub(super) fn page(&self, replay_entries: u32) -> String {
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut page, replay_entries);
        page
    }

    fn write(&self, page: &mut String, replay_entries: u32) -> std::fmt::Result {
        let name = "agent_identity_authority_requests_total";
        writeln!(page, "# HELP {name} Answers, by endpoint, verdict and status.\n# TYPE {name} counter")?;
        for (Answer { endpoint, verdict, status }, count) in lock(&self.answers).iter() {
            writeln!(page, "{name}{{endpoint=\"{endpoint}\",verdict=\"{verdict}\",status=\"{status}\"}} {count}")?;
        }
        let name = "agent_identity_authority_request_duration_seconds";
        writeln!(page, "# HELP {name} Time from the request's head to the answer's.\n# TYPE {name} histogram")?;
        for (endpoint, histogram) in lock(&self.durations).iter() {
            let mut below = 0;
            for (bound, count) in BOUNDS.iter().zip(histogram.buckets) {
                below += count;
                writeln!(page, "{name}_bucket{{endpoint=\"{endpoint}\",le=\"{bound}\"}} {below}")?;
            }
            let Histogram { count, sum, .. } = histogram;
            writeln!(page, "{name}_bucket{{endpoint=\"{endpoint}\",le=\"+Inf\"}} {count}")?;
            writeln!(page, "{name}_sum{{endpoint=\"{endpoint}\"}} {sum}\n{name}_count{{endpoint=\"{endpoint}\"}} {count}")?;
        }
        let name = "agent_identity_authority_replay_entries";
        writeln!(page, "# HELP {name} Assertions remembered by the replay window.\n# TYPE {name} gauge\n{name} {replay_entries}")?;
        let (name, open) = ("agent_identity_authority_connections", self.connections.load(Ordering::Relaxed));
        writeln!(page, "# HELP {name} Open connections.\n# TYPE {name} gauge\n{name} {open}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_label_and_durations_cumulate() {
        let metrics = Metrics::default();
        metrics.answered(Endpoint::Task, "accepted", 200, Duration::from_millis(2));
        metrics.answered(Endpoint::Task, "accepted", 200, Duration::from_secs(60));
        metrics.answered(Endpoint::Task, "signature-invalid", 401, Duration::from_micros(100));
        let page = metrics.page(7);
        for line in [
            "agent_identity_authority_requests_total{endpoint=\"task\",verdict=\"accepted\",status=\"200\"} 2",
            "agent_identity_authority_requests_total{endpoint=\"task\",verdict=\"signature-invalid\",status=\"401\"} 1",
            "agent_identity_authority_request_duration_seconds_bucket{endpoint=\"task\",le=\"0.0005\"} 1",
            "agent_identity_authority_request_duration_seconds_bucket{endpoint=\"task\",le=\"5\"} 2",
            "agent_identity_authority_request_duration_seconds_bucket{endpoint=\"task\",le=\"+Inf\"} 3",
            "agent_identity_authority_request_duration_seconds_count{endpoint=\"task\"} 3",
            "agent_identity_authority_replay_entries 7",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }
}
