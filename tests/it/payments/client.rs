//! The same with our own client, in its types.

use cafe_core::payment::VendorCode as Code;
use payments_client::{
    CancelHistory, CreateHistory, CreateReservation, Error, Health, History, HistoryById, HistoryOfSource,
    Notice, PerformanceOf, Problem, RecordId, ReservationById, ReservationOfSource, Source, SystemOf, Vendor,
    VendorCode,
};
use secrecy::SecretString;

use super::counter::{Counter, PASSWORD};

const GATEWAYS: [VendorCode; 2] = [VendorCode::TossPayments, VendorCode::Iamport];

fn password() -> SecretString {
    PASSWORD.into()
}

fn source(order: &str) -> Source {
    Source { schema: "shop".to_owned(), table: "orders".to_owned(), id: order.to_owned() }
}

fn vendor(code: VendorCode, uid: String) -> Vendor {
    Vendor { code, store_id: "shop".to_owned(), uid }
}

/// Taken on: a payment of 1,000 won for an order, made at a gateway.
async fn paid(counter: &Counter, code: VendorCode, order: &str) -> History {
    let uid = if code == VendorCode::Iamport {
        counter.iamport_paid(order, 1_000)
    } else {
        counter.toss_agreed(order, 1_000)
    };
    let (vendor, source) = (vendor(code, uid), source(order));
    let webhook_url = counter.address.clone();
    let create = CreateHistory { vendor, source, price: 1_000, password: password(), webhook_url };
    counter.does(&create).await.unwrap()
}

fn part(order: &str, name: &str) -> CancelHistory {
    CancelHistory {
        source: source(order),
        password: password(),
        price: 200,
        reason: "a cold cup".to_owned(),
        account: None,
        name: Some(RecordId::parse(name).unwrap()),
    }
}

#[tokio::test]
async fn a_payment_is_taken_on_read_and_given_back_in_five_parts_each_once() {
    let counter = Counter::open().await;
    for code in GATEWAYS {
        let order = counter.order();
        let made = paid(&counter, code, &order).await;
        assert_eq!((made.vendor.code, made.price, made.refund), (code, 1_000, None));
        assert_eq!((made.paid_at, made.cancelled_at), (Some(counter.clock.now()), None));
        let by_id = HistoryById { id: made.id.clone(), password: password() };
        assert_eq!(counter.does(&by_id).await.unwrap(), made);
        let by_source = HistoryOfSource { source: source(&order), password: password() };
        assert_eq!(counter.does(&by_source).await.unwrap(), made);

        for number in 1..=5 {
            let name = counter.order();
            let shown = counter.does(&part(&order, &name)).await.unwrap();
            assert_eq!((shown.refund, shown.cancels.len()), (Some(200 * number), number as usize));
            assert_eq!(counter.does(&part(&order, &name)).await.unwrap(), shown, "the same is no other");
        }
        let Err(Error::Refused(refusal)) = counter.does(&part(&order, &counter.order())).await else {
            panic!("more is given back than was paid")
        };
        assert!(refusal.status == 422 && refusal.is_known(), "{refusal}");

        let told = counter.hears().await;
        let notices: Vec<_> =
            told.iter().map(|told| Notice::open(&counter.pair, &told.body).unwrap()).collect();
        let refunds = notices.iter().map(|notice| (notice.previous.refund, notice.current.refund));
        let parts = [None, Some(200), Some(400), Some(600), Some(800), Some(1_000)];
        assert_eq!(
            refunds.collect::<Vec<_>>(),
            parts.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_no_is_told_in_types() {
    let counter = Counter::open().await;
    let order = counter.order();
    let made = paid(&counter, VendorCode::TossPayments, &order).await;
    let refused = async |call: HistoryById| match counter.does(&call).await {
        Err(Error::Refused(refusal)) => (refusal.status.as_u16(), refusal.problem),
        other => panic!("{other:?}"),
    };
    let wrong = refused(HistoryById { id: made.id.clone(), password: "another".into() }).await;
    assert_eq!(wrong, (403, Problem::Told { message: "Wrong password.".to_owned() }));
    let nobody = RecordId::parse(&counter.order()).unwrap();
    assert_eq!(refused(HistoryById { id: nobody, password: password() }).await.0, 404);

    let create = |code, uid: &str| CreateHistory {
        vendor: vendor(code, uid.to_owned()),
        source: Source { id: "no-uuid".to_owned(), ..source(&order) },
        price: 1_000,
        password: password(),
        webhook_url: counter.address.clone(),
    };
    let Err(Error::Refused(refusal)) = counter.does(&create(VendorCode::Iamport, "nobody")).await else {
        panic!("the source is none")
    };
    let Problem::Violation { path, .. } = refusal.problem else { panic!("{refusal}") };
    assert_eq!(path, "$input.source.id");
    let unknown = CreateHistory { source: source(&counter.order()), ..create(VendorCode::Iamport, "nobody") };
    let Err(Error::Refused(refusal)) = counter.does(&unknown).await else { panic!("nobody has paid") };
    assert!(matches!(refusal.problem, Problem::Gateway { .. }), "{refusal}");
}

#[tokio::test]
async fn a_stored_way_to_pay_is_registered_and_read() {
    let counter = Counter::open().await;
    let order = counter.order();
    let vendor = vendor(VendorCode::TossPayments, counter.toss_billing_key(&order));
    let title = "the usual card".to_owned();
    let create =
        CreateReservation { vendor: vendor.clone(), source: source(&order), title, password: password() };
    let made = counter.does(&create).await.unwrap();
    assert_eq!((&made.vendor, &made.source, &*made.title), (&vendor, &source(&order), "the usual card"));
    let by_id = ReservationById { id: made.id.clone(), password: password() };
    assert_eq!(counter.does(&by_id).await.unwrap(), made);
    let by_source = ReservationOfSource { source: source(&order), password: password() };
    assert_eq!(counter.does(&by_source).await.unwrap(), made);
}

#[tokio::test]
async fn a_process_tells_what_it_is_and_has_used() {
    let counter = Counter::open().await;
    counter.does(&Health).await.unwrap();
    let used = counter.does(&PerformanceOf).await.unwrap();
    assert!(used.cpu.user > 0 && used.memory.rss >= used.memory.heap_used, "{used:?}");
    let system = counter.does(&SystemOf).await.unwrap();
    assert_eq!((&*system.package.name, &*system.commit.branch), ("functions", "unknown"));
}

#[test]
fn both_know_the_same_gateways() {
    let ours = Code::ALL.map(|code| format!("\"{}\"", code.as_str()));
    let theirs = [VendorCode::Iamport, VendorCode::KakaoPay, VendorCode::PortOne, VendorCode::TossPayments]
        .map(|code| serde_json::to_string(&code).unwrap());
    assert!(ours.iter().all(|code| theirs.contains(code)) && ours.len() == theirs.len());
}
