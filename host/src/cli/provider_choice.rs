//! Which provider is meant: one that a file describes.

use super::failure::Failure;
use super::input::Source;
use super::output::Output;
use crate::provider::{ConfigContext, Provider, Providers};
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The options that name a provider.
#[derive(Args)]
pub struct ProviderChoice {
    /// File that describes a provider: its table, or a configuration with `model_providers`, in TOML or JSON
    #[arg(long, value_name = "FILE")]
    provider: Option<PathBuf>,
    /// Which provider of the file [default: its `model_provider`, or the only one]
    #[arg(long, value_name = "ID", requires = "provider")]
    provider_id: Option<String>,
}

/// What a provider is called whose table stands alone.
const ALONE: &str = "custom";

impl ProviderChoice {
    /// The provider; none if no file is named.
    pub fn read(&self, output: &Output) -> Result<Option<Provider>, Failure> {
        let Some(path) = &self.provider else { return Ok(None) };
        // It may hold a token.
        let text = Source::File(path.clone()).read_secret("a provider description", output)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let context = ConfigContext { folder, client_version: env!("CARGO_PKG_VERSION").into() };
        match parsed(&text) {
            Some(Value::Object(mut table)) => match table.remove("model_providers") {
                Some(providers) => self.one_of(providers, table.get("model_provider"), &context).map(Some),
                None => Ok(Some(Provider::from_config(ALONE, Value::Object(table), &context)?)),
            },
            _ => Err(Failure::config(
                format!("{} is neither TOML nor a JSON object", path.display()),
                "write it as a table with name, base_url and one of env_key, auth, requires_openai_auth",
            )),
        }
    }

    fn one_of(&self, providers: Value, usual: Option<&Value>, context: &ConfigContext) -> Result<Provider, Failure> {
        let own: Vec<String> = providers.as_object().into_iter().flatten().map(|(id, _)| id.clone()).collect();
        let providers = Providers::from_config(providers, context)?;
        let id = match (&self.provider_id, usual.and_then(Value::as_str), own.as_slice()) {
            (Some(id), ..) => id,
            (None, Some(id), _) => id,
            (None, None, [only]) => only,
            (None, None, _) => {
                let message = format!("the file describes {} providers: {}", own.len(), own.join(", "));
                return Err(Failure::usage(message, "name one of them: --provider-id ID"));
            }
        };
        Ok(providers.get(id)?.clone())
    }
}

/// JSON begins with a brace, which no TOML document does.
fn parsed(text: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(text).ok()?;
    if text.trim_start().starts_with('{') { serde_json::from_str(text).ok() } else { toml::from_str(text).ok() }
}
