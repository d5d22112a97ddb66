//! A history that moved here from another server, as its service goes on with it.

use cafe_core::payment::{Document, Facts, History, PasswordHash, RecordId, Source, Vendor, VendorCode, Won};
use serde_json::json;
use store::{Moved, Moving};

use super::counter::{Counter, PASSWORD, accessor};

/// The counter's password, hashed by the library that the other server uses.
const BCRYPT: &str = "$2a$10$abcdefghijklmnopqrstuu1U5bScMvQUI5QLzji5BJDcOTDHxqKSC";

#[tokio::test]
async fn its_old_password_opens_it_and_it_is_refunded_and_followed_like_any_other() {
    let counter = Counter::open().await;
    let order = counter.order();
    let uid = counter.iamport_paid(&order, 4_400);
    let vendor = Vendor { code: VendorCode::Iamport, store: "shop".to_owned(), uid: uid.clone() };
    let created_at = "2026-03-02T01:00:00.118Z".parse().unwrap();
    let moved = History {
        id: RecordId::new([7; 16]),
        vendor,
        source: Source::new("shop".to_owned(), "orders".to_owned(), order.clone()).unwrap(),
        webhook_url: None,
        created_at,
        facts: Facts {
            currency: "KRW".to_owned(),
            price: Won::new(4_400),
            refund: Won::ZERO,
            paid_at: Some(created_at),
            cancels: Vec::new(),
        },
        data: Document(format!("{{\"imp_uid\":\"{uid}\", \"kept\":\"to the byte\"}}")),
        version: 1,
        cancelling: None,
        cancelled_as: Vec::new(),
    };
    let (moving, password) = (Moving::History(&moved), PasswordHash(BCRYPT.to_owned()));
    assert_eq!(counter.records.move_in(moving, &password).await.unwrap(), Moved::Now);

    let (status, history) = counter.read(&order).await;
    assert_eq!((status, &history["id"]), (200, &json!(moved.id.to_string())));
    assert_eq!(
        (&history["created_at"], &history["data"]["kept"]),
        (&json!("2026-03-02T01:00:00.118Z"), &json!("to the byte"))
    );
    let wrong = accessor(&order, "some-passwore");
    assert_eq!(counter.ask("PATCH /payments/histories/get", &wrong).await.0, 403);
    let same = counter.creation("iamport", &uid, &order, 4_400);
    assert_eq!(counter.ask("POST /payments/histories", &same).await.0, 409, "it cannot be taken on again");

    let (status, history) = counter.cancel(&order, 400).await;
    assert_eq!((status, &history["refund"], counter.holds(&uid)), (200, &json!(400), 4_000));
    assert_eq!(
        counter
            .nudge("iamport", &json!({ "imp_uid": uid, "merchant_uid": order, "status": "cancelled" }))
            .await,
        200
    );
    // Moving the same dump once more changes nothing of what has happened here.
    assert_eq!(counter.records.move_in(moving, &password).await.unwrap(), Moved::AndLivesOn);
    let by_id = format!("PATCH /payments/histories/{}", moved.id);
    assert_eq!(counter.ask(&by_id, &json!({ "password": PASSWORD })).await.1["refund"], json!(400));
}
