//! What the payer does in the window, what their bank does, and a person in PortOne's console.

use jiff::SignedDuration;
use url::Url;

use super::endpoint::Dialect;
use super::pages::Order;
use super::state::{Buyer, Cancel, Desk, Method, Payment, Stage};
use super::tell;
use super::view::Standing;

/// How long a virtual account waits that the payer asked for.
const ACCOUNT_LIFE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What a payer can do in the window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// By card.
    Pay,
    /// By virtual account.
    Vbank,
    Cancel,
    Fail,
}

/// Why that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayerError {
    /// There is no such payment, or the window's address names none.
    NoSuchPayment,
    /// It is over, one way or the other.
    Finished(Standing),
    /// The window, or the virtual account, is too old.
    TimedOut,
}

impl std::fmt::Display for PayerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PayerError::NoSuchPayment => f.write_str("no such payment"),
            PayerError::Finished(standing) => write!(f, "the payment is already {}", standing.as_str()),
            PayerError::TimedOut => f.write_str("its time is over"),
        }
    }
}

impl std::error::Error for PayerError {}

/// The payer opens the window: from then on PortOne knows of the payment. A window that stands open is gone on with.
pub(crate) fn open(desk: &mut Desk<'_>, order: &Order) -> Result<(), PayerError> {
    if desk.state.is_taken(&order.id) {
        let standing = desk.state.find(&order.id).map_or(Standing::Paid, Standing::of);
        return Err(PayerError::Finished(standing));
    }
    if desk.state.find(&order.id).is_some_and(|payment| payment.stage == Stage::Open) {
        return Ok(());
    }
    let imp_uid = match order.dialect {
        Dialect::V1 => desk.state.ids.hex("imp_", 12),
        Dialect::V2 => desk.state.uuid(),
    };
    let payment = Payment {
        dialect: order.dialect,
        id: order.id.clone(),
        imp_uid,
        name: Some(order.name.clone()),
        amount: order.amount,
        tax_free: 0,
        method: Method::Card { last_digits: "1234".into(), quota: 0 },
        stage: Stage::Open,
        buyer: Buyer::default(),
        customer_uid: None,
        custom_data: None,
        notice_urls: order.notice_urls.clone(),
        started_at: desk.now,
        paid_at: None,
        failed_at: None,
        fail_reason: None,
        cancels: Vec::new(),
        receipt: None,
        shown_status: None,
    };
    if order.dialect == Dialect::V2 {
        tell::payment(desk, &payment);
    }
    desk.state.payments.push(payment);
    Ok(())
}

/// The payer presses a button. Gives the address that the browser is sent to.
pub(crate) fn act(desk: &mut Desk<'_>, order: &Order, act: Act) -> Result<String, PayerError> {
    let (now, patience) = (desk.now, desk.options.patience);
    let registered = desk.state.registered.get(&order.id).copied();
    let account = desk.state.ids.hex("", 12).replace(|digit: char| !digit.is_ascii_digit(), "7");
    let payment = desk.state.find_mut(&order.id).ok_or(PayerError::NoSuchPayment)?;
    if payment.stage != Stage::Open {
        return Err(PayerError::Finished(Standing::of(payment)));
    }
    let fail = |payment: &mut Payment, reason: &str| {
        payment.stage = Stage::Failed;
        payment.failed_at = Some(now);
        payment.fail_reason = Some(reason.to_owned());
    };
    match act {
        _ if now.duration_since(payment.started_at) > patience => fail(payment, "결제 시간이 지났습니다."),
        // Whoever has changed the sum in the browser is stopped by what was registered.
        Act::Pay | Act::Vbank if registered.is_some_and(|registered| registered != payment.amount) => {
            fail(payment, "사전 등록된 금액과 결제 금액이 다릅니다.");
        }
        Act::Pay => {
            payment.stage = Stage::Paid;
            payment.paid_at = Some(now);
        }
        Act::Vbank => {
            payment.stage = Stage::Issued;
            payment.method = Method::Vbank {
                code: "088".into(),
                number: account,
                holder: "가짜상점".into(),
                due: now.checked_add(ACCOUNT_LIFE).unwrap_or(now),
            };
        }
        Act::Cancel => fail(payment, "사용자가 결제를 취소하였습니다."),
        Act::Fail => fail(payment, "한도 초과로 거절되었습니다."),
    }
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(back(order, &payment))
}

/// Where the browser goes, with what PortOne adds: V1 always says whether it succeeded; V2 gives a code only where it did
/// not.
fn back(order: &Order, payment: &Payment) -> String {
    let mut address = order.redirect.clone();
    let failure = payment.fail_reason.as_deref();
    let mut pairs = address.query_pairs_mut();
    match order.dialect {
        Dialect::V1 => {
            pairs.append_pair("imp_uid", &payment.imp_uid).append_pair("merchant_uid", &payment.id);
            pairs.append_pair("imp_success", if failure.is_none() { "true" } else { "false" });
            if let Some(reason) = failure {
                pairs.append_pair("error_code", "F400").append_pair("error_msg", reason);
            }
        }
        Dialect::V2 => {
            pairs.append_pair("transactionType", "PAYMENT");
            pairs.append_pair("txId", &payment.imp_uid).append_pair("paymentId", &payment.id);
            if let Some(reason) = failure {
                pairs.append_pair("code", "FAILURE_TYPE_PG").append_pair("message", reason);
            }
        }
    }
    drop(pairs);
    Url::into(address)
}

/// Somebody pays into a virtual account.
pub(crate) fn deposit(desk: &mut Desk<'_>, name: &str) -> Result<(), PayerError> {
    let now = desk.now;
    let payment = waiting(desk, name)?;
    if matches!(&payment.method, Method::Vbank { due, .. } if now > *due) {
        return Err(PayerError::TimedOut);
    }
    payment.stage = Stage::Paid;
    payment.paid_at = Some(now);
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(())
}

/// The time of a virtual account is over. Guess: that PortOne goes on calling it what it was, and says nothing.
pub(crate) fn expire(desk: &mut Desk<'_>, name: &str) -> Result<(), PayerError> {
    let before = desk.now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(desk.now);
    let payment = waiting(desk, name)?;
    if let Method::Vbank { due, .. } = &mut payment.method {
        *due = before;
    }
    Ok(())
}

/// The bank collects after all, at whatever time.
pub(crate) fn capture(desk: &mut Desk<'_>, name: &str, sum: Option<i64>) -> Result<(), PayerError> {
    let now = desk.now;
    let payment = desk.state.find_mut(name).ok_or(PayerError::NoSuchPayment)?;
    if payment.paid_at.is_some() {
        return Err(PayerError::Finished(Standing::of(payment)));
    }
    payment.amount = sum.unwrap_or(payment.amount);
    payment.stage = Stage::Paid;
    payment.paid_at = Some(now);
    (payment.failed_at, payment.fail_reason) = (None, None);
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(())
}

/// A person gives `sum` back in the console, or as much of it as is there; PortOne tells of that.
pub(crate) fn give_back(desk: &mut Desk<'_>, name: &str, sum: i64) -> Result<(), PayerError> {
    let now = desk.now;
    let id = desk.state.ids.hex("cancel_", 12);
    let payment = desk.state.find_mut(name).ok_or(PayerError::NoSuchPayment)?;
    let amount = sum.clamp(0, payment.left());
    if amount == 0 {
        return Err(PayerError::Finished(Standing::of(payment)));
    }
    payment.cancels.push(Cancel { id, amount, tax_free: 0, reason: "관리자 취소".into(), at: now });
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(())
}

fn waiting<'a>(desk: &'a mut Desk<'_>, name: &str) -> Result<&'a mut Payment, PayerError> {
    let payment = desk.state.find_mut(name).ok_or(PayerError::NoSuchPayment)?;
    if payment.stage == Stage::Issued {
        Ok(payment)
    } else {
        Err(PayerError::Finished(Standing::of(payment)))
    }
}
