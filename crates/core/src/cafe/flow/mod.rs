//! What the cafe does, one story a file: load, decide, ask, keep. Each is safe to repeat.

mod approve;
mod close;
mod look_up;
mod open;
mod order;
mod point_lookup;
mod reconcile;
mod refund;
mod sign_up;

pub use self::approve::{ApproveError, approve};
pub use self::close::{CloseError, close};
pub use self::open::{OpenError, Opening, open, open_quoted};
pub use self::order::{Cup, OrderError, Rules, order_by_link, order_demo, order_in_full, order_with_points};
pub use self::point_lookup::{LookupError, look_up_points};
pub use self::reconcile::{Outcome, Reconciled, Turns, look_at, reconcile};
pub use self::refund::{RefundError, RefundRequest, refund};
pub use self::sign_up::{SignUpError, sign_up};
