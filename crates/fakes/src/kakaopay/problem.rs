//! Why a request is refused, before a dialect puts it into words.

use serde::{Deserialize, Serialize};

pub(crate) const NOT_AUTHENTICATED: i32 = -701;
pub(crate) const ALREADY_APPROVED: i32 = -702;
pub(crate) const OTHER_ORDER: i32 = -706;
pub(crate) const OTHER_USER: i32 = -707;
pub(crate) const WRONG_TOKEN: i32 = -708;
pub(crate) const MORE_THAN_LEFT: i32 = -710;
pub(crate) const MORE_THAN_PAID: i32 = -711;
pub(crate) const NO_SUCH_TID: i32 = -721;
pub(crate) const WRONG_AMOUNT: i32 = -722;
pub(crate) const EXPIRED: i32 = -723;
pub(crate) const WRONG_TOTAL: i32 = -725;
pub(crate) const NO_SUCH_CID: i32 = -731;
pub(crate) const NO_SUCH_SID: i32 = -750;
pub(crate) const SID_INACTIVE: i32 = -751;
pub(crate) const OTHER_SUBSCRIBER: i32 = -753;
pub(crate) const APPROVE_FAILED: i32 = -780;
pub(crate) const CANCEL_FAILED: i32 = -781;
pub(crate) const CHARGE_FAILED: i32 = -782;
pub(crate) const CANNOT_APPROVE_NOW: i32 = -783;
pub(crate) const CANNOT_CANCEL_NOW: i32 = -784;
pub(crate) const DUPLICATE_REQUEST: i32 = -785;
pub(crate) const OVER_LIMIT: i32 = -797;
pub(crate) const FOREIGN_DOMAIN: i32 = -799;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// No `Authorization` header.
    NoAuthorization,
    /// A key, or a way of sending one, that is not known here.
    WrongKey,
    /// A body of another content type than the dialect's.
    WrongContentType,
    /// A field is missing, too long, or not what it should be; the text says which.
    BadParameter(String),
    /// Nothing answers under that path.
    NoSuchApi,
    /// Something answers there, but not to that method.
    WrongMethod,
    /// Closed for maintenance.
    Maintenance,
    /// One of the payment's own refusals, −7xx.
    Refused { code: i32, extras: Option<Extras> },
}

/// What an error says about the method of payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// Such as `USER_LOCKED`.
    pub method_result_code: String,
    /// A sentence for the shop, not for the payer.
    pub method_result_message: String,
}

/// A refusal by its code alone.
pub(crate) fn refused(code: i32) -> Problem {
    Problem::Refused { code, extras: None }
}

/// What a payment's refusal means, in a sentence.
pub(crate) fn meaning(code: i32) -> &'static str {
    match code {
        NOT_AUTHENTICATED => "payer has not finished authenticating",
        ALREADY_APPROVED => "payment is already approved",
        -703 => "wrong point amount",
        -704 => "wrong source amount",
        -705 => "payment method is not supported",
        OTHER_ORDER => "partner_order_id differs from ready",
        OTHER_USER => "partner_user_id differs from ready",
        WRONG_TOKEN => "wrong pg_token",
        MORE_THAN_LEFT => "cancel_amount exceeds what can still be cancelled",
        MORE_THAN_PAID => "cancel_amount exceeds what was paid",
        NO_SUCH_TID => "no such tid",
        WRONG_AMOUNT => "amounts do not add up",
        EXPIRED => "payment has expired",
        -724 => "wrong single amount",
        WRONG_TOTAL => "total_amount differs from ready",
        -726 => "wrong order information",
        -730 => "wrong app information",
        NO_SUCH_CID => "wrong cid",
        -732 => "wrong gid",
        -733 => "wrong cid_secret",
        NO_SUCH_SID => "no such sid",
        SID_INACTIVE => "sid is inactive",
        -752 => "sid is over its monthly maximum",
        OTHER_SUBSCRIBER => "partner_user_id differs from the first payment",
        -761 => "phone number belongs to no KakaoTalk user",
        APPROVE_FAILED => "approval failed",
        CANCEL_FAILED => "cancellation failed",
        CHARGE_FAILED => "recurring charge failed",
        CANNOT_APPROVE_NOW => "payment cannot be approved in this state",
        CANNOT_CANCEL_NOW => "payment cannot be cancelled in this state",
        DUPLICATE_REQUEST => "the same request is already in progress",
        OVER_LIMIT => "amount exceeds the limit of one payment",
        -798 => "source address is not allowed",
        FOREIGN_DOMAIN => "return address is not on a registered domain",
        _ => "payment failed",
    }
}
