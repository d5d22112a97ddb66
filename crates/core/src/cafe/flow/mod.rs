//! What the cafe does, one story a file: load, decide, ask, keep. Each is safe to repeat.

mod approve;
mod close;
mod forget;
mod look_up;
mod open;
mod order;
mod point_lookup;
mod rebind;
mod reconcile;
mod refund;
mod renumber;
mod sign_up;

pub use self::approve::{ApproveError, approve};
pub use self::close::{CloseError, close};
pub use self::forget::{ForgetError, forget};
pub use self::open::{OpenError, Opening, open, open_quoted};
pub use self::order::{Cup, OrderError, Rules, order_by_link, order_demo, order_in_full, order_with_points};
pub use self::point_lookup::{LookupError, look_up_points};
pub use self::rebind::{RebindError, issue_code, rebind};
pub use self::reconcile::{Outcome, Reconciled, Turns, look_at, reconcile};
pub use self::refund::{RefundError, RefundRequest, refund};
pub use self::renumber::{RenumberError, renumber};
pub use self::sign_up::{SignUpError, SignedUp, sign_up};
