//! Settings of delegates.

use super::approval::{Answers, Decision, Question};
use super::signing::DelegateSigning;
use crate::error::Error;
use std::collections::BTreeMap;

/// Settings of a delegate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateOptions {
    /// `delegate_capacity`: entries of each pipe, 1 to 65536. Default: 512.
    pub capacity: usize,
    /// `delegate_signing`. Default: `inherit`.
    pub signing: DelegateSigning,
    /// How questions that approve MCP calls are recognised and answered.
    pub mcp_questions: McpQuestions,
}

/// How the embedding program's sessions ask whether an MCP tool may be called. The defaults are those of the reference client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct McpQuestions {
    /// What the id of such a question begins with.
    pub id_prefix: String,
    /// The label that accepts.
    pub accept: String,
    /// The label that accepts for the session.
    pub accept_for_session: String,
    /// The answer that declines; not a label the user is offered.
    pub decline: String,
}

impl DelegateOptions {
    pub(super) fn checked_capacity(&self) -> Result<usize, Error> {
        if (1..=LARGEST_CAPACITY).contains(&self.capacity) {
            return Ok(self.capacity);
        }
        Err(Error::config(format!("`delegate_capacity` is {}; use 1 to {LARGEST_CAPACITY}", self.capacity)))
    }
}

impl McpQuestions {
    pub(super) fn is_approval(&self, question: &Question) -> bool {
        question.id.starts_with(&self.id_prefix)
    }

    /// The answer that stands for a reviewer's decision (14-5).
    pub(super) fn answer(&self, question: &Question, decision: &Decision) -> Answers {
        let label = match decision {
            Decision::ApprovedForSession if question.options.contains(&self.accept_for_session) => &self.accept_for_session,
            Decision::Approved | Decision::ApprovedForSession | Decision::ApprovedWithPolicyChange(_) => &self.accept,
            Decision::Denied | Decision::TimedOut | Decision::Abort => &self.decline,
        };
        Answers(BTreeMap::from([(question.id.clone(), vec![label.clone()])]))
    }
}

const LARGEST_CAPACITY: usize = 65536;

impl Default for DelegateOptions {
    fn default() -> Self {
        Self { capacity: 512, signing: DelegateSigning::default(), mcp_questions: McpQuestions::default() }
    }
}

impl Default for McpQuestions {
    fn default() -> Self {
        Self {
            id_prefix: "mcp_tool_call_approval_".into(),
            accept: "Allow".into(),
            accept_for_session: "Allow for this session".into(),
            decline: "__codex_mcp_decline__".into(),
        }
    }
}
