use super::*;
use alloc::vec::Vec;
use proptest::prelude::*;
use serde_json::Value;

fn member() -> impl Strategy<Value = String> {
    let typed = prop::sample::select(&["message", "reasoning", "function_call", "other", "additional_tools"][..]);
    let metadata = r#"\{("turn_id":("t"|""|1))?\}|null"#;
    prop_oneof![
        typed.prop_map(|name| format!(r#""type":"{name}""#)),
        r#"(msg_1|m|_|)"#.prop_map(|id| format!(r#""id":"{id}""#)),
        metadata.prop_map(|object| format!(r#""{PASSTHROUGH}" : {object}"#)),
        metadata.prop_map(|object| format!(r#""metadata":{object}"#)),
        "[ab]".prop_map(|name| format!(r#""x{name}": [1, {{"id":"{name}"}}]"#)),
    ]
}

fn items() -> impl Strategy<Value = String> {
    let item = prop::collection::vec(member(), 0..5).prop_map(|members| {
        let mut seen: Vec<String> = Vec::new();
        let mut once = Vec::new();
        for member in members {
            let name: String = member.split('"').nth(1).unwrap().into();
            if !seen.contains(&name) {
                seen.push(name);
                once.push(member);
            }
        }
        format!("{{{}}}", once.join(" ,"))
    });
    prop::collection::vec(item, 0..6).prop_map(|items| format!(" [{}] ", items.join(" , ")))
}

/// Members whose names the rules do not know, in order.
fn others(items: &str) -> Vec<Vec<(String, Value)>> {
    let items: Vec<serde_json::Map<String, Value>> = serde_json::from_str(items).unwrap();
    let known = ["id", PASSTHROUGH, METADATA];
    items.into_iter().map(|item| item.into_iter().filter(|(name, _)| !known.contains(&name.as_str())).collect()).collect()
}

proptest! {
    #[test]
    fn r5_12_other_members_survive(items in items(), item_ids: bool, store: bool, is_openai: bool, form in 0_usize..3) {
        let provider_name = if is_openai { "OpenAI" } else { "other" };
        let form = ItemMetadataForm::ALL[form];
        let target = Outbound { item_ids, store, provider_name, form, content_item_kinds: false };
        let sent = outbound(items.clone(), &target).unwrap();
        prop_assert_eq!(others(&sent.items), others(&items));
        prop_assert_eq!(outbound(sent.items.clone(), &target).unwrap().items, sent.items);
        let prepared = prepare(items.clone(), &Preparation { item_ids, turn_id: Some("u"), create_time: Some(1) }, &Fixed::at(NOW)).unwrap();
        prop_assert_eq!(others(&prepared), others(&items));
        let again = prepare(prepared.clone(), &Preparation { item_ids, turn_id: Some("v"), create_time: Some(2) }, &Fixed::at(NOW)).unwrap();
        prop_assert_eq!(again, prepared);
    }

    #[test]
    fn r5_no_text_makes_it_fail_badly(items in r#"[\[\]{},:" a_idtype\\u0]{0,40}"#) {
        let _ = assign_ids(items.clone(), true, &Fixed::at(NOW));
        let _ = outbound(items.clone(), &Outbound::default());
        let _ = Window::resume("t", &items);
    }
}

use crate::metadata::Window;
