//! Whether a request continues the last response of its connection (1-19).

use crate::responses::request::ResponsesRequest;
use serde_json::Value;

/// Members of an item that do not count: what it says about itself, in both forms (5-8, 5-11).
const ITEM_METADATA: [&str; 2] = ["internal_chat_message_metadata_passthrough", "metadata"];

/// What the server has: a request, with the ids of its items kept, and the response to it.
#[derive(Clone)]
pub(super) struct Covered {
    pub(super) request: ResponsesRequest,
    /// The items of the response.
    pub(super) added: Vec<Value>,
    pub(super) response_id: String,
}

impl Covered {
    /// How many items of the request's input the server has: all that it was sent, and all that it answered. None if the request is
    /// another one, or has nothing new.
    pub(super) fn items_of(&self, request: &ResponsesRequest) -> Option<usize> {
        let covered = self.request.input.len() + self.added.len();
        let (old, new) = request.input.split_at_checked(covered)?;
        let is_same = || self.request.input.iter().chain(&self.added).zip(old).all(|(a, b)| is_same_item(a, b));
        (!new.is_empty() && self.request.is_same_but_for_input(request) && is_same()).then_some(covered)
    }
}

fn is_same_item(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return a == b };
    let counts = |name: &str| !ITEM_METADATA.contains(&name);
    let rest = |name: &&String| counts(name.as_str());
    a.keys().filter(rest).count() == b.keys().filter(rest).count()
        && a.iter().filter(|(name, _)| counts(name)).all(|(name, value)| b.get(name) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::vectors::cases;
    use serde_json::json;

    fn request(input: &[Value]) -> ResponsesRequest {
        ResponsesRequest { model: "m".into(), input: input.to_vec(), ..ResponsesRequest::default() }
    }

    fn item(id: &str) -> Value {
        json!({"type": "message", "id": id})
    }

    #[test]
    fn r1_19_a_request_continues_when_it_only_appends() {
        let covered = Covered { request: request(&[item("a")]), added: vec![item("b")], response_id: "r".into() };
        let items_of = |input: &[Value]| covered.items_of(&request(input));
        assert_eq!(items_of(&[item("a"), item("b"), item("c")]), Some(2));
        assert_eq!(items_of(&[item("a"), item("b")]), None, "nothing new");
        assert_eq!(items_of(&[item("a"), item("c"), item("d")]), None, "the answer was left out");
        assert_eq!(items_of(&[item("c")]), None, "a compacted history");
        let other = ResponsesRequest { instructions: Some("others".into()), ..request(&[item("a"), item("b"), item("c")]) };
        assert_eq!(covered.items_of(&other), None);
    }

    #[test]
    fn r1_19_item_metadata_does_not_count_but_ids_do() {
        let covered = Covered { request: request(&[item("a")]), added: vec![], response_id: "r".into() };
        let mut described = item("a");
        described["internal_chat_message_metadata_passthrough"] = json!({"turn_id": "t"});
        assert_eq!(covered.items_of(&request(&[described.clone(), item("b")])), Some(1));
        let covered = Covered { request: request(&[described]), ..covered };
        assert_eq!(covered.items_of(&request(&[item("a"), item("b")])), Some(1));
        assert_eq!(covered.items_of(&request(&[json!({"type": "message"}), item("b")])), None);
    }

    #[test]
    fn r1_18_r1_19_vectors_of_continuations() {
        let items = |list: &Value| list.as_array().unwrap().clone();
        for case in cases("continuation") {
            let request = |name: &str| {
                let members = &case.input[name];
                let text = |member: &str| members[member].as_str().map(String::from);
                ResponsesRequest {
                    model: text("model").unwrap_or_else(|| "m".into()),
                    instructions: text("instructions"),
                    ..request(&items(&members["input"]))
                }
            };
            let covered = Covered { request: request("before"), added: items(&case.input["answered"]), response_id: "r".into() };
            case.check(Ok(json!({"continues_after": covered.items_of(&request("then"))})));
        }
    }

    #[test]
    fn r1_18_a_turn_continues_its_prewarm() {
        let covered = Covered { request: request(&[]), added: vec![], response_id: "r".into() };
        assert_eq!(covered.items_of(&request(&[item("a")])), Some(0));
    }
}
