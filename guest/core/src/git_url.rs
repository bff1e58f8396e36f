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
    without_user(url).ok_or_else(|| {
        Error::new(Code::InvalidRemoteUrl, "the remote's URL is empty or ambiguous, so it is not sent; write it without user and password")
    })
}

/// Sanitises the URLs of a repository's remotes, each with its name, and removes those that cannot be: returns their names.
pub fn sanitize_remotes(remotes: &mut Vec<(String, String)>) -> Vec<String> {
    let mut removed = Vec::new();
    remotes.retain_mut(|(name, url)| match without_user(url) {
        Some(sanitized) => {
            *url = sanitized;
            true
        }
        None => {
            removed.push(core::mem::take(name));
            false
        }
    });
    removed
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
    let (head, tail) = match address.split_once("://") {
        Some((scheme, behind)) => around_url_user(address, scheme, behind)?,
        None => around_scp_user(address)?,
    };
    Some([helpers, head, tail].concat())
}

/// What follows a transport prefix such as `codecommit::` (8-6).
fn behind_helper(address: &str) -> Option<&str> {
    let (helper, behind) = address.split_once("::")?;
    (!helper.is_empty() && is_scheme(helper)).then_some(behind)
}

/// What stays before and behind the user info of `scheme://…` (8-7 to 8-9).
fn around_url_user<'a>(address: &'a str, scheme: &str, behind: &str) -> Option<(&'a str, &'a str)> {
    let authority = before(behind, '/');
    let (user_info, host) = authority.rsplit_once('@').map_or((None, authority), |(user_info, host)| (Some(user_info), host));
    if !is_scheme(scheme) || !is_host(host) || (host.is_empty() && scheme != "file") {
        return None;
    }
    let Some(user_info) = user_info else { return Some((address, "")) };
    let user_from = scheme.len().saturating_add(3);
    let at = user_from.saturating_add(user_info.len());
    if before(user_info, ':') == GIT && SSH_SCHEMES.contains(&scheme) {
        return address.get(..user_from.saturating_add(GIT.len())).zip(address.get(at..));
    }
    address.get(..user_from).zip(address.get(at.saturating_add(1)..))
}

/// What stays before and behind the user of `user@host:path`; a local path stays as it is (8-10 to 8-12).
fn around_scp_user(address: &str) -> Option<(&str, &str)> {
    let unchanged = Some((address, ""));
    let Some((head, behind)) = address.split_once(':').filter(|(head, _)| !head.contains('/')) else { return unchanged };
    let is_drive = matches!(head.as_bytes(), [letter] if letter.is_ascii_alphabetic());
    if is_drive && behind.starts_with(['\\', '/']) {
        return unchanged;
    }
    let (user, host) = head.rsplit_once('@').map_or((None, head), |(user, host)| (Some(user), host));
    let from_host = user.map_or(address, |user| address.get(user.len().saturating_add(1)..).unwrap_or_default());
    let (host, path) = bracketed(from_host).unwrap_or((host, behind));
    if user == Some("") || host.is_empty() || path.is_empty() || before(behind, '/').contains('@') {
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
    let (address, behind) = text.strip_prefix('[')?.split_once(']')?;
    Some((address, behind.strip_prefix(':')?)).filter(|_| !address.contains('/'))
}

/// Whether this may be a host, empty or not, with or without a port (8-9).
fn is_host(host: &str) -> bool {
    let behind_brackets = host.strip_prefix('[').and_then(|inside| inside.split_once(']')).map_or(host, |(_, behind)| behind);
    let has_port = |(_, port): (&str, &str)| port.bytes().all(|byte| byte.is_ascii_digit());
    !host.starts_with(':') && !has_white_space(host) && behind_brackets.split_once(':').is_none_or(has_port)
}

fn is_scheme(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn has_white_space(text: &str) -> bool {
    text.chars().any(char::is_whitespace)
}

/// The text before the first `mark`, or all of it.
fn before(text: &str, mark: char) -> &str {
    text.split_once(mark).map_or(text, |(before, _)| before)
}

#[cfg(test)]
mod tests;
