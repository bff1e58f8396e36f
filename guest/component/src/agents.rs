//! Interface `agents`.

use crate::Component;
use crate::exports::agents as wit;
use crate::exports::errors::Error;
use crate::exports::keys::{KeyBorrow, VerifyingKeyBorrow};
use crate::exports::operations::Operation;
use crate::exports::registrations::AgentDescription;
use crate::exports::task_refs::ExternalTaskRef;
use crate::keys::KeyResource;
use crate::operations::OperationResource;
use crate::ports::HostPorts;
use crate::task_refs::normalized;
use agent_identity_core::agent::{Agent, AgentConfig};
use agent_identity_core::clock_offset::{ClockOffset, Judgement, Observed};
use agent_identity_core::flow::{self, Completion};
use agent_identity_core::keys::PublicKey;
use agent_identity_core::registering::AgentRegistration;
use agent_identity_core::rejection::{Answer, NetworkFailure, Rules};
use agent_identity_core::scope::{self, Inputs, Login, Policy, Provider, Scope, State};
use agent_identity_core::skew::{self, Threshold};
use agent_identity_core::{Code, Error as CoreError};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

impl wit::Guest for Component {
    type Agent = Agent;

    fn begin_register_agent(
        authapi_base: String,
        key: VerifyingKeyBorrow<'_>,
        description: AgentDescription,
        access_token: String,
        fedramp: bool,
    ) -> Result<Operation, Error> {
        let token = Zeroizing::new(access_token);
        let base = authapi_base.trim_end_matches('/');
        let registration = AgentRegistration::new(base, key.get::<PublicKey>(), &description.into(), token, fedramp)?;
        Ok(OperationResource::handle(flow::Operation::new(|effects| async move {
            registration.run(&effects, &HostPorts).await.map(Completion::AgentRegistered)
        })))
    }

    fn decide_scope(inputs: wit::ScopeInputs) -> Result<wit::ScopeDecision, Error> {
        let failure = match inputs.failure.as_deref() {
            None => None,
            Some(code) => {
                Some(Code::from_text(code).ok_or_else(|| CoreError::new(Code::ConfigInvalid, "the failure is not a known error code"))?)
            }
        };
        let decision = scope::decide(&Inputs {
            scope: Scope::parse(&inputs.scope)?,
            provider: Provider::parse(&inputs.provider)?,
            policy: Policy::parse(&inputs.policy)?,
            login: Login::parse(&inputs.login)?,
            state: State::parse(&inputs.state)?,
            fallback: inputs.fallback,
            can_register: inputs.can_register,
            failure,
        });
        let engage_fallback = decision.engages_fallback();
        Ok(wit::ScopeDecision {
            row: decision.row.as_str().into(),
            outcome: decision.result.as_str().into(),
            code: decision.code.map(|code| code.as_str().into()),
            engage_fallback,
        })
    }

    fn measure_skew(inputs: wit::SkewInputs) -> Result<wit::SkewMeasurement, Error> {
        let threshold = inputs.threshold_s.map_or(Ok(Threshold::default()), Threshold::from_seconds)?;
        let skew_ms = skew::measure(inputs.sent_ms, inputs.received_ms, inputs.date.as_deref(), inputs.age.as_deref())?;
        Ok(wit::SkewMeasurement { skew_ms, used: skew::used(skew_ms, inputs.offset_ms, threshold) })
    }

    fn classify_response(response: wit::ResponseFacts, offset_ms: i64, threshold_s: Option<u32>) -> Result<wit::Rejection, Error> {
        judge(&ClockOffset::new(true, threshold_s)?.starting_at(offset_ms), &response)
    }
}

impl wit::GuestAgent for Agent {
    fn open(config: wit::AgentConfig, key: KeyBorrow<'_>) -> Result<wit::Agent, Error> {
        let config = AgentConfig {
            agent_runtime_id: &config.agent_runtime_id,
            account_id: config.account_id.as_deref(),
            chatgpt_user_id: config.chatgpt_user_id.as_deref(),
            fedramp: config.fedramp,
            authapi_base: &config.authapi_base,
            correct_clock: config.correct_clock,
            skew_threshold_s: config.skew_threshold_s,
        };
        Ok(wit::Agent::new(Self::open(&config, key.get::<KeyResource>().0.clone())?))
    }

    fn authorize(&self, reference: Option<String>) -> Result<Vec<(String, String)>, Error> {
        Ok(self.authorize(reference.as_deref(), &HostPorts)?)
    }

    fn ticket(&self, reference: Option<String>) -> Result<wit::Ticket, Error> {
        let ticket = self.ticket(reference.as_deref())?;
        Ok(wit::Ticket {
            agent_runtime_id: ticket.agent_runtime_id.as_str().into(),
            task_id: ticket.task_id.as_str().into(),
            clock_offset_ms: ticket.clock_offset_ms,
            account_headers: ticket.account_headers,
        })
    }

    fn adopt_task(&self, reference: Option<String>, task_id: String) -> Result<(), Error> {
        Ok(self.adopt_task(reference, &task_id)?)
    }

    fn task(&self, reference: Option<String>) -> Option<String> {
        self.task(reference.as_deref()).map(|id| id.as_str().into())
    }

    fn forget_task(&self, reference: Option<String>) -> Option<String> {
        self.forget_task(reference.as_deref()).map(|id| id.as_str().into())
    }

    fn begin_register_task(&self, reference: Option<ExternalTaskRef>, conversation: Option<String>) -> Result<Operation, Error> {
        let operation = self.register_task(normalized(reference.as_ref())?, conversation.as_deref(), Rc::new(HostPorts));
        Ok(OperationResource::handle(operation))
    }

    fn on_response(&self, response: wit::ResponseFacts) -> Result<wit::Rejection, Error> {
        judge(self.clock(), &response)
    }

    fn clock_offset_ms(&self) -> i64 {
        self.clock().ms()
    }
}

fn judge(clock: &ClockOffset, response: &wit::ResponseFacts) -> Result<wit::Rejection, Error> {
    let Some(status) = response.status else {
        let rejection = Rules::default().classify(&Answer::None(NetworkFailure::Failed));
        return Ok(rejected(Judgement { rejection, skew_ms: None }));
    };
    let observed = Observed {
        status,
        date: response.date.as_deref(),
        age: response.age.as_deref(),
        body: &response.body,
        sent_ms: response.sent_ms,
        received_ms: response.received_ms,
    };
    Ok(rejected(clock.observe(&observed)?))
}

fn rejected(judgement: Judgement) -> wit::Rejection {
    let Judgement { rejection, skew_ms } = judgement;
    wit::Rejection {
        class: rejection.class.as_str().into(),
        code: rejection.code.map(|code| code.as_str().into()),
        action: rejection.action.as_str().into(),
        skew_ms,
    }
}
