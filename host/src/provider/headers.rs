//! Header precedence (11-1, 11-2).

use super::{Environment, Provider};
use crate::auth::{HeaderField, Secret};
use crate::error::Error;
use crate::metadata::{DropReason, Dropped};
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

/// What goes below and above the provider's own fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeaderLayers<'a> {
    /// Defaults of the client; they only fill gaps.
    pub defaults: &'a [(String, String)],
    /// Fields of this request.
    pub request: &'a [(String, String)],
    /// Fields of its credential.
    pub auth: &'a [HeaderField],
}

/// The fields of a request, and what was left out on the way.
#[derive(Clone, Debug, Default)]
pub struct MergedHeaders {
    /// Every field once. Values from configuration and credential are marked sensitive.
    pub headers: HeaderMap,
    /// Sorted by name.
    pub dropped: Vec<Dropped>,
}

/// Lays the fields of a request over each other: defaults, `http_headers`, `env_http_headers`, request, credential.
///
/// Errors: `config-invalid` for a credential that is no legal header value; it is never left out silently (A6).
pub fn merge_headers(provider: &Provider, layers: &HeaderLayers<'_>, environment: &dyn Environment) -> Result<MergedHeaders, Error> {
    let mut merging = Merging::default();
    for (name, value) in layers.defaults {
        merging.set(name, value, Layer::Plain);
    }
    for (name, value) in &provider.http_headers {
        merging.set(name, value.expose(), Layer::Configured);
    }
    for (name, variable) in &provider.env_http_headers {
        match environment.variable(variable).map(Zeroizing::new) {
            Some(value) if !value.trim().is_empty() => merging.set(name, &value, Layer::Configured),
            _ => merging.drop(name, DropReason::Empty),
        }
    }
    for (name, value) in layers.request {
        merging.set(name, value, Layer::Plain);
    }
    for (name, value) in layers.auth {
        merging.set_auth(name, value)?;
    }
    Ok(merging.finish())
}

/// 0-3.
pub(crate) fn is_legal_value(text: &str) -> bool {
    let is_legal = |byte: u8| byte == b'\t' || matches!(byte, b' '..=b'~');
    !text.is_empty() && text.bytes().all(is_legal) && text.trim_matches([' ', '\t']).len() == text.len()
}

/// Older generations' field, never sent (C5).
const RESERVED: &str = "x-openai-authorization";

#[derive(Default)]
struct Merging {
    merged: MergedHeaders,
    /// Configured fields that are set, as they were spelt.
    configured: Vec<(HeaderName, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Plain,
    Configured,
}

impl Merging {
    fn set(&mut self, name: &str, value: &str, layer: Layer) {
        let Some((field, mut legal)) = legal(name, value) else {
            return self.drop(name, if value.is_empty() { DropReason::Empty } else { DropReason::Illegal });
        };
        if field == RESERVED {
            return self.drop(name, DropReason::Reserved);
        }
        self.overwrite(&field);
        if layer == Layer::Configured {
            legal.set_sensitive(true);
            self.configured.push((field.clone(), name.to_owned()));
        }
        self.merged.headers.insert(field, legal);
    }

    fn set_auth(&mut self, name: &str, value: &Secret) -> Result<(), Error> {
        let illegal = || Error::config(format!("the credential cannot be sent: its field {name} has an illegal name or value"));
        let (field, mut value) = legal(name, value.expose()).ok_or_else(illegal)?;
        if field == RESERVED {
            self.drop(name, DropReason::Reserved);
            return Ok(());
        }
        value.set_sensitive(true);
        self.overwrite(&field);
        self.merged.headers.insert(field, value);
        Ok(())
    }

    fn overwrite(&mut self, field: &HeaderName) {
        if let Some(at) = self.configured.iter().position(|(name, _)| name == field) {
            let (_, name) = self.configured.swap_remove(at);
            self.drop(&name, DropReason::Overwritten);
        }
    }

    fn drop(&mut self, name: &str, reason: DropReason) {
        self.merged.dropped.push(Dropped { name: name.to_owned(), reason });
    }

    fn finish(mut self) -> MergedHeaders {
        self.merged.dropped.sort();
        self.merged
    }
}

fn legal(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let value = is_legal_value(value).then_some(value)?;
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
}
