//! `cafe audit`: whether all members, ledger lines and orders add up.

use std::fmt::Write as _;

use cafe_core::cafe::audit::Discrepancy;
use cafe_core::payment::BoxError;
use serde_json::{Map, Value, json};
use store::{Audited, Auditor, Progress};

use crate::progress::Line;
use crate::told::{FOUND, NOT_DONE, Told, as_text as json_text};

/// Audits all tables.
///
/// # Errors
/// Where a table cannot be read to its end.
pub(crate) async fn audit(auditor: &Auditor, json: bool) -> Result<Told, BoxError> {
    let mut line = Line::new();
    let audited = auditor.audit(|progress| line.show(&tell_progress(progress))).await;
    drop(line);
    let audited = audited?;
    let text = if json { json_text(&as_json(&audited)) } else { as_text(&audited) };
    let code = match (audited.discrepancies.is_empty(), audited.unsettled.is_empty()) {
        (false, _) => FOUND,
        (true, false) => NOT_DONE,
        (true, true) => 0,
    };
    Ok(Told { text, code })
}

fn tell_progress(progress: Progress) -> String {
    match progress {
        Progress::Read(table, items) => format!("{}: {items} items read", table.as_str()),
        Progress::LookedAt(some, all) => format!("{some} of {all} looked at again"),
    }
}

fn as_text(audited: &Audited) -> String {
    let Audited { members, lines, orders, discrepancies, unsettled } = audited;
    let found = match discrepancies.len() {
        0 if unsettled.is_empty() => "all adds up".to_owned(),
        0 => "not all could be told".to_owned(),
        1 => "1 thing does not add up".to_owned(),
        more => format!("{more} things do not add up"),
    };
    let mut text = format!("{members} members, {lines} ledger lines, {orders} orders: {found}\n");
    for wrong in discrepancies {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- {wrong}");
    }
    for suspect in unsettled {
        let _ = writeln!(text, "- {suspect} changed whenever it was looked at; run the audit again");
    }
    text
}

fn as_json(audited: &Audited) -> Value {
    json!({
        "members": audited.members,
        "lines": audited.lines,
        "orders": audited.orders,
        "discrepancies": audited.discrepancies.iter().map(discrepancy).collect::<Vec<_>>(),
        "unsettled": audited.unsettled.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Its name, its sentence, and the ids to find it by.
fn discrepancy(wrong: &Discrepancy) -> Value {
    let ids = wrong.ids().into_iter().map(|(name, id)| (name.to_owned(), id.into()));
    let told = [("what", wrong.name().into()), ("sentence", wrong.to_string().into())];
    let told = told.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value));
    Value::Object(told.chain(ids).collect::<Map<_, _>>())
}
