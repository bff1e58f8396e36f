//! The component of the world `agent`, composed with its adapter, on a runtime that knows nothing of this project: wasmtime with its
//! own WASI 0.3 and HTTP, linked as they come, against the real authority.

use agent_identity_builder::{Part, build_adapter, build_example};
use agent_identity_host::agent_world::AgentWorld;
use agent_identity_host::agent_world::bindings::agent_identity::agent::http::Request;
use agent_identity_host::agent_world::bindings::exports::agent_identity::agent::client::Answer;
use agent_identity_host::agent_world::bindings::exports::agent_identity::component::agents::{EnrollmentConfig, ManagedLogin};
use agent_identity_host::agent_world::bindings::exports::agent_identity::component::registrations::AgentDescription;
use agent_identity_host::authority::RunningAuthority;
use agent_identity_tests::installation::{ACCOUNT, agents, answers, authority, login};
use std::path::{Path, PathBuf};
use wasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower, ResourceAny, ResourceTable, TypedFunc};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p3::bindings::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// All that the runtime has.
struct Stock {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for Stock {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Stock {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: wasmtime_wasi_http::default_hooks() }
    }
}

/// The component with the adapter plugged into it; and that plugged into the example, if it is wanted.
fn composed(with_example: bool) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").join("guest");
    let adapter = build_adapter(root, &target).expect("the adapter is built");
    let example = with_example.then(|| build_example(root, &target).expect("the example is built"));
    let mut parts = vec![Part { name: "adapter", bytes: &adapter }, Part { name: "agent", bytes: AgentWorld::bytes() }];
    parts.extend(example.as_ref().map(|bytes| Part { name: "example", bytes }));
    agent_identity_builder::composed(&parts).expect("they fit")
}

/// A runtime that links nothing but its own WASI.
struct Runtime {
    component: Component,
    linker: Linker<Stock>,
    store: Store<Stock>,
}

impl Runtime {
    fn new(component: &[u8], wasi: WasiCtx) -> Self {
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config).expect("valid");
        let component = Component::from_binary(&engine, component).expect("valid");
        for (name, _) in component.component_type().imports(&engine) {
            assert!(name.starts_with("wasi:"), "{name}");
        }
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p3::add_to_linker(&mut linker).expect("linked");
        wasmtime_wasi_http::p3::add_to_linker(&mut linker).expect("linked");
        let stock = Stock { wasi, http: WasiHttpCtx::new(), table: ResourceTable::new() };
        Self { component, linker, store: Store::new(&engine, stock) }
    }
}

struct Program {
    store: Store<Stock>,
    instance: Instance,
}

impl Program {
    async fn start(component: &[u8]) -> Self {
        let Runtime { component, linker, mut store } = Runtime::new(component, WasiCtx::builder().build());
        let instance = linker.instantiate_async(&mut store, &component).await.expect("nothing else is needed");
        Self { store, instance }
    }

    /// Calls a function of `client`.
    async fn call<P, R>(&mut self, name: &str, params: P) -> R
    where
        P: ComponentNamedList + Lower + Send + Sync,
        R: Lift + Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let client = self.instance.get_export_index(&mut self.store, None, "agent-identity:agent/client@0.1.0").expect("exported");
        let function = self.instance.get_export_index(&mut self.store, Some(&client), name).expect("exported");
        let function: TypedFunc<P, (R,)> = self.instance.get_typed_func(&mut self.store, function).expect("of this type");
        function.call_async(&mut self.store, params).await.expect("no trap").0
    }
}

fn config(authority: &RunningAuthority) -> EnrollmentConfig {
    EnrollmentConfig {
        authapi_base: authority.authapi_base(),
        jwks_url: authority.jwks_url(),
        description: AgentDescription { source: "cli".into(), os: "linux".into(), agent_version: None },
        allowed_workspaces: Vec::new(),
        correct_clock: true,
        skew_threshold_s: None,
    }
}

fn request(authority: &RunningAuthority) -> Request {
    Request {
        method: "POST".into(),
        url: authority.responses_url(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: b"{}".to_vec(),
        timeout_ms: 30_000,
        success_limit: 1 << 20,
        error_limit: 64 << 10,
    }
}

type Called<T> = Result<T, ResourceAny>;

#[tokio::test]
async fn a_stock_runtime_bootstraps_signs_and_recovers() {
    let authority = authority().await;
    let mut program = Program::start(&composed(false)).await;
    let agent: Called<ResourceAny> = program.call("[static]agent.enroll", (config(&authority),)).await;
    let agent = agent.expect("the configuration is valid");
    let managed = login(&authority, ACCOUNT).await;
    let managed = ManagedLogin {
        account_id: managed.account_id,
        chatgpt_user_id: managed.chatgpt_user_id,
        email: managed.email,
        plan_type: managed.plan_type,
        fedramp: managed.fedramp,
        access_token: String::clone(&managed.access_token),
    };
    let none = || Option::<String>::None;
    let id: Called<String> = program.call("[method]agent.bootstrap", (agent, managed, none())).await;
    let id = id.expect("registered");
    assert_eq!(agents(&authority).await[0]["agent_runtime_id"], id);
    let refused: Called<String> = program.call("[method]agent.ensure-task", (agent, none(), none())).await;
    authority.end_task(&refused.expect("known")).await.expect("the store is sound");
    for repeated in [true, false] {
        let answer: Called<Answer> = program.call("[method]agent.send-signed", (agent, request(&authority), none(), none())).await;
        let answer = answer.expect("answered");
        assert_eq!((answer.response.status, answer.repeated), (200, repeated));
        assert!(!answer.response.body.is_empty());
    }
    assert_eq!(answers(&authority, "task", None).await, 2, "the run task and the one in its place");
}

/// Runs the example as `wasmtime run` does: what it printed, what it complained of, and whether it succeeded.
async fn run_example(component: &[u8], arguments: &[&str], input: &str) -> (String, String, bool) {
    let (output, complaints) = (MemoryOutputPipe::new(1 << 20), MemoryOutputPipe::new(1 << 20));
    let mut wasi = WasiCtx::builder();
    wasi.arg("example.wasm").args(arguments).stdin(MemoryInputPipe::new(input.to_owned()));
    wasi.stdout(output.clone()).stderr(complaints.clone());
    let Runtime { component, linker, mut store } = Runtime::new(component, wasi.build());
    let command = Command::instantiate_async(&mut store, &component, &linker).await.expect("nothing else is needed");
    let ended = store.run_concurrent(async move |accessor| command.wasi_cli_run().call_run(accessor).await).await;
    let succeeded = ended.expect("no trap").expect("no trap").is_ok();
    let text = |pipe: MemoryOutputPipe| String::from_utf8(pipe.contents().to_vec()).expect("text");
    (text(output), text(complaints), succeeded)
}

#[tokio::test]
async fn a_stock_runtime_runs_the_example() {
    let authority = authority().await;
    let example = composed(true);
    let login = login(&authority, ACCOUNT).await;
    let (base, url) = (authority.authapi_base(), authority.responses_url());
    let arguments = [base.as_str(), ACCOUNT, &login.chatgpt_user_id, &url];
    let (output, complaints, succeeded) = run_example(&example, &arguments, &format!("{}\n", *login.access_token)).await;
    assert!(succeeded && complaints.is_empty(), "{complaints}");
    assert!(!output.is_empty());
    assert_eq!(agents(&authority).await.len(), 1);

    let (output, complaints, succeeded) = run_example(&example, &arguments, "no token").await;
    assert!(!succeeded && output.is_empty());
    assert!(!complaints.is_empty() && !complaints.contains("no token"), "{complaints}");

    let (_, complaints, succeeded) = run_example(&example, &[], "").await;
    assert!(!succeeded && complaints.starts_with("usage: "), "{complaints}");
}
