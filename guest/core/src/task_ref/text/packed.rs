//! The tables of Unicode properties that `build.rs` writes.

use alloc::vec::Vec;

/// The numbers of a table.
pub(super) fn numbers(table: &[u8]) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut number = 0_u32;
    for byte in table {
        number = number << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    numbers
}

/// The rows of a table of three columns.
pub(super) fn rows(table: &[u8]) -> Vec<[u32; 3]> {
    let numbers = numbers(table);
    let mut columns = numbers.chunks_exact(numbers.len().div_ceil(3).max(1));
    let mut column = || columns.next().unwrap_or_default().iter().copied();
    let (first, second, third) = (column(), column(), column());
    first.zip(second).zip(third).map(|((first, second), third)| [first, second, third]).collect()
}
