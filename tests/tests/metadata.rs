//! Request metadata through both builds of the component: vectors, golden files, properties, and the table of what proves which rule.

#[path = "metadata/coverage.rs"]
mod coverage;
#[path = "metadata/golden.rs"]
mod golden;
#[path = "metadata/independent.rs"]
mod independent;
#[path = "metadata/properties.rs"]
mod properties;
#[path = "metadata/vectors.rs"]
mod vectors;
