//! The import list: what a reader checks to know what the component can reach.

use crate::BuildError;
use wasmparser::{Parser, Payload};

/// Everything the component may import.
const ALLOWED: [&str; 2] = ["agent-identity:component/clock@0.1.0", "agent-identity:component/random@0.1.0"];

/// The names a component imports, in order.
pub fn imports(component: &[u8]) -> Result<Vec<String>, BuildError> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| BuildError(format!("the component cannot be read: {error}")))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|error| BuildError(format!("the component cannot be read: {error}")))?;
                    names.push(import.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// Refuses a component that imports anything but clock and random.
pub fn check_imports(component: &[u8]) -> Result<(), BuildError> {
    let names = imports(component)?;
    if names == ALLOWED {
        return Ok(());
    }
    Err(BuildError(format!("the component must import exactly {ALLOWED:?}, but imports {names:?}")))
}
