use super::*;
use alloc::format;

fn assert_urls(cases: &[(&str, Result<&str, Code>)]) {
    for (text, expected) in cases {
        assert_eq!(normalize(text).as_deref().map_err(|error| error.code), *expected, "{text:?}");
    }
}

#[test]
fn x11_slashes_after_the_scheme_do_not_matter() {
    for start in ["https:", "https:/", "https://", "https:///", "https:\\", "https:/\\/", "hTTps:\\\\\\/"] {
        assert_eq!(normalize(&format!("{start}h/a")).unwrap(), "https://h/a", "{start}");
    }
}

#[test]
fn x11_ports() {
    assert_urls(&[
        ("https://h:443/", Ok("https://h/")),
        ("http://h:443/", Ok("http://h:443/")),
        ("http://h:80", Ok("http://h/")),
        ("https://h:", Ok("https://h/")),
        ("https://h:0/", Ok("https://h:0/")),
        ("https://h:00065535/", Ok("https://h:65535/")),
        ("https://h:65536/", Err(Code::RefUrlInvalid)),
        ("https://h:-1/", Err(Code::RefUrlInvalid)),
        ("https://h:1:2/", Err(Code::RefUrlInvalid)),
        ("https://h:8a/", Err(Code::RefUrlInvalid)),
        ("https://:80/", Err(Code::RefUrlInvalid)),
    ]);
}

#[test]
fn x11_what_does_not_parse() {
    for bad in
        ["", ":", "//h/", "/a", "1http://h/", "h ttp://h/", "ht\u{e9}p://h", "https:", "https://", "https://?a", "https://#a", "https:/\\/"]
    {
        assert_urls(&[(bad, Err(Code::RefUrlInvalid))]);
    }
}

#[test]
fn x12_other_schemes_are_named_only_if_the_url_parses() {
    for parses in [
        "mailto:a@b",
        "urn:uuid:x",
        "localhost:8080/a",
        "foo:",
        "foo:/a",
        "foo:///a",
        "foo://H",
        "foo://h:1?a",
        "foo://a%zz/",
        "foo://u:p@h:1/",
        "ftp:h",
        "ws:\\\\h\\a",
        "wss://u@h:65535",
        "file:a",
        "file:///a",
        "file://h/a",
        "file:\\\\h",
        "file://C|/a",
    ] {
        assert_urls(&[(parses, Err(Code::RefUrlScheme))]);
    }
    for bad in [
        "foo://h:65536/",
        "foo://h:a",
        "foo://:1/",
        "foo://u@/",
        "foo://:@/",
        "foo://a b/",
        "foo://a\\b/",
        "foo://a:1\\b/",
        "foo://[::1/",
        "foo://\u{e9}/",
        "foo://%C3%a9/",
        "ftp://",
        "ftp://\u{e9}/",
        "wss://h:65536",
        "ws://1.2.3.256",
        "file://h:1/",
        "file://u@h/",
        "file://a b/",
    ] {
        assert_urls(&[(bad, Err(Code::RefUrlInvalid))]);
    }
}

#[test]
fn x13_userinfo_ends_at_the_last_at_sign() {
    assert_urls(&[
        ("https://@h/", Ok("https://h/")),
        ("https://:@h/", Ok("https://h/")),
        ("https://a@h/", Err(Code::RefUrlUserinfo)),
        ("https://:a@h/", Err(Code::RefUrlUserinfo)),
        ("https://::@h/", Err(Code::RefUrlUserinfo)),
        ("https://@@h/", Err(Code::RefUrlUserinfo)),
        ("https://a@", Err(Code::RefUrlInvalid)),
        ("https://h/@", Ok("https://h/@")),
        ("https://h?@", Ok("https://h/?@")),
        // A bad host is found first, bad percent signs later.
        ("https://a@h:99999/", Err(Code::RefUrlInvalid)),
        ("https://a@h/%", Err(Code::RefUrlUserinfo)),
    ]);
}

#[test]
fn x14_every_percent_sign_of_the_parsed_url_is_followed_by_two_hex_digits() {
    for bad in ["/%", "/%4", "/%4g", "/%g4", "/%%34", "/a%\u{e9}", "/?%", "/?a=%zz", "?%2", "/%2/../%"] {
        assert_urls(&[(&format!("https://h{bad}"), Err(Code::RefUrlPercent))]);
    }
    assert_urls(&[
        ("https://h/%25", Ok("https://h/%25")),
        // Segments and fragments that the parser drops are not looked at.
        ("https://h/%zz/../a", Ok("https://h/a")),
        ("https://h/a#%zz", Ok("https://h/a")),
    ]);
}

#[test]
fn x15_dot_segments() {
    assert_urls(&[
        ("https://h/.", Ok("https://h/")),
        ("https://h/..", Ok("https://h/")),
        ("https://h/../../a", Ok("https://h/a")),
        ("https://h/a/.", Ok("https://h/a/")),
        ("https://h/a/..", Ok("https://h/")),
        ("https://h/a/b/..", Ok("https://h/a/")),
        ("https://h/a/b/../", Ok("https://h/a/")),
        ("https://h/a//../b", Ok("https://h/a/b")),
        ("https://h/a/%2E/.%2e/%2e./b", Ok("https://h/b")),
        ("https://h/...", Ok("https://h/...")),
        ("https://h/.a/..b/%2e%2ec", Ok("https://h/.a/..b/..c")),
        ("https://h/%252e%252e/a", Ok("https://h/%252e%252e/a")),
        ("https://h/C|/../b", Ok("https://h/b")),
        ("https://h\\a\\..\\b", Ok("https://h/b")),
        ("https://h/?a/../b\\", Ok("https://h/?a/../b%5C")),
    ]);
}

#[test]
fn x15_every_byte_of_path_and_query() {
    let pchar = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    for byte in (0x21..0x7f).filter(|byte| !b"%#".contains(byte)) {
        let (c, hex) = (char::from(byte), format!("%{byte:02X}"));
        // The parser itself reads `\` in a path as `/` and encodes `'` in a query.
        let path = match c {
            '\\' => "/".into(),
            '?' => "?".into(),
            _ if byte == b'/' || pchar(byte) => format!("{c}"),
            _ => hex.clone(),
        };
        let query = if byte != b'\'' && (pchar(byte) || b"/?".contains(&byte)) { format!("{c}") } else { hex.clone() };
        let decoded = if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { format!("{c}") } else { hex.clone() };
        assert_eq!(normalize(&format!("https://h/a{c}b")).unwrap(), format!("https://h/a{path}b"));
        assert_eq!(normalize(&format!("https://h/?a{c}b")).unwrap(), format!("https://h/?a{query}b"));
        for given in [hex.to_lowercase(), hex] {
            assert_eq!(normalize(&format!("https://h/a{given}b?a{given}")).unwrap(), format!("https://h/a{decoded}b?a{decoded}"));
        }
    }
}

#[test]
fn x15_query_and_fragment() {
    assert_urls(&[
        ("https://h?", Ok("https://h/?")),
        ("https://h/?#", Ok("https://h/?")),
        ("https://h/#?a", Ok("https://h/")),
        ("https://h#", Ok("https://h/")),
        ("https://h?b=2&a=1&a=", Ok("https://h/?b=2&a=1&a=")),
        ("https://h/?a b\u{e9}?", Ok("https://h/?a%20b%C3%A9?")),
    ]);
}

#[test]
fn x15_at_most_2048_bytes_of_result() {
    let url = |count: usize| format!("https://h/{}", "a".repeat(count));
    assert_eq!(normalize(&url(2038)).unwrap().len(), 2048);
    assert_urls(&[(&url(2039), Err(Code::RefTooLong))]);
    // The result is measured, not the text, and X14 comes first.
    assert!(normalize(&format!("https://h:443/{}#{}", "%61".repeat(1000), "a".repeat(1000))).is_ok());
    assert_urls(&[(&format!("https://h/{}", "\u{e9}".repeat(340)), Err(Code::RefTooLong))]);
    assert_urls(&[(&format!("{}%", url(2039)), Err(Code::RefUrlPercent))]);
}
