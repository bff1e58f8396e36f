//! `agent-identity item-ids`

mod items;

use super::context::Context;
use super::failure::Failure;
use super::input::Source;
use super::metadata::document;
use crate::error::Error;
use crate::metadata::{Dropped, ItemMetadataForm};
use crate::ports::Clock;
use crate::system::SystemClock;
use crate::types::metadata::{ItemPreparation, ItemTarget};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use items::Items;
use serde_json::{Value, json};

/// Give response items the ids they lack, or show what is sent of them
///
/// Items are a JSON array or one JSON object a line, and come out the same way; what is not changed stays byte for byte. With --outbound
/// ids and item metadata are filtered as for a request to a provider. What was left out is told on standard error.
#[derive(Args)]
#[command(after_help = "\
Examples:
  echo '[{\"type\":\"message\",\"role\":\"user\",\"content\":\"hello\"}]' | agent-identity item-ids
  agent-identity item-ids history.jsonl --turn-id 01980c5a-7b2f-7a31-8c4d-5e6f70819203 --create-time now
  agent-identity item-ids history.json --outbound --provider Azure --base-url https://x.openai.azure.com/openai")]
pub struct ItemIds {
    /// File with the items, or - for standard input
    #[arg(value_name = "FILE|-", default_value = "-")]
    items: Source,
    /// Stamp items that name no turn with this one
    #[arg(long, value_name = "ID", conflicts_with = "outbound")]
    turn_id: Option<String>,
    /// Stamp items that have a time and lack it: Unix seconds, or `now`
    #[arg(long, value_name = "SECONDS|now", value_parser = instant, allow_negative_numbers = true, conflicts_with = "outbound")]
    create_time: Option<i64>,
    /// Show what is sent of the items instead
    #[arg(long)]
    outbound: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Args)]
#[command(next_help_heading = "With --outbound")]
struct Target {
    /// Name of the provider: others than OpenAI get no item metadata
    #[arg(long, value_name = "NAME", default_value = "OpenAI", requires = "outbound")]
    provider: String,
    /// Its base URL
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true, requires = "outbound")]
    base_url: String,
    /// Whether it stores the response [default: by name and base URL]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", requires = "outbound")]
    store: Option<bool>,
    /// The feature `item_ids` is on: ids with a prefix are sent
    #[arg(long, requires = "outbound")]
    item_ids: bool,
    /// In which form item metadata is sent
    #[arg(long, value_name = "FORM", default_value = "passthrough", value_parser = forms(), requires = "outbound")]
    item_metadata_form: String,
    /// The feature of content item kinds is on
    #[arg(long, requires = "outbound")]
    content_item_kinds: bool,
}

impl ItemIds {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let items = Items::read(&document::read(&self.items, "response items", &context.output)?)?;
        let component = context.component()?;
        let mut session = context.session(&component)?;
        let (changed, dropped) = if self.outbound {
            let sent = session.filter_items(items.as_array(), &self.target.into()).map_err(unread)?;
            (sent.items, sent.dropped.into_iter().map(Into::into).collect())
        } else {
            let preparation = ItemPreparation { item_ids: true, turn_id: self.turn_id, create_time: self.create_time };
            (session.prepare_items(items.as_array(), &preparation).map_err(unread)?, Vec::new())
        };
        if context.output.is_json() {
            let dropped: Vec<Value> = dropped.iter().map(described).collect();
            // A new line stands between tokens only; one answer is one line.
            let items = changed.replace(['\n', '\r'], " ");
            return context.output.line(format!("{{\"items\":{},\"dropped\":{}}}", items.trim(), Value::from(dropped)));
        }
        for Dropped { name, reason } in &dropped {
            context.output.warn(format!("item metadata {} was left out: {}", Value::from(name.as_str()), reason.as_str()));
        }
        items.like(changed)?.iter().try_for_each(|text| context.output.line(text))
    }
}

impl From<Target> for ItemTarget {
    fn from(target: Target) -> Self {
        let Target { provider, base_url, store, item_ids, item_metadata_form, content_item_kinds } = target;
        Self { item_ids, store, provider_name: provider, base_url, item_metadata_form, content_item_kinds }
    }
}

fn described(dropped: &Dropped) -> Value {
    json!({ "name": dropped.name, "reason": dropped.reason.as_str() })
}

fn unread(error: Error) -> Failure {
    let is_of_items = error.code == "items-invalid";
    let failure = Failure::from(error);
    if is_of_items {
        failure.next("give a JSON array of objects, or one JSON object a line, none with a known member twice")
    } else {
        failure
    }
}

fn instant(text: &str) -> Result<i64, String> {
    if text == "now" {
        return Ok(SystemClock.now_ms().div_euclid(1000));
    }
    text.parse().map_err(|_| "give seconds since 1970, or `now`".into())
}

fn forms() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(
        [ItemMetadataForm::Passthrough, ItemMetadataForm::Metadata, ItemMetadataForm::Off].map(ItemMetadataForm::as_str),
    )
}
