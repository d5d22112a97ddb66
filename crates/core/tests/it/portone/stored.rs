//! A card that was stored, to be charged again.

use ::portone::v2::Customer;
use ::portone::v2::billing_keys::{DeleteBillingKey, GetBillingKey, IssueBillingKey};
use ::portone::v2::charges::CardCredential;
use ::portone::v2::{self, Call as _};
use cafe_core::payment::{Decline, Gateway as _};
use fakes::portone::{Dialect, Options};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::{Shop, elsewhere};
use crate::answered::declined;
use crate::asked::ORDER;

fn does<C: v2::Call>(shop: &Shop, call: &C) -> C::Answer {
    let answer = shop.answer(|_, _| panic!("a call of V2's"), |account| call.request(account).unwrap());
    C::answer(&answer).unwrap()
}

fn stored(shop: &Shop) -> SecretString {
    let secret = |text: &str| SecretString::from(text);
    let issue = IssueBillingKey {
        channel_key: Options::default().channel_key,
        credential: CardCredential {
            number: secret("1234123412341234"),
            expiry_year: secret("30"),
            expiry_month: secret("12"),
            birth_or_business_registration_number: None,
            password_two_digits: None,
        },
        customer: Customer { id: Some(ORDER.to_owned()), full_name: None, email: None, phone_number: None },
        custom_data: None,
    };
    does(shop, &issue).billing_key
}

#[tokio::test]
async fn v1_shows_it_to_its_customers_source_alone() {
    let shop = Shop::new(Dialect::V1);
    elsewhere::paid(&shop);
    let shown: Value =
        serde_json::from_str(&shop.gateway.stored_method(ORDER, ORDER).await.unwrap().0).unwrap();
    assert_eq!(shown["customer_uid"], ORDER);
    for (key, customer, meant) in
        [(ORDER, "another", (Decline::Mismatch, 422)), ("nobody", "nobody", (Decline::NotFound, 404))]
    {
        let (decline, refusal) = declined(shop.gateway.stored_method(key, customer).await);
        assert_eq!((decline, refusal.status), meant);
    }
}

#[tokio::test]
async fn v2_shows_it_to_its_customers_source_alone_and_not_once_it_is_deleted() {
    let shop = Shop::new(Dialect::V2);
    let billing_key = stored(&shop);
    let key = billing_key.expose_secret();
    let look = GetBillingKey { billing_key: billing_key.clone() };
    let answer = shop.answer(|_, _| panic!("a call of V2's"), |account| look.request(account).unwrap());
    let shown = shop.gateway.stored_method(key, ORDER).await.unwrap();
    assert_eq!(shown.0.as_bytes(), answer.body(), "to the byte");
    let (decline, refusal) = declined(shop.gateway.stored_method(key, "another").await);
    assert_eq!((decline, refusal.status), (Decline::Mismatch, 422));
    does(&shop, &DeleteBillingKey { billing_key: billing_key.clone(), reason: None });
    for key in [key, "billing-key-nobodys"] {
        let (decline, refusal) = declined(shop.gateway.stored_method(key, ORDER).await);
        assert_eq!((decline, refusal.status), (Decline::NotFound, 404));
    }
}
