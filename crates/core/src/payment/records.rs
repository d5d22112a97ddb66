//! What the payments service keeps, shaped by what must happen together.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Claim, Guesses, History, Locked, Notice, Outstanding, PasswordHash, RecordId, RecordName, Reservation,
    Run, Source, StoreError, VendorCode,
};

/// Histories, reservations, and what services are still to be told.
///
/// Each is read by one id, one source or one payment of a gateway's: nothing lists or searches them.
#[async_trait]
pub trait Records: Send + Sync {
    /// Writes a claim down with its two keys, the source and the payment, unless either is taken. One
    /// transaction; one more read or two where something is taken.
    ///
    /// # Errors
    /// [`StoreError`]: it may stand. It runs out by itself, and repeating it with the same run is safe.
    async fn claim(&self, claim: &Claim, password: &PasswordHash) -> Result<Claimed, StoreError>;

    /// Takes a claim over in the name of the run that it carries, if the run before was over by `now`. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be taken over; it runs out by itself.
    async fn take_over(&self, claim: &Claim, now: Timestamp) -> Result<Kept, StoreError>;

    /// Makes the claim, while its run is still the last, the history that it became. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be made; repeating it is safe.
    async fn complete(&self, claim: &Claim, history: &History) -> Result<Kept, StoreError>;

    /// Takes the claim away with its two keys, while its run is still the last: nothing was paid, or all of it
    /// is back. One transaction.
    ///
    /// # Errors
    /// [`StoreError`]: it may be away; repeating it is safe.
    async fn release(&self, claim: &Claim) -> Result<Kept, StoreError>;

    /// The payment of that id. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn payment(&self, id: RecordId) -> Result<Option<Locked<Payment>>, StoreError>;

    /// The payment that belongs to that source. Two reads.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn payment_of(&self, source: &Source) -> Result<Option<Locked<Payment>>, StoreError>;

    /// The payment that a gateway calls so. Two reads, one where it is unknown.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn payment_at(&self, vendor: VendorCode, uid: &str) -> Result<Option<Locked<Payment>>, StoreError>;

    /// Writes down the refund that `history` carries, if the version before it stands. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; repeating it is safe.
    async fn begin_cancel(&self, history: &History) -> Result<Kept, StoreError>;

    /// Takes the refund over in the name of the run that `history` carries, if the run before was over by
    /// `now`. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be taken over; it runs out by itself.
    async fn resume_cancel(&self, history: &History, now: Timestamp) -> Result<Kept, StoreError>;

    /// The refund was not made and will not be: takes it off, while its run is still the last. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may still stand; the schedule ends it.
    async fn give_up_cancel(&self, history: &History) -> Result<(), StoreError>;

    /// Writes what the gateway shows now, if the version before it stands. With a notice, that is written with
    /// it: one transaction; else one write. A refund that `history` carries no more is over.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; the next look finds out.
    async fn change(&self, history: &History, notice: Option<&Notice>) -> Result<Kept, StoreError>;

    /// Writes a reservation down with its two keys, unless either is taken. One transaction.
    ///
    /// # Errors
    /// [`StoreError`]: it may stand; repeating it says that it is taken then.
    async fn reserve(
        &self,
        reservation: &Reservation,
        password: &PasswordHash,
    ) -> Result<Reserved, StoreError>;

    /// The reservation of that id. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn reservation(&self, id: RecordId) -> Result<Option<Locked<Reservation>>, StoreError>;

    /// The reservation that belongs to that source. Two reads.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn reservation_of(&self, source: &Source) -> Result<Option<Locked<Reservation>>, StoreError>;

    /// Writes down how often a record's password was guessed, if that stands as it did before. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written, and whoever guesses is not to hear whether they are right.
    async fn count_guess(
        &self,
        record: RecordName,
        before: Option<Guesses>,
        after: Option<Guesses>,
    ) -> Result<Counted, StoreError>;

    /// The payments whose claim or refund was left behind, the longest due first. One query of an index.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn left_behind(&self, now: Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError>;

    /// Has the schedule look at a payment that was left behind no sooner than that. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it will be looked at sooner.
    async fn put_off(&self, id: RecordId, until: Timestamp) -> Result<(), StoreError>;

    /// The histories with a notice that is due, each once, the longest due first. One query of an index.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn to_be_told(&self, now: Timestamp, most: u32) -> Result<Vec<RecordId>, StoreError>;

    /// The notices of a history that its service has not taken, the earliest change first. One query.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn outstanding(&self, history: RecordId) -> Result<Vec<Outstanding>, StoreError>;

    /// Takes a notice up, to send it: nobody else does before `run` is over. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be taken up; it runs out by itself.
    async fn take_up(&self, outstanding: &Outstanding, run: &Run) -> Result<Kept, StoreError>;

    /// Has the schedule look at a notice that waits for one before it no sooner than that, in whole seconds. One write, and
    /// none of its notice where somebody has sent it meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]: it will be looked at sooner.
    async fn hold_up(&self, outstanding: &Outstanding, until: Timestamp) -> Result<(), StoreError>;

    /// The notice that `run` took up came to this. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be written; else it is sent again.
    async fn put_down(&self, notice: &Notice, run: &Run, outcome: Told) -> Result<(), StoreError>;

    /// Has a notice told once more, whatever became of it. One query, one write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be told once more.
    async fn tell_again(
        &self,
        history: RecordId,
        notice: RecordId,
        now: Timestamp,
    ) -> Result<Kept, StoreError>;
}

/// A payment that somebody has asked us to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payment {
    /// Nobody knows yet what comes of it.
    Claimed(Claim),
    /// It was taken on.
    Kept(History),
}

/// How a claim went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It stands.
    Done,
    /// The source or the payment belongs to this one.
    Taken(Box<Locked<Payment>>),
    /// The source or the payment belongs to one that was just being taken away.
    Gone,
}

/// How a reservation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It stands.
    Done,
    /// The source has one, or the stored method belongs to one.
    Taken,
}

/// How a conditional write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It stands as it was to be written.
    Done,
    /// Somebody else was first.
    Otherwise,
}

/// How counting a guess went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It stands.
    Done,
    /// Somebody else was first, and this is what stands.
    Otherwise(Option<Guesses>),
    /// There is no such record any more.
    Gone,
}

/// What came of sending a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The service took it.
    Taken,
    /// It did not; to be sent again then.
    Again(Timestamp),
    /// It did not for seven days, and nobody sends it any more but by hand.
    Never,
}
