//! Where AuthAPI and the key set live (`spec/identity.md` §8.5), and which URLs may be used at all (C7).

use crate::error::{Code, Error, Result};
use crate::ip_address;
use alloc::string::String;

/// The two addresses an agent talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrls {
    /// Base of the registration calls, without a trailing slash.
    pub authapi_base: String,
    /// The key set document.
    pub jwks_url: String,
}

/// ChatGPT origins and the AuthAPI base that belongs to each.
const ENVIRONMENTS: [(&str, &str); 3] = [
    ("https://chatgpt.com", "https://auth.openai.com/api/accounts"),
    ("https://chat.openai.com", "https://auth.openai.com/api/accounts"),
    ("https://chatgpt-staging.com", "https://auth.api.openai.org/api/accounts"),
];
const ENDINGS: [&str; 4] = ["", "/backend-api", "/codex", "/backend-api/codex"];
const BACKEND: &str = "/backend-api";
const DEFAULT_CHATGPT_BASE: &str = "https://chatgpt.com/backend-api";

/// Derives both addresses from the configured ChatGPT base and the two overrides; `base-url-unsupported` where §8.5 or C7 does
/// not allow the combination.
pub fn resolve(chatgpt_base_url: Option<&str>, authapi_override: Option<&str>, jwks_override: Option<&str>) -> Result<BaseUrls> {
    let chatgpt_base = chatgpt_base_url.unwrap_or(DEFAULT_CHATGPT_BASE).trim_end_matches('/');
    let (authapi_override, jwks_override) = (override_base(authapi_override), override_base(jwks_override));

    let known_authapi = authapi_of(chatgpt_base);
    // An unknown base works only if all of it is configured: both overrides, the key set's naming that very base.
    if known_authapi.is_none() && (authapi_override.is_none() || jwks_override != Some(chatgpt_base)) {
        return Err(Error::new(
            Code::BaseUrlUnsupported,
            "the ChatGPT base URL is none of the known ones; correct it, or override the AuthAPI base and set the JWKS base to the same URL",
        ));
    }
    let authapi_base = authapi_override.or(known_authapi).unwrap_or_default();
    let jwks_base = jwks_override.unwrap_or(chatgpt_base);
    check_base(authapi_base)?;
    check_base(jwks_base)?;
    // Compared byte by byte: the general text search would be most of this module's code.
    let is_backend = jwks_base.as_bytes().windows(BACKEND.len()).any(|window| window == BACKEND.as_bytes());
    let path = if is_backend { "/wham/agent-identities/jwks" } else { "/agent-identities/jwks" };
    Ok(BaseUrls { authapi_base: authapi_base.into(), jwks_url: [jwks_base, path].concat() })
}

/// Checks a URL by C7: `https`, or `http` on a loopback host; `base-url-unsupported` otherwise.
///
/// Also refused: user names, fragments, backslashes, white space, control and non-ASCII characters, and hosts that URL parsers
/// read in different ways.
pub fn check_url(url: &str) -> Result<()> {
    if is_supported(url) {
        return Ok(());
    }
    Err(Error::new(
        Code::BaseUrlUnsupported,
        "a configured URL cannot be used; it must be https, or http on localhost, without user name, fragment and white space",
    ))
}

/// A base has paths appended to it, so it cannot have a query.
fn check_base(base: &str) -> Result<()> {
    check_url(base)?;
    if base.contains('?') {
        return Err(Error::new(Code::BaseUrlUnsupported, "a configured base URL has a query; remove everything from the question mark on"));
    }
    Ok(())
}

/// An override as it counts: trimmed, slash-cut, blank the same as none.
fn override_base(text: Option<&str>) -> Option<&str> {
    text.map(|text| text.trim().trim_end_matches('/')).filter(|text| !text.is_empty())
}

/// The AuthAPI base of a known ChatGPT base.
fn authapi_of(chatgpt_base: &str) -> Option<&'static str> {
    let is_ours = |origin| chatgpt_base.strip_prefix(origin).is_some_and(|ending| ENDINGS.contains(&ending));
    ENVIRONMENTS.iter().find(|(origin, _)| is_ours(*origin)).map(|(_, authapi)| *authapi)
}

fn is_supported(url: &str) -> bool {
    if !url.bytes().all(|byte| matches!(byte, 0x21..=0x7e) && !matches!(byte, b'#' | b'\\')) {
        return false;
    }
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let Some(host) = rest.strip_prefix("//").and_then(|rest| host_of(rest.split(['/', '?']).next()?)) else { return false };
    scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && is_loopback(host))
}

/// The host of an authority that holds a host and perhaps a port, nothing else.
fn host_of(authority: &str) -> Option<&str> {
    let host_len =
        if authority.starts_with('[') { authority.find(']')?.checked_add(1)? } else { authority.find(':').unwrap_or(authority.len()) };
    let (host, port) = authority.split_at_checked(host_len)?;
    if let Some(digits) = port.strip_prefix(':') {
        digits.parse::<u16>().ok().filter(|_| !digits.starts_with('+'))?;
    } else if !port.is_empty() {
        return None;
    }
    let fits = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    };
    (fits && !host.is_empty()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host == "[::1]" || ip_address::ipv4(host).is_some_and(|[first, ..]| first == 127)
}

#[cfg(test)]
mod tests;
