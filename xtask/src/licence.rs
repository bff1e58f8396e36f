//! Decides whether a licence expression (SPDX, as crates write it) can be met with an allow-list.

/// Whether `expression` is satisfied by licences of `allowed` alone.
///
/// Understands `AND`, `OR`, `WITH`, parentheses, and the old `/` for `OR`. What cannot be read is not satisfied.
pub fn is_satisfied(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    parser.alternatives() == Some(true) && parser.words.is_empty()
}

/// Reads `alternatives = all *("OR" all)`, `all = one *("AND" one)`, `one = "(" alternatives ")" / name ["WITH" name]`.
struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<bool> {
        let mut satisfied = self.all()?;
        while self.take("OR") {
            // Not `||`: the right side must be read in any case.
            satisfied |= self.all()?;
        }
        Some(satisfied)
    }

    fn all(&mut self) -> Option<bool> {
        let mut satisfied = self.one()?;
        while self.take("AND") {
            satisfied &= self.one()?;
        }
        Some(satisfied)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let satisfied = self.alternatives()?;
            return self.take(")").then_some(satisfied);
        }
        let mut licence = self.next()?.to_owned();
        if self.take("WITH") {
            licence = format!("{licence} WITH {}", self.next()?);
        }
        Some(self.allowed.contains(&licence))
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn next(&mut self) -> Option<&str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::is_satisfied;

    #[test]
    fn expressions_are_decided_by_the_allow_list() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause"].map(str::to_owned);
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT OR Apache-2.0", true),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only/MIT", true),
            ("MIT AND GPL-3.0-only", false),
            ("ISC AND (Apache-2.0 OR ISC)", true),
            ("(Apache-2.0 OR MIT) AND BSD-3-Clause", true),
            ("MIT OR GPL-3.0-only AND Apache-2.0", true),
            ("(MIT OR GPL-3.0-only) AND Apache-2.0", false),
        ] {
            assert_eq!(is_satisfied(expression, &allowed), expected, "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_satisfied() {
        for expression in ["", "MIT MIT", "(MIT", "MIT)", "MIT OR", "AND MIT", "MIT WITH"] {
            assert!(!is_satisfied(expression, &["MIT".to_owned()]), "{expression}");
        }
    }
}
