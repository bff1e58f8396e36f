use super::*;

fn assert_hosts(cases: &[(&str, Option<&str>)]) {
    for (text, expected) in cases {
        assert_eq!(parse(text).as_deref(), *expected, "{text:?}");
    }
}

#[test]
fn x11_domains_are_decoded_lowered_and_ascii() {
    assert_hosts(&[
        ("Example.COM", Some("example.com")),
        ("ex%41mple%2Ecom", Some("example.com")),
        ("a_b-.-c", Some("a_b-.-c")),
        ("a..b", Some("a..b")),
        (".", Some(".")),
        ("!$&'()*+,;=~`{}\"", Some("!$&'()*+,;=~`{}\"")),
        ("XN--bcher-kva.example", Some("xn--bcher-kva.example")),
        ("xn--", Some("xn--")),
        ("xn--\u{e9}", None),
        ("", None),
        ("b\u{fc}cher", None),
        ("b%c3%bccher", None),
        ("%ff", None),
        ("a%C2%ADb", None),
        ("a%2541", None),
        ("a%", None),
        ("a%4", None),
        ("a%00", None),
        ("a%1f", None),
        ("a%7F", None),
        ("a%20b", None),
        ("a]", None),
        ("a%5B", None),
    ]);
    for forbidden in " #/:<>?@[\\]^|%".chars() {
        assert_eq!(parse(&alloc::format!("a{forbidden}b")), None, "{forbidden:?}");
    }
}

#[test]
fn x11_a_host_ending_in_a_number_is_an_ipv4_address_or_an_error() {
    assert_hosts(&[
        ("127.0.0.1", Some("127.0.0.1")),
        ("127.0.0.1.", Some("127.0.0.1")),
        ("127.0.0.1..", Some("127.0.0.1..")),
        ("0x7F.1", Some("127.0.0.1")),
        ("0X7f.0.0.0x1", Some("127.0.0.1")),
        ("0177.0.0.01", Some("127.0.0.1")),
        ("%31", Some("0.0.0.1")),
        ("0", Some("0.0.0.0")),
        ("0x", Some("0.0.0.0")),
        ("a.0x", None),
        ("4294967295", Some("255.255.255.255")),
        ("4294967296", None),
        ("1.16777215", Some("1.255.255.255")),
        ("1.16777216", None),
        ("1.2.65535", Some("1.2.255.255")),
        ("1.2.65536", None),
        ("1.2.3.255", Some("1.2.3.255")),
        ("1.2.3.256", None),
        ("256.1", None),
        ("255.1", Some("255.0.0.1")),
        ("1.2.3.4.5", None),
        ("1.2.3.0.0", None),
        ("08", None),
        ("1.2.3.08", None),
        ("a.9", None),
        ("1..2", None),
        (".1", None),
        ("99999999999999999999999", None),
        ("0000000000000000000000000000001", Some("0.0.0.1")),
        ("a.0xg", Some("a.0xg")),
        ("1.2.3.4a", Some("1.2.3.4a")),
        ("1.2.3.-4", Some("1.2.3.-4")),
        ("1.2.3.+4", Some("1.2.3.+4")),
    ]);
}

#[test]
fn x11_ipv6_is_compressed_as_rfc_5952() {
    assert_hosts(&[
        ("[2001:DB8:0:0::1]", Some("[2001:db8::1]")),
        ("[::]", Some("[::]")),
        ("[0:0:0:0:0:0:0:0]", Some("[::]")),
        ("[::1]", Some("[::1]")),
        ("[1::]", Some("[1::]")),
        ("[1:0:0:2:0:0:0:3]", Some("[1:0:0:2::3]")),
        ("[1:0:0:2:0:0:3:4]", Some("[1::2:0:0:3:4]")),
        ("[0:1:2:3:4:5:6:7]", Some("[0:1:2:3:4:5:6:7]")),
        ("[1:2:3:4:5:6:7::]", Some("[1:2:3:4:5:6:7:0]")),
        ("[::ffff:1.2.3.4]", Some("[::ffff:102:304]")),
        ("[1:2:3:4:5:6:1.2.3.4]", Some("[1:2:3:4:5:6:102:304]")),
        ("[00001::]", None),
        ("[1:2:3:4:5:6:7:8:9]", None),
        ("[1:2:3:4:5:6:7:8::]", None),
        ("[1:2:3:4:5:6:7:1.2.3.4]", None),
        ("[::1.2.3]", None),
        ("[::1.2.3.256]", None),
        ("[::01.2.3.4]", None),
        ("[1.2.3.4::]", None),
        ("[::1::]", None),
        ("[:1]", None),
        ("[::1%25eth0]", None),
        ("[%3a%3a1]", None),
        ("[]", None),
        ("[::1", None),
        ("[::1]a", None),
        ("[::1]]", None),
    ]);
}
