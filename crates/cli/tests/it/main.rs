//! The audit on a real store's tables, and the binary as an owner runs it.

mod audit;
mod binary;
mod shop;
