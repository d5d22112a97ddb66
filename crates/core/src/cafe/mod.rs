//! The cafe: its menu, its members and their points, the stages of an order, and the flows over them.

pub mod audit;
mod code;
pub mod flow;
mod ledger;
mod looks;
mod member;
mod menu;
mod order;
mod phone;
mod points;
mod quote;
mod refund;
mod roster;
mod store;
mod verdict;

pub use self::code::{BadCode, CODE_FOR, CODE_TRIES, Code, CodeMac, KeptCode};
pub use self::ledger::{Effect, Entry, EntryKind};
pub use self::looks::{Look, Looks, Saw};
pub use self::member::{CarriedMember, Member, MemberId, NewMember, UserId};
pub use self::menu::{BadMenu, Cups, DemoItem, Drink, Menu, TooManyCups};
pub use self::order::{
    Approving, Attempt, AttemptToken, Capture, CloseReason, Closed, Collected, LOOK_AFTER, Late,
    NotWhatWasDue, Opened, Order, PAY_WITHIN, Paid, Quoted, SETTLE_GRACE, Tender, Turn,
};
pub use self::phone::{BadPhone, BadPhoneKey, Phone, PhoneKey, SealedPhone, Unsealable};
pub use self::points::{Percent, Points};
pub use self::quote::{QUOTE_FOR, Quote};
pub use self::refund::{Refund, RefundId, RefundRefused, Refunding};
pub use self::roster::{Moved, Roster};
pub use self::store::{Begun, Joined, Kept, Store, Watch, Watched};
pub use self::verdict::{LateVerdict, SEARCH_FOR, Verdict, look_again_at, of_closed, of_open, of_points};
pub use crate::payment::StoreError;
