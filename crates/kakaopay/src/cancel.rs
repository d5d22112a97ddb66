//! `POST /online/v1/payment/cancel`: gives a collected payment back, all of it or a part.

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::answer::read;
use crate::call::sealed::Sealed;
use crate::{Account, Amount, BadRequest, Call, Error, PaymentMethod, Status, limits};

/// Gives money back. After anything but a [`Cancelled`], **money may have moved**: look it up with
/// [`Order`](crate::order::Order) before trying again. A payment that was never approved needs none of this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// From [`Prepared`](crate::ready::Prepared).
    pub tid: String,
    /// How much, in won, at least 1.
    pub cancel_amount: u32,
    /// The part of it without tax, in won.
    pub cancel_tax_free_amount: u32,
    /// The value added tax in it, in won. Where there is none KakaoPay computes [`vat`](crate::ready::vat)
    /// itself.
    pub cancel_vat_amount: Option<u32>,
    /// What can still be given back *before* this, in won, as far as the caller knows. KakaoPay refuses where
    /// it knows better, so a refund whose answer was lost cannot happen twice: always send it.
    pub cancel_available_amount: Option<u32>,
    /// A note for KakaoPay to echo, up to 200 characters.
    pub payload: Option<String>,
}

/// What was given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// KakaoPay's number of this refund.
    pub aid: Option<String>,
    /// KakaoPay's number of the payment.
    pub tid: String,
    /// The merchant code.
    pub cid: String,
    /// [`PartCancelPayment`](Status::PartCancelPayment) or [`CancelPayment`](Status::CancelPayment).
    pub status: Status,
    /// The merchant's order number.
    pub partner_order_id: String,
    /// The merchant's own id of the payer.
    pub partner_user_id: String,
    /// How it was paid.
    pub payment_method_type: Option<PaymentMethod>,
    /// What was once collected.
    pub amount: Amount,
    /// What was given back just now.
    pub approved_cancel_amount: Amount,
    /// What was given back so far, just now included.
    pub canceled_amount: Amount,
    /// What can still be given back.
    pub cancel_available_amount: Amount,
    /// What was bought.
    pub item_name: Option<String>,
    /// The merchant's code of the item.
    pub item_code: Option<String>,
    /// How many.
    pub quantity: Option<u32>,
    /// When it was prepared, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub created_at: Option<DateTime>,
    /// When it was collected, likewise.
    pub approved_at: Option<DateTime>,
    /// When it was given back, likewise.
    pub canceled_at: Option<DateTime>,
    /// The note of the request.
    pub payload: Option<String>,
}

impl Sealed for Cancel {}

impl Call for Cancel {
    type Answer = Cancelled;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.given("tid", &self.tid)?;
        body.number(
            "cancel_amount",
            self.cancel_amount,
            1..=self.cancel_available_amount.unwrap_or(u32::MAX),
        )?;
        body.number("cancel_tax_free_amount", self.cancel_tax_free_amount, 0..=self.cancel_amount)?;
        let taxed = self.cancel_amount - self.cancel_tax_free_amount;
        body.some_number("cancel_vat_amount", self.cancel_vat_amount, 0..=taxed)?;
        body.put_some("cancel_available_amount", self.cancel_available_amount);
        body.some_text("payload", self.payload.as_deref(), limits::PAYLOAD_CHARS)?;
        Ok(account.post("/cancel", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Cancelled, Error> {
        read(response, |it, _| {
            Ok(Cancelled {
                aid: it.maybe_text("aid"),
                tid: it.text("tid")?,
                cid: it.text("cid")?,
                status: it.word("status")?,
                partner_order_id: it.text("partner_order_id")?,
                partner_user_id: it.text("partner_user_id")?,
                payment_method_type: it.maybe_word("payment_method_type"),
                amount: it.amount("amount")?,
                approved_cancel_amount: it.amount("approved_cancel_amount")?,
                canceled_amount: it.amount("canceled_amount")?,
                cancel_available_amount: it.amount("cancel_available_amount")?,
                item_name: it.maybe_text("item_name"),
                item_code: it.maybe_text("item_code"),
                quantity: it.count("quantity"),
                created_at: it.date("created_at"),
                approved_at: it.date("approved_at"),
                canceled_at: it.date("canceled_at"),
                payload: it.maybe_text("payload"),
            })
        })
    }
}
