use super::*;
use alloc::format;
use alloc::string::ToString;

fn binding(base: &str) -> Binding {
    Binding::new(["agent-1", "acct", "user", base, "thumb"])
}

fn entry(base: &str, task_id: &str, reference: Option<&str>) -> Entry {
    Entry {
        binding: binding(base),
        task_id: TaskId::parse(task_id).unwrap(),
        registered_at: "2026-04-23T00:00:00Z".into(),
        external_task_ref: reference.map(Into::into),
    }
}

fn task_of<'a>(found: &Found<'a>) -> Option<&'a str> {
    match found {
        Found::Task(entry) => Some(entry.task_id.as_str()),
        Found::OtherBinding | Found::Nothing => None,
    }
}

#[test]
fn l2_the_document_has_the_members_of_the_specification() {
    let mut store = TaskStore::default();
    store.put(entry("https://a.example", "task \"1\"", None));
    store.put(entry("https://a.example", "task-2", Some("ref")));
    let document = store.write();
    let json: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(
        json["tasks"][0],
        serde_json::json!({
            "agent_runtime_id": "agent-1", "account_id": "acct", "chatgpt_user_id": "user", "authapi_base": "https://a.example",
            "key_thumbprint": "thumb", "task_id": "task \"1\"", "registered_at": "2026-04-23T00:00:00Z", "external_task_ref": null
        })
    );
    assert_eq!(json["tasks"][1]["external_task_ref"], "ref");
    assert_eq!(TaskStore::read(&document), Some(store));
}

#[test]
fn l2_the_least_recently_used_task_goes_first() {
    let mut store = TaskStore::default();
    for n in 0..MOST {
        assert!(store.put(entry("https://a.example", &format!("task-{n}"), Some(&n.to_string()))));
    }
    store.put(entry("https://a.example", "task-0", Some("0")));
    store.put(entry("https://a.example", "one more", Some("new")));
    assert_eq!(store.entries().len(), MOST);
    assert_eq!(task_of(&store.find(&binding("https://a.example"), Some("0"))), Some("task-0"));
    assert_eq!(store.find(&binding("https://a.example"), Some("1")), Found::Nothing);
    assert!(!store.put(entry("https://a.example", "one more", Some("new"))), "the last one again changes nothing");
}

#[test]
fn l4_any_of_the_five_values_hides_a_task_and_the_next_one_takes_its_place() {
    let mut store = TaskStore::default();
    store.put(entry("https://a.example", "task-a", None));
    for other in [
        ["agent-1", "other", "user", "https://a.example", "thumb"],
        ["agent-1", "acct", "other", "https://a.example", "thumb"],
        ["agent-1", "acct", "user", "https://b.example", "thumb"],
        ["agent-1", "acct", "user", "https://a.example", "other"],
    ] {
        assert_eq!(store.find(&Binding::new(other), None), Found::OtherBinding, "{other:?}");
    }
    assert_eq!(store.find(&Binding::new(["agent-2", "acct", "user", "https://a.example", "thumb"]), None), Found::Nothing);
    assert!(store.is_of_other_base(&binding("https://b.example"), &TaskId::parse("task-a").unwrap()));
    assert!(!store.is_of_other_base(&binding("https://a.example"), &TaskId::parse("task-a").unwrap()));
    store.put(entry("https://b.example", "task-b", None));
    assert_eq!(store.find(&binding("https://a.example"), None), Found::OtherBinding);
    assert_eq!(task_of(&store.find(&binding("https://b.example"), None)), Some("task-b"));
}

#[test]
fn l2_an_unreadable_store_is_none() {
    let whole = String::from_utf8({
        let mut store = TaskStore::default();
        store.put(entry("https://a.example", "t", None));
        store.write()
    })
    .unwrap();
    for bad in [
        "",
        "[]",
        "{}",
        "{\"version\":2,\"tasks\":[]}",
        "{\"version\":1}",
        "{\"version\":1,\"tasks\":{}}",
        "{\"version\":1,\"tasks\":[{}]}",
        "{\"version\":1,\"tasks\":[1]}",
        &whole.replace("\"t\"", "\"\""),
        &whole.replace("null", "7"),
    ] {
        assert_eq!(TaskStore::read(bad.as_bytes()), None, "{bad}");
    }
    assert_eq!(TaskStore::read(b"{\"tasks\":[],\"version\":1,\"more\":2}"), Some(TaskStore::default()));
}
