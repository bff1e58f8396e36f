use super::*;
use alloc::string::{String, ToString};
use core::net::{Ipv4Addr, Ipv6Addr};
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn assert_same(text: &str) {
    assert_eq!(ipv4(text), text.parse::<Ipv4Addr>().ok().map(|address| address.octets()), "{text:?}");
    assert_eq!(ipv6(text), text.parse::<Ipv6Addr>().ok().map(|address| address.segments()), "{text:?}");
}

#[test]
fn ip_addresses_of_every_shape_read_as_in_the_standard_library() {
    for head in 0..10 {
        for tail in 0..10 {
            for (gap, quad) in [(":", ""), ("::", ""), (":", "1.2.3.4"), ("::", "1.2.3.4"), ("::", "::"), (":::", ""), ("", "1.2.3.4:")] {
                assert_same(&["1:".repeat(head).trim_end_matches(':'), gap, &"2:".repeat(tail), quad].concat());
                assert_same(&["1:".repeat(head).trim_end_matches(':'), gap, "2:".repeat(tail).trim_end_matches(':'), quad].concat());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn ip_addresses_read_as_in_the_standard_library(text in "([0-9]{1,4}\\.){0,5}[0-9]{0,4}|[0-9a-fA-F:.+g]{0,12}") {
        assert_same(&text);
    }

    #[test]
    fn ip_addresses_written_and_damaged_read_as_in_the_standard_library(
        segments in prop::array::uniform8(prop_oneof![Just(0_u16), any::<u16>()]),
        octets: [u8; 4],
        damage in prop::collection::vec((any::<Index>(), select(&["", ":", "::", ".", "0", "f", "1.2.3.4", ":1.2.3.4", "é"][..])), 0..3),
    ) {
        for written in [Ipv6Addr::from(segments).to_string(), Ipv4Addr::from(octets).to_string(), alloc::format!("::{}", Ipv4Addr::from(octets))] {
            assert_same(&written);
            let mut text: Vec<String> = written.chars().map(String::from).collect();
            for (at, piece) in &damage {
                let at = at.index(text.len());
                text[at] = (*piece).into();
            }
            assert_same(&text.concat());
        }
    }
}
