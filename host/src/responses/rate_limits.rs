//! What the service says about how much of its limits is used: in response headers and in events of a stream.

use http::HeaderMap;
use serde_json::Value;
use std::collections::BTreeSet;

/// One limit. What the service did not say, or said unreadably, is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateLimitSnapshot {
    /// Which limit: `codex`, or another name in lower case with underscores.
    pub limit_id: String,
    /// Its name for people.
    pub limit_name: Option<String>,
    /// The shorter window.
    pub primary: Option<RateLimitWindow>,
    /// The longer window.
    pub secondary: Option<RateLimitWindow>,
    /// Credits beyond the plan.
    pub credits: Option<Credits>,
    /// The plan the limit belongs to.
    pub plan_type: Option<String>,
}

/// A window of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RateLimitWindow {
    /// How much is used, per cent; may exceed 100.
    pub used_percent: f64,
    /// Length, minutes.
    pub window_minutes: Option<i64>,
    /// When it starts anew, Unix seconds.
    pub resets_at: Option<i64>,
    /// In how many seconds from the answer on it starts anew; older services say this instead.
    pub resets_in_s: Option<i64>,
}

/// Credits beyond the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credits {
    /// Whether there are any.
    pub has_credits: bool,
    /// Whether they are unlimited.
    pub unlimited: bool,
    /// What is left, as the service writes it.
    pub balance: Option<String>,
}

const DEFAULT_LIMIT: &str = "codex";

/// Every limit of a response's header fields: `codex` first, then the others by name. A limit of which nothing is said is left out.
pub(super) fn from_headers(headers: &HeaderMap) -> Vec<RateLimitSnapshot> {
    let named = headers.keys().filter_map(|name| {
        let family = ["-primary-used-percent", "-secondary-used-percent"].iter().find_map(|end| name.as_str().strip_suffix(end))?;
        family.strip_prefix("x-").map(limit_id).filter(|id| id != DEFAULT_LIMIT)
    });
    let others: BTreeSet<String> = named.collect();
    let credits = credits_of(headers);
    let snapshots = std::iter::once(DEFAULT_LIMIT.to_owned()).chain(others).map(|id| family(headers, id, credits.clone()));
    snapshots.filter(|snapshot| snapshot.primary.is_some() || snapshot.secondary.is_some() || snapshot.has_own_credits()).collect()
}

/// The limit of a `codex.rate_limits` event.
pub(super) fn from_event(event: &Value) -> RateLimitSnapshot {
    let text = |name: &str| event.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let id = text("metered_limit_name").or_else(|| text("limit_name")).unwrap_or(DEFAULT_LIMIT);
    let window = |name: &str| event.get("rate_limits")?.get(name).and_then(event_window);
    RateLimitSnapshot {
        limit_id: limit_id(id),
        limit_name: text("limit_name").map(Into::into),
        primary: window("primary"),
        secondary: window("secondary"),
        credits: event.get("credits").and_then(event_credits),
        plan_type: text("plan_type").map(Into::into),
    }
}

impl RateLimitSnapshot {
    /// Credits are of the account, and reported with the default limit when no other part of it is known.
    fn has_own_credits(&self) -> bool {
        self.limit_id == DEFAULT_LIMIT && self.credits.is_some()
    }
}

fn family(headers: &HeaderMap, limit_id: String, credits: Option<Credits>) -> RateLimitSnapshot {
    let prefix = format!("x-{}", limit_id.replace('_', "-"));
    RateLimitSnapshot {
        limit_name: text(headers, &format!("{prefix}-limit-name")).map(Into::into),
        primary: window(headers, &format!("{prefix}-primary")),
        secondary: window(headers, &format!("{prefix}-secondary")),
        credits,
        plan_type: None,
        limit_id,
    }
}

/// A window of which only zeros are said does not exist.
fn window(headers: &HeaderMap, prefix: &str) -> Option<RateLimitWindow> {
    let number = |name: &str| text(headers, &format!("{prefix}-{name}"))?.parse::<i64>().ok();
    let used_percent = text(headers, &format!("{prefix}-used-percent"))?.parse::<f64>().ok().filter(|used| used.is_finite())?;
    let window = RateLimitWindow {
        used_percent,
        window_minutes: number("window-minutes"),
        resets_at: number("reset-at"),
        resets_in_s: number("resets-in-seconds").or_else(|| number("reset-after-seconds")),
    };
    let is_told = used_percent != 0.0 || window.window_minutes.is_some_and(|minutes| minutes != 0);
    (is_told || window.resets_at.is_some() || window.resets_in_s.is_some()).then_some(window)
}

fn credits_of(headers: &HeaderMap) -> Option<Credits> {
    Some(Credits {
        has_credits: flag(text(headers, "x-codex-credits-has-credits")?)?,
        unlimited: text(headers, "x-codex-credits-unlimited").and_then(flag).unwrap_or_default(),
        balance: text(headers, "x-codex-credits-balance").map(Into::into),
    })
}

fn event_window(window: &Value) -> Option<RateLimitWindow> {
    let number = |name: &str| window.get(name).and_then(Value::as_i64);
    Some(RateLimitWindow {
        used_percent: window.get("used_percent").and_then(Value::as_f64)?,
        window_minutes: number("window_minutes"),
        resets_at: number("reset_at").or_else(|| number("resets_at")),
        resets_in_s: number("resets_in_seconds").or_else(|| number("reset_after_seconds")),
    })
}

fn event_credits(credits: &Value) -> Option<Credits> {
    let flag = |name: &str| credits.get(name).and_then(Value::as_bool);
    let balance = credits.get("balance").and_then(Value::as_str).map(str::trim).filter(|balance| !balance.is_empty());
    Some(Credits { has_credits: flag("has_credits")?, unlimited: flag("unlimited").unwrap_or_default(), balance: balance.map(Into::into) })
}

fn limit_id(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('-', "_")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") || text == "1" {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") || text == "0" {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
