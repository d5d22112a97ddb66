//! Why a request is refused, and the status, code and words of each.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::merchant::Manner;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    NoKey,
    BadBasic,
    NoSuchApi,
    BadKeyLength,
    BadParameter(String),
    NoSuchPayment,
    NoSession,
    AlreadyProcessed,
    DuplicatedOrder,
    OtherOrderOrAmount,
    BelowMinimum,
    NotCancelable,
    MoreThanLeft,
    BalanceDiffers,
    AlreadyCanceled,
    NoRefundAccount,
    PartBeforeDeposit,
    NoSuchBillingKey,
    OtherCustomer,
    NoSuchReceipt,
    ReceiptExists,
    ReceiptTooLarge,
    /// Whatever a fault says.
    Refused {
        code: String,
        http_status: u16,
    },
}

/// What is answered: a status and a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) http_status: u16,
    pub(crate) body: serde_json::Value,
}

impl Problem {
    /// The refusal in that manner. The codes and, for the current manner, the statuses follow the list of error codes;
    /// where that is silent it is a guess.
    pub(crate) fn say(&self, manner: Manner) -> Told {
        let (current, reference, code, message): (u16, u16, &str, &str) = match self {
            Problem::NoKey => {
                (401, 403, "UNAUTHORIZED_KEY", "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.")
            }
            Problem::BadBasic => {
                (403, 403, "INCORRECT_BASIC_AUTH_FORMAT", "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요.")
            }
            Problem::NoSuchApi => (404, 404, "NOT_FOUND", "존재하지 않는 정보 입니다."),
            Problem::BadKeyLength => (400, 400, "INVALID_IDEMPOTENCY_KEY", "멱등키는 300자 이하여야 합니다."),
            Problem::BadParameter(why) => (400, 400, "INVALID_REQUEST", why),
            Problem::NoSuchPayment => (404, 404, "NOT_FOUND_PAYMENT", "존재하지 않는 결제 입니다."),
            Problem::NoSession => (
                404,
                422,
                "NOT_FOUND_PAYMENT_SESSION",
                "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.",
            ),
            Problem::AlreadyProcessed => (400, 422, "ALREADY_PROCESSED_PAYMENT", "이미 처리된 결제 입니다."),
            Problem::DuplicatedOrder => {
                (400, 422, "DUPLICATED_ORDER_ID", "이미 승인 및 취소가 진행된 중복된 주문번호 입니다.")
            }
            // Guess: the code of another order or amount than the window's.
            Problem::OtherOrderOrAmount => {
                (400, 422, "INVALID_REQUEST", "주문번호나 금액이 결제와 다릅니다.")
            }
            Problem::BelowMinimum => {
                (400, 400, "BELOW_MINIMUM_AMOUNT", "신용카드는 100원 이상부터 결제가 가능합니다.")
            }
            Problem::NotCancelable => (403, 422, "NOT_CANCELABLE_PAYMENT", "취소 할 수 없는 결제 입니다."),
            Problem::MoreThanLeft => (403, 422, "NOT_CANCELABLE_AMOUNT", "취소 할 수 없는 금액 입니다."),
            Problem::BalanceDiffers => {
                (400, 422, "NOT_MATCHES_REFUNDABLE_AMOUNT", "잔액 결과가 일치하지 않습니다.")
            }
            Problem::AlreadyCanceled => (400, 422, "ALREADY_CANCELED_PAYMENT", "이미 취소된 결제 입니다."),
            Problem::NoRefundAccount => (400, 422, "INVALID_REFUND_ACCOUNT_INFO", "환불 계좌가 필요합니다."),
            Problem::PartBeforeDeposit => (
                403,
                422,
                "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
                "입금 대기중인 결제는 부분 환불이 불가합니다.",
            ),
            Problem::NoSuchBillingKey => {
                (400, 404, "INVALID_BILL_KEY_REQUEST", "빌링키가 올바르지 않습니다.")
            }
            Problem::OtherCustomer => (
                400,
                403,
                "NOT_MATCHES_CUSTOMER_KEY",
                "빌링 인증 고객키와 결제 요청 고객키가 일치하지 않습니다.",
            ),
            Problem::NoSuchReceipt => (404, 404, "NOT_FOUND", "존재하지 않는 현금영수증입니다."),
            Problem::ReceiptExists => {
                (400, 422, "ALREADY_PROCESSED_PAYMENT", "이미 발급된 현금영수증입니다.")
            }
            Problem::ReceiptTooLarge => (400, 422, "INVALID_REQUEST", "결제 금액보다 큰 금액입니다."),
            Problem::Refused { code, http_status } => {
                (*http_status, *http_status, code, "요청이 거절되었습니다.")
            }
        };
        let http_status = match manner {
            Manner::Current => current,
            Manner::Reference => reference,
        };
        Told { http_status, body: serde_json::json!({ "code": code, "message": message }) }
    }
}

impl Told {
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
