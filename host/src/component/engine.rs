//! Loading: which build, with which engine settings, compiled or from the cache.

use super::bindings::{Identity, IdentityPre};
use super::code_cache::CacheFolder;
use super::instance::{HostState, Instance};
use crate::error::Error;
use crate::ports::{Clock, Random};
use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine, EngineWeak, OptLevel};

/// The two builds of the component. They give the same output bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// 32-bit limbs and simd128: the build that every host runs.
    Portable,
    /// 64-bit limbs and wide arithmetic: wasmtime only, and faster there.
    #[default]
    Wide,
}

impl Profile {
    /// Both builds.
    pub const ALL: [Self; 2] = [Self::Portable, Self::Wide];

    /// `portable` or `wide`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Wide => "wide",
        }
    }

    /// The component itself.
    pub fn bytes(self) -> &'static [u8] {
        self.build().bytes
    }

    /// SHA-256 of [`Self::bytes`], lower-case hex.
    pub fn sha256(self) -> &'static str {
        self.build().sha256
    }

    pub(super) fn build(self) -> Build {
        match self {
            Self::Portable => {
                Build { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/portable.wasm")), sha256: env!("AGENT_IDENTITY_PORTABLE_SHA256") }
            }
            Self::Wide => {
                Build { bytes: include_bytes!(concat!(env!("OUT_DIR"), "/wide.wasm")), sha256: env!("AGENT_IDENTITY_WIDE_SHA256") }
            }
        }
    }
}

/// A component that is part of this program.
#[derive(Clone, Copy)]
pub(crate) struct Build {
    pub(crate) bytes: &'static [u8],
    pub(crate) sha256: &'static str,
}

impl Build {
    /// From the cache if its code fits this component, this engine and this CPU; compiled otherwise.
    pub(crate) fn load(self, engine: &Engine, cache: Option<&CacheFolder>) -> Result<wasmtime::component::Component, Error> {
        match cache {
            Some(cache) => cache.load_or_compile(engine, self),
            None => self.compile(engine),
        }
    }

    /// About a second.
    pub(super) fn compile(self, engine: &Engine) -> Result<wasmtime::component::Component, Error> {
        wasmtime::component::Component::from_binary(engine, self.bytes).map_err(broken)
    }
}

/// How to load the component.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Which build. Default: wide.
    pub profile: Profile,
    /// Where compiled code is kept between runs; none compiles anew each time. Default: the user's cache folder.
    pub cache: Option<CacheFolder>,
    /// Longest time a single call into the component may take. Default: 2 s.
    pub call_deadline: Duration,
    /// Most bytes of linear memory one instance may have. Default: 256 MiB.
    pub memory_limit: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self { profile: Profile::default(), cache: CacheFolder::of_user(), call_deadline: Duration::from_secs(2), memory_limit: 256 << 20 }
    }
}

/// The compiled component. Cheap to clone; load it once per process.
#[derive(Clone)]
pub struct Component(Arc<Loaded>);

struct Loaded {
    engine: Engine,
    pre: IdentityPre<HostState>,
    options: LoadOptions,
}

/// How often the epoch advances; a deadline is a number of these.
const TICK: Duration = Duration::from_millis(50);

impl Component {
    /// Loads with the default options.
    pub fn load() -> Result<Self, Error> {
        Self::load_with(LoadOptions::default())
    }

    /// Loads from the cache if its code fits this component, this wasmtime and this CPU; compiles and fills the cache otherwise.
    pub fn load_with(options: LoadOptions) -> Result<Self, Error> {
        let engine = Engine::new(&config()).map_err(broken)?;
        let component = options.profile.build().load(&engine, options.cache.as_ref())?;
        let mut linker = Linker::new(&engine);
        Identity::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state).map_err(broken)?;
        let pre = linker.instantiate_pre(&component).and_then(IdentityPre::new).map_err(broken)?;
        tick_while_alive(engine.weak());
        Ok(Self(Arc::new(Loaded { engine, pre, options })))
    }

    /// Which build this is.
    pub fn profile(&self) -> Profile {
        self.0.options.profile
    }

    /// The interfaces the component imports; nothing else reaches it from outside.
    pub fn imports(&self) -> Vec<String> {
        let component = self.0.pre.instance_pre().component();
        component.component_type().imports(&self.0.engine).map(|(name, _)| name.to_owned()).collect()
    }

    /// A new instance: its own memory, its own keys. About 10 µs.
    pub(crate) fn instantiate(&self, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Instance, Error> {
        let state = HostState::new(clock, random, self.0.options.memory_limit);
        Instance::new(&self.0.engine, &self.0.pre, state, ticks(self.0.options.call_deadline))
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Component({})", self.profile().as_str())
    }
}

/// A deadline in ticks. The tick under way may be all but over, so it does not count.
pub(crate) fn ticks(deadline: Duration) -> u64 {
    u64::try_from(deadline.as_millis().div_ceil(TICK.as_millis()).saturating_add(1)).unwrap_or(u64::MAX)
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_simd(true)
        .wasm_wide_arithmetic(true)
        // Nothing here is asynchronous inside the component; leaving the machinery out makes a call four times cheaper.
        .concurrency_support(false)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed);
    config
}

/// Advances the epoch until the engine is gone.
pub(crate) fn tick_while_alive(engine: EngineWeak) {
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    // Without the thread calls have no deadline, but still work.
    if let Err(error) = thread::Builder::new().name("agent-identity-epoch".into()).spawn(tick) {
        tracing::warn!(%error, "no thread for call deadlines");
    }
}

pub(crate) fn broken(error: wasmtime::Error) -> Error {
    Error::internal(format!("the component cannot be loaded: {error:#}"))
}
