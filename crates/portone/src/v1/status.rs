//! How far a payment has come, and how it is paid.

use super::Payment;
use crate::words::words;

words! {
    /// A payment's status in V1's words. There is none for a part refund, so [`Payment::progress`] also looks at the
    /// sums.
    pub enum Status {
        /// Nothing is collected yet; of a virtual account, it waits for the deposit.
        Ready = "ready",
        /// Collected.
        Paid = "paid",
        /// Given back, all of it or (as the payments SDK's fake server has it) a part.
        Cancelled = "cancelled",
        /// It failed. `PayPal` may turn it into `paid` later (PortOne's guide).
        Failed = "failed",
    }
}

words! {
    /// How a payment is paid.
    pub enum Method {
        /// By card.
        Card = "card",
        /// By bank transfer.
        Transfer = "trans",
        /// By deposit to a virtual account.
        Vbank = "vbank",
        /// On the telephone bill.
        Phone = "phone",
        /// 삼성페이
        Samsung = "samsung",
        /// 케이페이
        Kpay = "kpay",
        /// 카카오페이
        KakaoPay = "kakaopay",
        /// 페이코
        Payco = "payco",
        /// 엘페이
        Lpay = "lpay",
        /// SSG페이
        Ssgpay = "ssgpay",
        /// 토스페이
        Tosspay = "tosspay",
        /// 문화상품권
        Cultureland = "cultureland",
        /// 스마트문상
        Smartculture = "smartculture",
        /// 해피머니
        Happymoney = "happymoney",
        /// 도서문화상품권
        Booknlife = "booknlife",
        /// By points.
        Point = "point",
    }
}

/// What a payment's status and sums mean for the order behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Nothing is collected yet, and it still may be: wait until it expires.
    Pending,
    /// The money was collected.
    Paid,
    /// The money was collected, and a part of it given back.
    PartlyRefunded,
    /// The money was collected, and all of it given back.
    Refunded,
    /// Nothing was collected. Another attempt under the same `merchant_uid` may still succeed.
    Failed,
    /// An unknown status, or one that the sums contradict: wait as if it were pending, and alert. Never take it for a
    /// failure.
    Unrecognised,
}

impl Payment {
    /// What the status and the sums mean for the order behind the payment.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let returned = |part_or_all| match self.cancel_amount {
            0 => part_or_all,
            some if some < self.amount => Progress::PartlyRefunded,
            _ => Progress::Refunded,
        };
        match self.status {
            Status::Ready => Progress::Pending,
            Status::Paid => returned(Progress::Paid),
            // Cancelled, but nothing went back: nobody says what that is.
            Status::Cancelled => returned(Progress::Unrecognised),
            Status::Failed => Progress::Failed,
            Status::Other(_) => Progress::Unrecognised,
        }
    }
}
