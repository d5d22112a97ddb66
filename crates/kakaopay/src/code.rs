//! The numbers that KakaoPay says no with, and what to do about each.

use std::fmt;

/// A code of either dialect. They share one space: no number means different things in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub i32);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a [`Code`] means for the caller. "Look it up" is [`Order`](crate::order::Order), and until that has
/// answered the payment is neither paid nor failed.
///
/// Of [`Ready`](crate::ready::Ready) every one of these means that nothing has happened, and the payer cannot
/// pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// −400, legacy −8: a header is missing or wrong. A bug here: alert.
    BadHeader,
    /// −401: the key is wrong, or was re-issued. Configuration: alert.
    BadKey,
    /// −403, legacy −3, −5, −6: the application may not use this API, or not yet. Configuration: alert.
    NotPermitted,
    /// −404: no such URL. Configuration or a bug: alert.
    NoSuchUrl,
    /// Legacy −2: a parameter is missing or wrong. A bug, or a merchant code that is not active yet: alert.
    BadParameter,
    /// Legacy −9: this API has ended. Move to [`Api::Open`](crate::Api::Open): alert.
    ApiEnded,
    /// −429, legacy −10: the day's quota is used up; it is given anew at midnight. Alert; try `ready` again
    /// later.
    QuotaExceeded,
    /// −500, legacy −1: KakaoPay failed. At approve or cancel **money may have moved**: look it up.
    Internal,
    /// −503, legacy −7, −9798: KakaoPay is being maintained. At approve or cancel look it up once it is back.
    Maintenance,
    /// −701: the payer has not finished. Nothing was collected; keep waiting until the payment expires.
    NotAuthenticated,
    /// −702: already approved, an ordinary thing when a page is loaded twice. Look it up, and treat as paid
    /// if it says so.
    AlreadyApproved,
    /// −703, −704: the points or the other source do not add up. Not collected: fail, and alert.
    SourceAmountMismatch,
    /// −705: the method is not supported. Not collected: fail.
    MethodNotSupported,
    /// −706, −707: order or user is not the one of `ready`. A bug, or somebody tries another's link: alert.
    PartnerMismatch,
    /// −708: the `pg_token` is not this payment's. Fail this attempt, but look it up: the right one may be in
    /// use.
    WrongToken,
    /// −710, −711: more is to be refunded than is left, or than was paid. Never ask again; look it up, for an
    /// earlier refund may have succeeded.
    RefundTooLarge,
    /// −721: no such payment. Do not ask again.
    NoSuchPayment,
    /// −722, −724, −725, −726: the amounts or the order are not the ones KakaoPay has. A bug: alert, and look
    /// it up.
    AmountMismatch,
    /// −723: too late. Close as expired.
    Expired,
    /// −730 to −733: application, merchant code, its group or its secret is wrong. Configuration: alert.
    BadMerchant,
    /// −750: no such subscription.
    NoSuchSubscription,
    /// −751: the subscription has been ended.
    SubscriptionEnded,
    /// −752: the subscription's monthly maximum is reached.
    SubscriptionLimit,
    /// −753: the subscription is another user's. A bug: alert.
    SubscriptionOfAnother,
    /// −761: the phone number is no KakaoTalk user's. Fail.
    NotKakaoTalkUser,
    /// −780: the approval failed, and the [`MethodResult`](crate::MethodResult) says why. One of its reasons
    /// is that the bank's result is **not known**: look it up before deciding.
    ApproveFailed,
    /// −781: the refund failed. Look it up before trying once more.
    CancelFailed,
    /// −782: the subscription's charge failed. Look it up before trying once more.
    ChargeFailed,
    /// −783, −784: the payment is in a state that allows no approval, or no refund. Look up which.
    WrongState,
    /// −785: the same request is already under way. Wait, then look it up.
    InProgress,
    /// −797: above what one payment may be. Fail, and tell the payer.
    AboveLimit,
    /// −798: this address may not call. Configuration: alert.
    AddressNotAllowed,
    /// −799: the return URLs' host is not a registered one. Configuration: alert.
    DomainMismatch,
    /// Not documented when this was written. At approve or cancel **money may have moved**: look it up, and
    /// alert.
    Unrecognised,
}

impl Code {
    /// What the code means for the caller.
    #[must_use]
    pub fn meaning(self) -> Meaning {
        match self.0 {
            -400 | -8 => Meaning::BadHeader,
            -401 => Meaning::BadKey,
            -403 | -3 | -5 | -6 => Meaning::NotPermitted,
            -404 => Meaning::NoSuchUrl,
            -2 => Meaning::BadParameter,
            -9 => Meaning::ApiEnded,
            -429 | -10 => Meaning::QuotaExceeded,
            -500 | -1 => Meaning::Internal,
            -503 | -7 | -9798 => Meaning::Maintenance,
            -701 => Meaning::NotAuthenticated,
            -702 => Meaning::AlreadyApproved,
            -703 | -704 => Meaning::SourceAmountMismatch,
            -705 => Meaning::MethodNotSupported,
            -706 | -707 => Meaning::PartnerMismatch,
            -708 => Meaning::WrongToken,
            -710 | -711 => Meaning::RefundTooLarge,
            -721 => Meaning::NoSuchPayment,
            -722 | -724 | -725 | -726 => Meaning::AmountMismatch,
            -723 => Meaning::Expired,
            -733..=-730 => Meaning::BadMerchant,
            -750 => Meaning::NoSuchSubscription,
            -751 => Meaning::SubscriptionEnded,
            -752 => Meaning::SubscriptionLimit,
            -753 => Meaning::SubscriptionOfAnother,
            -761 => Meaning::NotKakaoTalkUser,
            -780 => Meaning::ApproveFailed,
            -781 => Meaning::CancelFailed,
            -782 => Meaning::ChargeFailed,
            -783 | -784 => Meaning::WrongState,
            -785 => Meaning::InProgress,
            -797 => Meaning::AboveLimit,
            -798 => Meaning::AddressNotAllowed,
            -799 => Meaning::DomainMismatch,
            _ => Meaning::Unrecognised,
        }
    }
}
