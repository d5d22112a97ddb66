//! The payments service as another backend meets it: sealed bodies to its routes, over a DynamoDB and both gateways'
//! fakes.

mod backend;
mod bad_requests;
mod client;
mod counter;
mod description;
mod front;
mod generated;
mod guessing;
mod histories;
mod moving;
mod nudges;
mod reservations;
mod sdk;
mod served;
mod troubles;
mod typescript;
mod vendors;

pub(crate) use self::backend::{Backend, PASSWORD};
pub(crate) use self::counter::Counter;
