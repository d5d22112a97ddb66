//! What a payment is, whoever takes it: money, the gateway's trait and the one thing it needs of the network.
//!
//! Beside the payments that we open ourselves stand those of the payments service: [`History`] and
//! [`Reservation`] of other backends, [`flow`] over them, and [`Acquirer`], who is asked about them.

mod acquirer;
mod behaviour;
pub mod flow;
mod gateway;
mod gateways;
mod history;
mod http;
mod money;
mod notice;
mod order_id;
mod record;
mod records;
mod reservation;
mod store_error;

pub use self::acquirer::{
    Acquirer, Acquirers, AskError, BankAccount, Collection, Observed, Refusal, Return, Returning, Standing,
    paid_at,
};
pub use self::behaviour::{
    Behaviour, CancelWithoutAmount, CaptureBy, Idempotency, KeyScope, LookupKey, NoticeTrust,
};
pub use self::gateway::{
    Approval, Cancellation, Charge, Checkout, Decline, Gateway, GatewayError, Method, Pages, PayerId,
    Progress, Proof, Provider, Returns, Session, Snapshot,
};
pub use self::gateways::Gateways;
pub use self::history::{Cancel, Cancelling, Claim, Facts, History, Run};
pub use self::http::{BoxError, Http, SendError};
pub use self::money::Won;
pub(crate) use self::money::write_grouped;
pub use self::notice::{Notice, Outstanding, TOLD_FOR, tell_again_at};
pub use self::order_id::{BadOrderId, OrderId};
pub use self::record::{
    BadUuid, Document, Locked, PasswordHash, RecordId, Source, Vendor, VendorCode, WrongPassword,
};
pub use self::records::{Claimed, Kept, Payment, Records, Reserved, Told};
pub use self::reservation::Reservation;
pub use self::store_error::StoreError;
