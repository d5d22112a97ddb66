//! The cafe: its menu, its members and their points, the stages of an order, and the flows over them.

pub mod flow;
mod ledger;
mod member;
mod menu;
mod order;
mod phone;
mod points;
mod quote;
mod refund;
mod store;

pub use self::ledger::{Effect, Entry, EntryKind};
pub use self::member::{Member, MemberId, NewMember, UserId};
pub use self::menu::{BadMenu, Cups, DemoItem, Drink, Menu, TooManyCups};
pub use self::order::{
    Approving, Attempt, AttemptToken, CloseReason, Closed, Collected, NotWhatWasDue, OPEN_FOR, Opened, Order,
    Paid, Quoted, SETTLE_GRACE, Tender,
};
pub use self::phone::{BadPhone, BadPhoneKey, Phone, PhoneKey, SealedPhone, Unsealable};
pub use self::points::{Percent, Points};
pub use self::quote::{QUOTE_FOR, Quote};
pub use self::refund::{Refund, RefundId, RefundRefused, Refunding};
pub use self::store::{Begun, Joined, Kept, Store, StoreError};
