//! Orders: one item for all stages, each stage adding its attributes to what was agreed.

use cafe_core::cafe::audit::Booked;
use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, Capture, CloseReason, Closed, Collected, LOOK_AFTER, Late, Look, Looks,
    MemberId, Opened, Order, PAY_WITHIN, Paid, Points, Quote, Quoted, Refund, RefundId, Refunding, Saw,
    Tender, Watch, Watched,
};
use cafe_core::payment::{
    Approval, BoxError, Method, OrderId, Pages, PayerId, Proof, Provider, Session, Won,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Item, VERSION, needed, number, read_time, text, time};
use crate::books::Filed;

/// A value of the attribute `watch`, which only orders that are open or in doubt have: it is the
/// partition key of the index that holds just those. This one is looked at by the schedule.
pub(crate) const WATCH: &str = "open";

/// The other value: a person must look at it.
pub(crate) const REVIEW: &str = "review";

/// An order, at any stage.
#[derive(Deserialize)]
pub(crate) struct OrderItem {
    id: String,
    stage: String,
    item: String,
    quantity: u32,
    total: u32,
    spend: u32,
    due: u32,
    earn: u32,
    member: Option<String>,
    payer: String,
    quoted_at: String,
    expires_at: Option<i64>,

    provider: Option<String>,
    session: Option<String>,
    desktop_page: Option<String>,
    mobile_page: Option<String>,
    opened_at: Option<String>,
    pay_within_s: Option<i64>,
    look_after_s: Option<i64>,

    watch: Option<String>,
    look_at: Option<i64>,
    #[serde(default)]
    looks: Vec<LookItem>,

    attempt: Option<String>,
    attempt_until_ms: Option<i64>,
    proof: Option<String>,

    collected: Option<u32>,
    approval: Option<String>,
    method: Option<String>,
    approved_at: Option<String>,
    paid_at: Option<String>,
    refund_count: Option<u32>,
    #[serde(default)]
    refunds: Vec<RefundItem>,
    refunding: Option<RefundingItem>,

    reason: Option<String>,
    closed_at: Option<String>,
    late: Option<String>,
    late_returned: Option<u32>,
}

/// What a look-up showed, once or several times in a row.
#[derive(Serialize, Deserialize)]
pub(crate) struct LookItem {
    saw: String,
    first: String,
    last: String,
    times: u32,
}

/// A refund that has been made.
#[derive(Serialize, Deserialize)]
pub(crate) struct RefundItem {
    id: String,
    amount: u32,
    returned: u32,
    reversed: u32,
    forgiven: u32,
    reason: String,
    refunded_at: String,
}

/// A refund that has not ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct RefundingItem {
    id: String,
    amount: u32,
    returns: u32,
    reverses: u32,
    reason: String,
    asked_at: String,
    run: String,
    run_until_ms: i64,
}

impl OrderItem {
    /// A fresh quote.
    pub(crate) fn of(quoted: &Quoted) -> Item {
        let quote = &quoted.quote;
        let mut item = Item::from([
            ("id".to_owned(), text(quote.id.to_string())),
            ("v".to_owned(), number(VERSION)),
            ("stage".to_owned(), text("quoted")),
            ("item".to_owned(), text(&*quote.item)),
            ("quantity".to_owned(), number(quote.quantity)),
            ("total".to_owned(), number(quote.total.get())),
            ("spend".to_owned(), number(quote.spend.get())),
            ("due".to_owned(), number(quote.due.get())),
            ("earn".to_owned(), number(quote.earn.get())),
            ("payer".to_owned(), text(&*quote.payer.0)),
            ("quoted_at".to_owned(), time(quote.quoted_at)),
            // DynamoDB drops the item some time after; until then the core treats it as expired.
            ("expires_at".to_owned(), number(quoted.expires_at().as_second())),
        ]);
        if let Some(member) = &quote.member {
            item.insert("member".to_owned(), text(member.as_str()));
        }
        item
    }

    fn quote(&self) -> Result<Quote, BoxError> {
        Ok(Quote {
            id: OrderId::parse(&self.id)?,
            item: self.item.clone(),
            quantity: self.quantity,
            total: Won::new(self.total),
            spend: Points::new(self.spend),
            due: Won::new(self.due),
            earn: Points::new(self.earn),
            member: self.member.clone().map(MemberId::new),
            payer: PayerId(self.payer.clone()),
            quoted_at: read_time(&self.quoted_at)?,
        })
    }

    /// No session means that points cover it.
    fn session(&self) -> Result<Option<Session>, BoxError> {
        let Some(key) = self.session.clone() else { return Ok(None) };
        let provider = needed(self.provider.as_deref(), "provider")?;
        let provider = Provider::from_name(provider).ok_or("the provider is not known")?;
        Ok(Some(Session { provider, key }))
    }

    fn opened(&self) -> Result<Opened, BoxError> {
        let tender = match self.session()? {
            None => Tender::Points,
            Some(session) => Tender::Gateway {
                session,
                pages: Pages {
                    desktop: needed(self.desktop_page.clone(), "desktop_page")?,
                    mobile: needed(self.mobile_page.clone(), "mobile_page")?,
                },
            },
        };
        let opened_at = read_time(needed(self.opened_at.as_deref(), "opened_at")?)?;
        let seconds = |kept: Option<i64>, usual| kept.map_or(usual, SignedDuration::from_secs);
        let (pay_within, look_after) =
            (seconds(self.pay_within_s, PAY_WITHIN), seconds(self.look_after_s, LOOK_AFTER));
        Ok(Opened { quote: self.quote()?, tender, opened_at, pay_within, look_after })
    }

    fn approving(&self) -> Result<Approving, BoxError> {
        let token = AttemptToken(needed(self.attempt.clone(), "attempt")?);
        let until = Timestamp::from_millisecond(needed(self.attempt_until_ms, "attempt_until_ms")?)?;
        let proof = self.proof.clone().map(Proof);
        Ok(Approving { opened: self.opened()?, attempt: Attempt { token, until }, proof })
    }

    fn closed(&self) -> Result<Closed, BoxError> {
        let reason = needed(self.reason.as_deref(), "reason")?;
        let late = match self.late.as_deref() {
            None => None,
            Some(word) => {
                let capture = match word {
                    "possible" => Capture::Possible,
                    "returning" => Capture::Returning,
                    "returned" => Capture::Returned(Won::new(needed(self.late_returned, "late_returned")?)),
                    other => return Err(format!("late {other:?} is not known").into()),
                };
                Some(Late { session: needed(self.session()?, "session")?, capture })
            }
        };
        Ok(Closed {
            quote: self.quote()?,
            reason: CloseReason::from_name(reason).ok_or("the reason is not known")?,
            closed_at: read_time(needed(self.closed_at.as_deref(), "closed_at")?)?,
            late,
        })
    }

    fn watch(&self) -> Result<Option<Watch>, BoxError> {
        let Some(watch) = self.watch.as_deref() else { return Ok(None) };
        let at = Timestamp::from_second(needed(self.look_at, "look_at")?)?;
        match watch {
            WATCH => Ok(Some(Watch::From(at))),
            REVIEW => Ok(Some(Watch::Review(at))),
            other => Err(format!("watch {other:?} is not known").into()),
        }
    }

    fn paid(self) -> Result<Paid, BoxError> {
        let collected = match self.session()? {
            None => Collected::Points,
            Some(session) => Collected::Gateway {
                session,
                approval: Approval {
                    amount: Won::new(needed(self.collected, "collected")?),
                    number: self.approval.clone(),
                    method: self.method.as_deref().map(Method::from_name),
                    at: self.approved_at.as_deref().map(read_time).transpose()?,
                },
            },
        };
        Ok(Paid {
            quote: self.quote()?,
            collected,
            paid_at: read_time(needed(self.paid_at.as_deref(), "paid_at")?)?,
            refunds: self.refunds.into_iter().map(Refund::try_from).collect::<Result<_, _>>()?,
            refunding: self.refunding.map(Refunding::try_from).transpose()?,
        })
    }
}

impl TryFrom<OrderItem> for Order {
    type Error = BoxError;

    fn try_from(item: OrderItem) -> Result<Order, BoxError> {
        match item.stage.as_str() {
            "quoted" => Ok(Order::Quoted(Quoted { quote: item.quote()? })),
            "opened" => Ok(Order::Opened(item.opened()?)),
            "approving" => Ok(Order::Approving(item.approving()?)),
            "paid" => Ok(Order::Paid(item.paid()?)),
            "closed" => Ok(Order::Closed(item.closed()?)),
            other => Err(format!("the stage {other:?} is not known").into()),
        }
    }
}

impl TryFrom<OrderItem> for Watched {
    type Error = BoxError;

    fn try_from(mut item: OrderItem) -> Result<Watched, BoxError> {
        let watch = item.watch()?;
        let looks = std::mem::take(&mut item.looks);
        let looks = Looks(looks.into_iter().map(Look::try_from).collect::<Result<_, _>>()?);
        Ok(Watched { order: Order::try_from(item)?, looks, watch })
    }
}

impl TryFrom<OrderItem> for Booked {
    type Error = BoxError;

    fn try_from(item: OrderItem) -> Result<Booked, BoxError> {
        let (expires, refund_count) = (item.expires_at.is_some(), item.refund_count);
        // Read as the one who looks at it reads it, or the audit would pass what they stumble over.
        let Watched { order, watch, .. } = Watched::try_from(item)?;
        Ok(Booked { order, watched: watch.is_some(), expires, refund_count })
    }
}

impl TryFrom<OrderItem> for Filed {
    type Error = BoxError;

    fn try_from(item: OrderItem) -> Result<Filed, BoxError> {
        let opened_at = item.opened_at.as_deref().map(read_time).transpose()?;
        Ok(Filed { watched: Watched::try_from(item)?, opened_at })
    }
}

impl From<&Look> for LookItem {
    fn from(look: &Look) -> LookItem {
        LookItem {
            saw: look.saw.to_string(),
            first: look.first.to_string(),
            last: look.last.to_string(),
            times: look.times,
        }
    }
}

impl TryFrom<LookItem> for Look {
    type Error = BoxError;

    fn try_from(item: LookItem) -> Result<Look, BoxError> {
        Ok(Look {
            saw: Saw::parse(&item.saw).ok_or("what was seen is not known")?,
            first: read_time(&item.first)?,
            last: read_time(&item.last)?,
            times: item.times,
        })
    }
}

impl From<&Refund> for RefundItem {
    fn from(refund: &Refund) -> RefundItem {
        RefundItem {
            id: refund.id.as_str().to_owned(),
            amount: refund.amount.get(),
            returned: refund.returned.get(),
            reversed: refund.reversed.get(),
            forgiven: refund.forgiven.get(),
            reason: refund.reason.clone(),
            refunded_at: refund.refunded_at.to_string(),
        }
    }
}

impl TryFrom<RefundItem> for Refund {
    type Error = BoxError;

    fn try_from(item: RefundItem) -> Result<Refund, BoxError> {
        Ok(Refund {
            id: RefundId::parse(&item.id).ok_or("the refund's id is not one")?,
            amount: Won::new(item.amount),
            returned: Points::new(item.returned),
            reversed: Points::new(item.reversed),
            forgiven: Points::new(item.forgiven),
            reason: item.reason,
            refunded_at: read_time(&item.refunded_at)?,
        })
    }
}

impl From<&Refunding> for RefundingItem {
    fn from(refunding: &Refunding) -> RefundingItem {
        RefundingItem {
            id: refunding.id.as_str().to_owned(),
            amount: refunding.amount.get(),
            returns: refunding.returns.get(),
            reverses: refunding.reverses.get(),
            reason: refunding.reason.clone(),
            asked_at: refunding.asked_at.to_string(),
            run: refunding.run.token.0.clone(),
            run_until_ms: refunding.run.until.as_millisecond(),
        }
    }
}

impl TryFrom<RefundingItem> for Refunding {
    type Error = BoxError;

    fn try_from(item: RefundingItem) -> Result<Refunding, BoxError> {
        Ok(Refunding {
            id: RefundId::parse(&item.id).ok_or("the refund's id is not one")?,
            amount: Won::new(item.amount),
            returns: Points::new(item.returns),
            reverses: Points::new(item.reverses),
            reason: item.reason,
            asked_at: read_time(&item.asked_at)?,
            run: Attempt {
                token: AttemptToken(item.run),
                until: Timestamp::from_millisecond(item.run_until_ms)?,
            },
        })
    }
}
