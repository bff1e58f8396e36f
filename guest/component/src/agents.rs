//! Interface `agents`.

use crate::Component;
use crate::exports::agents as wit;
use crate::exports::errors::Error;
use crate::exports::keys::{Key, KeyBorrow, VerifyingKeyBorrow};
use crate::exports::logins::Identity;
use crate::exports::operations::Operation;
use crate::exports::task_refs::ExternalTaskRef;
use crate::keys::KeyResource;
use crate::operations::OperationResource;
use crate::ports::HostPorts;
use crate::task_refs::normalized;
use agent_identity_core::agent::{Agent, AgentConfig, TaskRequest};
use agent_identity_core::clock_offset::{ClockOffset, Judgement, Observed};
use agent_identity_core::enrollment::{Account, Change, Enrollment, EnrollmentConfig};
use agent_identity_core::flow::{self, Completion};
use agent_identity_core::identifiers::TaskId;
use agent_identity_core::keys::PublicKey;
use agent_identity_core::registering::AgentRegistration;
use agent_identity_core::registration::AgentDescription;
use agent_identity_core::rejection::{Answer, NetworkFailure, Rules};
use agent_identity_core::scope::{self, Inputs, Login, Policy, Provider, Scope, State};
use agent_identity_core::secret_text::SecretText;
use agent_identity_core::skew::{self, Threshold};
use agent_identity_core::task_ref::TaskRef;
use agent_identity_core::{Code, Error as CoreError};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// An agent. The enrollment that made it, operations and other handles share it.
pub(crate) struct AgentResource(Rc<Agent>);

/// An enrollment. Its operations share it.
pub(crate) struct EnrollmentResource(Rc<Enrollment>);

impl wit::Guest for Component {
    type Agent = AgentResource;
    type Enrollment = EnrollmentResource;

    fn begin_register_agent(
        authapi_base: String,
        key: VerifyingKeyBorrow<'_>,
        description: AgentDescription,
        access_token: String,
        fedramp: bool,
    ) -> Result<Operation, Error> {
        let token = Zeroizing::new(access_token);
        let base = authapi_base.trim_end_matches('/');
        let registration = AgentRegistration::new(base, key.get::<PublicKey>(), &description, token, fedramp)?;
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

impl wit::GuestAgent for AgentResource {
    fn open(config: wit::AgentConfig, key: KeyBorrow<'_>) -> Result<wit::Agent, Error> {
        Ok(Self::handle(Rc::new(open(&config, key)?)))
    }

    fn authorize(&self, reference: Option<String>) -> Result<Vec<(String, String)>, Error> {
        Ok(self.0.authorize(reference.as_deref(), &HostPorts)?)
    }

    fn ticket(&self, reference: Option<String>) -> Result<wit::Ticket, Error> {
        let ticket = self.0.ticket(reference.as_deref())?;
        Ok(wit::Ticket {
            agent_runtime_id: ticket.agent_runtime_id.as_str().into(),
            task_id: ticket.task_id.as_str().into(),
            clock_offset_ms: ticket.clock_offset_ms,
            account_headers: ticket.account_headers,
        })
    }

    fn adopt_task(&self, reference: Option<String>, task_id: String) -> Result<(), Error> {
        Ok(self.0.adopt_task(reference, &task_id)?)
    }

    fn task(&self, reference: Option<String>) -> Option<String> {
        self.0.task(reference.as_deref()).map(|id| id.as_str().into())
    }

    fn forget_task(&self, reference: Option<String>) -> Option<String> {
        self.0.forget_task(reference.as_deref()).map(|id| id.as_str().into())
    }

    fn begin_register_task(&self, reference: Option<ExternalTaskRef>, conversation: Option<String>) -> Result<Operation, Error> {
        let operation = self.0.register_task(normalized(reference.as_ref())?, conversation.as_deref(), Rc::new(HostPorts));
        Ok(OperationResource::handle(operation))
    }

    fn begin_ensure_task(&self, request: wit::TaskRequest) -> Result<Operation, Error> {
        let request = TaskRequest {
            reference: request.ref_.as_deref().map(normalized_already).transpose()?,
            conversation: request.conversation,
            can_register: request.can_register,
            refused: request.refused.as_deref().map(TaskId::parse).transpose()?,
        };
        Ok(OperationResource::handle(self.0.ensure_task(request, Rc::new(HostPorts))))
    }

    fn identity(&self) -> Identity {
        identity(&self.0)
    }

    fn key(&self) -> Key {
        Key::new(KeyResource(self.0.signer().clone()))
    }

    fn on_response(&self, response: wit::ResponseFacts) -> Result<wit::Rejection, Error> {
        judge(self.0.clock(), &response)
    }

    fn clock_offset_ms(&self) -> i64 {
        self.0.clock().ms()
    }
}

impl AgentResource {
    fn handle(agent: Rc<Agent>) -> wit::Agent {
        wit::Agent::new(Self(agent))
    }
}

impl wit::GuestEnrollment for EnrollmentResource {
    fn open(config: EnrollmentConfig) -> Result<wit::Enrollment, Error> {
        Ok(wit::Enrollment::new(Self(Rc::new(Enrollment::open(config)?))))
    }

    fn begin(&self, change: wit::Change, conversation: Option<String>) -> Result<Operation, Error> {
        let operation = self.0.begin(change.into(), conversation.as_deref(), Rc::new(HostPorts))?;
        Ok(OperationResource::handle(operation))
    }

    fn agent(&self) -> Option<wit::Agent> {
        self.0.agent().map(AgentResource::handle)
    }
}

impl From<wit::Change> for Change {
    fn from(change: wit::Change) -> Self {
        match change {
            wit::Change::Bootstrap(login) => {
                let (account, token) = account(login);
                Self::Bootstrap(account, token)
            }
            wit::Change::Login(jwt) => Self::Login(jwt.into()),
            wit::Change::Load => Self::Load,
            wit::Change::Rotate(access_token) => Self::Rotate(access_token.into()),
            wit::Change::FinishRotation(accept) => Self::FinishRotation(accept),
            wit::Change::Logout => Self::Logout,
        }
    }
}

/// The agent of a configuration and a key.
pub(crate) fn open(config: &wit::AgentConfig, key: KeyBorrow<'_>) -> Result<Agent, CoreError> {
    let config = AgentConfig {
        agent_runtime_id: &config.agent_runtime_id,
        account_id: config.account_id.as_deref(),
        chatgpt_user_id: config.chatgpt_user_id.as_deref(),
        fedramp: config.fedramp,
        authapi_base: &config.authapi_base,
        correct_clock: config.correct_clock,
        skew_threshold_s: config.skew_threshold_s,
        clock_offset_ms: config.clock_offset_ms,
    };
    Agent::open(&config, key.get::<KeyResource>().0.clone())
}

/// Who an agent is.
pub(crate) fn identity(agent: &Agent) -> Identity {
    Identity {
        agent_runtime_id: agent.agent_runtime_id().as_str().into(),
        account_id: agent.account_id().unwrap_or_default().into(),
        chatgpt_user_id: agent.chatgpt_user_id().unwrap_or_default().into(),
        email: None,
        plan_type: String::new(),
        fedramp: agent.fedramp(),
        task_id: agent.task(None).map(|id| id.as_str().into()),
    }
}

/// The account of a login, and its access token.
pub(crate) fn account(login: wit::ManagedLogin) -> (Account, SecretText) {
    let account = Account {
        account_id: login.account_id,
        chatgpt_user_id: login.chatgpt_user_id,
        email: login.email,
        plan_type: login.plan_type,
        fedramp: login.fedramp,
    };
    (account, login.access_token.into())
}

/// A reference that the caller had normalised before.
pub(crate) fn normalized_already(text: &str) -> Result<TaskRef, CoreError> {
    TaskRef::from_normalized(text)
        .ok_or_else(|| CoreError::new(Code::ConfigInvalid, "the task reference is not a normalised one; normalise it first"))
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

pub(crate) fn rejected(judgement: Judgement) -> wit::Rejection {
    let Judgement { rejection, skew_ms } = judgement;
    wit::Rejection {
        class: rejection.class.as_str().into(),
        code: rejection.code.map(|code| code.as_str().into()),
        action: rejection.action.as_str().into(),
        skew_ms,
    }
}
