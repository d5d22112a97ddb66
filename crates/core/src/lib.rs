//! What the cafe and its payments are, and how they decide.
//!
//! This crate does no I/O: it reads no clock, no environment and no file, opens no socket and rolls
//! no dice. Time, ids and randomness come in as arguments; the outside is reached through three
//! traits: [`payment::Gateway`] (who collects the money), [`payment::Http`] (the only thing a gateway
//! needs of the network) and [`cafe::Store`] (what must happen together).
//!
//! * [`payment`]: what a payment is, whoever takes it. It has never heard of coffee.
//! * [`gateway`]: how an order becomes a partner's request, and what an answer means for it.
//! * [`cafe`]: menu, members, points, the stages of an order, and the flows over them.

pub mod cafe;
pub mod gateway;
pub mod payment;
