//! Which request is meant: the options of `metadata render` and `metadata explain`.

use super::document;
use super::recipient::{OPENAI, Recipient};
use super::scene::Scene;
use super::travel::{oddity, usual_kind};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::input::Source;
use crate::metadata::{Additions, Kind, Transport, json};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::Value;

#[derive(Args)]
pub struct Question {
    /// File with the snapshot, a JSON object, or - for standard input
    #[arg(value_name = "FILE|-", default_value = "-")]
    snapshot: Source,
    /// What the request is for [default: `request_kind` of the snapshot, else what is usual for the transport]
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<KindName>,
    /// The way it travels
    #[arg(long, value_name = "WAY", default_value = "responses", value_parser = transports())]
    transport: Transport,
    /// Name of the provider: others than OpenAI do not get everything
    #[arg(long, value_name = "NAME", default_value = OPENAI)]
    provider: String,
    /// Refuse a snapshot with members that mean nothing here, instead of a warning
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    beside: Beside,
}

#[derive(Args)]
#[command(next_help_heading = "What goes beside the snapshot")]
struct Beside {
    /// Only what follows from the snapshot: no further header fields
    #[arg(long, conflicts_with_all = ["additions", "originator", "user_agent", "prompt_cache_key", "beta_feature", "responses_lite",
        "timing_metrics", "us_residency", "request_start_unix_ms", "traceparent", "tracestate"])]
    snapshot_only: bool,
    /// File with all of the following as one JSON object, and with what is secret: `turn_state`, `attestation`
    #[arg(long, value_name = "FILE|-")]
    additions: Option<Source>,
    /// Who the program is; see `agent-identity originator`
    #[arg(long, value_name = "TEXT")]
    originator: Option<String>,
    /// The user agent; see `agent-identity originator --user-agent`
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// A prompt cache key of one's own
    #[arg(long, value_name = "TEXT")]
    prompt_cache_key: Option<String>,
    /// Key of an experimental feature that is on; may be repeated
    #[arg(long, value_name = "NAME")]
    beta_feature: Vec<String>,
    /// The model uses Responses Lite
    #[arg(long)]
    responses_lite: bool,
    /// The service shall send its own timings
    #[arg(long)]
    timing_metrics: bool,
    /// Data must stay in the US
    #[arg(long)]
    us_residency: bool,
    /// The clock just before sending
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    request_start_unix_ms: Option<i64>,
    /// `traceparent` of the W3C trace context
    #[arg(long, value_name = "TEXT")]
    traceparent: Option<String>,
    /// `tracestate` of the W3C trace context
    #[arg(long, value_name = "TEXT")]
    tracestate: Option<String>,
}

/// A kind, or none.
#[derive(Clone, Copy)]
struct KindName(Option<Kind>);

/// What was asked.
pub struct Asked {
    pub scene: Scene,
    /// Members of the snapshot that mean nothing here.
    pub unknown_members: Vec<String>,
    /// What is odd about the question.
    pub notes: Vec<String>,
}

impl Question {
    pub fn read(&self, context: &Context) -> Result<Asked, Failure> {
        if self.snapshot == Source::Standard && self.beside.additions == Some(Source::Standard) {
            return Err(Failure::usage("standard input can be read once", "give the snapshot or the additions as a file"));
        }
        let text = document::read(&self.snapshot, "a snapshot", &context.output)?;
        let document = json::snapshot(&text)?;
        let kind = match (self.kind, document.request_kind.as_deref(), usual_kind(self.transport)) {
            (Some(KindName(kind)), ..) => kind,
            // It has none of its own (1D), whatever the snapshot was made for.
            (None, _, None) => None,
            (None, Some(name), _) => Some(kind_of_snapshot(name)?),
            (None, None, usual) => usual,
        };
        let mut unknown_members = document.unknown;
        let additions = self.beside.read(context, &mut unknown_members)?;
        if self.strict && !unknown_members.is_empty() {
            let message = format!("members that mean nothing here: {}", shown(&unknown_members));
            return Err(Failure::config(message, "correct or remove them; `agent-identity help metadata render` names those there are"));
        }
        let implementation = document.snapshot.compaction.as_ref().map(|compaction| compaction.implementation.as_str());
        let notes = Vec::from_iter(oddity(kind, self.transport, implementation));
        let scene = Scene {
            facts: document.snapshot,
            kind,
            transport: self.transport,
            recipient: Recipient(self.provider.clone()),
            additions,
            has_additions: !self.beside.snapshot_only,
        };
        Ok(Asked { scene, unknown_members, notes })
    }
}

impl Asked {
    /// Tells on standard error what is odd, for people.
    pub fn warn(&self, context: &Context) {
        if context.output.is_json() {
            return;
        }
        if !self.unknown_members.is_empty() {
            context.output.warn(format!("members that mean nothing here were passed over: {}", shown(&self.unknown_members)));
        }
        self.notes.iter().for_each(|note| context.output.warn(note));
    }
}

impl Beside {
    /// The object, and what options say in its place.
    fn read(&self, context: &Context, unknown: &mut Vec<String>) -> Result<Additions, Failure> {
        let mut additions = match &self.additions {
            Some(source) => {
                // It may hold tokens, so no copy of it stays behind.
                let data = source.read("an object with additions", &context.output)?;
                let text = std::str::from_utf8(&data).unwrap_or_default();
                unknown.extend(unknown_additions(text));
                Additions::from(json::additions(text)?)
            }
            None => Additions::default(),
        };
        let given = [
            (&mut additions.originator, &self.originator),
            (&mut additions.user_agent, &self.user_agent),
            (&mut additions.prompt_cache_key, &self.prompt_cache_key),
            (&mut additions.traceparent, &self.traceparent),
            (&mut additions.tracestate, &self.tracestate),
        ];
        for (place, value) in given {
            if value.is_some() {
                place.clone_from(value);
            }
        }
        if !self.beta_feature.is_empty() {
            additions.beta_features.clone_from(&self.beta_feature);
        }
        additions.responses_lite |= self.responses_lite;
        additions.timing_metrics |= self.timing_metrics;
        additions.us_residency |= self.us_residency;
        additions.request_start_unix_ms = self.request_start_unix_ms.or(additions.request_start_unix_ms);
        Ok(additions)
    }
}

/// What [`json::additions`] reads.
const ADDITIONS: [&str; 12] = [
    "originator",
    "user_agent",
    "prompt_cache_key",
    "beta_features",
    "turn_state",
    "responses_lite",
    "timing_metrics",
    "us_residency",
    "attestation",
    "request_start_unix_ms",
    "traceparent",
    "tracestate",
];

fn unknown_additions(text: &str) -> Vec<String> {
    let members = serde_json::from_str::<document::Members>(text).map(|members| members.0).unwrap_or_default();
    members.into_iter().map(|(name, _)| name).filter(|name| !ADDITIONS.contains(&name.as_str())).collect()
}

fn kinds() -> impl TypedValueParser<Value = KindName> {
    let names = Kind::ALL.map(Kind::as_str).into_iter().chain(["none"]);
    PossibleValuesParser::new(names).map(|name| KindName(name.parse().ok()))
}

fn transports() -> impl TypedValueParser<Value = Transport> {
    PossibleValuesParser::new(Transport::ALL.map(Transport::as_str)).try_map(|name| name.parse::<Transport>())
}

fn kind_of_snapshot(name: &str) -> Result<Kind, Failure> {
    name.parse().map_err(|_| {
        let message = "the member `request_kind` of the snapshot is not one of turn, prewarm, compaction, memory, detached-memory";
        Failure::config(message, "correct it, or say it with --kind")
    })
}

/// Names from outside, as JSON writes them.
fn shown(names: &[String]) -> String {
    names.iter().map(|name| Value::from(name.as_str()).to_string()).collect::<Vec<_>>().join(", ")
}
