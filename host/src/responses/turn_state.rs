//! The sticky token of a turn (10-2).

use crate::auth::Credential;
use crate::driver::lock;
use crate::provider::is_legal_value;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Header field, and member of the `response.metadata` event, that carries the token.
pub(crate) const HEADER: &str = "x-codex-turn-state";

/// The token of one turn: the first the server gives, sent on every later request of the turn, compaction included. Make a new
/// one for each turn. Clones share it. `Debug` does not show it.
#[derive(Clone, Default)]
pub struct TurnState(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    token: Option<String>,
    owner: Option<Owner>,
}

/// Whose credential a request carries, as far as it matters for the token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Owner(String);

impl TurnState {
    /// For a turn that begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the server has given a token.
    pub fn is_set(&self) -> bool {
        lock(&self.0).token.is_some()
    }

    /// The token to send for this owner. One that was given to another owner is dropped.
    pub(crate) fn token_for(&self, owner: &Owner) -> Option<String> {
        let mut state = lock(&self.0);
        if state.owner.as_ref() != Some(owner) {
            *state = State { token: None, owner: Some(owner.clone()) };
        }
        state.token.clone()
    }

    /// Keeps the first token the owner is given. One that cannot be sent back is of no use.
    pub(crate) fn offer(&self, owner: &Owner, token: &str) {
        let mut state = lock(&self.0);
        if state.token.is_none() && state.owner.as_ref() == Some(owner) && is_legal_value(token) {
            state.token = Some(token.to_owned());
        }
    }
}

impl Owner {
    /// The account, or without one the login and what decided on its credential.
    pub(crate) fn of(credential: &Credential) -> Self {
        let account = credential.headers().iter().find(|(name, _)| name.eq_ignore_ascii_case("chatgpt-account-id"));
        Self(account.map_or_else(
            || format!("login {}, row {}", credential.login_turn(), credential.row()),
            |(_, id)| format!("account {}", id.expose()),
        ))
    }
}

impl fmt::Debug for TurnState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TurnState({})", if self.is_set() { "set" } else { "none" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Secret;
    use crate::provider::vectors::cases;

    fn account(id: &str) -> Owner {
        let fields = vec![("Authorization".into(), Secret::from("Bearer t")), ("ChatGPT-Account-ID".into(), Secret::from(id))];
        Owner::of(&Credential::headers_of_login("P9", fields))
    }

    #[test]
    fn r10_2_the_first_token_wins_and_clones_share_it() {
        let (state, owner) = (TurnState::new(), account("a"));
        assert_eq!(state.token_for(&owner), None);
        state.offer(&owner, "one");
        state.clone().offer(&owner, "two");
        assert_eq!(state.clone().token_for(&owner).as_deref(), Some("one"));
        assert_eq!(format!("{state:?}"), "TurnState(set)");
        assert!(!TurnState::new().is_set());
    }

    #[test]
    fn r10_2_vectors_of_turn_states() {
        for case in cases("turn-state") {
            let mut state = TurnState::new();
            let mut sent = Vec::new();
            for step in case.input["steps"].as_array().unwrap() {
                if step == "turn begins" {
                    state = TurnState::new();
                } else if let Some(token) = step["given"].as_str() {
                    state.offer(&account(step["to"].as_str().unwrap()), token);
                } else {
                    sent.push(state.token_for(&account(step["request_of"].as_str().unwrap())));
                }
            }
            case.check(Ok(sent.into()));
        }
    }

    #[test]
    fn r10_2_another_owner_clears_it_for_good() {
        let (state, first, second) = (TurnState::new(), account("a"), account("b"));
        state.token_for(&first);
        state.offer(&first, "one");
        assert_eq!(state.token_for(&second), None);
        // What an answer to the first owner still brings is not the second owner's.
        state.offer(&first, "late");
        assert!(!state.is_set());
        assert_eq!(state.token_for(&first), None);
    }

    #[test]
    fn without_an_account_login_and_row_tell_owners_apart() {
        let (key, nothing) = (Credential::bearer("P1", &Secret::from("k1")), Credential::nothing("P5"));
        assert!(Owner::of(&key) == Owner::of(&Credential::bearer("P1", &Secret::from("k2"))));
        assert!(Owner::of(&key) != Owner::of(&nothing) && Owner::of(&key) != account("P1"));
    }

    #[test]
    fn a_token_that_is_no_header_value_is_not_kept() {
        let (state, owner) = (TurnState::new(), account("a"));
        state.token_for(&owner);
        for illegal in ["", " a", "a\nb", "é"] {
            state.offer(&owner, illegal);
        }
        assert!(!state.is_set());
    }
}
