//! What a payment is, whoever takes it: money, the gateway's trait and the one thing it needs of the network.

mod behaviour;
mod gateway;
mod http;
mod money;
mod order_id;

pub use self::behaviour::{
    Behaviour, CancelWithoutAmount, CaptureBy, Idempotency, KeyScope, LookupKey, NoticeTrust,
};
pub use self::gateway::{
    Approval, Cancellation, Charge, Checkout, Decline, Gateway, GatewayError, Method, Pages, PayerId,
    Progress, Proof, Provider, Returns, Session, Snapshot,
};
pub use self::http::{BoxError, Http, SendError};
pub use self::money::Won;
pub(crate) use self::money::write_grouped;
pub use self::order_id::{BadOrderId, OrderId};
