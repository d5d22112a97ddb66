//! What the payments service does, one story a file. Each is safe to repeat, to do at once, and to cut off anywhere.

mod cancel;
mod create;
mod finish;
mod follow;
mod look;
mod reserve;
mod tell;
mod unlock;

pub use self::cancel::{CancelError, CancelRequest, cancel};
pub use self::create::{CreateError, CreateRequest, create};
pub use self::finish::{Finished, finish};
pub use self::follow::{FollowError, Followed, follow, follow_order};
pub use self::look::Turn;
pub use self::reserve::{ReserveError, ReserveRequest, reserve};
pub use self::tell::{Messenger, NotTold, tell, tell_all};
pub use self::unlock::{UnlockError, unlock};
