//! What used-up bootstrap attempts forbid for a while (L10, L11).

use crate::error::{Code, Error};
use alloc::string::String;
use alloc::vec::Vec;

/// Entries kept (L11).
const MOST: usize = 16;
/// How long an entry holds, by the monotonic clock (L10).
const LENGTH_MS: u64 = 60 * 60 * 1000;

/// The failures that still hold, by account id and AuthAPI base; oldest first. In memory only.
#[derive(Default)]
pub(super) struct Cooldowns(Vec<(String, u64, Error)>);

impl Cooldowns {
    /// The failure that answers for the network, if the cooldown of this account still runs. How much of it is left is said as
    /// what to wait.
    pub(super) fn check(&self, account_id: &str, now_ms: u64) -> Result<(), Error> {
        let Some((_, since_ms, error)) = self.0.iter().find(|(of, ..)| of == account_id) else { return Ok(()) };
        let left_ms = LENGTH_MS.saturating_sub(now_ms.saturating_sub(*since_ms));
        if left_ms == 0 {
            return Ok(());
        }
        Err(error.clone().from_cooldown(left_ms.div_ceil(1000)))
    }

    /// Notes how a bootstrap ended.
    pub(super) fn note<T>(&mut self, account_id: &str, now_ms: u64, ended: &Result<T, Error>) {
        self.0.retain(|(of, ..)| of != account_id);
        let Err(error) = ended else { return };
        if error.code == Code::BootstrapUnavailable {
            if self.0.len() >= MOST {
                self.0.remove(0);
            }
            self.0.push((account_id.into(), now_ms, error.clone()));
        }
    }
}
