//! What answers: its version, and the codes it knows.

use super::driver::Driver;
use crate::component::Profile;
use crate::component::wit::errors::CodeDescription;
use crate::error::{Error, advice_text};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
pub(super) struct Version {
    component_version: &'static str,
    component_sha256: &'static str,
    wit_package: &'static str,
    unicode_version: String,
    host: &'static str,
    profile: &'static str,
}

pub(super) fn version(driver: &mut Driver, _: Nothing) -> Result<Version, Error> {
    let profile: Profile = driver.component().profile();
    Ok(Version {
        component_version: env!("CARGO_PKG_VERSION"),
        component_sha256: profile.sha256(),
        wit_package: "agent-identity:component@0.1.0",
        unicode_version: driver.session.unicode_version()?,
        host: "wasmtime",
        profile: profile.as_str(),
    })
}

#[derive(Serialize)]
pub(super) struct Codes {
    codes: Vec<Code>,
}

#[derive(Serialize)]
struct Code {
    code: String,
    advice: &'static str,
    meaning: String,
    is_invalid_request: bool,
}

pub(super) fn list_errors(driver: &mut Driver, _: Nothing) -> Result<Codes, Error> {
    let codes = driver.session.catalogue()?;
    let code = |row: CodeDescription| {
        let CodeDescription { code, advice, meaning, is_invalid_request } = row;
        Code { code, advice: advice_text(advice), meaning, is_invalid_request }
    };
    Ok(Codes { codes: codes.into_iter().map(code).collect() })
}
