//! The declarations for TypeScript: what the functions of this crate take and give, as JavaScript sees it. `Handle` is declared by whoever
//! takes them.

use super::interfaces::{Exported, Interfaces};
use std::fmt::Write;
use wit_parser::{Handle, Type, TypeDefKind, TypeId};

/// `export interface Guest`, and the types that it mentions.
pub fn declarations(interfaces: &Interfaces) -> String {
    let mut text = String::from("export type Result<T, E> = { tag: 'ok'; val: T } | { tag: 'err'; val: E };\n");
    for id in interfaces.ids.iter().flat_map(|id| interfaces.types(*id)) {
        text.push_str(&definition(interfaces, id));
    }
    text.push_str("export interface Guest {\n");
    for id in &interfaces.ids {
        let _ = writeln!(text, "  {}: {{", camel(interfaces.name(*id)));
        let functions: Vec<_> = interfaces.functions(*id).collect();
        let of = |wanted: Option<TypeId>| functions.iter().filter(move |one| one.resource == wanted);
        of(None).for_each(|one| text.push_str(&signature(interfaces, one)));
        for resource in interfaces.types(*id).filter(|id| interfaces.is_resource(*id)) {
            let _ = writeln!(text, "    {}: {{", camel(name_of(interfaces, resource)));
            of(Some(resource)).for_each(|one| text.push_str(&signature(interfaces, one)));
            text.push_str("    };\n");
        }
        text.push_str("  };\n");
    }
    text.push_str("}\n");
    let functions = interfaces.numbered().iter().map(|one| format!("'{}#{}'", interfaces.name(one.interface), one.function.name)).collect();
    let resources = interfaces.resources().iter().map(|id| format!("'{}'", name_of(interfaces, *id))).collect();
    text + &counted("Functions", functions) + &counted("Resources", resources)
}

/// In the order of their numbers: whoever uses these compares.
fn counted(what: &str, names: Vec<String>) -> String {
    format!("export type {what} = [{}];\n", names.join(", "))
}

fn definition(interfaces: &Interfaces, id: TypeId) -> String {
    let name = pascal(name_of(interfaces, id));
    let alternatives = |cases: Vec<String>| format!("export type {name} = {};\n", cases.join(" | "));
    match &interfaces.resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            let members = record.fields.iter().map(|field| {
                let mark = if optional(interfaces, field.ty).is_some() { "?" } else { "" };
                let ty = optional(interfaces, field.ty).unwrap_or(field.ty);
                format!("  {}{mark}: {}{};\n", camel(&field.name), spelt(interfaces, ty), if mark.is_empty() { "" } else { " | undefined" })
            });
            format!("export interface {name} {{\n{}}}\n", members.collect::<String>())
        }
        TypeDefKind::Enum(found) => alternatives(found.cases.iter().map(|case| format!("'{}'", case.name)).collect()),
        TypeDefKind::Variant(found) => alternatives(
            found
                .cases
                .iter()
                .map(|case| match case.ty {
                    Some(ty) => format!("{{ tag: '{}'; val: {} }}", case.name, spelt(interfaces, ty)),
                    None => format!("{{ tag: '{}'; val?: undefined }}", case.name),
                })
                .collect(),
        ),
        _ => String::new(),
    }
}

fn signature(interfaces: &Interfaces, one: &Exported<'_>) -> String {
    let params: Vec<_> =
        one.function.params.iter().map(|param| format!("{}: {}", camel(&param.name), spelt(interfaces, param.ty))).collect();
    let result = match one.function.result {
        None => "void".into(),
        Some(ty) => match fallible(interfaces, ty) {
            // A failure is thrown.
            Some(value) => value.map_or_else(|| "void".into(), |ty| spelt(interfaces, ty)),
            None => spelt(interfaces, ty),
        },
    };
    let name = if one.name == "constructor" { "create".into() } else { camel(one.name) };
    format!("    {name}({}): {result};\n", params.join(", "))
}

fn optional(interfaces: &Interfaces, ty: Type) -> Option<Type> {
    let Type::Id(id) = ty else { return None };
    match interfaces.resolve.types[interfaces.origin(id)].kind {
        TypeDefKind::Option(inner) => Some(inner),
        _ => None,
    }
}

/// What a result that fails with an error holds otherwise.
fn fallible(interfaces: &Interfaces, ty: Type) -> Option<Option<Type>> {
    let Type::Id(id) = ty else { return None };
    let TypeDefKind::Result(result) = &interfaces.resolve.types[interfaces.origin(id)].kind else { return None };
    matches!(result.err, Some(Type::Id(id)) if is_handle(interfaces, id)).then_some(result.ok)
}

fn is_handle(interfaces: &Interfaces, id: TypeId) -> bool {
    let id = interfaces.origin(id);
    matches!(interfaces.resolve.types[id].kind, TypeDefKind::Handle(_) | TypeDefKind::Resource)
}

fn spelt(interfaces: &Interfaces, ty: Type) -> String {
    let inner = |ty: Type| spelt(interfaces, ty);
    let or_undefined = |ty: Option<Type>| ty.map_or_else(|| "undefined".into(), inner);
    match ty {
        Type::Bool => "boolean".into(),
        Type::U8 | Type::U16 | Type::U32 => "number".into(),
        Type::U64 | Type::S64 => "bigint".into(),
        Type::String => "string".into(),
        Type::Id(id) => {
            let id = interfaces.origin(id);
            match &interfaces.resolve.types[id].kind {
                TypeDefKind::Option(of) => format!("{} | undefined", inner(*of)),
                TypeDefKind::List(Type::U8) => "Uint8Array".into(),
                TypeDefKind::List(of) => format!("{}[]", inner(*of)),
                TypeDefKind::Tuple(tuple) => format!("[{}]", tuple.types.iter().map(|ty| inner(*ty)).collect::<Vec<_>>().join(", ")),
                TypeDefKind::Result(result) => format!("Result<{}, {}>", or_undefined(result.ok), or_undefined(result.err)),
                TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) | TypeDefKind::Resource => "Handle".into(),
                _ => pascal(name_of(interfaces, id)),
            }
        }
        other => unimplemented!("{other:?}"),
    }
}

fn name_of(interfaces: &Interfaces, id: TypeId) -> &str {
    interfaces.resolve.types[id].name.as_deref().unwrap_or_default()
}

fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let first = pascal.chars().next().map_or(0, char::len_utf8);
    format!("{}{}", pascal[..first].to_ascii_lowercase(), &pascal[first..])
}

fn pascal(name: &str) -> String {
    let capitalised = |part: &str| part.chars().next().map(|first| format!("{}{}", first.to_ascii_uppercase(), &part[first.len_utf8()..]));
    name.split('-').filter_map(capitalised).collect()
}
