//! Why a request is refused, before a dialect puts it into words.

use http::StatusCode;

/// Why a request is refused: an HTTP status, V2's word, and a sentence for the shop.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// Statuses of V2 are the schema's. V1's are those of the fake server that payments SDKs are tested with (404, 422), and
/// of a bad token the real one's (401): where it says anything else than 200 of a refused refund is nowhere documented.
pub(crate) fn problem(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Problem {
    Problem { status, kind, message: message.into() }
}

pub(crate) fn unauthorized() -> Problem {
    problem(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "no or a wrong authorization")
}

pub(crate) fn bad(name: &str, why: &str) -> Problem {
    problem(StatusCode::BAD_REQUEST, "INVALID_REQUEST", format!("{name} {why}"))
}

pub(crate) fn no_route() -> Problem {
    problem(StatusCode::NOT_FOUND, "INVALID_REQUEST", "no such route")
}

pub(crate) fn no_payment() -> Problem {
    problem(StatusCode::NOT_FOUND, "PAYMENT_NOT_FOUND", "존재하지 않는 결제정보입니다.")
}

pub(crate) fn already_paid() -> Problem {
    problem(StatusCode::CONFLICT, "ALREADY_PAID", "이미 결제가 이루어진 주문번호입니다.")
}

/// The gateway behind PortOne says no.
pub(crate) fn declined() -> Problem {
    problem(StatusCode::BAD_GATEWAY, "PG_PROVIDER", "한도 초과로 거절되었습니다.")
}

pub(crate) fn in_trouble() -> Problem {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "something went wrong")
}
