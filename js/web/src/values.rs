//! Values of JavaScript.

use wasm_bindgen::{JsCast, JsValue};

/// The name of what was thrown, such as `NotFoundError`.
pub(crate) fn name_of(thrown: &JsValue) -> String {
    thrown.dyn_ref::<js_sys::Error>().map_or_else(String::new, |error| error.name().into())
}

/// A member of an object; undefined if it has none.
pub(crate) fn member(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// An object with these members.
pub(crate) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let made = js_sys::Object::new();
    for (name, value) in members {
        // A plain object takes any member.
        let _ = js_sys::Reflect::set(&made, &(*name).into(), value);
    }
    made.into()
}
