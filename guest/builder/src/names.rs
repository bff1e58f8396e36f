//! Names for debuggers, which a shipped component does without.

use crate::BuildError;
use wasmparser::{Parser, Payload};

/// The component without the custom sections of its own level; those of its modules are cargo's business.
pub(crate) fn without_names(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut out = Vec::with_capacity(component.len());
    let (mut copied, mut depth) = (0, 0_u32);
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| BuildError(format!("the component cannot be read: {error}")))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 0 => {
                // The range is that of the content; one byte of id and the size stand before it.
                let content = section.range();
                let header = 1 + leb128_len(content.len());
                out.extend_from_slice(&component[copied..content.start - header]);
                copied = content.end;
            }
            _ => {}
        }
    }
    out.extend_from_slice(&component[copied..]);
    Ok(out)
}

fn leb128_len(value: usize) -> usize {
    (usize::BITS - value.leading_zeros()).div_ceil(7).max(1) as usize
}
