use super::*;
use alloc::vec;
use proptest::prelude::*;

const REJECTED: Option<&str> = None;

#[track_caller]
fn check(examples: &[(&str, Option<&str>)]) {
    for (url, expected) in examples {
        let found = sanitize(url).map_err(|error| error.code);
        assert_eq!(found, expected.map(String::from).ok_or(Code::InvalidRemoteUrl), "{url}");
    }
}

#[test]
fn r8_5_empty_text_and_control_characters_are_rejected() {
    check(&[("", REJECTED), ("https://h/a\n", REJECTED), ("\tx", REJECTED), ("/srv/\u{7f}", REJECTED), ("/srv/\u{85}", REJECTED)]);
    assert!(!sanitize("u:marker@h:p").unwrap_err().message.contains("marker"));
}

#[test]
fn r8_5_a_remote_that_is_rejected_is_left_out() {
    let pair = |name: &str, url: &str| (String::from(name), String::from(url));
    let remotes = vec![pair("origin", "https://a:b@h/x"), pair("bad", "u:pw@h:x"), pair("local", "/srv/x")];
    let (sanitized, refused) = sanitize_remotes(&remotes);
    assert_eq!(refused, ["bad"]);
    assert_eq!(sanitized, [pair("origin", "https://h/x"), pair("local", "/srv/x")]);
}

#[test]
fn r8_6_e56_transport_prefixes_are_set_aside_and_put_back() {
    check(&[
        ("codecommit::us-east-1://profile@repo", Some("codecommit::us-east-1://repo")),
        ("ext::sh -c connect", REJECTED),
        ("a::b::https://u:p@h/x", Some("a::b::https://h/x")),
        ("a::u@h:p", Some("a::h:p")),
        ("a::git@h:p", Some("a::git@h:p")),
        ("a::/srv/repo", Some("a::/srv/repo")),
        ("a::", Some("a::")),
        ("::/srv/repo", REJECTED),
        ("a_b::p", Some("a_b::p")),
        ("a::/srv/my repo", REJECTED),
        ("/srv/my repo", Some("/srv/my repo")),
    ]);
}

#[test]
fn r8_6_a_user_whose_removal_would_make_a_transport_prefix_is_rejected() {
    check(&[("u@h::x", REJECTED), ("u@ext::sh -c connect", REJECTED), ("u@h_x::p", Some("h_x::p")), ("git@h::x", Some("git@h::x"))]);
}

#[test]
fn r8_7_e54_everything_up_to_the_last_at_sign_of_the_authority_goes() {
    check(&[
        ("https://alice:s3cret@git.example.com/team/repo.git", Some("https://git.example.com/team/repo.git")),
        ("https://a@b@git.example.com/x", Some("https://git.example.com/x")),
        ("https://git@git.example.com/r", Some("https://git.example.com/r")),
        ("https://token@h", Some("https://h")),
        ("https://@h/x", Some("https://h/x")),
        ("https://h/a@b", Some("https://h/a@b")),
        ("https://u@[2001:db8::1]:8443/x", Some("https://[2001:db8::1]:8443/x")),
        ("https://h", Some("https://h")),
    ]);
}

#[test]
fn r8_8_e54_the_user_git_stays_under_ssh_without_its_password() {
    check(&[
        ("ssh://git:pw@git.example.com:2222/r", Some("ssh://git@git.example.com:2222/r")),
        ("git+ssh://git:p:w@h/r", Some("git+ssh://git@h/r")),
        ("ssh+git://git@h/r", Some("ssh+git://git@h/r")),
        ("ssh://git:p@w@h/r", Some("ssh://git@h/r")),
        ("ssh://git@x@h/r", Some("ssh://h/r")),
        ("ssh://gitty@h/r", Some("ssh://h/r")),
        ("ssh://Git@h/r", Some("ssh://h/r")),
        ("ssh://alice@h/r", Some("ssh://h/r")),
        ("git://git@h/r", Some("git://h/r")),
    ]);
}

#[test]
fn r8_9_e57_schemes_and_hosts_that_cannot_be_are_rejected() {
    check(&[
        ("https://user:p/w@git.example.com/x", REJECTED),
        ("ht_tps://h/x", REJECTED),
        ("git@h:p://x", REJECTED),
        ("/srv/a://b", REJECTED),
        ("https:///x", REJECTED),
        ("https://u@/x", REJECTED),
        ("https://:80/x", REJECTED),
        ("https://a b/x", REJECTED),
        ("https://a\u{3000}b/x", REJECTED),
        ("https://h:80a/x", REJECTED),
        ("https://h:1:2/x", REJECTED),
        ("https://[::1/x", REJECTED),
        ("https://[::1]:x/y", REJECTED),
        ("https://[::1]/y", Some("https://[::1]/y")),
        ("https://h:443/x", Some("https://h:443/x")),
        ("file:///srv/repo", Some("file:///srv/repo")),
        ("file://u:p@/srv/repo", Some("file:///srv/repo")),
    ]);
}

#[test]
fn r8_10_e55_scp_form_loses_its_user_unless_that_is_git() {
    check(&[
        ("git@git.example.com:team/repo.git", Some("git@git.example.com:team/repo.git")),
        ("alice@git.example.com:team/repo.git", Some("git.example.com:team/repo.git")),
        ("alice@[2001:db8::1]:team/repo.git", Some("[2001:db8::1]:team/repo.git")),
        ("alice@[h]:p", Some("[h]:p")),
        ("git@[2001:db8::1]:p", Some("git@[2001:db8::1]:p")),
        ("a@b@h:p", Some("h:p")),
        ("git@x@h:p", Some("h:p")),
        ("h:p", Some("h:p")),
    ]);
}

#[test]
fn r8_11_e57_scp_forms_with_a_password_or_an_empty_part_are_rejected() {
    check(&[
        ("user:pw@git.example.com:repo.git", REJECTED),
        ("git:pw@h:p", REJECTED),
        ("git@h:team@x/repo", REJECTED),
        ("@h:p", REJECTED),
        ("u@:p", REJECTED),
        (":p", REJECTED),
        ("h:", REJECTED),
        ("u@h:", REJECTED),
        ("u@[]:p", REJECTED),
        ("u@[::1]:", REJECTED),
        ("u@[::1]:a@b/c", REJECTED),
        ("h:p/a@b", Some("h:p/a@b")),
    ]);
}

#[test]
fn r8_12_e57_local_paths_and_clean_text_are_returned_byte_for_byte() {
    for clean in [
        "https://git.example.com/a%2Fb@c",
        r"C:\src\repo",
        "C:/src/u@v",
        "c:/x",
        "/srv/u:p@x",
        "./a:b@c",
        "../repo",
        "repo",
        "user@host",
        "https://h/x?token=a b#c",
        "/srv/東京",
    ] {
        assert_eq!(sanitize(clean).as_deref(), Ok(clean));
    }
}

#[test]
fn r8_13_e58_remotes_are_compared_without_slashes_and_suffix() {
    for (a, b, expected) in [
        ("  https://h/x.git/ ", "https://h/x", true),
        ("https://h/X", "https://h/x", false),
        ("https://u:p@h/x//", "https://h/x.git", true),
        ("https://h/x.git.git", "https://h/x", false),
        ("git@h:p", " git@h:p.git", true),
        ("git@h:p", "alice@h:p", false),
    ] {
        assert_eq!((is_same(a, b), is_same(b, a)), (Ok(expected), Ok(expected)), "{a} {b}");
    }
    assert_eq!(is_same("u:p@h:x", "https://h/x").unwrap_err().code, Code::InvalidRemoteUrl);
}

/// Short texts of the characters that matter.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("://"),
        Just("::"),
        Just("@"),
        Just(":"),
        Just("/"),
        Just("["),
        Just("]"),
        Just("\\"),
        Just(" "),
        Just("git"),
        Just("ssh"),
        Just("file"),
        Just("u"),
        Just("C"),
        Just("h.x"),
        Just("80"),
        Just("_"),
        Just("é"),
        Just(".git"),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn r8_12_sanitising_twice_is_sanitising_once(url in prop_oneof![hostile(), any::<String>()]) {
        if let Ok(once) = sanitize(&url) {
            prop_assert_eq!(sanitize(&once), Ok(once));
        }
    }

    #[test]
    fn r8_7_no_user_info_is_left_in_any_form(url in hostile()) {
        if let Ok(sanitized) = sanitize(&url) {
            let mut address = &*sanitized;
            while let Some(behind) = behind_helper(address) {
                address = behind;
            }
            let user_info = match address.split_once("://") {
                Some((_, behind)) => user_and_host(before(behind, "/")).0,
                None => before(address, "/").split_once(':').and_then(|(head, _)| user_and_host(head).0),
            };
            prop_assert!(matches!(user_info, None | Some(GIT)), "{} from {}", sanitized, url);
        }
    }

    #[test]
    fn r8_7_a_url_parser_finds_no_user_either(
        user in "[a-z%:@!$&*;=_~.-]{1,12}",
        host in "[a-z]{1,8}(\\.[a-z]{2,3})?(:[0-9]{1,4})?",
        path in "(/[a-z@:%2]{0,6}){0,3}",
    ) {
        let sanitized = sanitize(&alloc::format!("https://{user}@{host}{path}")).unwrap();
        prop_assert_eq!(&sanitized, &alloc::format!("https://{host}{path}"));
        if let Ok(parsed) = url::Url::parse(&sanitized) {
            prop_assert_eq!((parsed.username(), parsed.password()), ("", None));
        }
    }

    #[test]
    fn r8_11_the_secret_of_a_remote_never_comes_through(
        scheme in prop_oneof![Just("https://"), Just("ssh://"), Just("git+ssh://"), Just("file://"), Just("x::https://"), Just("")],
        user in prop_oneof![Just("alice"), Just("git"), Just("")],
        host in prop_oneof![Just("h.example"), Just("[::1]"), Just("h:22"), Just("")],
        separator in prop_oneof![Just("/"), Just(":"), Just("")],
    ) {
        let sanitized = sanitize(&alloc::format!("{scheme}{user}:MARKER@{host}{separator}path"));
        prop_assert!(!sanitized.unwrap_or_default().contains("MARKER"));
    }
}
