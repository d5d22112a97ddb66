//! The words that Toss Payments says no with, and what to do about each.

use std::fmt;

/// A code, as `NOT_FOUND_PAYMENT`: capitals, digits and underscores.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

/// What a [`Code`] means for the caller. "Look it up" is [`ByKey`](crate::look_up::ByKey) or
/// [`ByOrder`](crate::look_up::ByOrder), and until that has answered the payment is neither paid nor failed.
///
/// Of [`OpenWindow`](crate::window::OpenWindow) and of the look-ups every one of these means that nothing has
/// happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// The secret key is wrong, or its encoding. Configuration: alert.
    BadKey,
    /// This merchant may not do that: no contract, no such method. Configuration: alert.
    NotPermitted,
    /// A parameter is missing or wrong. A bug here: alert.
    BadParameter,
    /// It was confirmed before, an ordinary thing when a page is loaded twice, or its order number was used before.
    /// Look it up, and treat as paid if it says so.
    AlreadyProcessed,
    /// It was given back before. Look it up.
    AlreadyCancelled,
    /// The same request is under way, or one just before it. Wait, then look it up; asking again under the same key is
    /// safe.
    InProgress,
    /// No session to confirm: the ten minutes are over, or order number or amount are not the payment's. Nothing was
    /// collected by this; look it up, for it may have been by another.
    NoSession,
    /// No such payment. Do not ask again.
    NoSuchPayment,
    /// Toss Payments, a card company or a bank failed. At confirming, charging or cancelling **money may have moved**:
    /// look it up.
    Internal,
    /// A bank or a method is closed at this hour, or there were too many requests. Nothing was done; try later.
    Unavailable,
    /// The payer's card or account refuses: no money, stopped, lost, over a limit. Not collected.
    Rejected,
    /// The amount is below the smallest or above the largest of this method. Not collected.
    AmountOutsideLimits,
    /// It cannot be given back, or not in part, or not any more. Do not ask again; a person must see to it.
    NotCancellable,
    /// More is to be given back than is left. Never ask again; look it up, for an earlier cancellation may have
    /// succeeded.
    RefundTooLarge,
    /// `refundableAmount` is not what is left: an earlier cancellation has succeeded, or somebody else's. Look it up.
    BalanceDiffers,
    /// The account to give the money back to is wrong. Ask its owner.
    BadRefundAccount,
    /// The billing key is another customer's. A bug: alert.
    WrongCustomer,
    /// No such billing key, or one that was deleted. Have the customer register again.
    NoSuchBillingKey,
    /// The payer pressed cancel in the window.
    PayerCancelled,
    /// The window failed.
    WindowAborted,
    /// The payment was not finished in time.
    Expired,
    /// Not documented when this was written. At confirming, charging or cancelling **money may have moved**: look it
    /// up, and alert.
    Unrecognised,
}

impl Code {
    /// Reads a code; none for what has not the shape of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Code> {
        let fits = (1..=100).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        fits.then(|| Code(text.to_owned()))
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the code means for the caller.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.0.as_str() {
            "UNAUTHORIZED_KEY"
            | "INVALID_API_KEY"
            | "INVALID_CLIENT_KEY"
            | "INCORRECT_BASIC_AUTH_FORMAT"
            | "API_KEY_ACCESS_DENIED" => Meaning::BadKey,
            "FORBIDDEN_REQUEST"
            | "INVALID_AUTHORIZE_AUTH"
            | "INVALID_UNREGISTERED_SUBMALL"
            | "NOT_FOUND_TERMINAL_ID"
            | "NOT_REGISTERED_BUSINESS"
            | "NOT_SUPPORTED_METHOD" => Meaning::NotPermitted,
            "INVALID_REQUEST"
            | "INVALID_REQUIRED_PARAM"
            | "INVALID_ORDER_ID"
            | "INVALID_CUSTOMER_KEY"
            | "INVALID_IDEMPOTENCY_KEY"
            | "UNAPPROVED_ORDER_ID" => Meaning::BadParameter,
            "ALREADY_PROCESSED_PAYMENT" | "DUPLICATED_ORDER_ID" => Meaning::AlreadyProcessed,
            "ALREADY_CANCELED_PAYMENT" | "ALREADY_REFUND_PAYMENT" | "ALREADY_REFUNDING_PAYMENT" => {
                Meaning::AlreadyCancelled
            }
            "IDEMPOTENT_REQUEST_PROCESSING" | "FORBIDDEN_CONSECUTIVE_REQUEST" => Meaning::InProgress,
            "NOT_FOUND_PAYMENT_SESSION" => Meaning::NoSession,
            "NOT_FOUND_PAYMENT" | "NOT_FOUND" => Meaning::NoSuchPayment,
            "PROVIDER_ERROR"
            | "CARD_PROCESSING_ERROR"
            | "COMMON_ERROR"
            | "UNKNOWN_PAYMENT_ERROR"
            | "FAILED_DB_PROCESSING"
            | "FAILED_INTERNAL_SYSTEM_PROCESSING"
            | "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING"
            | "FAILED_METHOD_HANDLING_CANCEL"
            | "FAILED_PARTIAL_REFUND"
            | "FAILED_REFUND_PROCESS" => Meaning::Internal,
            "MAINTAINED_METHOD" | "NOT_AVAILABLE_BANK" | "NOT_AVAILABLE_PAYMENT" | "TOO_MANY_REQUESTS" => {
                Meaning::Unavailable
            }
            "REJECT_ACCOUNT_PAYMENT"
            | "REJECT_CARD_COMPANY"
            | "REJECT_CARD_PAYMENT"
            | "REJECT_TOSSPAY_INVALID_ACCOUNT"
            | "RESTRICTED_TRANSFER_ACCOUNT"
            | "FDS_ERROR"
            | "INVALID_ACCOUNT_INFO_RE_REGISTER"
            | "INVALID_CARD"
            | "INVALID_CARD_COMPANY"
            | "INVALID_CARD_EXPIRATION"
            | "INVALID_CARD_IDENTITY"
            | "INVALID_CARD_INSTALLMENT_PLAN"
            | "INVALID_CARD_LOST_OR_STOLEN"
            | "INVALID_CARD_NUMBER"
            | "INVALID_CARD_PASSWORD"
            | "INVALID_PASSWORD"
            | "INVALID_REJECT_CARD"
            | "INVALID_STOPPED_CARD"
            | "NOT_ALLOWED_POINT_USE"
            | "NOT_REGISTERED_CARD_COMPANY"
            | "NOT_SUPPORTED_CARD_TYPE"
            | "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT"
            | "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN"
            | "EXCEED_MAX_AUTH_COUNT"
            | "EXCEED_MAX_CARD_INSTALLMENT_PLAN"
            | "EXCEED_MAX_DAILY_PAYMENT_COUNT"
            | "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT"
            | "EXCEED_MAX_ONE_DAY_AMOUNT"
            | "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT"
            | "EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT"
            | "EXCEED_MAX_PAYMENT_AMOUNT" => Meaning::Rejected,
            "BELOW_MINIMUM_AMOUNT" | "BELOW_ZERO_AMOUNT" | "EXCEED_MAX_AMOUNT" => {
                Meaning::AmountOutsideLimits
            }
            "NOT_CANCELABLE_PAYMENT"
            | "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER"
            | "NOT_ALLOWED_PARTIAL_REFUND"
            | "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"
            | "NOT_SUPPORTED_REFUND"
            | "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT"
            | "EXCEED_CANCEL_LIMIT"
            | "EXCEED_MAX_REFUND_DUE"
            | "FORBIDDEN_BANK_REFUND_REQUEST"
            | "REFUND_REJECTED" => Meaning::NotCancellable,
            "NOT_CANCELABLE_AMOUNT" | "EXCEED_MAX_REFUND_AMOUNT" | "INVALID_REFUND_AMOUNT" => {
                Meaning::RefundTooLarge
            }
            "NOT_MATCHES_REFUNDABLE_AMOUNT" => Meaning::BalanceDiffers,
            "INVALID_BANK" | "INVALID_REFUND_ACCOUNT_INFO" | "INVALID_REFUND_ACCOUNT_NUMBER" => {
                Meaning::BadRefundAccount
            }
            "NOT_MATCHES_CUSTOMER_KEY" => Meaning::WrongCustomer,
            "INVALID_BILL_KEY_REQUEST" | "NOT_FOUND_BILLING_KEY" => Meaning::NoSuchBillingKey,
            "PAY_PROCESS_CANCELED" | "USER_CANCEL" => Meaning::PayerCancelled,
            "PAY_PROCESS_ABORTED" => Meaning::WindowAborted,
            "EXPIRED_PAYMENT" => Meaning::Expired,
            _ => Meaning::Unrecognised,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
