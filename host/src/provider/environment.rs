//! Where environment variables are read.

/// Reads environment variables. A closure `Fn(&str) -> Option<String>` is one too.
pub trait Environment: Send + Sync {
    /// The value of a variable; none if it is unset or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String> + Send + Sync> Environment for F {
    fn variable(&self, name: &str) -> Option<String> {
        self(name)
    }
}

/// The environment of this process, read at each call.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        // `=` and NUL cannot be part of a name.
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        std::env::var(name).ok()
    }
}

/// The value of a variable without outer white space; none if nothing is left.
pub(crate) fn filled(environment: &dyn Environment, name: &str) -> Option<String> {
    let value = environment.variable(name)?;
    let trimmed = value.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_variable_counts_as_unset() {
        let environment = |name: &str| (name != "UNSET").then(|| if name == "BLANK" { " \t".into() } else { format!(" {name}\n") });
        assert_eq!(filled(&environment, "A").as_deref(), Some("A"));
        assert_eq!(filled(&environment, "BLANK"), None);
        assert_eq!(filled(&environment, "UNSET"), None);
        for impossible in ["", "A=B", "A\0"] {
            assert_eq!(ProcessEnvironment.variable(impossible), None);
        }
    }
}
