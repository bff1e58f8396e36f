//! How values stand in the bytes of a call: one after the other, without names or gaps. Numbers have their own size, the lowest byte first;
//! texts and lists their length before them, in four bytes; an option, a case or a flag is one byte.

use alloc::string::String;
use alloc::vec::Vec;

/// A function of the table.
pub(crate) type Function = fn(&mut Input<'_>, &mut Output);

/// A value that JavaScript gives.
pub(crate) trait Take<'a> {
    fn take(from: &mut Input<'a>) -> Self;
}

/// A value that JavaScript gets.
pub(crate) trait Put {
    fn put(self, to: &mut Output);
}

/// Bytes that JavaScript wrote. It writes what the same WIT says, so anything else is a fault of ours and a trap.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take<T: Take<'a>>(&mut self) -> T {
        T::take(self)
    }

    #[inline(never)]
    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let Some((bytes, rest)) = self.0.split_at_checked(length) else { malformed() };
        self.0 = rest;
        bytes
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.bytes(N).try_into().unwrap_or([0; N])
    }

    pub(crate) fn tag(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    #[inline(never)]
    pub(crate) fn address(&mut self) -> usize {
        usize::try_from(u32::from_le_bytes(self.array())).unwrap_or_default()
    }
}

/// What JavaScript reads.
#[derive(Default)]
pub(crate) struct Output(Vec<u8>);

impl Output {
    pub(crate) fn put(&mut self, value: impl Put) {
        value.put(self);
    }

    #[inline(never)]
    pub(crate) fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    #[inline(never)]
    fn append(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn length(&mut self, length: usize) {
        self.put(u32::try_from(length).unwrap_or_else(|_| malformed()));
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Ends a call that cannot have come from our JavaScript.
pub(crate) fn malformed() -> ! {
    core::arch::wasm32::unreachable()
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Take<'_> for $number {
            fn take(from: &mut Input<'_>) -> Self {
                Self::from_le_bytes(from.array())
            }
        }

        impl Put for $number {
            fn put(self, to: &mut Output) {
                to.append(&self.to_le_bytes());
            }
        }
    )*};
}

numbers!(u16 u32 u64 i64);

impl Take<'_> for bool {
    fn take(from: &mut Input<'_>) -> Self {
        from.tag() != 0
    }
}

impl Put for bool {
    fn put(self, to: &mut Output) {
        to.tag(self.into());
    }
}

impl Put for () {
    fn put(self, _: &mut Output) {}
}

impl Take<'_> for () {
    fn take(_: &mut Input<'_>) -> Self {}
}

impl Take<'_> for Vec<u8> {
    fn take(from: &mut Input<'_>) -> Self {
        let length = from.address();
        from.bytes(length).into()
    }
}

impl Put for Vec<u8> {
    fn put(self, to: &mut Output) {
        to.length(self.len());
        to.append(&self);
    }
}

impl Take<'_> for String {
    #[inline(never)]
    fn take(from: &mut Input<'_>) -> Self {
        Self::from_utf8(from.take()).unwrap_or_else(|_| malformed())
    }
}

impl Put for String {
    #[inline(never)]
    fn put(self, to: &mut Output) {
        to.put(self.into_bytes());
    }
}

impl<'a, T: Take<'a>> Take<'a> for Vec<T> {
    fn take(from: &mut Input<'a>) -> Self {
        (0..from.address()).map(|_| from.take()).collect()
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(self, to: &mut Output) {
        to.length(self.len());
        self.into_iter().for_each(|value| to.put(value));
    }
}

impl<'a, T: Take<'a>> Take<'a> for Option<T> {
    fn take(from: &mut Input<'a>) -> Self {
        bool::take(from).then(|| from.take())
    }
}

impl<T: Put> Put for Option<T> {
    fn put(self, to: &mut Output) {
        to.put(self.is_some());
        if let Some(value) = self {
            to.put(value);
        }
    }
}

impl<'a, T: Take<'a>, E: Take<'a>> Take<'a> for Result<T, E> {
    fn take(from: &mut Input<'a>) -> Self {
        if bool::take(from) { Err(from.take()) } else { Ok(from.take()) }
    }
}

impl<T: Put, E: Put> Put for Result<T, E> {
    fn put(self, to: &mut Output) {
        to.put(self.is_err());
        match self {
            Ok(value) => to.put(value),
            Err(error) => to.put(error),
        }
    }
}

impl<'a, A: Take<'a>, B: Take<'a>> Take<'a> for (A, B) {
    fn take(from: &mut Input<'a>) -> Self {
        (from.take(), from.take())
    }
}

impl<A: Put, B: Put> Put for (A, B) {
    fn put(self, to: &mut Output) {
        to.put(self.0);
        to.put(self.1);
    }
}
