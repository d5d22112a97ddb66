//! How an owner reads an order: its state in a word, what is in doubt in a sentence.

use cafe_core::cafe::{Capture, CloseReason, Closed, EntryKind, Order, Paid, Saw, Watch, Watched};
use cafe_core::payment::Method;
use jiff::Timestamp;

use crate::korean::short;

/// How a state looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Money was collected.
    Good,
    /// It goes on by itself.
    Going,
    /// Nobody knows.
    Doubt,
    /// It is over.
    Over,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Going => "going",
            Tone::Doubt => "doubt",
            Tone::Over => "over",
        }
    }
}

/// An order's state, in a word or two.
pub(crate) fn state(order: &Order, now: Timestamp) -> (&'static str, Tone) {
    match order {
        Order::Quoted(quoted) if quoted.expires_at() <= now => ("링크 만료", Tone::Over),
        Order::Quoted(_) => ("주문함", Tone::Going),
        Order::Opened(_) => ("결제 대기", Tone::Going),
        Order::Approving(approving) if approving.attempt.until > now => ("승인 중", Tone::Going),
        Order::Approving(_) => ("승인 확인 중", Tone::Doubt),
        Order::Paid(paid) => state_of_paid(paid),
        Order::Closed(closed) => (why(closed.reason), Tone::Over),
    }
}

fn state_of_paid(paid: &Paid) -> (&'static str, Tone) {
    if paid.refunding.is_some() {
        ("환불 확인 중", Tone::Doubt)
    } else if paid.refunds.is_empty() {
        ("결제됨", Tone::Good)
    } else if paid.refundable().is_zero() {
        ("환불됨", Tone::Over)
    } else {
        ("일부 환불", Tone::Good)
    }
}

/// Why an order was closed, in a word.
pub(crate) fn why(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Cancelled => "취소됨",
        CloseReason::Failed => "실패함",
        CloseReason::Expired => "만료됨",
        CloseReason::Mismatched => "다른 결제",
    }
}

/// What nobody knows yet about an order, if there is something.
pub(crate) fn doubt(watched: &Watched, now: Timestamp) -> Option<String> {
    if let Some(Watch::Review(since)) = watched.watch {
        let since = short(since);
        return Some(format!("15일 동안 알아내지 못했습니다. {since}부터 사람이 확인하기를 기다립니다."));
    }
    match &watched.order {
        Order::Approving(approving) if approving.attempt.until <= now => Some(
            "승인을 요청했지만 믿을 수 있는 답이 없었습니다. 결제됐을 수도 있으니 실패로 여기지 않습니다."
                .to_owned(),
        ),
        Order::Paid(paid) => paid
            .refunding
            .as_ref()
            .map(|running| format!("{} 환불을 요청했지만 끝났는지 아직 모릅니다.", running.amount)),
        Order::Closed(closed) => late(closed),
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) => None,
    }
}

fn late(closed: &Closed) -> Option<String> {
    match closed.late.as_ref()?.capture {
        Capture::Possible => {
            Some("주문은 닫혔지만 뒤늦게 승인될 수 있습니다. 승인되면 돌려줍니다.".to_owned())
        }
        Capture::Returning => Some("닫힌 주문의 결제가 승인되어 돌려주는 중입니다.".to_owned()),
        Capture::Returned(_) => None,
    }
}

/// What a look-up showed.
pub(crate) fn saw(saw: &Saw) -> String {
    match saw {
        Saw::NoAnswer(code) if code.is_empty() => "답이 없음".to_owned(),
        Saw::NoAnswer(code) => format!("답이 없음 ({code})"),
        Saw::Pending => "아직 승인 전".to_owned(),
        Saw::Collected(sum) => format!("{sum} 승인됨"),
        Saw::CollectedForAnother(sum) => format!("{sum}이 다른 주문의 이름으로 승인됨"),
        Saw::Returned(sum) => format!("승인된 {sum}이 모두 취소됨"),
        Saw::Failed => "결제 실패".to_owned(),
        Saw::Unrecognised(word) => format!("문서에 없는 상태 {word}"),
    }
}

/// Why points moved.
pub(crate) const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Bonus => "가입 선물",
        EntryKind::Carry => "옮겨 온 포인트",
        EntryKind::Hold => "잡아 둠",
        EntryKind::Release => "풀어 줌",
        EntryKind::Spend => "사용",
        EntryKind::Earn => "적립",
        EntryKind::Return => "돌려줌",
        EntryKind::Reverse => "적립 회수",
        EntryKind::Forfeit => "탈퇴로 소멸",
    }
}

/// How a payer paid.
pub(crate) fn method(method: Option<&Method>) -> &str {
    match method {
        Some(Method::Card) => "카카오페이 카드",
        Some(Method::Balance) => "카카오페이머니",
        Some(Method::Other(word)) => word,
        None => "카카오페이",
    }
}

/// What `reconcile` says became of the one order that it looked at.
pub(crate) fn outcome(name: &str) -> Option<&'static str> {
    Some(match name {
        "settled" => "조회해 보니 결제되어 있었습니다. 결제를 기록하고 포인트를 옮겼습니다.",
        "closed" => "조회해 보니 결제되지 않았습니다. 주문을 닫고 포인트를 풀었습니다.",
        "returned" => "뒤늦게 승인된 결제를 돌려주었습니다.",
        "refunded" => "환불을 마쳤습니다.",
        "pending" => "조회했지만 아직 알 수 없습니다. 예정된 때에 다시 조회합니다.",
        "in_review" => "조회했지만 알 수 없습니다. 사람이 확인해야 합니다.",
        "passed" => "조회할 것이 없습니다.",
        _ => return None,
    })
}

/// Whether what a look-up showed answers the question.
pub(crate) fn is_an_end(saw: &Saw) -> bool {
    match saw {
        Saw::Collected(_) | Saw::CollectedForAnother(_) | Saw::Returned(_) | Saw::Failed => true,
        Saw::NoAnswer(_) | Saw::Pending | Saw::Unrecognised(_) => false,
    }
}
