//! The tables, step by step. A step that was released is never changed; a new one is added after it.

use super::failed;
use crate::error::Error;
use rusqlite::Connection;

/// Tells an authority's database from other SQLite files: "AIDA".
const APPLICATION_ID: i32 = 0x4149_4441;

const STEPS: [&str; 1] = ["
CREATE TABLE authority (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot_id TEXT,
    stopped_cleanly INTEGER NOT NULL,
    replay_recorded INTEGER NOT NULL,
    replay_mark_s INTEGER
) STRICT;

CREATE TABLE agents (
    agent_runtime_id TEXT PRIMARY KEY,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    account_id TEXT NOT NULL,
    chatgpt_user_id TEXT NOT NULL,
    agent_version TEXT NOT NULL,
    agent_harness_id TEXT NOT NULL,
    running_location TEXT NOT NULL,
    registered_ms INTEGER NOT NULL,
    revoked_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX agent_of_key ON agents (public_key, account_id, chatgpt_user_id);

-- external_task_ref is empty for the run task, which no reference is.
CREATE TABLE tasks (
    task_id TEXT PRIMARY KEY,
    agent_runtime_id TEXT NOT NULL REFERENCES agents,
    external_task_ref TEXT NOT NULL,
    registered_ms INTEGER NOT NULL,
    ended_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX live_task ON tasks (agent_runtime_id, external_task_ref) WHERE ended_ms IS NULL;
CREATE INDEX task_by_agent ON tasks (agent_runtime_id);

-- Tokens themselves are not stored, only their SHA-256.
CREATE TABLE tokens (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id TEXT NOT NULL,
    chatgpt_user_id TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_expiry ON tokens (expires_ms);

CREATE TABLE accepted (
    replay_key BLOB PRIMARY KEY CHECK (length(replay_key) = 32),
    timestamp_s INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accepted_by_time ON accepted (timestamp_s);

CREATE TABLE signing_keys (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    pkcs8 BLOB NOT NULL
) STRICT;
"];

/// Brings a database up to date, or refuses one that is not an authority's or is newer than this program.
pub(super) fn apply(connection: &mut Connection) -> Result<(), Error> {
    let pragma = |connection: &Connection, name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(failed);
    let (version, application) = (pragma(connection, "user_version")?, pragma(connection, "application_id")?);
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let is_empty = || connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0)).map_err(failed);
    if application != APPLICATION_ID && !(application == 0 && done == 0 && is_empty()?) {
        return Err(Error::config("the database belongs to another program; choose another file"));
    }
    if done > STEPS.len() {
        return Err(Error::config("the database was written by a newer authority; use that one, or choose another file"));
    }
    for (step, version) in STEPS.iter().zip(1_i32..).skip(done) {
        let transaction = connection.transaction().map_err(failed)?;
        transaction.execute_batch(step).map_err(failed)?;
        transaction.pragma_update(None, "user_version", version).map_err(failed)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(())
}
