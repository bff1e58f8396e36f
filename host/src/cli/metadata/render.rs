//! `agent-identity metadata render`

mod table;

use super::document::Members;
use super::question::{Asked, Question};
use super::recipient::Withheld;
use super::scene::unrendered;
use super::travel::has_cache_key;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::metadata::{Metadata, Rendering};
use crate::surroundings::Surroundings;
use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Render a snapshot for the way its request travels
///
/// Shows the canonical string as it goes over the wire and member by member, the flat map, the header fields in their order, the prompt
/// cache key, for a tool call the object of `_meta["x-codex-turn-metadata"]`, and what was left out and why. Tokens are not shown.
#[derive(Args)]
#[command(after_help = EXAMPLES, after_long_help = super::with_members(EXAMPLES))]
pub struct Render {
    #[command(flatten)]
    question: Question,
    /// Show the values of x-codex-turn-state and x-oai-attestation too
    #[arg(long)]
    show: bool,
}

/// The answer.
#[derive(Serialize)]
struct Rendered {
    kind: Option<&'static str>,
    transport: &'static str,
    provider: String,
    /// The canonical string, unless the transport has none.
    canonical: Option<String>,
    /// Whether it travels (1-10).
    is_canonical_sent: bool,
    /// The same as JSON, in its order.
    decoded: Option<Box<RawValue>>,
    client_metadata: BTreeMap<String, Option<String>>,
    headers: Vec<(String, Option<String>)>,
    prompt_cache_key: Option<String>,
    /// The object for a tool server.
    meta: Option<Box<RawValue>>,
    dropped: Vec<Left>,
    /// What this provider does not get.
    withheld: Vec<Withheld>,
    unknown_members: Vec<String>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Left {
    name: String,
    reason: &'static str,
}

const EXAMPLES: &str = "\
Examples:
  echo '{\"session_id\":\"s\",\"thread_id\":\"t\"}' | agent-identity metadata render --kind none
  agent-identity metadata render snapshot.json --transport websocket-message --beta-feature apps
  agent-identity metadata render snapshot.json --transport mcp --json
  agent-identity metadata render snapshot.json --provider Azure --additions additions.json";

/// Header fields and flat keys whose values are secret (15-4).
const TOKENS: [&str; 2] = ["x-codex-turn-state", "x-oai-attestation"];

impl Render {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let asked = self.question.read(context)?;
        asked.warn(context);
        let component = context.component()?;
        let metadata = Metadata::new(&component, &Surroundings::default())?;
        let rendering = asked.scene.render(&metadata).map_err(unrendered)?;
        let withheld = asked.scene.recipient.withheld(&metadata)?;
        let rendered = self.rendered(asked, rendering, withheld)?;
        if context.output.is_json() {
            let json = serde_json::to_string(&rendered).map_err(|_| Failure::internal("the answer cannot be written as JSON"))?;
            return context.output.line(json);
        }
        context.output.line(table::of(&rendered)?)
    }

    fn rendered(&self, asked: Asked, rendering: Rendering, withheld: Vec<Withheld>) -> Result<Rendered, Failure> {
        let Asked { scene, unknown_members, notes } = asked;
        let Rendering { canonical, client_metadata, headers, dropped, prompt_cache_key } = rendering;
        let is_secret = |name: &str| !self.show && TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token));
        let shown = |(name, value): (String, String)| {
            let value = (!is_secret(&name)).then_some(value);
            (name, value)
        };
        let object = canonical.as_deref().map(as_json).transpose()?;
        let is_tool_call = scene.is_tool_call();
        let (meta, decoded) = if is_tool_call { (object, None) } else { (None, object) };
        let canonical = canonical.filter(|_| !is_tool_call);
        Ok(Rendered {
            kind: scene.kind.map(|kind| kind.as_str()),
            transport: scene.transport.as_str(),
            is_canonical_sent: canonical.is_some() && scene.kind.is_some(),
            canonical,
            decoded,
            client_metadata: client_metadata.into_iter().map(shown).collect(),
            headers: headers.into_iter().map(shown).collect(),
            prompt_cache_key: has_cache_key(scene.transport).then_some(prompt_cache_key),
            meta,
            dropped: dropped.into_iter().map(|left| Left { name: left.name, reason: left.reason.as_str() }).collect(),
            withheld: if is_tool_call { Vec::new() } else { withheld },
            provider: scene.recipient.0,
            unknown_members,
            notes,
        })
    }
}

fn as_json(text: &str) -> Result<Box<RawValue>, Failure> {
    RawValue::from_string(text.to_owned()).map_err(|_| Failure::internal("the component's rendering is no JSON"))
}

impl Rendered {
    /// The members of the object, decoded.
    fn members(&self) -> Result<Members, Failure> {
        Members::of(self.decoded.as_deref().or(self.meta.as_deref()).map_or("{}", RawValue::get))
    }
}
