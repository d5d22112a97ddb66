//! What a payment is, whoever takes it: money, the gateway's trait and the one thing it needs of the network.
//!
//! Beside the payments that we open ourselves stand those of the payments service: [`History`] and
//! [`Reservation`] of other backends, and [`flow`] over them. Both ask the same [`Gateway`].

mod behaviour;
mod cancellation;
pub mod flow;
mod gateway;
mod gateways;
mod guesses;
mod history;
mod http;
mod money;
mod notice;
mod order_id;
mod record;
mod records;
mod refusal;
mod reservation;
mod snapshot;
mod store_error;

pub use self::behaviour::{
    Behaviour, CancelWithoutAmount, CaptureBy, Idempotency, KeyScope, LookupKey, NoticeTrust,
};
pub use self::cancellation::{BankAccount, Cancellation, Returning};
pub use self::gateway::{
    Accounts, Charge, Checkout, Collection, Gateway, Pages, PayerId, Proof, Provider, Returns, Session,
};
pub use self::gateways::Gateways;
pub use self::guesses::{GUESSES, GUESSES_WITHIN, Guesses, Lock, RecordName, TooOften};
pub use self::history::{Cancel, Cancelling, Claim, Facts, History, Run};
pub use self::http::{BoxError, Http, SendError};
pub use self::money::Won;
pub(crate) use self::money::write_grouped;
pub use self::notice::{Notice, Outstanding, TOLD_FOR, tell_again_at};
pub use self::order_id::{BadOrderId, OrderId};
pub use self::record::{
    BadUuid, Document, Locked, PasswordHash, RecordId, Source, Vendor, VendorCode, WrongPassword,
};
pub use self::records::{Claimed, Counted, Kept, Payment, Records, Reserved, Told};
pub use self::refusal::{Decline, GatewayError, Refusal};
pub use self::reservation::Reservation;
pub use self::snapshot::{Approval, Method, PaymentRef, Snapshot, Standing};
pub use self::store_error::StoreError;
