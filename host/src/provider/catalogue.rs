//! The providers a program knows: those built in and those of its configuration.

use super::{Provider, bedrock, description};
use crate::error::{Advice, Error};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a description refers to without saying so.
#[derive(Clone, Debug)]
pub struct ConfigContext {
    /// The folder of the configuration: token commands run here, relative `cwd`s begin here.
    pub folder: PathBuf,
    /// Version of the program, which the OpenAI provider sends as `version`.
    pub client_version: String,
}

/// Providers by id.
#[derive(Clone, Debug)]
pub struct Providers(BTreeMap<String, Provider>);

impl Providers {
    /// The built-in ones, `openai` and `amazon-bedrock`.
    pub fn built_in(context: &ConfigContext) -> Self {
        let providers = [description::openai(context), bedrock::built_in()];
        Self(providers.into_iter().map(|provider| (provider.id.clone(), provider)).collect())
    }

    /// The built-in ones and those of the table `model_providers`, which any serde format can be read into.
    ///
    /// Errors: `config-invalid`, `base-url-unsupported`, `reserved-provider`, `provider-unknown-member`,
    /// `provider-auth-conflict`, `provider-auth-empty-command`, `provider-auth-zero-timeout`, `aws-on-custom-provider`,
    /// `aws-override-unsupported`.
    pub fn from_config(model_providers: Value, context: &ConfigContext) -> Result<Self, Error> {
        let Value::Object(tables) = model_providers else {
            return Err(Error::config("model_providers must be a table of providers"));
        };
        let mut providers = Self::built_in(context);
        for (id, table) in tables {
            let provider = Provider::from_config(&id, table, context)?;
            providers.0.insert(id, provider);
        }
        Ok(providers)
    }

    /// The provider of this id. Errors: `config-invalid`, naming those there are.
    pub fn get(&self, id: &str) -> Result<&Provider, Error> {
        self.0.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
            Error::config(format!("there is no provider {id:?}; known are {}", known.join(", ")))
        })
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.values()
    }
}

impl Provider {
    /// Reads one table of `model_providers`. Errors: see [`Providers::from_config`].
    pub fn from_config(id: &str, table: Value, context: &ConfigContext) -> Result<Self, Error> {
        match id {
            description::OPENAI_ID => {
                let message = format!("model_providers.{id} would replace a built-in provider; choose another id");
                Err(Error::new("reserved-provider", Advice::FixConfig, message))
            }
            bedrock::ID => bedrock::overridden(table),
            _ => description::custom(id, table, context),
        }
    }

    /// The built-in `openai`.
    pub fn openai(client_version: impl Into<String>) -> Self {
        description::openai(&ConfigContext { folder: PathBuf::new(), client_version: client_version.into() })
    }
}
