//! `POST /online/v1/payment/order`: how one payment stands. It moves nothing and may be asked at any time,
//! which makes it the way out of every doubt.

use bytes::Bytes;
use http::{Request, Response};
use jiff::civil::DateTime;

use crate::answer::read;
use crate::call::sealed::Sealed;
use crate::words::words;
use crate::{Account, Amount, BadRequest, Call, Error, PaymentMethod, Raw, Status};

/// Asks how a payment stands. There is no way to ask by the merchant's own order number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// From [`Prepared`](crate::ready::Prepared).
    pub tid: String,
}

/// How a payment stands. Before it is approved, much of it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// KakaoPay's number of the payment.
    pub tid: String,
    /// The merchant code.
    pub cid: String,
    /// How far it has come.
    pub status: Status,
    /// The merchant's order number.
    pub partner_order_id: String,
    /// The merchant's own id of the payer.
    pub partner_user_id: String,
    /// How it was paid.
    pub payment_method_type: Option<PaymentMethod>,
    /// What was asked for, and once it is paid, what was collected. `None` is possible while nothing is
    /// collected.
    pub amount: Option<Amount>,
    /// What was given back so far.
    pub canceled_amount: Option<Amount>,
    /// What can still be given back: what the next [`Cancel`](crate::cancel::Cancel) should expect.
    pub cancel_available_amount: Option<Amount>,
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
    /// When something was last given back, likewise.
    pub canceled_at: Option<DateTime>,
    /// The card, where it was one.
    pub selected_card_info: Option<SelectedCard>,
    /// Everything that moved money, oldest first as far as seen.
    pub payment_action_details: Vec<ActionDetail>,
    /// The whole answer as KakaoPay sent it.
    pub raw: Raw,
}

/// The card of a payment. Look at it, but do not store or log it: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SelectedCard {
    /// The card number's first digits.
    pub card_bin: Option<String>,
    /// Months of the instalment; 0 is a lump sum.
    pub install_month: Option<u32>,
    /// Who bears the interest.
    pub installment_type: Option<String>,
    /// The card company.
    pub card_corp_name: Option<String>,
    /// `Y` where the instalment is free of interest, otherwise `N`.
    pub interest_free_install: Option<String>,
}

/// One thing that moved money. Its sums are in won; a real answer has been seen without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionDetail {
    /// KakaoPay's number of it.
    pub aid: Option<String>,
    /// When, by KakaoPay's clock, without a zone; Korean time is a guess.
    pub approved_at: Option<DateTime>,
    /// All of it.
    pub amount: Option<u32>,
    /// The part in KakaoPay's own points.
    pub point_amount: Option<u32>,
    /// The part that KakaoPay's promotion paid.
    pub discount_amount: Option<u32>,
    /// The deposit on a cup.
    pub green_deposit: Option<u32>,
    /// What it was.
    pub payment_action_type: Option<Action>,
    /// How it was paid.
    pub payment_method_type: Option<PaymentMethod>,
    /// The note of the request.
    pub payload: Option<String>,
}

words! {
    /// What moved money.
    pub enum Action {
        /// It was collected.
        Payment = "PAYMENT",
        /// It was given back.
        Cancel = "CANCEL",
        /// A subscription's key was issued; nothing moved.
        IssuedSid = "ISSUED_SID",
    }
}

impl Sealed for Order {}

impl Call for Order {
    type Answer = Payment;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let mut body = account.body();
        body.given("tid", &self.tid)?;
        Ok(account.post("/order", &body))
    }

    fn answer(response: &Response<Bytes>) -> Result<Payment, Error> {
        read(response, |it, raw| {
            Ok(Payment {
                tid: it.text("tid")?,
                cid: it.text("cid")?,
                status: it.word("status")?,
                partner_order_id: it.text("partner_order_id")?,
                partner_user_id: it.text("partner_user_id")?,
                payment_method_type: it.maybe_word("payment_method_type"),
                amount: it.maybe_amount("amount")?,
                canceled_amount: it.maybe_amount("canceled_amount")?,
                cancel_available_amount: it.maybe_amount("cancel_available_amount")?,
                item_name: it.maybe_text("item_name"),
                item_code: it.maybe_text("item_code"),
                quantity: it.count("quantity"),
                created_at: it.date("created_at"),
                approved_at: it.date("approved_at"),
                canceled_at: it.date("canceled_at"),
                selected_card_info: it.maybe_object("selected_card_info").map(|card| SelectedCard {
                    card_bin: card.maybe_text("card_bin"),
                    install_month: card.count("install_month"),
                    installment_type: card.maybe_text("installment_type"),
                    card_corp_name: card.maybe_text("card_corp_name"),
                    interest_free_install: card.maybe_text("interest_free_install"),
                }),
                raw,
                payment_action_details: it.list("payment_action_details", |detail| {
                    Ok(ActionDetail {
                        aid: detail.maybe_text("aid"),
                        approved_at: detail.date("approved_at"),
                        amount: detail.count("amount"),
                        point_amount: detail.count("point_amount"),
                        discount_amount: detail.count("discount_amount"),
                        green_deposit: detail.count("green_deposit"),
                        payment_action_type: detail.maybe_word("payment_action_type"),
                        payment_method_type: detail.maybe_word("payment_method_type"),
                        payload: detail.maybe_text("payload"),
                    })
                })?,
            })
        })
    }
}

impl std::fmt::Debug for SelectedCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelectedCard").finish_non_exhaustive()
    }
}
