//! Development tokens. The token itself is a secret of whoever got it; here is only its hash.

use rusqlite::{Connection, OptionalExtension};
use sha2_host::{Digest, Sha256};

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::authority) struct Holder {
    pub(in crate::authority) account_id: String,
    pub(in crate::authority) chatgpt_user_id: String,
}

/// SHA-256 of a token. A token has 256 random bits, so that its hash needs no salt and can be looked up.
pub(in crate::authority) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Stores a token, and removes those that have expired.
pub(in crate::authority) fn issue(
    connection: &Connection,
    token_hash: &[u8; 32],
    holder: &Holder,
    now_ms: i64,
    expires_ms: i64,
) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM tokens WHERE expires_ms <= ?1")?.execute([now_ms])?;
    connection
        .prepare_cached("INSERT INTO tokens (token_hash, account_id, chatgpt_user_id, expires_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute((token_hash, &holder.account_id, &holder.chatgpt_user_id, expires_ms))
        .map(drop)
}

/// Whose token this is, if it is one that has not expired.
pub(in crate::authority) fn find(connection: &Connection, token_hash: &[u8; 32], now_ms: i64) -> rusqlite::Result<Option<Holder>> {
    connection
        .prepare_cached("SELECT account_id, chatgpt_user_id FROM tokens WHERE token_hash = ?1 AND expires_ms > ?2")?
        .query_row((token_hash, now_ms), |row| Ok(Holder { account_id: row.get(0)?, chatgpt_user_id: row.get(1)? }))
        .optional()
}
