//! Reads the members of a configuration table one by one. Errors name the member and never show its value.

use crate::auth::Secret;
use crate::error::{Advice, Error};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A table whose members are taken out.
pub(super) struct Members {
    /// Where the table is, such as `model_providers.x.auth`.
    place: String,
    table: Map<String, Value>,
}

impl Members {
    /// Members outside `known` are `provider-unknown-member` (11-6, 12-1); `null` counts as absent.
    pub(super) fn read(place: impl Into<String>, value: Value, known: &[&str]) -> Result<Self, Error> {
        let place = place.into();
        let Value::Object(mut table) = value else {
            return Err(Error::config(format!("{place} must be a table of members")));
        };
        let unknown: Vec<&str> = table.keys().map(String::as_str).filter(|name| !known.contains(name)).collect();
        if !unknown.is_empty() {
            let message = format!("{place} has unknown members: {}; remove them or correct their spelling", unknown.join(", "));
            return Err(Error::new("provider-unknown-member", Advice::FixConfig, message));
        }
        table.retain(|_, value| !value.is_null());
        Ok(Self { place, table })
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// The members that are there and differ from `usual`.
    pub(super) fn unusual(&self, usual: &Value) -> Vec<&str> {
        self.table.iter().filter(|(name, value)| usual.get(name) != Some(value)).map(|(name, _)| name.as_str()).collect()
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        self.take(name, "a text", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A text that is not blank.
    pub(super) fn filled(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.text(name)? {
            Some(text) if text.trim().is_empty() => Err(self.wrong(name, "a text that is not blank")),
            text => Ok(text),
        }
    }

    pub(super) fn secret(&mut self, name: &str) -> Result<Option<Secret>, Error> {
        Ok(self.text(name)?.map(Secret::new))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Error> {
        Ok(self.take(name, "true or false", |value| value.as_bool())?.unwrap_or(false))
    }

    /// A whole number from 0.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Error> {
        self.take(name, "a whole number from 0", |value| value.as_u64())
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, Error> {
        let texts = self.take(name, "a list of texts", |value| match value {
            Value::Array(items) => items.into_iter().map(as_text).collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        Ok(texts.unwrap_or_default())
    }

    pub(super) fn text_map(&mut self, name: &str) -> Result<BTreeMap<String, String>, Error> {
        let map = self.take(name, "a table of texts", |value| match value {
            Value::Object(table) => table.into_iter().map(|(key, value)| Some((key, as_text(value)?))).collect::<Option<BTreeMap<_, _>>>(),
            _ => None,
        })?;
        Ok(map.unwrap_or_default())
    }

    pub(super) fn inner(&mut self, name: &str, known: &[&str]) -> Result<Option<Self>, Error> {
        let place = format!("{}.{name}", self.place);
        self.table.remove(name).map(|value| Self::read(place, value, known)).transpose()
    }

    /// `config-invalid` for a member.
    pub(super) fn wrong(&self, name: &str, wanted: &str) -> Error {
        Error::config(format!("{}.{name} must be {wanted}", self.place))
    }

    fn take<T>(&mut self, name: &str, wanted: &str, read: impl FnOnce(Value) -> Option<T>) -> Result<Option<T>, Error> {
        self.table.remove(name).map(|value| read(value).ok_or_else(|| self.wrong(name, wanted))).transpose()
    }
}

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
