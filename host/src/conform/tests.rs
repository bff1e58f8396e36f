use super::lines::MAX_LINE;
use super::*;
use crate::component::{LoadOptions, Profile};
use serde_json::Value;
use std::io::Read;
use std::sync::OnceLock;

fn component() -> &'static Component {
    static LOADED: OnceLock<Component> = OnceLock::new();
    LOADED.get_or_init(|| {
        let options = LoadOptions { profile: Profile::Portable, cache: None, ..LoadOptions::default() };
        Component::load_with(options).expect("the component loads")
    })
}

fn answers(lines: impl AsRef<[u8]>) -> Vec<Value> {
    let mut output = Vec::new();
    run(component(), lines.as_ref(), &mut output).expect("the streams hold");
    let text = String::from_utf8(output).expect("answers are UTF-8");
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect()
}

fn answer(line: impl AsRef<[u8]>) -> Value {
    let mut all = answers(line);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

const SIGN: &str = concat!(
    r#"{"seed_hex":"0707070707070707070707070707070707070707070707070707070707070707","#,
    r#""agent_runtime_id":"agent-123","task_id":"task-123","timestamp":"2026-04-23T00:00:00Z"}"#
);

#[test]
fn one_answer_for_each_line_in_order_and_none_for_blank_ones() {
    let lines = "{\"id\":1,\"op\":\"errors.list\"}\n\n  \t\r\n{\"id\":2,\"op\":\"nothing\"}\r\n{\"id\":3,\"op\":\"version\"}";
    let answers = answers(lines);
    assert_eq!(answers.iter().map(|answer| answer["id"].clone()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(answers[0]["ok"].is_object());
    assert_eq!(answers[1]["error"]["code"], "config-invalid");
    assert!(answers[2]["ok"].is_object(), "the last line needs no end");
    assert_eq!(super::tests::answers("").len(), 0);
}

#[test]
fn a_line_that_cannot_be_read_is_config_invalid_and_the_driver_goes_on() {
    for bad in [
        "no json",
        "[1,2]",
        "7",
        "null",
        "\"version\"",
        "{",
        "{}",
        "{\"op\":7}",
        "{\"op\":null}",
        "{\"op\":\"version\",\"op\":\"version\"}",
        "{\"op\":\"version\",\"input\":[]}",
        "{\"op\":\"version\",\"input\":7}",
        "{\"op\":\"metadata.unheard-of\",\"input\":{}}",
        "{\"op\":\"assertion.sign\",\"input\":{}}",
        "{\"op\":\"assertion.sign\"}",
        "{\"op\":\"version\"} {}",
        "[[[[[[[[",
    ] {
        let answers = answers(format!("{bad}\n{{\"id\":9,\"op\":\"version\"}}\n"));
        assert_eq!(answers.len(), 2, "{bad}");
        assert_eq!(answers[0]["error"]["code"], "config-invalid", "{bad}");
        assert_eq!(answers[0]["error"]["advice"], "fix-config", "{bad}");
        assert!(answers[0]["error"]["message"].is_string(), "{bad}");
        assert_eq!(answers[0]["id"], Value::Null, "{bad}");
        assert!(answers[1]["ok"].is_object(), "{bad}");
    }
    let answers = answers(b"\xff{}\n{\"op\":\"version\"}\n");
    assert_eq!(answers[0]["error"]["code"], "config-invalid");
    assert!(answers[1]["ok"].is_object());
}

#[test]
fn the_id_comes_back_exactly_as_it_was_given() {
    for id in ["1", "1.50", "123456789012345678901234567890", "\"\\u00e9\"", "null", "[1, {\"a\": \"b\"}]", "true"] {
        for op in ["errors.list", "nothing"] {
            let mut output = Vec::new();
            let line = format!("{{ \"op\": \"{op}\", \"id\": {id} }}");
            run(component(), line.as_bytes(), &mut output).expect("the streams hold");
            let text = String::from_utf8(output).expect("UTF-8");
            assert!(text.starts_with(&format!("{{\"id\":{id},\"")), "{text}");
        }
    }
    assert_eq!(answer(r#"{"id":"x","op":"assertion.sign","input":{"seed_hex":7}}"#)["id"], "x");
}

#[test]
fn a_line_too_long_is_refused_without_being_kept_and_long_ones_are_read() {
    let long = format!("{{\"op\":\"assertion.parse\",\"input\":{{\"header\":\"{}\"}}}}\n", "A".repeat(8 << 20));
    assert_eq!(answer(&long)["error"]["code"], "assertion-missing");
    let mut too_long = vec![b' '; MAX_LINE + 1];
    too_long.extend_from_slice(b"\n{\"op\":\"version\"}\n");
    let answers = answers(too_long);
    assert_eq!(answers[0]["error"]["code"], "config-invalid");
    assert!(answers[1]["ok"].is_object());
}

#[test]
fn without_a_time_nothing_reads_the_machine_s_clock() {
    let input = SIGN.replace(r#","timestamp":"2026-04-23T00:00:00Z""#, "");
    let asked = |more: &str| {
        let input = input.replace('}', &format!("{more}}}"));
        answer(format!("{{\"op\":\"assertion.sign\",\"input\":{input}}}"))
    };
    assert_eq!(asked("")["error"]["code"], "config-invalid");
    let expected = answer(format!("{{\"op\":\"assertion.sign\",\"input\":{SIGN}}}"));
    for time in [
        "\"now_ms\":1776902400000",
        "\"now_ms\":1776902400999",
        "\"now\":\"2026-04-23T00:00:00Z\"",
        "\"now\":\"2026-04-23T00:00:00.9Z\"",
        "\"now\":\"2026-04-23t00:00:00.999z\"",
        "\"now\":\"2026-04-23T02:00:00.5+02:00\"",
        "\"now\":\"2026-04-22T18:30:00.12-05:30\"",
    ] {
        assert_eq!(asked(&format!(",{time}")), expected, "{time}");
    }
    for bad in [
        "\"now\":\"2026-04-23\"",
        "\"now\":\"2026-04-23T00:00:00\"",
        "\"now\":\"2026-04-23T00:00:00.0000Z\"",
        "\"now\":\"2026-04-23T00:00:00.Z\"",
        "\"now\":\"2026-04-23T24:00:00Z\"",
        "\"now\":\"2026-02-29T00:00:00Z\"",
        "\"now\":\"2026-04-23T00:00:00+2:00\"",
        "\"now\":\"é026-04-23T00:00:00Z\"",
        "\"now\":7",
        "\"now_ms\":1.5",
        "\"now_ms\":\"1776902400000\"",
        "\"now_ms\":1776902400000,\"now\":\"2026-04-23T00:00:00Z\"",
    ] {
        assert_eq!(asked(&format!(",{bad}"))["error"]["code"], "config-invalid", "{bad}");
    }
}

#[test]
fn random_bytes_are_those_of_the_question_and_no_more() {
    let generate = |hex: &str| answer(format!("{{\"op\":\"key.generate\",\"input\":{{\"random_hex\":\"{hex}\"}}}}"));
    assert!(generate(&"07".repeat(32))["ok"]["public_key_hex"].is_string());
    assert_eq!(generate(&"07".repeat(31))["error"]["code"], "random-failed");
    assert_eq!(generate("")["error"]["code"], "random-failed");
    // Bytes left over from one question are not there for the next.
    let line = |bytes: usize| format!("{{\"op\":\"key.generate\",\"input\":{{\"random_hex\":\"{}\"}}}}\n", "07".repeat(bytes));
    assert_eq!(answers(line(64) + &line(0))[1]["error"]["code"], "random-failed");
}

#[test]
fn an_answer_does_not_depend_on_the_questions_before_it() {
    let seeds: Vec<_> = (1..=200_u8).map(|byte| format!("{byte:02x}").repeat(32)).collect();
    let line = |seed: &str| format!("{{\"op\":\"assertion.sign\",\"input\":{}}}\n", SIGN.replace(&"07".repeat(32), seed));
    let all: String = seeds.iter().chain(seeds.iter().rev()).map(|seed| line(seed)).collect();
    let answers = answers(all);
    let (forth, back) = answers.split_at(seeds.len());
    assert!(forth.iter().eq(back.iter().rev()));
    for (seed, signed) in seeds.iter().zip(forth).step_by(67) {
        assert_eq!(answer(line(seed)), *signed);
    }
}

#[test]
fn k14_no_error_repeats_what_a_question_holds() {
    let secret = "5ec3e7".repeat(11);
    for input in [
        format!("{{\"seed_hex\":\"{secret}\"}}"),
        format!("{{\"seed_hex\":{{\"{secret}\":1}}}}"),
        format!("{{\"form\":\"{secret}\",\"data\":\"{secret}\"}}"),
        format!("{{\"form\":\"seed\",\"data\":\"{secret}\"}}"),
        format!("{{\"form\":\"pkcs8-pem\",\"data\":\"{secret}\"}}"),
        format!("{{\"form\":\"pkcs8-base64\",\"data\":\"{secret}\"}}"),
        format!("{{\"form\":\"jwk\",\"data\":{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"{secret}\",\"x\":\"{secret}\"}}}}"),
        format!("{{\"jwt\":\"{secret}\",\"jwks\":\"{{}}\",\"now_ms\":0}}"),
        format!("{{\"{secret}\":1,\"{secret}\":2"),
        format!("\"{secret}\""),
    ] {
        for op in ["key.import", "assertion.sign", "jwt.verify", "task-id.unseal", secret.as_str()] {
            let mut output = Vec::new();
            run(component(), format!("{{\"op\":\"{op}\",\"input\":{input}}}").as_bytes(), &mut output).expect("the streams hold");
            let text = String::from_utf8(output).expect("UTF-8");
            assert!(text.contains("\"error\""), "{text}");
            assert!(!text.contains("5ec3e7"), "{op} {input}: {text}");
        }
    }
}

#[test]
fn errors_name_the_member_that_is_missing_or_repeated() {
    let message = |line: &str| answer(line)["error"]["message"].as_str().expect("a message").to_owned();
    assert_eq!(message(r#"{"op":"ed25519.verify","input":{}}"#), "`input` lacks the member `public_key_hex`");
    assert_eq!(message(r#"{"op":"assertion.parse","input":{"header":"a","header":"b"}}"#), "`input` repeats the member `header`");
    assert_eq!(message(r#"{"input":{}}"#), "the question lacks the member `op`");
}

#[test]
fn r0_7_no_error_about_metadata_repeats_what_a_question_holds() {
    let ops =
        ["metadata.render", "metadata.mcp", "lineage.describe", "window.resume", "caller-ids.run", "item-ids.assign", "items.outbound"];
    for op in ops.into_iter().chain(["originator.resolve", "git-url.sanitize", "attestation.envelope", "turn.update"]) {
        for value in ["\"5ec3e7\"", "{\"5ec3e7\":\"5ec3e7\"}", "[\"5ec3e7\"]"] {
            let members = ["snapshot", "kind", "session_source", "records", "calls", "items", "mode", "url", "status", "events"];
            for member in members {
                let others = "\"thread_id\":\"t\",\"enabled\":true,\"provider_name\":\"p\",\"random_hex\":\"\",\"now_ms\":0";
                let line = format!("{{\"op\":\"{op}\",\"input\":{{{others},\"{member}\":{value}}}}}");
                let error = answer(&line)["error"].to_string();
                assert!(!error.contains("5ec3e7"), "{line}: {error}");
            }
        }
    }
}

#[test]
fn transports_and_kinds_are_known_by_the_names_of_the_specification_too() {
    let render = |kind: &str, transport: &str| {
        let snapshot = r#"{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0"}"#;
        let input = format!(r#"{{"snapshot":{snapshot},"kind":{kind},"transport":"{transport}"}}"#);
        answer(format!(r#"{{"op":"metadata.render","input":{input}}}"#))
    };
    for (other, name) in [("HTTP", "responses"), ("websocket_message", "websocket-message"), ("responses/compact", "legacy-compact")] {
        assert_eq!(render("\"turn\"", other)["ok"], render("\"turn\"", name)["ok"], "{other}");
        assert!(render("\"turn\"", other)["ok"].is_object(), "{other}");
    }
    assert_eq!(render("\"none\"", "responses"), render("null", "responses"));
    assert_eq!(render("\"turn\"", "smoke-signals")["error"]["code"], "config-invalid");
}

#[test]
fn r0_2_halves_of_characters_are_replaced_wherever_metadata_is_asked_about() {
    let ask = |op: &str, input: &str| answer(format!("{{\"op\":\"{op}\",\"input\":{input}}}"))["ok"].clone();
    assert_eq!(ask("git-url.sanitize", r#"{"url":"/srv/\ud800"}"#)["url"], "/srv/\u{fffd}");
    assert_eq!(ask("turn.update", r#"{"events":[{"triggered":"\udc00"}]}"#)["turn_trigger"], "\u{fffd}");
    let sent = ask("items.outbound", r#"{"provider_name":"p","items":[{"type":"message","phase":"\ud800\ud83d\ude80"}]}"#);
    assert_eq!(sent["items"][0]["phase"], "\u{fffd}\u{1f680}");
}

#[test]
fn version_names_the_build_that_answers() {
    let version = answer(r#"{"op":"version","input":{}}"#)["ok"].clone();
    assert_eq!(version["host"], "wasmtime");
    assert_eq!(version["profile"], "portable");
    assert_eq!(version["component_sha256"], Profile::Portable.sha256());
    assert_eq!(version["wit_package"], "agent-identity:component@0.1.0");
    let unicode = version["unicode_version"].as_str().expect("a version");
    assert!(unicode.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 16), "{unicode}");
}

#[test]
fn a_trap_is_internal_and_the_next_question_is_answered() {
    // Too little memory for the question: the component cannot take its text in.
    let options = LoadOptions { profile: Profile::Portable, cache: None, memory_limit: 4 << 20, ..LoadOptions::default() };
    let component = Component::load_with(options).expect("the component loads");
    let question = format!("{{\"op\":\"assertion.sign\",\"input\":{SIGN}}}\n");
    let large = format!("{{\"id\":2,\"op\":\"assertion.parse\",\"input\":{{\"header\":\"{}\"}}}}\n", "A".repeat(8 << 20));
    let mut output = Vec::new();
    run(&component, format!("{question}{large}{question}").as_bytes(), &mut output).expect("the streams hold");
    let lines: Vec<_> = std::str::from_utf8(&output).expect("UTF-8").lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("{\"id\":2,\"error\":{\"code\":\"internal\",\"advice\":\"never\""), "{}", lines[1]);
    assert_eq!(lines[0], lines[2], "after the trap the answer is the same");
}

#[test]
fn each_answer_is_written_before_the_driver_waits_for_more() {
    /// Gives one line at a time and notes how much was answered before each.
    struct OneByOne<'a> {
        lines: Vec<&'static [u8]>,
        answered: &'a std::cell::RefCell<Vec<u8>>,
        seen: Vec<usize>,
    }
    impl Read for OneByOne<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.seen.push(self.answered.borrow().iter().filter(|byte| **byte == b'\n').count());
            let Some(line) = self.lines.pop() else { return Ok(0) };
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }
    struct Shared<'a>(&'a std::cell::RefCell<Vec<u8>>);
    impl Write for Shared<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let answered = std::cell::RefCell::default();
    let lines: Vec<&[u8]> = vec![b"{}\n", b"{}\n{}\n{", b"{}\n"];
    let mut asking = OneByOne { lines, answered: &answered, seen: Vec::new() };
    run(component(), io::BufReader::new(&mut asking), Shared(&answered)).expect("the streams hold");
    assert_eq!(asking.seen, [0, 1, 3, 4]);
}
