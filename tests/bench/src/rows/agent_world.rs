//! The world `agent` against the first world: what a call and a bootstrap cost, with one and with a thousand in flight.

use crate::fixture::{AGENT, SEED, TASK, agent_config};
use crate::harness::{Bench, Failure, Sampling, Subject};
use agent_identity_host::agent_world::{self, AgentWorld, Imports};
use agent_identity_host::component::CacheFolder;
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::ports::{Http, HttpFailure, HttpRequest, HttpResponse};
use agent_identity_host::types::PrivateForm;
use agent_identity_host::types::agents::EnrollmentConfig;
use agent_identity_host::{Agent, Component, Enrollment, Key, LoadOptions, Surroundings};
use async_trait::async_trait;
use futures_util::future::try_join_all;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

const BASE: &str = "https://auth.example";
const MANY: u64 = 1000;

/// Measures both worlds in one group. The first one signs in the portable build, as the other one is. `…-stored` is a bootstrap that
/// finds its agent in storage; of `bootstrap-1000` all but one caller wait for that of another (L6).
pub fn measure(bench: &mut Bench, portable: &Component, cache: &Path) -> Result<(), Failure> {
    if !bench.wants("agent-world/") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let world = AgentWorld::load_with(LoadOptions { cache: Some(CacheFolder::at(cache)), ..LoadOptions::default() })?;
    let key = || Key::held(PrivateForm::Seed, SEED);
    let first = Agent::builder(AGENT, key(), BASE).surroundings(surroundings()).build(portable)?;
    first.adopt_task(None, TASK)?;
    let (instance, second) = runtime.block_on(async {
        let instance = world.instantiate(Imports::default().surroundings(surroundings())).await?;
        let agent = instance.open(&agent_config(), &key()).await?;
        agent.adopt_task(None, TASK).await?;
        Ok::<_, Failure>((instance, agent))
    })?;
    let sampling = Sampling { rounds: bench.by_effort(20, 100), batch: Duration::from_millis(bench.by_effort(2, 5)) };
    let (runtime, world, first, second) = (&runtime, &world, &first, &second);
    bench.group(
        sampling,
        vec![
            Subject::new("agent-world/authorize-first", move |n| one_by_one(runtime, n, || first.authorize(None))),
            Subject::new("agent-world/authorize-agent", move |n| one_by_one(runtime, n, || second.authorize(None))),
            Subject::new("agent-world/authorize-1000-first", move |n| at_once(runtime, n, || first.authorize(None))).per_second(MANY),
            Subject::new("agent-world/authorize-1000-agent", move |n| at_once(runtime, n, || second.authorize(None))).per_second(MANY),
            Subject::new("agent-world/bootstrap-first", move |n| one_by_one(runtime, n, || bootstrap_first(portable))),
            Subject::new("agent-world/bootstrap-agent", move |n| one_by_one(runtime, n, || bootstrap_agent(world))),
            Subject::new("agent-world/bootstrap-1000-first", move |n| one_by_one(runtime, n, || bootstraps_first(portable)))
                .per_second(MANY),
            Subject::new("agent-world/bootstrap-1000-agent", move |n| one_by_one(runtime, n, || bootstraps_agent(world))).per_second(MANY),
            Subject::new("agent-world/bootstrap-agent-stored", move |n| one_by_one(runtime, n, || bootstrap_in(&instance))),
        ],
    )
}

fn one_by_one<T, E, F>(runtime: &Runtime, n: u64, call: impl Fn() -> F) -> Result<(), Failure>
where
    E: Into<Failure>,
    F: Future<Output = Result<T, E>>,
{
    runtime.block_on(async {
        for _ in 0..n {
            black_box(call().await.map_err(Into::into)?);
        }
        Ok(())
    })
}

fn at_once<T, E, F>(runtime: &Runtime, n: u64, call: impl Fn() -> F) -> Result<(), Failure>
where
    E: Into<Failure>,
    F: Future<Output = Result<T, E>>,
{
    runtime.block_on(async {
        for _ in 0..n {
            black_box(try_join_all((0..MANY).map(|_| call())).await.map_err(Into::into)?);
        }
        Ok(())
    })
}

async fn bootstrap_first(component: &Component) -> Result<(), Failure> {
    let enrollment = Enrollment::builder(BASE).source("cli").surroundings(surroundings()).build(component)?;
    enrollment.bootstrap(&login(), None).await?;
    Ok(())
}

async fn bootstrap_agent(world: &AgentWorld) -> Result<(), Failure> {
    bootstrap_in(&world.instantiate(Imports::default().surroundings(surroundings())).await?).await
}

async fn bootstraps_first(component: &Component) -> Result<(), Failure> {
    let enrollment = Enrollment::builder(BASE).source("cli").surroundings(surroundings()).build(component)?;
    let login = login();
    try_join_all((0..MANY).map(|_| enrollment.bootstrap(&login, None))).await?;
    Ok(())
}

async fn bootstraps_agent(world: &AgentWorld) -> Result<(), Failure> {
    let instance = world.instantiate(Imports::default().surroundings(surroundings())).await?;
    let (agent, login) = (instance.enroll(&config()).await?, login());
    try_join_all((0..MANY).map(|_| agent.bootstrap(&login, None))).await?;
    Ok(())
}

async fn bootstrap_in(instance: &agent_world::Instance) -> Result<(), Failure> {
    instance.enroll(&config()).await?.bootstrap(&login(), None).await?;
    Ok(())
}

fn config() -> EnrollmentConfig {
    EnrollmentConfig {
        authapi_base: BASE.into(),
        jwks_url: format!("{BASE}/jwks"),
        description: agent_identity_host::agent::description("cli"),
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    }
}

fn surroundings() -> Surroundings {
    Surroundings::default().http(Arc::new(Backend))
}

fn login() -> ManagedLogin {
    ManagedLogin {
        account_id: "account-1".into(),
        chatgpt_user_id: "user-1".into(),
        email: None,
        plan_type: "pro".into(),
        fedramp: false,
        access_token: String::from("token").into(),
    }
}

/// Answers at once.
struct Backend;

#[async_trait]
impl Http for Backend {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let is_agent = request.url.ends_with("/v1/agent/register");
        let body = if is_agent { format!("{{\"agent_runtime_id\":\"{AGENT}\"}}") } else { format!("{{\"task_id\":\"{TASK}\"}}") };
        Ok(HttpResponse { status: 200, headers: Vec::new(), body: body.into_bytes(), truncated: false })
    }
}
