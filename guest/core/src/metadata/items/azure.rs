//! Which services store responses (5-7).

/// Hosts of Azure Responses, themselves and everything under them.
const HOSTS: [&str; 11] = [
    "openai.azure.com",
    "openai.azure.us",
    "openai.azure.cn",
    "cognitiveservices.azure.com",
    "cognitiveservices.azure.us",
    "cognitiveservices.azure.cn",
    "aoai.azure.com",
    "aoai.azure.us",
    "aoai.azure.cn",
    "azure-api.net",
    "azurefd.net",
];
/// What is under this one counts for the path `/openai` and below.
const STORAGE: &str = "windows.net";

/// Whether `store` is true for this provider: only for Azure Responses, told by its name or by the host of its base URL.
pub fn stores_responses(provider_name: &str, base_url: &str) -> bool {
    if provider_name.eq_ignore_ascii_case("azure") {
        return true;
    }
    let (_, behind_scheme) = split_before(base_url, b":");
    let Some(rest) = behind_scheme.strip_prefix("://") else { return false };
    let (authority, rest) = split_before(rest, b"/?#");
    let user_len = authority.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at.saturating_add(1));
    let (host, _) = split_before(authority.get(user_len..).unwrap_or_default(), b":");
    let (path, _) = split_before(rest, b"?#");
    let is_openai = path == "/openai" || path.starts_with("/openai/");
    HOSTS.iter().any(|known| is_under(host, known, true)) || is_openai && is_under(host, STORAGE, false)
}

/// `text` up to the first of `stops`, and the rest with it.
fn split_before<'a>(text: &'a str, stops: &[u8]) -> (&'a str, &'a str) {
    let len = text.bytes().position(|byte| stops.contains(&byte)).unwrap_or(text.len());
    text.split_at_checked(len).unwrap_or_default()
}

/// Whether `host` is under `domain`, or, if that counts, is it.
fn is_under(host: &str, domain: &str, or_equal: bool) -> bool {
    let Some((name, end)) = host.len().checked_sub(domain.len()).and_then(|at| host.split_at_checked(at)) else { return false };
    end.eq_ignore_ascii_case(domain) && if name.is_empty() { or_equal } else { name.ends_with('.') }
}
