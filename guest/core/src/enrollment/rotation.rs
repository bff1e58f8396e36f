//! Changing the key. The backend knows an agent by its key, so a new key is a new agent: it is registered beside the old one, which
//! goes on signing; the record carries both until the rotation is finished.

use super::{Account, Run, key_of};
use crate::documents::{self, AUTH};
use crate::error::{Code, Error, Result};
use crate::flow::{Completion, Effects, LoadedDocument};
use crate::record::{self, IdentityRecord, StoredIdentity};
use crate::secret_text::SecretText;

impl Run {
    /// Registers the new agent and its run task, then stores it beside the old one. When that fails nothing is stored and the old
    /// one is as it was. One that waits already is kept: nothing is sent.
    pub(super) async fn rotate(&self, token: &SecretText, effects: &Effects) -> Result<Completion> {
        let loaded = documents::load(effects, AUTH).await?;
        let present = present_record(loaded.as_ref())?;
        let label = self.label(&present.account_id);
        if let Some(next) = next_of(loaded.as_ref(), &present)? {
            return Ok(Completion::RotationPending(next.agent_runtime_id));
        }
        let account = Account {
            account_id: present.account_id.clone(),
            chatgpt_user_id: present.chatgpt_user_id.clone(),
            email: present.email.clone(),
            plan_type: present.plan_type.clone(),
            fedramp: present.fedramp,
        };
        let (mut next, key) = self.register_agent(&account, token, effects, &label).await?;
        let agent = self.open_agent(&next, key)?;
        let task_label = agent.label(None, self.conversation.as_deref());
        next.task_id = Some(agent.register(effects, &*self.ports, None, task_label, true).await?);
        self.check_current()?;
        documents::update(effects, AUTH, loaded, &mut |document| {
            let document = document.filter(|document| is_record_of(document, &present)).ok_or_else(replaced)?;
            record::write_next(document, Some(&next)).map(Some)
        })
        .await?;
        Ok(Completion::RotationPending(next.agent_runtime_id))
    }

    /// One write decides: the new identity stands where the old one stood, or is gone.
    pub(super) async fn finish_rotation(&self, accept: bool, effects: &Effects) -> Result<Completion> {
        let loaded = documents::load(effects, AUTH).await?;
        let present = present_record(loaded.as_ref())?;
        let next = next_of(loaded.as_ref(), &present)?
            .ok_or_else(|| Error::new(Code::ConfigInvalid, "no rotation is under way, so there is none to finish"))?;
        let kept = if accept { next } else { present.clone() };
        let agent = self.open_agent(&kept, key_of(&kept)?)?;
        self.check_current()?;
        documents::update(effects, AUTH, loaded, &mut |document| {
            let document = document.filter(|document| is_record_of(document, &present)).ok_or_else(replaced)?;
            if accept { record::write_only(Some(document), &kept).map(Some) } else { record::write_next(document, None).map(Some) }
        })
        .await?;
        let label = self.label(&kept.account_id);
        if let Some(task_id) = &kept.task_id {
            self.remember_run_task(&agent, task_id, effects, &label).await?;
        }
        match self.enrollment.agent() {
            // The agent in use knows more tasks than the record.
            Some(present) if !accept => self.take(present),
            _ => self.take(agent),
        }
    }
}

fn present_record(loaded: Option<&LoadedDocument>) -> Result<IdentityRecord> {
    match loaded.map(|loaded| record::read(&loaded.document)).transpose()? {
        Some(StoredIdentity::Record(record)) => Ok(record),
        Some(StoredIdentity::Jwt(_)) => {
            Err(Error::new(Code::AuthMaterialMissing, "the key of an identity JWT is changed by logging in with a new one"))
        }
        Some(StoredIdentity::None) | None => Err(Code::AuthMaterialMissing.into()),
    }
}

/// The identity that waits, if it is one of the same account.
fn next_of(loaded: Option<&LoadedDocument>, present: &IdentityRecord) -> Result<Option<IdentityRecord>> {
    Ok(match loaded.map(|loaded| record::read_next(&loaded.document)).transpose()? {
        Some(StoredIdentity::Record(next)) if next.account_id == present.account_id && next.chatgpt_user_id == present.chatgpt_user_id => {
            Some(next)
        }
        _ => None,
    })
}

fn is_record_of(document: &[u8], present: &IdentityRecord) -> bool {
    matches!(record::read(document), Ok(StoredIdentity::Record(record)) if record.agent_runtime_id == present.agent_runtime_id)
}

fn replaced() -> Error {
    Error::new(Code::StoreWriteFailed, "the stored identity was replaced meanwhile; nothing was written, repeat the rotation")
}
