//! A card that was stored, to be charged again.

use ::tosspayments::billing::Register;
use cafe_core::payment::Gateway as _;

use super::{card, shops};
use crate::answered::declined;
use crate::asked::ORDER;

#[tokio::test]
async fn a_stored_card_is_shown_to_its_customers_source_alone() {
    for shop in shops() {
        let billing = shop.does(&Register {
            customer_key: ORDER.to_owned(),
            card: card(),
            customer_name: None,
            customer_email: None,
        });
        let key = billing.billing_key.0;
        assert_eq!(shop.gateway.stored_method(&key, ORDER).await.unwrap().0, billing.raw.as_str());
        for (key, customer) in [(&*key, "another"), ("nobody's", ORDER)] {
            let (_, refusal) = declined(shop.gateway.stored_method(key, customer).await);
            assert!((400..500).contains(&refusal.status), "{refusal:?}");
        }
    }
}
