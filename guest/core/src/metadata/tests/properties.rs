use super::*;
use alloc::collections::BTreeMap;
use proptest::prelude::*;

/// A snapshot in which arbitrary text stands wherever text can.
fn arbitrary() -> impl Strategy<Value = Snapshot> {
    let map = || prop::collection::vec((any::<String>(), any::<String>()), 0..5);
    (prop::collection::vec(any::<String>(), 14), map(), map(), any::<bool>()).prop_map(
        |(strings, extras, configured_extras, is_reviewer_request)| {
            let some = |nr: usize| Some(strings[nr].clone());
            Snapshot {
                installation_id: ["i", &strings[0]].concat(),
                session_id: ["s", &strings[1]].concat(),
                thread_id: ["t", &strings[2]].concat(),
                window_id: ["w", &strings[3]].concat(),
                agent_name: some(4),
                turn_id: some(5),
                thread_source: some(8),
                session_source: SessionSource::Other(strings[10].clone()),
                sandbox: some(11),
                parent_response_id: some(12),
                execution: Some(Execution { model: strings[13].clone(), ..Execution::default() }),
                workspaces: [Workspace { root: strings[0].clone(), associated_remote_urls: extras.clone(), ..Workspace::default() }].into(),
                turn: Turn { parent_turn_id: some(6), root_turn_id: some(7), turn_trigger: some(9), ..with_extras(extras) },
                configured_extras,
                is_reviewer_request,
                ..Snapshot::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn r1_16_no_text_breaks_out_of_a_header(snapshot in arbitrary(), additional in any::<String>()) {
        let features = [additional.clone()];
        let additional = Some(additional.as_str());
        let additions = Additions {
            originator: additional,
            user_agent: additional,
            prompt_cache_key: additional,
            beta_features: &features,
            turn_state: additional,
            attestation: additional,
            ..Additions::default()
        };
        for transport in Transport::ALL {
            let rendering = request(&snapshot, Some(Kind::Turn), transport, &additions).unwrap();
            for (name, value) in headers(&rendering) {
                prop_assert!(name.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric()));
                prop_assert!(!value.is_empty() && value.trim_matches([' ', '\t']) == value, "{name}");
                prop_assert!(value.bytes().all(|byte| byte == b'\t' || (0x20..=0x7e).contains(&byte)), "{name}");
            }
        }
    }

    #[test]
    fn r1_8_the_string_is_ascii_in_order_and_reads_back(snapshot in arbitrary()) {
        let rendering = turn(&snapshot);
        let canonical = rendering.canonical.unwrap();
        prop_assert!(canonical.is_ascii());
        let read: serde_json::Value = serde_json::from_str(&canonical).unwrap();
        prop_assert_eq!(read["thread_id"].as_str(), Some(&*snapshot.thread_id));
        prop_assert_eq!(read["subagent_kind"].as_str(), snapshot.session_source.subagent_kind());
        let object = crate::json::Object::read(&canonical).unwrap();
        let names: Vec<String> = object.members().map(|(key, _)| crate::json::string(key).unwrap()).collect();
        let mut once = names.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), names.len());
        let extras_from = names.iter().position(|name| name == "workspaces").map_or(names.len(), |at| at.saturating_add(1));
        prop_assert!(snapshot.turn.extras.is_empty() || names[extras_from..].is_sorted());
        prop_assert!(rendering.dropped.is_sorted_by(|before, after| before.name <= after.name));
    }

    #[test]
    fn r1_21_the_object_for_tool_servers_reads_back(snapshot in arbitrary()) {
        let read: serde_json::Value = serde_json::from_str(&object(&snapshot)).unwrap();
        let expect: BTreeMap<&str, &str> = snapshot.turn.extras.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for (name, value) in expect {
            if snapshot.configured_extras.iter().all(|(other, _)| other != name) && name != "model" {
                prop_assert_eq!(read[name].as_str(), Some(value));
            }
        }
    }

    #[test]
    fn r1_6_maps_are_sorted_as_maps_are(pairs in prop::collection::vec(("[a-c]{0,2}", "[0-9]"), 0..40)) {
        let snapshot = Snapshot { turn: with_extras(pairs.clone()), ..min() };
        let expect: BTreeMap<String, String> = pairs.into_iter().collect();
        let mut text = String::from(E14.trim_end_matches('}'));
        for (name, value) in expect {
            text.push_str(&alloc::format!(",\"{name}\":\"{value}\""));
        }
        prop_assert_eq!(canonical(&snapshot, Some(Kind::Turn)), alloc::format!("{text}}}"));
    }

    #[test]
    fn r0_3_header_values_hold_legal_text_only(text in any::<String>()) {
        let is_legal = !text.is_empty()
            && text.bytes().all(|byte| byte == b'\t' || (0x20..=0x7e).contains(&byte))
            && text.trim_matches([' ', '\t']) == text;
        prop_assert_eq!(HeaderValue::new(&text).is_ok(), is_legal);
    }
}
