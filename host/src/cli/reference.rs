//! Which task is meant: the run task, or that of a reference.

use crate::types::ExternalTaskRef;
use clap::Args;

/// The options that name a task.
#[derive(Args, Clone, Debug)]
pub struct Reference {
    /// Kind of the reference: thread, opaque, url, run or background
    #[arg(long, value_name = "KIND", default_value = "run")]
    kind: String,
    /// The reference itself: a UUID for thread, a URL for url, any text for opaque
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    value: Option<String>,
}

impl Reference {
    /// As the component takes it.
    pub fn external(&self) -> ExternalTaskRef {
        ExternalTaskRef { kind: self.kind.clone(), value: self.value.clone() }
    }
}
