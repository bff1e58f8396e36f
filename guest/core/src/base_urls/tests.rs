use super::*;

const PRODUCTION: &str = "https://auth.openai.com/api/accounts";
const STAGING: &str = "https://auth.api.openai.org/api/accounts";
const OWN: &str = "https://own.example/api/codex";
const AUTH: &str = "https://auth.example/accounts";

fn resolved(chatgpt: Option<&str>, authapi: Option<&str>, jwks: Option<&str>) -> Option<(String, String)> {
    match resolve(chatgpt, authapi, jwks) {
        Ok(urls) => Some((urls.authapi_base, urls.jwks_url)),
        Err(error) => {
            assert_eq!(error.code, Code::BaseUrlUnsupported);
            None
        }
    }
}

fn pair(authapi: &str, jwks: &str) -> Option<(String, String)> {
    Some((authapi.into(), jwks.into()))
}

#[test]
fn s8_5_every_known_base() {
    for (origin, authapi) in
        [("https://chatgpt.com", PRODUCTION), ("https://chat.openai.com", PRODUCTION), ("https://chatgpt-staging.com", STAGING)]
    {
        for (ending, path) in [
            ("", "/agent-identities/jwks"),
            ("/backend-api", "/backend-api/wham/agent-identities/jwks"),
            ("/codex", "/codex/agent-identities/jwks"),
            ("/backend-api/codex", "/backend-api/codex/wham/agent-identities/jwks"),
        ] {
            for slashes in ["", "/", "//"] {
                let base = [origin, ending, slashes].concat();
                assert_eq!(resolved(Some(&base), None, None), pair(authapi, &[origin, path].concat()), "{base}");
            }
        }
    }
    assert_eq!(resolved(None, None, None), pair(PRODUCTION, "https://chatgpt.com/backend-api/wham/agent-identities/jwks"));
}

#[test]
fn s8_5_anything_else_is_unsupported() {
    for base in [
        "",
        "/",
        "https://ChatGPT.com",
        "HTTPS://chatgpt.com",
        "http://chatgpt.com",
        "https://chatgpt.com:443",
        "https://chatgpt.com/api/codex",
        "https://chatgpt.com/Codex",
        "https://chatgpt.com//codex",
        "https://chatgpt.com/codex?x",
        " https://chatgpt.com",
        "https://chatgpt.com.evil.example",
        "https://chatgpt-staging.com/codex/backend-api",
        "http://localhost:8080",
        OWN,
    ] {
        assert_eq!(resolved(Some(base), None, None), None, "{base}");
    }
}

#[test]
fn s8_5_overrides_in_a_known_environment() {
    let staging = Some("https://chatgpt-staging.com/codex");
    let staging_jwks = "https://chatgpt-staging.com/codex/agent-identities/jwks";
    let own_jwks = "https://own.example/api/codex/agent-identities/jwks";
    assert_eq!(resolved(staging, Some(AUTH), None), pair(AUTH, staging_jwks));
    assert_eq!(resolved(staging, None, Some(OWN)), pair(STAGING, own_jwks));
    assert_eq!(resolved(staging, None, staging), pair(STAGING, staging_jwks));
    assert_eq!(resolved(staging, Some(AUTH), Some(OWN)), pair(AUTH, own_jwks));
    assert_eq!(resolved(None, Some(AUTH), Some(OWN)), pair(AUTH, own_jwks));
    assert_eq!(
        resolved(None, None, Some("http://127.0.0.1:1/backend-api")).unwrap().1,
        "http://127.0.0.1:1/backend-api/wham/agent-identities/jwks"
    );
}

#[test]
fn s8_5_overrides_outside_the_known_environments() {
    assert_eq!(resolved(Some(OWN), Some(AUTH), None), None);
    assert_eq!(resolved(Some(OWN), None, Some(OWN)), None);
    assert_eq!(resolved(Some(OWN), Some(AUTH), Some("https://own.example")), None);
    assert_eq!(resolved(Some(OWN), None, Some("https://chatgpt.com")), None);
    assert_eq!(resolved(Some(OWN), Some(AUTH), Some(OWN)), pair(AUTH, "https://own.example/api/codex/agent-identities/jwks"));
    let slashes = [OWN, "//"].concat();
    assert!(resolved(Some(&slashes), Some(AUTH), Some(OWN)).is_some());
    assert!(resolved(Some(OWN), Some(AUTH), Some(&slashes)).is_some());
    let local = Some("http://localhost:8080");
    assert_eq!(resolved(local, local, local), pair("http://localhost:8080", "http://localhost:8080/agent-identities/jwks"));
}

#[test]
fn s8_5_overrides_are_trimmed_slash_cut_and_blank_is_unset() {
    assert_eq!(
        resolved(None, Some(" https://auth.example/accounts// \n"), Some("\thttps://own.example/api/codex/ ")),
        resolved(None, Some(AUTH), Some(OWN))
    );
    for blank in ["", "  \t", "/", " // "] {
        assert_eq!(resolved(None, Some(blank), Some(blank)), resolved(None, None, None), "{blank:?}");
    }
}

#[test]
fn c7_overrides_are_held_to_it_too() {
    for bad in [
        "http://auth.example",
        "ftp://auth.example",
        "auth.example",
        "https://u@auth.example",
        "https://auth.example/?x",
        "https://auth.example/a b",
    ] {
        assert_eq!(resolved(None, Some(bad), None), None, "{bad}");
        assert_eq!(resolved(None, None, Some(bad)), None, "{bad}");
        assert_eq!(resolved(Some(bad), Some(AUTH), Some(bad)), None, "{bad}");
    }
}

#[test]
fn c7_https_or_http_on_loopback() {
    for good in [
        "https://a.example",
        "HTTPS://a.example:8443/p?q=%20",
        "https://10.0.0.1/",
        "https://[2001:db8::1]:1/",
        "http://localhost",
        "http://LOCALHOST:65535/x",
        "http://127.0.0.1",
        "http://127.255.1.2:80/",
        "http://[::1]:8080/x?y",
        "http://[::1]",
    ] {
        assert!(check_url(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "https",
        "https:a.example",
        "https:/a.example",
        "https://",
        "https:///a",
        "https://:443",
        "https://?x",
        "wss://a.example",
        "file:///etc/passwd",
        "javascript://a",
        "http://a.example",
        "http://localhost.example",
        "http://localhost.",
        "http://127.0.0.1.example",
        "http://127.1",
        "http://0177.0.0.1",
        "http://127.0.0.01",
        "http://0x7f000001",
        "http://2130706433",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::2]",
        "http://[0::1]",
        "http://::1",
        "https://[::1",
        "https://[::1]x",
        "https://[::1]:",
        "https://[x]",
        "https://[",
        "https://a.example:",
        "https://a.example:65536",
        "https://a.example:+1",
        "https://a.example:1:2",
        "https://u@a.example",
        "https://u:p@a.example",
        "http://localhost@a.example",
        "http://localhost:80@a.example",
        "http://a.example#@localhost",
        "http://a.example\\@localhost",
        "http://localhost\\.a.example",
        "http://a.example?@localhost/",
        "https://a.example/#f",
        "https://a.example/ ",
        " https://a.example",
        "https://a.example/\t",
        "https://a.example/\u{7f}",
        "https://a.example/é",
        "https://bücher.example",
        "https://a%2eexample",
        "https://a.example\0",
    ] {
        assert_eq!(check_url(bad).unwrap_err().code, Code::BaseUrlUnsupported, "{bad:?}");
    }
}

proptest::proptest! {
    #[test]
    fn c7_what_passes_reads_the_same_in_a_whatwg_parser(url in r"(https?|HTTP)://[a-z0-9.@:\[\]\\#?/%_é-]{0,24}|http://(localhost|127\.0\.0\.1|\[::1\])[a-z0-9.@:\[\]\\#?/%-]{0,12}") {
        if check_url(&url).is_ok() && let Ok(parsed) = url::Url::parse(&url) {
            let loopback = match parsed.host() {
                Some(url::Host::Domain(name)) => name == "localhost",
                Some(url::Host::Ipv4(address)) => address.is_loopback(),
                Some(url::Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            };
            proptest::prop_assert!(parsed.scheme() == "https" || (parsed.scheme() == "http" && loopback), "{url}");
            proptest::prop_assert!(parsed.username().is_empty() && parsed.password().is_none() && parsed.fragment().is_none());
        }
    }
}
