//! Lambda on this machine: the functions as real processes, each with a Runtime API, behind an API Gateway.

mod deployed;
mod deployment;
mod emulator;
mod gateway;
mod process;
mod recorder;

pub(crate) use self::deployed::{Deployed, MENU};
pub(crate) use self::deployment::{Deployment, Permission, TEMPLATE};
pub(crate) use self::emulator::Emulator;
pub(crate) use self::gateway::{Functions, Kind, answered_headers, serve};
pub(crate) use self::process::{
    BINARIES, FLOOR, Function, Instance, LAMBDA, Platform, Running, Start, build, function,
};
