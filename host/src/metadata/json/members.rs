//! The members of one JSON object, taken by name.

use crate::error::Error;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;

/// Members that were not taken yet, in document order.
pub(super) struct Members<'a> {
    members: Vec<(String, &'a RawValue)>,
    /// What the object is, for errors.
    of: String,
}

impl<'a> Members<'a> {
    /// Reads an object, called `of` in errors.
    pub(super) fn read(text: &'a str, of: &str) -> Result<Self, Error> {
        let pairs = serde_json::from_str::<Pairs<&RawValue>>(text);
        let members = pairs.map_err(|_| Error::config(format!("{of} is no JSON object")))?.0;
        Ok(Self { members, of: of.into() })
    }

    /// The text of the value of a member, unless it is `null`. Errors if it is there twice.
    pub(super) fn value(&mut self, name: &str) -> Result<Option<&'a str>, Error> {
        self.value_of(&[name])
    }

    /// A string. The member may have any of these names.
    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<String>, Error> {
        self.decoded(names, "a string")
    }

    /// A string that must be there.
    pub(super) fn required_text(&mut self, name: &str) -> Result<String, Error> {
        self.text(&[name])?.ok_or_else(|| Error::config(format!("{} lacks the member `{name}`", self.of)))
    }

    /// An integer from 0 to 2^64 - 1, written without fraction and exponent.
    pub(super) fn unsigned(&mut self, names: &[&str]) -> Result<Option<u64>, Error> {
        self.decoded(names, "an integer from 0 to 18446744073709551615")
    }

    /// An integer of 64 bits with sign, alike.
    pub(super) fn signed(&mut self, names: &[&str]) -> Result<Option<i64>, Error> {
        self.decoded(names, "an integer of 64 bits")
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, names: &[&str]) -> Result<Option<bool>, Error> {
        self.decoded(names, "true or false")
    }

    /// An array of strings; empty if it is absent.
    pub(super) fn list(&mut self, names: &[&str]) -> Result<Vec<String>, Error> {
        Ok(self.decoded(names, "an array of strings")?.unwrap_or_default())
    }

    /// An object of strings, in document order; empty if it is absent.
    pub(super) fn texts(&mut self, names: &[&str]) -> Result<Vec<(String, String)>, Error> {
        let pairs = self.decoded::<Pairs<String>>(names, "an object of strings")?;
        Ok(pairs.map_or_else(Vec::new, |pairs| pairs.0))
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Members<'a>>, Error> {
        self.value(name)?.map(|text| Members::read(text, &format!("the member `{name}`"))).transpose()
    }

    /// Every member that is left, as an object; `null` is one without members.
    pub(super) fn into_objects(self) -> Result<Vec<(String, Members<'a>)>, Error> {
        let Self { members, of } = self;
        let object = |(name, value): (String, &'a RawValue)| {
            let text = if value.get() == "null" { "{}" } else { value.get() };
            Members::read(text, &format!("an entry of {of}")).map(|object| (name, object))
        };
        members.into_iter().map(object).collect()
    }

    /// Name and value of the only member.
    pub(super) fn into_only(self) -> Option<(String, &'a str)> {
        let [(name, value)] = <[_; 1]>::try_from(self.members).ok()?;
        Some((name, value.get()))
    }

    /// Names of the members that are left.
    pub(super) fn into_names(self) -> Vec<String> {
        self.members.into_iter().map(|(name, _)| name).collect()
    }

    fn decoded<T: DeserializeOwned>(&mut self, names: &[&str], form: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.value_of(names)? else { return Ok(None) };
        let wrong = |_| Error::config(format!("the member `{}` of {} is not {form}", names.first().unwrap_or(&""), self.of));
        serde_json::from_str(text).map(Some).map_err(wrong)
    }

    fn value_of(&mut self, names: &[&str]) -> Result<Option<&'a str>, Error> {
        let mut found = None;
        let mut is_repeated = false;
        self.members.retain(|(name, value)| {
            let is_it = names.contains(&name.as_str());
            if is_it {
                is_repeated |= found.replace(value.get()).is_some();
            }
            !is_it
        });
        if is_repeated {
            return Err(Error::config(format!("{} repeats the member `{}`", self.of, names.first().unwrap_or(&""))));
        }
        Ok(found.filter(|text| *text != "null"))
    }
}

/// The members of an object in document order, repeated ones included.
struct Pairs<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

struct PairsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<T> {
    type Value = Pairs<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}
