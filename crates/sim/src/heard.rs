//! What a function said in the end: what a customer read, or what an owner was told.

use std::fmt;

use cafe_core::cafe::flow::{
    ApproveError, CloseError, ForgetError, OpenError, Opening, OrderError, Outcome, RebindError, Reconciled,
    RefundError, RenumberError, SignUpError,
};
use cafe_core::cafe::{Closed, Code, Member, Paid, Points, Quoted, StoreError};
use cafe_core::payment::{OrderId, Session};
use jiff::Timestamp;

use crate::schedule::Said;

/// What a function said in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// They are a member now, or were before.
    Member,
    /// This is the code for the member of that number.
    Code(u8, String),
    /// The member has the new number.
    Renumbered,
    /// The member is forgotten.
    Forgotten,
    /// An order was taken.
    Quoted(OrderId),
    /// Go and pay: the payment as its gateway knows it, and on which page; none where points cover it.
    Pay(OrderId, Option<(Session, String)>),
    /// It is paid.
    Paid(OrderId),
    /// It ended without payment.
    Closed(OrderId),
    /// It ended, and what was or may be collected all the same is given back.
    ClosedInDoubt(OrderId),
    /// Nothing was collected this time; it can be tried again.
    NotPaid(OrderId),
    /// Nobody knows yet.
    Pending(OrderId),
    /// It was not possible, and nothing has changed.
    Refused,
    /// Money went back.
    Refunded(OrderId),
    /// Nobody knows yet whether money went back.
    RefundPending(OrderId),
    /// Orders were looked at.
    Reconciled,
    /// One order was looked at, and this became of it.
    Looked(&'static str),
    /// Something of ours did not work, and trying again is right.
    TryAgain,
}

impl Heard {
    /// What it is called in a report.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Heard::Member => "member",
            Heard::Code(..) => "code",
            Heard::Renumbered => "renumbered",
            Heard::Forgotten => "forgotten",
            Heard::Quoted(_) => "quoted",
            Heard::Pay(..) => "pay",
            Heard::Paid(_) => "paid",
            Heard::Closed(_) => "closed",
            Heard::ClosedInDoubt(_) => "closed in doubt",
            Heard::NotPaid(_) => "not paid",
            Heard::Pending(_) => "pending",
            Heard::Refused => "refused",
            Heard::Refunded(_) => "refunded",
            Heard::RefundPending(_) => "refund pending",
            Heard::Reconciled => "reconciled",
            Heard::Looked(outcome) => outcome,
            Heard::TryAgain => "try again",
        }
    }

    pub(crate) fn of_sign_up(result: &Result<Member, SignUpError>) -> Heard {
        match result {
            Ok(_) | Err(SignUpError::AlreadyMember(_)) => Heard::Member,
            Err(SignUpError::NumberTaken | SignUpError::NumberCarried | SignUpError::UserTaken) => {
                Heard::Refused
            }
            Err(SignUpError::Store(_)) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_code(number: u8, issued: &Result<Option<(Code, Timestamp)>, StoreError>) -> Heard {
        match issued {
            Ok(Some((code, _))) => Heard::Code(number, code.reveal().to_owned()),
            Ok(None) => Heard::Refused,
            Err(_) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_move(result: &Result<Member, RebindError>) -> Heard {
        match result {
            Ok(_) => Heard::Member,
            Err(RebindError::NoSuchCode | RebindError::UserTaken) => Heard::Refused,
            Err(RebindError::Store(_)) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_renumber(result: &Result<(), RenumberError>) -> Heard {
        match result {
            Ok(()) => Heard::Renumbered,
            Err(RenumberError::NotAMember | RenumberError::NumberTaken) => Heard::Refused,
            Err(RenumberError::Busy | RenumberError::Store(_)) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_forget(result: &Result<Points, ForgetError>) -> Heard {
        match result {
            Ok(_) => Heard::Forgotten,
            Err(ForgetError::NotAMember | ForgetError::Held { .. } | ForgetError::OpenOrder { .. }) => {
                Heard::Refused
            }
            Err(ForgetError::Busy | ForgetError::Store(_)) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_order(result: &Result<Quoted, OrderError>) -> Heard {
        match result {
            Ok(quoted) => Heard::Quoted(quoted.quote.id),
            Err(OrderError::Store(_)) => Heard::TryAgain,
            Err(
                OrderError::UnknownDrink
                | OrderError::Cups(_)
                | OrderError::WrongTotal { .. }
                | OrderError::NotAMember
                | OrderError::NotTheirs
                | OrderError::NoPoints
                | OrderError::PointsShort { .. }
                | OrderError::PointsOverTotal { .. },
            ) => Heard::Refused,
        }
    }

    pub(crate) fn of_open(id: OrderId, result: &Result<Opening, OpenError>) -> Heard {
        use cafe_core::cafe::Tender;
        match result {
            Ok(Opening::Pay(opened)) => match &opened.tender {
                Tender::Gateway { session, pages } => {
                    Heard::Pay(id, Some((session.clone(), pages.mobile.clone())))
                }
                Tender::Points => Heard::Pay(id, None),
            },
            Ok(Opening::Paid(Paid { .. })) => Heard::Paid(id),
            Ok(Opening::Pending) => Heard::Pending(id),
            Ok(Opening::Closed(closed)) => Heard::of_closed(closed),
            // A link that has run out says that nothing was paid, though it is not closed yet.
            Ok(Opening::Expired) => Heard::NotPaid(id),
            // Whoever follows a link here has chosen.
            Ok(Opening::Choose(_)) | Err(OpenError::NoSuchOrder | OpenError::PointsShort) => Heard::Refused,
            Err(OpenError::Gateway(_) | OpenError::Store(_)) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_approve(id: OrderId, result: &Result<Paid, ApproveError>) -> Heard {
        match result {
            Ok(_) => Heard::Paid(id),
            Err(ApproveError::Closed(closed)) => Heard::of_closed(closed),
            Err(ApproveError::Declined(_) | ApproveError::Unreached(_)) => Heard::NotPaid(id),
            Err(ApproveError::Pending | ApproveError::Amount(_) | ApproveError::Store(_)) => {
                Heard::Pending(id)
            }
            Err(ApproveError::NoSuchPayment | ApproveError::NoProof) => Heard::Refused,
        }
    }

    pub(crate) fn of_close(id: OrderId, result: &Result<Closed, CloseError>) -> Heard {
        match result {
            Ok(closed) => Heard::of_closed(closed),
            Err(CloseError::AlreadyPaid(_)) => Heard::Paid(id),
            Err(CloseError::Pending | CloseError::Store(_)) => Heard::Pending(id),
            Err(CloseError::NoSuchPayment) => Heard::Refused,
        }
    }

    /// A closed order whose payment may have a life of its own says so, and denies nothing.
    fn of_closed(closed: &Closed) -> Heard {
        let id = closed.quote.id;
        if closed.late.is_some() { Heard::ClosedInDoubt(id) } else { Heard::Closed(id) }
    }

    pub(crate) fn of_refund(id: OrderId, result: &Result<Paid, RefundError>) -> Heard {
        match result {
            Ok(_) => Heard::Refunded(id),
            Err(RefundError::Pending | RefundError::Store(_)) => Heard::RefundPending(id),
            Err(
                RefundError::NoSuchOrder
                | RefundError::NotPaid
                | RefundError::Refused(_)
                | RefundError::ReturnedByHand { .. }
                | RefundError::Gateway(_),
            ) => Heard::Refused,
        }
    }

    pub(crate) fn of_look(result: &Result<Outcome, StoreError>) -> Heard {
        match result {
            Ok(Outcome::Settled) => Heard::Looked("settled"),
            Ok(Outcome::Closed) => Heard::Looked("closed"),
            Ok(Outcome::Returned) => Heard::Looked("returned"),
            Ok(Outcome::Refunded) => Heard::Looked("refunded"),
            Ok(Outcome::Pending) => Heard::Looked("pending"),
            Ok(Outcome::InReview) => Heard::Looked("in review"),
            Ok(Outcome::Passed) => Heard::Looked("passed"),
            Err(_) => Heard::TryAgain,
        }
    }

    pub(crate) fn of_reconcile(result: &Result<Reconciled, StoreError>) -> Heard {
        match result {
            Ok(_) => Heard::Reconciled,
            Err(_) => Heard::TryAgain,
        }
    }
}

impl Said for Heard {
    fn name(&self) -> &'static str {
        Heard::name(self)
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Heard::Quoted(id)
            | Heard::Pay(id, _)
            | Heard::Paid(id)
            | Heard::Closed(id)
            | Heard::ClosedInDoubt(id)
            | Heard::NotPaid(id)
            | Heard::Pending(id)
            | Heard::Refunded(id)
            | Heard::RefundPending(id) => write!(f, " ({id})"),
            Heard::Member
            | Heard::Code(..)
            | Heard::Renumbered
            | Heard::Forgotten
            | Heard::Refused
            | Heard::Reconciled
            | Heard::Looked(_)
            | Heard::TryAgain => Ok(()),
        }
    }
}
