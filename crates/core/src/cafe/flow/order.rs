//! Ordering: a drink, a number of cups and perhaps points become a quote. No gateway is asked.

use jiff::Timestamp;

use super::{LookupError, look_up_points};
use crate::cafe::{MemberId, Menu, Percent, Points, Quote, Quoted, Store, StoreError, TooManyCups, UserId};
use crate::payment::{OrderId, PayerId, Won};

/// What the owner decided about points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What a new member is given.
    pub bonus: Points,
    /// What a payment in full earns.
    pub earn: Percent,
}

/// What a customer asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cup {
    /// The drink, as they or the bot spelled it.
    pub drink: String,
    /// How many cups, not yet believed.
    pub cups: i64,
}

/// Why an order was not taken. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The menu has no such drink.
    #[error("the menu has no such drink")]
    UnknownDrink,
    /// No cups, or too many.
    #[error(transparent)]
    Cups(#[from] TooManyCups),
    /// A link states another total than the menu.
    #[error("the link says {said}, the menu {total}")]
    WrongTotal {
        /// What the link says.
        said: i64,
        /// What the menu makes it.
        total: Won,
    },
    /// Points were to be spent, but nobody has joined with that number.
    #[error("nobody has joined with this number")]
    NotAMember,
    /// Points were to be spent by somebody else than the member.
    #[error("this number belongs to another chatbot user")]
    NotTheirs,
    /// Less than one point was to be spent.
    #[error("at least one point must be spent")]
    NoPoints,
    /// More points were to be spent than there are.
    #[error("only {balance} are there")]
    PointsShort {
        /// What is there.
        balance: Points,
    },
    /// More points were to be spent than the order costs.
    #[error("the order costs only {total}")]
    PointsOverTotal {
        /// What it costs.
        total: Won,
    },
    /// Nobody knows; ordering again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Orders at full price. A stranger may; a member earns. One read and one write.
///
/// Who names somebody else's number is a stranger: they neither earn for them nor learn that they are
/// a member.
///
/// # Errors
/// [`OrderError`]; nothing has changed.
pub async fn order_in_full(
    store: &dyn Store,
    menu: &Menu,
    rules: Rules,
    cup: &Cup,
    (member, user): (&MemberId, &UserId),
    (id, now): (OrderId, Timestamp),
) -> Result<Quoted, OrderError> {
    let priced = price(menu, cup)?;
    let member = store.member(member).await?.filter(|member| member.is_of(user));
    let earn = if member.is_some() { rules.earn.earned_on(priced.total) } else { Points::ZERO };
    let quote = Quote {
        id,
        item: priced.item,
        quantity: priced.quantity,
        total: priced.total,
        spend: Points::ZERO,
        due: priced.total,
        earn,
        member: member.map(|member| member.id),
        payer: user.payer(),
        quoted_at: now,
    };
    keep(store, quote).await
}

/// Orders with `spend` points, which are held only when the payment opens. One read and one write.
///
/// # Errors
/// [`OrderError`]; nothing has changed.
pub async fn order_with_points(
    store: &dyn Store,
    menu: &Menu,
    cup: &Cup,
    spend: i64,
    (member, user): (&MemberId, &UserId),
    (id, now): (OrderId, Timestamp),
) -> Result<Quoted, OrderError> {
    let priced = price(menu, cup)?;
    if spend < 1 {
        return Err(OrderError::NoPoints);
    }
    let member = look_up_points(store, member, user).await?;
    let over_balance = OrderError::PointsShort { balance: member.balance };
    let spend = u32::try_from(spend)
        .map(Points::new)
        .ok()
        .filter(|spend| *spend <= member.balance)
        .ok_or(over_balance)?;
    let over_total = OrderError::PointsOverTotal { total: priced.total };
    let due = priced.total.checked_sub(spend.worth()).ok_or(over_total)?;
    let quote = Quote {
        id,
        item: priced.item,
        quantity: priced.quantity,
        total: priced.total,
        spend,
        due,
        earn: Points::ZERO,
        member: Some(member.id),
        payer: user.payer(),
        quoted_at: now,
    };
    keep(store, quote).await
}

/// Orders by a payment link that names its drink. Nobody earns, as nobody is known. One write.
///
/// # Errors
/// [`OrderError`], [`WrongTotal`](OrderError::WrongTotal) where the link states a sum that the menu
/// does not; nothing has changed.
pub async fn order_by_link(
    store: &dyn Store,
    menu: &Menu,
    cup: &Cup,
    said_total: Option<i64>,
    (id, now): (OrderId, Timestamp),
) -> Result<Quoted, OrderError> {
    let demo = menu.demo();
    // The demo item is no drink, but has a price of its own, so its link works too.
    let priced = if cup.drink.trim() == demo.name && cup.cups == i64::from(demo.quantity) {
        Priced { item: demo.name.clone(), quantity: demo.quantity, total: demo.total }
    } else {
        price(menu, cup)?
    };
    if let Some(said) = said_total.filter(|said| *said != i64::from(priced.total.get())) {
        return Err(OrderError::WrongTotal { said, total: priced.total });
    }
    keep(store, guest(priced, id, now)).await
}

/// Orders the demo item. One write.
///
/// # Errors
/// [`OrderError::Store`]; ordering again is safe.
pub async fn order_demo(
    store: &dyn Store,
    menu: &Menu,
    (id, now): (OrderId, Timestamp),
) -> Result<Quoted, OrderError> {
    let demo = menu.demo();
    let priced = Priced { item: demo.name.clone(), quantity: demo.quantity, total: demo.total };
    keep(store, guest(priced, id, now)).await
}

/// What was asked for, as the menu has it.
struct Priced {
    item: String,
    quantity: u32,
    total: Won,
}

fn price(menu: &Menu, cup: &Cup) -> Result<Priced, OrderError> {
    let drink = menu.drink(&cup.drink).ok_or(OrderError::UnknownDrink)?;
    let cups = menu.cups(cup.cups)?;
    // The menu keeps prices and cups small enough for any product of them to fit.
    let total = drink.price.checked_mul(cups.get()).ok_or(TooManyCups { most: menu.most_cups() })?;
    Ok(Priced { item: drink.name.clone(), quantity: cups.get(), total })
}

fn guest(priced: Priced, id: OrderId, now: Timestamp) -> Quote {
    Quote {
        id,
        item: priced.item,
        quantity: priced.quantity,
        total: priced.total,
        spend: Points::ZERO,
        due: priced.total,
        earn: Points::ZERO,
        member: None,
        payer: PayerId("guest".to_owned()),
        quoted_at: now,
    }
}

async fn keep(store: &dyn Store, quote: Quote) -> Result<Quoted, OrderError> {
    let quoted = Quoted { quote };
    store.quote(&quoted).await?;
    Ok(quoted)
}

impl From<LookupError> for OrderError {
    fn from(error: LookupError) -> OrderError {
        match error {
            LookupError::NotAMember => OrderError::NotAMember,
            LookupError::NotTheirs => OrderError::NotTheirs,
            LookupError::Store(error) => OrderError::Store(error),
        }
    }
}
