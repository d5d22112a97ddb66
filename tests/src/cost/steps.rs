//! The steps of orders, each taken once and metered.

use std::collections::BTreeMap;

use bytes::Bytes;
use cafe_core::payment::BoxError;
use http::Response;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::cafe::Cafe;
use super::meter::Asked;

/// A step that somebody takes, or that happens on schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepName {
    /// Joining with a phone number.
    Join,
    /// Looking up points.
    Points,
    /// Ordering at the full price.
    QuoteInFull,
    /// Opening that order's link.
    OpenInFull,
    /// Opening it once more.
    OpenAgain,
    /// Coming back from the gateway.
    ApproveInFull,
    /// Loading the receipt again.
    Receipt,
    /// Ordering, and spending points.
    QuoteWithPoints,
    /// Opening that order's link: points are held.
    OpenWithPoints,
    /// Coming back: points are spent.
    ApproveWithPoints,
    /// Ordering for points alone.
    QuoteCovered,
    /// Opening that order's link: no gateway is asked.
    OpenCovered,
    /// Being led on to the receipt.
    ApproveCovered,
    /// Coming back from the gateway's cancel button.
    Cancel,
    /// The same where points were held.
    CancelWithPoints,
    /// A minute in which nothing is due.
    Idle,
    /// A minute in which an order is due that nobody paid.
    Expire,
    /// The same where points were held.
    ExpireWithPoints,
    /// Giving a part of the money back, and taking earned points.
    RefundPart,
    /// Giving all of it back.
    RefundAll,
    /// Giving money and spent points back.
    RefundWithPoints,
}

impl StepName {
    /// All of them, in the page's order.
    pub const ALL: [StepName; 21] = [
        StepName::Join,
        StepName::Points,
        StepName::QuoteInFull,
        StepName::OpenInFull,
        StepName::OpenAgain,
        StepName::ApproveInFull,
        StepName::Receipt,
        StepName::QuoteWithPoints,
        StepName::OpenWithPoints,
        StepName::ApproveWithPoints,
        StepName::QuoteCovered,
        StepName::OpenCovered,
        StepName::ApproveCovered,
        StepName::Cancel,
        StepName::CancelWithPoints,
        StepName::Idle,
        StepName::Expire,
        StepName::ExpireWithPoints,
        StepName::RefundPart,
        StepName::RefundAll,
        StepName::RefundWithPoints,
    ];

    /// As the page says it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            StepName::Join => "join",
            StepName::Points => "look up points",
            StepName::QuoteInFull => "quote, in full",
            StepName::OpenInFull => "open, in full",
            StepName::OpenAgain => "open again",
            StepName::ApproveInFull => "approve, in full",
            StepName::Receipt => "load the receipt again",
            StepName::QuoteWithPoints => "quote, with points",
            StepName::OpenWithPoints => "open, with points",
            StepName::ApproveWithPoints => "approve, with points",
            StepName::QuoteCovered => "quote, all in points",
            StepName::OpenCovered => "open, all in points",
            StepName::ApproveCovered => "approve, all in points",
            StepName::Cancel => "cancel",
            StepName::CancelWithPoints => "cancel, with points",
            StepName::Idle => "a minute, nothing due",
            StepName::Expire => "a minute, one order expires",
            StepName::ExpireWithPoints => "the same, with points",
            StepName::RefundPart => "refund a part",
            StepName::RefundAll => "refund all",
            StepName::RefundWithPoints => "refund all, with points",
        }
    }

    /// The function that takes it.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            StepName::Join => "sign-up",
            StepName::Points => "point-lookup",
            StepName::QuoteInFull => "general-payment-preprocess",
            StepName::QuoteWithPoints | StepName::QuoteCovered => "point-payment-preprocess",
            StepName::OpenInFull | StepName::OpenAgain | StepName::OpenWithPoints | StepName::OpenCovered => {
                "payment-ready"
            }
            StepName::ApproveInFull
            | StepName::Receipt
            | StepName::ApproveWithPoints
            | StepName::ApproveCovered => "payment-approve",
            StepName::Cancel | StepName::CancelWithPoints => "payment-close",
            StepName::Idle | StepName::Expire | StepName::ExpireWithPoints => "reconcile",
            StepName::RefundPart | StepName::RefundAll | StepName::RefundWithPoints => "refund",
        }
    }

    /// Whether it comes in through the API.
    #[must_use]
    pub fn is_request(self) -> bool {
        !matches!(self.function(), "reconcile" | "refund")
    }
}

/// What a step comes to, as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What DynamoDB was asked.
    pub asked: Asked,
    /// How often the gateway was asked.
    pub gateway_calls: u64,
    /// Bytes that went out to the customer.
    pub sent_bytes: u64,
    /// Bytes that DynamoDB keeps more, or less, than before; none where that was not weighed.
    pub kept_bytes: i64,
}

/// All steps.
pub type Steps = BTreeMap<StepName, Step>;

/// A customer of the chatbot, and the number they give.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) user: String,
    pub(super) phone: String,
}

impl Customer {
    /// One of a million, all of whom look alike in size.
    pub(super) fn number(number: u32) -> Customer {
        Customer { user: format!("8f14e45fceea167a5a36dedd4b{number:06}"), phone: format!("0101{number:07}") }
    }
}

/// An answer, and how many bytes went out with it.
pub(super) type Sent<T> = Result<(T, u64), BoxError>;

/// Where steps can be taken, and something be read off each.
pub(super) trait Place {
    /// What is read.
    type Reading;

    /// Before a step: nothing of what came before it is to be read off it.
    async fn begin(&mut self) -> Result<(), BoxError>;

    /// After a step that sent that much to the customer.
    async fn read(&mut self, step: StepName, sent_bytes: u64) -> Result<Self::Reading, BoxError>;

    /// A customer's turn in the chat.
    async fn says(&mut self, customer: &Customer, skill: &str, params: Value) -> Sent<Value>;

    /// A browser that follows a link.
    async fn visits(&mut self, url: &str) -> Sent<Response<Bytes>>;

    /// A payer on the gateway's page, who agrees. Gives the way back.
    fn pays(&self, order: &str) -> Result<String, BoxError>;

    /// A payer on the gateway's page, who cancels. Gives the way back.
    fn cancels(&self, order: &str) -> Result<String, BoxError>;

    /// Nobody pays, and 17 minutes go by.
    async fn leaves(&mut self, order: &str) -> Result<(), BoxError>;

    /// A run of the schedule. Gives its report.
    async fn reconciles(&mut self) -> Result<Value, BoxError>;

    /// An owner who gives money back: all of it where no amount is said. Gives the answer.
    async fn refunds(&mut self, order: &str, amount: Option<i64>) -> Result<Value, BoxError>;
}

/// Takes every step once, and counts it. What is kept is weighed where `weighs`, which reads whole tables.
///
/// # Errors
/// Where a step does not end as it should: the walk would tell of something else then.
pub async fn walk(cafe: &mut Cafe, weighs: bool) -> Result<Steps, BoxError> {
    cafe.weighs = weighs;
    take_all(cafe, Customer::number(1)).await
}

/// Takes every step once, as a new customer. Some are taken again on the way to others; what is read first counts.
pub(super) async fn take_all<P: Place>(
    place: &mut P,
    customer: Customer,
) -> Result<BTreeMap<StepName, P::Reading>, BoxError> {
    let mut walk = Walk { place, customer, steps: BTreeMap::new() };
    walk.joins().await?;
    let in_full = walk.in_full().await?;
    walk.with_points().await?;
    walk.covered().await?;
    walk.cancelled().await?;
    walk.expired().await?;
    walk.refunded(&in_full).await?;
    Ok(walk.steps)
}

/// A customer who goes through all steps.
struct Walk<'p, P: Place> {
    place: &'p mut P,
    customer: Customer,
    steps: BTreeMap<StepName, P::Reading>,
}

/// An order with its link.
struct Order {
    link: String,
    id: String,
}

const PAID: &str = "결제가 완료되었습니다";

impl<P: Place> Walk<'_, P> {
    async fn joins(&mut self) -> Result<(), BoxError> {
        let answer = self.says(StepName::Join, json!({})).await?;
        expect("환영합니다", &answer)?;
        let answer = self.says(StepName::Points, json!({})).await?;
        expect("100P", &answer)
    }

    /// Ten cups at full price, which earn 1,500 points. Gives the order.
    async fn in_full(&mut self) -> Result<String, BoxError> {
        let order = self.opened(StepName::QuoteInFull, StepName::OpenInFull, 0).await?;
        self.opens(StepName::OpenAgain, &order).await?;
        let back = self.place.pays(&order.id)?;
        self.returns(StepName::ApproveInFull, &back, PAID).await?;
        self.returns(StepName::Receipt, &back, PAID).await?;
        Ok(order.id)
    }

    async fn with_points(&mut self) -> Result<(), BoxError> {
        let order = self.opened(StepName::QuoteWithPoints, StepName::OpenWithPoints, 100).await?;
        let back = self.place.pays(&order.id)?;
        self.returns(StepName::ApproveWithPoints, &back, PAID).await?;
        self.refunds(StepName::RefundWithPoints, &order.id, None).await
    }

    async fn covered(&mut self) -> Result<(), BoxError> {
        let order = self.quotes(StepName::QuoteCovered, 1_500).await?;
        let back = self.opens(StepName::OpenCovered, &order).await?;
        self.returns(StepName::ApproveCovered, &back, PAID).await
    }

    async fn cancelled(&mut self) -> Result<(), BoxError> {
        for (name, quote, open, points) in [
            (StepName::Cancel, StepName::QuoteInFull, StepName::OpenInFull, 0),
            (StepName::CancelWithPoints, StepName::QuoteWithPoints, StepName::OpenWithPoints, 50),
        ] {
            let order = self.opened(quote, open, points).await?;
            let back = self.place.cancels(&order.id)?;
            self.returns(name, &back, "결제를 취소했습니다").await?;
        }
        Ok(())
    }

    async fn expired(&mut self) -> Result<(), BoxError> {
        self.reconciles(StepName::Idle, 0).await?;
        for (name, quote, open, points) in [
            (StepName::Expire, StepName::QuoteInFull, StepName::OpenInFull, 0),
            (StepName::ExpireWithPoints, StepName::QuoteWithPoints, StepName::OpenWithPoints, 50),
        ] {
            let order = self.opened(quote, open, points).await?;
            self.place.leaves(&order.id).await?;
            self.reconciles(name, 1).await?;
        }
        Ok(())
    }

    /// A cup of another ten, and then all of the first ten.
    async fn refunded(&mut self, in_full: &str) -> Result<(), BoxError> {
        let part = self.opened(StepName::QuoteInFull, StepName::OpenInFull, 0).await?;
        let back = self.place.pays(&part.id)?;
        self.returns(StepName::ApproveInFull, &back, PAID).await?;
        self.refunds(StepName::RefundPart, &part.id, Some(1_500)).await?;
        self.refunds(StepName::RefundAll, in_full, None).await
    }

    async fn opened(&mut self, quote: StepName, open: StepName, points: i64) -> Result<Order, BoxError> {
        let order = self.quotes(quote, points).await?;
        self.opens(open, &order).await?;
        Ok(order)
    }

    /// Ten cups, or one on which points are spent.
    async fn quotes(&mut self, name: StepName, points: i64) -> Result<Order, BoxError> {
        let mut params = json!({ "menu": "에스프레소", "num": 10 });
        if points > 0 {
            params["num"] = json!(1);
            params["paypoint"] = json!(points);
        }
        let answer = self.says(name, params).await?;
        let link = &answer["template"]["outputs"][0]["commerceCard"]["buttons"][0]["webLinkUrl"];
        let link = link.as_str().ok_or_else(|| format!("no link: {answer}"))?.to_owned();
        let id = link.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Order { link, id })
    }

    async fn says(&mut self, name: StepName, mut params: Value) -> Result<Value, BoxError> {
        params["phone"] = json!(self.customer.phone);
        self.place.begin().await?;
        let said = self.place.says(&self.customer, name.function(), params).await;
        self.taken(name, said).await
    }

    /// Opens a link. Gives where it leads.
    async fn opens(&mut self, name: StepName, order: &Order) -> Result<String, BoxError> {
        let answer = self.visits(name, &order.link).await?;
        let location = answer.headers().get(LOCATION).ok_or("the link leads nowhere")?;
        Ok(location.to_str()?.to_owned())
    }

    async fn returns(&mut self, name: StepName, back: &str, reads: &str) -> Result<(), BoxError> {
        let answer = self.visits(name, back).await?;
        expect(reads, &json!(String::from_utf8_lossy(answer.body())))
    }

    async fn visits(&mut self, name: StepName, url: &str) -> Result<Response<Bytes>, BoxError> {
        self.place.begin().await?;
        let answer = self.place.visits(url).await;
        self.taken(name, answer).await
    }

    async fn reconciles(&mut self, name: StepName, closed: u32) -> Result<(), BoxError> {
        self.place.begin().await?;
        let report = self.place.reconciles().await.map(|report| (report, 0));
        let report = self.taken(name, report).await?;
        expect(&format!("\"closed\":{closed},"), &report)
    }

    async fn refunds(&mut self, name: StepName, order: &str, amount: Option<i64>) -> Result<(), BoxError> {
        self.place.begin().await?;
        let answer = self.place.refunds(order, amount).await.map(|answer| (answer, 0));
        let answer = self.taken(name, answer).await?;
        expect("\"outcome\":\"refunded\"", &answer)
    }

    async fn taken<T>(&mut self, name: StepName, sent: Sent<T>) -> Result<T, BoxError> {
        let (answer, sent_bytes) = sent.map_err(|error| format!("{}: {error}", name.words()))?;
        let reading = self.place.read(name, sent_bytes).await?;
        self.steps.entry(name).or_insert(reading);
        Ok(answer)
    }
}

fn expect(what: &str, answer: &Value) -> Result<(), BoxError> {
    if answer.to_string().contains(what) { Ok(()) } else { Err(format!("no {what}: {answer}").into()) }
}
