//! For whom a request is meant: what other providers than OpenAI do not get (1-20).

use crate::cli::failure::Failure;
use crate::metadata::Metadata;
use crate::types::metadata::ItemTarget;
use serde::Serialize;

/// A provider, by its name alone.
#[derive(Clone)]
pub struct Recipient(pub String);

/// Something a provider does not get.
#[derive(Serialize)]
pub struct Withheld {
    pub name: &'static str,
    /// `header`, `item` or `body`.
    pub place: &'static str,
    pub rule: &'static str,
}

pub const OPENAI: &str = "OpenAI";

/// Item metadata, and what else is not for every provider, each in an item of its own (5-10).
const ITEM_MEMBERS: [(&str, &str); 2] = [
    ("internal_chat_message_metadata_passthrough", r#"[{"type":"message","internal_chat_message_metadata_passthrough":{"turn_id":"t"}}]"#),
    ("encrypted_function_args", r#"[{"type":"function_call","encrypted_function_args":"a"}]"#),
];

impl Recipient {
    /// The provider for which nothing is left out.
    pub fn openai() -> Self {
        Self(OPENAI.into())
    }

    /// A login of ChatGPT goes with an attestation (9-4). A name alone does not tell the login: it is assumed of OpenAI.
    pub fn takes_attestation(&self) -> bool {
        self.0 == OPENAI
    }

    /// What it does not get, whatever the request.
    pub fn withheld(&self, metadata: &Metadata) -> Result<Vec<Withheld>, Failure> {
        if self.0 == OPENAI {
            return Ok(Vec::new());
        }
        let mut withheld = vec![Withheld { name: "x-oai-attestation", place: "header", rule: "9-4" }];
        let target = ItemTarget { provider_name: self.0.clone(), ..ItemTarget::default() };
        for (name, item) in ITEM_MEMBERS {
            if metadata.filter_items(item, &target)?.0 != item {
                withheld.push(Withheld { name, place: "item", rule: "5-10" });
            }
        }
        withheld.push(Withheld { name: "stream_options.reasoning_summary_delivery", place: "body", rule: "11-11" });
        withheld.push(Withheld { name: "content-encoding", place: "header", rule: "11-11" });
        Ok(withheld)
    }
}
