//! Who is a member, by which number, and who may spend: what an owner changes, and a customer with a code.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{CodeMac, Entry, KeptCode, Member, MemberId, SealedPhone, Store, StoreError, UserId};

/// A store that also lets members move and leave. As with [`Store`], every method happens wholly or not at all.
#[async_trait]
pub trait Roster: Store {
    /// The member of that id, whatever number they have by now; none where they were forgotten. One read.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    async fn member_by_id(&self, id: &MemberId) -> Result<Option<Member>, StoreError>;

    /// Keeps a code of a member, in place of any before. Tells whether there is such a member. One write.
    ///
    /// # Errors
    /// [`StoreError`]: it may be kept; nobody knows it, so it does no harm.
    async fn keep_code(&self, member: &MemberId, code: &KeptCode) -> Result<bool, StoreError>;

    /// Uses up one try of the member's code before anything is compared, so that tries at once are counted as well.
    /// None where there is no code, its time is over at `now`, or no try is left. One write.
    ///
    /// # Errors
    /// [`StoreError`]: the try may be used up.
    async fn try_code(&self, member: &MemberId, now: Timestamp) -> Result<Option<CodeMac>, StoreError>;

    /// From now on `user`, and nobody else, spends the member's points. It uses up the code. One transaction.
    ///
    /// # Errors
    /// [`StoreError`]: they may be bound; repeating it is safe.
    async fn rebind(&self, member: &Member, user: &UserId, code: &CodeMac) -> Result<Moved, StoreError>;

    /// From now on the member is found by `number`, and not by the one before. One transaction.
    ///
    /// # Errors
    /// [`StoreError`]: they may have moved; repeating it is safe.
    async fn renumber(
        &self,
        member: &Member,
        number: &MemberId,
        phone: &SealedPhone,
    ) -> Result<Moved, StoreError>;

    /// Forgets a member as they stand: their number, their chatbot user and their code go, `forfeit` takes what can be
    /// spent, and what stays is the number's tag. One transaction.
    ///
    /// # Errors
    /// [`StoreError`]: they may be forgotten; repeating it is safe.
    async fn forget(
        &self,
        member: &Member,
        forfeit: Option<&Entry>,
        at: Timestamp,
    ) -> Result<Moved, StoreError>;
}

/// How a change of a member went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It stands as it was to be.
    Done,
    /// The chatbot user, or the number, is somebody else's.
    Taken,
    /// The member has changed meanwhile. Nothing was written.
    Otherwise,
}
