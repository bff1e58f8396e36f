//! The conformance driver.
