//! Gateways that the published SDK does not know: PortOne in its second dialect, and KakaoPay.

use fakes::portone::{Dialect, Endpoint, Options};
use kakaopay::approve::Approve;
use kakaopay::ready::{Ready, ReadyOptions};
use portone::v2::Customer;
use portone::v2::billing_keys::IssueBillingKey;
use portone::v2::charges::CardCredential;
use portone::v2::payments::GetPayment;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::counter::{Counter, PASSWORD, source};

/// What its customer has paid in PortOne's window. The order's name is the payment's.
pub(super) fn portone_paid(counter: &Counter, order: &str, amount: u32) {
    let options = Options::default();
    let window = form_urlencoded::Serializer::new(String::new())
        .append_pair("storeId", &options.store_id)
        .append_pair("channelKey", &options.channel_key)
        .append_pair("payMethod", "CARD")
        .append_pair("paymentId", order)
        .append_pair("orderName", "라떼")
        .append_pair("totalAmount", &amount.to_string())
        .append_pair("currency", "KRW")
        .append_pair("redirectUrl", "https://shop.example/paid")
        .finish();
    counter.iamport.pay(Dialect::V2, &window).unwrap();
}

fn portone_does<C: portone::v2::Call>(counter: &Counter, call: &C) -> C::Answer {
    let request = call.request(&counter.portone_account).unwrap();
    C::answer(&counter.iamport.answer(&request).answer().unwrap()).unwrap()
}

/// What PortOne has told since the last time, carried to the service; `change` is what somebody does to it on the way.
async fn carried(counter: &Counter, change: impl Fn(&mut Vec<(String, String)>, &mut String)) -> Vec<u16> {
    let mut heard = Vec::new();
    for mut told in counter.iamport.take_webhooks() {
        change(&mut told.headers, &mut told.body);
        let headers: Vec<_> = told.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let headers: Vec<_> = headers.into_iter().filter(|(name, _)| *name != "content-type").collect();
        let call = "POST /payments/webhooks/portone";
        heard.push(counter.send(call, "application/json", &headers, &told.body).await.0);
    }
    heard
}

#[tokio::test]
async fn a_payment_at_portone_is_taken_on_given_back_and_followed_by_signed_nudges() {
    let counter = Counter::open().await;
    let order = counter.order();
    portone_paid(&counter, &order, 4_400);
    let creation = counter.creation("portone", &order, &order, 4_400);
    let (status, history) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!(
        (status, &history["price"], &history["refund"]),
        (201, &json!(4_400), &Value::Null),
        "{history}"
    );
    assert!(history["paid_at"].is_string());
    let shown = portone_does(&counter, &GetPayment { payment_id: order.clone() });
    assert_eq!(history["data"], serde_json::from_str::<Value>(shown.raw.as_str()).unwrap());
    assert_eq!(counter.ask("POST /payments/histories", &creation).await.0, 409);

    let (status, part) = counter.cancel(&order, 400).await;
    assert_eq!((status, &part["refund"], part["cancels"].as_array().unwrap().len()), (200, &json!(400), 1));
    counter.hears().await;
    carried(&counter, |_, _| ()).await;

    counter.iamport.give_back(&order, 1_000).unwrap();
    assert_eq!(carried(&counter, |_, _| ()).await, [200]);
    let told = counter.hears().await;
    assert_eq!((told.len(), &told[0].message["current"]["refund"]), (1, &json!(1_400)));
    let (status, all) = counter.cancel(&order, 3_000).await;
    assert_eq!((status, &all["refund"]), (200, &json!(4_400)));
}

/// What somebody does to a message on its way: to its headers, and to its body.
type Spoil = fn(&mut Vec<(String, String)>, &mut String);

#[tokio::test]
async fn a_nudge_that_portone_has_not_signed_costs_nothing() {
    let counter = Counter::open().await;
    let order = counter.order();
    portone_paid(&counter, &order, 4_400);
    let creation = counter.creation("portone", &order, &order, 4_400);
    assert_eq!(counter.ask("POST /payments/histories", &creation).await.0, 201);
    assert!(!counter.iamport.take_webhooks().is_empty());
    let spoilt: [Spoil; 3] = [
        |headers, _| headers.retain(|(name, _)| name != "webhook-signature"),
        |_, body| body.push(' '),
        |headers, _| {
            for (name, value) in headers {
                if name == "webhook-timestamp" {
                    "1795000000".clone_into(value);
                }
            }
        },
    ];
    for spoil in spoilt {
        counter.iamport.give_back(&order, 100).unwrap();
        let asked = counter.iamport.calls(Endpoint::Payment);
        assert_eq!(carried(&counter, spoil).await, [401]);
        assert_eq!(counter.iamport.calls(Endpoint::Payment), asked, "nothing is looked up");
    }
    assert!(counter.hears().await.is_empty());
    // A payment of the store's that no service has brought is heard, and left alone.
    portone_paid(&counter, &counter.order(), 100);
    let asked = counter.iamport.calls(Endpoint::Payment);
    assert!(carried(&counter, |_, _| ()).await.iter().all(|status| *status == 200));
    assert_eq!(counter.iamport.calls(Endpoint::Payment), asked);
}

#[tokio::test]
async fn a_card_that_is_stored_at_portone_is_its_customers_alone() {
    let counter = Counter::open().await;
    let (order, other) = (counter.order(), counter.order());
    let secret = |text: &str| SecretString::from(text);
    let issued = portone_does(
        &counter,
        &IssueBillingKey {
            channel_key: Options::default().channel_key,
            credential: CardCredential {
                number: secret("1234123412341234"),
                expiry_year: secret("30"),
                expiry_month: secret("12"),
                birth_or_business_registration_number: None,
                password_two_digits: None,
            },
            customer: Customer { id: Some(order.clone()), full_name: None, email: None, phone_number: None },
            custom_data: None,
        },
    );
    let reserve = |order: &str| {
        json!({
            "vendor": { "code": "portone", "store_id": "shop", "uid": issued.billing_key.expose_secret() },
            "source": source(order),
            "title": "the usual card",
            "password": PASSWORD,
        })
    };
    assert_eq!(counter.ask("POST /payments/reservations", &reserve(&other)).await.0, 422);
    assert_eq!(counter.ask("POST /payments/reservations", &reserve(&order)).await.0, 201);
}

/// What its customer has agreed to at KakaoPay, and the proof that their browser brings back to the backend.
fn kakaopay_agreed(counter: &Counter, order: &str, amount: u32) -> (String, String) {
    let ready = Ready {
        partner_order_id: order.to_owned(),
        partner_user_id: "customer-7".to_owned(),
        item_name: "라떼".to_owned(),
        quantity: 1,
        total_amount: amount,
        tax_free_amount: 0,
        approval_url: "https://shop.example/paid".to_owned(),
        cancel_url: "https://shop.example/cancelled".to_owned(),
        fail_url: "https://shop.example/failed".to_owned(),
        options: ReadyOptions::default(),
    };
    let tid = kakaopay_does(counter, &ready).tid;
    let back = counter.kakaopay.pay(&tid).unwrap();
    (tid, back.split_once("pg_token=").unwrap().1.to_owned())
}

fn kakaopay_does<C: kakaopay::Call>(counter: &Counter, call: &C) -> C::Answer {
    let request = call.request(&counter.kakaopay_account).unwrap();
    C::answer(&counter.kakaopay.answer(&request).answer().unwrap()).unwrap()
}

#[tokio::test]
async fn a_payment_that_a_backend_has_approved_at_kakaopay_is_taken_on_and_given_back() {
    let counter = Counter::open().await;
    let order = counter.order();
    let (tid, pg_token) = kakaopay_agreed(&counter, &order, 4_400);
    let creation = counter.creation("kakaopay", &tid, &order, 4_400);
    let (status, too_soon) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!(status, 503, "only the backend can collect it: {too_soon}");
    let approve = Approve {
        tid: tid.clone(),
        partner_order_id: order.clone(),
        partner_user_id: "customer-7".to_owned(),
        pg_token,
        payload: None,
        total_amount: Some(4_400),
    };
    kakaopay_does(&counter, &approve);
    counter.clock.advance(jiff::SignedDuration::from_mins(1));
    let (status, history) = counter.ask("POST /payments/histories", &creation).await;
    assert_eq!((status, &history["price"]), (201, &json!(4_400)), "{history}");
    assert_eq!(
        (&history["data"]["tid"], &history["data"]["status"]),
        (&json!(tid), &json!("SUCCESS_PAYMENT"))
    );

    let (status, part) = counter.cancel(&order, 400).await;
    assert_eq!((status, &part["refund"], part["cancels"].as_array().unwrap().len()), (200, &json!(400), 1));
    let (status, all) = counter.cancel(&order, 4_000).await;
    assert_eq!((status, &all["refund"], all["cancels"].as_array().unwrap().len()), (200, &json!(4_400), 2));
    assert_eq!(counter.cancel(&order, 1).await.0, 422, "nothing is left");
    let nobodys = counter.creation("kakaopay", "T0000000000000000000", &counter.order(), 100);
    assert_eq!(counter.ask("POST /payments/histories", &nobodys).await.0, 404);
}
