//! How a payment is paid.

use crate::words::words;

words! {
    /// How a payment was paid. Toss Payments answers in Korean unless it is asked for English.
    pub enum Method {
        /// By card.
        Card = "카드" | "CARD",
        /// Into a virtual account.
        VirtualAccount = "가상계좌" | "VIRTUAL_ACCOUNT",
        /// By one of the easy payments, as Toss Pay.
        EasyPay = "간편결제" | "EASY_PAY",
        /// On the telephone bill.
        MobilePhone = "휴대폰" | "MOBILE_PHONE",
        /// From a bank account.
        Transfer = "계좌이체" | "TRANSFER",
        /// By a gift certificate for culture.
        CultureGiftCertificate = "문화상품권" | "CULTURE_GIFT_CERTIFICATE",
        /// By a gift certificate for books.
        BookGiftCertificate = "도서문화상품권" | "BOOK_GIFT_CERTIFICATE",
        /// By a gift certificate for games.
        GameGiftCertificate = "게임문화상품권" | "GAME_GIFT_CERTIFICATE",
    }
}

words! {
    /// What a payment window is opened for.
    pub enum WindowMethod {
        /// Cards and easy payments, on one page.
        Card = "CARD",
        /// A bank account.
        Transfer = "TRANSFER",
        /// A virtual account.
        VirtualAccount = "VIRTUAL_ACCOUNT",
        /// The telephone bill.
        MobilePhone = "MOBILE_PHONE",
    }
}
