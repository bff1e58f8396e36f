//! Registered agents.

use rusqlite::{Connection, OptionalExtension};

/// An agent to be registered.
#[derive(Clone, Debug)]
pub(in crate::authority) struct NewAgent {
    /// The id it gets if its key is new.
    pub(in crate::authority) agent_runtime_id: String,
    /// 32 bytes.
    pub(in crate::authority) public_key: Vec<u8>,
    pub(in crate::authority) account_id: String,
    pub(in crate::authority) chatgpt_user_id: String,
    pub(in crate::authority) agent_version: String,
    pub(in crate::authority) agent_harness_id: String,
    pub(in crate::authority) running_location: String,
}

/// An agent as it is known.
#[derive(Clone, Debug)]
pub(in crate::authority) struct KnownAgent {
    /// 32 bytes.
    pub(in crate::authority) public_key: Vec<u8>,
    pub(in crate::authority) account_id: String,
    pub(in crate::authority) is_revoked: bool,
}

/// Registers an agent and returns its id: one key of one user is one agent, so a repeated registration gets the same id.
/// None if that agent was revoked.
pub(in crate::authority) fn register(connection: &Connection, agent: &NewAgent, now_ms: i64) -> rusqlite::Result<Option<String>> {
    let known = connection
        .prepare_cached(
            "SELECT agent_runtime_id, revoked_ms IS NOT NULL FROM agents
             WHERE public_key = ?1 AND account_id = ?2 AND chatgpt_user_id = ?3",
        )?
        .query_row((&agent.public_key, &agent.account_id, &agent.chatgpt_user_id), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((id, is_revoked)) = known {
        return Ok(if is_revoked { None } else { Some(id) });
    }
    connection
        .prepare_cached(
            "INSERT INTO agents (agent_runtime_id, public_key, account_id, chatgpt_user_id, agent_version, agent_harness_id,
             running_location, registered_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            &agent.agent_runtime_id,
            &agent.public_key,
            &agent.account_id,
            &agent.chatgpt_user_id,
            &agent.agent_version,
            &agent.agent_harness_id,
            &agent.running_location,
            now_ms,
        ))?;
    Ok(Some(agent.agent_runtime_id.clone()))
}

/// The agent of this id.
pub(in crate::authority) fn find(connection: &Connection, agent_runtime_id: &str) -> rusqlite::Result<Option<KnownAgent>> {
    connection
        .prepare_cached("SELECT public_key, account_id, revoked_ms IS NOT NULL FROM agents WHERE agent_runtime_id = ?1")?
        .query_row([agent_runtime_id], |row| Ok(KnownAgent { public_key: row.get(0)?, account_id: row.get(1)?, is_revoked: row.get(2)? }))
        .optional()
}

/// Revokes an agent; whether there is one of this id.
pub(in crate::authority) fn revoke(connection: &Connection, agent_runtime_id: &str, now_ms: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("UPDATE agents SET revoked_ms = coalesce(revoked_ms, ?2) WHERE agent_runtime_id = ?1")?
        .execute((agent_runtime_id, now_ms))
        .map(|changed| changed == 1)
}

/// One row of the inspection endpoint.
#[derive(Debug, serde::Serialize)]
pub(in crate::authority) struct ListedAgent {
    pub(in crate::authority) agent_runtime_id: String,
    account_id: String,
    chatgpt_user_id: String,
    running_location: String,
    revoked: bool,
    tasks: Vec<super::tasks::ListedTask>,
}

/// Every agent with its tasks.
pub(in crate::authority) fn list(connection: &Connection) -> rusqlite::Result<Vec<ListedAgent>> {
    let mut agents = connection
        .prepare_cached(
            "SELECT agent_runtime_id, account_id, chatgpt_user_id, running_location, revoked_ms IS NOT NULL FROM agents
             ORDER BY registered_ms, agent_runtime_id",
        )?
        .query_map((), |row| {
            Ok(ListedAgent {
                agent_runtime_id: row.get(0)?,
                account_id: row.get(1)?,
                chatgpt_user_id: row.get(2)?,
                running_location: row.get(3)?,
                revoked: row.get(4)?,
                tasks: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for agent in &mut agents {
        agent.tasks = super::tasks::list(connection, &agent.agent_runtime_id)?;
    }
    Ok(agents)
}
