//! Orders: one item for all stages, each stage adding its attributes to what was agreed.

use cafe_core::cafe::{
    Approving, Attempt, AttemptToken, CloseReason, Closed, Collected, MemberId, Opened, Order, Paid, Points,
    Quote, Quoted, Refund, RefundId, Refunding, Tender,
};
use cafe_core::payment::{Approval, BoxError, Method, OrderId, Pages, PayerId, Provider, Session, Won};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Item, VERSION, needed, number, read_time, text, time};

/// The one value of the attribute `watch`, which only orders that are open or in doubt have: it is the
/// partition key of the index that holds just those.
pub(crate) const WATCH: &str = "open";

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

    provider: Option<String>,
    session: Option<String>,
    desktop_page: Option<String>,
    mobile_page: Option<String>,
    opened_at: Option<String>,

    attempt: Option<String>,
    attempt_until_ms: Option<i64>,

    collected: Option<u32>,
    approval: Option<String>,
    method: Option<String>,
    approved_at: Option<String>,
    paid_at: Option<String>,
    #[serde(default)]
    refunds: Vec<RefundItem>,
    refunding: Option<RefundingItem>,

    reason: Option<String>,
    closed_at: Option<String>,
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
        Ok(Opened { quote: self.quote()?, tender, opened_at })
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
            "approving" => {
                let token = AttemptToken(needed(item.attempt.clone(), "attempt")?);
                let until = needed(item.attempt_until_ms, "attempt_until_ms")?;
                let until = Timestamp::from_millisecond(until)?;
                Ok(Order::Approving(Approving { opened: item.opened()?, attempt: Attempt { token, until } }))
            }
            "paid" => Ok(Order::Paid(item.paid()?)),
            "closed" => {
                let reason = needed(item.reason.as_deref(), "reason")?;
                Ok(Order::Closed(Closed {
                    quote: item.quote()?,
                    reason: CloseReason::from_name(reason).ok_or("the reason is not known")?,
                    closed_at: read_time(needed(item.closed_at.as_deref(), "closed_at")?)?,
                }))
            }
            other => Err(format!("the stage {other:?} is not known").into()),
        }
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
        })
    }
}
