//! What answers show: payments, billing keys and cash receipts, in the look of 2022-11-16 and in that of 1.3.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::merchant::Manner;
use super::state::{Account, Billing, Cancel, Card, Method, Payment, Receipt, Status};
use crate::page::local_time;

/// The value-added tax in a taxed sum: an eleventh, rounded half up.
pub(crate) fn vat(taxed: i64) -> i64 {
    (2 * taxed + 11) / 22
}

/// Korean time with its offset, as `2026-11-21T10:00:00+09:00`.
pub(crate) fn korean(at: Timestamp) -> String {
    format!("{}+09:00", local_time(at))
}

pub(crate) fn payment(payment: &Payment, manner: Manner, origin: &str) -> Value {
    match manner {
        Manner::Current => current(payment, origin),
        Manner::Reference => reference(payment),
    }
}

fn current(payment: &Payment, origin: &str) -> Value {
    let left_tax_free = payment.tax_free - payment.cancels.iter().map(|cancel| cancel.tax_free).sum::<i64>();
    let taxed = payment.left() - left_tax_free;
    let checkout = payment.window.as_ref().map(|_| json!({ "url": checkout_url(origin, &payment.key) }));
    let receipt = payment.approved_at.map(|_| json!({ "url": receipt_url(&payment.key) }));
    let failure = payment.failure.as_ref().map(|(code, message)| json!({ "code": code, "message": message }));
    json!({
        "mId": payment.m_id,
        "version": "2022-11-16",
        "paymentKey": payment.key,
        "lastTransactionKey": payment.transaction_key,
        "orderId": payment.order_id,
        "orderName": payment.order_name,
        "currency": "KRW",
        "country": "KR",
        "method": payment.method.map(word),
        "type": kind(payment),
        "status": shown(payment),
        "totalAmount": payment.total,
        "balanceAmount": payment.left(),
        "suppliedAmount": taxed - vat(taxed) + left_tax_free,
        "vat": vat(taxed),
        "taxFreeAmount": left_tax_free,
        "taxExemptionAmount": 0,
        "requestedAt": korean(payment.requested_at),
        "approvedAt": payment.approved_at.map(korean),
        "useEscrow": false,
        "cultureExpense": false,
        "isPartialCancelable": true,
        "card": payment.card.as_ref().map(|card| card_of_today(payment, card)),
        "virtualAccount": payment.account.as_ref().map(|account| account_of_today(payment, account)),
        "transfer": null,
        "mobilePhone": null,
        "giftCertificate": null,
        "easyPay": null,
        "foreignEasyPay": null,
        "discount": null,
        "cashReceipt": null,
        "cashReceipts": null,
        "metadata": null,
        "cancels": cancels(payment, cancel_of_today),
        "secret": payment.secret,
        "failure": failure,
        "receipt": receipt,
        "checkout": checkout,
    })
}

fn card_of_today(payment: &Payment, card: &Card) -> Value {
    json!({
        "amount": payment.total,
        "issuerCode": "71",
        "acquirerCode": "71",
        "number": masked(&card.number),
        "installmentPlanMonths": card.months,
        "isInterestFree": false,
        "interestPayer": null,
        "approveNo": "00000000",
        "useCardPoint": false,
        "cardType": "신용",
        "ownerType": "개인",
        "acquireStatus": "READY",
    })
}

fn account_of_today(payment: &Payment, account: &Account) -> Value {
    json!({
        "accountNumber": account.number,
        "accountType": "일반",
        "bankCode": account.bank,
        "customerName": account.customer_name,
        "depositorName": payment.approved_at.map(|_| &account.customer_name),
        "dueDate": korean(account.due),
        "expired": account.expired,
        "settlementStatus": settlement(payment),
        "refundStatus": account.refund,
        "refundReceiveAccount": null,
    })
}

fn cancel_of_today(cancel: &Cancel) -> Value {
    json!({
        "cancelAmount": cancel.amount,
        "cancelReason": cancel.reason,
        "taxFreeAmount": cancel.tax_free,
        "taxExemptionAmount": 0,
        "refundableAmount": cancel.left,
        "easyPayDiscountAmount": 0,
        "canceledAt": korean(cancel.at),
        "transactionKey": cancel.transaction_key,
        "receiptKey": null,
        "cancelStatus": "DONE",
        "cancelRequestId": null,
    })
}

/// The look of 1.3, with every field that the types of `toss-payments-server-api` demand.
fn reference(payment: &Payment) -> Value {
    let taxed = payment.total - payment.tax_free;
    let mut answer = json!({
        "mId": payment.m_id,
        "version": "1.3",
        "paymentKey": payment.key,
        "transactionKey": payment.transaction_key.as_deref().unwrap_or_default(),
        "orderId": payment.order_id,
        "orderName": payment.order_name,
        "currency": "KRW",
        "method": payment.method.map_or("카드", word),
        "type": kind(payment),
        "status": shown(payment),
        "totalAmount": payment.total,
        "balanceAmount": payment.left(),
        "suppliedAmount": taxed - vat(taxed),
        "taxFreeAmount": payment.tax_free,
        "vat": vat(taxed),
        "useEscrow": false,
        "cultureExpense": false,
        "requestedAt": korean(payment.requested_at),
        "approvedAt": payment.approved_at.map(korean),
        "cancels": cancels(payment, |cancel| json!({
            "cancelAmount": cancel.amount,
            "cancelReason": cancel.reason,
            "taxFreeAmount": cancel.tax_free,
            "taxAmount": vat(cancel.amount - cancel.tax_free),
            "refundableAmount": cancel.left,
            "canceledAt": korean(cancel.at),
        })),
        "cashReceipt": null,
    });
    if let Some(account) = &payment.account {
        answer["secret"] = json!(payment.secret);
        answer["virtualAccount"] = json!({
            "accountNumber": account.number,
            "accountType": "일반",
            "bank": account.bank,
            "customerName": account.customer_name,
            "dueDate": local_time(account.due)[..10],
            "expired": account.expired,
            "settlementStatus": settlement(payment),
            "refundStatus": account.refund,
        });
    } else {
        let card = payment.card.as_ref();
        answer["card"] = json!({
            "company": "신한",
            "number": card.map_or("0000000000000000", |card| &card.number),
            "installmentPlanMonths": card.map_or(0, |card| card.months),
            "isInterestFree": false,
            "approveNo": "00000000",
            "useCardPoint": false,
            "cardType": "신용",
            "ownerType": "개인",
            "acquireStatus": "READY",
            "receiptUrl": receipt_url(&payment.key),
        });
        answer["discount"] = Value::Null;
        answer["easyPay"] = Value::Null;
    }
    answer
}

pub(crate) fn billing(key: &str, billing: &Billing, manner: Manner) -> Value {
    let mut answer = json!({
        "mId": billing.m_id,
        "customerKey": billing.customer_key,
        "billingKey": key,
        "method": "카드",
        "authenticatedAt": korean(billing.at),
    });
    match manner {
        Manner::Current => {
            let number = masked(&billing.card.number);
            answer["cardCompany"] = json!("롯데");
            answer["cardNumber"] = json!(number);
            answer["card"] = json!({
                "issuerCode": "71",
                "acquirerCode": "71",
                "number": number,
                "cardType": "신용",
                "ownerType": "개인",
            });
        }
        Manner::Reference => {
            answer["cardCompany"] = json!("신한");
            answer["cardNumber"] = json!(billing.card.number);
        }
    }
    answer
}

pub(crate) fn receipt(key: &str, receipt: &Receipt, manner: Manner) -> Value {
    match manner {
        Manner::Current => {
            let is_cancel = receipt.canceled_at.is_some();
            json!({
                "receiptKey": if is_cancel { format!("c_{key}") } else { key.to_owned() },
                "orderId": receipt.order_id,
                "orderName": receipt.order_name,
                "type": receipt.purpose,
                "issueNumber": "G00000000",
                "receiptUrl": receipt_url(key),
                "businessNumber": "0000000000",
                "transactionType": if is_cancel { "CANCEL" } else { "CONFIRM" },
                "amount": if is_cancel { receipt.cancelled } else { receipt.amount },
                "taxFreeAmount": receipt.tax_free,
                "issueStatus": "IN_PROGRESS",
                "failure": null,
                "customerIdentityNumber": receipt.number,
                "requestedAt": korean(receipt.canceled_at.unwrap_or(receipt.at)),
            })
        }
        Manner::Reference => json!({
            "receiptKey": key,
            "type": receipt.purpose,
            "orderId": receipt.order_id,
            "orderName": receipt.order_name,
            "approvalNumber": "G00000000",
            "approvedAt": korean(receipt.at),
            "canceledAt": receipt.canceled_at.map(korean),
            "receiptUrl": receipt_url(key),
        }),
    }
}

/// Where a payment is paid: the path looks like the real one's.
pub(crate) fn checkout_url(origin: &str, payment_key: &str) -> String {
    format!("{origin}{}/v1/payments/{payment_key}/checkout", super::PREFIX)
}

fn receipt_url(key: &str) -> String {
    format!("https://dashboard.tosspayments.example/receipt/{key}")
}

fn word(method: Method) -> &'static str {
    match method {
        Method::Card => "카드",
        Method::VirtualAccount => "가상계좌",
    }
}

fn kind(payment: &Payment) -> &'static str {
    if payment.is_billing { "BILLING" } else { "NORMAL" }
}

fn shown(payment: &Payment) -> &str {
    payment.shown_status.as_deref().unwrap_or(payment.status.as_str())
}

fn settlement(payment: &Payment) -> &'static str {
    match payment.status {
        Status::Done | Status::PartialCanceled => "COMPLETED",
        Status::Ready
        | Status::InProgress
        | Status::WaitingForDeposit
        | Status::Canceled
        | Status::Aborted
        | Status::Expired => "INCOMPLETED",
    }
}

fn cancels(payment: &Payment, show: impl Fn(&Cancel) -> Value) -> Value {
    if payment.cancels.is_empty() { Value::Null } else { payment.cancels.iter().map(show).collect() }
}

/// Most of a card's number is nobody's business.
fn masked(number: &str) -> String {
    let digits = number.chars().enumerate();
    digits.map(|(place, digit)| if (8..12).contains(&place) || place == 15 { '*' } else { digit }).collect()
}
