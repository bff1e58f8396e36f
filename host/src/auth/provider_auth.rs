//! The credentials of one provider and one login, as the table of `spec/identity.md` §9 gives them out.

use super::aws::{AwsCredentials, AwsLogin};
use super::credential::{Credential, Material};
use super::login::{Login, Policy};
use super::table::Table;
use super::{Attempt, Authorizer, Identities, Recovery, Scope, Secret, TokenCommand};
use crate::agent::ResponseFacts;
use crate::component::Component;
use crate::component::wit::agents::{ScopeDecision, ScopeInputs};
use crate::driver::{Event, EventKind, Observer, TraceEvents, lock};
use crate::error::{Advice, Error};
use crate::ports::Clock;
use crate::provider::{CredentialSource, Environment, ProcessEnvironment, Provider, filled, is_legal_value};
use crate::system::SystemClock;
use async_trait::async_trait;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Decides anew for every attempt what it carries. Share it in an `Arc`.
///
/// The login can be switched at any time. An attempt that is being authorised then starts again, so that what was made for one
/// account never goes out for the next.
pub struct ProviderAuth {
    provider: Arc<Provider>,
    login: Mutex<LoggedIn>,
    policy: Policy,
    table: Table,
    command: Option<TokenCommand>,
    aws: Option<AwsCredentials>,
    environment: Arc<dyn Environment>,
    observer: Arc<dyn Observer>,
}

/// A login, and what belongs to it alone.
struct LoggedIn {
    login: Arc<Login>,
    /// Counts the logins.
    turn: u64,
    /// Conversations that fell back to bearer (S2).
    fallbacks: HashSet<String>,
}

/// A login as it was at some moment.
struct Snapshot {
    login: Arc<Login>,
    turn: u64,
}

/// What the table is told about identity and task.
#[derive(Clone, Copy)]
struct Standing<'a> {
    state: &'a str,
    can_register: bool,
    failure: Option<&'a Error>,
}

impl ProviderAuth {
    /// With policy `jwt-only`, the environment of this process and events to `tracing`.
    pub fn new(component: &Component, provider: Arc<Provider>, login: Login) -> Result<Self, Error> {
        let command = token_command(&provider, Arc::new(SystemClock));
        let aws = aws_credentials(&provider, AwsLogin::default(), Arc::new(SystemClock));
        let login = LoggedIn { login: Arc::new(login), turn: 0, fallbacks: HashSet::new() };
        Ok(Self {
            provider,
            login: Mutex::new(login),
            policy: Policy::default(),
            table: Table::new(component)?,
            command,
            aws,
            environment: Arc::new(ProcessEnvironment),
            observer: Arc::new(TraceEvents),
        })
    }

    /// Which logins may use an Agent Identity.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Where environment keys are read.
    #[must_use]
    pub fn environment(self, environment: Arc<dyn Environment>) -> Self {
        Self { environment, ..self }
    }

    /// Who is told when a conversation falls back to a bearer token.
    #[must_use]
    pub fn observer(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The clock that tokens of a command grow old by, and that AWS signatures are dated by.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        let aws = self.aws.map(|aws| aws.with_clock(clock.clone()));
        Self { command: token_command(&self.provider, clock), aws, ..self }
    }

    /// What the program adds for AWS. No other provider uses it.
    #[must_use]
    pub fn aws(self, login: AwsLogin) -> Self {
        Self { aws: self.aws.map(|aws| aws.with_login(login)), ..self }
    }

    /// The provider.
    pub fn provider(&self) -> &Arc<Provider> {
        &self.provider
    }

    /// The login in use.
    pub fn login(&self) -> Arc<Login> {
        self.snapshot().login
    }

    /// Uses another login from now on. Fallbacks of the former one end with it.
    pub fn switch_login(&self, login: Login) {
        let mut logged_in = lock(&self.login);
        *logged_in = LoggedIn { login: Arc::new(login), turn: logged_in.turn + 1, fallbacks: HashSet::new() };
    }

    /// Forgets a conversation that is over.
    pub fn end_conversation(&self, conversation: &str) {
        lock(&self.login).fallbacks.remove(conversation);
    }

    async fn credential(&self, attempt: &Attempt<'_>, now: &Snapshot) -> Result<Credential, Error> {
        let key = match &self.provider.credentials {
            CredentialSource::EnvironmentKey(variable) => filled(&*self.environment, variable).map(Secret::new),
            _ => None,
        };
        // Only the rows that need an identity look at its state; they say so by asking for one.
        let state = match &self.provider.credentials {
            CredentialSource::EnvironmentKey(_) if key.is_some() => "variable-set",
            CredentialSource::EnvironmentKey(_) => "variable-missing",
            _ => "missing",
        };
        let decision = self.read_table(attempt, now, Standing { state, can_register: true, failure: None })?;
        match (wants_identity(&decision), now.login.identities()) {
            (true, Some(identities)) => self.identified(attempt, now, identities).await,
            _ => self.follow(&decision, attempt, now, key.as_ref(), None).await,
        }
    }

    /// Asks for an assertion, which may register or bootstrap, then reads the table again (S3).
    async fn identified(&self, attempt: &Attempt<'_>, now: &Snapshot, identities: &Arc<dyn Identities>) -> Result<Credential, Error> {
        let made = identities.authorize(attempt).await;
        let failure = made.as_ref().err();
        let state = failure.map_or("ready", |error| state_after(error, attempt));
        let standing = Standing { state, can_register: identities.can_register(), failure };
        let mut decision = self.read_table(attempt, now, standing)?;
        if wants_identity(&decision) {
            // It has just been tried: an unusable key is a failed bootstrap now, and what is missing cannot be had.
            let tried = match state {
                "key-unusable" => Standing { state: "boot-failed", ..standing },
                _ => Standing { can_register: false, ..standing },
            };
            decision = self.read_table(attempt, now, tried)?;
        }
        match made {
            Ok(assertion) if decision.outcome == "assertion" => Ok(Credential::assertion(decision.row, assertion)),
            made => self.follow(&decision, attempt, now, None, made.err()).await,
        }
    }

    fn read_table(&self, attempt: &Attempt<'_>, now: &Snapshot, standing: Standing<'_>) -> Result<ScopeDecision, Error> {
        let fallback = {
            let logged_in = lock(&self.login);
            logged_in.turn == now.turn && logged_in.fallbacks.contains(attempt.conversation)
        };
        self.table.decide(ScopeInputs {
            scope: scope_text(attempt.scope).into(),
            provider: self.provider.class().into(),
            policy: self.policy.as_str().into(),
            login: now.login.kind().into(),
            state: standing.state.into(),
            fallback,
            can_register: standing.can_register,
            failure: standing.failure.map(|error| error.code.clone()),
        })
    }

    /// Does what a row says. `failure` is what led to it.
    async fn follow(
        &self,
        decision: &ScopeDecision,
        attempt: &Attempt<'_>,
        now: &Snapshot,
        key: Option<&Secret>,
        failure: Option<Error>,
    ) -> Result<Credential, Error> {
        if decision.engage_fallback {
            self.engage_fallback(attempt, now, failure.as_ref());
        }
        let row = decision.row.as_str();
        match (decision.outcome.as_str(), &self.provider.credentials, &*now.login) {
            // P5 inherits nothing of the login; AWS has credentials of its own (13-5).
            ("nothing", CredentialSource::Aws(_), _) => match &self.aws {
                Some(aws) => aws.credential(row, &*self.environment).await,
                None => Err(Error::internal("AWS credentials are asked for where there are none".into())),
            },
            ("nothing", ..) => Ok(Credential::nothing(row)),
            ("bearer", CredentialSource::EnvironmentKey(variable), _) => bearer(row, key, &format!("the environment variable {variable}")),
            ("bearer", CredentialSource::OwnBearer(token), _) => bearer(row, Some(token), "experimental_bearer_token"),
            ("bearer", CredentialSource::Login, Login::ApiKey(key)) => bearer(row, Some(key), "the API key"),
            ("bearer", CredentialSource::Login, login @ Login::PersonalAccessToken(token)) => {
                Ok(bearer(row, Some(token), "the personal access token")?.for_base(login.default_base()))
            }
            ("bearer", CredentialSource::Login, login) => match login.tokens() {
                Some(source) => Credential::chatgpt(row, source.tokens().await?),
                None => Err(no_bearer(login)),
            },
            ("headers", CredentialSource::Login, Login::Headers(fields)) => Ok(Credential::headers_of_login(row, fields.clone())),
            ("command", CredentialSource::Command(_), _) => match &self.command {
                Some(command) => command.token().await.map(|printed| Credential::printed(row, &printed.token, printed.run)),
                None => Err(Error::internal("a token command is asked for where there is none".into())),
            },
            ("error", ..) => Err(self.refusal(decision, failure)),
            (outcome, ..) => Err(Error::internal(format!("row {row} says {outcome}, which does not fit provider and login"))),
        }
    }

    /// P19, S2: for this conversation, and only as long as the login it belongs to is in use.
    fn engage_fallback(&self, attempt: &Attempt<'_>, now: &Snapshot, failure: Option<&Error>) {
        let is_first = {
            let mut logged_in = lock(&self.login);
            logged_in.turn == now.turn && logged_in.fallbacks.insert(attempt.conversation.to_owned())
        };
        if !is_first {
            return;
        }
        let code = failure.map(|error| error.code.clone());
        tracing::warn!(
            conversation = attempt.conversation,
            code,
            "no agent identity can be had now; this conversation uses the bearer token of its login until it ends"
        );
        self.observer.event(&Event {
            kind: EventKind::FallbackEngaged,
            subject: "agent".into(),
            conversation: Some(attempt.conversation.into()),
            key_digest: String::new(),
            attempt: failure.and_then(|error| error.attempts).unwrap_or(0),
            delay_ms: None,
            code,
        });
    }

    /// The error of an error row: what led to it, unless the row has a code of its own. No text names another credential (S5).
    fn refusal(&self, decision: &ScopeDecision, failure: Option<Error>) -> Error {
        let Some(code) = decision.code.as_deref().filter(|code| failure.as_ref().is_none_or(|error| error.code != *code)) else {
            return failure.unwrap_or_else(|| Error::internal(format!("row {} is an error without a code", decision.row)));
        };
        let (advice, message) = match (code, &self.provider.credentials) {
            ("provider-key-missing", CredentialSource::EnvironmentKey(variable)) => (
                Advice::FixConfig,
                format!("the environment variable {variable} of the provider {} is unset or blank; set it", self.provider.id),
            ),
            ("provider-unsupported", _) => (
                Advice::FixConfig,
                format!("a Bedrock login cannot serve the provider {}; choose the provider amazon-bedrock", self.provider.id),
            ),
            ("run-task-missing", _) => (
                Advice::AfterRegister,
                "the identity has no task for this request and none can be registered here; register it first".into(),
            ),
            (code, _) => (Advice::Never, format!("row {} of the auth scope table refuses this request ({code})", decision.row)),
        };
        Error { cause: failure.map(|error| error.code), ..Error::new(code, advice, message) }
    }

    fn snapshot(&self) -> Snapshot {
        let logged_in = lock(&self.login);
        Snapshot { login: logged_in.login.clone(), turn: logged_in.turn }
    }
}

#[async_trait]
impl Authorizer for ProviderAuth {
    async fn authorize(&self, attempt: &Attempt<'_>) -> Result<Credential, Error> {
        loop {
            let now = self.snapshot();
            let credential = self.credential(attempt, &now).await;
            if self.snapshot().turn == now.turn {
                return credential.map(|credential| credential.of_login(now.turn));
            }
        }
    }

    async fn recover(&self, attempt: &Attempt<'_>, sent: &Credential, refusal: &ResponseFacts) -> Result<Recovery, Error> {
        let now = self.snapshot();
        // Only a 401 is ever repeated (D2).
        let is_unauthorized = refusal.status == Some(401);
        let recovery = match (sent.material(), &self.command) {
            (Material::Printed { run, .. }, Some(command)) if is_unauthorized => {
                return command.renew(*run).await.map(|()| Recovery::Repeat);
            }
            (Material::Signature(_), _) => {
                if let Some(aws) = &self.aws {
                    aws.refused().await;
                }
                Recovery::Surface(None)
            }
            // It was made for another login: nothing of the present one is at fault.
            _ if sent.login_turn() != now.turn => Recovery::Surface(None),
            (Material::Assertion(assertion), _) => match now.login.identities() {
                Some(identities) => identities.recover(attempt, assertion, refusal).await?,
                None => Recovery::Surface(None),
            },
            (Material::Chatgpt { tokens, .. }, _) if is_unauthorized => match now.login.tokens() {
                Some(source) if source.renew(tokens).await? => Recovery::Repeat,
                _ => Recovery::Surface(None),
            },
            _ => Recovery::Surface(None),
        };
        let may_repeat = is_unauthorized && self.snapshot().turn == now.turn;
        Ok(if recovery == Recovery::Repeat && !may_repeat { Recovery::Surface(None) } else { recovery })
    }
}

impl fmt::Debug for ProviderAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderAuth({:?}, {:?}, {:?})", self.provider, self.login(), self.policy)
    }
}

fn token_command(provider: &Provider, clock: Arc<dyn Clock>) -> Option<TokenCommand> {
    match &provider.credentials {
        CredentialSource::Command(auth) => Some(TokenCommand::new(auth.clone(), clock)),
        _ => None,
    }
}

fn aws_credentials(provider: &Provider, login: AwsLogin, clock: Arc<dyn Clock>) -> Option<AwsCredentials> {
    match &provider.credentials {
        CredentialSource::Aws(aws) => Some(AwsCredentials::new(aws, login, clock)),
        _ => None,
    }
}

fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::Scoped => "scoped",
        Scope::Plain => "plain",
    }
}

fn wants_identity(decision: &ScopeDecision) -> bool {
    matches!(decision.outcome.as_str(), "register" | "bootstrap")
}

/// The state an error stands for. `bootstrap-unavailable` always comes from the bootstrap, also when a reference was asked for
/// (N12); any other error of a request with a reference is the reference's.
fn state_after(error: &Error, attempt: &Attempt<'_>) -> &'static str {
    match error.code.as_str() {
        code if code.starts_with("key-") => "key-unusable",
        "bootstrap-unavailable" => "boot-unavailable",
        "run-task-missing" => "missing",
        _ if attempt.reference.is_some() => "ref-failed",
        _ => "boot-failed",
    }
}

fn bearer(row: &str, token: Option<&Secret>, what: &str) -> Result<Credential, Error> {
    match token {
        Some(token) if is_legal_value(token.expose()) => Ok(Credential::bearer(row, token)),
        _ => Err(Error::config(format!("{what} holds characters that no header can carry; set it again"))),
    }
}

fn no_bearer(login: &Login) -> Error {
    Error::new("bearer-unavailable", Advice::Never, format!("a login of kind {} has no bearer token", login.kind()))
}

#[cfg(test)]
mod tests;
