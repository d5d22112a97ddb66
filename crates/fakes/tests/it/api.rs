//! Who may ask, and how: keys, methods, content types, paths.

use bytes::Bytes;
use fakes::kakaopay::Endpoint;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};

use crate::shop::{Answer, Dialect, Shop, answer, ready_fields};

/// Prepares a payment with the request changed somehow: the HTTP status and the code for either dialect.
fn ready_with(change: impl Fn(&mut http::Request<Bytes>)) -> [(u16, i64); 2] {
    Shop::both().map(|shop| {
        let mut request = shop.request("ready", &ready_fields());
        change(&mut request);
        let answer = answer(shop.fake.answer(&request));
        (answer.status, answer.code())
    })
}

#[test]
fn a_known_key_is_let_in() {
    assert_eq!(ready_with(|_| ()), [(200, 0), (200, 0)]);
}

#[test]
fn a_key_may_be_announced_as_one_for_development() {
    let shop = Shop::new(Dialect::Open, fakes::kakaopay::Options::default());
    let mut request = shop.request("ready", &ready_fields());
    let key = request.headers()[AUTHORIZATION].to_str().unwrap().replace("SECRET_KEY", "DEV_SECRET_KEY");
    request.headers_mut().insert(AUTHORIZATION, key.parse().unwrap());
    assert_eq!(answer(shop.fake.answer(&request)).code(), 0);
}

#[test]
fn without_a_key_nothing_is_answered() {
    let statuses = ready_with(|request| drop(request.headers_mut().remove(AUTHORIZATION)));
    assert_eq!(statuses, [(400, -400), (401, -401)]);
}

#[test]
fn a_wrong_key_is_refused() {
    for wrong in ["SECRET_KEY nobody", "KakaoAK nobody", "SECRET_KEY", "Bearer x", "KakaoAK ", ""] {
        let statuses = ready_with(|request| {
            request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static(wrong));
        });
        assert_eq!(statuses, [(401, -401), (401, -401)], "{wrong:?}");
    }
}

#[test]
fn a_key_of_one_dialect_does_not_open_the_other() {
    let [open, legacy] = Shop::both();
    let (mut to_open, mut to_legacy) =
        (open.request("ready", &ready_fields()), legacy.request("ready", &ready_fields()));
    std::mem::swap(to_open.headers_mut(), to_legacy.headers_mut());
    assert_eq!(answer(open.fake.answer(&to_open)).status, 401);
    assert_eq!(answer(legacy.fake.answer(&to_legacy)).status, 401);
}

#[test]
fn a_wrong_content_type_is_refused() {
    let statuses = ready_with(|request| {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    });
    assert_eq!(statuses, [(400, -400), (400, -2)]);
    let statuses = ready_with(|request| drop(request.headers_mut().remove(CONTENT_TYPE)));
    assert_eq!(statuses, [(400, -400), (400, -2)]);
}

#[test]
fn a_body_that_is_none_is_refused() {
    assert_eq!(ready_with(|request| *request.body_mut() = Bytes::new()), [(400, -400), (400, -2)]);
    assert_eq!(ready_with(|request| *request.body_mut() = Bytes::from_static(b"[1]"))[0], (400, -400));
}

#[test]
fn only_post_is_answered() {
    assert_eq!(ready_with(|request| *request.method_mut() = Method::PUT), [(405, -404), (405, -404)]);
}

#[test]
fn an_unknown_path_of_the_api_is_named_so() {
    let answers = Shop::both().map(|shop| shop.ask("orders-of-the-day", &ready_fields()));
    assert_eq!(answers.map(|answer| (answer.status, answer.code())), [(404, -404), (404, -404)]);
}

#[test]
fn the_legacy_api_also_reads_a_payment_by_its_old_name_and_by_get() {
    let [_, legacy] = Shop::both();
    let tid = legacy.ready();
    let fields = serde_json::json!({ "cid": "TC0ONETIME", "tid": tid });
    assert_eq!(legacy.ask("status", &fields).text("status"), "READY");

    let mut request = legacy.request(&format!("order?cid=TC0ONETIME&tid={tid}"), &fields);
    *request.method_mut() = Method::GET;
    *request.body_mut() = Bytes::new();
    request.headers_mut().remove(CONTENT_TYPE);
    assert_eq!(answer(legacy.fake.answer(&request)).text("status"), "READY");
}

#[test]
fn errors_are_spelled_as_the_dialect_spells_them() {
    let [open, legacy] = Shop::both().map(|shop| shop.order("T0000000000000000000").body);
    assert_eq!(open, serde_json::json!({ "error_code": -721, "error_message": "no such tid" }));
    assert_eq!(legacy, serde_json::json!({ "code": -721, "msg": "no such tid" }));
}

#[test]
fn every_call_is_counted_whatever_comes_of_it() {
    for shop in Shop::both() {
        let tid = shop.ready();
        let _: [Answer; 2] = [shop.order(&tid), shop.order("T")];
        let mut nobody = shop.request("order", &ready_fields());
        nobody.headers_mut().clear();
        let _ = shop.fake.answer(&nobody);
        let calls =
            [Endpoint::Ready, Endpoint::Order, Endpoint::Cancel].map(|endpoint| shop.fake.calls(endpoint));
        assert_eq!(calls, [1, 3, 0]);
    }
}
