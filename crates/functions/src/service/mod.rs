//! The payments service for other backends: what its functions share.

pub mod body;
pub mod password;
pub mod violation;
