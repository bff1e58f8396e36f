//! Whether the backend accepts a signed request; asked only when a URL is named, for it may cost something.

use super::Check;
use crate::Component;
use crate::cli::backend::Backend;
use crate::cli::context::Context;
use crate::cli::enrolled::Enrolled;
use crate::cli::failure::Failure;
use crate::cli::probe::{Probe, Probed};
use crate::cli::verdict::Verdict;

const NAME: &str = "request";

/// Signs a request for the run task that is there; nothing is registered.
pub async fn check(context: &Context, component: &Component, backend: &Backend, probe: &Probe) -> Option<Check> {
    if !probe.is_wanted() {
        return None;
    }
    Some(match probed(context, component, backend, probe).await {
        Ok(Some(Probed::Accepted(status))) => Check::ok(NAME, format!("the backend accepts what is signed here (HTTP {status})")),
        Ok(Some(Probed::Refused(verdict))) => refused(&verdict),
        Ok(Some(unclear @ Probed::Unclear(_))) => match unclear.accepted() {
            Ok(_) => return None,
            Err(failure) => Check::failed(NAME, failure),
        },
        Ok(None) => return None,
        Err(failure) => Check::failed(NAME, failure),
    })
}

async fn probed(context: &Context, component: &Component, backend: &Backend, probe: &Probe) -> Result<Option<Probed>, Failure> {
    let progress = context.progress("signing a request");
    let enrolled = Enrolled::open(context, component, backend, progress).await?;
    enrolled.task(None).await?;
    probe.run(&enrolled.agent).await
}

/// In plain words, by the class of the refusal (§10).
fn refused(verdict: &Verdict) -> Check {
    let said = verdict.error.cause.as_ref().map(|cause| format!("; it says {cause}")).unwrap_or_default();
    let finding = match verdict.rejection.class.as_str() {
        "task" => format!("the backend does not know the run task, or has ended it{said}"),
        "key" => format!("the backend refuses the signature: key, agent and account do not belong together there{said}"),
        "clock" => format!("the backend refuses the time that is signed{said}"),
        "network" => format!("the backend cannot answer now{said}"),
        _ => format!("the backend refuses the request for a reason it does not name{said}"),
    };
    Check::fail(NAME, finding, verdict.next.clone())
}
