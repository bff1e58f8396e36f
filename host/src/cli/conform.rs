//! `agent-identity conform`

use super::context::Context;
use super::failure::Failure;
use crate::conform::run;
use clap::Args;
use std::io::{stdin, stdout};

/// Answer conformance questions, one JSON line each, until the input ends
///
/// Everything goes through the component. Questions and answers are those of the published conformance kit.
#[derive(Args)]
#[command(after_help = "\
Example:
  echo '{\"id\":1,\"op\":\"version\",\"input\":{}}' | agent-identity conform")]
pub struct Conform {}

impl Conform {
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let component = context.component()?;
        Ok(run(&component, stdin().lock(), stdout().lock())?)
    }
}
