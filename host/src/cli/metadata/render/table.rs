//! A rendering for people: a line for each field, in the order of the wire.

use super::Rendered;
use crate::cli::failure::Failure;
use crate::cli::output::{paint, visible};
use clap::builder::styling::Style;
use serde_json::value::RawValue;

/// What stands in for a copy of the canonical string.
const COPY: &str = "x-codex-turn-metadata";

pub fn of(rendered: &Rendered) -> Result<String, Failure> {
    let mut rows = Rows::default();
    rows.push("kind", rendered.kind.unwrap_or("none"));
    rows.push("transport", rendered.transport);
    rows.push("provider", &rendered.provider);
    if let Some(canonical) = &rendered.canonical {
        rows.push(
            "canonical",
            if rendered.is_canonical_sent { canonical.clone() } else { format!("{canonical}  not sent: no kind (1-10)") },
        );
    }
    if let Some(meta) = &rendered.meta {
        rows.push("_meta", meta.get());
    }
    for (name, value) in rendered.members()?.0 {
        rows.push(&format!("  {}", visible(&name)), decoded(&value));
    }
    for (name, value) in &rendered.client_metadata {
        rows.push(&format!("flat {name}"), told(name, value.as_deref(), rendered));
    }
    for (name, value) in &rendered.headers {
        rows.push(&format!("header {name}"), told(name, value.as_deref(), rendered));
    }
    if let Some(prompt_cache_key) = &rendered.prompt_cache_key {
        rows.push("body prompt_cache_key", visible(prompt_cache_key));
    }
    for left in &rendered.dropped {
        rows.push(&format!("dropped {}", visible(&left.name)), left.reason);
    }
    for withheld in &rendered.withheld {
        rows.push(&format!("withheld {}", withheld.place), format!("{} ({})", withheld.name, withheld.rule));
    }
    Ok(rows.to_table())
}

fn told(name: &str, value: Option<&str>, rendered: &Rendered) -> String {
    match value {
        None => "present, not shown".into(),
        Some(value) if name == COPY && rendered.canonical.as_deref() == Some(value) => "the canonical string".into(),
        Some(value) => visible(value),
    }
}

fn decoded(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).map_or_else(|_| visible(value.get()), |text| visible(&text))
}

#[derive(Default)]
struct Rows(Vec<(String, String)>);

impl Rows {
    fn push(&mut self, name: &str, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    fn to_table(&self) -> String {
        let width = self.0.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let line = |(name, text): &(String, String)| format!("{}  {text}", paint(Style::new().bold(), format!("{name:width$}")));
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
