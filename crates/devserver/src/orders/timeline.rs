//! The timeline of an order: everything that happened to it, oldest first, each with what it is known by.

use cafe_core::cafe::{
    Approving, Capture, CloseReason, Closed, Collected, Entry, EntryKind, Look, Order, Paid, QUOTE_FOR,
    Quote, Refund, RefundId, Refunding,
};
use jiff::Timestamp;
use store::Filed;

use super::words::{self, Tone};
use crate::korean::short;

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    pub(crate) what: String,
    pub(crate) tone: Tone,
    /// What it is known by.
    pub(crate) evidence: Vec<String>,
    /// The ledger lines that were written with it.
    pub(crate) moves: Vec<Move>,
}

/// A ledger line.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) kind: &'static str,
    /// What it does to the balance and to what is held, as `−100P`; nothing where it does nothing.
    pub(crate) balance: Option<String>,
    pub(crate) held: Option<String>,
    /// Its key, by which it stands there once.
    pub(crate) key: String,
}

impl Event {
    fn new(at: Timestamp, tone: Tone, what: impl Into<String>) -> Event {
        Event { at, what: what.into(), tone, evidence: Vec::new(), moves: Vec::new() }
    }

    fn known_by(mut self, evidence: impl Into<String>) -> Event {
        self.evidence.push(evidence.into());
        self
    }

    pub(crate) fn time(&self) -> String {
        short(self.at)
    }
}

impl Move {
    pub(crate) fn of(entry: &Entry) -> Move {
        let effect = entry.effect();
        Move {
            kind: words::kind(entry.kind),
            balance: signed(effect.balance),
            held: signed(effect.held),
            key: entry.key(),
        }
    }
}

/// `+440P`, `−100P`; none for nothing.
pub(crate) fn signed(points: i64) -> Option<String> {
    match points {
        0 => None,
        1.. => Some(format!("+{points}P")),
        _ => Some(format!("−{}P", points.unsigned_abs())),
    }
}

/// Takes the ledger lines of some kinds, and of one refund or of none, out of those that are left.
struct Lines(Vec<Entry>);

impl Lines {
    fn take(&mut self, kinds: &[EntryKind], refund: Option<&RefundId>) -> Vec<Move> {
        let of_it = |entry: &mut Entry| kinds.contains(&entry.kind) && entry.refund.as_ref() == refund;
        self.0.extract_if(.., of_it).map(|entry| Move::of(&entry)).collect()
    }
}

/// All that happened to an order. `entries` are the lines of its member's ledger that name it.
pub(crate) fn timeline(filed: &Filed, entries: Vec<Entry>, now: Timestamp) -> Vec<Event> {
    let order = &filed.watched.order;
    let mut lines = Lines(entries);
    let mut events = vec![quoted(order.quote())];
    if let Some(at) = filed.opened_at {
        events.push(opened(at, order, &mut lines));
    }
    match order {
        Order::Quoted(_) | Order::Opened(_) => {}
        Order::Approving(approving) => events.push(approving_since(approving, now)),
        Order::Paid(paid) => of_paid(paid, &mut lines, &mut events),
        Order::Closed(closed) => events.push(of_closed(closed, &mut lines)),
    }
    events.extend(filed.watched.looks.0.iter().map(looked));
    // A line without an event of its own would be a surprise, so it is shown as one.
    events.extend(lines.0.iter().map(|entry| {
        let event = Event::new(entry.at, Tone::Doubt, "이 단계의 주문에 없어야 할 원장 기록");
        Event { moves: vec![Move::of(entry)], ..event }
    }));
    events.sort_by_key(|event| event.at);
    events
}

fn quoted(quote: &Quote) -> Event {
    let Quote { item, quantity, total, spend, due, .. } = quote;
    let until = quote.quoted_at.checked_add(QUOTE_FOR).unwrap_or(Timestamp::MAX);
    let event = Event::new(quote.quoted_at, Tone::Going, "주문")
        .known_by(format!("메뉴 가격으로 {item} {quantity}개 {total}"))
        .known_by(format!("링크는 {}까지", short(until)));
    if spend.is_zero() {
        event
    } else {
        event.known_by(format!("포인트 {spend} 사용, 결제할 금액 {due}"))
    }
}

fn opened(at: Timestamp, order: &Order, lines: &mut Lines) -> Event {
    let event = Event::new(at, Tone::Going, "결제 창을 엶");
    let event = if order.quote().due.is_zero() {
        event.known_by("포인트로 모두 내므로 카카오페이에 묻지 않음")
    } else {
        event.known_by("카카오페이 ready의 답: 15분 동안 결제할 수 있음")
    };
    Event { moves: lines.take(&[EntryKind::Hold], None), ..event }
}

fn approving_since(approving: &Approving, now: Timestamp) -> Event {
    let until = approving.attempt.until;
    let event = if until > now {
        Event::new(until, Tone::Going, "승인 요청의 답을 기다림").known_by("이때까지 답이 없으면 조회합니다.")
    } else {
        Event::new(until, Tone::Doubt, "승인 요청이 믿을 수 있는 답 없이 끝남")
    };
    match approving.proof {
        Some(_) => event.known_by("고객은 카카오페이에서 동의했습니다 (pg_token 보관 중)."),
        None => event,
    }
}

fn looked(look: &Look) -> Event {
    let tone = if words::is_an_end(&look.saw) { Tone::Good } else { Tone::Doubt };
    let event = Event::new(look.first, tone, format!("조회: {}", words::saw(&look.saw)));
    let event = event.known_by("카카오페이 order의 답");
    match look.times {
        1 => event,
        times => event.known_by(format!("같은 답 {times}번, 마지막은 {}", short(look.last))),
    }
}

fn of_paid(paid: &Paid, lines: &mut Lines, events: &mut Vec<Event>) {
    let event = Event::new(paid.paid_at, Tone::Good, "결제 완료");
    let event = match &paid.collected {
        Collected::Points => event.known_by("포인트로 모두 냄"),
        Collected::Gateway { approval, .. } => {
            let how = words::method(approval.method.as_ref());
            let event = event.known_by(format!("{how}, {} 승인", approval.amount));
            let event = match approval.at {
                Some(at) => event.known_by(format!("카카오페이 시각 {}", short(at))),
                None => event,
            };
            match &approval.number {
                Some(number) => event.known_by(format!("승인 번호 {number}")),
                None => event,
            }
        }
    };
    events.push(Event { moves: lines.take(&[EntryKind::Spend, EntryKind::Earn], None), ..event });
    events.extend(paid.refunds.iter().map(|refund| refunded(refund, lines)));
    events.extend(paid.refunding.iter().map(refunding));
}

fn refunded(refund: &Refund, lines: &mut Lines) -> Event {
    let event = Event::new(refund.refunded_at, Tone::Over, format!("환불 {}", refund.amount))
        .known_by(format!("이유: {}", refund.reason))
        .known_by(format!("요청 이름 {}", refund.id.as_str()));
    let event = if refund.forgiven.is_zero() {
        event
    } else {
        event.known_by(format!("이미 쓴 적립 포인트 {}는 카페가 부담", refund.forgiven))
    };
    Event { moves: lines.take(&[EntryKind::Return, EntryKind::Reverse], Some(&refund.id)), ..event }
}

fn refunding(running: &Refunding) -> Event {
    Event::new(running.asked_at, Tone::Doubt, format!("환불 {} 요청", running.amount))
        .known_by(format!("이유: {}", running.reason))
        .known_by(format!("요청 이름 {}", running.id.as_str()))
}

fn of_closed(closed: &Closed, lines: &mut Lines) -> Event {
    let event = Event::new(closed.closed_at, Tone::Over, format!("닫힘: {}", words::why(closed.reason)));
    let event = event.known_by(match closed.reason {
        CloseReason::Cancelled => "고객이 취소했고, 조회해 보니 결제되지 않음",
        CloseReason::Failed => "카카오페이가 결제에 실패했다고 답함",
        CloseReason::Expired => "시간 안에 결제되지 않음",
        CloseReason::Mismatched => "약속과 다른 금액이나 이름으로 승인됨",
    });
    let event = match closed.late.as_ref().map(|late| late.capture) {
        None => event,
        Some(Capture::Possible) => event.known_by("뒤늦게 승인될 수 있어 15일 동안 지켜봄"),
        Some(Capture::Returning) => event.known_by("승인된 결제를 돌려주는 중"),
        Some(Capture::Returned(sum)) => event.known_by(format!("승인되었던 {sum}을 돌려줌")),
    };
    Event { moves: lines.take(&[EntryKind::Release], None), ..event }
}
