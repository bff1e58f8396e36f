use super::*;
use alloc::string::ToString;

#[test]
fn i1_runtime_id_bounds_and_characters() {
    for good in ["a", "agent-123", "agent\"1\\x", "...", "%", &"x".repeat(256)] {
        assert_eq!(AgentRuntimeId::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", ".", "..", "a b", "a:b", "a/b", "a?b", "a#b", "a\u{7f}", "é", "a\n", &"x".repeat(257)] {
        assert_eq!(AgentRuntimeId::parse(bad).unwrap_err().code, Code::RuntimeIdInvalid, "{bad:?}");
    }
}

#[test]
fn i2_task_id_bounds_and_characters() {
    for good in ["a", " a ", "a:b", "tâche:№ 7/\"q\"", &"é".repeat(512)] {
        assert_eq!(TaskId::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", " ", "\u{3000}\u{2003}", "a\tb", "a\u{85}", "a\u{7f}", &"x".repeat(1025), &"é".repeat(513)] {
        assert_eq!(TaskId::parse(bad).unwrap_err().code, Code::TaskIdInvalid, "{bad:?}");
    }
}

#[test]
fn i5_path_segment_encodes_everything_but_unreserved() {
    let id = AgentRuntimeId::parse("aZ09-._~!%\"\\").unwrap();
    assert_eq!(id.path_segment().to_string(), "aZ09-._~%21%25%22%5C");
}

#[test]
fn a5_account_id_is_visible_ascii() {
    assert!(AccountId::parse("acct:1").is_ok());
    for bad in ["", "a b", "é", &"x".repeat(257)] {
        assert_eq!(AccountId::parse(bad).unwrap_err().code, Code::RecordInvalid);
    }
}
