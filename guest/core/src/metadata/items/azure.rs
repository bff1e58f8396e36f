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
/// Under this one only the path `/openai` and what is below it.
const STORAGE: &str = "windows.net";

/// Whether `store` is true for this provider: only for Azure Responses, told by its name or by the host of its base URL.
pub fn stores_responses(provider_name: &str, base_url: &str) -> bool {
    if provider_name.eq_ignore_ascii_case("azure") {
        return true;
    }
    let Some((_, rest)) = base_url.split_once("://") else { return false };
    let authority_len = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(authority_len).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let is_openai = path.strip_prefix("/openai").is_some_and(|below| below.is_empty() || below.starts_with('/'));
    HOSTS.iter().any(|known| name_above(host, known).is_some())
        || is_openai && name_above(host, STORAGE).is_some_and(|name| !name.is_empty())
}

/// What stands before `domain` and its dot in `host`: nothing if they are equal, `None` if the host is not under it.
fn name_above<'a>(host: &'a str, domain: &str) -> Option<&'a str> {
    let (name, end) = host.split_at_checked(host.len().checked_sub(domain.len())?)?;
    let is_under = end.eq_ignore_ascii_case(domain) && (name.is_empty() || name.ends_with('.'));
    is_under.then_some(name)
}
