//! The payments service as another backend meets it: sealed bodies to its routes, over a DynamoDB and both gateways'
//! fakes.

mod bad_requests;
mod counter;
mod description;
mod histories;
mod nudges;
mod reservations;
