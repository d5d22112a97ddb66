//! The owner's pages of the dev server: what they tell of an order, and what their forms do, without a script.

use cafe_core::cafe::Order;
use cafe_core::payment::OrderId;
use fakes::kakaopay::{Endpoint, Fault};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use reqwest::{Method, StatusCode};

use crate::cafe::{Cafe, JUN, KAKAOTALK, MINA, between, story};

impl Cafe {
    /// A page of the desk, which keeps its rules.
    async fn desk(&self, path: &str) -> String {
        let answer = self.requests_page(Method::GET, path, KAKAOTALK).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        assert!(!answer.body.contains("<script") && !answer.body.contains("style=\""), "{path}");
        for secret in ["pg_token=", "12345678", "1234-5678"] {
            // The first page has commands to copy, with a number in them.
            assert!(path == "/_dev" || !answer.body.contains(secret), "{path} shows {secret}");
        }
        answer.body
    }

    /// Sends a form of the desk, and gives the page that comes of it.
    async fn desk_form(&self, path: &str, form: &str) -> String {
        let url = format!("{}{path}", self.api_url());
        let request = self.http().post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(form.to_owned()).send().await.unwrap();
        match answer.headers().get(LOCATION) {
            Some(to) => {
                assert_eq!(answer.status(), StatusCode::SEE_OTHER);
                self.desk(to.to_str().unwrap()).await
            }
            None => answer.text().await.unwrap(),
        }
    }
}

/// What a page tells above everything else.
fn told(page: &str) -> &str {
    between(page, "role=\"status\">", "</p>").next().unwrap_or_default()
}

/// What happened to an order, as its page tells it.
fn happened(page: &str) -> Vec<&str> {
    between(page, "<h3>", "</h3>").collect()
}

/// The ledger lines on an order's page.
fn moves(page: &str) -> Vec<&str> {
    between(page, "<li><b>", "</b>").collect()
}

async fn doubtful(cafe: &Cafe) -> OrderId {
    let card = cafe.mina_orders().await;
    let back = cafe.opens_and_pays(card.link()).await;
    cafe.kakaopay().inject(Endpoint::Approve, Fault::AnswerLost);
    cafe.kakaopay().inject(Endpoint::Order, Fault::Reset);
    assert_eq!(cafe.returns(&back).await.status, StatusCode::ACCEPTED);
    card.order()
}

#[tokio::test]
async fn what_is_in_doubt_is_told_and_looked_up() {
    story(async |cafe| {
        let order = doubtful(cafe).await;
        let list = cafe.desk("/_dev/orders?show=doubt").await;
        assert!(list.contains(&order.to_string()) && list.contains("결제됐을 수도 있으니"), "{list}");
        let page = cafe.desk(&format!("/_dev/orders/{order}")).await;
        assert!(page.contains("010-****-5678") && page.contains("확실하지 않습니다"), "{page}");
        assert_eq!(happened(&page), ["주문", "결제 창을 엶", "승인 요청이 믿을 수 있는 답 없이 끝남"]);

        let page = cafe.desk_form(&format!("/_dev/orders/{order}/look"), "").await;
        assert_eq!(told(&page), "조회해 보니 결제되어 있었습니다. 결제를 기록하고 포인트를 옮겼습니다.");
        assert_eq!(moves(&page), ["적립"]);
        assert!(matches!(cafe.order(order).await, Order::Paid(_)));
        let list = cafe.desk("/_dev/orders?show=doubt").await;
        assert!(!list.contains(&order.to_string()) && list.contains("보일 주문이 없습니다"), "{list}");
    })
    .await;
}

#[tokio::test]
async fn a_refund_is_made_once_however_often_its_form_is_sent() {
    story(async |cafe| {
        let card = cafe.mina_orders().await;
        let back = cafe.opens_and_pays(card.link()).await;
        cafe.returns(&back).await;
        let (order, form) = (card.order(), format!("/_dev/orders/{}/refund", card.order()));
        let some = "part=some&amount=1%2C100%EC%9B%90&reason=spilt&request=desk-1";
        for _ in 0..2 {
            let page = cafe.desk_form(&form, some).await;
            assert_eq!(told(&page), "환불을 마쳤습니다: 1,100원 환불, 적립 포인트 110P 회수.");
            assert_eq!(happened(&page), ["주문", "결제 창을 엶", "결제 완료", "환불 1,100원"]);
            assert_eq!(moves(&page), ["적립", "적립 회수"]);
        }
        assert_eq!(cafe.collected(order), 3_300);
        for (wrong, why) in [
            ("part=some&amount=4000&reason=spilt&request=desk-2", "only 3,300원"),
            ("part=some&amount=&reason=spilt&request=desk-2", "숫자로 적어 주세요"),
            ("part=some&amount=-1&reason=spilt&request=desk-2", "positive number"),
            ("part=all&amount=5&reason=spilt&request=desk-2", "일부를 골라 주세요"),
            ("part=all&amount=&reason=+&request=desk-2", "reason must say"),
            ("reason=spilt&request=desk-2", "골라 주세요"),
        ] {
            let page = cafe.desk_form(&form, wrong).await;
            assert!(
                told(&page).contains("환불하지 않았습니다") && told(&page).contains(why),
                "{wrong}: {page}"
            );
        }
        assert_eq!(cafe.collected(order), 3_300);
        let page = cafe.desk_form(&form, "part=all&amount=&reason=cold&request=desk-2").await;
        assert_eq!(told(&page), "환불을 마쳤습니다: 3,300원 환불, 적립 포인트 330P 회수.");
        assert!(!page.contains("id=\"refund\""), "nothing is left to give back");
        assert_eq!(cafe.collected(order), 0);
    })
    .await;
}

#[tokio::test]
async fn the_clock_is_moved_and_held_points_are_released() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let card = cafe.orders_with_points(("mina", MINA), (1, "에스프레소"), 100).await;
        cafe.opens_link(card.link()).await;
        let moved = |page: &str| {
            between(page, "id=\"moved\" lang=\"ko\" aria-label=\"시계를 옮긴 결과\">", " <small>")
                .next()
                .unwrap()
                .to_owned()
        };
        let page = cafe.desk_form("/_dev/clock", "minutes=15&back=/_dev/orders").await;
        assert_eq!(moved(&page), "15분 지났습니다. reconcile이 할 일은 없었습니다.");
        let member = between(&page, "/_dev/members/", "\"").next().unwrap().to_owned();
        let page = cafe.desk_form("/_dev/clock", "minutes=1440&back=/_dev/orders").await;
        assert_eq!(moved(&page), "1일 지났습니다. reconcile: 닫음 1건. 잡아 둔 포인트 100P → 0P.");
        assert!(page.contains("실제보다 1일 15분 앞") && page.contains("되돌릴 수는 없습니다"), "{page}");
        let page = cafe.desk(&format!("/_dev/orders/{}", card.order())).await;
        assert_eq!(
            (happened(&page), moves(&page)),
            (vec!["주문", "결제 창을 엶", "닫힘: 만료됨"], vec!["잡아 둠", "풀어 줌"])
        );

        let page = cafe.desk(&format!("/_dev/members/{member}")).await;
        assert!(page.contains("원장의 합과 맞습니다: 잔액 100P, 잡아 둔 것 0P."), "{page}");
        let sums: Vec<_> = between(&page, "so-far\" data-name=\"합\">", "</td>").collect();
        assert_eq!(sums, ["100P", "0P", "0P", "100P", "100P", "0P"], "newest first");
        // Somebody else's address is not gone back to.
        let away = cafe.desk_form("/_dev/clock", "minutes=1&back=//evil.example").await;
        assert!(away.contains("The cafe on this machine"), "{away}");
    })
    .await;
}

#[tokio::test]
async fn a_hundred_stand_on_a_page_and_all_in_the_table_for_excel() {
    story(async |cafe| {
        cafe.joins("mina", MINA).await;
        let mut ids = Vec::new();
        for _ in 0..101 {
            ids.push(cafe.orders("mina", MINA, 1, "에스프레소").await.order().to_string());
            cafe.later(1);
        }
        let linked = |page: &str| -> Vec<String> {
            between(page, "<th scope=\"row\"><a href=\"/_dev/orders/", "\"").map(str::to_owned).collect()
        };
        let newest: Vec<_> = ids.iter().rev().cloned().collect();
        let first = cafe.desk("/_dev/orders").await;
        assert_eq!(linked(&first), newest[..100]);
        assert!(first.contains("1–100 / 101") && first.contains("show=all&amp;page=2"), "{first}");
        assert_eq!(linked(&cafe.desk("/_dev/orders?page=2").await), newest[100..]);
        assert_eq!(linked(&cafe.desk("/_dev/orders?page=99").await), newest[100..]);
        assert_eq!(linked(&cafe.desk("/_dev/orders?show=paid").await), [""; 0]);

        let answer = cafe.requests_page(Method::GET, "/_dev/orders.csv", KAKAOTALK).await;
        assert_eq!(answer.header(CONTENT_TYPE.as_str()), Some("text/csv; charset=utf-8"));
        assert!(answer.header(CONTENT_DISPOSITION.as_str()).unwrap().contains("orders.csv"));
        let rows: Vec<_> = answer.body.split("\r\n").collect();
        assert_eq!((rows.len(), rows[102]), (103, ""));
        assert!(rows[0].starts_with("\u{feff}\"주문 번호\",\"주문 시각\",\"상태\","), "{}", rows[0]);
        let cells: Vec<_> = rows[1].trim_matches('"').split("\",\"").collect();
        assert_eq!(cells[4..7], ["에스프레소", "1", "1500"]);
        assert_eq!((cells[0], cells[13]), (&*newest[0], "010-****-5678"));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_shown_or_done_for_others_and_for_what_is_not_there() {
    story(async |cafe| {
        let card = cafe.orders("jun", JUN, 1, "에스프레소").await;
        let look = format!("/_dev/orders/{}/look", card.order());
        assert_eq!(cafe.posts_form(&look, &[("origin", "https://evil.example")], "").await, 403);
        assert_eq!(cafe.posts_form(&look, &[("host", "evil.example")], "").await, 403);
        for path in
            ["/_dev/orders/nothing", "/_dev/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/_dev/members/nobody"]
        {
            let answer = cafe.requests_page(Method::GET, path, KAKAOTALK).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let answer = cafe.requests_page(Method::GET, "/_dev/orders?show=everything", KAKAOTALK).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/_dev/orders"));
        let page = cafe.desk(&format!("/_dev/orders/{}", card.order())).await;
        assert!(page.contains("<dd>회원이 아님</dd>") || page.contains("회원이 아님"), "{page}");
    })
    .await;
}
