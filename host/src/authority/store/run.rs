//! How the last run ended, and with that what is known about accepted assertions.

use rusqlite::{Connection, OptionalExtension};

/// How the replay window of an earlier run can be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::authority) enum Earlier {
    /// There was none.
    None,
    /// Whatever it accepted is recorded.
    Recorded,
    /// The machine stopped before everything was on disk, or nothing was recorded.
    Lost,
}

/// Looks at the traces of the earlier run. A killed process loses no commit; a machine that went down may lose the last ones.
pub(in crate::authority) fn earlier(connection: &Connection, boot_id: Option<&str>) -> rusqlite::Result<Earlier> {
    let row = connection
        .query_row("SELECT boot_id, stopped_cleanly, replay_recorded FROM authority", (), |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?))
        })
        .optional()?;
    let Some((then, stopped_cleanly, recorded)) = row else { return Ok(Earlier::None) };
    let same_boot = boot_id.is_some() && then.as_deref() == boot_id;
    Ok(if recorded && (stopped_cleanly || same_boot) { Earlier::Recorded } else { Earlier::Lost })
}

/// Notes that a run has begun; from now on it has not stopped cleanly. `mark_s` is where its replay window starts.
pub(in crate::authority) fn begin(
    connection: &Connection,
    boot_id: Option<&str>,
    recorded: bool,
    mark_s: Option<i64>,
) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT INTO authority (id, boot_id, stopped_cleanly, replay_recorded, replay_mark_s) VALUES (1, ?1, 0, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET boot_id = ?1, stopped_cleanly = 0, replay_recorded = ?2,
             replay_mark_s = nullif(max(coalesce(replay_mark_s, -1), coalesce(?3, -1)), -1)",
            (boot_id, recorded, mark_s),
        )
        .map(drop)
}

/// Notes that everything is stored.
pub(in crate::authority) fn end(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE authority SET stopped_cleanly = 1", ()).map(drop)
}

/// What differs after each start of the machine; none where the platform does not tell.
pub(in crate::authority) fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
