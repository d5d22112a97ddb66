//! Any sequence of steps, told to the fake and to a model of a few lines: they never disagree about the money.

use fakes::Reply;
use fakes::kakaopay::{Endpoint, Fault, PayerError};
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::shop::{Dialect, Shop, answer, approve_fields, cancel_fields, ready_fields, token, with};

/// What may happen next. An index is into the payments that there are by then.
#[derive(Clone, Debug)]
enum Step {
    Ready { total: i64 },
    Open(Index),
    Press(Index, Button),
    Approve(Index, Slip, Option<Trouble>),
    Cancel { of: Index, amount: i64, believed: Belief, trouble: Option<Trouble> },
    Advance { minutes: i64 },
}

#[derive(Clone, Copy, Debug)]
enum Button {
    Pay,
    Cancel,
    Fail,
    TimeOut,
}

/// What is wrong with an approval.
#[derive(Clone, Copy, Debug)]
enum Slip {
    None,
    Order,
    User,
    Token,
    Total,
}

/// What the shop believes is left to give back.
#[derive(Clone, Copy, Debug)]
enum Belief {
    None,
    Right,
    Wrong,
}

fn step() -> impl Strategy<Value = Step> {
    let button = prop_oneof![
        6 => Just(Button::Pay), 1 => Just(Button::Cancel), 1 => Just(Button::Fail), 1 => Just(Button::TimeOut)
    ];
    let slip = prop_oneof![
        6 => Just(Slip::None), 1 => Just(Slip::Order), 1 => Just(Slip::User), 1 => Just(Slip::Token),
        1 => Just(Slip::Total)
    ];
    let belief = prop_oneof![Just(Belief::None), Just(Belief::Right), Just(Belief::Wrong)];
    let trouble = || prop_oneof![3 => Just(None), 2 => trouble().prop_map(Some)];
    prop_oneof![
        3 => (1..5_000_i64).prop_map(|total| Step::Ready { total }),
        1 => any::<Index>().prop_map(Step::Open),
        5 => (any::<Index>(), button).prop_map(|(of, button)| Step::Press(of, button)),
        6 => (any::<Index>(), slip, trouble()).prop_map(|(of, slip, trouble)| Step::Approve(of, slip, trouble)),
        6 => (any::<Index>(), 0..3_000_i64, belief, trouble())
            .prop_map(|(of, amount, believed, trouble)| Step::Cancel { of, amount, believed, trouble }),
        1 => (1..10_i64).prop_map(|minutes| Step::Advance { minutes }),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    any::<bool>().prop_flat_map(|effect| {
        let of = |fault, has_effect, heard| Just(Trouble { fault, has_effect, heard });
        prop_oneof![
            of(Fault::AnswerLost, true, Heard::Nothing),
            of(Fault::Reset, false, Heard::Nothing),
            of(Fault::UserLocked, false, Heard::Failed),
            of(Fault::DuplicateRequest785, false, Heard::Code(-785)),
            of(Fault::NumericStrings, true, Heard::TheTruth),
            of(Fault::BankFirmUnknown { effect }, effect, Heard::Failed),
            of(Fault::ServerErrorHtml502 { effect }, effect, Heard::Nothing),
            of(Fault::Garbage { effect }, effect, Heard::Nothing),
        ]
    })
}

/// A fault, and what is known of it.
#[derive(Clone, Debug)]
struct Trouble {
    fault: Fault,
    has_effect: bool,
    heard: Heard,
}

#[derive(Clone, Copy, Debug)]
enum Heard {
    TheTruth,
    Code(i64),
    /// The code of a failure at this endpoint.
    Failed,
    Nothing,
}

/// What a payment should be.
#[derive(Clone, Debug)]
struct Model {
    tid: String,
    total: i64,
    status: &'static str,
    token: String,
    minutes: i64,
    timed_out: bool,
    collected: i64,
    cancelled: i64,
}

impl Model {
    fn is_late(&self, now: i64) -> bool {
        self.timed_out || now - self.minutes > 15
    }

    fn is_waiting(&self) -> bool {
        ["READY", "OPEN_PAYMENT"].contains(&self.status)
    }

    fn approve(&mut self, slip: Slip, now: i64, carried_out: bool) -> i64 {
        let code = match (self.status, slip) {
            _ if self.collected > 0 => -702,
            _ if self.is_late(now) => -723,
            ("QUIT_PAYMENT" | "FAIL_PAYMENT", _) => -783,
            ("READY" | "OPEN_PAYMENT", _) => -701,
            (_, Slip::Order) => -706,
            (_, Slip::User) => -707,
            (_, Slip::Token) => -708,
            (_, Slip::Total) => -725,
            (_, Slip::None) => 0,
        };
        if code == 0 && carried_out {
            self.collected = self.total;
            self.status = "SUCCESS_PAYMENT";
        }
        code
    }

    fn cancel(&mut self, amount: i64, believed: Belief, carried_out: bool) -> i64 {
        let code = match believed {
            _ if self.collected == 0 => -784,
            _ if amount > self.total => -711,
            _ if amount > self.total - self.cancelled => -710,
            _ if amount == 0 => -722,
            Belief::Wrong => -722,
            Belief::None | Belief::Right => 0,
        };
        if code == 0 && carried_out {
            self.cancelled += amount;
            self.status = if self.cancelled == self.total { "CANCEL_PAYMENT" } else { "PART_CANCEL_PAYMENT" };
        }
        code
    }
}

struct World {
    shop: Shop,
    now: i64,
    payments: Vec<Model>,
}

impl World {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Ready { total } => {
                let answer = self.shop.ask("ready", &with(ready_fields(), json!({ "total_amount": total })));
                self.payments.push(Model {
                    tid: answer.text("tid").into(),
                    total: *total,
                    status: "READY",
                    token: "none yet".into(),
                    minutes: self.now,
                    timed_out: false,
                    collected: 0,
                    cancelled: 0,
                });
            }
            Step::Advance { minutes } => {
                self.now += minutes;
                self.shop.clock.advance(SignedDuration::from_mins(*minutes));
            }
            _ if self.payments.is_empty() => {}
            Step::Open(of) => {
                let (payment, now) = (of.get_mut(&mut self.payments), self.now);
                let opened = self.shop.fake.open(&payment.tid);
                if !payment.is_waiting() {
                    assert!(matches!(opened, Err(PayerError::Finished(_))));
                } else if payment.is_late(now) {
                    assert!(matches!(opened, Err(PayerError::TimedOut { .. })));
                    payment.status = "FAIL_PAYMENT";
                } else {
                    assert_eq!(opened, Ok(()));
                    payment.status = "OPEN_PAYMENT";
                }
            }
            Step::Press(of, button) => self.press(*of, *button),
            Step::Approve(of, slip, trouble) => self.approve(*of, *slip, trouble.as_ref()),
            Step::Cancel { of, amount, believed, trouble } => {
                self.cancel(*of, *amount, *believed, trouble.as_ref());
            }
        }
    }

    fn press(&mut self, of: Index, button: Button) {
        let payment = of.get_mut(&mut self.payments);
        let (fake, tid) = (&self.shop.fake, &payment.tid);
        let sent_to = match button {
            Button::Pay => fake.pay(tid),
            Button::Cancel => fake.cancel_payment(tid),
            Button::Fail => fake.fail_payment(tid),
            Button::TimeOut => fake.time_out_payment(tid),
        };
        if !payment.is_waiting() {
            assert!(matches!(sent_to, Err(PayerError::Finished(_))));
            return;
        }
        let sent_to = sent_to.unwrap();
        let (status, end) = match button {
            _ if payment.is_late(self.now) => ("FAIL_PAYMENT", "/fail"),
            Button::Pay => ("AUTH_PASSWORD", "/ok"),
            Button::Cancel => ("QUIT_PAYMENT", "/cancel"),
            Button::Fail | Button::TimeOut => ("FAIL_PAYMENT", "/fail"),
        };
        payment.status = status;
        payment.timed_out = matches!(button, Button::TimeOut) || payment.is_late(self.now);
        assert!(sent_to.split('?').next().unwrap().ends_with(end), "{sent_to}");
        if status == "AUTH_PASSWORD" {
            payment.token = token(&sent_to);
        }
    }

    fn approve(&mut self, of: Index, slip: Slip, trouble: Option<&Trouble>) {
        let payment = of.get_mut(&mut self.payments);
        let right =
            with(approve_fields(&payment.tid, &payment.token), json!({ "total_amount": payment.total }));
        let fields = match slip {
            Slip::None => right,
            Slip::Order => with(right, json!({ "partner_order_id": "another" })),
            Slip::User => with(right, json!({ "partner_user_id": "another" })),
            Slip::Token => with(right, json!({ "pg_token": "another" })),
            Slip::Total => with(right, json!({ "total_amount": payment.total + 1 })),
        };
        let code = payment.approve(slip, self.now, trouble.is_none_or(|trouble| trouble.has_effect));
        let expected = self.trouble(Endpoint::Approve, trouble, -780, code);
        assert_eq!(heard(self.shop.send("approve", &fields)), expected);
    }

    fn cancel(&mut self, of: Index, amount: i64, believed: Belief, trouble: Option<&Trouble>) {
        let payment = of.get_mut(&mut self.payments);
        let left = payment.collected - payment.cancelled;
        let fields = match believed {
            Belief::None => cancel_fields(&payment.tid, amount),
            Belief::Right => {
                with(cancel_fields(&payment.tid, amount), json!({ "cancel_available_amount": left }))
            }
            Belief::Wrong => {
                with(cancel_fields(&payment.tid, amount), json!({ "cancel_available_amount": left + 1 }))
            }
        };
        let code = payment.cancel(amount, believed, trouble.is_none_or(|trouble| trouble.has_effect));
        let expected = self.trouble(Endpoint::Cancel, trouble, -781, code);
        assert_eq!(heard(self.shop.send("cancel", &fields)), expected);
    }

    /// Makes trouble, if there is to be any, and says what will be heard instead of `code`.
    fn trouble(&self, endpoint: Endpoint, trouble: Option<&Trouble>, failed: i64, code: i64) -> Option<i64> {
        let Some(trouble) = trouble else { return Some(code) };
        self.shop.fake.inject(endpoint, trouble.fault.clone());
        match trouble.heard {
            Heard::TheTruth => Some(code),
            Heard::Code(code) => Some(code),
            Heard::Failed => Some(failed),
            Heard::Nothing => None,
        }
    }

    /// What really happened, and what `order` tells, is what the model says.
    fn check(&self) {
        for payment in &self.payments {
            let view = self.shop.fake.payment(&payment.tid).unwrap();
            let left = payment.collected - payment.cancelled;
            assert_eq!(view.status.as_str(), payment.status);
            assert_eq!((view.collected, view.cancelled), (payment.collected, payment.cancelled));
            assert_eq!(view.approvals, usize::from(payment.collected > 0));
            assert!(0 <= left && left <= payment.total);

            let order = self.shop.order(&payment.tid).body;
            assert_eq!(order["status"], payment.status);
            assert_eq!(order["amount"]["total"], payment.total);
            assert_eq!(order["canceled_amount"]["total"], payment.cancelled);
            assert_eq!(order["cancel_available_amount"]["total"], left);
            let vat = order["cancel_available_amount"]["vat"].as_i64().unwrap();
            assert!(0 <= vat && vat <= left);
        }
    }
}

/// The code that was heard, if anything readable was.
fn heard(reply: Reply) -> Option<i64> {
    match reply {
        Reply::Answer(response) => {
            serde_json::from_slice::<serde_json::Value>(response.body()).ok()?;
            Some(answer(Reply::Answer(response)).code())
        }
        Reply::Lost | Reply::Reset => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_steps_loses_or_makes_money(
        dialect in prop_oneof![Just(Dialect::Open), Just(Dialect::Legacy)],
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let shop = Shop::new(dialect, fakes::kakaopay::Options::default());
        let mut world = World { shop, now: 0, payments: Vec::new() };
        for step in &steps {
            world.take(step);
            world.check();
        }
    }
}
