//! The same component in fewer bytes, once it is compressed.
//!
//! Nobody outside sees by which names the parts of a component find each other, nor in which order its functions and their locals
//! stand. So those names become short ones, functions with like text become neighbours, and names for debuggers go.

mod locals;
mod order;

use crate::BuildError;
use order::FunctionOrder;
use std::collections::HashMap;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent, component_utils};
use wasm_encoder::{
    Alias, CodeSection, Component, ComponentAliasSection, ComponentImportSection, ComponentInstanceSection, ExportSection, FunctionSection,
    Module,
};
use wasmparser::{
    CodeSectionReader, ComponentAlias, ComponentAliasSectionReader, ComponentImportSectionReader, ComponentInstance, CustomSectionReader,
    Export, FunctionSectionReader, Parser,
};

/// The component with short inner names, functions and locals in another order, and without custom sections.
pub(crate) fn compacted(component: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut out = Component::new();
    Compaction::default()
        .parse_component(&mut out, Parser::new(0), component)
        .map_err(|error| BuildError(format!("the component cannot be compacted: {error}")))?;
    Ok(out.finish())
}

/// The same for a module that is not part of a component: its names are known to others, and stay.
pub fn compacted_module(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let failed = |error: String| BuildError(format!("the module cannot be compacted: {error}"));
    let order = FunctionOrder::of(module).map_err(|error| failed(error.to_string()))?;
    let mut compaction = Compaction { order, keeps_names: true, ..Compaction::default() };
    let mut out = Module::new();
    compaction.parse_core_module(&mut out, Parser::new(0), module).map_err(|error| failed(error.to_string()))?;
    Ok(out.finish())
}

#[derive(Default)]
struct Compaction {
    /// What core modules export. What they import keeps its names: by those hosts that load the core module itself know the resources.
    exports: ShortNames,
    keeps_names: bool,
    /// What each of the components within imports.
    imports: Vec<ShortNames>,
    /// Whether one of these is being read.
    is_within: bool,
    order: FunctionOrder,
}

/// Short names, given in the order of asking.
#[derive(Default)]
struct ShortNames(HashMap<String, String>);

impl ShortNames {
    fn of(&mut self, name: &str) -> &str {
        let next = self.0.len();
        self.0.entry(name.to_owned()).or_insert_with(|| short_name(next))
    }
}

/// `a` to `z`, `aa` to `zz`, and so on: legal wherever a component has names.
fn short_name(nr: usize) -> String {
    let letter = char::from(b'a' + (nr % 26) as u8);
    match nr / 26 {
        0 => letter.into(),
        rest => short_name(rest - 1) + &letter.to_string(),
    }
}

impl Reencode for Compaction {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.order.index(function))
    }

    fn parse_function_section(&mut self, out: &mut FunctionSection, _: FunctionSectionReader<'_>) -> Result<(), Error> {
        for place in &self.order.old {
            out.function(self.order.type_at(*place));
        }
        Ok(())
    }

    fn parse_code_section(&mut self, out: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for place in self.order.old.clone() {
            let parameters = self.order.parameters_at(place);
            out.function(&locals::renumbered(self, parameters, &bodies[place])?);
        }
        Ok(())
    }

    fn parse_export(&mut self, out: &mut ExportSection, export: Export<'_>) -> Result<(), Error> {
        let (kind, index) = (self.export_kind(export.kind)?, self.external_index(export.kind, export.index)?);
        let name = if self.keeps_names { export.name } else { self.exports.of(export.name) };
        out.export(name, kind, index);
        Ok(())
    }

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }
}

impl ReencodeComponent for Compaction {
    fn parse_component_submodule(&mut self, out: &mut Component, parser: Parser, module: &[u8]) -> Result<(), Error> {
        self.order = FunctionOrder::of(module)?;
        component_utils::parse_component_submodule(self, out, parser, module)?;
        // The functions that a component knows are no module's own.
        self.order = FunctionOrder::default();
        Ok(())
    }

    fn parse_component_subcomponent(&mut self, out: &mut Component, parser: Parser, data: &[u8], whole: &[u8]) -> Result<(), Error> {
        self.imports.push(ShortNames::default());
        self.is_within = true;
        component_utils::parse_component_subcomponent(self, out, parser, data, whole)?;
        self.is_within = false;
        Ok(())
    }

    fn parse_component_import_section(
        &mut self,
        out: &mut ComponentImportSection,
        section: ComponentImportSectionReader<'_>,
    ) -> Result<(), Error> {
        if !self.is_within {
            return component_utils::parse_component_import_section(self, out, section);
        }
        for import in section {
            let import = import?;
            let ty = self.component_type_ref(import.ty)?;
            if let Some(names) = self.imports.last_mut() {
                out.import(names.of(import.name.name), ty);
            }
        }
        Ok(())
    }

    fn parse_component_instance(&mut self, out: &mut ComponentInstanceSection, instance: ComponentInstance<'_>) -> Result<(), Error> {
        let ComponentInstance::Instantiate { component_index, args } = &instance else {
            return component_utils::parse_component_instance(self, out, instance);
        };
        let names = &mut self.imports[*component_index as usize];
        let args = args.iter().map(|arg| (names.of(arg.name).to_owned(), arg.kind.into(), arg.index));
        out.instantiate(*component_index, args.collect::<Vec<_>>());
        Ok(())
    }

    fn parse_component_alias_section(
        &mut self,
        out: &mut ComponentAliasSection,
        section: ComponentAliasSectionReader<'_>,
    ) -> Result<(), Error> {
        for alias in section {
            match alias? {
                ComponentAlias::CoreInstanceExport { kind, instance_index: instance, name } => {
                    out.alias(Alias::CoreInstanceExport { instance, kind: kind.into(), name: self.exports.of(name) })
                }
                other => out.alias(self.component_alias(other)?),
            };
        }
        Ok(())
    }

    fn parse_component_custom_section(&mut self, _: &mut Component, _: CustomSectionReader<'_>) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_distinct() {
        let names: Vec<String> = (0..1000).map(short_name).collect();
        assert_eq!((&*names[0], &*names[25], &*names[26], &*names[701], &*names[702]), ("a", "z", "aa", "zz", "aaa"));
        assert!(names.iter().enumerate().all(|(nr, name)| !names[..nr].contains(name)));
    }
}
