//! `ready`: opens a payment, and names the pages to send the payer to.

use serde_json::{Value, json};
use url::Url;

use super::Options;
use super::desk::{Desk, address, is_subscription};
use super::fields::{Fields, bad};
use super::pages::{Device, page_path};
use super::problem::{FOREIGN_DOMAIN, Problem, refused};
use super::state::{Payment, Status};
use crate::page::local_time;

const CARDS: [&str; 18] = [
    "SHINHAN",
    "KB",
    "HYUNDAI",
    "LOTTE",
    "SAMSUNG",
    "NH",
    "BC",
    "HANA",
    "CITI",
    "KAKAOBANK",
    "KAKAOPAY",
    "WOORI",
    "GWANGJU",
    "SUHYUP",
    "SHINHYUP",
    "JEONBUK",
    "JEJU",
    "SC",
];

pub(crate) fn perform(desk: &mut Desk<'_>, fields: &Fields) -> Result<Value, Problem> {
    let cid = desk.cid(fields)?;
    let returns = Returns::read(fields)?;
    extras(fields)?;
    let payment = Payment {
        partner_order_id: fields.text("partner_order_id", 100)?,
        partner_user_id: fields.text("partner_user_id", 100)?,
        item_name: Some(fields.text("item_name", 100)?),
        item_code: fields.optional_text("item_code", 100)?,
        quantity: fields.whole("quantity")?,
        amount: desk.amount(fields, is_subscription(&cid))?,
        method: fields
            .optional_word("payment_method_type", &["CARD", "MONEY"])?
            .unwrap_or_else(|| "MONEY".into()),
        install_month: install_month(fields)?,
        tid: desk.state.ids.hex("T", 19),
        page: desk.state.ids.hex("", 64),
        dialect: desk.dialect,
        created_at: desk.now,
        status: Status::Ready,
        shown_status: None,
        pg_token: None,
        timed_out: false,
        sid: None,
        actions: Vec::new(),
        approval_url: returns.approval.to_string(),
        cancel_url: returns.cancel.to_string(),
        fail_url: returns.fail.to_string(),
        cid,
    };
    returns.check(desk.options)?;

    let url = |device| format!("{}{}", desk.options.origin, page_path(&payment, device));
    let scheme = format!("kakaotalk://kakaopay/pg?url={}", url(Device::App));
    let answer = json!({
        "tid": payment.tid,
        "next_redirect_app_url": url(Device::App),
        "next_redirect_mobile_url": url(Device::Mobile),
        "next_redirect_pc_url": url(Device::Pc),
        "android_app_scheme": scheme,
        "ios_app_scheme": scheme,
        "created_at": local_time(payment.created_at),
    });
    desk.state.payments.add(payment);
    Ok(answer)
}

fn install_month(fields: &Fields) -> Result<i64, Problem> {
    match fields.optional_whole("install_month")?.unwrap_or(0) {
        months @ 0..=12 => Ok(months),
        _ => Err(bad("install_month", "is more than 12")),
    }
}

/// What may be sent, must then be right, and makes no difference to the fake.
fn extras(fields: &Fields) -> Result<(), Problem> {
    fields.optional_word("use_share_installment", &["Y", "N"])?;
    if let Some(cards) = fields.optional_json("available_cards")? {
        let is_card = |card: &Value| card.as_str().is_some_and(|card| CARDS.contains(&card));
        if !cards.as_array().is_some_and(|cards| cards.iter().all(is_card)) {
            return Err(bad("available_cards", "is not a list of card companies"));
        }
    }
    match fields.optional_json("custom_json")? {
        Some(custom) if !custom.is_object() => Err(bad("custom_json", "is not a JSON object")),
        Some(_) | None => Ok(()),
    }
}

/// Where the payer's browser is sent afterwards.
#[derive(Debug)]
struct Returns {
    approval: Url,
    cancel: Url,
    fail: Url,
}

impl Returns {
    fn read(fields: &Fields) -> Result<Returns, Problem> {
        Ok(Returns {
            approval: address(fields, "approval_url")?,
            cancel: address(fields, "cancel_url")?,
            fail: address(fields, "fail_url")?,
        })
    }

    /// All three must be on a registered domain.
    fn check(&self, options: &Options) -> Result<(), Problem> {
        let Some(registered) = &options.return_origins else { return Ok(()) };
        let known = |url: &Url| registered.iter().any(|origin| is_on(url, origin));
        let all_known = [&self.approval, &self.cancel, &self.fail].into_iter().all(known);
        if all_known { Ok(()) } else { Err(refused(FOREIGN_DOMAIN)) }
    }
}

/// Scheme, host and port must be the same; `https://*.cafe.example` stands for every host below `cafe.example`.
fn is_on(url: &Url, registered: &str) -> bool {
    let origin = url.origin().ascii_serialization();
    match registered.split_once("://*.") {
        Some((scheme, parent)) => origin
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .and_then(|host| host.strip_suffix(parent.trim_end_matches('/')))
            .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        None => registered
            .parse::<Url>()
            .is_ok_and(|registered| registered.origin().ascii_serialization() == origin),
    }
}
