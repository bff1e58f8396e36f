//! URLs of git remotes without users and passwords (`spec/metadata.md` 8-5 to 8-13).
//!
//! At most one piece of a URL is taken out; everything else stays byte for byte.

use crate::error::{Code, Error, Result};
use agent_identity_primitives::text::has_control;
use alloc::string::String;
use alloc::vec::Vec;

/// Schemes under which the user `git` may stay (8-8).
const SSH_SCHEMES: [&str; 3] = ["ssh", "git+ssh", "ssh+git"];
/// The user that is nobody's name.
const GIT: &str = "git";

/// The URL without user and password; `invalid-remote-url` where it cannot be told what they are.
pub fn sanitize(url: &str) -> Result<String> {
    without_user(url).ok_or_else(|| Error::from(Code::InvalidRemoteUrl))
}

/// The remotes of a repository, each with its name and sanitised URL, and the names of those whose URLs cannot be.
pub fn sanitize_remotes(remotes: &[(String, String)]) -> (Vec<(String, String)>, Vec<&str>) {
    let (mut sanitized, mut refused) = (Vec::new(), Vec::new());
    for (name, url) in remotes {
        match without_user(url) {
            Some(url) => sanitized.push((name.clone(), url)),
            None => refused.push(name.as_str()),
        }
    }
    (sanitized, refused)
}

/// Whether two URLs mean the same remote (8-13); `invalid-remote-url` as [`sanitize`].
pub fn is_same(a: &str, b: &str) -> Result<bool> {
    let (a, b) = (sanitize(a.trim())?, sanitize(b.trim())?);
    Ok(comparable(&a) == comparable(&b))
}

fn comparable(sanitized: &str) -> &str {
    let path = sanitized.trim().trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path)
}

#[inline(never)]
fn without_user(url: &str) -> Option<String> {
    if url.is_empty() || has_control(url) {
        return None;
    }
    let mut address = url;
    while let Some(behind) = behind_helper(address) {
        address = behind;
    }
    let helpers = url.strip_suffix(address)?;
    if !helpers.is_empty() && has_white_space(address) {
        return None;
    }
    let (head, tail) = match cut(address, "://") {
        Some((scheme, behind)) => around_url_user(address, scheme, behind)?,
        None => around_scp_user(address)?,
    };
    Some([helpers, head, tail].concat())
}

/// What follows a transport prefix such as `codecommit::` (8-6).
fn behind_helper(address: &str) -> Option<&str> {
    let (helper, behind) = cut(address, "::")?;
    (!helper.is_empty() && is_scheme(helper)).then_some(behind)
}

/// What stays before and behind the user info of `scheme://…` (8-7 to 8-9).
fn around_url_user<'a>(address: &'a str, scheme: &str, behind: &str) -> Option<(&'a str, &'a str)> {
    let (user_info, host) = user_and_host(before(behind, "/"));
    if !is_scheme(scheme) || !is_host(host) || (host.is_empty() && scheme != "file") {
        return None;
    }
    let Some(user_info) = user_info else { return Some((address, "")) };
    let user_from = scheme.len().saturating_add(3);
    let at = user_from.saturating_add(user_info.len());
    let keeps_user = before(user_info, ":") == GIT && SSH_SCHEMES.contains(&scheme);
    let (head_to, tail_from) = if keeps_user { (user_from.saturating_add(GIT.len()), at) } else { (user_from, at.saturating_add(1)) };
    address.get(..head_to).zip(address.get(tail_from..))
}

/// What stays before and behind the user of `user@host:path`; a local path stays as it is (8-10 to 8-12).
fn around_scp_user(address: &str) -> Option<(&str, &str)> {
    let unchanged = Some((address, ""));
    let (head, behind) = match cut(address, ":") {
        Some(parts) if before(address, "/").len() > parts.0.len() => parts,
        _ => return unchanged,
    };
    let is_drive = matches!(head.as_bytes(), [letter] if letter.is_ascii_alphabetic());
    if is_drive && matches!(behind.as_bytes(), [b'\\' | b'/', ..]) {
        return unchanged;
    }
    let (user, host) = user_and_host(head);
    let from_host = user.map_or(address, |user| address.get(user.len().saturating_add(1)..).unwrap_or_default());
    let (host, path) = bracketed(from_host).unwrap_or((host, behind));
    if user == Some("") || host.is_empty() || path.is_empty() || user_and_host(before(behind, "/")).0.is_some() {
        return None;
    }
    match user {
        None | Some(GIT) => unchanged,
        // Without its user, `user@host::path` would name a transport.
        Some(_) if behind_helper(from_host).is_some() => None,
        Some(_) => Some(("", from_host)),
    }
}

/// The parts of `[addr]:path`.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (address, path) = cut(text.strip_prefix('[')?, "]:")?;
    (before(address, "/") == address).then_some((address, path))
}

/// Whether this may be a host, empty or not, with or without a port (8-9).
fn is_host(host: &str) -> bool {
    let in_brackets = host.strip_prefix('[').and_then(|inside| cut(inside, "]"));
    let behind_brackets = in_brackets.map_or(host, |(_, behind)| behind);
    let port = cut(behind_brackets, ":").map_or("", |(_, port)| port);
    !host.starts_with(':') && !has_white_space(host) && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[inline(never)]
fn is_scheme(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[inline(never)]
fn has_white_space(text: &str) -> bool {
    text.chars().any(char::is_whitespace)
}

/// The user, if there is one, and the host of `user@host`: the last `@` counts.
#[inline(never)]
fn user_and_host(text: &str) -> (Option<&str>, &str) {
    match text.bytes().rposition(|byte| byte == b'@') {
        Some(at) => (text.get(..at), text.get(at.saturating_add(1)..).unwrap_or_default()),
        None => (None, text),
    }
}

/// The text before the first `mark`, or all of it.
fn before<'a>(text: &'a str, mark: &str) -> &'a str {
    cut(text, mark).map_or(text, |(before, _)| before)
}

/// The text before and behind the first `mark`. The search of the standard library is made for long texts, and long itself.
#[inline(never)]
fn cut<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let is_here = |at: &usize| text.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    let at = (0..text.len()).find(is_here)?;
    text.get(..at).zip(text.get(at.saturating_add(mark.len())..))
}

#[cfg(test)]
mod tests;
