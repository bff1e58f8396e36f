//! stand-in until merged
#![allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRef(alloc::string::String);
impl TaskRef { pub fn as_str(&self)->&str{&self.0} pub fn received(t:&str)->crate::Result<Self>{Ok(Self(t.into()))} }
