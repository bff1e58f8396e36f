//! The functions that are called, looked up once. Those of the generated bindings do not say which call an import works for.

use super::imported::http::Request;
use super::imports::State;
use super::shared::agents::{AgentConfig, EnrollmentConfig, ManagedLogin};
use super::shared::errors::{CodeDescription, ErrorInfo};
use super::shared::keys::{CustodyCheck, PrivateForm};
use super::shared::logins::Identity;
use super::shared::operations::Event;
use super::wit::Answer;
use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower, ResourceAny, TypedFunc};

type Fallible<P, R> = TypedFunc<P, (Result<R, ResourceAny>,)>;
type Named = Option<String>;

macro_rules! functions {
    ($($(#[$doc:meta])* $field:ident: $interface:ident $name:literal $ty:ty,)*) => {
        /// The exported functions.
        pub(super) struct Functions {
            $($(#[$doc])* pub(super) $field: $ty,)*
        }

        impl Functions {
            pub(super) fn of(store: &mut Store<State>, instance: &Instance) -> wasmtime::Result<Self> {
                Ok(Self { $($field: find(store, instance, $interface, $name)?,)* })
            }
        }
    };
}

const CLIENT: &str = "agent-identity:agent/client@0.1.0";
const ERRORS: &str = "agent-identity:component/errors@0.1.0";
const KEYS: &str = "agent-identity:component/keys@0.1.0";

functions! {
    enroll: CLIENT "[static]agent.enroll" Fallible<(EnrollmentConfig,), ResourceAny>,
    open: CLIENT "[static]agent.open" Fallible<(AgentConfig, ResourceAny), ResourceAny>,
    bootstrap: CLIENT "[method]agent.bootstrap" Fallible<(ResourceAny, ManagedLogin, Named), String>,
    login: CLIENT "[method]agent.login" Fallible<(ResourceAny, String), String>,
    load: CLIENT "[method]agent.load" Fallible<(ResourceAny,), String>,
    rotate: CLIENT "[method]agent.rotate" Fallible<(ResourceAny, String), String>,
    finish_rotation: CLIENT "[method]agent.finish-rotation" Fallible<(ResourceAny, bool), String>,
    logout: CLIENT "[method]agent.logout" Fallible<(ResourceAny,), ()>,
    ensure_task: CLIENT "[method]agent.ensure-task" Fallible<(ResourceAny, Named, Named), String>,
    authorize: CLIENT "[method]agent.authorize" Fallible<(ResourceAny, Named), Vec<(String, String)>>,
    send_signed: CLIENT "[method]agent.send-signed" Fallible<(ResourceAny, Request, Named, Named), Answer>,
    adopt_task: CLIENT "[method]agent.adopt-task" Fallible<(ResourceAny, Named, String), ()>,
    identity: CLIENT "[method]agent.identity" TypedFunc<(ResourceAny,), (Option<Identity>,)>,
    clock_offset_ms: CLIENT "[method]agent.clock-offset-ms" TypedFunc<(ResourceAny,), (i64,)>,
    take_events: CLIENT "[method]agent.take-events" TypedFunc<(ResourceAny,), (Vec<Event>,)>,
    error_info: ERRORS "[method]error.info" TypedFunc<(ResourceAny,), (ErrorInfo,)>,
    catalogue: ERRORS "catalogue" TypedFunc<(), (Vec<CodeDescription>,)>,
    import_key: KEYS "[static]key.import" Fallible<(PrivateForm, Vec<u8>), ResourceAny>,
    custodial_key: KEYS "[static]key.custodial" Fallible<(Vec<u8>, String, CustodyCheck), ResourceAny>,
}

fn find<P, R>(store: &mut Store<State>, instance: &Instance, interface: &str, name: &str) -> wasmtime::Result<TypedFunc<P, R>>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let missing = || wasmtime::format_err!("the component does not export {interface}#{name}");
    let interface = instance.get_export_index(&mut *store, None, interface).ok_or_else(missing)?;
    let function = instance.get_export_index(&mut *store, Some(&interface), name).ok_or_else(missing)?;
    instance.get_typed_func(&mut *store, function)
}
