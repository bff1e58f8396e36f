//! What the world exports, in the order in which both sides count: that of the world, and within an interface that of its file.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;
use wit_parser::{Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, WorldItem};

const WORLD: &str = "identity";

/// An exported function.
pub struct Exported<'a> {
    pub interface: InterfaceId,
    /// The resource it belongs to.
    pub resource: Option<TypeId>,
    /// Its name without that of the resource; `constructor` for a constructor.
    pub name: &'a str,
    pub function: &'a Function,
}

/// The exported interfaces.
pub struct Interfaces {
    pub resolve: Resolve,
    /// In the order of the world.
    pub ids: Vec<InterfaceId>,
}

impl Interfaces {
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder)?;
        let world = resolve.select_world(&[package], Some(WORLD))?;
        let ids = resolve.worlds[world].exports.values().filter_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        });
        let ids = ids.collect();
        Ok(Self { resolve, ids })
    }

    pub fn name(&self, id: InterfaceId) -> &str {
        self.resolve.interfaces[id].name.as_deref().unwrap_or_default()
    }

    /// The types that an interface defines itself, in the order of its file.
    pub fn types(&self, id: InterfaceId) -> impl Iterator<Item = TypeId> {
        let own = |type_id: &TypeId| self.resolve.types[*type_id].name.is_some() && self.origin(*type_id) == *type_id;
        self.resolve.interfaces[id].types.values().copied().filter(own)
    }

    /// The functions of an interface, in the order of its file.
    pub fn functions(&self, id: InterfaceId) -> impl Iterator<Item = Exported<'_>> {
        self.resolve.interfaces[id].functions.values().map(move |function| {
            let resource = match function.kind {
                FunctionKind::Method(of) | FunctionKind::Static(of) | FunctionKind::Constructor(of) => Some(of),
                _ => None,
            };
            let name = match function.kind {
                FunctionKind::Constructor(_) => "constructor",
                _ => function.item_name(),
            };
            Exported { interface: id, resource, name, function }
        })
    }

    /// Every function, by its number.
    pub fn numbered(&self) -> Vec<Exported<'_>> {
        self.ids.iter().flat_map(|id| self.functions(*id)).collect()
    }

    /// Every resource, by its number: those of the functions go on.
    pub fn resources(&self) -> Vec<TypeId> {
        self.ids.iter().flat_map(|id| self.types(*id)).filter(|id| self.is_resource(*id)).collect()
    }

    pub fn is_resource(&self, id: TypeId) -> bool {
        matches!(self.resolve.types[id].kind, TypeDefKind::Resource)
    }

    /// Where a type that is used under a name was defined.
    pub fn origin(&self, id: TypeId) -> TypeId {
        match self.resolve.types[id].kind {
            TypeDefKind::Type(Type::Id(other)) => self.origin(other),
            _ => id,
        }
    }

    /// The named types that values handed in are made of.
    pub fn taken(&self) -> BTreeSet<TypeId> {
        let params = |one: &Exported<'_>| one.function.params.iter().map(|param| param.ty).collect::<Vec<_>>();
        self.reached(self.numbered().iter().flat_map(params))
    }

    /// The named types that values given back are made of.
    pub fn given(&self) -> BTreeSet<TypeId> {
        self.reached(self.numbered().iter().filter_map(|one| one.function.result))
    }

    fn reached(&self, types: impl Iterator<Item = Type>) -> BTreeSet<TypeId> {
        let mut found = BTreeSet::new();
        types.for_each(|one| self.visit(one, &mut found));
        found
    }

    fn visit(&self, one: Type, found: &mut BTreeSet<TypeId>) {
        let Type::Id(id) = one else { return };
        let id = self.origin(id);
        let definition = &self.resolve.types[id];
        if definition.name.is_some() && !self.is_resource(id) && !found.insert(id) {
            return;
        }
        match &definition.kind {
            TypeDefKind::Record(record) => record.fields.iter().for_each(|field| self.visit(field.ty, found)),
            TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).for_each(|ty| self.visit(ty, found)),
            TypeDefKind::Tuple(tuple) => tuple.types.iter().for_each(|ty| self.visit(*ty, found)),
            TypeDefKind::Option(inner) | TypeDefKind::List(inner) => self.visit(*inner, found),
            TypeDefKind::Result(result) => [result.ok, result.err].into_iter().flatten().for_each(|ty| self.visit(ty, found)),
            TypeDefKind::Handle(Handle::Own(of) | Handle::Borrow(of)) => self.visit(Type::Id(*of), found),
            _ => {}
        }
    }
}
