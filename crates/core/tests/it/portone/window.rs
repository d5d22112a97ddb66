//! From its window to a receipt: what the window is told, and what has become of who came to it.

use std::sync::Arc;

use cafe_core::gateway::portone::PortOne;
use cafe_core::payment::{Decline, Gateway as _, Method, Standing, Won};
use fakes::portone::{Options, PortOne as Fake};

use super::{Account, Shop, account, gateway, wire};
use crate::answered::{declined, is_unreached};
use crate::asked::{cancellation, collection, returns};

#[tokio::test]
async fn approving_only_looks_and_as_often_as_one_likes() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.wire.asked();
        for _ in 0..2 {
            let approval = shop.approve().await.unwrap().approval().unwrap();
            assert_eq!((approval.amount, approval.method), (Won::new(4_400), Some(Method::Card)));
            assert_eq!(approval.at, Some(shop.clock.now()));
            assert!(approval.number.is_some());
        }
        let asked = shop.wire.asked();
        assert!(asked.iter().all(|request| request.starts_with("GET ")), "{asked:?}");
    }
}

#[tokio::test]
async fn what_the_window_is_told_is_what_was_agreed() {
    let [v1, v2] = Shop::both();
    for (shop, names) in [
        (v1, ["merchant_uid", "name", "amount", "m_redirect_url"]),
        (v2, ["paymentId", "orderName", "totalAmount", "redirectUrl"]),
    ] {
        let query = shop.open().await;
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let told = names.map(|name| &*pairs.iter().find(|(known, _)| known == name).unwrap().1);
        assert_eq!(told, [&*shop.name(), "라떼 & 케이크", "4400", "https://cafe.example/pay/approve?a=b"]);
        // A browser that says less is stopped by what was registered.
        shop.fake.pay(shop.dialect, &query.replace("4400", "44")).unwrap();
        assert_eq!(shop.approve().await.unwrap().standing, Standing::Failed);
        assert_eq!(shop.look().await.approval(), None);
        // And a failed attempt does not hide the one that succeeds.
        shop.fake.pay(shop.dialect, &query).unwrap();
        assert_eq!(shop.approve().await.unwrap().standing, Standing::Paid);
    }
}

#[tokio::test]
async fn nobody_is_sent_to_a_window_that_is_not_set_up() {
    for shop in Shop::both() {
        let (wire, clock) = (shop.wire.clone(), shop.clock.clone());
        let gateway = match account(shop.dialect) {
            Account::V1(account) => PortOne::v1(account, wire, Arc::new(move || clock.now())),
            Account::V2(account) => PortOne::v2(account, wire),
        };
        assert!(is_unreached(&gateway.open(&shop.charge, &returns()).await));
        assert_eq!(shop.wire.asked(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn another_sum_shows() {
    for shop in Shop::both() {
        let query = shop.open().await;
        shop.fake.fail_payment(shop.dialect, &query).unwrap();
        shop.fake.capture(&shop.name(), Some(4_399)).unwrap();
        for shown in [shop.approve().await.unwrap(), shop.look().await] {
            assert_eq!((shown.approval().unwrap().amount, shown.is_ours), (Won::new(4_399), true));
        }
    }
}

#[tokio::test]
async fn an_unknown_status_is_no_end() {
    for shop in Shop::both() {
        shop.paid().await;
        shop.fake.show_status(&shop.name(), Some("ON_THE_MOON")).unwrap();
        for shown in [shop.approve().await.unwrap(), shop.look().await] {
            assert_eq!(shown.standing, Standing::Unrecognised("ON_THE_MOON".to_owned()));
            assert_eq!((shown.facts.paid_at, shown.approval()), (None, None));
        }
    }
}

#[tokio::test]
async fn a_virtual_account_waits_and_is_paid_into() {
    for shop in Shop::both() {
        let query = shop.open().await;
        shop.fake.issue_account(shop.dialect, &query).unwrap();
        for shown in [shop.approve().await.unwrap(), shop.look().await] {
            assert_eq!((shown.standing, shown.facts.paid_at), (Standing::Awaited, None));
        }
        shop.fake.deposit(&shop.name()).unwrap();
        let approval = shop.look().await.approval().unwrap();
        assert!(matches!(approval.method, Some(Method::Other(_))));
    }
}

#[tokio::test]
async fn a_payment_of_the_other_dialect_or_order_is_never_taken_for_not_begun() {
    let [v1, v2] = Shop::both();
    v1.paid().await;
    v2.paid().await;
    for (shop, other) in [(&v1, &v2), (&v2, &v1)] {
        let mut anothers = shop.payment();
        anothers.order.push('X');
        for payment in [other.payment(), anothers] {
            assert_eq!(declined(shop.gateway.lookup(&payment).await).0, Decline::Misconfigured);
            let approved = shop.gateway.approve(&payment, &collection("c1", 4_400, None)).await;
            assert_eq!(declined(approved).0, Decline::Misconfigured);
            let all = cancellation("r1", 4_400, 4_400);
            assert_eq!(declined(shop.gateway.cancel(&payment, &all).await).0, Decline::Misconfigured);
        }
        assert_eq!(shop.cancelled(), 0);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_the_owners_to_mend() {
    for shop in Shop::both() {
        let options = Options {
            imp_secret: "another".to_owned(),
            api_secret: "another".to_owned(),
            ..Options::default()
        };
        let fake = Fake::new(options, shop.clock.clone());
        let gateway = gateway(shop.dialect, wire(&fake), shop.clock.clone());
        let looked = gateway.lookup(&shop.payment()).await;
        assert_eq!(declined(looked).0, Decline::Misconfigured);
    }
}
