//! The component of the world `agent`, composed with its adapter, on a runtime that knows nothing of this project: wasmtime with its
//! own WASI 0.3 and HTTP, linked as they come, against the real authority.

use agent_identity_builder::build_adapter;
use agent_identity_host::agent_world::AgentWorld;
use agent_identity_host::agent_world::bindings::agent_identity::agent::http::Request;
use agent_identity_host::agent_world::bindings::exports::agent_identity::agent::client::Answer;
use agent_identity_host::agent_world::bindings::exports::agent_identity::component::agents::{EnrollmentConfig, ManagedLogin};
use agent_identity_host::agent_world::bindings::exports::agent_identity::component::registrations::AgentDescription;
use agent_identity_host::authority::RunningAuthority;
use agent_identity_tests::installation::{ACCOUNT, agents, answers, authority, login};
use std::path::{Path, PathBuf};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wasmtime::component::{Component, ComponentNamedList, Instance, Lift, Linker, Lower, ResourceAny, ResourceTable, TypedFunc};
use wasmtime::{Config, Engine, Store};
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

/// The component with the adapter plugged into it.
fn composed() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").join("guest");
    let adapter = build_adapter(root, &target).expect("the adapter is built");
    let mut graph = CompositionGraph::new();
    let [socket, plugged] =
        [("agent-identity:agent", AgentWorld::bytes().to_vec()), ("agent-identity:wasi", adapter)].map(|(name, bytes)| {
            let package = Package::from_bytes(name, None, bytes, graph.types_mut()).expect("a component");
            graph.register_package(package).expect("registered once")
        });
    plug(&mut graph, vec![plugged], socket).expect("the adapter fits");
    graph.encode(EncodeOptions::default()).expect("a component")
}

struct Program {
    store: Store<Stock>,
    instance: Instance,
}

impl Program {
    async fn start(component: &[u8]) -> Self {
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
        let stock = Stock { wasi: WasiCtx::builder().build(), http: WasiHttpCtx::new(), table: ResourceTable::new() };
        let mut store = Store::new(&engine, stock);
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
    let mut program = Program::start(&composed()).await;
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
