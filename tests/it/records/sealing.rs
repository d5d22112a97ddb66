//! What stands in the table for others to read, and what does not; reservations beside it.

use cafe_core::payment::flow::{ReserveError, ReserveRequest, cancel, create, reserve};
use cafe_core::payment::{Records, Standing};

use super::office::{Office, fits, refund};

on_every_dynamodb! {
    neither_cards_nor_sources_nor_addresses_nor_payment_keys_can_be_read_in_the_table
    a_reservation_is_kept_once_and_found_by_its_source
    a_stored_method_of_another_customer_is_refused
}

async fn neither_cards_nor_sources_nor_addresses_nor_payment_keys_can_be_read_in_the_table(office: &Office) {
    let request = office.request("pay-key-1", 500);
    office.bank.opens("pay-key-1", &request.source.id, 500, Standing::Collectable);
    let (source, turn) = (request.source.clone(), office.turn(0));
    let history = create(&office.records, &office.bank, request, fits, &turn).await.unwrap();
    cancel(&office.records, &office.bank, history, refund(100), &office.turn(1)).await.unwrap();

    let items = office.client.scan().table_name(&office.table).send().await.unwrap().items.unwrap();
    assert_eq!(items.len(), 4, "a record, two keys and a notice");
    let seen = format!("{items:?}");
    for secret in ["4330123412341234", "pay-key-1", "shop.example", "a cold cup", &source.id, "orders"] {
        assert!(!seen.contains(secret), "{secret}");
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(!seen.contains(bytes.trim_matches(['[', ']'])), "{secret}");
    }
}

fn stored(office: &Office, uid: &str) -> ReserveRequest {
    let request = office.request(uid, 0);
    ReserveRequest {
        vendor: request.vendor,
        source: request.source,
        title: "Mina's card".to_owned(),
        password: request.password,
    }
}

async fn a_reservation_is_kept_once_and_found_by_its_source(office: &Office) {
    let request = stored(office, "card-1");
    office.bank.opens("card-1", &request.source.id, 0, Standing::Paid);
    let reservation = reserve(&office.records, &office.bank, request.clone(), &office.turn(0)).await.unwrap();
    assert_eq!(reservation.data.0, r#"{"billingKey":"card-1"}"#);
    let records = &office.records;
    for found in [
        records.reservation(reservation.id).await.unwrap(),
        records.reservation_of(&request.source).await.unwrap(),
    ] {
        assert_eq!(found.unwrap().unlock(fits).unwrap(), reservation);
    }
    let again = reserve(records, &office.bank, request.clone(), &office.turn(1)).await.unwrap_err();
    assert!(matches!(again, ReserveError::Taken), "{again}");
    // A payment may belong to the same source: it is another kind of record.
    assert!(records.payment_of(&request.source).await.unwrap().is_none());
    assert!(records.payment(reservation.id).await.unwrap().is_none());
}

async fn a_stored_method_of_another_customer_is_refused(office: &Office) {
    let request = stored(office, "card-1");
    office.bank.opens("card-1", "somebody-else", 0, Standing::Paid);
    let refused = reserve(&office.records, &office.bank, request, &office.turn(0)).await.unwrap_err();
    assert!(matches!(refused, ReserveError::Gateway(_)), "{refused}");
    assert_eq!(office.items().await, 0);
}
