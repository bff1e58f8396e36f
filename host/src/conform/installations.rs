//! The installation id.

use super::driver::Driver;
use super::question::Hex;
use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct ParseInput {
    text: Option<String>,
    /// A file that is not UTF-8.
    content_hex: Option<Hex>,
    random_hex: Option<Hex>,
}

#[derive(Serialize)]
pub(super) struct Parsed {
    installation_id: String,
    rewrite: bool,
}

pub(super) fn parse(driver: &mut Driver, input: ParseInput) -> Result<Parsed, Error> {
    let content = match (input.text, input.content_hex) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(content)) => content.0,
        _ => return Err(Error::config("`input` needs one of the members `text` and `content_hex`")),
    };
    driver.set_random(input.random_hex.map(|random| random.0).unwrap_or_default());
    let parsed = driver.session.parse_installation_id(&content)?;
    Ok(Parsed { installation_id: parsed.id, rewrite: parsed.is_new })
}
