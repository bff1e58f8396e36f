//! The numbers of locals: the more a local is used, the lower, so that functions which do the like also read alike.

use std::cmp::Reverse;
use std::convert::Infallible;
use wasm_encoder::Function;
use wasm_encoder::reencode::{Error, Reencode};
use wasmparser::{FunctionBody, Operator};

/// The function, which has so many parameters, with its locals in another order.
pub(super) fn renumbered<R>(reencoder: &mut R, parameters: u32, body: &FunctionBody<'_>) -> Result<Function, Error>
where
    R: Reencode<Error = Infallible>,
{
    let mut types = Vec::new();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        types.extend(std::iter::repeat_n(ty, count as usize));
    }
    let own = |local: u32| local.checked_sub(parameters).map(|own| own as usize);
    let mut uses = vec![0; types.len()];
    for operator in body.get_operators_reader()? {
        if let Some(own) = local_of(&mut operator?).and_then(|local| own(*local)) {
            uses[own] += 1;
        }
    }
    let mut order: Vec<usize> = (0..types.len()).filter(|own| uses[*own] > 0).collect();
    // Those of one type stay together: they are declared as one.
    order.sort_by_key(|own| (types.iter().position(|ty| *ty == types[*own]), Reverse(uses[*own])));
    let mut numbers = vec![0; types.len()];
    let mut declared = Vec::new();
    for (number, own) in (parameters..).zip(&order) {
        numbers[*own] = number;
        declared.push(reencoder.val_type(types[*own])?);
    }
    let mut function = Function::new_with_locals_types(declared);
    for operator in body.get_operators_reader()? {
        let mut operator = operator?;
        if let Some(local) = local_of(&mut operator)
            && let Some(own) = own(*local)
        {
            *local = numbers[own];
        }
        function.instruction(&reencoder.instruction(operator)?);
    }
    Ok(function)
}

fn local_of<'a>(operator: &'a mut Operator<'_>) -> Option<&'a mut u32> {
    match operator {
        Operator::LocalGet { local_index } | Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => Some(local_index),
        _ => None,
    }
}
