//! `POST /online/v1/payment/ready`: prepares a payment, and names the pages to send the payer to.

use std::fmt;

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;
use serde_json::{Map, Value};
use url::Url;

use crate::answer::read;
use crate::call::sealed::Sealed;
use crate::{Account, BadRequest, Call, CardIssuer, Error, PaymentMethod, limits};

/// Prepares a payment. Nothing is collected, whatever comes back: without an answer there is no `tid`, so
/// nobody can pay, and another `Ready` may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The merchant's order number, 1 to 100 characters. KakaoPay does not care whether it is unique.
    pub partner_order_id: String,
    /// The merchant's own id of the payer, 1 to 100 characters. Names, phone numbers and the like are
    /// forbidden.
    pub partner_user_id: String,
    /// What is bought, as the payer reads it, 1 to 100 characters. Several things are by custom written "A 외
    /// 2건".
    pub item_name: String,
    /// How many, at least 1.
    pub quantity: u32,
    /// What is to be paid, in won. 0 is left for KakaoPay to judge: it is expected to refuse it (a guess),
    /// except where a subscription's key is to be issued without a charge (a guess as well).
    pub total_amount: u32,
    /// The part of it without tax, in won; 0 where all of it is taxed.
    pub tax_free_amount: u32,
    /// Where the browser comes back once the payer is done, 1 to 255 characters. KakaoPay adds `pg_token` to
    /// its query, but not the `tid`: let the URL say which order it is.
    pub approval_url: String,
    /// Where the browser comes when the payer gave up. A hint, no proof.
    pub cancel_url: String,
    /// Where the browser comes when the payment failed or expired. A hint, no proof.
    pub fail_url: String,
    /// What is rarely needed.
    pub options: ReadyOptions,
}

/// What of [`Ready`] is rarely needed; the default is none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadyOptions {
    /// The merchant's code of the item, up to 100 characters.
    pub item_code: Option<String>,
    /// The value added tax, in won. Where there is none KakaoPay computes [`vat`] itself; 0 says that there
    /// is no tax.
    pub vat_amount: Option<u32>,
    /// The deposit on a cup, in won. Such a payment cannot be refunded in part.
    pub green_deposit: Option<u32>,
    /// The only cards to take; empty for all. Needs an agreement.
    pub available_cards: Vec<CardIssuer>,
    /// The only method to take.
    pub payment_method_type: Option<PaymentMethod>,
    /// The months of the card's instalment, 0 to 12, so that the payer cannot choose.
    pub install_month: Option<u8>,
    /// Whether the payer may share the instalment's interest with the merchant.
    pub use_share_installment: Option<bool>,
    /// Texts of the payment page, `return_custom_url`, `auto_close`.
    pub custom_json: Option<Map<String, Value>>,
}

/// A payment that waits for its payer, for [`limits::SESSION`]. Store the `tid` *before* sending the payer
/// away: KakaoPay does not give it back with the browser.
///
/// `Debug` does not show the URLs, because whoever opens one of them is the payer.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// KakaoPay's number of the payment.
    pub tid: String,
    /// The page for a web view of the merchant's own app.
    pub next_redirect_app_url: Url,
    /// The page for browsers on phones, KakaoTalk's own among them.
    pub next_redirect_mobile_url: Url,
    /// The page for browsers on desktops; it shows a code to scan.
    pub next_redirect_pc_url: Url,
    /// For Android apps.
    pub android_app_scheme: Option<String>,
    /// For iOS apps.
    pub ios_app_scheme: Option<String>,
    /// When, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub created_at: Option<DateTime>,
}

/// The value added tax that KakaoPay computes when it is told none: an eleventh of the taxed part, in won,
/// rounded half up. Nothing where `tax_free` is more than `total`.
#[must_use]
pub fn vat(total: u32, tax_free: u32) -> u32 {
    let taxed = total.saturating_sub(tax_free);
    // Eleven is odd, so there is no exact half: from six elevenths on it is rounded up.
    taxed / 11 + u32::from(taxed % 11 >= 6)
}

impl Sealed for Ready {}

impl Call for Ready {
    type Answer = Prepared;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.text("partner_order_id", &self.partner_order_id, limits::PARTNER_ID_CHARS)?;
        body.text("partner_user_id", &self.partner_user_id, limits::PARTNER_ID_CHARS)?;
        body.text("item_name", &self.item_name, limits::ITEM_CHARS)?;
        body.some_text("item_code", self.options.item_code.as_deref(), limits::ITEM_CHARS)?;
        body.number("quantity", self.quantity, 1..=u32::MAX)?;
        body.number("total_amount", self.total_amount, 0..=u32::MAX)?;
        body.number("tax_free_amount", self.tax_free_amount, 0..=self.total_amount)?;
        let taxed = self.total_amount - self.tax_free_amount;
        body.some_number("vat_amount", self.options.vat_amount, 0..=taxed)?;
        body.some_number("green_deposit", self.options.green_deposit, 0..=self.total_amount)?;
        body.text("approval_url", &self.approval_url, limits::URL_CHARS)?;
        body.text("cancel_url", &self.cancel_url, limits::URL_CHARS)?;
        body.text("fail_url", &self.fail_url, limits::URL_CHARS)?;
        if !self.options.available_cards.is_empty() {
            let cards: Vec<&str> = self.options.available_cards.iter().map(CardIssuer::as_str).collect();
            body.put("available_cards", cards);
        }
        body.put_some(
            "payment_method_type",
            self.options.payment_method_type.as_ref().map(PaymentMethod::as_str),
        );
        let months = self.options.install_month.map(u32::from);
        body.some_number("install_month", months, 0..=u32::from(limits::INSTALL_MONTHS))?;
        let share = self.options.use_share_installment.map(|share| if share { "Y" } else { "N" });
        body.put_some("use_share_installment", share);
        body.put_some("custom_json", self.options.custom_json.clone());
        Ok(account.post("/ready", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Prepared, Error> {
        read(response, |it, _| {
            Ok(Prepared {
                tid: it.text("tid")?,
                next_redirect_app_url: it.web_url("next_redirect_app_url")?,
                next_redirect_mobile_url: it.web_url("next_redirect_mobile_url")?,
                next_redirect_pc_url: it.web_url("next_redirect_pc_url")?,
                android_app_scheme: it.maybe_text("android_app_scheme"),
                ios_app_scheme: it.maybe_text("ios_app_scheme"),
                created_at: it.date("created_at"),
            })
        })
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("tid", &self.tid)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}
