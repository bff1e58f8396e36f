//! A guard against a miscompilation that the wide build meets.
//!
//! LLVM 22, which rustc 1.95 carries, treats instructions with two results wrongly (llvm/llvm-project#199910): it may leave a
//! local on the operand stack, overwrite that local with a result, and go on with the stale value. Signed multiplications that
//! look for overflow come out so; the source avoids them (`guest/clippy.toml`), and this looks at what was made of it.

use crate::BuildError;
use wasmparser::{FuncValidatorAllocations, ModuleArity, Operator, OperatorsReader, Parser, ValidPayload, Validator, WasmFeatures};

/// Refuses a component in which the result of a wide instruction overwrites a local whose old value is still to be used.
pub(crate) fn check_stale_locals(component: &[u8]) -> Result<(), BuildError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut found = 0;
    for payload in Parser::new(0).parse_all(component) {
        let checked = payload.and_then(|payload| match validator.payload(&payload)? {
            ValidPayload::Func(function, body) => {
                let mut function = function.into_validator(FuncValidatorAllocations::default());
                let mut reader = body.get_binary_reader();
                function.read_locals(&mut reader)?;
                stale_in(&mut function, OperatorsReader::new(reader))
            }
            _ => Ok(0),
        });
        found += checked.map_err(|error| BuildError(format!("the component cannot be read: {error}")))?;
    }
    if found == 0 {
        return Ok(());
    }
    Err(BuildError(format!("the compiler used {found} stale locals after wide instructions; see guest/builder/src/stale_locals.rs")))
}

fn stale_in<T>(function: &mut T, mut reader: OperatorsReader<'_>) -> wasmparser::Result<usize>
where
    T: FunctionChecks,
{
    // For each operand: the local it was read from, if it was.
    let mut operands: Vec<Option<u32>> = Vec::new();
    // How many of the topmost operands are results of a wide instruction just executed.
    let mut fresh = 0_usize;
    let mut found = 0;
    while !reader.eof() {
        let offset = reader.original_position();
        let operator = reader.read()?;
        let arity = operator.operator_arity(function);
        function.check(offset, &operator)?;
        match (&operator, arity) {
            (Operator::LocalGet { local_index }, _) => {
                operands.push(Some(*local_index));
                fresh = 0;
            }
            (Operator::LocalSet { local_index } | Operator::LocalTee { local_index }, _) => {
                operands.pop();
                if fresh > 0 && operands.contains(&Some(*local_index)) {
                    found += 1;
                }
                fresh = fresh.saturating_sub(1);
            }
            (_, Some((taken, given))) => {
                operands.truncate(operands.len().saturating_sub(taken as usize));
                operands.extend(std::iter::repeat_n(None, given as usize));
                fresh = if is_wide(&operator) { 2 } else { 0 };
            }
            _ => fresh = 0,
        }
        // Control flow is not followed: what is known of the stack ends with the block.
        operands.resize(function.height(), None);
    }
    Ok(found)
}

fn is_wide(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::I64MulWideS | Operator::I64MulWideU | Operator::I64Add128 | Operator::I64Sub128)
}

/// What is asked of wasmparser's function validator.
trait FunctionChecks: ModuleArity {
    fn check(&mut self, offset: usize, operator: &Operator<'_>) -> wasmparser::Result<()>;
    fn height(&self) -> usize;
}

impl<T: wasmparser::WasmModuleResources> FunctionChecks for wasmparser::FuncValidator<T> {
    fn check(&mut self, offset: usize, operator: &Operator<'_>) -> wasmparser::Result<()> {
        self.op(offset, operator)
    }

    fn height(&self) -> usize {
        self.operand_stack_height() as usize
    }
}

#[cfg(test)]
mod tests;
