//! Preparing a payment: what must be in the request, and what is in the answer.

use fakes::kakaopay::{Options, Status};
use serde_json::{Value, json};

use crate::shop::{Dialect, Shop, path, ready_fields, with};

/// The codes that either dialect refuses a changed request with.
fn codes(changes: &Value) -> [i64; 2] {
    codes_with(&Options::default(), changes)
}

fn codes_with(options: &Options, changes: &Value) -> [i64; 2] {
    Shop::both_with(options).map(|shop| {
        let code = shop.ask("ready", &with(ready_fields(), changes.clone())).code();
        assert_eq!(shop.fake.payments().len(), usize::from(code == 0), "nothing is left of what was refused");
        code
    })
}

#[test]
fn a_payment_is_prepared() {
    for shop in Shop::both() {
        let answer = shop.ask("ready", &ready_fields());
        let pc = answer.text("next_redirect_pc_url");
        let page = pc.split('/').find(|step| step.len() == 64).expect("a page's name of 64 digits");
        let url = |path: &str| format!("http://127.0.0.1:3001/mockup/{}", path.replace('*', page));
        let [pc, mobile, app] = match shop.dialect {
            Dialect::Open => ["pc", "mobile-web", "mobile-app"]
                .map(|device| url(&format!("bridge/{device}/pg/one-time/payment/*"))),
            Dialect::Legacy => ["v1/*/info", "v1/*/mInfo", "v1/*/aInfo"].map(url),
        };
        let expected = json!({
            "tid": answer.body["tid"],
            "next_redirect_pc_url": pc,
            "next_redirect_mobile_url": mobile,
            "next_redirect_app_url": app,
            "android_app_scheme": format!("kakaotalk://kakaopay/pg?url={app}"),
            "ios_app_scheme": format!("kakaotalk://kakaopay/pg?url={app}"),
            "created_at": "2026-11-21T10:00:00",
        });
        assert_eq!(answer.body, expected);
    }
}

#[test]
fn what_is_mandatory_must_be_there_and_not_be_empty() {
    let mandatory: Vec<_> = ready_fields().as_object().unwrap().keys().cloned().collect();
    assert_eq!(mandatory.len(), 10);
    for name in mandatory {
        assert_eq!(codes(&json!({ &name: null })), [-400, -2], "without {name}");
        assert_eq!(codes(&json!({ &name: "" })), [-400, -2], "with an empty {name}");
    }
}

#[test]
fn lengths_are_counted_in_characters() {
    let long = |of: &str, times| of.repeat(times);
    for name in ["partner_order_id", "partner_user_id", "item_name", "item_code"] {
        assert_eq!(codes(&json!({ name: long("커", 100) })), [0, 0], "{name}");
        assert_eq!(codes(&json!({ name: long("커", 101) })), [-400, -2], "{name}");
    }
    for name in ["approval_url", "cancel_url", "fail_url"] {
        let url = |length: usize| format!("https://cafe.example/{}", long("x", length - 21));
        assert_eq!(codes(&json!({ name: url(255) })), [0, 0], "{name}");
        assert_eq!(codes(&json!({ name: url(256) })), [-400, -2], "{name}");
    }
}

#[test]
fn amounts_are_whole_numbers_from_nothing_up_even_as_strings() {
    for name in
        ["quantity", "total_amount", "tax_free_amount", "vat_amount", "green_deposit", "install_month"]
    {
        assert_eq!(codes(&json!({ name: -1 })), [-400, -2], "{name}");
        assert_eq!(codes(&json!({ name: 1.5 })), [-400, -2], "{name}");
        assert_eq!(codes(&json!({ name: "1e3" })), [-400, -2], "{name}");
        assert_eq!(codes(&json!({ name: "11" })), [0, 0], "{name}");
        assert_eq!(codes(&json!({ name: 11 })), [0, 0], "{name}");
    }
}

#[test]
fn a_payment_of_nothing_is_none() {
    assert_eq!(codes(&json!({ "total_amount": 0 })), [-722, -722]);
}

#[test]
fn the_parts_of_an_amount_fit_into_it() {
    assert_eq!(codes(&json!({ "tax_free_amount": 4401 })), [-722, -722]);
    assert_eq!(codes(&json!({ "vat_amount": 4401 })), [-722, -722]);
    assert_eq!(codes(&json!({ "green_deposit": 4401 })), [-722, -722]);
}

#[test]
fn what_may_be_sent_must_be_right() {
    for changes in [
        json!({ "payment_method_type": "GOLD" }),
        json!({ "install_month": 13 }),
        json!({ "use_share_installment": "yes" }),
        json!({ "available_cards": ["KB", "NOBODY"] }),
        json!({ "available_cards": "KB" }),
        json!({ "custom_json": "[]" }),
        json!({ "cid_secret": "x".repeat(25) }),
    ] {
        assert_eq!(codes(&changes), [-400, -2], "{changes}");
    }
    let changes = json!({
        "payment_method_type": "CARD", "install_month": 12, "use_share_installment": "N", "item_code": "ice",
        "available_cards": ["KB", "SC"], "custom_json": { "auto_close": "Y" }, "cid_secret": "0".repeat(24),
    });
    assert_eq!(codes(&changes), [0, 0]);
}

#[test]
fn an_unknown_shop_is_refused() {
    assert_eq!(codes(&json!({ "cid": "TC00000000" })), [-731, -731]);
    assert_eq!(codes(&json!({ "cid": "TC0ONETIME0" })), [-400, -2]);
}

#[test]
fn a_return_address_must_be_on_a_registered_domain() {
    let registered = ["https://cafe.example", "http://localhost:3000", "https://*.cafe.example/"];
    let options = Options { return_origins: Some(registered.map(String::from).into()), ..Options::default() };
    for name in ["approval_url", "cancel_url", "fail_url"] {
        for good in ["https://cafe.example:443/a?b=c", "http://localhost:3000/", "https://pay.cafe.example/x"]
        {
            assert_eq!(codes_with(&options, &json!({ name: good })), [0, 0], "{good}");
        }
        for bad in [
            "http://cafe.example/",
            "https://cafe.example:8443/",
            "http://localhost/",
            "https://cafe.example.evil.example/",
            "https://evilcafe.example/",
            "https://.cafe.example/",
        ] {
            assert_eq!(codes_with(&options, &json!({ name: bad })), [-799, -799], "{bad}");
        }
    }
    assert_eq!(codes(&json!({ "fail_url": "not a URL" })), [-400, -2]);
}

#[test]
fn one_payment_may_have_a_limit() {
    let options = Options { largest_amount: Some(4_400), ..Options::default() };
    assert_eq!(codes_with(&options, &json!({})), [0, 0]);
    assert_eq!(codes_with(&options, &json!({ "total_amount": 4401 })), [-797, -797]);
}

#[test]
fn an_order_may_be_prepared_twice() {
    for shop in Shop::both() {
        let (first, second) = (shop.ready(), shop.ready());
        assert_ne!(first, second);
        assert_eq!(shop.fake.payments().len(), 2);
    }
}

#[test]
fn a_tid_is_a_letter_and_nineteen_hex_digits() {
    for shop in Shop::both() {
        let tid = shop.ready();
        let digits = tid.strip_prefix('T').unwrap();
        assert_eq!(digits.len(), 19);
        assert!(digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{tid}");
        assert_eq!(shop.fake.payment(&tid).unwrap().status, Status::Ready);
    }
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let tid = |seed| Shop::new(Dialect::Open, Options { seed, ..Options::default() }).ready();
    assert_eq!(tid(7), tid(7));
    assert_ne!(tid(7), tid(8));
}

#[test]
fn every_redirect_address_leads_to_the_page() {
    for shop in Shop::both() {
        let ready = shop.ask("ready", &ready_fields());
        for name in ["next_redirect_app_url", "next_redirect_mobile_url", "next_redirect_pc_url"] {
            let (status, page, _) = shop.get(path(ready.text(name)));
            assert_eq!(status, 200, "{name}");
            assert_eq!(
                page.contains("<svg"),
                name == "next_redirect_pc_url",
                "only a desk needs the QR code"
            );
        }
    }
}
