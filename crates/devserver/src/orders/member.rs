//! A member's ledger, with running sums, and whether it adds up.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use cafe_core::cafe::{Effect, Entry, Member, MemberId, StoreError};

use super::timeline::Move;
use crate::korean::{second, short};
use crate::pages::{Desk, Frame, failed, missing, page};

/// How often a member is read while somebody is writing.
const LOOKS: usize = 3;

/// A line and what all lines up to it add up to.
struct Line {
    at: String,
    order: Option<String>,
    moved: Move,
    sum: Effect,
}

#[derive(Template)]
#[template(path = "orders/member.html")]
struct MemberPage<'a> {
    frame: Frame<'a>,
    phone: String,
    id: String,
    joined: String,
    balance: String,
    held: String,
    /// What the ledger adds up to, and whether that is what the member has.
    sum: Effect,
    adds_up: bool,
    /// Newest first.
    lines: Vec<Line>,
}

pub(crate) async fn show(State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    match read(&desk, &MemberId::new(id)).await {
        Ok(Some((member, entries))) => page(&of(&desk, &member, entries)),
        Ok(None) => missing(&desk),
        Err(error) => failed(&desk, &error),
    }
}

/// A member and their lines, from reads that belong together: lines are only ever added, so where there are
/// the same before and after, there were just these when the member was read.
async fn read(desk: &Desk, id: &MemberId) -> Result<Option<(Member, Vec<Entry>)>, StoreError> {
    let store = &desk.payments.store;
    let mut before = store.entries(id).await?;
    let mut looks = 0;
    loop {
        let Some(member) = store.member_by_id(id).await? else { return Ok(None) };
        let after = store.entries(id).await?;
        looks += 1;
        if after == before || looks == LOOKS {
            return Ok(Some((member, after)));
        }
        before = after;
    }
}

fn of<'a>(desk: &'a Desk, member: &Member, mut entries: Vec<Entry>) -> MemberPage<'a> {
    entries.sort_by_key(|entry| entry.at);
    let sum = Effect::of(&entries);
    let mut so_far = Effect::default();
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            let effect = entry.effect();
            so_far = Effect { balance: so_far.balance + effect.balance, held: so_far.held + effect.held };
            Line {
                at: short(entry.at),
                order: entry.order.map(|order| order.to_string()),
                moved: Move::of(entry),
                sum: so_far,
            }
        })
        .collect();
    lines.reverse();
    let adds_up = sum == Effect { balance: member.balance.get().into(), held: member.held.get().into() };
    MemberPage {
        frame: Frame::of(desk, format!("/_dev/members/{}", member.id)),
        phone: super::masked(desk, member),
        id: member.id.to_string(),
        joined: second(member.joined_at),
        balance: member.balance.to_string(),
        held: member.held.to_string(),
        sum,
        adds_up,
        lines,
    }
}
