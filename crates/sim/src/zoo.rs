//! A zoo of broken cafes: each bug is one that somebody could have written, and that a history must catch.
//!
//! No production code knows of it. A bug changes what goes over the wire between the store and
//! `DynamoDB`, or what the gateway seems to say: as if the code on this side of it were wrong.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::audit::TABLES;
use crate::dynamodb::Database;

macro_rules! zoo {
    ($($bug:ident,)*) => {
        /// One bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is named for what it does wrong")]
        pub enum Bug {
            $($bug,)*
        }

        impl Bug {
            /// Every bug.
            pub const ALL: &[Bug] = &[$(Bug::$bug,)*];
        }
    };
}

zoo! {
    // What is written without looking.
    OpensWhateverTheStage,
    HoldsMoreThanThereIs,
    BeginsWhateverTheStage,
    ClosesWhateverTheStage,
    JoinsTwice,
    WritesALedgerLineTwice,
    SettlesOnEveryRepeat,
    SettlesWhateverTheStage,
    // What is written in part.
    OpensWithoutHoldingPoints,
    OpensWithoutALedgerLine,
    SettlesWithoutMovingPoints,
    SettlesWithoutALedgerLine,
    ClosesWithoutReleasingPoints,
    ClosesWithoutALedgerLine,
    JoinsWithoutALedgerLine,
    RefundsWithoutMovingPoints,
    TearsTransactionsApart,
    ForgetsTheTransactionsToken,
    // What is written wrongly.
    EarnsTwice,
    EarnsWhenOpened,
    OpensWithoutEndingTheQuote,
    HoldsHalf,
    ReleasesTwice,
    LeavesSpentPointsHeld,
    OpensUnwatched,
    BeginsUnwatched,
    WatchesThePaid,
    WatchesTheClosed,
    LooksTooLate,
    PutsOffForEver,
    ForgetsWhatWasCollected,
    ForgetsARefund,
    KeepsTheRefundRunning,
    ForgetsALateCapture,
    SaysReturnedTooEarly,
    // What is done with members.
    HoldsForWhoeverSpentBefore,
    TriesACodeForEver,
    MovesWithoutUsingTheCodeUp,
    MovesWithoutUnbinding,
    MovesWithoutBinding,
    RenumbersToAnothersNumber,
    RenumbersWithoutAHolder,
    KeepsTheNumberBefore,
    ForgetsWithoutALedgerLine,
    ForgetsWhateverIsHeld,
    ForgetsWithoutUnbinding,
    GivesAPresentAgain,
    // What is believed of the gateway.
    TakesNoAnswerForYes,
    TakesNotSentForYes,
    TakesAnErrorForYes,
    TakesAnotherSum,
    TakesAFailedLookUpForFailed,
    TakesAFailedLookUpForPaid,
    TakesPaidForFailed,
    TakesPaidForPending,
    TakesPendingForPaid,
    TakesARefusedRefundForDone,
    TakesNoAnswerToARefundForDone,
    TakesNotSentToARefundForDone,
    RefundsWithoutAskingTheGateway,
    RefundsTwiceAtTheGateway,
    ApprovesAgainBlindly,
    TakesNotFoundForFailed,
    TakesAnySumForTheOneDue,
    TakesAnothersPaymentForOurs,
    TakesCollectedForReturned,
    // What is believed of one gateway, and is true of another.
    TakesAWindowForClosed,
    ForgetsAWindowTooSoon,
    WritesDownAnotherGateway,
}

impl Bug {
    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

/// Which of the store's steps a request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Join,
    Open,
    Begin,
    GiveUp,
    Settle,
    Close,
    FollowUp,
    LookAgain,
    SettleRefund,
    TryCode,
    Rebind,
    Renumber,
    Forget,
    Succeed,
    Other,
}

/// The requests that a broken store would have made in place of this one.
pub(crate) fn spoil(bug: Bug, operation: &str, body: &Bytes, database: &Database) -> Vec<(String, Bytes)> {
    let as_it_is = || vec![(operation.to_owned(), body.clone())];
    let Ok(mut request) = serde_json::from_slice::<Value>(body) else { return as_it_is() };
    let step = step(operation, &request);
    if bug == Bug::TearsTransactionsApart && operation == "TransactWriteItems" {
        return torn(&request);
    }
    if bug == Bug::EarnsWhenOpened && step == Step::Open {
        return early(order_part(&mut request), database).into_iter().chain(as_it_is()).collect();
    }
    if !spoil_step(bug, step, &mut request) {
        return as_it_is();
    }
    // What was a transaction of one part is still one.
    vec![(operation.to_owned(), Bytes::from(request.to_string()))]
}

/// Changes the request as the bug would, if it is about this step.
fn spoil_step(bug: Bug, step: Step, request: &mut Value) -> bool {
    match (bug, step) {
        (Bug::OpensWhateverTheStage, Step::Open)
        | (Bug::BeginsWhateverTheStage, Step::Begin)
        | (Bug::ClosesWhateverTheStage, Step::Close)
        | (Bug::SettlesWhateverTheStage, Step::Settle) => unconditional(order_part(request)),
        (Bug::HoldsMoreThanThereIs, Step::Open) => points_part(request).is_some_and(unconditional),
        (Bug::JoinsTwice, Step::Join) => {
            for put in puts(request) {
                unconditional(put);
            }
            true
        }
        (Bug::WritesALedgerLineTwice, Step::Settle | Step::Close | Step::Open) => {
            let mut spoilt = unconditional(order_part(request));
            for put in puts(request) {
                spoilt |= unconditional(put);
            }
            spoilt
        }
        (Bug::OpensWithoutHoldingPoints, Step::Open)
        | (Bug::SettlesWithoutMovingPoints, Step::Settle)
        | (Bug::ClosesWithoutReleasingPoints, Step::Close)
        | (Bug::RefundsWithoutMovingPoints, Step::SettleRefund) => drop_part(request, moves_points),
        (Bug::OpensWithoutALedgerLine, Step::Open)
        | (Bug::SettlesWithoutALedgerLine, Step::Settle)
        | (Bug::ClosesWithoutALedgerLine, Step::Close)
        | (Bug::JoinsWithoutALedgerLine, Step::Join) => drop_part(request, is_ledger_line),
        (Bug::ForgetsTheTransactionsToken, Step::Open | Step::Settle | Step::Close | Step::SettleRefund) => {
            let conditions = unconditional(order_part(request));
            for put in puts(request) {
                unconditional(put);
            }
            request.as_object_mut().is_some_and(|request| request.remove("ClientRequestToken").is_some())
                && conditions
        }
        (Bug::SettlesOnEveryRepeat, Step::Settle) => {
            let conditions = unconditional(order_part(request));
            let now = order_part(request)["ExpressionAttributeValues"][":paid_at"]["S"].clone();
            for put in puts(request) {
                let key = put["Item"]["entry"]["S"].as_str().unwrap_or_default();
                let key = format!("{key}#{}", now.as_str().unwrap_or_default());
                put["Item"]["entry"]["S"] = json!(key);
            }
            conditions
        }
        (Bug::OpensWithoutEndingTheQuote, Step::Open) => leave(order_part(request), " REMOVE #expires_at"),
        (Bug::EarnsTwice, Step::Settle) => {
            points_part(request).is_some_and(|part| scale(part, ":balance", 2, 1))
        }
        (Bug::HoldsHalf, Step::Open) => points_part(request).is_some_and(|part| scale(part, ":held", 1, 2)),
        (Bug::ReleasesTwice, Step::Close) => {
            points_part(request).is_some_and(|part| scale(part, ":balance", 2, 1))
        }
        (Bug::LeavesSpentPointsHeld, Step::Settle) => {
            points_part(request).is_some_and(|part| scale(part, ":held", 0, 1))
        }
        (Bug::OpensUnwatched, Step::Open) => unset(order_part(request), "#watch = :watch, "),
        (Bug::BeginsUnwatched, Step::Begin) => take_away(order_part(request), "#watch"),
        (Bug::WatchesThePaid, Step::Settle) | (Bug::WatchesTheClosed, Step::Close) => {
            leave(order_part(request), "#watch, #look_at, ")
        }
        // As if nothing could come of it any more.
        (Bug::ForgetsALateCapture, Step::Close) if says(order_part(request), ":late", "possible") => {
            let forgotten = leave(order_part(request), "#late = :late, ");
            leave(order_part(request), "#watch = :watch, ") && forgotten
        }
        (Bug::SaysReturnedTooEarly, Step::FollowUp) if says(order_part(request), ":late", "returning") => {
            set_value(order_part(request), ":late", &json!({"S": "returned"}))
        }
        (Bug::LooksTooLate, Step::Open) | (Bug::PutsOffForEver, Step::LookAgain) => {
            scale(order_part(request), ":look_at", 2, 1)
        }
        (Bug::ForgetsWhatWasCollected, Step::Settle) => {
            set_value(order_part(request), ":collected", &json!({"N": "1"}))
        }
        (Bug::ForgetsARefund, Step::SettleRefund) => {
            set_value(order_part(request), ":refunds", &json!({"L": []}))
        }
        (Bug::KeepsTheRefundRunning, Step::SettleRefund) => leave(order_part(request), "#refunding, "),
        _ => spoil_members(bug, step, request),
    }
}

/// The same of the steps by which members move and leave.
fn spoil_members(bug: Bug, step: Step, request: &mut Value) -> bool {
    match (bug, step) {
        (Bug::HoldsForWhoeverSpentBefore, Step::Open) => points_part(request)
            .is_some_and(|part| allow(part, " AND (attribute_not_exists(#payer) OR #payer = :payer)")),
        (Bug::TriesACodeForEver, Step::TryCode) => allow(request, "#code_tries > :none AND "),
        (Bug::MovesWithoutUsingTheCodeUp, Step::Rebind) => {
            leave(order_part(request), ", #code, #code_until_ms, #code_tries")
        }
        (Bug::MovesWithoutUnbinding, Step::Rebind) | (Bug::ForgetsWithoutUnbinding, Step::Forget) => {
            drop_part(request, |part| part.get("Delete").is_some())
        }
        (Bug::MovesWithoutBinding, Step::Rebind) => drop_part(request, |part| part.get("Put").is_some()),
        (Bug::RenumbersToAnothersNumber, Step::Renumber) => parts(request)
            .iter_mut()
            .filter(|part| is_holder(part))
            .any(|part| unconditional(&mut part["Update"])),
        (Bug::RenumbersWithoutAHolder, Step::Renumber) => drop_part(request, is_holder),
        (Bug::KeepsTheNumberBefore, Step::Renumber) => drop_part(request, |part| {
            part["Update"]["UpdateExpression"]
                .as_str()
                .is_some_and(|update| update.contains("REMOVE #holder"))
        }),
        (Bug::ForgetsWithoutALedgerLine, Step::Forget) => drop_part(request, is_ledger_line),
        (Bug::ForgetsWhateverIsHeld, Step::Forget) => {
            allow(order_part(request), " AND #balance = :balance_before AND #held = :none")
        }
        (Bug::GivesAPresentAgain, Step::Succeed) => {
            let given = json!({"N": "100"});
            for put in puts(request) {
                if let Some(points) =
                    ["balance", "points"].into_iter().find(|name| put["Item"].get(*name).is_some())
                {
                    put["Item"][points] = given.clone();
                }
            }
            true
        }
        _ => false,
    }
}

fn step(operation: &str, request: &Value) -> Step {
    if operation == "TransactWriteItems" && request["TransactItems"][0].get("Put").is_some() {
        return Step::Join;
    }
    let part = match operation {
        "TransactWriteItems" => &request["TransactItems"][0]["Update"],
        "UpdateItem" => request,
        _ => return Step::Other,
    };
    let update = part["UpdateExpression"].as_str().unwrap_or_default();
    if update.contains("#looks = ") {
        return Step::LookAgain;
    }
    if let Some(step) = of_members(operation, part, update) {
        return step;
    }
    match part["ExpressionAttributeValues"][":stage"]["S"].as_str() {
        Some("opened") if update.contains("#opened_at") => Step::Open,
        Some("opened") => Step::GiveUp,
        Some("approving") => Step::Begin,
        Some("paid") => Step::Settle,
        Some("closed") => Step::Close,
        _ if update.contains("#refunds = ") => Step::SettleRefund,
        _ if update.contains("#late = ") => Step::FollowUp,
        _ => Step::Other,
    }
}

/// The step by which a member moves or leaves, or somebody has a number that was another's.
fn of_members(operation: &str, part: &Value, update: &str) -> Option<Step> {
    if operation == "UpdateItem" {
        return update.contains("#code_tries + ").then_some(Step::TryCode);
    }
    if part["TableName"] != TABLES.members {
        return None;
    }
    if update.contains("#forgotten_at = ") {
        Some(Step::Forget)
    } else if update.contains("#holder = ") {
        Some(Step::Succeed)
    } else if update.contains("#payer = ") && part["ExpressionAttributeValues"].get(":mac").is_some() {
        Some(Step::Rebind)
    } else if update.contains("#phone = ") && !update.contains("#payer = ") {
        Some(Step::Renumber)
    } else {
        None
    }
}

/// Whether a part says whose a number is from now on.
fn is_holder(part: &Value) -> bool {
    part["Update"]["UpdateExpression"].as_str().is_some_and(|update| update.contains("#holder = "))
}

/// The part that is about the order or the member: the only one, or the first of a transaction.
fn order_part(request: &mut Value) -> &mut Value {
    if request.get("TransactItems").is_some() { &mut request["TransactItems"][0]["Update"] } else { request }
}

fn parts(request: &mut Value) -> &mut Vec<Value> {
    static NONE: Vec<Value> = Vec::new();
    if !request["TransactItems"].is_array() {
        request["TransactItems"] = json!(NONE);
    }
    request["TransactItems"].as_array_mut().unwrap_or_else(|| unreachable!("it was just made one"))
}

fn points_part(request: &mut Value) -> Option<&mut Value> {
    request
        .get_mut("TransactItems")?
        .as_array_mut()?
        .iter_mut()
        .find(|part| moves_points(part))
        .map(|part| &mut part["Update"])
}

fn moves_points(part: &Value) -> bool {
    part["Update"]["UpdateExpression"].as_str().is_some_and(|update| update.contains("#balance"))
}

fn is_ledger_line(part: &Value) -> bool {
    part["Put"]["Item"].get("entry").is_some()
}

fn puts(request: &mut Value) -> Vec<&mut Value> {
    let Some(parts) = request.get_mut("TransactItems").and_then(Value::as_array_mut) else {
        return Vec::new();
    };
    parts.iter_mut().filter_map(|part| part.get_mut("Put")).collect()
}

/// Takes the last part of that kind out of a transaction.
fn drop_part(request: &mut Value, which: impl Fn(&Value) -> bool) -> bool {
    if request.get("TransactItems").is_none() {
        return false;
    }
    let parts = parts(request);
    let Some(at) = parts.iter().rposition(which) else { return false };
    parts.remove(at);
    true
}

pub(crate) fn unconditional(part: &mut Value) -> bool {
    let Some(part) = part.as_object_mut() else { return false };
    let was = part.remove("ConditionExpression").is_some();
    prune(part);
    was
}

/// Takes a piece out of a condition.
fn allow(part: &mut Value, piece: &str) -> bool {
    shorten(part, "ConditionExpression", piece)
}

/// Whether an expression is given this text.
fn says(part: &Value, name: &str, text: &str) -> bool {
    part["ExpressionAttributeValues"][name]["S"] == text
}

/// Takes an assignment out of an update.
fn unset(part: &mut Value, assignment: &str) -> bool {
    leave(part, assignment)
}

/// Takes a piece out of an update.
pub(crate) fn leave(part: &mut Value, piece: &str) -> bool {
    shorten(part, "UpdateExpression", piece)
}

fn shorten(part: &mut Value, expression: &str, piece: &str) -> bool {
    let Some(part) = part.as_object_mut() else { return false };
    let Some(whole) = part.get(expression).and_then(Value::as_str) else { return false };
    let shorter = whole.replace(piece, "");
    let changed = shorter != whole;
    part.insert(expression.to_owned(), json!(shorter));
    prune(part);
    changed
}

/// Has an update take an attribute away as well.
fn take_away(part: &mut Value, name: &str) -> bool {
    let Some(part) = part.as_object_mut() else { return false };
    let Some(update) = part.get("UpdateExpression").and_then(Value::as_str) else { return false };
    let longer = format!("{update} REMOVE {name}");
    part.insert("UpdateExpression".to_owned(), json!(longer));
    part["ExpressionAttributeNames"][name] = json!(name.trim_start_matches('#'));
    true
}

pub(crate) fn set_value(part: &mut Value, name: &str, value: &Value) -> bool {
    let Some(known) = part["ExpressionAttributeValues"].get_mut(name) else { return false };
    known.clone_from(value);
    true
}

/// Multiplies a number that an expression is given.
fn scale(part: &mut Value, name: &str, by: i64, divided_by: i64) -> bool {
    let number =
        part["ExpressionAttributeValues"][name]["N"].as_str().and_then(|number| number.parse::<i64>().ok());
    let Some(number) = number.filter(|number| *number != 0) else { return false };
    set_value(part, name, &json!({"N": (number * by / divided_by).to_string()}))
}

/// Takes away the names and values of a part that its expressions do not use any more.
pub(crate) fn prune_part(part: &mut Value) {
    if let Some(part) = part.as_object_mut() {
        prune(part);
    }
}

/// Takes away the names and values that no expression uses any more: `DynamoDB` refuses them.
fn prune(part: &mut Map<String, Value>) {
    let text = ["UpdateExpression", "ConditionExpression"]
        .iter()
        .filter_map(|name| part.get(*name).and_then(Value::as_str))
        .collect::<Vec<_>>()
        .join(" ");
    let words: Vec<&str> =
        text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_#:".contains(letter))).collect();
    for map in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(known) = part.get_mut(map).and_then(Value::as_object_mut) else { continue };
        known.retain(|name, _| words.contains(&name.as_str()));
        if known.is_empty() {
            part.remove(map);
        }
    }
}

/// The parts of a transaction, each on its own: one may fail and the others be done.
pub(crate) fn torn(request: &Value) -> Vec<(String, Bytes)> {
    let parts = request["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let single = |part: &Value| {
        let single = [("Update", "UpdateItem"), ("Put", "PutItem"), ("Delete", "DeleteItem")];
        let mut single =
            single.into_iter().filter_map(|(name, operation)| Some((operation, part.get(name)?)));
        let (operation, request) = single.next().unwrap_or(("PutItem", &Value::Null));
        (operation.to_owned(), Bytes::from(request.to_string()))
    };
    // The answer is the first one's, so that comes last.
    parts.iter().rev().map(single).collect()
}

/// What an order earns, earned when it is opened: the member's points and the ledger's line.
fn early(open: &Value, database: &Database) -> Vec<(String, Bytes)> {
    let Some(id) = open["Key"]["id"]["S"].as_str() else { return Vec::new() };
    let order = database.item(&TABLES.orders, id);
    let Some((member, earn)) = order.and_then(|order| Some((order.text("member")?, order.number("earn")?)))
    else {
        return Vec::new();
    };
    let earn = json!({"N": earn.to_string()});
    let add = json!({
        "TableName": TABLES.members,
        "Key": {"id": {"S": member}},
        "UpdateExpression": "SET #balance = #balance + :earn",
        "ExpressionAttributeNames": {"#balance": "balance"},
        "ExpressionAttributeValues": {":earn": earn},
    });
    let line = json!({
        "TableName": TABLES.ledger,
        "Item": {
            "member": {"S": member},
            "entry": {"S": format!("{id}#early")},
            "kind": {"S": "earn"},
            "points": earn,
            "order": {"S": id},
        },
    });
    [("UpdateItem", add), ("PutItem", line)]
        .map(|(operation, body)| (operation.to_owned(), Bytes::from(body.to_string())))
        .into()
}
