//! The order of functions: like ones side by side.

use std::collections::HashMap;
use wasmparser::{Parser, Payload, TypeRef};

/// So many functions share a piece of text at most that says that they are alike; more have the commonplaces of the compiler.
const MOST_SHARERS: usize = 300;

/// The order of a module's own functions.
#[derive(Default)]
pub(super) struct FunctionOrder {
    imported: usize,
    /// Their old places in the new order.
    pub(super) old: Vec<usize>,
    /// Their new places in the old order.
    new: Vec<usize>,
    /// How many parameters each type of function has.
    parameters: Vec<u32>,
    /// The functions' types, in the old order.
    types: Vec<u32>,
}

impl FunctionOrder {
    pub(super) fn of(module: &[u8]) -> Result<Self, wasmparser::Error> {
        let (mut imported, mut parameters, mut types, mut bodies) = (0, Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        parameters.push(ty?.params().len() as u32);
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => bodies.push(&module[body.range()]),
                _ => {}
            }
        }
        let old = chained(&bodies);
        let mut new = vec![0; old.len()];
        for (place, old) in old.iter().enumerate() {
            new[*old] = place;
        }
        Ok(Self { imported, old, new, parameters, types })
    }

    /// The new index of a function, imported or not.
    pub(super) fn index(&self, function: u32) -> u32 {
        let own = (function as usize).checked_sub(self.imported);
        let moved = own.and_then(|own| self.new.get(own));
        moved.map_or(function, |own| (self.imported + own) as u32)
    }

    /// The type of the function at an old place.
    pub(super) fn type_at(&self, old: usize) -> u32 {
        self.types[old]
    }

    /// How many parameters the function at an old place has.
    pub(super) fn parameters_at(&self, old: usize) -> u32 {
        self.parameters[self.types[old] as usize]
    }
}

/// The places of the texts, each followed by the one among the rest that shares most with it, for its length.
fn chained(texts: &[&[u8]]) -> Vec<usize> {
    let mut sharers: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (place, text) in texts.iter().enumerate() {
        for piece in text.windows(4) {
            let places = sharers.entry(piece).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    sharers.retain(|_, places| (2..=MOST_SHARERS).contains(&places.len()));
    let mut pieces = vec![Vec::new(); texts.len()];
    for places in sharers.values() {
        places.iter().for_each(|place| pieces[*place].push(places.as_slice()));
    }
    let mut rest: Vec<usize> = (1..texts.len()).collect();
    let mut order: Vec<usize> = (0..texts.len().min(1)).collect();
    while let Some(last) = order.last()
        && !rest.is_empty()
    {
        let mut shared = vec![0_usize; texts.len()];
        pieces[*last].iter().copied().flatten().for_each(|place| shared[*place] += 1);
        // Of equals the first one, so that the order does not depend on that of the map.
        let likeness = |place: usize| shared[place] * 1_000_000 / (1 + pieces[place].len().max(pieces[*last].len()));
        let next = (0..rest.len()).rev().max_by_key(|nr| likeness(rest[*nr])).unwrap_or_default();
        order.push(rest.remove(next));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_texts_stand_together_and_each_text_once() {
        let texts: [&[u8]; 5] = [b"one way of saying it", b"0123456789", b"another way of saying it", b"", b"x0123456789"];
        assert_eq!(chained(&texts), [0, 2, 1, 4, 3]);
        assert_eq!(chained(&[]), [0_usize; 0]);
    }
}
