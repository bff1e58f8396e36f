//! Response items as they are written: an array, or one object a line.

use crate::cli::failure::Failure;
use serde_json::value::RawValue;

/// Items as one JSON array.
pub enum Items {
    Array(String),
    Lines(String),
}

impl Items {
    /// An array begins with a bracket, which no object does.
    pub fn read(text: &str) -> Result<Self, Failure> {
        if text.trim_start().starts_with('[') {
            return Ok(Self::Array(text.trim().into()));
        }
        let mut array = String::with_capacity(text.len() + 2);
        for (line, number) in text.lines().zip(1_usize..).filter(|(line, _)| !line.trim().is_empty()) {
            serde_json::from_str::<&RawValue>(line).map_err(|_| {
                let message = format!("line {number} is no JSON value");
                Failure::config(message, "give a JSON array, or one whole JSON object on each line")
            })?;
            array.push(if array.is_empty() { '[' } else { ',' });
            array.push_str(line.trim());
        }
        array.push(']');
        Ok(Self::Lines(array))
    }

    pub fn as_array(&self) -> &str {
        match self {
            Self::Array(array) | Self::Lines(array) => array,
        }
    }

    /// An array as these items came: whole, or line by line.
    pub fn like(&self, array: String) -> Result<Vec<String>, Failure> {
        if let Self::Array(_) = self {
            return Ok(vec![array]);
        }
        let items: Vec<&RawValue> = serde_json::from_str(&array).map_err(|_| Failure::internal("the component's items are no JSON"))?;
        Ok(items.into_iter().map(|item| item.get().to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_2_lines_become_an_array_and_lines_again() {
        let items = Items::read("{\"a\":1.0e5}\r\n\n {\"b\":[ 1 ]} \n").ok().expect("lines");
        assert_eq!(items.as_array(), "[{\"a\":1.0e5},{\"b\":[ 1 ]}]");
        let again = items.like(items.as_array().into()).ok().expect("items");
        assert_eq!(again, ["{\"a\":1.0e5}", "{\"b\":[ 1 ]}"]);
    }

    #[test]
    fn r5_2_an_array_is_one_text() {
        let items = Items::read(" [\n {} ]\n").ok().expect("an array");
        assert_eq!(items.like(items.as_array().into()).ok().expect("one"), ["[\n {} ]"]);
    }

    #[test]
    fn r0_7_a_bad_line_is_named_by_its_number() {
        let failure = Items::read("{}\n{\"secret\n").err().expect("a failure");
        let (message, _) = failure.texts();
        assert!(message.contains("line 2") && !message.contains("secret"), "{message}");
    }
}
