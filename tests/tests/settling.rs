//! An engine that compiles while it runs may calculate wrongly when it replaces code, so the component makes the first signatures of an
//! instance twice. Where code is compiled ahead it does not. Seen by the fuel that a header takes.

use agent_identity_host::Profile;
use wasmtime::component::{Component, Func, Instance, Linker, Val};
use wasmtime::{Config, Engine, Store};

/// Signatures that are made twice; importing the key was the first result of 2,048.
const TWICE: usize = 2047;

struct Signing {
    store: Store<()>,
    authorize: Func,
    key: Val,
}

impl Signing {
    fn new(component: &[u8]) -> Self {
        let mut config = Config::new();
        config.consume_fuel(true).wasm_component_model_async(true).wasm_wide_arithmetic(true);
        let engine = Engine::new(&config).expect("an engine");
        let component = Component::new(&engine, component).expect("it compiles");
        let mut linker = Linker::<()>::new(&engine);
        let mut clock = linker.instance("agent-identity:component/clock@0.1.0").expect("a name");
        clock.func_wrap("now", |_, (): ()| Ok((0_i64,))).expect("a clock");
        clock.func_wrap("monotonic", |_, (): ()| Ok((0_u64,))).expect("a clock");
        let mut random = linker.instance("agent-identity:component/random@0.1.0").expect("a name");
        random.func_wrap("bytes", |_, (_,): (u32,)| Ok((Err::<Vec<u8>, ()>(()),))).expect("no randomness");
        let mut store = Store::new(&engine, ());
        store.set_fuel(u64::MAX).expect("fuel");
        let instance = linker.instantiate(&mut store, &component).expect("no other imports");
        let import = function(&instance, &mut store, "keys", "[static]key.import");
        let authorize = function(&instance, &mut store, "assertions", "authorize");
        let seed = Val::List([7; 32].map(Val::U8).to_vec());
        let mut this = Self { store, authorize, key: Val::Bool(false) };
        this.key = this.call(&import, &[Val::Enum("seed".into()), seed]);
        this
    }

    /// What the function gives where it does not fail.
    fn call(&mut self, function: &Func, arguments: &[Val]) -> Val {
        let mut results = [Val::Bool(false)];
        function.call(&mut self.store, arguments, &mut results).expect("no trap");
        match results {
            [Val::Result(Ok(Some(value)))] => *value,
            other => panic!("{other:?}"),
        }
    }

    /// Fuel that one header takes.
    fn header(&mut self) -> u64 {
        let before = self.store.get_fuel().expect("counted");
        let arguments = [self.key.clone(), Val::String("agent".into()), Val::String("task".into()), Val::S64(0)];
        let authorize = self.authorize;
        let Val::String(_) = self.call(&authorize, &arguments) else { panic!("no header") };
        before - self.store.get_fuel().expect("counted")
    }
}

fn function(instance: &Instance, store: &mut Store<()>, interface: &str, name: &str) -> Func {
    let interface = format!("agent-identity:component/{interface}@0.1.0");
    let within = instance.get_export_index(&mut *store, None, &interface).expect("an interface");
    let index = instance.get_export_index(&mut *store, Some(&within), name).expect("a function");
    instance.get_func(store, index).expect("a function")
}

/// Fuel of the second header, of the last that is signed twice, and of the next. The first makes the multiples of the base point.
fn costs(component: &[u8]) -> [u64; 3] {
    let mut signing = Signing::new(component);
    let costs: Vec<u64> = (0..=TWICE).map(|_| signing.header()).collect();
    [costs[1], costs[TWICE - 1], costs[TWICE]]
}

#[test]
fn the_first_signatures_are_made_twice_where_engines_replace_code() {
    let [second, last, next] = costs(Profile::Portable.bytes());
    assert!(second > next + next / 2, "{second} {next}");
    assert!(last > next + next / 2, "{last} {next}");
}

#[test]
fn each_is_made_once_where_code_is_compiled_ahead() {
    let [second, _, next] = costs(Profile::Wide.bytes());
    assert!(second < next + next / 10, "{second} {next}");
}
