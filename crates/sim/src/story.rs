//! Stories: short, named, and the same every time but for what is made to go wrong in them.

use cafe_core::cafe::CloseReason::{self, Cancelled, Failed};
use cafe_core::payment::Won;
use jiff::SignedDuration;

use self::Step::{
    Agree, Bare, Capture, Doubt, Fail, Follow, Forge, Forget, Guess, Hint, IssueCode, Join, Leave, Look,
    MixUp, MoveIn, Order, OrderBy, Outage, Reconcile, Refund, RefundUnheard, Renumber, Return, ReturnByHand,
    Spend, SpendBy, Together, Visit, Wait,
};
use crate::audit::{Broken, TABLES};
use crate::cafe::{Cafe, TheCafe};
use crate::heard::Heard;
use crate::plan::{Plan, Script};
use crate::scene::Told;
use crate::zoo::Bug;

/// One thing that somebody does. Orders are numbered as they were taken.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The number of the first is joined with by the second.
    Join(u8, u8),
    /// A customer orders a drink at full price.
    Order(u8, &'static str),
    /// A customer orders a drink with so many points.
    Spend(u8, &'static str, i64),
    /// By the number of the first the second orders a drink at full price.
    OrderBy(u8, u8, &'static str),
    /// The same, with so many points.
    SpendBy(u8, u8, &'static str, i64),
    /// The owner makes a code for the member of a number.
    IssueCode(u8),
    /// With the code for the number of the first the second moves in.
    MoveIn(u8, u8),
    /// The second types a code for the number of the first that they made up.
    Guess(u8, u8),
    /// The owner gives the member of the first number the second.
    Renumber(u8, u8),
    /// The owner forgets the member of a number.
    Forget(u8),
    /// Somebody follows the link of an order.
    Follow(usize),
    /// Its payer agrees at the gateway.
    Agree(usize),
    /// Their browser comes back from there, or is reloaded.
    Visit(usize),
    /// The browser comes back from there, the bank does not know, and no look-up is answered.
    Doubt(usize),
    /// A browser comes back with a token that somebody made up.
    Forge(usize),
    /// A browser comes back without a token.
    Bare(usize),
    /// Its payer gives up at the gateway, or fails there.
    Leave(usize, CloseReason),
    /// A browser says that it ended, whatever is true.
    Hint(usize, CloseReason),
    /// The schedule has orders looked at.
    Reconcile,
    /// The owner gives back so much of it, or all that is left, by that name.
    Refund(usize, &'static str, Option<u32>),
    /// The same, the bank does not know, and no look-up is answered.
    RefundUnheard(usize, &'static str, u32),
    /// The owner has an order looked at.
    Look(usize),
    /// The bank collects what is in doubt after all, or another sum.
    Capture(usize, Option<i64>),
    /// The gateway gives a payment in doubt up.
    Fail(usize),
    /// All of a payment in doubt is returned at the gateway's own desk.
    Return(usize),
    /// The gateway takes a payment in doubt for another order's.
    MixUp(usize),
    /// The owner returns so much of a paid order at the gateway's own desk.
    ReturnByHand(usize, i64),
    /// The gateway answers so many look-ups with an error.
    Outage(u32),
    /// So many minutes go by.
    Wait(i64),
    /// All of these at once.
    Together(&'static [Step]),
}

/// A story, and the stage at which each of its orders ends if nothing goes wrong.
#[derive(Debug)]
pub struct Story {
    /// Its name.
    pub name: &'static str,
    steps: &'static [Step],
    ends: &'static [&'static str],
}

/// In minutes.
const DAY: i64 = 24 * 60;

const COFFEE: &str = "커피";
const WATER: &str = "물";

/// Every story.
pub const STORIES: &[Story] = &[
    Story { name: "join", steps: &[Join(0, 0), Join(0, 0)], ends: &[] },
    Story { name: "two-join-with-one-number", steps: &[Together(&[Join(0, 0), Join(0, 1)])], ends: &[] },
    Story {
        name: "pay-in-full",
        steps: &[Join(0, 0), Order(0, COFFEE), Follow(0), Agree(0), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "paid-yesterday",
        steps: &[Order(1, COFFEE), Follow(0), Agree(0), Visit(0), Wait(120), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "a-stranger-pays",
        steps: &[Order(1, COFFEE), Follow(0), Agree(0), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "pay-with-points",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Agree(0), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "points-cover-it",
        steps: &[Join(0, 0), Spend(0, WATER, 70), Follow(0), Bare(0), Bare(0)],
        ends: &["paid"],
    },
    Story {
        name: "points-for-one-of-two",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Spend(0, WATER, 70),
            Together(&[Follow(0), Follow(1)]),
            Bare(1),
            Agree(0),
            Visit(0),
        ],
        ends: &["quoted", "paid"],
    },
    Story {
        name: "cancel",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Leave(0, Cancelled), Hint(0, Cancelled)],
        ends: &["closed"],
    },
    Story {
        name: "fail",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Leave(0, Failed), Hint(0, Failed)],
        ends: &["closed"],
    },
    Story {
        name: "cancel-what-points-cover",
        steps: &[Join(0, 0), Spend(0, WATER, 70), Follow(0), Hint(0, Cancelled), Follow(0)],
        ends: &["closed"],
    },
    Story {
        name: "cancel-after-all-is-paid",
        steps: &[Order(0, COFFEE), Follow(0), Agree(0), Visit(0), Hint(0, Cancelled)],
        ends: &["paid"],
    },
    Story {
        name: "cancel-while-paying",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Together(&[Visit(0), Hint(0, Cancelled)]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "nobody-pays",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Wait(5), Reconcile, Wait(12), Reconcile],
        ends: &["closed"],
    },
    Story {
        name: "who-has-paid-never-comes-back",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Wait(2),
            Together(&[Reconcile, Reconcile]),
            Wait(40),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story {
        name: "who-has-cancelled-pays-in-another-tab",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Hint(0, Cancelled),
            Agree(0),
            Visit(0),
            Wait(2),
            Together(&[Reconcile, Look(0)]),
        ],
        ends: &["closed"],
    },
    Story {
        name: "who-has-cancelled-pays-an-hour-later",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Hint(0, Cancelled),
            Wait(5),
            Reconcile,
            Wait(60),
            Reconcile,
            Agree(0),
            Visit(0),
            Wait(DAY),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story {
        name: "who-has-failed-tries-another-card",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Leave(0, Failed),
            Together(&[Hint(0, Failed), Agree(0)]),
            Visit(0),
            Wait(2),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story { name: "nobody-follows", steps: &[Order(0, COFFEE), Wait(61), Follow(0)], ends: &[] },
    Story {
        name: "back-too-late",
        steps: &[Order(0, COFFEE), Follow(0), Agree(0), Wait(16), Follow(0), Visit(0), Visit(0)],
        ends: &["closed"],
    },
    Story {
        name: "follow-twice",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Together(&[Follow(0), Follow(0)]), Agree(0), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "two-tabs",
        steps: &[Join(0, 0), Order(0, COFFEE), Follow(0), Agree(0), Together(&[Visit(0), Visit(0)])],
        ends: &["paid"],
    },
    Story {
        name: "reload",
        steps: &[Order(0, COFFEE), Follow(0), Agree(0), Visit(0), Visit(0), Wait(2), Visit(0), Follow(0)],
        ends: &["paid"],
    },
    Story {
        name: "forged-token-first",
        steps: &[Join(0, 0), Order(0, COFFEE), Follow(0), Forge(0), Agree(0), Forge(0), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "too-early-then-again",
        steps: &[Order(0, COFFEE), Follow(0), Bare(0), Forge(0), Agree(0), Bare(0), Wait(1), Visit(0)],
        ends: &["paid"],
    },
    Story {
        name: "the-schedule-finds-it-paid",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Visit(0),
            Wait(1),
            Reconcile,
            Reconcile,
        ],
        ends: &["paid"],
    },
    Story {
        name: "the-schedule-runs-twice-at-once",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Wait(17),
            Together(&[Reconcile, Reconcile, Hint(0, Failed)]),
        ],
        ends: &["closed"],
    },
    Story {
        name: "the-schedule-and-a-tab-at-once",
        steps: &[
            Order(1, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            Wait(1),
            Together(&[Visit(0), Reconcile, Hint(0, Cancelled)]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "the-schedule-and-a-members-tab-at-once",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            Wait(1),
            Together(&[Visit(0), Reconcile]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "the-schedule-and-a-late-hint-at-once",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Wait(17),
            Together(&[Hint(0, Cancelled), Visit(0), Reconcile]),
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-is-finished-by-the-schedule",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Agree(0), Doubt(0), Wait(1), Reconcile],
        ends: &["paid"],
    },
    Story {
        name: "a-doubt-is-finished-by-many-at-once",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Doubt(0),
            Wait(1),
            Together(&[Reconcile, Reconcile, Visit(0), Bare(0), Look(0)]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-doubt-is-closed-and-captured-late",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Doubt(0),
            Wait(20),
            Reconcile,
            Wait(20),
            Reconcile,
            Follow(0),
            Hint(0, Cancelled),
            Capture(0, None),
            Wait(DAY),
            Together(&[Reconcile, Reconcile]),
            Visit(0),
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-is-closed-and-its-payment-fails-late",
        steps: &[
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Doubt(0),
            Wait(20),
            Reconcile,
            Wait(20),
            Reconcile,
            Fail(0),
            Wait(DAY),
            Reconcile,
            Wait(DAY),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-fails",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Doubt(0),
            Fail(0),
            Wait(1),
            Reconcile,
            Wait(1),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-is-captured-for-another-sum",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Doubt(0),
            Capture(0, Some(7)),
            Visit(0),
            Wait(1),
            Together(&[Reconcile, Reconcile, Visit(0)]),
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-is-taken-for-another-order",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Doubt(0),
            Capture(0, None),
            MixUp(0),
            Visit(0),
            Hint(0, Cancelled),
            Wait(1),
            Reconcile,
            Look(0),
        ],
        ends: &["closed"],
    },
    Story {
        name: "a-doubt-is-returned-by-hand",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Doubt(0),
            Capture(0, None),
            Return(0),
            Visit(0),
            Wait(1),
            Reconcile,
        ],
        ends: &["closed"],
    },
    Story {
        name: "nobody-answers-for-sixteen-days",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Doubt(0),
            Outage(2),
            Wait(1),
            Reconcile,
            Wait(16 * DAY),
            Reconcile,
            Capture(0, None),
            Look(0),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-customer-is-back-after-sixteen-days",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Doubt(0),
            Outage(1),
            Wait(16 * DAY),
            Reconcile,
            Visit(0),
        ],
        ends: &["closed"],
    },
    Story {
        name: "nobody-shows-a-late-capture-for-sixteen-days",
        steps: &[
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Doubt(0),
            Wait(20),
            Reconcile,
            Wait(20),
            Reconcile,
            Wait(16 * DAY),
            Reconcile,
            Capture(0, None),
            Look(0),
        ],
        ends: &["closed"],
    },
    Story {
        name: "an-open-order-is-not-shown-for-sixteen-days",
        steps: &[Join(0, 0), Spend(0, COFFEE, 70), Follow(0), Outage(1), Wait(16 * DAY), Reconcile, Look(0)],
        ends: &["closed"],
    },
    Story {
        name: "an-owner-looks-too-early",
        steps: &[Join(0, 0), Spend(0, WATER, 70), Follow(0), Look(0), Bare(0), Look(0)],
        ends: &["paid"],
    },
    Story {
        name: "a-refund-is-finished-by-the-schedule",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            Refund(0, "some", Some(990)),
            Wait(1),
            Together(&[Reconcile, Reconcile, Refund(0, "some", Some(990))]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-refund-that-nobody-heard-of",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            RefundUnheard(0, "some", 990),
            Wait(1),
            Reconcile,
            Refund(0, "some", Some(990)),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-refund-meets-what-was-returned-by-hand",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            ReturnByHand(0, 500),
            Refund(0, "some", Some(100)),
            ReturnByHand(0, 300),
            Refund(0, "some", Some(100)),
            Refund(0, "some", Some(100)),
        ],
        ends: &["paid"],
    },
    Story {
        name: "refund-all",
        steps: &[Join(0, 0), Order(0, COFFEE), Follow(0), Agree(0), Visit(0), Refund(0, "all", None)],
        ends: &["paid"],
    },
    Story {
        name: "refund-in-parts",
        steps: &[
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            Refund(0, "some", Some(990)),
            Refund(0, "rest", None),
            Refund(0, "more", None),
        ],
        ends: &["paid"],
    },
    Story {
        name: "refund-with-points",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Visit(0),
            Refund(0, "some", Some(1_000)),
            Wait(2),
            Refund(0, "some", Some(1_000)),
        ],
        ends: &["paid"],
    },
    Story {
        name: "refund-what-points-covered",
        steps: &[Join(0, 0), Spend(0, WATER, 70), Follow(0), Bare(0), Refund(0, "all", None)],
        ends: &["paid"],
    },
    Story {
        name: "refund-repeated-at-once",
        steps: &[
            Join(0, 0),
            Order(0, COFFEE),
            Follow(0),
            Agree(0),
            Visit(0),
            Together(&[Refund(0, "all", None), Refund(0, "all", None), Refund(0, "other", Some(10))]),
            Wait(2),
            Refund(0, "all", None),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-member-moves-to-another-account",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            IssueCode(0),
            Guess(0, 1),
            MoveIn(0, 2),
            Follow(0),
            SpendBy(0, 2, WATER, 70),
            Follow(1),
            Bare(1),
            MoveIn(0, 1),
            Join(1, 0),
        ],
        ends: &["quoted", "paid"],
    },
    Story {
        name: "a-code-has-five-tries",
        steps: &[
            Join(0, 0),
            IssueCode(0),
            Together(&[Guess(0, 1), Guess(0, 1), Guess(0, 1), Guess(0, 1), Guess(0, 1), Guess(0, 1)]),
            Guess(0, 1),
            MoveIn(0, 1),
        ],
        ends: &[],
    },
    Story {
        name: "two-have-the-code-while-the-old-account-opens-an-order",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            IssueCode(0),
            Together(&[MoveIn(0, 1), Follow(0), MoveIn(0, 2)]),
            Agree(0),
            Visit(0),
        ],
        ends: &["quoted"],
    },
    Story {
        name: "a-member-changes-their-number",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Renumber(0, 2),
            Follow(0),
            Agree(0),
            Visit(0),
            Join(0, 1),
            OrderBy(2, 0, COFFEE),
            Follow(1),
            Agree(1),
            Visit(1),
            Refund(0, "all", None),
        ],
        ends: &["paid", "paid"],
    },
    Story {
        name: "three-want-one-number",
        steps: &[
            Join(0, 0),
            Join(1, 1),
            Together(&[Renumber(0, 2), Renumber(1, 2), Join(2, 2)]),
            Together(&[Renumber(2, 0), Renumber(2, 1), Join(0, 2), Join(1, 2)]),
        ],
        ends: &[],
    },
    Story {
        name: "a-number-is-changed-back-while-another-joins-with-it",
        steps: &[
            Join(0, 0),
            Renumber(0, 2),
            Together(&[Renumber(2, 0), Join(0, 1), Join(0, 2)]),
            Renumber(0, 2),
            Join(2, 2),
        ],
        ends: &[],
    },
    Story {
        name: "a-member-leaves-and-another-has-the-number",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Follow(0),
            Agree(0),
            Visit(0),
            Spend(0, WATER, 30),
            Forget(0),
            Follow(1),
            Refund(0, "all", None),
            Follow(1),
            Join(0, 1),
            Follow(1),
            SpendBy(0, 1, WATER, 70),
            Follow(2),
            Bare(2),
            Join(1, 0),
        ],
        ends: &["paid", "quoted", "paid"],
    },
    Story {
        name: "a-member-leaves-while-they-order",
        steps: &[
            Join(0, 0),
            Spend(0, COFFEE, 70),
            Order(0, COFFEE),
            Together(&[Follow(0), Follow(1), Forget(0)]),
            Agree(0),
            Visit(0),
            Agree(1),
            Visit(1),
            Forget(0),
            Refund(1, "all", None),
        ],
        ends: &["paid", "paid"],
    },
    Story {
        name: "a-member-moves-and-leaves-at-once",
        steps: &[
            Join(0, 0),
            IssueCode(0),
            Together(&[Forget(0), MoveIn(0, 2), Renumber(0, 1), Forget(0)]),
            Join(0, 0),
            Forget(0),
            Join(0, 0),
        ],
        ends: &[],
    },
];

impl Story {
    /// Whether anything happens at once in it, so that the turns matter.
    pub(crate) fn has_turns(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Together(_)))
    }

    /// Tells it with these faults, to its end or to the first thing that does not add up.
    #[must_use]
    pub fn tell(&self, plan: &Plan, bug: Option<Bug>, told: bool) -> Told<TheCafe> {
        let mut cafe = Cafe::new(1, bug, Script::of(plan));
        cafe.pay_at(plan.at);
        if told {
            cafe.write_story();
        }
        let broken = self.play(&mut cafe, plan).err();
        let story = cafe.take_story();
        Told { broken, story, reached: cafe.reached, asked: cafe.chance.asked }
    }

    fn play(&self, cafe: &mut Cafe<Script>, plan: &Plan) -> Result<(), Broken> {
        for step in self.steps {
            cafe.tell(|| format!("{step:?}"));
            let at_once = if let Together(steps) = step { steps } else { std::slice::from_ref(step) };
            let mut begun = Vec::new();
            for step in at_once {
                begun.push((step, begin(cafe, step)?));
            }
            cafe.come_to_rest()?;
            for (step, instance) in begun {
                // A doubt is had once.
                let repeats = plan.patient && !matches!(step, Doubt(_) | RefundUnheard(..));
                if repeats && instance.is_some_and(|instance| !is_certain(cafe.heard(instance))) {
                    cafe.tell(|| format!("{step:?}, again"));
                    begin(cafe, step)?;
                    cafe.come_to_rest()?;
                }
            }
        }
        if plan.patient {
            for track in 0..cafe.orders.len() {
                let again = if cafe.orders[track].token.is_some() { Visit(track) } else { Follow(track) };
                begin(cafe, &again)?;
                cafe.come_to_rest()?;
            }
        }
        cafe.close_for_the_day()?;
        if *plan == Plan::QUIET { self.check_ends(cafe) } else { Ok(()) }
    }

    /// Where nothing went wrong, the story ends as it should.
    fn check_ends(&self, cafe: &Cafe<Script>) -> Result<(), Broken> {
        let stages: Vec<&str> =
            cafe.world.database.items(&TABLES.orders).filter_map(|order| order.text("stage")).collect();
        // The items are in the order of their ids, which is that of their times.
        if stages == self.ends {
            Ok(())
        } else {
            Err(format!("it should end {:?}, and ends {stages:?}", self.ends))
        }
    }
}

/// Does a step up to its first request; none where nobody of ours is asked.
fn begin(cafe: &mut Cafe<Script>, step: &Step) -> Result<Option<usize>, Broken> {
    let id = |track: usize| cafe.orders.get(track).map(|track| track.id);
    Ok(match *step {
        Join(number, customer) => Some(cafe.join(number, customer)),
        Order(customer, drink) => Some(cafe.order((customer, customer), drink, None)),
        Spend(customer, drink, points) => Some(cafe.order((customer, customer), drink, Some(points))),
        OrderBy(number, customer, drink) => Some(cafe.order((number, customer), drink, None)),
        SpendBy(number, customer, drink, points) => Some(cafe.order((number, customer), drink, Some(points))),
        IssueCode(number) => Some(cafe.issue_code(number)),
        MoveIn(number, customer) => Some(cafe.move_in(number, customer, false)),
        Guess(number, customer) => Some(cafe.move_in(number, customer, true)),
        Renumber(number, to) => Some(cafe.renumber(number, to)),
        Forget(number) => Some(cafe.forget(number)),
        Follow(track) => id(track).map(|id| cafe.follow(id)),
        Agree(track) => {
            if track < cafe.orders.len() {
                cafe.agree(track);
            }
            None
        }
        Visit(track) => match id(track) {
            Some(id) => {
                let token = cafe.orders[track].token.clone();
                Some(cafe.visit(id, token))
            }
            None => None,
        },
        Doubt(track) => match id(track) {
            Some(id) => {
                let token = cafe.orders[track].token.clone();
                Some(cafe.visit_unheard(id, token))
            }
            None => None,
        },
        Forge(track) => id(track).map(|id| cafe.visit(id, Some("forged".to_owned()))),
        Bare(track) => id(track).map(|id| cafe.visit(id, None)),
        Leave(track, reason) => {
            if track < cafe.orders.len() {
                cafe.leave(track, reason);
            }
            None
        }
        Hint(track, reason) => id(track).map(|id| cafe.end(id, reason)),
        Reconcile => Some(cafe.reconcile()),
        Look(track) => id(track).map(|id| cafe.look(id)),
        Capture(track, sum) => {
            cafe.capture(track, sum);
            None
        }
        Fail(track) => {
            cafe.fail(track);
            None
        }
        Return(track) => {
            cafe.return_all(track);
            None
        }
        MixUp(track) => {
            cafe.mix_up(track);
            None
        }
        ReturnByHand(track, sum) => {
            cafe.return_by_hand(track, sum);
            None
        }
        Outage(look_ups) => {
            cafe.outage(look_ups);
            None
        }
        Refund(track, name, amount) => id(track).map(|id| cafe.refund(id, name, amount.map(Won::new))),
        RefundUnheard(track, name, amount) => {
            id(track).map(|id| cafe.refund_unheard(id, name, Won::new(amount)))
        }
        Wait(minutes) => {
            cafe.wait(SignedDuration::from_mins(minutes))?;
            None
        }
        Together(_) => None,
    })
}

/// Whether nobody would ask again.
fn is_certain(heard: Option<&Heard>) -> bool {
    match heard {
        Some(
            Heard::Member
            | Heard::Code(..)
            | Heard::Renumbered
            | Heard::Forgotten
            | Heard::Quoted(_)
            | Heard::Pay(..)
            | Heard::Paid(_)
            | Heard::Closed(_)
            | Heard::ClosedInDoubt(_)
            | Heard::Refused
            | Heard::Refunded(_)
            | Heard::Reconciled
            | Heard::Looked(_),
        ) => true,
        Some(Heard::NotPaid(_) | Heard::Pending(_) | Heard::RefundPending(_) | Heard::TryAgain) | None => {
            false
        }
    }
}
