//! V2's payments: reading and registering them, charging without a window, and giving them back.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::endpoint::Dialect;
use super::fields::Fields;
use super::problem::{Problem, already_paid, bad, no_payment, problem};
use super::state::{Buyer, Cancel, Desk, Method, Payment, Stage};
use super::tell;
use super::view::Standing;

pub(crate) fn get(desk: &Desk<'_>, id: &str) -> Result<Value, Problem> {
    let payment = desk.state.find(id).filter(|payment| payment.id == id && payment.dialect == Dialect::V2);
    payment.map(|payment| view(desk, payment)).ok_or_else(no_payment)
}

pub(crate) fn register(desk: &mut Desk<'_>, id: &str, fields: &Fields) -> Result<Value, Problem> {
    if desk.state.is_taken(id) {
        return Err(already_paid());
    }
    if let Some(total) = fields.maybe_whole("totalAmount")? {
        desk.state.registered.insert(id.to_owned(), total);
    }
    Ok(json!({}))
}

/// No sum means all that is left, as with the real one; a sum of 0 is none (a guess).
pub(crate) fn cancel(desk: &mut Desk<'_>, id: &str, fields: &Fields) -> Result<Value, Problem> {
    let conflict = |kind| Err(problem(StatusCode::CONFLICT, kind, "취소할 수 없습니다."));
    let wanted = fields.maybe_whole("amount")?;
    let tax_free = fields.maybe_whole("taxFreeAmount")?.unwrap_or(0);
    let believed_left = fields.maybe_whole("currentCancellableAmount")?;
    let reason = fields.text("reason")?;
    let account = fields.maybe_object("refundAccount");
    let (now, cancel_id) = (desk.now, desk.state.uuid());

    let payment = find(desk, id)?;
    let left = payment.left();
    let amount = wanted.unwrap_or(left);
    if payment.paid_at.is_none() {
        return conflict("PAYMENT_NOT_PAID");
    }
    if left == 0 {
        return conflict("PAYMENT_ALREADY_CANCELLED");
    }
    if believed_left.is_some_and(|believed| believed != left) {
        return conflict("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN");
    }
    if amount > left {
        return conflict("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT");
    }
    if amount == 0 || tax_free > amount {
        return Err(bad("amount", "is nothing, or less than its parts"));
    }
    if matches!(payment.method, Method::Vbank { .. }) && account.is_none() {
        return Err(bad("refundAccount", "is missing")); // Guess: the word.
    }
    payment.cancels.push(Cancel { id: cancel_id, amount, tax_free, reason, at: now });
    let payment = payment.clone();
    if !fields.is_true("skipWebhook") {
        tell::payment(desk, &payment);
    }
    Ok(json!({ "cancellation": payment.cancels.last().map(cancellation) }))
}

/// A card by its digits, or a virtual account.
pub(crate) fn instant(desk: &mut Desk<'_>, id: &str, fields: &Fields) -> Result<Value, Problem> {
    if fields.text("channelKey")? != desk.options.channel_key {
        return Err(problem(StatusCode::NOT_FOUND, "CHANNEL_NOT_FOUND", "no such channel"));
    }
    let method = fields.object("method")?;
    let (method, stage) = if let Some(card) = method.maybe_object("card") {
        let number = card.object("credential")?.text("number")?;
        let last_digits = number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned();
        let quota = card.maybe_whole("installmentMonth")?.unwrap_or(0);
        (Method::Card { last_digits, quota }, Stage::Paid)
    } else {
        let account = method.object("virtualAccount")?;
        let expiry = account.object("expiry")?;
        let due = match (expiry.maybe_text("dueDate")?, expiry.maybe_whole("validHours")?) {
            (Some(due), None) => due.parse().map_err(|_| bad("dueDate", "is not a time"))?,
            (None, Some(hours)) => {
                desk.now.checked_add(SignedDuration::from_hours(hours.min(24 * 365))).unwrap_or(desk.now)
            }
            _ => return Err(bad("expiry", "has not exactly one of validHours and dueDate")),
        };
        let number = desk.state.ids.hex("", 12).replace(|digit: char| !digit.is_ascii_digit(), "7");
        let holder = account.maybe_text("remitteeName")?.unwrap_or_else(|| "가짜상점".into());
        (Method::Vbank { code: account.text("bank")?, number, holder, due }, Stage::Issued)
    };
    charge(desk, id, fields, (method, stage), None)
}

pub(crate) fn charge(
    desk: &mut Desk<'_>,
    id: &str,
    fields: &Fields,
    (method, stage): (Method, Stage),
    billing_key: Option<String>,
) -> Result<Value, Problem> {
    let amount = fields.object("amount")?;
    let total = amount.whole("total")?;
    if total == 0 || fields.text("currency")? != "KRW" {
        return Err(bad("amount", "is nothing, or not in won"));
    }
    if desk.state.is_taken(id) {
        return Err(already_paid());
    }
    if desk.state.registered.get(id).is_some_and(|registered| *registered != total) {
        return Err(problem(StatusCode::FORBIDDEN, "FORBIDDEN", "not the registered amount")); // Guess: the word.
    }
    let payment = Payment {
        dialect: Dialect::V2,
        id: id.to_owned(),
        imp_uid: desk.state.uuid(),
        name: Some(fields.text("orderName")?),
        amount: total,
        tax_free: amount.maybe_whole("taxFree")?.unwrap_or(0),
        method,
        stage,
        buyer: Buyer::default(),
        customer_uid: billing_key,
        custom_data: fields.maybe_text("customData")?,
        notice_urls: fields.texts("noticeUrls"),
        started_at: desk.now,
        paid_at: (stage == Stage::Paid).then_some(desk.now),
        failed_at: None,
        fail_reason: None,
        cancels: Vec::new(),
        receipt: None,
        shown_status: None,
    };
    tell::payment(desk, &payment);
    let answer = json!({ "payment": { "pgTxId": pg_tx_id(&payment), "paidAt": desk.now.to_string() } });
    desk.state.payments.push(payment);
    Ok(answer)
}

pub(crate) fn close(desk: &mut Desk<'_>, id: &str) -> Result<Value, Problem> {
    let now = desk.now;
    let payment = find(desk, id)?;
    if payment.stage != Stage::Issued {
        return Err(problem(
            StatusCode::CONFLICT,
            "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
            "no deposit is waited for",
        ));
    }
    payment.stage = Stage::Closed;
    let payment = payment.clone();
    tell::payment(desk, &payment);
    Ok(json!({ "closedAt": now.to_string() }))
}

/// The latest webhook of a payment, or the one that is named.
pub(crate) fn resend(desk: &mut Desk<'_>, id: &str, fields: &Fields) -> Result<Value, Problem> {
    let named = fields.maybe_text("webhookId")?;
    find(desk, id)?;
    let mut sent = desk.state.sent.get(id).into_iter().flatten().rev();
    let sent = sent.find(|sent| named.as_ref().is_none_or(|named| *named == sent.id)).cloned();
    let sent = sent.ok_or_else(|| problem(StatusCode::NOT_FOUND, "WEBHOOK_NOT_FOUND", "no such webhook"))?;
    tell::again(desk, &sent);
    Ok(json!({ "webhook": { "id": sent.id, "url": sent.urls.first() } }))
}

/// Guess: that whoever has paid by deposit has asked for a receipt.
pub(crate) fn receipt(desk: &mut Desk<'_>, id: &str, cancels: bool) -> Result<Value, Problem> {
    let (now, store_id) = (desk.now, desk.options.store_id.clone());
    let payment = find(desk, id)?;
    let (Some(paid_at), Method::Vbank { .. }) = (payment.paid_at, &payment.method) else {
        return Err(problem(StatusCode::NOT_FOUND, "CASH_RECEIPT_NOT_FOUND", "no such cash receipt"));
    };
    let receipt = payment.receipt.get_or_insert_with(|| super::state::Receipt {
        uid: format!("receipt-{}", payment.imp_uid),
        kind: "PERSONAL".into(),
        applied_at: paid_at,
        cancelled_at: None,
    });
    if cancels {
        if receipt.cancelled_at.is_some() {
            return Err(problem(StatusCode::NOT_FOUND, "CASH_RECEIPT_NOT_ISSUED", "no receipt is issued"));
        }
        receipt.cancelled_at = Some(now);
        return Ok(json!({ "cancelledAmount": payment.amount, "cancelledAt": now.to_string() }));
    }
    Ok(json!({
        "status": if receipt.cancelled_at.is_some() { "CANCELLED" } else { "ISSUED" },
        "storeId": store_id,
        "paymentId": payment.id,
        "amount": payment.amount,
        "currency": "KRW",
        "issueNumber": "000000000",
        "url": format!("https://pay.example/cash-receipts/{}", receipt.uid),
        "issuedAt": receipt.applied_at.to_string(),
    }))
}

fn find<'a>(desk: &'a mut Desk<'_>, id: &str) -> Result<&'a mut Payment, Problem> {
    let payment = desk.state.find_mut(id);
    payment.filter(|payment| payment.id == id && payment.dialect == Dialect::V2).ok_or_else(no_payment)
}

fn view(desk: &Desk<'_>, payment: &Payment) -> Value {
    let standing = Standing::of(payment);
    let cancelled: i64 = payment.cancelled();
    let vat = (payment.amount - payment.tax_free) / 11;
    let mut whole = json!({
        "status": payment.shown_status.as_deref().unwrap_or(standing.as_str()),
        "id": payment.id,
        "transactionId": payment.imp_uid,
        "merchantId": "merchant-00000000-0000-4000-8000-000000000000",
        "storeId": desk.options.store_id,
        "method": method(payment),
        "channel": {
            "type": "TEST", "id": "channel-id-fake", "key": desk.options.channel_key, "name": "가짜 채널",
            "pgProvider": "FAKE", "pgMerchantId": "fake-shop",
        },
        "version": "V2",
        "requestedAt": payment.started_at.to_string(),
        "updatedAt": desk.now.to_string(),
        "statusChangedAt": desk.now.to_string(),
        "orderName": payment.name,
        "amount": {
            "total": payment.amount,
            "taxFree": payment.tax_free,
            "vat": vat,
            "supply": payment.amount - payment.tax_free - vat,
            "discount": 0,
            "paid": if payment.paid_at.is_some() { payment.amount } else { 0 },
            "cancelled": cancelled,
            "cancelledTaxFree": payment.cancels.iter().map(|cancel| cancel.tax_free).sum::<i64>(),
        },
        "currency": "KRW",
        "customer": {},
    });
    put(&mut whole, "billingKey", payment.customer_uid.clone());
    put(&mut whole, "customData", payment.custom_data.clone());
    if let Some(paid_at) = payment.paid_at {
        put(&mut whole, "paidAt", Some(paid_at.to_string()));
        put(&mut whole, "pgTxId", Some(pg_tx_id(payment)));
        put(&mut whole, "receiptUrl", Some(format!("https://pay.example/receipts/{}", payment.imp_uid)));
        whole["disputes"] = json!([]);
    }
    if let Some(failed_at) = payment.failed_at {
        put(&mut whole, "failedAt", Some(failed_at.to_string()));
        whole["failure"] = json!({ "reason": payment.fail_reason });
    }
    if let Some(last) = payment.cancels.last() {
        put(&mut whole, "cancelledAt", Some(last.at.to_string()));
        whole["cancellations"] = payment.cancels.iter().map(cancellation).collect();
    }
    whole
}

/// What is not known is left out, rather than said to be `null`.
fn put(whole: &mut Value, name: &str, text: Option<String>) {
    if let Some(text) = text {
        whole[name] = json!(text);
    }
}

fn method(payment: &Payment) -> Value {
    match &payment.method {
        Method::Card { last_digits, quota } => json!({
            "type": "PaymentMethodCard",
            "card": { "issuer": "FAKE_CARD", "name": "가짜카드", "bin": "000000", "number": format!("000000******{last_digits}") },
            "approvalNumber": "00000000",
            "installment": { "month": quota, "isInterestFree": false },
            "pointUsed": false,
        }),
        Method::Vbank { code, number, holder, due } => json!({
            "type": "PaymentMethodVirtualAccount",
            "bank": if code == "088" { "SHINHAN" } else { code },
            "accountNumber": number,
            "accountType": "NORMAL",
            "remitteeName": holder,
            "expiredAt": due.to_string(),
            "issuedAt": payment.started_at.to_string(),
        }),
    }
}

fn cancellation(cancel: &Cancel) -> Value {
    json!({
        "status": "SUCCEEDED",
        "id": cancel.id,
        "pgCancellationId": format!("tid-{}", cancel.id),
        "totalAmount": cancel.amount,
        "taxFreeAmount": cancel.tax_free,
        "vatAmount": (cancel.amount - cancel.tax_free) / 11,
        "reason": cancel.reason,
        "cancelledAt": cancel.at.to_string(),
        "requestedAt": cancel.at.to_string(),
    })
}

fn pg_tx_id(payment: &Payment) -> String {
    format!("tid-{}", payment.imp_uid)
}

/// A time in V2's spelling.
pub(crate) fn time(at: Timestamp) -> Value {
    json!(at.to_string())
}
