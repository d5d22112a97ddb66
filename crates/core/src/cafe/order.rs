//! An order, one type a stage, so that a wrong order of events does not compile.

use jiff::{SignedDuration, Timestamp};

use super::{Entry, EntryKind, Points, QUOTE_FOR, Quote, Refund, Refunding};
use crate::payment::{Approval, Behaviour, OrderId, Pages, Proof, Session, Won};

/// How long an opened payment can be made where nothing else was said: KakaoPay's own 15 minutes.
pub const PAY_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// How long after its time nobody is believed to be still paying, so that what was held may be released.
pub const SETTLE_GRACE: SignedDuration = SignedDuration::from_mins(1);

/// How long after its opening an order is first looked at where nothing else was said.
pub const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(16);

/// How long after its opening an order is first looked at whose gateway collects by itself: its customer may have paid, and
/// waits for their coffee, although their browser never came back.
const FIRST_LOOK_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// What the store gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Agreed; nobody has followed the link yet.
    Quoted(Quoted),
    /// The customer was sent to pay; their points are held.
    Opened(Opened),
    /// The customer came back, and the money is being collected, or nobody knows whether it was.
    Approving(Approving),
    /// Collected, and the points have moved; perhaps refunded since.
    Paid(Paid),
    /// Over without payment; what was held is released.
    Closed(Closed),
}

/// Agreed; nobody has followed the link yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// What was agreed.
    pub quote: Quote,
}

/// How an opened order will be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tender {
    /// By a gateway.
    Gateway {
        /// The gateway's key of the payment.
        session: Session,
        /// Where the customer pays.
        pages: Pages,
    },
    /// Points cover all of it, so nobody is asked.
    Points,
}

/// The customer was sent to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What was agreed.
    pub quote: Quote,
    /// How it will be paid.
    pub tender: Tender,
    /// When, by our clock, from just before the gateway was asked.
    pub opened_at: Timestamp,
    /// How long its customer is given, in whole seconds.
    pub pay_within: SignedDuration,
    /// How long after its opening the schedule looks at it first, in whole seconds.
    pub look_after: SignedDuration,
}

/// Names one attempt at collecting, so that a write can tell whether it was its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptToken(pub String);

/// One attempt at collecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whose attempt it is.
    pub token: AttemptToken,
    /// Until when its process can be alive. After that somebody else may take over.
    pub until: Timestamp,
}

/// One step at something that somebody else may be at as well: when it is taken, and in whose name.
/// Made anew for every step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When it is taken.
    pub now: Timestamp,
    /// In whose name, should it collect or refund.
    pub attempt: Attempt,
}

/// The money is being collected, or nobody knows whether it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approving {
    /// What was opened.
    pub opened: Opened,
    /// Who is at it, or was the last.
    pub attempt: Attempt,
    /// What the payer brought back, kept so that the payment can be finished without them. None where
    /// points cover all of it, or where the gateway has said no to it.
    pub proof: Option<Proof>,
}

/// What paid for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// A gateway collected money.
    Gateway {
        /// Its key of the payment.
        session: Session,
        /// What it says it did.
        approval: Approval,
    },
    /// Points covered it.
    Points,
}

/// Collected, and the points have moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// What was agreed.
    pub quote: Quote,
    /// What paid for it.
    pub collected: Collected,
    /// When we recorded it.
    pub paid_at: Timestamp,
    /// What was given back since, oldest first.
    pub refunds: Vec<Refund>,
    /// A refund that was recorded and has not ended.
    pub refunding: Option<Refunding>,
}

/// Why an order ended without payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The customer pressed cancel.
    Cancelled,
    /// The gateway gave up.
    Failed,
    /// Nobody paid in time.
    Expired,
    /// Something else was collected than what was agreed; it is given back.
    Mismatched,
}

/// Over without payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What was agreed.
    pub quote: Quote,
    /// Why it ended.
    pub reason: CloseReason,
    /// When.
    pub closed_at: Timestamp,
    /// What may still come of its payment, or came; none where nothing can.
    pub late: Option<Late>,
}

/// A payment that the gateway may collect, or has collected, although its order is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The gateway's key of the payment.
    pub session: Session,
    /// How far it has come.
    pub capture: Capture,
}

/// How far a payment without an order has come. What is captured is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The gateway was asked to collect, or does so by itself, and had not when it was last looked up.
    Possible,
    /// It was captured, and is being given back.
    Returning,
    /// It was given back.
    Returned(Won),
}

/// Another sum was collected than was due. The order stays in doubt until it is put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{collected} were collected where {due} were due")]
pub struct NotWhatWasDue {
    /// What the gateway says it collected.
    pub collected: Won,
    /// What was agreed.
    pub due: Won,
}

impl Order {
    /// What was agreed, which is the same at every stage.
    #[must_use]
    pub fn quote(&self) -> &Quote {
        match self {
            Order::Quoted(quoted) => &quoted.quote,
            Order::Opened(opened) => &opened.quote,
            Order::Approving(approving) => &approving.opened.quote,
            Order::Paid(paid) => &paid.quote,
            Order::Closed(closed) => &closed.quote,
        }
    }

    /// The stage's name, in the store and in logs.
    #[must_use]
    pub const fn stage(&self) -> &'static str {
        match self {
            Order::Quoted(_) => "quoted",
            Order::Opened(_) => "opened",
            Order::Approving(_) => "approving",
            Order::Paid(_) => "paid",
            Order::Closed(_) => "closed",
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> OrderId {
        self.quote().id
    }
}

impl Quoted {
    /// Until when the link can be followed.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        later(self.quote.quoted_at, QUOTE_FOR)
    }

    /// The customer followed the link.
    #[must_use]
    pub fn open(self, tender: Tender, opened_at: Timestamp) -> Opened {
        Opened { quote: self.quote, tender, opened_at, pay_within: PAY_WITHIN, look_after: LOOK_AFTER }
    }
}

impl Opened {
    /// At a gateway that behaves like that.
    #[must_use]
    pub fn at(self, behaviour: &Behaviour) -> Opened {
        let pay_within = behaviour.pay_within;
        let look_after =
            if behaviour.captures_by_itself() { FIRST_LOOK_AFTER } else { pay_within + SETTLE_GRACE };
        Opened { pay_within, look_after, ..self }
    }

    /// Until when it can be paid, counted from before the gateway was asked, so that ours ends before theirs.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        later(self.opened_at, self.pay_within)
    }

    /// From when on the schedule looks at it.
    #[must_use]
    pub fn first_look_at(&self) -> Timestamp {
        later(self.opened_at, self.look_after)
    }

    /// From when on nobody is believed to be still paying.
    #[must_use]
    pub fn abandoned_at(&self) -> Timestamp {
        later(self.expires_at(), SETTLE_GRACE)
    }

    /// The ledger lines of opening it: its points are held.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        entry(&self.quote, EntryKind::Hold, self.quote.spend, self.opened_at).into_iter().collect()
    }

    /// It was paid.
    ///
    /// # Errors
    /// [`NotWhatWasDue`] where another sum was collected than was agreed; nothing has changed here.
    pub fn settle(self, collected: Collected, paid_at: Timestamp) -> Result<Paid, NotWhatWasDue> {
        let due = self.quote.due;
        let amount = match &collected {
            Collected::Gateway { approval, .. } => approval.amount,
            Collected::Points => Won::ZERO,
        };
        if amount != due {
            return Err(NotWhatWasDue { collected: amount, due });
        }
        Ok(Paid { quote: self.quote, collected, paid_at, refunds: Vec::new(), refunding: None })
    }

    /// It was not paid.
    #[must_use]
    pub fn close(self, reason: CloseReason, closed_at: Timestamp) -> Closed {
        Closed { quote: self.quote, reason, closed_at, late: None }
    }

    /// It is over without payment, as a look-up shows at that time. Where its gateway captures by itself it can still be paid,
    /// and what comes then is given back.
    #[must_use]
    pub fn end(self, reason: CloseReason, closed_at: Timestamp, behaviour: &Behaviour) -> Closed {
        // Until then its link leads to the gateway's page.
        if behaviour.may_capture_at(self.expires_at(), closed_at) {
            self.close_late(reason, closed_at, Capture::Possible)
        } else {
            self.close(reason, closed_at)
        }
    }

    /// It was not paid, as far as anybody knows, or not as agreed.
    #[must_use]
    pub fn close_late(self, reason: CloseReason, closed_at: Timestamp, capture: Capture) -> Closed {
        let late = match self.tender {
            Tender::Gateway { session, .. } => Some(Late { session, capture }),
            Tender::Points => None,
        };
        Closed { quote: self.quote, reason, closed_at, late }
    }
}

impl Paid {
    /// The ledger lines of paying it: what was held is spent, and what was promised is earned.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let spend = entry(&self.quote, EntryKind::Spend, self.quote.spend, self.paid_at);
        let earn = entry(&self.quote, EntryKind::Earn, self.quote.earn, self.paid_at);
        spend.into_iter().chain(earn).collect()
    }
}

impl Closed {
    /// The ledger lines of closing it: what was held is released.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        entry(&self.quote, EntryKind::Release, self.quote.spend, self.closed_at).into_iter().collect()
    }
}

impl CloseReason {
    /// How the reason is written in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CloseReason::Cancelled => "cancelled",
            CloseReason::Failed => "failed",
            CloseReason::Expired => "expired",
            CloseReason::Mismatched => "mismatched",
        }
    }

    /// Reads what [`CloseReason::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<CloseReason> {
        [CloseReason::Cancelled, CloseReason::Failed, CloseReason::Expired, CloseReason::Mismatched]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

impl Capture {
    /// How it is written in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Capture::Possible => "possible",
            Capture::Returning => "returning",
            Capture::Returned(_) => "returned",
        }
    }
}

/// The line that moves `points` of the order's member; none where there is nothing to move.
fn entry(quote: &Quote, kind: EntryKind, points: Points, at: Timestamp) -> Option<Entry> {
    let member = quote.member.clone()?;
    (!points.is_zero()).then_some(Entry { member, order: Some(quote.id), refund: None, kind, points, at })
}

/// `at` and `by` later; the end of time, should that be later still.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
