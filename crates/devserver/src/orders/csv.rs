//! Orders as a table for Excel: UTF-8 that it recognises, and no cell that it would run.

use std::collections::HashMap;

use cafe_core::cafe::{Collected, MemberId, Order, Paid};
use jiff::Timestamp;
use store::Filed;

use super::words;
use crate::korean::second;

/// By this Excel knows UTF-8, and reads Hangul as Hangul.
const BYTE_ORDER_MARK: &str = "\u{feff}";

const HEADER: [&str; 19] = [
    "주문 번호",
    "주문 시각",
    "상태",
    "확인이 필요한 것",
    "상품",
    "수량",
    "주문 금액",
    "사용 포인트",
    "결제 금액",
    "적립 포인트",
    "환불 금액",
    "돌려준 포인트",
    "회수한 포인트",
    "회원",
    "결제 창을 연 시각",
    "결제 시각",
    "결제 수단",
    "승인 번호",
    "닫힌 시각",
];

/// The table. `phones` has the masked numbers of the members.
pub(crate) fn table<'a>(
    orders: impl IntoIterator<Item = &'a Filed>,
    phones: &HashMap<MemberId, String>,
    now: Timestamp,
) -> String {
    let mut table = BYTE_ORDER_MARK.to_owned();
    push(&mut table, HEADER.map(str::to_owned));
    for order in orders {
        push(&mut table, row(order, phones, now));
    }
    table
}

fn row(filed: &Filed, phones: &HashMap<MemberId, String>, now: Timestamp) -> [String; HEADER.len()] {
    let order = &filed.watched.order;
    let quote = order.quote();
    let (paid, closed_at) = match order {
        Order::Paid(paid) => (Some(paid), None),
        Order::Closed(closed) => (None, Some(closed.closed_at)),
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) => (None, None),
    };
    let approval = paid.and_then(|paid| match &paid.collected {
        Collected::Gateway { approval, .. } => Some(approval),
        Collected::Points => None,
    });
    let method = match (paid, approval) {
        (None, _) => "",
        (Some(_), None) => "포인트",
        (Some(_), Some(approval)) => words::method(approval.method.as_ref()),
    };
    let (returned, reversed) = paid.map(Paid::points_moved_by_refunds).unwrap_or_default();
    [
        quote.id.to_string(),
        second(quote.quoted_at),
        words::state(order, now).0.to_owned(),
        words::doubt(&filed.watched, now).unwrap_or_default(),
        quote.item.clone(),
        quote.quantity.to_string(),
        quote.total.get().to_string(),
        quote.spend.get().to_string(),
        quote.due.get().to_string(),
        quote.earn.get().to_string(),
        paid.map(|paid| paid.refunded().get()).unwrap_or_default().to_string(),
        returned.get().to_string(),
        reversed.get().to_string(),
        quote.member.as_ref().and_then(|member| phones.get(member)).cloned().unwrap_or_default(),
        filed.opened_at.map(second).unwrap_or_default(),
        paid.map(|paid| second(paid.paid_at)).unwrap_or_default(),
        method.to_owned(),
        approval.and_then(|approval| approval.number.clone()).unwrap_or_default(),
        closed_at.map(second).unwrap_or_default(),
    ]
}

fn push(table: &mut String, cells: [String; HEADER.len()]) {
    table.push_str(&cells.map(|text| cell(&text)).join(","));
    table.push_str("\r\n");
}

/// A quoted cell. What begins like a formula is made a text, as somebody else may have written it.
fn cell(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn nothing_in_a_cell_is_run_and_nothing_leaves_it() {
        for (text, quoted) in [
            ("아이스아메리카노", "\"아이스아메리카노\""),
            ("", "\"\""),
            ("4400", "\"4400\""),
            ("say \"hi\", twice\r\n", "\"say \"\"hi\"\", twice\r\n\""),
            ("=1+1", "\"'=1+1\""),
            ("+82", "\"'+82\""),
            ("-3", "\"'-3\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =1", "\"' =1\""),
            ("\t=1", "\"'\t=1\""),
        ] {
            assert_eq!(cell(text), quoted);
        }
    }
}
