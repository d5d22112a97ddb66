//! V1's virtual accounts: issued, changed (by either path) and closed.

use jiff::Timestamp;
use serde_json::Value;

use super::api::Call;
use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{Problem, already_paid, bad, no_payment};
use super::state::{Desk, Method, Payment, Stage};
use super::v1::unprocessable;
use super::v1_cards::buyer;
use super::{tell, v1_payment};

pub(crate) fn perform(desk: &mut Desk<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    match (call.method, &call.steps[..]) {
        ("POST", _) => issue(desk, &call.fields.clone()?),
        ("PUT", ["vbanks"]) => {
            let fields = call.fields.clone()?;
            change(desk, &fields.text("imp_uid")?, &fields)
        }
        ("PUT", [.., imp_uid]) => change(desk, imp_uid, &call.fields.clone()?),
        (_, [.., imp_uid]) => {
            let payment = waiting(desk, imp_uid)?;
            payment.stage = Stage::Closed;
            Ok(v1_payment::view(payment))
        }
        _ => Err(no_payment()),
    }
}

fn issue(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let id = fields.text("merchant_uid")?;
    let amount = fields.whole("amount")?;
    let due = due(fields)?.ok_or_else(|| bad("vbank_due", "is missing"))?;
    if desk.state.is_taken(&id) {
        return Err(already_paid());
    }
    let number = desk.state.ids.hex("", 12).replace(|digit: char| !digit.is_ascii_digit(), "7");
    let payment = Payment {
        dialect: Dialect::V1,
        id,
        imp_uid: desk.state.ids.hex("imp_", 12),
        name: fields.maybe_text("name")?,
        amount,
        tax_free: 0,
        method: Method::Vbank {
            code: fields.text("vbank_code")?,
            number,
            holder: fields.text("vbank_holder")?,
            due,
        },
        stage: Stage::Issued,
        buyer: buyer(fields)?,
        customer_uid: None,
        custom_data: fields.maybe_text("custom_data")?,
        notice_urls: fields.texts("notice_url"),
        started_at: desk.now,
        paid_at: None,
        failed_at: None,
        fail_reason: None,
        cancels: Vec::new(),
        receipt: None,
        shown_status: None,
    };
    tell::payment(desk, &payment);
    let view = v1_payment::view(&payment);
    desk.state.payments.push(payment);
    Ok(view)
}

fn change(desk: &mut Desk<'_>, imp_uid: &str, fields: &Fields) -> Result<Value, Problem> {
    let (amount, new_due) = (fields.maybe_whole("amount")?, due(fields)?);
    let payment = waiting(desk, imp_uid)?;
    payment.amount = amount.filter(|amount| *amount > 0).unwrap_or(payment.amount);
    if let (Method::Vbank { due, .. }, Some(new)) = (&mut payment.method, new_due) {
        *due = new;
    }
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(v1_payment::view(&payment))
}

fn due(fields: &Fields) -> Result<Option<Timestamp>, Problem> {
    let time = |seconds| Timestamp::from_second(seconds).map_err(|_| bad("vbank_due", "is not a time"));
    fields.maybe_seconds("vbank_due")?.map(time).transpose()
}

fn waiting<'a>(desk: &'a mut Desk<'_>, imp_uid: &str) -> Result<&'a mut Payment, Problem> {
    let payment = desk.state.find_mut(imp_uid).filter(|payment| payment.imp_uid == imp_uid);
    let payment = payment.ok_or_else(no_payment)?;
    if payment.stage == Stage::Issued {
        Ok(payment)
    } else {
        Err(unprocessable("입금을 기다리는 가상계좌가 아닙니다."))
    }
}
