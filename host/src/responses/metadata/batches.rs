//! A long history in pieces, so that the component needs memory for one piece only: items are filtered one by one anyway.

use crate::error::Error;

/// Bytes after which a batch is full.
const FULL: usize = 1 << 20;

/// JSON arrays that become one.
#[derive(Default)]
pub(super) struct Batches {
    /// Items that are waiting, with commas between them.
    waiting: String,
    /// Filtered ones, likewise.
    done: String,
}

type Filter<'a> = dyn FnMut(&str) -> Result<String, Error> + 'a;

impl Batches {
    pub(super) fn add(&mut self, item: &str, filter: &mut Filter<'_>) -> Result<(), Error> {
        // A long item does not take the others of its batch along.
        if self.waiting.len() + item.len() > FULL {
            self.flush(filter)?;
        }
        push(&mut self.waiting, item);
        Ok(())
    }

    /// The array of everything.
    pub(super) fn finish(mut self, filter: &mut Filter<'_>) -> Result<String, Error> {
        self.flush(filter)?;
        Ok(format!("[{}]", self.done))
    }

    fn flush(&mut self, filter: &mut Filter<'_>) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let filtered = filter(&format!("[{}]", self.waiting))?;
        let inside = filtered.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        push(&mut self.done, inside.ok_or_else(|| Error::internal("filtered items are no JSON array".into()))?);
        self.waiting.clear();
        Ok(())
    }
}

fn push(list: &mut String, item: &str) {
    if !list.is_empty() {
        list.push(',');
    }
    list.push_str(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_filtered_in_batches_and_keep_their_order() {
        let long = format!("\"{}\"", "x".repeat(FULL));
        let (mut batches, mut seen) = (Batches::default(), Vec::new());
        let mut filter = |batch: &str| {
            seen.push(batch.len());
            Ok(batch.to_owned())
        };
        for item in ["1", "2", &long, "3", "4"] {
            batches.add(item, &mut filter).unwrap();
        }
        assert_eq!(batches.finish(&mut filter).unwrap(), format!("[1,2,{long},3,4]"));
        assert_eq!(seen, ["[1,2]".len(), long.len() + 2, "[3,4]".len()]);
        assert_eq!(Batches::default().finish(&mut |_| unreachable!()).unwrap(), "[]");
    }

    #[test]
    fn errors_and_what_is_no_array_are_passed_on() {
        let mut batches = Batches::default();
        batches.add("1", &mut |_| unreachable!()).unwrap();
        assert_eq!(batches.finish(&mut |_| Ok(String::new())).unwrap_err().code, "internal");
    }
}
