//! A subscription that was agreed on, to be charged again.

use ::kakaopay::subscription::Sid;
use ::kakaopay::subscription_inactive::SubscriptionInactive;
use ::kakaopay::{Call as _, TEST_SUBSCRIPTION_CID};
use cafe_core::payment::{Decline, Gateway as _};
use serde_json::Value;

use super::shops_of;
use crate::answered::{declined, refused};

#[tokio::test]
async fn a_subscription_is_shown_to_the_byte_until_it_ends() {
    for shop in shops_of(TEST_SUBSCRIPTION_CID) {
        let (payment, proof) = shop.agreed().await;
        let approved: Value =
            serde_json::from_str(&shop.approve(&payment, &proof).await.unwrap().data.0).unwrap();
        let sid = approved["sid"].as_str().unwrap();
        let shown = shop.gateway.stored_method(sid, "anybody").await.unwrap();
        assert_eq!(shown.0.as_bytes(), shop.wire.said().body());
        let nobodys = refused(shop.gateway.stored_method("S000", "anybody").await);
        assert_eq!(nobodys, ("-750".to_owned(), Decline::Refused));
        let end = SubscriptionInactive { cid: None, sid: Sid(sid.to_owned()) };
        assert!(
            shop.fake.answer(&end.request(&shop.account).unwrap()).answer().unwrap().status().is_success()
        );
        let (decline, refusal) = declined(shop.gateway.stored_method(sid, "anybody").await);
        assert_eq!((decline, &*refusal.code, refusal.status), (Decline::Refused, "INACTIVE", 422));
    }
}
