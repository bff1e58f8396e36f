//! Tasks of agents.

use rusqlite::{Connection, OptionalExtension};

/// A task as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::authority) struct KnownTask {
    /// None is the run task.
    pub(in crate::authority) external_task_ref: Option<String>,
    pub(in crate::authority) is_ended: bool,
}

/// The live task of this agent and reference; `new_task_id` becomes one if there is none yet.
pub(in crate::authority) fn register(
    connection: &Connection,
    agent_runtime_id: &str,
    external_task_ref: Option<&str>,
    new_task_id: &str,
    now_ms: i64,
) -> rusqlite::Result<String> {
    let reference = external_task_ref.unwrap_or_default();
    let live = connection
        .prepare_cached("SELECT task_id FROM tasks WHERE agent_runtime_id = ?1 AND external_task_ref = ?2 AND ended_ms IS NULL")?
        .query_row((agent_runtime_id, reference), |row| row.get(0))
        .optional()?;
    if let Some(task_id) = live {
        return Ok(task_id);
    }
    connection
        .prepare_cached("INSERT INTO tasks (task_id, agent_runtime_id, external_task_ref, registered_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute((new_task_id, agent_runtime_id, reference, now_ms))?;
    Ok(new_task_id.to_owned())
}

/// The task of this id, if it is one of this agent.
pub(in crate::authority) fn find(connection: &Connection, agent_runtime_id: &str, task_id: &str) -> rusqlite::Result<Option<KnownTask>> {
    connection
        .prepare_cached("SELECT external_task_ref, ended_ms IS NOT NULL FROM tasks WHERE task_id = ?1 AND agent_runtime_id = ?2")?
        .query_row((task_id, agent_runtime_id), |row| Ok(KnownTask { external_task_ref: reference(row.get(0)?), is_ended: row.get(1)? }))
        .optional()
}

/// Ends a task; whether there is one of this id.
pub(in crate::authority) fn end(connection: &Connection, task_id: &str, now_ms: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("UPDATE tasks SET ended_ms = coalesce(ended_ms, ?2) WHERE task_id = ?1")?
        .execute((task_id, now_ms))
        .map(|changed| changed == 1)
}

/// One row of the inspection endpoint.
#[derive(Debug, serde::Serialize)]
pub(in crate::authority) struct ListedTask {
    task_id: String,
    external_task_ref: Option<String>,
    ended: bool,
}

/// The tasks of an agent.
pub(super) fn list(connection: &Connection, agent_runtime_id: &str) -> rusqlite::Result<Vec<ListedTask>> {
    connection
        .prepare_cached(
            "SELECT task_id, external_task_ref, ended_ms IS NOT NULL FROM tasks WHERE agent_runtime_id = ?1
             ORDER BY registered_ms, task_id",
        )?
        .query_map([agent_runtime_id], |row| {
            Ok(ListedTask { task_id: row.get(0)?, external_task_ref: reference(row.get(1)?), ended: row.get(2)? })
        })?
        .collect()
}

fn reference(stored: String) -> Option<String> {
    Some(stored).filter(|stored| !stored.is_empty())
}
