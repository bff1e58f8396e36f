//! Request metadata through both builds of the component: vectors, golden files, properties, and the table of what proves which rule.

#[path = "metadata/vectors.rs"]
mod vectors;
