//! `agent-identity respond`

mod telling;

use super::backend::Backend;
use super::context::Context;
use super::enrolled::Enrolled;
use super::failure::Failure;
use super::originator;
use super::progress::Progress;
use super::provider_choice::ProviderChoice;
use super::reference::Reference;
use super::request::body::Body;
use crate::auth::{Login, ProviderAuth};
use crate::installation;
use crate::metadata::{Execution, Metadata, SessionFacts, SessionMetadata};
use crate::provider::Provider;
use crate::responses::{Reasoning, ReasoningEffort, RequestMetadata, ResponsesClient, ResponsesRequest};
use crate::types::ExternalTaskRef;
use crate::{Component, Surroundings};
use clap::Args;
use serde_json::json;
use std::sync::Arc;
use telling::Telling;

/// Send a prompt to a model and print its answer while it arrives
///
/// Sends one request to the `responses` endpoint of a provider, with the credential that the provider asks for: the identity of the home
/// folder, an environment key, a token command or none. A stream that breaks is begun anew. Neither prompt nor answer is kept,
/// here or at the provider; the installation id is made at the first use, in the home folder.
#[derive(Args)]
#[command(after_help = "\
Examples:
  agent-identity respond --model gpt-5.4 'Name three rivers'
  git diff | agent-identity respond --model gpt-5.4 --instructions 'Review this change' -
  agent-identity respond --model m --base-url http://127.0.0.1:8080/backend-api/codex hello
  agent-identity respond --model m --provider proxy.toml --json hello | jq -r 'select(.delta).delta'

Exit codes:
  0  the answer is complete                     4  network, server or a limit: wait, then repeat
  1  refused, cut off, or it could not be read  5, 6  the identity: its clock, its task")]
pub struct Respond {
    /// The prompt: the text itself, @FILE, or - for standard input
    #[arg(value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    prompt: Body,
    /// The model
    #[arg(long, short, value_name = "NAME")]
    model: String,
    /// System instructions
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,
    /// How much to reason, such as low, medium or high
    #[arg(long, value_name = "EFFORT")]
    effort: Option<String>,
    #[command(flatten)]
    provider: ProviderChoice,
    /// Base URL of a provider that takes the identity of the home folder [default: the production service]
    #[arg(long, value_name = "URL", conflicts_with = "provider")]
    base_url: Option<String>,
    #[command(flatten)]
    reference: Reference,
    #[command(flatten)]
    backend: Backend,
}

impl Respond {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let request = self.request()?;
        let provider = self.provider(context)?;
        let component = context.component()?;
        let progress = context.progress("waiting for the answer");
        let (login, reference) = self.login(context, &component, &provider, progress.clone()).await?;
        let auth = ProviderAuth::new(&component, Arc::new(provider.clone()), login)?.observer(progress.clone());
        let client = ResponsesClient::builder(provider, Arc::new(auth)).build()?;
        let metadata = RequestMetadata { reference, ..self.describe(context, &component).await? };
        let mut turn = client.turn(&request, &metadata);
        let mut telling = Telling::new(&context.output);
        while let Some(event) = turn.next().await {
            progress.done();
            match event {
                Ok(event) => telling.tell(&event)?,
                Err(error) => return Err(telling.broken_off(error)),
            }
        }
        telling.end()
    }

    fn request(&self) -> Result<ResponsesRequest, Failure> {
        let prompt = String::from_utf8(self.prompt.read()?).unwrap_or_default();
        if prompt.trim().is_empty() {
            return Err(Failure::usage(
                "the prompt is empty, or is not text",
                "give it as an argument, as @FILE, or on standard input with -",
            ));
        }
        let effort = self.effort.as_deref().map(ReasoningEffort::new).transpose()?;
        let content = json!([{ "type": "input_text", "text": prompt }]);
        Ok(ResponsesRequest {
            model: self.model.clone(),
            instructions: self.instructions.clone(),
            input: vec![json!({ "type": "message", "role": "user", "content": content })],
            reasoning: effort.map(|effort| Reasoning { effort: Some(effort), summary: None }),
            ..ResponsesRequest::default()
        })
    }

    /// A turn of a new thread. Nothing is said about the working directory: nobody asked for that.
    async fn describe(&self, context: &Context, component: &Component) -> Result<RequestMetadata, Failure> {
        let metadata = Metadata::new(component, &Surroundings::default())?;
        let home = context.home()?;
        let (originator, user_agent) = originator::of_this_program(&mut metadata.session()?)?;
        let session = SessionMetadata::open(
            &metadata,
            SessionFacts {
                installation_id: installation::id_in_home(home.path(), metadata.session()?).await?,
                thread_id: metadata.fresh_id()?,
                thread_source: Some("user".into()),
                originator: Some(originator),
                user_agent: Some(user_agent),
                ..SessionFacts::default()
            },
        )?;
        let turn = session.turn(metadata.fresh_id()?).runs(Execution {
            model: self.model.clone(),
            reasoning_effort: self.effort.clone(),
            auto_review_enabled: None,
        });
        turn.begin()?;
        Ok(turn.request())
    }

    fn provider(&self, context: &Context) -> Result<Provider, Failure> {
        if let Some(provider) = self.provider.read(&context.output)? {
            return Ok(provider);
        }
        let openai = Provider::openai(env!("CARGO_PKG_VERSION"));
        let Some(base) = &self.base_url else { return Ok(openai) };
        let table = json!({ "name": "backend", "base_url": base, "requires_openai_auth": true });
        let nowhere = crate::provider::ConfigContext { folder: Default::default(), client_version: String::new() };
        Ok(Provider::from_config("backend", table, &nowhere)?)
    }

    /// The login for this provider, and the task that is signed for. Only a provider that asks for the login gets the identity.
    async fn login(
        &self,
        context: &Context,
        component: &Component,
        provider: &Provider,
        progress: Arc<Progress>,
    ) -> Result<(Login, Option<String>), Failure> {
        if provider.class() != "first-party" {
            return Ok((Login::None, None));
        }
        let enrolled = Enrolled::open(context, component, &self.backend, progress).await?;
        let external: ExternalTaskRef = self.reference.external();
        let reference = enrolled.agent.normalize(&external)?;
        // A missing one is registered with the first attempt.
        enrolled.known_task(reference.as_deref()).await?;
        Ok((Login::AgentIdentity(Arc::new(enrolled.agent)), reference))
    }
}
