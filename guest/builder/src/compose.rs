//! Puts components together into one.

use crate::{BuildError, imports};
use std::fmt::Display;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions};

/// A component and what it is called in messages.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// For messages.
    pub name: &'a str,
    /// The component.
    pub bytes: &'a [u8],
}

/// Gives each part what it imports from the parts before it, and exports what the last one exports. Nothing but WASI may be left to
/// import.
pub fn composed(parts: &[Part<'_>]) -> Result<Vec<u8>, BuildError> {
    let composed = connected(parts)?;
    match imports(&composed)?.iter().find(|name| !name.starts_with("wasi:")) {
        None => Ok(composed),
        Some(name) => Err(BuildError(format!("what is composed must import WASI only, but imports {name}"))),
    }
}

fn connected(parts: &[Part<'_>]) -> Result<Vec<u8>, BuildError> {
    let mut graph = CompositionGraph::new();
    let mut instances: Vec<(_, Vec<String>)> = Vec::new();
    for Part { name, bytes } in parts {
        let package = Package::from_bytes(name, None, bytes.to_vec(), graph.types_mut()).map_err(because(name))?;
        let package = graph.register_package(package).map_err(because(name))?;
        let instance = graph.instantiate(package);
        let world = &graph.types()[graph[package].ty()];
        let (imports, exports): (Vec<_>, Vec<_>) = (world.imports.keys().cloned().collect(), world.exports.keys().cloned().collect());
        for import in imports {
            if let Some((before, _)) = instances.iter().find(|(_, exports)| exports.contains(&import)) {
                let export = graph.alias_instance_export(*before, &import).map_err(because(name))?;
                graph.set_instantiation_argument(instance, &import, export).map_err(because(name))?;
            }
        }
        instances.push((instance, exports));
    }
    if let Some((last, exports)) = instances.pop() {
        for name in exports {
            let export = graph.alias_instance_export(last, &name).map_err(because(&name))?;
            graph.export(export, &name).map_err(because(&name))?;
        }
    }
    graph.encode(EncodeOptions::default()).map_err(because("the whole"))
}

fn because<E: Display>(name: &str) -> impl Fn(E) -> BuildError {
    move |error| BuildError(format!("composing {name} failed: {error:#}"))
}
