//! How the payer pays: the method, and the card where it is one.

use std::fmt;

use crate::answer::Fields;
use crate::words::words;

words! {
    /// How a payment is paid.
    pub enum PaymentMethod {
        /// By card.
        Card = "CARD",
        /// By KakaoPay money.
        Money = "MONEY",
    }
}

words! {
    /// A card company, as `available_cards` names it. Which ones may be named is a matter of the merchant's
    /// contract.
    pub enum CardIssuer {
        /// 신한
        Shinhan = "SHINHAN",
        /// KB국민
        Kb = "KB",
        /// 현대
        Hyundai = "HYUNDAI",
        /// 롯데
        Lotte = "LOTTE",
        /// 삼성
        Samsung = "SAMSUNG",
        /// NH농협
        Nh = "NH",
        /// BC
        Bc = "BC",
        /// 하나
        Hana = "HANA",
        /// 씨티
        Citi = "CITI",
        /// 카카오뱅크
        KakaoBank = "KAKAOBANK",
        /// 카카오페이
        KakaoPay = "KAKAOPAY",
        /// 우리
        Woori = "WOORI",
        /// 광주
        Gwangju = "GWANGJU",
        /// 수협
        Suhyup = "SUHYUP",
        /// 신협
        Shinhyup = "SHINHYUP",
        /// 전북
        Jeonbuk = "JEONBUK",
        /// 제주
        Jeju = "JEJU",
        /// SC제일
        Sc = "SC",
    }
}

/// The card of a payment; all of it is text, and any of it may be missing. Look at it, but do not store or
/// log it: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CardInfo {
    /// The company that settles with the merchant, as KakaoPay names it.
    pub kakaopay_purchase_corp: Option<String>,
    /// Its code.
    pub kakaopay_purchase_corp_code: Option<String>,
    /// The company that issued the card, as KakaoPay names it.
    pub kakaopay_issuer_corp: Option<String>,
    /// Its code.
    pub kakaopay_issuer_corp_code: Option<String>,
    /// Legacy: the company that settles with the merchant.
    pub purchase_corp: Option<String>,
    /// Legacy: its code.
    pub purchase_corp_code: Option<String>,
    /// Legacy: the company that issued the card.
    pub issuer_corp: Option<String>,
    /// Legacy: its code.
    pub issuer_corp_code: Option<String>,
    /// The card number's first digits.
    pub bin: Option<String>,
    /// Credit, debit and so on, in Korean.
    pub card_type: Option<String>,
    /// Months of the instalment in two digits; `00` is a lump sum.
    pub install_month: Option<String>,
    /// The card company's number of the approval.
    pub approved_id: Option<String>,
    /// The merchant's number at the card company.
    pub card_mid: Option<String>,
    /// `Y` where the instalment is free of interest, otherwise `N`.
    pub interest_free_install: Option<String>,
    /// Who bears the interest.
    pub installment_type: Option<String>,
    /// The card product's code.
    pub card_item_code: Option<String>,
}

impl CardInfo {
    pub(crate) fn read(it: &Fields<'_>) -> CardInfo {
        CardInfo {
            kakaopay_purchase_corp: it.maybe_text("kakaopay_purchase_corp"),
            kakaopay_purchase_corp_code: it.maybe_text("kakaopay_purchase_corp_code"),
            kakaopay_issuer_corp: it.maybe_text("kakaopay_issuer_corp"),
            kakaopay_issuer_corp_code: it.maybe_text("kakaopay_issuer_corp_code"),
            purchase_corp: it.maybe_text("purchase_corp"),
            purchase_corp_code: it.maybe_text("purchase_corp_code"),
            issuer_corp: it.maybe_text("issuer_corp"),
            issuer_corp_code: it.maybe_text("issuer_corp_code"),
            bin: it.maybe_text("bin"),
            card_type: it.maybe_text("card_type"),
            install_month: it.maybe_text("install_month"),
            approved_id: it.maybe_text("approved_id"),
            card_mid: it.maybe_text("card_mid"),
            interest_free_install: it.maybe_text("interest_free_install"),
            installment_type: it.maybe_text("installment_type"),
            card_item_code: it.maybe_text("card_item_code"),
        }
    }
}

impl fmt::Debug for CardInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardInfo").finish_non_exhaustive()
    }
}
