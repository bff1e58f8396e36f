//! Takes time: many short batches of each subject, one subject after the other, round after round.
//!
//! Whatever disturbs the machine for a while then hits every subject alike, so that ratios stand even where absolutes do not.
//! The figure of a subject is the median over its batches.

use std::error::Error;
use std::time::{Duration, Instant};

/// Whatever goes wrong in a bench.
pub type Failure = Box<dyn Error + Send + Sync>;

/// How many samples are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Under a minute.
    Quick,
    /// Some minutes.
    Full,
}

impl Effort {
    /// `quick` or `full`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// How a group of subjects is sampled.
#[derive(Clone, Copy)]
pub struct Sampling {
    /// Batches of each subject.
    pub rounds: u32,
    /// Length of a batch; an iteration that takes longer is a batch of its own.
    pub batch: Duration,
}

/// Something that is measured.
pub struct Subject<'a> {
    name: String,
    run: Box<dyn FnMut(u64) -> Result<Duration, Failure> + 'a>,
    throughput: Option<u64>,
    bytes: Option<u64>,
}

impl<'a> Subject<'a> {
    /// Measures `run`, which does its work as many times as it is told.
    pub fn new(name: impl Into<String>, mut run: impl FnMut(u64) -> Result<(), Failure> + 'a) -> Self {
        Self::timed(name, move |iterations| {
            let start = Instant::now();
            run(iterations)?;
            Ok(start.elapsed())
        })
    }

    /// As [`Self::new`] for work that takes its own time, for example in another process.
    pub fn timed(name: impl Into<String>, run: impl FnMut(u64) -> Result<Duration, Failure> + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run), throughput: None, bytes: None }
    }

    /// Reports also how many things a second are done; one iteration does `each`.
    pub fn per_second(mut self, each: u64) -> Self {
        self.throughput = Some(each);
        self
    }

    /// Reports also the memory it needs.
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }
}

/// What came out for one subject.
pub struct Figure {
    /// Name of the row.
    pub name: String,
    /// Median over the batches, nanoseconds for one iteration.
    pub ns: f64,
    /// First and ninth decile.
    pub spread: (f64, f64),
    /// Things done in a second.
    pub per_s: Option<f64>,
    /// Memory.
    pub bytes: Option<u64>,
}

/// A run: takes subjects, gives figures.
pub struct Bench {
    effort: Effort,
    filter: Option<String>,
    figures: Vec<Figure>,
}

impl Bench {
    /// With a filter, only subjects whose name contains it are measured.
    pub fn new(effort: Effort, filter: Option<String>) -> Self {
        Self { effort, filter, figures: Vec::new() }
    }

    /// One of two values, by effort.
    pub fn by_effort<T>(&self, quick: T, full: T) -> T {
        match self.effort {
            Effort::Quick => quick,
            Effort::Full => full,
        }
    }

    /// Whether a row of this name is wanted; for rows that are costly to set up.
    pub fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter))
    }

    /// Measures subjects against each other.
    pub fn group(&mut self, sampling: Sampling, subjects: Vec<Subject<'_>>) -> Result<(), Failure> {
        let mut subjects: Vec<_> = subjects.into_iter().filter(|subject| self.wants(&subject.name)).collect();
        let mut plans = Vec::with_capacity(subjects.len());
        for subject in &mut subjects {
            eprintln!("measuring {}", subject.name);
            plans.push(Plan { iterations: iterations(subject, sampling.batch)?, samples: Vec::new() });
        }
        for _ in 0..sampling.rounds {
            for (subject, plan) in subjects.iter_mut().zip(&mut plans) {
                let elapsed = (subject.run)(plan.iterations)?;
                plan.samples.push(elapsed.as_nanos() as f64 / plan.iterations as f64);
            }
        }
        self.figures.extend(subjects.iter().zip(plans).map(|(subject, plan)| plan.figure(subject)));
        Ok(())
    }

    /// Everything measured, in order.
    pub fn into_figures(self) -> Vec<Figure> {
        self.figures
    }
}

struct Plan {
    iterations: u64,
    samples: Vec<f64>,
}

impl Plan {
    fn figure(mut self, subject: &Subject<'_>) -> Figure {
        self.samples.sort_by(f64::total_cmp);
        let ns = self.quantile(0.5);
        Figure {
            name: subject.name.clone(),
            ns,
            spread: (self.quantile(0.1), self.quantile(0.9)),
            per_s: subject.throughput.map(|each| each as f64 * 1e9 / ns),
            bytes: subject.bytes,
        }
    }

    fn quantile(&self, part: f64) -> f64 {
        let last = self.samples.len().saturating_sub(1);
        self.samples.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
    }
}

/// How many iterations make a batch. Finding out is the warm-up.
fn iterations(subject: &mut Subject<'_>, batch: Duration) -> Result<u64, Failure> {
    let mut iterations = 1;
    loop {
        let elapsed = (subject.run)(iterations)?;
        if elapsed >= batch / 2 {
            let fitting = iterations as f64 * batch.as_secs_f64() / elapsed.as_secs_f64();
            return Ok((fitting.round() as u64).max(1));
        }
        iterations *= 2;
    }
}
