//! Numbers as text, without `core::fmt`, whose machinery weighs 1.4 KB after brotli.

use alloc::string::String;

/// Appends `number` in a radix up to 16, with small letters and no leading zero.
pub(crate) fn push(out: &mut String, number: u32, radix: u32) {
    let (front, last) = (number.checked_div(radix).unwrap_or_default(), number.checked_rem(radix).unwrap_or_default());
    if front != 0 {
        push(out, front, radix);
    }
    out.extend(char::from_digit(last, 16));
}

/// Appends both hexadecimal digits of a byte.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    push(out, u32::from(byte >> 4), 16);
    push(out, u32::from(byte & 0xf), 16);
}

/// Appends `%HH`.
pub(crate) fn push_percent_encoded(out: &mut String, byte: u8) {
    let from = out.len();
    out.push('%');
    push_hex(out, byte);
    if let Some(written) = out.get_mut(from..) {
        written.make_ascii_uppercase();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for number in [0, 1, 9, 10, 15, 16, 255, 256, 8080, 65_535, u32::MAX] {
            let mut text = String::new();
            push(&mut text, number, 10);
            push(&mut text, number, 16);
            assert_eq!(text, format!("{number}{number:x}"));
        }
        for byte in 0..=u8::MAX {
            let mut text = String::new();
            push_hex(&mut text, byte);
            push_percent_encoded(&mut text, byte);
            assert_eq!(text, format!("{byte:02x}%{byte:02X}"));
        }
    }
}
