//! Stories: short, named, and the same every time but for what is made to go wrong in them.

use cafe_core::cafe::CloseReason;
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
    pub(crate) steps: &'static [Step],
    pub(crate) ends: &'static [&'static str],
}

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
