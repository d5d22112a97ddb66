//! Taking payments on: what is kept, what is refused, and what is given back.

use cafe_core::payment::flow::{CreateError, create};
use cafe_core::payment::{History, Payment, Records, Source, Standing, Vendor, Won};

use super::bank::Fault;
use super::office::{Office, fits};
use crate::cafe::at_once;

on_every_dynamodb! {
    a_payment_is_collected_once_and_found_by_all_its_names
    a_source_and_a_payment_belong_to_one_record_each
    a_wrong_sum_goes_back_whole_and_leaves_no_record
    a_payment_for_another_order_is_left_alone
    one_that_failed_or_is_unknown_leaves_no_record
    a_virtual_account_is_taken_on_before_its_deposit
    a_lost_answer_is_looked_up_and_a_lost_request_is_sent_again
    who_is_not_reached_collects_nothing_and_the_service_may_try_again
    the_same_request_at_once_collects_once
    an_account_that_nobody_set_up_is_named
}

async fn a_payment_is_collected_once_and_found_by_all_its_names(office: &Office) {
    let request = office.request("pay-1", 1_000);
    office.bank.opens("pay-1", &request.source.id, 1_000, Standing::Collectable);
    let history =
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(0)).await.unwrap();
    assert_eq!((history.facts.price, history.facts.refund, history.version), (Won::new(1_000), Won::ZERO, 1));
    assert_eq!(office.bank.holds("pay-1"), 1_000);

    let kept = |found: Option<cafe_core::payment::Locked<Payment>>| match found.unwrap().unlock(fits).unwrap()
    {
        Payment::Kept(history) => history,
        Payment::Claimed(claim) => panic!("{claim:?}"),
    };
    let Vendor { code, uid, .. } = &request.vendor;
    let records = &office.records;
    assert_eq!(kept(records.payment(history.id).await.unwrap()), history);
    assert_eq!(kept(records.payment_of(&request.source).await.unwrap()), history);
    assert_eq!(kept(records.payment_at(*code, uid).await.unwrap()), history);
    let shouted = Source { id: request.source.id.to_uppercase(), ..request.source.clone() };
    assert_eq!(kept(records.payment_of(&shouted).await.unwrap()), history);
    let locked = records.payment(history.id).await.unwrap().unwrap();
    assert!(locked.unlock(|_| false).is_err());
}

async fn a_source_and_a_payment_belong_to_one_record_each(office: &Office) {
    let request = office.request("pay-1", 1_000);
    office.bank.opens("pay-1", &request.source.id, 1_000, Standing::Collectable);
    create(&office.records, &office.bank, request.clone(), fits, &office.turn(0)).await.unwrap();
    let (items, movements) = (office.items().await, office.bank.movements());

    let mut same_source = request.clone();
    "pay-2".clone_into(&mut same_source.vendor.uid);
    let same_payment = office.request("pay-1", 1_000);
    for again in [request, same_source, same_payment] {
        let refused = create(&office.records, &office.bank, again, fits, &office.turn(60)).await.unwrap_err();
        assert!(matches!(refused, CreateError::Taken), "{refused}");
    }
    assert_eq!((office.items().await, office.bank.movements()), (items, movements));
}

async fn a_wrong_sum_goes_back_whole_and_leaves_no_record(office: &Office) {
    for (uid, claimed) in [("pay-1", 499), ("pay-2", 501), ("pay-3", 1)] {
        let request = office.request(uid, claimed);
        office.bank.opens(uid, &request.source.id, 500, Standing::Paid);
        let refused =
            create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap_err();
        assert!(matches!(refused, CreateError::WrongPrice { sum, .. } if sum == Won::new(500)), "{refused}");
        assert_eq!((office.bank.holds(uid), office.items().await), (0, 0));
    }
}

async fn a_payment_for_another_order_is_left_alone(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", "somebody-else's", 500, Standing::Paid);
    let refused = create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap_err();
    assert!(matches!(refused, CreateError::OtherOrder), "{refused}");
    assert_eq!((office.bank.holds("pay-1"), office.items().await), (500, 0));
}

async fn one_that_failed_or_is_unknown_leaves_no_record(office: &Office) {
    let request = office.request("pay-1", 500);
    let refused =
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(0)).await.unwrap_err();
    assert!(matches!(refused, CreateError::Gateway(_)), "{refused}");
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Failed);
    let refused =
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(1)).await.unwrap_err();
    assert!(matches!(refused, CreateError::NotPaid), "{refused}");
    assert_eq!(office.items().await, 0);
    // And nothing of it stands in the way of another try.
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    create(&office.records, &office.bank, request, fits, &office.turn(2)).await.unwrap();
}

async fn a_virtual_account_is_taken_on_before_its_deposit(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Awaited);
    let history = create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
    assert_eq!(history.facts.paid_at, None);
}

async fn a_lost_answer_is_looked_up_and_a_lost_request_is_sent_again(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    office.bank.fails(Fault::Unanswered);
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
    assert_eq!((office.bank.look_ups(), office.bank.movements()), (1, 1));

    let request = office.request("pay-2", 500);
    office.bank.opens("pay-2", &request.source.id, 500, Standing::Collectable);
    office.bank.fails(Fault::Lost);
    let again = async |second| {
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(second)).await
    };
    let in_doubt = again(0).await.unwrap_err();
    assert!(matches!(in_doubt, CreateError::Pending(_)), "{in_doubt}");
    let too_soon = again(29).await.unwrap_err();
    assert!(matches!(too_soon, CreateError::Running), "{too_soon}");
    let wrong = create(&office.records, &office.bank, request.clone(), |_| false, &office.turn(31)).await;
    assert!(matches!(wrong, Err(CreateError::Taken)), "the password is another");
    again(31).await.unwrap();
    assert_eq!(office.bank.holds("pay-2"), 500);
}

async fn who_is_not_reached_collects_nothing_and_the_service_may_try_again(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    office.bank.fails(Fault::Unreached);
    let refused =
        create(&office.records, &office.bank, request.clone(), fits, &office.turn(0)).await.unwrap_err();
    assert!(matches!(refused, CreateError::Gateway(_)), "{refused}");
    assert_eq!((office.bank.holds("pay-1"), office.items().await), (0, 0));
    create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap();
}

async fn the_same_request_at_once_collects_once(office: &Office) {
    let request = office.request("pay-1", 500);
    office.bank.opens("pay-1", &request.source.id, 500, Standing::Collectable);
    let turns: Vec<_> = (0..5).map(|_| office.turn(0)).collect();
    let all = turns.iter().map(|turn| create(&office.records, &office.bank, request.clone(), fits, turn));
    let done: Vec<History> = at_once(all).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!((done.len(), office.bank.movements(), office.bank.holds("pay-1")), (1, 1, 500));
}

async fn an_account_that_nobody_set_up_is_named(office: &Office) {
    let mut request = office.request("pay-1", 500);
    "elsewhere".clone_into(&mut request.vendor.store);
    let refused = create(&office.records, &office.bank, request, fits, &office.turn(0)).await.unwrap_err();
    assert_eq!(refused.to_string(), "no account elsewhere of toss.payments was set up");
    assert_eq!(office.items().await, 0);
}
