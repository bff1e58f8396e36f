//! Accepted assertions, as long as they could be accepted again.

use crate::component::wit::verification::ReplayEntry;
use rusqlite::Connection;

/// The entries above the mark, and the mark.
pub(in crate::authority) fn load(connection: &Connection) -> rusqlite::Result<(Vec<ReplayEntry>, Option<i64>)> {
    let mark_s = connection.query_row("SELECT max(replay_mark_s) FROM authority", (), |row| row.get::<_, Option<i64>>(0))?;
    let mut statement = connection.prepare_cached("SELECT replay_key, timestamp_s, count FROM accepted ORDER BY timestamp_s")?;
    let entries = statement
        .query_map((), |row| Ok(ReplayEntry { key: row.get(0)?, timestamp_s: row.get(1)?, count: row.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?;
    Ok((entries, mark_s))
}

/// Records that an assertion was accepted for the `count`th time. A transaction that commits late lowers no count.
pub(in crate::authority) fn record(connection: &Connection, key: &[u8], timestamp_s: i64, count: u32) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO accepted (replay_key, timestamp_s, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (replay_key) DO UPDATE SET count = max(count, excluded.count)",
        )?
        .execute((key, timestamp_s, count))
        .map(drop)
}

/// Raises the mark and removes what lies at or below it.
pub(in crate::authority) fn forget_through(connection: &Connection, mark_s: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE authority SET replay_mark_s = ?1 WHERE replay_mark_s IS NULL OR replay_mark_s < ?1")?
        .execute([mark_s])?;
    connection.prepare_cached("DELETE FROM accepted WHERE timestamp_s <= ?1")?.execute([mark_s]).map(drop)
}
