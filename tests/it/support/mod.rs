//! What tests of more than one subject need.

pub(crate) mod dynamodb_local;
pub(crate) mod guarded;
