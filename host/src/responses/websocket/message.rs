//! The message `response.create`.

use super::connection::Connection;
use super::question::Question;
use crate::error::Error;
use crate::metadata::Moment;
use crate::responses::ClientParts;
use crate::responses::request::{Described, Framing};
use zeroize::Zeroizing;

impl ClientParts {
    /// What is said over this connection: all of the request, or only what is new to the server (1-19).
    pub(super) fn message(&self, question: &Question<'_>, connection: &Connection) -> Result<String, Error> {
        let Question { request, metadata, .. } = *question;
        let covered = connection.covered.as_ref().filter(|_| !request.names_previous_response());
        let continued = covered.and_then(|covered| Some((covered.items_of(request)?, covered.response_id.as_str())));
        let (known, previous_response_id) = continued.map_or((0, None), |(known, id)| (known, Some(id)));
        let input = request.input.get(known..).unwrap_or_default();

        let turn_state = metadata.turn_state.as_ref().and_then(|state| state.token_for(&connection.belonging.owner));
        let moment = Moment {
            prompt_cache_key: request.prompt_cache_key.clone(),
            turn_state: turn_state.map(Zeroizing::new),
            start_unix_ms: Some(self.clock.now_ms()),
            ..Moment::default()
        };
        let mut rendered = metadata.render_message(&moment)?;
        let sent = metadata.sent_items(input, &self.provider, request.store, &mut rendered.dropped)?;
        let is_stored = metadata.is_stored_by(&self.provider)?;
        let framing = Framing { previous_response_id, generate: question.is_prewarm.then_some(false), input };
        request.message(&Described::new(&rendered, sent.as_deref(), is_stored), self.dialect(), &framing)
    }
}
