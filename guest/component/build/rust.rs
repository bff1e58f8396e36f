//! The module for Rust.

use super::interfaces::{Exported, Interfaces};
use std::fmt::Write;
use wit_parser::{FunctionKind, Handle, Type, TypeDefKind, TypeId};

/// Types that the core has itself, as in the bindings of wit-bindgen (`src/lib.rs`).
const OF_THE_CORE: [(&str, &str); 14] = [
    ("additions", "metadata::Additions"),
    ("agent-description", "registration::AgentDescription"),
    ("base-urls", "base_urls::BaseUrls"),
    ("compaction", "metadata::Compaction"),
    ("enrollment-config", "enrollment::EnrollmentConfig"),
    ("execution", "metadata::Execution"),
    ("http-response", "flow::HttpResponse"),
    ("session-source", "metadata::SessionSource"),
    ("sign-request", "flow::SignRequest"),
    ("snapshot", "metadata::Snapshot"),
    ("turn", "metadata::Turn"),
    ("turn-event", "metadata::TurnEvent"),
    ("unseal-request", "flow::UnsealRequest"),
    ("workspace", "metadata::Workspace"),
];

/// All of it, as text.
pub fn module(interfaces: &Interfaces, fingerprint: u32) -> String {
    let mut text = format!("use alloc::{{string::String, vec::Vec}};\npub const FINGERPRINT: u32 = {fingerprint:#x};\n");
    for id in &interfaces.ids {
        let name = snake(interfaces.name(*id));
        let _ = writeln!(
            text,
            "pub mod {name} {{\n    use crate::compact::handles::{{Borrow, Own}};\n    use alloc::{{string::String, vec::Vec}};"
        );
        interfaces.types(*id).for_each(|id| text.push_str(&definition(interfaces, id)));
        text.push_str(&traits(interfaces, interfaces.functions(*id).collect(), interfaces.types(*id).collect()));
        text.push_str("}\n");
    }
    interfaces.taken().iter().for_each(|id| text.push_str(&taking(interfaces, *id)));
    interfaces.given().iter().for_each(|id| text.push_str(&putting(interfaces, *id)));
    text.push_str(&functions(interfaces));
    text
}

fn definition(interfaces: &Interfaces, id: TypeId) -> String {
    let found = &interfaces.resolve.types[id];
    let name = found.name.as_deref().unwrap_or_default();
    let camel = upper_camel(name);
    if of_the_core(name).is_some() {
        return String::new();
    }
    let mut text = String::new();
    match &found.kind {
        TypeDefKind::Record(record) => {
            let _ = writeln!(text, "    pub struct {camel} {{");
            for field in &record.fields {
                let _ = writeln!(text, "        pub {}: {},", snake(&field.name), spelt(interfaces, field.ty));
            }
            text.push_str("    }\n");
        }
        TypeDefKind::Enum(cases) => {
            let _ = writeln!(text, "    #[derive(Clone, Copy)]\n    pub enum {camel} {{");
            cases.cases.iter().for_each(|case| text.push_str(&format!("        {},\n", upper_camel(&case.name))));
            text.push_str("    }\n");
        }
        TypeDefKind::Variant(variant) => {
            let _ = writeln!(text, "    pub enum {camel} {{");
            for case in &variant.cases {
                let payload = case.ty.map(|ty| format!("({})", spelt(interfaces, ty))).unwrap_or_default();
                let _ = writeln!(text, "        {}{payload},", upper_camel(&case.name));
            }
            text.push_str("    }\n");
        }
        TypeDefKind::Resource => {
            let _ = writeln!(text, "    pub type {camel} = Own<<crate::Component as Guest>::{camel}>;");
            let _ = writeln!(text, "    pub type {camel}Borrow<'a> = Borrow<'a, <crate::Component as Guest>::{camel}>;");
        }
        other => unimplemented!("{} {name}", other.as_str()),
    }
    text
}

fn traits(interfaces: &Interfaces, functions: Vec<Exported<'_>>, types: Vec<TypeId>) -> String {
    let resources: Vec<_> = types.into_iter().filter(|id| interfaces.is_resource(*id)).collect();
    let mut text = String::from("    pub trait Guest {\n");
    for id in &resources {
        let name = camel_of(interfaces, *id);
        let _ = writeln!(text, "        type {name}: Guest{name};");
    }
    let of = |wanted: Option<TypeId>| functions.iter().filter(move |one| one.resource == wanted);
    of(None).for_each(|one| text.push_str(&signature(interfaces, one)));
    text.push_str("    }\n");
    for id in &resources {
        let _ = writeln!(text, "    pub trait Guest{}: 'static {{", camel_of(interfaces, *id));
        of(Some(*id)).for_each(|one| text.push_str(&signature(interfaces, one)));
        text.push_str("    }\n");
    }
    text
}

fn signature(interfaces: &Interfaces, one: &Exported<'_>) -> String {
    let is_method = matches!(one.function.kind, FunctionKind::Method(_));
    let params = one.function.params.iter().skip(usize::from(is_method));
    let receiver = is_method.then(|| "&self".to_owned());
    let named = params.map(|param| format!("{}: {}", snake(&param.name), spelt(interfaces, param.ty)));
    let params: Vec<_> = receiver.into_iter().chain(named).collect();
    let result = match one.function.kind {
        FunctionKind::Constructor(_) => " -> Self".to_owned(),
        _ => one.function.result.map(|ty| format!(" -> {}", spelt(interfaces, ty))).unwrap_or_default(),
    };
    format!("        fn {}({}){result};\n", method(one), params.join(", "))
}

fn method(one: &Exported<'_>) -> String {
    if one.name == "constructor" { "new".into() } else { snake(one.name) }
}

fn taking(interfaces: &Interfaces, id: TypeId) -> String {
    let name = path(interfaces, id);
    let body = match &interfaces.resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            let fields: Vec<_> = record.fields.iter().map(|field| format!("{}: from.take()", snake(&field.name))).collect();
            format!("Self {{ {} }}", fields.join(", "))
        }
        _ => {
            let arms = cases(interfaces, id).into_iter().enumerate();
            let arms = arms.map(|(index, (case, has))| format!("{index} => Self::{case}{}", if has { "(from.take())" } else { "" }));
            format!("match from.tag() {{ {}, _ => crate::compact::wire::malformed() }}", arms.collect::<Vec<_>>().join(", "))
        }
    };
    format!(
        "impl<'a> crate::compact::wire::Take<'a> for {name} {{ fn take(from: &mut crate::compact::wire::Input<'a>) -> Self {{ {body} }} }}\n"
    )
}

fn putting(interfaces: &Interfaces, id: TypeId) -> String {
    let name = path(interfaces, id);
    let body = match &interfaces.resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| format!("to.put(self.{}); ", snake(&field.name))).collect::<String>()
        }
        _ => {
            let arms = cases(interfaces, id).into_iter().enumerate().map(|(index, (case, has))| match has {
                true => format!("Self::{case}(value) => {{ to.tag({index}); to.put(value); }}"),
                false => format!("Self::{case} => to.tag({index}),"),
            });
            format!("match self {{ {} }}", arms.collect::<String>())
        }
    };
    format!("impl crate::compact::wire::Put for {name} {{ fn put(self, to: &mut crate::compact::wire::Output) {{ {body} }} }}\n")
}

/// The cases of an enum or a variant, and whether each has a payload.
fn cases(interfaces: &Interfaces, id: TypeId) -> Vec<(String, bool)> {
    match &interfaces.resolve.types[id].kind {
        TypeDefKind::Enum(found) => found.cases.iter().map(|case| (upper_camel(&case.name), false)).collect(),
        TypeDefKind::Variant(found) => found.cases.iter().map(|case| (upper_camel(&case.name), case.ty.is_some())).collect(),
        other => unimplemented!("{}", other.as_str()),
    }
}

/// One function for each export, which takes its arguments, calls, and puts the result; then what ends each resource.
fn functions(interfaces: &Interfaces) -> String {
    let numbered = interfaces.numbered();
    let resources = interfaces.resources();
    let mut text = format!("pub const FUNCTIONS: [crate::compact::wire::Function; {}] = [\n", numbered.len() + resources.len());
    for one in &numbered {
        let count = one.function.params.len();
        let names: Vec<_> = (0..count).map(|index| format!("a{index}")).collect();
        let interface = snake(interfaces.name(one.interface));
        let takes: String = names
            .iter()
            .zip(&one.function.params)
            .map(|(name, param)| format!("let {name}: {} = from.take(); ", spelt(interfaces, param.ty)))
            .collect();
        let call = call(interfaces, one, &interface, &names);
        let _ = writeln!(text, "    // {interface}#{}\n    |from, to| {{ {takes}to.put({call}); }},", one.function.name);
    }
    for id in resources {
        let _ = writeln!(text, "    |from, _| drop(from.take::<{}>()),", path(interfaces, id));
    }
    text.push_str("];\n");
    text
}

fn call(interfaces: &Interfaces, one: &Exported<'_>, interface: &str, names: &[String]) -> String {
    let guest = format!("<crate::Component as {interface}::Guest>");
    let Some(resource) = one.resource else { return format!("{guest}::{}({})", method(one), names.join(", ")) };
    let camel = camel_of(interfaces, resource);
    let of_resource = format!("<{guest}::{camel} as {interface}::Guest{camel}>::{}", method(one));
    match one.function.kind {
        FunctionKind::Constructor(_) => format!("{interface}::{camel}::new({of_resource}({}))", names.join(", ")),
        FunctionKind::Method(_) => {
            let rest: String = names.iter().skip(1).map(|name| format!(", {name}")).collect();
            format!("{of_resource}(a0.whole(){rest})")
        }
        _ => format!("{of_resource}({})", names.join(", ")),
    }
}

/// A type, from the root of the crate.
fn spelt(interfaces: &Interfaces, ty: Type) -> String {
    let inner = |ty: Type| spelt(interfaces, ty);
    let or_unit = |ty: Option<Type>| ty.map_or_else(|| "()".into(), inner);
    match ty {
        Type::Bool => "bool".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::U64 => "u64".into(),
        Type::S64 => "i64".into(),
        Type::String => "String".into(),
        Type::Id(id) => {
            let id = interfaces.origin(id);
            match &interfaces.resolve.types[id].kind {
                TypeDefKind::Option(of) => format!("Option<{}>", inner(*of)),
                TypeDefKind::List(Type::U8) => "Vec<u8>".into(),
                TypeDefKind::List(of) => format!("Vec<{}>", inner(*of)),
                TypeDefKind::Tuple(tuple) => format!("({},)", tuple.types.iter().map(|ty| inner(*ty)).collect::<Vec<_>>().join(", ")),
                TypeDefKind::Result(result) => format!("Result<{}, {}>", or_unit(result.ok), or_unit(result.err)),
                TypeDefKind::Handle(Handle::Own(of)) => path(interfaces, interfaces.origin(*of)),
                TypeDefKind::Handle(Handle::Borrow(of)) => format!("{}Borrow<'_>", path(interfaces, interfaces.origin(*of))),
                _ => path(interfaces, id),
            }
        }
        other => unimplemented!("{other:?}"),
    }
}

/// A named type, from the root of the crate.
fn path(interfaces: &Interfaces, id: TypeId) -> String {
    let found = &interfaces.resolve.types[id];
    let name = found.name.as_deref().unwrap_or_default();
    if let Some(path) = of_the_core(name) {
        return format!("agent_identity_core::{path}");
    }
    let wit_parser::TypeOwner::Interface(owner) = found.owner else { unimplemented!("{name} outside an interface") };
    format!("crate::exports::{}::{}", snake(interfaces.name(owner)), upper_camel(name))
}

fn camel_of(interfaces: &Interfaces, id: TypeId) -> String {
    upper_camel(interfaces.resolve.types[id].name.as_deref().unwrap_or_default())
}

fn of_the_core(name: &str) -> Option<&'static str> {
    OF_THE_CORE.iter().find(|(wit, _)| *wit == name).map(|(_, path)| *path)
}

fn snake(name: &str) -> String {
    match name {
        "ref" | "type" => format!("{name}_"),
        _ => name.replace('-', "_"),
    }
}

fn upper_camel(name: &str) -> String {
    let capitalised = |part: &str| part.chars().next().map(|first| format!("{}{}", first.to_ascii_uppercase(), &part[first.len_utf8()..]));
    name.split('-').filter_map(capitalised).collect()
}
