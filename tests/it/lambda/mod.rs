//! Lambda on this machine: the functions as real processes, each with a Runtime API, behind an API Gateway.

mod gateway;
mod process;
mod runtime;

pub(crate) use self::gateway::serve;
pub(crate) use self::process::{BINARIES, Function, Instance, LAMBDA, Running, build, function};
