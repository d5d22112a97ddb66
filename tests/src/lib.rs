//! Tests that reach through more than one crate; they are in `it/`.
