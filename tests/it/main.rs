//! Tests that reach through more than one crate.
