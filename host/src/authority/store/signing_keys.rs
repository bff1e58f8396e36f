//! The key that identity JWTs are signed with: one for each database.

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

/// The key in PKCS#8, if there is one yet.
pub(in crate::authority) fn load(connection: &Connection) -> rusqlite::Result<Option<Zeroizing<Vec<u8>>>> {
    connection.query_row("SELECT pkcs8 FROM signing_keys", (), |row| row.get(0).map(Zeroizing::new)).optional()
}

/// Stores a key unless there is one, and returns the one that is there now.
pub(in crate::authority) fn keep_first(connection: &Connection, pkcs8: &[u8]) -> rusqlite::Result<Zeroizing<Vec<u8>>> {
    connection.execute("INSERT INTO signing_keys (id, pkcs8) VALUES (1, ?1) ON CONFLICT DO NOTHING", [pkcs8])?;
    connection.query_row("SELECT pkcs8 FROM signing_keys", (), |row| row.get(0).map(Zeroizing::new))
}
