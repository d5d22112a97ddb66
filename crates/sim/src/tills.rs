//! The three fake gateways, asked as one: whoever collects, what becomes of a request and of a payment goes by one name.

use bytes::Bytes;
use cafe_core::cafe::CloseReason;
use cafe_core::payment::{Provider, Session};
use fakes::clock::Clock;
use fakes::portone::Dialect;
use fakes::{Reply, kakaopay, portone, tosspayments};
use http::Request;

use crate::fate::Asks;
use crate::network::asks_gateway;
use crate::schedule::Trouble;

/// The code with which KakaoPay says that it knows no such payment.
const NO_SUCH_PAYMENT: i32 = -721;

/// What really happened to a payment, whichever gateway it is at. Sums are in won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// By what the cafe knows it: its gateway and that one's key.
    pub(crate) session: Session,
    /// The order that it names.
    pub(crate) order: String,
    /// What it comes to.
    pub(crate) total: i64,
    /// What was collected.
    pub(crate) collected: i64,
    /// What was given back of it.
    pub(crate) cancelled: i64,
    /// How often it was collected.
    pub(crate) approvals: usize,
}

/// The three fakes.
#[derive(Debug)]
pub(crate) struct Tills {
    pub(crate) kakaopay: kakaopay::KakaoPay,
    pub(crate) tosspayments: tosspayments::TossPayments,
    pub(crate) portone: portone::PortOne,
}

impl Tills {
    /// Fresh ones, whose keys follow from `seed`.
    pub(crate) fn new(seed: u64, clock: &Clock) -> Tills {
        Tills {
            kakaopay: kakaopay::KakaoPay::new(
                kakaopay::Options { seed, ..kakaopay::Options::default() },
                clock.clone(),
            ),
            tosspayments: tosspayments::TossPayments::new(
                // A cup of water costs less than a card would be charged for.
                tosspayments::Options { seed, smallest_amount: None, ..tosspayments::Options::default() },
                clock.clone(),
            ),
            portone: portone::PortOne::new(
                portone::Options { seed, ..portone::Options::default() },
                clock.clone(),
            ),
        }
    }

    /// Answers a request as the gateway that it is for.
    pub(crate) fn answer(&self, request: &Request<Bytes>) -> Reply {
        match whose(request) {
            Provider::KakaoPay => self.kakaopay.answer(request),
            Provider::TossPayments => self.tosspayments.answer(request),
            Provider::PortOne => self.portone.answer(request),
        }
    }

    /// Has the gateway treat just this request so.
    pub(crate) fn treat(&self, request: &Request<Bytes>, trouble: Trouble) {
        let (kakaopay, tosspayments, portone) = endpoints(asks_gateway(request));
        match whose(request) {
            Provider::KakaoPay => self.kakaopay.inject(kakaopay, at_kakaopay(trouble)),
            Provider::TossPayments => self.tosspayments.inject(tosspayments, at_tosspayments(trouble)),
            Provider::PortOne => self.portone.inject(portone, at_portone(trouble)),
        }
    }

    /// The next look-up at each gateway is not answered.
    pub(crate) fn hide_the_next(&self) {
        self.trouble_the_next(Asks::LookUp, Trouble::Throttled);
    }

    /// The next time each gateway is asked for that, its bank does not know, and nothing was done.
    pub(crate) fn confuse_the_next(&self, asks: Asks) {
        self.trouble_the_next(asks, Trouble::BankUnknown);
    }

    fn trouble_the_next(&self, asks: Asks, trouble: Trouble) {
        let (kakaopay, tosspayments, portone) = endpoints(asks);
        self.kakaopay.inject(kakaopay, at_kakaopay(trouble));
        self.tosspayments.inject(tosspayments, at_tosspayments(trouble));
        self.portone.inject(portone, at_portone(trouble));
    }

    /// From now on every gateway does what it is asked for.
    pub(crate) fn calm_down(&self) {
        self.kakaopay.clear_faults();
        self.tosspayments.clear_faults();
        self.portone.clear_troubles();
    }

    /// What really happened to every payment.
    pub(crate) fn payments(&self) -> Vec<Payment> {
        let kakaopay = self.kakaopay.payments().into_iter().map(|one| Payment {
            session: Session { provider: Provider::KakaoPay, key: one.tid },
            order: one.partner_order_id,
            total: one.total,
            collected: one.collected,
            cancelled: one.cancelled,
            approvals: one.approvals,
        });
        let tosspayments = self.tosspayments.payments().into_iter().map(|one| Payment {
            session: Session { provider: Provider::TossPayments, key: one.payment_key },
            order: one.order_id,
            total: one.total,
            collected: one.collected,
            cancelled: one.cancelled,
            approvals: one.approvals,
        });
        // One of several attempts under the order's own number: none but the last can have been paid.
        let portone = self.portone.payments().into_iter().map(|one| Payment {
            session: Session { provider: Provider::PortOne, key: format!("v2/{}", one.id) },
            order: one.id,
            total: one.total,
            collected: one.collected,
            cancelled: one.cancelled,
            approvals: usize::from(one.paid_at.is_some()),
        });
        kakaopay.chain(tosspayments).chain(portone).collect()
    }

    /// What really happened to one payment. Of several attempts, the one that was paid, or else the last.
    pub(crate) fn payment(&self, session: &Session) -> Option<Payment> {
        let mut of_it: Vec<_> =
            self.payments().into_iter().filter(|payment| payment.session == *session).collect();
        of_it.sort_by_key(|payment| payment.approvals);
        of_it.pop()
    }

    /// The payer agrees on `page`. Gives what their browser brings back from there, if it comes.
    pub(crate) fn pay(&self, session: &Session, page: &str) -> Option<String> {
        let value = |back: &str, name: &str| {
            back.split(['?', '&']).find_map(|pair| Some(pair.strip_prefix(name)?.to_owned()))
        };
        match session.provider {
            Provider::KakaoPay => value(&self.kakaopay.pay(&session.key).ok()?, "pg_token="),
            Provider::TossPayments => value(&self.tosspayments.pay(&session.key).ok()?, "paymentKey="),
            // Nothing that it brings back is needed.
            Provider::PortOne => self.portone.pay(Dialect::V2, query(page)).ok().map(|_| String::new()),
        }
    }

    /// The payer gives up on `page`, or fails there. Tells whether their browser comes back.
    pub(crate) fn leave(&self, session: &Session, page: &str, reason: CloseReason) -> bool {
        let key = &*session.key;
        match (session.provider, reason) {
            (Provider::KakaoPay, CloseReason::Cancelled) => self.kakaopay.cancel_payment(key).is_ok(),
            (Provider::KakaoPay, CloseReason::Failed) => self.kakaopay.fail_payment(key).is_ok(),
            (Provider::KakaoPay, CloseReason::Expired) => self.kakaopay.time_out_payment(key).is_ok(),
            (Provider::TossPayments, CloseReason::Cancelled) => self.tosspayments.cancel_payment(key).is_ok(),
            (Provider::TossPayments, CloseReason::Failed) => self.tosspayments.fail_payment(key).is_ok(),
            (Provider::TossPayments, CloseReason::Expired) => self.tosspayments.time_out_payment(key).is_ok(),
            (Provider::PortOne, CloseReason::Cancelled) => {
                self.portone.cancel_payment(Dialect::V2, query(page)).is_ok()
            }
            (Provider::PortOne, CloseReason::Failed) => {
                self.portone.fail_payment(Dialect::V2, query(page)).is_ok()
            }
            // No window ends by itself, and no payer pays another sum than they are asked for.
            (Provider::PortOne, CloseReason::Expired) | (_, CloseReason::Mismatched) => false,
        }
    }

    /// The bank collects after all, perhaps another sum than was asked for. Tells whether it could.
    pub(crate) fn capture(&self, session: &Session, sum: Option<i64>) -> bool {
        match session.provider {
            Provider::KakaoPay => self.kakaopay.capture(&session.key, sum).is_ok(),
            Provider::TossPayments => self.tosspayments.capture(&session.key, sum).is_ok(),
            Provider::PortOne => self.portone.capture(order_of(session), sum).is_ok(),
        }
    }

    /// Whether a payment has ended unpaid by the gateway's own time: Toss Payments calls that one's time over.
    pub(crate) fn has_run_out(&self, session: &Session) -> bool {
        let payments = self.tosspayments.payments();
        let payment = payments.iter().find(|payment| payment.payment_key == session.key);
        session.provider == Provider::TossPayments
            && payment.is_some_and(|payment| payment.status == tosspayments::Status::Expired)
    }

    /// The gateway gives a payment up. Tells whether it could: `PortOne`'s window leaves that to its payer.
    pub(crate) fn give_up(&self, session: &Session) -> bool {
        match session.provider {
            Provider::KakaoPay => self.kakaopay.give_up(&session.key).is_ok(),
            Provider::TossPayments => self.tosspayments.give_up(&session.key).is_ok(),
            Provider::PortOne => false,
        }
    }

    /// A person returns so much of it at the gateway's own desk. Tells whether they could.
    pub(crate) fn give_back(&self, session: &Session, sum: i64) -> bool {
        match session.provider {
            Provider::KakaoPay => self.kakaopay.give_back(&session.key, sum).is_ok(),
            Provider::TossPayments => self.tosspayments.give_back(&session.key, sum).is_ok(),
            Provider::PortOne => self.portone.give_back(order_of(session), sum).is_ok(),
        }
    }

    /// The gateway takes it for another order's. Tells whether it could: at `PortOne` it is called by its order alone.
    pub(crate) fn mix_up(&self, session: &Session, order: &str) -> bool {
        match session.provider {
            Provider::KakaoPay => self.kakaopay.rename(&session.key, order).is_ok(),
            Provider::TossPayments => self.tosspayments.rename(&session.key, order).is_ok(),
            Provider::PortOne => false,
        }
    }
}

/// Which gateway a request is for.
fn whose(request: &Request<Bytes>) -> Provider {
    let path = request.uri().path();
    if path.starts_with(tosspayments::PREFIX) {
        Provider::TossPayments
    } else if path.starts_with(portone::V2) {
        Provider::PortOne
    } else {
        Provider::KakaoPay
    }
}

fn order_of(session: &Session) -> &str {
    session.key.rsplit('/').next().unwrap_or_default()
}

fn query(page: &str) -> &str {
    page.split_once('?').map_or("", |(_, query)| query)
}

/// Where each gateway is asked for that. `PortOne` is not asked to collect, but looked at.
fn endpoints(asks: Asks) -> (kakaopay::Endpoint, tosspayments::Endpoint, portone::Endpoint) {
    use {kakaopay::Endpoint as K, portone::Endpoint as P, tosspayments::Endpoint as T};
    match asks {
        Asks::Ready => (K::Ready, T::Window, P::Register),
        Asks::Approve => (K::Approve, T::Confirm, P::Payment),
        Asks::Cancel => (K::Cancel, T::Cancel, P::Cancel),
        Asks::LookUp
        | Asks::Get
        | Asks::Query
        | Asks::Put
        | Asks::Update
        | Asks::Transact
        | Asks::Token
        | Asks::Tell
        | Asks::Sleep => (K::Order, T::LookUp, P::Payment),
    }
}

fn at_kakaopay(trouble: Trouble) -> kakaopay::Fault {
    use kakaopay::Fault;
    match trouble {
        Trouble::Throttled | Trouble::Conflict => Fault::Unavailable503,
        Trouble::Failed => Fault::ServerErrorHtml500 { effect: false },
        Trouble::DoneAndFailed => Fault::ServerErrorHtml502 { effect: true },
        Trouble::Refused => Fault::UserLocked,
        Trouble::NotFound => Fault::Refused { code: NO_SUCH_PAYMENT, extras: None, effect: false },
        Trouble::BankUnknown => Fault::BankFirmUnknown { effect: false },
        Trouble::DoneAndBankUnknown => Fault::BankFirmUnknown { effect: true },
        Trouble::InProgress => Fault::DuplicateRequest785,
    }
}

fn at_tosspayments(trouble: Trouble) -> tosspayments::Fault {
    use tosspayments::Fault;
    let refused =
        |code: &str, http_status, effect| Fault::Refused { code: code.to_owned(), http_status, effect };
    let html = |http_status, effect| Fault::ServerErrorHtml { http_status, effect };
    match trouble {
        Trouble::Throttled | Trouble::Conflict => html(503, false),
        Trouble::Failed => html(500, false),
        Trouble::DoneAndFailed => html(502, true),
        Trouble::Refused => refused("NOT_AVAILABLE_BANK", 403, false),
        Trouble::NotFound => refused("NOT_FOUND_PAYMENT", 404, false),
        Trouble::BankUnknown => refused("PROVIDER_ERROR", 400, false),
        Trouble::DoneAndBankUnknown => refused("PROVIDER_ERROR", 400, true),
        Trouble::InProgress => Fault::InProgress,
    }
}

fn at_portone(trouble: Trouble) -> fakes::Trouble {
    match trouble {
        Trouble::Throttled | Trouble::Conflict | Trouble::Failed | Trouble::InProgress => {
            fakes::Trouble::Html502 { effect: false }
        }
        Trouble::DoneAndFailed => fakes::Trouble::Html502 { effect: true },
        Trouble::Refused | Trouble::NotFound => fakes::Trouble::Refused { effect: false },
        Trouble::BankUnknown => fakes::Trouble::Failed { effect: false },
        Trouble::DoneAndBankUnknown => fakes::Trouble::Failed { effect: true },
    }
}
