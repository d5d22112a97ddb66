//! V1's token: kept as long as it lasts, and got anew.

use cafe_core::payment::Gateway as _;
use fakes::clock::Clock;
use fakes::portone::{Dialect, Endpoint, Options, PortOne as Fake};
use jiff::SignedDuration;

use super::{Shop, gateway, wire};
use crate::answered::is_unreached;
use crate::asked::cancellation;

#[tokio::test]
async fn a_token_is_kept_until_its_last_minute_and_got_by_each_process() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    shop.clock.advance(SignedDuration::from_mins(28));
    shop.look().await;
    assert_eq!(shop.fake.calls(Endpoint::Token), 1);
    shop.clock.advance(SignedDuration::from_mins(1));
    shop.look().await;
    assert_eq!(shop.fake.calls(Endpoint::Token), 2, "prolonged");

    // Another process has gone on with a fake that knows no token.
    let mut memory = shop.fake.snapshot();
    memory["token"] = serde_json::Value::Null;
    let fake = Fake::restore(Options::default(), shop.clock.clone(), &memory).unwrap();
    let forgetful = gateway(Dialect::V1, wire(&fake), shop.clock.clone());
    forgetful.lookup(&shop.payment()).await.unwrap();
    assert_eq!(fake.calls(Endpoint::Token), 3);
}

#[tokio::test]
async fn a_refused_token_moves_nothing_and_the_next_request_gets_another() {
    let shop = Shop::new(Dialect::V1);
    shop.paid().await;
    // The fake's clock goes on; the gateway's stands, so the kept token is over without its knowing.
    let gateway = gateway(Dialect::V1, wire(&shop.fake), Clock::fixed(shop.clock.now()));
    gateway.lookup(&shop.payment()).await.unwrap();
    shop.clock.advance(SignedDuration::from_hours(1));
    let all = cancellation("r1", 4_400, 4_400);
    assert!(is_unreached(&gateway.cancel(&shop.payment(), &all).await));
    assert_eq!(shop.cancelled(), 0);
    gateway.cancel(&shop.payment(), &all).await.unwrap();
    assert_eq!(shop.cancelled(), 4_400);
}
