//! Resources: JavaScript knows each by its address, and keeps track of which it holds.

use super::wire::{Input, Output, Put, Take};
use alloc::boxed::Box;
use core::ptr::with_exposed_provenance_mut;

/// A resource on its way to JavaScript.
pub struct Own<T>(Box<T>);

impl<T> Own<T> {
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T> Put for Own<T> {
    fn put(self, to: &mut Output) {
        let address = Box::into_raw(self.0).expose_provenance();
        to.put(u32::try_from(address).unwrap_or_default());
    }
}

/// A resource that JavaScript lends for a call.
pub struct Borrow<'a, T>(&'a T);

impl<'a, T> Borrow<'a, T> {
    /// As what it is: the bindings of wit-bindgen have to be told.
    pub fn get<U>(&self) -> &'a U
    where
        T: Is<U>,
    {
        self.0.it()
    }

    pub(crate) fn whole(&self) -> &'a T {
        self.0
    }
}

/// Type equality.
pub trait Is<T> {
    fn it(&self) -> &T;
}

impl<T> Is<T> for T {
    fn it(&self) -> &T {
        self
    }
}

impl<'a, T> Take<'a> for Borrow<'a, T> {
    #[allow(unsafe_code)]
    fn take(from: &mut Input<'a>) -> Self {
        // SAFETY: JavaScript hands back what `Own` gave it, as long as it has not ended it, and never as another kind. It does not end it
        // before the call returns, and `'a` is at most as long.
        Self(unsafe { &*with_exposed_provenance_mut::<T>(from.address()) })
    }
}

impl<T> Take<'_> for Own<T> {
    #[allow(unsafe_code)]
    fn take(from: &mut Input<'_>) -> Self {
        // SAFETY: as above; JavaScript forgets the address with this call, the last one that has it.
        Self(unsafe { Box::from_raw(with_exposed_provenance_mut::<T>(from.address())) })
    }
}
