//! Stories of the payments service: short, named, and the same every time but for what is made to go wrong in them.

use cafe_core::payment::VendorCode::{self, Iamport, TossPayments as Toss};
use jiff::SignedDuration;

use self::Step::{
    Agree, Buy, ByHand, Cancel, CancelAs, Create, CreateAs, CreateFor, Deaf, Decline, Deposit, Dispatch,
    Forge, Lie, MixUp, Nudge, Pause, Refuse, Replay, Reverse, Stream, Together, Wait,
};
use super::TheService;
use super::audit::look_of;
use super::office::{Office, Way};
use super::zoo::Bug;
use crate::audit::Broken;
use crate::plan::{Plan, Script};
use crate::scene::Told;

/// One thing that somebody does. Payments are numbered as they were begun.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A customer pays 1000 at a gateway, or begins to.
    Buy(VendorCode, Way),
    /// The customer who has opened a window agrees.
    Agree(usize),
    /// Their card is declined.
    Decline(usize),
    /// A service has a payment taken on.
    Create(usize),
    /// A service has it taken on as another sum.
    CreateFor(usize, i64),
    /// A service has the first taken on for the order of the second.
    CreateAs(usize, usize),
    /// A service has so much of it given back.
    Cancel(usize, u32),
    /// The same, by that name.
    CancelAs(usize, &'static str, u32),
    /// Somebody pays into its virtual account.
    Deposit(usize),
    /// The bank takes that back.
    Reverse(usize),
    /// So much of it is given back at the gateway's own desk.
    ByHand(usize, i64),
    /// The gateway nudges about it.
    Nudge(usize),
    /// Somebody nudges about it, and says whether it is paid and what was given back.
    Lie(usize, bool, u32),
    /// Somebody nudges about a payment that nobody has made.
    Forge(VendorCode),
    /// Toss Payments refuses the next payment that it shall collect.
    Refuse,
    /// The next answer of a gateway is about another payment.
    MixUp,
    /// Services take so many notices not.
    Deaf(u32),
    /// The schedule has a look.
    Dispatch,
    /// The table's stream has a service told of one notice.
    Stream,
    /// The first notice about it is told once more.
    Replay(usize),
    /// So many minutes go by.
    Wait(i64),
    /// So many seconds go by, in which what is on its way stays there.
    Pause(i64),
    /// All of these at once.
    Together(&'static [Step]),
}

/// A story, and how the record of each of its payments ends if nothing goes wrong.
#[derive(Debug)]
pub struct Story {
    /// Its name.
    pub name: &'static str,
    steps: &'static [Step],
    ends: &'static [&'static str],
}

use Way::{Account, Card, Window};

/// Every story.
pub const STORIES: &[Story] = &[
    Story { name: "toss", steps: &[Buy(Toss, Card), Create(0), Create(0)], ends: &["paid"] },
    Story { name: "iamport", steps: &[Buy(Iamport, Card), Create(0), Create(0)], ends: &["paid"] },
    Story {
        name: "two-payments",
        steps: &[Buy(Toss, Card), Buy(Toss, Card), Create(0), Create(1)],
        ends: &["paid", "paid"],
    },
    Story {
        name: "at-once",
        steps: &[Buy(Toss, Card), Together(&[Create(0), Create(0)]), Wait(1), Create(0)],
        ends: &["paid"],
    },
    Story {
        name: "at-once-with-a-slow-first",
        steps: &[Buy(Iamport, Card), Create(0), Pause(31), Together(&[Create(0), Dispatch]), Wait(1)],
        ends: &["paid"],
    },
    Story {
        name: "left-behind",
        steps: &[Buy(Toss, Card), Create(0), Wait(1), Dispatch, Wait(20), Dispatch],
        ends: &["paid"],
    },
    Story {
        name: "left-behind-and-taken-over-by-two",
        steps: &[Buy(Toss, Card), Create(0), Pause(31), Together(&[Create(0), Create(0), Dispatch])],
        ends: &["paid"],
    },
    Story {
        name: "nobody-has-agreed",
        steps: &[Buy(Toss, Window), Create(0), Agree(0), Create(0)],
        ends: &["paid"],
    },
    Story {
        name: "declined",
        steps: &[Buy(Toss, Window), Decline(0), Create(0), Buy(Iamport, Window), Create(1)],
        ends: &["", ""],
    },
    Story {
        name: "paid-after-all",
        steps: &[Buy(Iamport, Window), Create(0), Agree(0), Pause(31), Create(0), Wait(1), Nudge(0)],
        ends: &["paid"],
    },
    Story {
        name: "taken-over-and-given-back",
        steps: &[Buy(Toss, Card), Create(0), Pause(31), Create(0), Cancel(0, 300), Wait(1), Nudge(0)],
        ends: &["partly returned 300"],
    },
    Story { name: "refused-once", steps: &[Buy(Toss, Card), Refuse, Create(0), Create(0)], ends: &["paid"] },
    Story {
        name: "agreed-too-long-ago",
        steps: &[Buy(Toss, Card), Wait(11), Create(0), Wait(20), Dispatch],
        ends: &[""],
    },
    Story {
        name: "a-wrong-price-at-toss",
        steps: &[Buy(Toss, Card), CreateFor(0, 999), Wait(20), Dispatch],
        ends: &[""],
    },
    Story {
        name: "a-wrong-price-at-iamport",
        steps: &[Buy(Iamport, Card), CreateFor(0, 999), Wait(1), Dispatch, Wait(20), Dispatch],
        ends: &[""],
    },
    Story {
        name: "a-wrong-price-of-which-some-is-back",
        steps: &[Buy(Iamport, Card), ByHand(0, 300), CreateFor(0, 1_001), Wait(1), CreateFor(0, 1_001)],
        ends: &[""],
    },
    Story {
        name: "a-wrong-and-a-right-price-at-once",
        steps: &[Buy(Toss, Card), Together(&[CreateFor(0, 999), Create(0)]), Wait(1), Create(0)],
        ends: &["paid"],
    },
    Story {
        name: "another-order",
        steps: &[Buy(Iamport, Card), Buy(Iamport, Card), CreateAs(0, 1), Create(0), Create(1)],
        ends: &["paid", "paid"],
    },
    Story {
        name: "one-source-for-two",
        steps: &[Buy(Iamport, Card), Buy(Iamport, Card), Create(1), CreateAs(0, 1), Create(0)],
        ends: &["paid", "paid"],
    },
    Story {
        name: "one-payment-for-two",
        steps: &[
            Buy(Iamport, Card),
            Buy(Iamport, Card),
            Together(&[CreateAs(0, 1), Create(0), Create(1)]),
            Wait(1),
            Create(0),
            Create(1),
        ],
        ends: &["paid", "paid"],
    },
    Story {
        name: "an-answer-about-another",
        steps: &[Buy(Toss, Card), MixUp, Create(0), Pause(31), Create(0)],
        ends: &["paid"],
    },
    Story {
        name: "an-answer-about-another-at-iamport",
        steps: &[Buy(Iamport, Card), MixUp, Create(0), Pause(31), Create(0), MixUp, Nudge(0)],
        ends: &["paid"],
    },
    Story {
        name: "an-answer-about-another-of-the-right-sum",
        steps: &[Buy(Iamport, Card), MixUp, CreateFor(0, 999), Pause(31), CreateFor(0, 999)],
        ends: &[""],
    },
    Story {
        name: "an-account-at-toss",
        steps: &[Buy(Toss, Account), Create(0), Deposit(0), Nudge(0), Stream, Dispatch],
        ends: &["paid"],
    },
    Story {
        name: "an-account-at-iamport",
        steps: &[Buy(Iamport, Account), Create(0), Deposit(0), Nudge(0), Stream, Nudge(0), Dispatch],
        ends: &["paid"],
    },
    Story {
        name: "an-account-of-a-wrong-sum",
        steps: &[Buy(Iamport, Account), CreateFor(0, 999), Create(0)],
        ends: &["unpaid"],
    },
    Story {
        name: "a-deposit-is-taken-back",
        steps: &[
            Buy(Toss, Account),
            Create(0),
            Deposit(0),
            Nudge(0),
            Reverse(0),
            Together(&[Nudge(0), Stream]),
            Deposit(0),
            Together(&[Nudge(0), Dispatch, Stream]),
        ],
        ends: &["paid"],
    },
    Story {
        name: "a-deposit-is-given-back",
        steps: &[
            Buy(Toss, Account),
            Create(0),
            Deposit(0),
            Together(&[Nudge(0), Nudge(0)]),
            Cancel(0, 1_000),
            Stream,
            Dispatch,
        ],
        ends: &["returned 1000"],
    },
    Story {
        name: "a-deposit-at-iamport-is-given-back",
        steps: &[Buy(Iamport, Account), Create(0), Deposit(0), Nudge(0), Cancel(0, 400), Stream, Stream],
        ends: &["partly returned 400"],
    },
    Story {
        name: "an-account-is-closed-before-its-deposit",
        steps: &[Buy(Toss, Account), Create(0), Cancel(0, 1_000), Wait(1), Dispatch],
        ends: &["returned 1000"],
    },
    Story {
        name: "a-nudge-before-the-record",
        steps: &[Buy(Toss, Account), Nudge(0), Together(&[Create(0), Nudge(0)]), Deposit(0), Nudge(0)],
        ends: &["paid"],
    },
    Story {
        name: "nudges-twice-and-out-of-order",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            ByHand(0, 100),
            Nudge(0),
            ByHand(0, 100),
            Together(&[Nudge(0), Nudge(0), Nudge(0)]),
            Stream,
            Stream,
        ],
        ends: &["partly returned 200"],
    },
    Story {
        name: "nudges-that-lie",
        steps: &[
            Buy(Toss, Account),
            Create(0),
            Lie(0, true, 0),
            Lie(0, false, 1_000),
            Deposit(0),
            Nudge(0),
            Lie(0, false, 0),
            Lie(0, true, 1_000),
            Buy(Iamport, Card),
            Create(1),
            Lie(1, false, 500),
        ],
        ends: &["paid", "paid"],
    },
    Story {
        name: "nudges-about-nothing",
        steps: &[Forge(Toss), Buy(Iamport, Card), Forge(Iamport), Create(0), Forge(Toss), Forge(Iamport)],
        ends: &["paid"],
    },
    Story {
        name: "five-equal-parts",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Stream,
            Dispatch,
        ],
        ends: &["returned 1000"],
    },
    Story {
        name: "five-equal-parts-at-iamport",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Cancel(0, 200),
            Dispatch,
        ],
        ends: &["returned 1000"],
    },
    Story {
        name: "one-refund-by-one-name",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            CancelAs(0, "one", 300),
            CancelAs(0, "one", 300),
            CancelAs(0, "two", 300),
            Wait(1),
            CancelAs(0, "one", 300),
        ],
        ends: &["partly returned 600"],
    },
    Story {
        name: "one-refund-by-one-name-at-iamport",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            CancelAs(0, "one", 300),
            Nudge(0),
            CancelAs(0, "one", 300),
            Wait(1),
            CancelAs(0, "one", 300),
        ],
        ends: &["partly returned 300"],
    },
    Story {
        name: "a-refund-left-behind",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            Cancel(0, 300),
            Wait(1),
            Together(&[Dispatch, Nudge(0)]),
            Wait(11),
            Dispatch,
        ],
        ends: &["partly returned 300"],
    },
    Story {
        name: "a-refund-is-asked-for-again",
        steps: &[Buy(Iamport, Card), Create(0), CancelAs(0, "one", 300), Pause(31), CancelAs(0, "one", 300)],
        ends: &["partly returned 300"],
    },
    Story {
        name: "a-refund-is-asked-for-again-at-toss",
        steps: &[Buy(Toss, Card), Create(0), CancelAs(0, "one", 300), Pause(31), CancelAs(0, "one", 300)],
        ends: &["partly returned 300"],
    },
    Story {
        name: "a-refund-and-its-nudge-at-once",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            Together(&[Cancel(0, 300), Nudge(0), Nudge(0)]),
            Nudge(0),
            Together(&[Stream, Dispatch]),
        ],
        ends: &["partly returned 300"],
    },
    Story {
        name: "two-refunds-at-once",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            Together(&[CancelAs(0, "one", 600), CancelAs(0, "two", 600)]),
            Wait(1),
            Dispatch,
        ],
        ends: &["partly returned 600"],
    },
    Story {
        name: "a-refund-meets-what-was-returned-by-hand",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            ByHand(0, 500),
            Cancel(0, 600),
            Wait(1),
            Nudge(0),
            Cancel(0, 500),
            Cancel(0, 1),
        ],
        ends: &["returned 1000"],
    },
    Story {
        name: "too-much-is-asked-back",
        steps: &[Buy(Toss, Card), Create(0), Cancel(0, 1_001), Cancel(0, 600), Cancel(0, 600)],
        ends: &["partly returned 600"],
    },
    Story {
        name: "a-service-is-told-in-order",
        steps: &[
            Buy(Toss, Card),
            Create(0),
            Cancel(0, 100),
            Cancel(0, 100),
            Cancel(0, 100),
            Together(&[Dispatch, Stream, Stream]),
            Wait(1),
            Dispatch,
        ],
        ends: &["partly returned 300"],
    },
    Story {
        name: "a-service-does-not-listen",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            Deaf(3),
            Cancel(0, 100),
            Stream,
            Cancel(0, 100),
            Stream,
            Wait(1),
            Dispatch,
            Wait(1),
            Dispatch,
            Wait(1),
            Dispatch,
        ],
        ends: &["partly returned 200"],
    },
    Story {
        name: "a-service-does-not-listen-for-nine-days",
        steps: &[
            Buy(Iamport, Card),
            Create(0),
            Deaf(1_000),
            Cancel(0, 100),
            Stream,
            Wait(4 * 24 * 60),
            Dispatch,
            Wait(5 * 24 * 60),
            Dispatch,
            Deaf(0),
            Cancel(0, 100),
            Stream,
            Replay(0),
            Replay(0),
            Wait(31 * 24 * 60),
        ],
        ends: &["partly returned 200"],
    },
];

impl Story {
    /// Whether anything happens at once in it, so that the turns matter.
    pub(crate) fn has_turns(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Together(_)))
    }

    /// Tells it with these faults, to its end or to the first thing that does not add up.
    #[must_use]
    pub fn tell(&self, plan: &Plan, bug: Option<Bug>, told: bool) -> Told<TheService> {
        let mut office = Office::new(1, bug, Script::by_day(plan));
        if told {
            office.write_story();
        }
        let broken = self.play(&mut office, plan).err();
        let story = office.take_story();
        Told { broken, story, reached: office.reached, asked: office.chance.asked }
    }

    fn play(&self, office: &mut Office<Script>, plan: &Plan) -> Result<(), Broken> {
        for step in self.steps {
            office.tell(|| format!("{step:?}"));
            let at_once = if let Together(steps) = step { steps } else { std::slice::from_ref(step) };
            let mut begun = Vec::new();
            for step in at_once {
                begun.push((step, begin(office, step)?));
            }
            office.come_to_rest()?;
            for (step, instance) in begun {
                if plan.patient && instance.is_some_and(|instance| !is_certain(office.heard(instance))) {
                    office.tell(|| format!("{step:?}, again"));
                    // What runs half a minute at most is over then.
                    office.pause(SignedDuration::from_secs(31))?;
                    begin(office, step)?;
                    office.come_to_rest()?;
                }
            }
        }
        office.close_for_the_day()?;
        if *plan == Plan::QUIET { self.check_ends(office) } else { Ok(()) }
    }

    /// Where nothing went wrong, the story ends as it should.
    fn check_ends(&self, office: &Office<Script>) -> Result<(), Broken> {
        let tracks = 0..office.books.tracks.len();
        let ends: Vec<String> = tracks.map(|track| look_of(&office.books, &office.world, track)).collect();
        if ends == self.ends {
            Ok(())
        } else {
            Err(format!("it should end {:?}, and ends {ends:?}", self.ends))
        }
    }
}

/// Does a step up to its first request; none where nobody of ours is asked.
fn begin(office: &mut Office<Script>, step: &Step) -> Result<Option<usize>, Broken> {
    match *step {
        Buy(vendor, way) => office.buy(vendor, way, 1_000),
        Agree(track) => office.agree(track, true),
        Decline(track) => office.agree(track, false),
        Create(track) => return Ok(office.create(track, track, 1_000)),
        CreateFor(track, price) => return Ok(office.create(track, track, price)),
        CreateAs(track, other) => return Ok(office.create(track, other, 1_000)),
        Cancel(track, amount) => return Ok(office.cancel(track, None, amount)),
        CancelAs(track, name, amount) => return Ok(office.cancel(track, Some(name), amount)),
        Deposit(track) => office.deposit(track),
        Reverse(track) => office.reverse(track),
        ByHand(track, sum) => office.return_by_hand(track, sum),
        Nudge(track) => return Ok(office.nudge(track)),
        Lie(track, is_paid, refund) => return Ok(office.lie(track, is_paid, refund)),
        Forge(vendor) => return Ok(Some(office.forge(vendor))),
        Refuse => office.refuse(),
        MixUp => office.world.mix_ups += 1,
        Deaf(notices) => office.world.backend.refuses = notices,
        Dispatch => return Ok(Some(office.dispatch())),
        Stream => return Ok(office.stream()),
        Replay(track) => return Ok(office.replay(track)),
        Wait(minutes) => office.wait(SignedDuration::from_mins(minutes))?,
        Pause(seconds) => office.pause(SignedDuration::from_secs(seconds))?,
        Together(_) => {}
    }
    Ok(None)
}

/// Whether nobody would ask again.
fn is_certain(heard: Option<&str>) -> bool {
    !matches!(heard, None | Some("pending" | "try again" | "running" | "no answer" | "another"))
}
