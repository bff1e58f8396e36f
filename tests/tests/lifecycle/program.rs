//! A program with `Enrollment` and `Agent`: sharing, waiting and events are the crate's own.

use crate::script::Host;
use crate::world::{World, lock};
use agent_identity_host::driver::Event;
use agent_identity_host::enrollment::ManagedLogin;
use agent_identity_host::ports::{Http, HttpFailure, HttpRequest, HttpResponse, Sleeper};
use agent_identity_host::{Agent, Enrollment, Error, Profile, Surroundings};
use agent_identity_tests::component;
use agent_identity_tests::installation::Events;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

pub struct Program {
    world: Arc<World>,
    config: Value,
    runtime: Runtime,
    enrollment: Enrollment,
    waiting: Arc<Waiting>,
    taken: BTreeMap<String, Answering>,
    calls: BTreeMap<String, Call>,
    events: Arc<Events>,
}

type Answering = oneshot::Sender<Result<HttpResponse, HttpFailure>>;

enum Call {
    UnderWay(JoinHandle<Result<Value, Error>>),
    Ended(Result<Value, Error>),
}

/// Effects that wait for the script.
#[derive(Default)]
struct Waiting {
    requests: Mutex<Vec<(Value, Answering)>>,
    sleeps: Mutex<Vec<(u64, oneshot::Sender<()>)>>,
}

#[async_trait]
impl Http for Waiting {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let (sender, answer) = oneshot::channel();
        let body = String::from_utf8(std::mem::take(&mut request.body)).expect("bodies are text");
        let request = json!({ "method": request.method, "url": request.url, "headers": request.headers, "body": without_abom(&body) });
        lock(&self.requests).push((request, sender));
        answer.await.expect("every script answers what it lets be asked, or ends")
    }
}

#[async_trait]
impl Sleeper for Waiting {
    async fn sleep(&self, duration: Duration) {
        let (sender, over) = oneshot::channel();
        let ms = u64::try_from(duration.as_millis()).expect("not so long");
        lock(&self.sleeps).push((ms, sender));
        let _ = over.await;
    }
}

impl Program {
    pub fn start(case: &Value) -> Self {
        let (world, config) = (Arc::new(World::of(&case["input"])), case["input"]["config"].clone());
        let (waiting, events) = (Arc::new(Waiting::default()), Arc::new(Events::default()));
        let runtime = Builder::new_current_thread().build().expect("a runtime can be made");
        let enrollment = open(&config, &world, &waiting, &events);
        Self { world, config, runtime, enrollment, waiting, taken: BTreeMap::new(), calls: BTreeMap::new(), events }
    }

    /// Everything goes on until all of it waits for the script: nothing else is waited for in here.
    fn settle(&self) {
        self.runtime.block_on(async {
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
        });
    }
}

impl Host for Program {
    fn world(&self) -> &World {
        &self.world
    }

    fn call(&mut self, name: &str, act: &Value, conversation: Option<&str>) {
        let (enrollment, act, conversation) = (self.enrollment.clone(), act.clone(), conversation.map(str::to_owned));
        let call = self.runtime.spawn(async move { perform(&enrollment, &act, conversation.as_deref()).await });
        self.calls.insert(name.to_owned(), Call::UnderWay(call));
        self.settle();
    }

    fn give_up(&mut self, name: &str) {
        if let Some(Call::UnderWay(call)) = self.calls.remove(name) {
            call.abort();
        }
        self.settle();
    }

    fn requests(&mut self, _: &str) -> Vec<Value> {
        lock(&self.waiting.requests).iter().map(|(request, _)| request.clone()).collect()
    }

    fn adapt(&self, request: &Value) -> Value {
        let mut request = request.clone();
        request["body"] = without_abom(request["body"].as_str().unwrap_or_default()).into();
        request
    }

    fn take_request(&mut self, name: &str, at: usize) {
        let (_, answering) = lock(&self.waiting.requests).remove(at);
        self.taken.insert(name.to_owned(), answering);
    }

    fn answer(&mut self, name: &str, answer: Result<HttpResponse, HttpFailure>) {
        let answering = self.taken.remove(name).unwrap_or_else(|| panic!("{name} has asked for nothing"));
        answering.send(answer).expect("it still waits");
        self.settle();
    }

    fn wake(&mut self, _: &str, ms: u64) -> bool {
        let mut sleeps = lock(&self.waiting.sleeps);
        let Some(at) = sleeps.iter().position(|(asked, _)| *asked == ms) else { return false };
        let (_, over) = sleeps.remove(at);
        drop(sleeps);
        let woken = over.send(()).is_ok();
        self.settle();
        woken
    }

    fn outcome(&mut self, name: &str) -> Option<Result<Value, Error>> {
        let call = self.calls.remove(name).unwrap_or_else(|| panic!("there is no call {name:?}"));
        let call = match call {
            Call::UnderWay(call) if call.is_finished() => Call::Ended(self.runtime.block_on(call).expect("it does not panic")),
            call => call,
        };
        let outcome = match &call {
            Call::Ended(outcome) => Some(outcome.clone()),
            Call::UnderWay(_) => None,
        };
        self.calls.insert(name.to_owned(), call);
        outcome
    }

    fn events(&mut self) -> Vec<Event> {
        self.events.take()
    }

    /// A task that the agent knows is handed out without a word.
    fn tells(&self, kind: &str, subject: &str) -> bool {
        (kind, subject) != ("reused", "task")
    }

    fn restart(&mut self) {
        self.calls.clear();
        self.taken.clear();
        self.enrollment = open(&self.config, &self.world, &self.waiting, &self.events);
    }

    fn agent(&mut self) -> Option<String> {
        self.enrollment.agent().map(|agent| agent.agent_runtime_id().to_owned())
    }

    fn task(&mut self, reference: Option<&str>) -> Option<String> {
        self.enrollment.agent()?.task(reference).expect("sound")
    }
}

fn open(config: &Value, world: &Arc<World>, waiting: &Arc<Waiting>, events: &Arc<Events>) -> Enrollment {
    let text = |name: &str| config[name].as_str().expect("a text");
    let surroundings = Surroundings::default()
        .clock(world.clone())
        .random(world.clone())
        .storage(world.clone())
        .http(waiting.clone())
        .sleeper(waiting.clone())
        .inline_observer(events.clone());
    Enrollment::builder(text("authapi_base"))
        .jwks_url(text("jwks_url"))
        .source(text("source"))
        .correct_clock(config["correct_clock"].as_bool().expect("yes or no"))
        .surroundings(surroundings)
        .build(component(Profile::Portable))
        .expect("the configuration is valid")
}

async fn perform(enrollment: &Enrollment, act: &Value, conversation: Option<&str>) -> Result<Value, Error> {
    let (kind, what) = act.as_object().and_then(|act| act.iter().next()).expect("one thing is done");
    let text = |name: &str| what[name].as_str().expect("a text").to_owned();
    let agent = |agent: Agent| json!({ "agent": agent.agent_runtime_id() });
    match kind.as_str() {
        "bootstrap" => {
            let login = ManagedLogin {
                account_id: text("account_id"),
                chatgpt_user_id: text("chatgpt_user_id"),
                email: what["email"].as_str().map(str::to_owned),
                plan_type: text("plan_type"),
                fedramp: what["fedramp"].as_bool().expect("yes or no"),
                access_token: Zeroizing::new(text("access_token")),
            };
            enrollment.bootstrap(&login, conversation).await.map(agent)
        }
        "login" => enrollment.login(&Zeroizing::new(what.as_str().expect("a JWT").to_owned())).await.map(agent),
        "load" => enrollment.load().await.map(agent),
        "logout" => enrollment.logout().await.map(|()| json!({})),
        "ensure-task" => {
            let (holder, reference) = (enrollment.agent().expect("a task needs an agent"), what["ref"].as_str());
            let task = match what["refused"].as_str() {
                Some(refused) => holder.replace_task(reference, refused, conversation).await,
                None => holder.ensure_task(reference, conversation).await,
            };
            task.map(|task| json!({ "task": task }))
        }
        other => panic!("{other:?} is nothing that can be done"),
    }
}

/// What an agent says about its version and machine is this program's own.
fn without_abom(body: &str) -> String {
    let mut members = body.to_owned();
    if let (true, Some(end)) = (members.starts_with("{\"abom\":"), members.find("},\"agent_public_key\"")) {
        members.replace_range(8..=end, "{}");
    }
    members
}
