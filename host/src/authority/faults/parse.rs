//! Reading fault switches.

use super::{Entry, Faults, Kind, Scope};
use crate::authority::endpoints::Endpoint;
use crate::error::Error;
use std::str::FromStr;
use std::time::Duration;

impl FromStr for Faults {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut faults = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            read(&mut faults, item).ok_or_else(|| {
                Error::config(format!(
                    "{item:?} is no fault; write [scope/]kind[:argument], such as 500:2, task/drop:1, slow:3s or skew:+400s"
                ))
            })?;
        }
        Ok(faults)
    }
}

fn read(faults: &mut Faults, item: &str) -> Option<()> {
    let (scope, fault) = match item.split_once('/') {
        Some((scope, fault)) => (Some(self::scope(scope)?), fault),
        None => (None, item),
    };
    let (kind, argument) = match fault.split_once(':') {
        Some((kind, argument)) => (kind, Some(argument)),
        None => (fault, None),
    };
    match kind {
        "skew" if scope.is_none() => faults.skew_ms = signed_ms(argument?)?,
        "retry-after" if scope.is_none() => faults.retry_after_s = Some(duration(argument?)?.as_secs()),
        "slow" => {
            let kind = Kind::Slow(duration(argument?)?);
            faults.entries.push(Entry { scope: scope.unwrap_or(Scope::All), kind, left: None });
        }
        _ => {
            let (kind, usual_scope) = counted(kind)?;
            let left = argument.map(|count| count.parse().ok().filter(|count| *count > 0)).map_or(Some(None), |count| count.map(Some))?;
            faults.entries.push(Entry { scope: scope.unwrap_or(usual_scope), kind, left });
        }
    }
    Some(())
}

fn counted(kind: &str) -> Option<(Kind, Scope)> {
    let everywhere = |kind| Some((kind, Scope::All));
    match kind {
        "401-task" => Some((Kind::Refuse(401, "task-unknown"), Scope::Protected)),
        "401-clock" => Some((Kind::Refuse(401, "assertion-expired"), Scope::Protected)),
        "401-key" => Some((Kind::Refuse(401, "signature-invalid"), Scope::Protected)),
        "redirect" => everywhere(Kind::Redirect),
        "garbage" => everywhere(Kind::Garbage),
        "huge" => everywhere(Kind::Huge),
        "truncate" => everywhere(Kind::Truncate),
        "stall" => everywhere(Kind::Stall),
        "drop" => everywhere(Kind::Drop),
        "lose" => everywhere(Kind::Lose),
        status => {
            let status = status.parse().ok().filter(|status| (400..=599).contains(status))?;
            everywhere(Kind::Refuse(status, "fault"))
        }
    }
}

fn scope(name: &str) -> Option<Scope> {
    if name == "protected" {
        return Some(Scope::Protected);
    }
    Endpoint::ALL.into_iter().find(|endpoint| endpoint.is_of_specification() && endpoint.name() == name).map(Scope::One)
}

fn signed_ms(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    i64::try_from(duration(text)?.as_millis()).ok()?.checked_mul(sign)
}

/// Whole numbers of `ms`, `s` or `m`, up to about a year.
fn duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(unit_at);
    let count = u64::from(count.parse::<u32>().ok().filter(|count| *count <= 31_536_000)?);
    match unit {
        "ms" => Some(Duration::from_millis(count)),
        "s" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_secs(count * 60)),
        _ => None,
    }
}
