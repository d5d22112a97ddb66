//! What the cafe needs kept, shaped by what must happen together and not by tables.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Approving, AttemptToken, Closed, Entry, Looks, Member, MemberId, NewMember, Opened, Order, Paid, Points,
    Quoted, RefundId, Turn,
};
use crate::payment::{OrderId, Proof, StoreError};

/// Where members, their ledger and orders are kept.
///
/// Every method happens wholly or not at all. A conditional write whose condition fails is read back
/// before it is believed: when what stands there is what was to be written, it counts as written.
#[async_trait]
pub trait Store: Send + Sync {
    /// The member who has the number of that tag, as [`PhoneKey::tag`](super::PhoneKey::tag) makes it, if one has. One
    /// read; another for a number that was changed.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn member(&self, number: &MemberId) -> Result<Option<Member>, StoreError>;

    /// What can be taken back under a member's id for an order of `quoted_at`, whether they are still a member or were
    /// forgotten. Nothing where nobody ever was, and nothing of whoever joined with the number after that order: the
    /// points are not those that it earned. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn balance(&self, member: &MemberId, quoted_at: Timestamp) -> Result<Points, StoreError>;

    /// Makes a member: the number, its binding to the chatbot user and the bonus. One transaction; more where the number
    /// belonged to somebody before.
    ///
    /// # Errors
    /// [`StoreError`]: they may have joined; repeating it is safe.
    async fn join(&self, new: &NewMember) -> Result<Joined, StoreError>;

    /// Keeps a new quote. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be kept; nobody knows its link, so it does no harm.
    async fn quote(&self, quoted: &Quoted) -> Result<(), StoreError>;

    /// The order, if there is one. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError>;

    /// From quoted to opened, holding its points: those of a member whose chatbot user is still the one it was quoted
    /// to. One write, or one transaction where points are held.
    ///
    /// # Errors
    /// [`StoreError`]: it may be opened; repeating it is safe.
    async fn open(&self, opened: &Opened) -> Result<Kept, StoreError>;

    /// Writes down, before the gateway is asked, that `turn`'s attempt is about to collect: from opened, or
    /// from an attempt whose time had run out by then. The proof is kept with it; one kept before stays
    /// where none is given. One write, which also reads the order.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; it runs out by itself.
    async fn begin(&self, id: OrderId, turn: &Turn, proof: Option<&Proof>) -> Result<Begun, StoreError>;

    /// Back to opened: this attempt has collected nothing and will not. One write. Tells whether the
    /// order stands opened now; where it does not, somebody else is at it, or was.
    ///
    /// # Errors
    /// [`StoreError`]: the attempt may stand; it runs out by itself.
    async fn give_up(&self, approving: &Approving) -> Result<bool, StoreError>;

    /// This attempt is over at `now` and nobody knows what it did: whoever comes next may look, without
    /// waiting for its time to run out. It keeps the proof that `approving` has, or forgets it. One write.
    ///
    /// # Errors
    /// [`StoreError`]: the attempt may stand; it runs out by itself.
    async fn leave_in_doubt(&self, approving: &Approving, now: Timestamp) -> Result<(), StoreError>;

    /// From opened or approving to paid, spending and earning its points. One transaction, or one write
    /// where no points move.
    ///
    /// # Errors
    /// [`StoreError`]: it may be settled; repeating it is safe.
    async fn settle(&self, paid: &Paid) -> Result<Kept, StoreError>;

    /// From opened, or from `attempt` where one was running, to closed, releasing its points. One
    /// write, or one transaction where points were held.
    ///
    /// # Errors
    /// [`StoreError`]: it may be closed; repeating it is safe.
    async fn close(&self, closed: &Closed, attempt: Option<&AttemptToken>) -> Result<Kept, StoreError>;

    /// What is known by now of the payment of a closed order: what `closed` says of it. It goes on from
    /// possible to returning to returned, or to nothing, and never back. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; repeating it is safe.
    async fn follow_up(&self, closed: &Closed) -> Result<Kept, StoreError>;

    /// At most `most` orders that should have been looked at by `now`, the longest due first. Its cost
    /// follows their number, not the table's.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<OrderId>, StoreError>;

    /// At most `most` orders that wait for a person, the longest waiting first.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn in_review(&self, most: u32) -> Result<Vec<OrderId>, StoreError>;

    /// An order, and what was seen of it while it was open or in doubt. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn watched(&self, id: OrderId) -> Result<Option<Watched>, StoreError>;

    /// Keeps what was seen of an order, and when to look again or that a person must. Nothing for an
    /// order that has left the stage in which it was looked at, begun another attempt, or is not watched any
    /// more. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it will be looked at sooner.
    async fn keep_watching(&self, watched: &Watched) -> Result<(), StoreError>;

    /// Writes down, before the gateway is asked, the refund that `paid` is [`refunding`](Paid::refunding). One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; repeating it is safe.
    async fn begin_refund(&self, paid: &Paid) -> Result<Kept, StoreError>;

    /// Takes over the running refund, whose last run was over by `now`, in the name of the run that
    /// `paid`'s refund carries. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; it runs out by itself.
    async fn resume_refund(&self, paid: &Paid, now: Timestamp) -> Result<Kept, StoreError>;

    /// The running refund has not been made and will not be: takes it off the order again, if this run
    /// of it is still the last. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may still stand; repeating the refund is safe.
    async fn give_up_refund(&self, paid: &Paid) -> Result<(), StoreError>;

    /// The latest of `paid`'s refunds has been made, which ends the running one, called `running`: its
    /// points move. One write, or one transaction where points move.
    ///
    /// # Errors
    /// [`StoreError`]: it may be settled; repeating it is safe.
    async fn settle_refund(&self, paid: &Paid, running: &RefundId) -> Result<Kept, StoreError>;

    /// All of a member's ledger.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn entries(&self, member: &MemberId) -> Result<Vec<Entry>, StoreError>;
}

/// How joining went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// They are a member now.
    New,
    /// They are a member now, by a number that belonged to one before, or was carried over without points: there is no
    /// second present, and what stands with the number is theirs.
    Again(Member),
    /// They were one before, by this number and this chatbot user.
    Already(Member),
    /// The number belongs to another chatbot user.
    NumberTaken,
    /// The number is a member's who was carried over with points, and whom the owner binds by a code.
    NumberCarried,
    /// The chatbot user has joined with another number.
    UserTaken,
}

/// How a conditional write went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands as it was to be written.
    Done,
    /// Somebody else was first: this is what stands, if anything does.
    Otherwise(Option<Box<Order>>),
    /// The member's points do not suffice (any more), or are another chatbot user's to spend by now. Nothing was written.
    PointsShort,
}

/// How the beginning of an attempt went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has tried before.
    First(Approving),
    /// An earlier attempt ran out of time: the gateway may have been asked, so look first.
    Again(Approving),
    /// It is not to be collected: this is what stands, if anything does.
    Otherwise(Option<Box<Order>>),
}

/// An order that is watched, or was, and what look-ups showed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The order.
    pub order: Order,
    /// What look-ups showed of it.
    pub looks: Looks,
    /// How it is watched; none when nothing more can come of it.
    pub watch: Option<Watch>,
}

/// How an order that is open or in doubt is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// It is to be looked at from then on, in whole seconds.
    From(Timestamp),
    /// A person must look at it, since then, in whole seconds.
    Review(Timestamp),
}
