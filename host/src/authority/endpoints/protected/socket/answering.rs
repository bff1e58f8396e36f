//! One message and its answer, with the faults that were asked for.

use super::super::content;
use super::super::echo::Echo;
use super::super::events::{silent, spoken};
use super::{Arrival, Conversation, Ending, POLICY};
use crate::authority::answer::{Judged, Refusal};
use crate::authority::endpoints::{Endpoint, RESPONSES};
use crate::authority::failing::{GARBAGE, huge, refusal};
use crate::authority::faults::Kind;
use crate::authority::observing::observe_message;
use axum::extract::ws::Message;
use axum::http::StatusCode;
use serde_json::Value;
use std::time::Instant;

impl Conversation {
    pub(super) async fn answer(&mut self, message: &str) -> Result<(), Ending> {
        let planned = self.shared.faults.take(Endpoint::Message);
        if !planned.delay.is_zero() {
            tokio::time::sleep(planned.delay).await;
        }
        if let Some(kind) = planned.kind {
            tracing::info!(target: "agent_identity::authority", endpoint = Endpoint::Message.name(), ?kind, "fault");
        }
        match planned.kind {
            Some(Kind::Refuse(status, code)) => self.say(refusal(status, code, &planned).to_event()).await,
            Some(Kind::Redirect) => self.say(Refusal::new(StatusCode::TEMPORARY_REDIRECT, "fault").to_event()).await,
            Some(Kind::Garbage) => self.send(GARBAGE.into()).await,
            Some(Kind::Huge) => self.send(huge()).await,
            Some(Kind::Drop) => Err(Ending::Gone),
            kind => {
                let (events, ending) = self.judge(message).await;
                self.say_some(events, ending, kind).await
            }
        }
    }

    /// The events of the answer, and whether the conversation ends with them.
    async fn judge(&mut self, message: &str) -> (Vec<Value>, Result<(), Ending>) {
        let started = Instant::now();
        let served = self.serve(message).await;
        let (verified, duration) = (&self.verified, started.elapsed());
        match served {
            Ok(events) => {
                let judged = Judged::accepted(verified.agent_runtime_id.clone(), Some(verified.task_id.clone()));
                observe_message(&self.shared, RESPONSES, 200, &judged, duration);
                (events, Ok(()))
            }
            Err(refusal) => {
                let (judged, status) = refusal.judged();
                observe_message(&self.shared, RESPONSES, status, judged, duration);
                let ending = if status == 401 { Err(Ending::Closed(POLICY, "no longer verified")) } else { Ok(()) };
                (vec![refusal.to_event()], ending)
            }
        }
    }

    async fn serve(&mut self, message: &str) -> Result<Vec<Value>, Refusal> {
        // An assertion is good for minutes, a connection for an hour.
        self.shared.verifier.recheck(&self.verified).await?;
        let (verified, headers) = (&self.verified, &self.headers);
        let (content, judged) = content::judge(Endpoint::Message, message.as_bytes());
        let (endpoint, socket) = (Endpoint::Message, Some(self.open.number));
        self.shared.note(&Arrival { endpoint, socket, headers, content: &content, verified, refusal: judged.as_ref().err() });
        judged?;
        let echo = Echo::of(headers, &content);
        Ok(if content::is_prewarm(&content) { silent(verified, &echo)? } else { spoken(verified, &echo)? })
    }

    /// As many of the events as the fault leaves.
    async fn say_some(&mut self, mut events: Vec<Value>, ending: Result<(), Ending>, fault: Option<Kind>) -> Result<(), Ending> {
        let ending = match fault {
            Some(Kind::Truncate) => {
                events.truncate(events.len() / 2);
                Err(Ending::Gone)
            }
            Some(Kind::Stall) => {
                events.truncate(events.len() / 2);
                Err(Ending::Silent)
            }
            Some(Kind::Lose) => return Err(Ending::Gone),
            _ => ending,
        };
        for event in events {
            self.say(event).await?;
        }
        ending
    }

    async fn say(&mut self, event: Value) -> Result<(), Ending> {
        self.send(event.to_string()).await
    }

    async fn send(&mut self, text: String) -> Result<(), Ending> {
        self.socket.send(Message::Text(text.into())).await.map_err(|_| Ending::Gone)
    }
}
