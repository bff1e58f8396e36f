//! The import list: what a reader checks to know what the component can reach.

use crate::{BuildError, Profile};
use wasmparser::{Parser, Payload};

/// Everything a component of the world `identity` may import.
const IDENTITY: &[&str] = &["agent-identity:component/clock@0.1.0", "agent-identity:component/random@0.1.0"];

/// Everything the component of the world `agent` may import.
const AGENT: &[&str] = &[
    "agent-identity:agent/clock@0.1.0",
    "agent-identity:agent/custodian@0.1.0",
    "agent-identity:agent/http@0.1.0",
    "agent-identity:agent/storage@0.1.0",
    "agent-identity:component/random@0.1.0",
];

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

/// Refuses a component that imports anything but what its world says.
pub fn check_imports(component: &[u8], profile: Profile) -> Result<(), BuildError> {
    let allowed = match profile {
        Profile::Portable | Profile::Wide => IDENTITY,
        Profile::Agent => AGENT,
    };
    let mut names = imports(component)?;
    names.sort_unstable();
    if names == allowed {
        return Ok(());
    }
    Err(BuildError(format!("the {} component must import exactly {allowed:?}, but imports {names:?}", profile.as_str())))
}
