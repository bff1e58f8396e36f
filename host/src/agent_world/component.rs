//! The compiled component of the world `agent`, with an engine of its own.

use super::bindings::Agent as World;
use super::imports::{Imports, Linked, State};
use super::instance::Instance;
use crate::component::{Build, LoadOptions, broken, tick_while_alive, ticks};
use crate::error::Error;
use std::fmt;
use std::sync::Arc;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Config, Engine, OptLevel};

/// The compiled component of the world `agent`. Cheap to clone; load it once per process.
#[derive(Clone)]
pub struct AgentWorld(Arc<Loaded>);

struct Loaded {
    engine: Engine,
    pre: InstancePre<State>,
    options: LoadOptions,
}

impl AgentWorld {
    /// The component itself.
    pub fn bytes() -> &'static [u8] {
        BUILD.bytes
    }

    /// SHA-256 of [`Self::bytes`], lower-case hex.
    pub fn sha256() -> &'static str {
        BUILD.sha256
    }

    /// Loads with the default options.
    pub fn load() -> Result<Self, Error> {
        Self::load_with(LoadOptions::default())
    }

    /// Loads from the cache if its code fits, as [`crate::Component::load_with`] does. There is one build: the profile is not looked at.
    pub fn load_with(options: LoadOptions) -> Result<Self, Error> {
        let engine = Engine::new(&config()).map_err(broken)?;
        let component = BUILD.load(&engine, options.cache.as_ref())?;
        let mut linker = Linker::new(&engine);
        World::add_to_linker::<_, Linked>(&mut linker, |state| state).map_err(broken)?;
        let pre = linker.instantiate_pre(&component).map_err(broken)?;
        tick_while_alive(engine.weak());
        Ok(Self(Arc::new(Loaded { engine, pre, options })))
    }

    /// The interfaces the component imports; nothing else reaches it from outside.
    pub fn imports(&self) -> Vec<String> {
        let component = self.0.pre.component();
        component.component_type().imports(&self.0.engine).map(|(name, _)| name.to_owned()).collect()
    }

    /// A new instance: its own memory, its own keys. It is served by a task of the runtime this is called in.
    pub async fn instantiate(&self, imports: Imports) -> Result<Instance, Error> {
        let ticks = ticks(self.0.options.call_deadline);
        let state = State::new(imports, self.0.options.memory_limit, ticks)?;
        Instance::start(&self.0.engine, &self.0.pre, state, ticks).await
    }
}

impl fmt::Debug for AgentWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentWorld")
    }
}

const BUILD: Build = Build { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/agent.wasm")), sha256: env!("AGENT_IDENTITY_AGENT_SHA256") };

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .wasm_simd(true)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed);
    config
}
