//! URLs of git remotes.

use super::driver::Driver;
use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct SanitizeInput {
    url: String,
}

#[derive(Serialize)]
pub(super) struct Sanitized {
    url: String,
}

pub(super) fn sanitize(driver: &mut Driver, input: SanitizeInput) -> Result<Sanitized, Error> {
    Ok(Sanitized { url: driver.session.sanitize_git_url(&input.url)? })
}

#[derive(Deserialize)]
pub(super) struct CompareInput {
    a: String,
    b: String,
}

#[derive(Serialize)]
pub(super) struct Compared {
    same: bool,
}

pub(super) fn compare(driver: &mut Driver, input: CompareInput) -> Result<Compared, Error> {
    Ok(Compared { same: driver.session.same_git_url(&input.a, &input.b)? })
}
