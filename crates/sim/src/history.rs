//! A history: what customers, the gateway, the schedule and chance do to the cafe, all of it out of one seed.

use std::sync::LazyLock;

use cafe_core::cafe::CloseReason;
use cafe_core::payment::{OrderId, Provider, Won};
use jiff::SignedDuration;

use crate::audit::Broken;
use crate::cafe::{Cafe, NUMBERS, Past, TheCafe};
use crate::chance::Luck;
use crate::choices::Choices;
use crate::scene::Ended;
use crate::zoo::Bug;

/// How many customers there are: enough for them to meet.
const CUSTOMERS: u8 = 2;

/// They, and those who come later: as many numbers, and chatbot users.
const EVERYBODY: [u8; NUMBERS as usize] = [0, 1, 2];

/// How many deeds a history has at most.
const MOST_DEEDS: u32 = 20;

/// What somebody does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// A customer joins.
    Join,
    /// A customer orders at full price.
    OrderInFull,
    /// A customer orders with points.
    OrderWithPoints,
    /// A customer follows the link of an order.
    Follow,
    /// A payer agrees at the gateway, and their browser comes back, perhaps twice.
    Agree,
    /// A browser comes back with a token that somebody made up.
    Forge,
    /// A browser comes back without a token.
    Bare,
    /// A browser that came back before is reloaded.
    Reload,
    /// A payer gives up at the gateway, and their browser comes back.
    GiveUp,
    /// A browser says that the payment was cancelled, whatever is true.
    HintCancel,
    /// A browser says that the payment failed, whatever is true.
    HintFail,
    /// The schedule has orders looked at.
    Reconcile,
    /// The owner gives back some or all.
    Refund,
    /// The owner has an order looked at.
    Look,
    /// A bank collects late what is in doubt, or another sum; or the gateway gives it up, takes it for another
    /// order's, or has all of it returned by hand.
    Mishap,
    /// The owner returns some of a paid order by hand.
    ReturnByHand,
    /// A minute goes by, or twenty, or two hours, or a day.
    Wait,
    /// The owner makes a code for the member of a number.
    IssueCode,
    /// A customer types the code of a number, or one that they made up.
    MoveIn,
    /// The owner gives a member another number.
    Renumber,
    /// The owner forgets a member.
    Forget,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Deed; 21] = [
        Deed::Join,
        Deed::OrderInFull,
        Deed::OrderWithPoints,
        Deed::Follow,
        Deed::Agree,
        Deed::Forge,
        Deed::Bare,
        Deed::Reload,
        Deed::GiveUp,
        Deed::HintCancel,
        Deed::HintFail,
        Deed::Reconcile,
        Deed::Refund,
        Deed::Look,
        Deed::Mishap,
        Deed::ReturnByHand,
        Deed::Wait,
        Deed::IssueCode,
        Deed::MoveIn,
        Deed::Renumber,
        Deed::Forget,
    ];
}

/// Deeds as often as they happen: mostly, somebody orders and pays. None is the end.
const USUAL: [Option<Deed>; 32] = [
    None,
    None,
    Some(Deed::Wait),
    Some(Deed::OrderInFull),
    Some(Deed::OrderInFull),
    Some(Deed::OrderWithPoints),
    Some(Deed::OrderWithPoints),
    Some(Deed::Follow),
    Some(Deed::Follow),
    Some(Deed::Follow),
    Some(Deed::Follow),
    Some(Deed::Agree),
    Some(Deed::Agree),
    Some(Deed::Agree),
    Some(Deed::Agree),
    Some(Deed::Join),
    Some(Deed::Forge),
    Some(Deed::Bare),
    Some(Deed::Reload),
    Some(Deed::Reload),
    Some(Deed::GiveUp),
    Some(Deed::HintCancel),
    Some(Deed::HintFail),
    Some(Deed::Reconcile),
    Some(Deed::Reconcile),
    Some(Deed::Refund),
    Some(Deed::Refund),
    Some(Deed::Look),
    Some(Deed::Mishap),
    Some(Deed::Mishap),
    Some(Deed::Mishap),
    Some(Deed::ReturnByHand),
];

/// What happens as often as all that is usual, where members move and leave.
const OF_MEMBERS: [Deed; 8] = [
    Deed::Join,
    Deed::IssueCode,
    Deed::IssueCode,
    Deed::MoveIn,
    Deed::MoveIn,
    Deed::Renumber,
    Deed::Renumber,
    Deed::Forget,
];

/// Runs the history of a seed, to its end or to the first thing that does not add up.
#[must_use]
pub fn run(seed: u64) -> Ended<TheCafe> {
    live(seed, Choices::of_seed(seed), None, false)
}

/// Runs a history: `seed` gives the ids, and `choices` all that is left to chance.
#[must_use]
pub fn live(seed: u64, mut choices: Choices, bug: Option<Bug>, told: bool) -> Ended<TheCafe> {
    // Mostly all customers have joined before, as that takes as long as much that is of more interest. That day
    // must be over before this one begins: both take from the one randomness that the SDK has in a thread.
    let joins_itself = choices.below(8) == 7;
    let yesterday = (!joins_itself).then(|| &*YESTERDAY);
    let cafe = Cafe::new(seed, bug, Luck { choices, trouble: 0 });
    let cafe = if let Some(yesterday) = yesterday { cafe.after(yesterday) } else { cafe };
    let mut history = History { cafe, joins_itself, members_move: false, refunds: 0 };
    if told {
        history.cafe.write_story();
    }
    let broken = history.live().err();
    let mut cafe = history.cafe;
    Ended {
        broken,
        story: cafe.take_story(),
        trace_hash: cafe.world.trace_hash(),
        reached: cafe.reached,
        taken: cafe.chance.choices.into_taken(),
    }
}

/// Yesterday all customers joined.
static YESTERDAY: LazyLock<Past> = LazyLock::new(|| {
    let mut cafe = Cafe::new(0, None, Luck { choices: Choices::again(Vec::new()), trouble: 0 });
    for customer in 0..CUSTOMERS {
        cafe.join(customer, customer);
        cafe.come_to_rest().unwrap_or_else(|broken| unreachable!("{broken}"));
    }
    cafe.past()
});

/// A history under way.
struct History {
    cafe: Cafe<Luck>,
    joins_itself: bool,
    /// Whether members move to other accounts and numbers, and leave. Mostly none does, as few ever do.
    members_move: bool,
    refunds: u32,
}

impl History {
    fn live(&mut self) -> Result<(), Broken> {
        self.cafe.chance.trouble = self.choices().one(&[0, 100, 600, 2_500]);
        if self.joins_itself {
            for customer in 0..CUSTOMERS {
                self.cafe.join(customer, customer);
                self.cafe.come_to_rest()?;
            }
        }
        self.members_move = self.choices().below(6) == 5;
        for _ in 0..MOST_DEEDS {
            self.choices().deed_begins();
            let Some(mut deed) = self.choices().one(&USUAL) else { break };
            if self.members_move && self.choices().coin() {
                deed = self.choices().one(&OF_MEMBERS);
            }
            self.act(deed)?;
            // Some of what is under way goes on, in any order.
            for _ in 0..self.choices().below(12) {
                self.cafe.step()?;
            }
        }
        self.choices().deed_begins();
        self.cafe.close_for_the_day()
    }

    fn choices(&mut self) -> &mut Choices {
        &mut self.cafe.chance.choices
    }

    fn act(&mut self, deed: Deed) -> Result<(), Broken> {
        self.cafe.reached.deed(deed);
        self.cafe.tell(|| format!("{deed:?}"));
        self.cafe.world.note(deed);
        match deed {
            Deed::Join => {
                let (number, customer) = (self.number(), self.customer());
                self.cafe.join(number, customer);
            }
            Deed::OrderInFull => {
                self.choose_a_gateway();
                let (who, drink) = (self.who_orders(), self.drink());
                self.cafe.order(who, drink, None);
            }
            Deed::OrderWithPoints => {
                self.choose_a_gateway();
                let (who, drink) = (self.who_orders(), self.drink());
                let points = if self.choices().coin() { 1 + self.choices().below(120) } else { 70 };
                self.cafe.order(who, drink, Some(points.into()));
            }
            Deed::Follow => {
                if let Some((_, id)) = self.any_order() {
                    for _ in 0..=self.choices().below(2) {
                        self.cafe.follow(id);
                    }
                }
            }
            Deed::Agree => self.agree(),
            Deed::Forge => {
                if let Some((_, id)) = self.any_order() {
                    self.cafe.visit(id, Some("forged".to_owned()));
                }
            }
            Deed::Bare => {
                if let Some((_, id)) = self.any_order() {
                    self.cafe.visit(id, None);
                }
            }
            Deed::Reload => {
                if let Some((track, id)) = self.any_order()
                    && let Some(token) = self.cafe.orders[track].token.clone()
                {
                    self.cafe.visit(id, Some(token));
                }
            }
            Deed::GiveUp => {
                let reason = self.choices().one(&[CloseReason::Cancelled, CloseReason::Failed]);
                if let Some((track, id)) = self.any_order()
                    && self.cafe.leave(track, reason)
                {
                    self.cafe.end(id, reason);
                }
            }
            Deed::HintCancel | Deed::HintFail => {
                let reason =
                    if deed == Deed::HintFail { CloseReason::Failed } else { CloseReason::Cancelled };
                if let Some((_, id)) = self.any_order() {
                    self.cafe.end(id, reason);
                }
            }
            Deed::Reconcile => {
                let lag = self.choices().index(6);
                self.cafe.world.database.set_index_lag(lag);
                self.cafe.reconcile();
            }
            Deed::Refund => self.refund(),
            Deed::Look => {
                if let Some((_, id)) = self.any_order() {
                    self.cafe.look(id);
                }
            }
            Deed::Mishap => {
                let mishap = self.choices().below(6);
                let sum = 1 + i64::from(self.choices().below(3_000));
                if let Some((track, _)) = self.any_order() {
                    match mishap {
                        0 | 1 => self.cafe.capture(track, None),
                        2 => self.cafe.capture(track, Some(sum)),
                        3 => self.cafe.fail(track),
                        4 => self.cafe.mix_up(track),
                        _ => self.cafe.return_all(track),
                    }
                }
            }
            Deed::ReturnByHand => {
                let sum = 1 + i64::from(self.choices().below(1_500));
                if let Some((track, _)) = self.any_order() {
                    self.cafe.return_by_hand(track, sum);
                }
            }
            Deed::Wait => {
                let minutes = self.choices().one(&[1, 1, 1, 1, 20, 20, 120, 1_440]);
                self.cafe.wait(SignedDuration::from_mins(minutes))?;
            }
            Deed::IssueCode | Deed::MoveIn | Deed::Renumber | Deed::Forget => self.move_or_leave(deed),
        }
        Ok(())
    }

    /// A member moves to another account or number, or leaves; or the owner makes a code for it.
    fn move_or_leave(&mut self, deed: Deed) {
        let number = self.number();
        if deed == Deed::IssueCode {
            self.cafe.issue_code(number);
        } else if deed == Deed::MoveIn {
            let (customer, guesses) = (self.customer(), self.choices().below(4) == 3);
            self.cafe.move_in(number, customer, guesses);
        } else if deed == Deed::Renumber {
            let to = self.number();
            self.cafe.renumber(number, to);
        } else {
            self.cafe.forget(number);
        }
    }

    fn agree(&mut self) {
        let Some((track, id)) = self.any_order() else { return };
        if self.cafe.orders[track].session.is_none() {
            // Points may cover all of it, and then no token is needed.
            self.cafe.visit(id, None);
        } else if self.cafe.agree(track) {
            for _ in 0..=self.choices().below(3) {
                let token = self.cafe.orders[track].token.clone();
                self.cafe.visit(id, token);
            }
        }
    }

    fn refund(&mut self) {
        // Mostly of an order that was paid.
        let any = self.any_order();
        let paid = self.cafe.orders.iter().find(|track| track.paid).map(|track| track.id);
        let paid = if self.choices().below(8) == 7 { None } else { paid };
        let Some(order) = paid.or(any.map(|(_, id)| id)) else { return };
        for _ in 0..=self.choices().below(3) {
            let amount = 1 + self.choices().below(1_499);
            let amount = self.choices().coin().then(|| Won::new(amount));
            // Sometimes the owner sends the same request again.
            self.refunds += self.choices().below(2);
            let name = format!("refund-{}", self.refunds);
            self.cafe.refund(order, &name, amount);
        }
    }

    fn choose_a_gateway(&mut self) {
        let by = self.choices().one(&[Provider::KakaoPay, Provider::TossPayments, Provider::PortOne]);
        self.cafe.pay_at(by);
    }

    /// One of those who speak: of those who joined yesterday, where nobody moves.
    fn customer(&mut self) -> u8 {
        if !self.members_move {
            return u8::from(self.choices().coin());
        }
        self.choices().one(&EVERYBODY)
    }

    /// One of the numbers, likewise.
    fn number(&mut self) -> u8 {
        self.customer()
    }

    /// By which number somebody orders, and who. Where nobody moves, it is the one that they joined with, if any.
    fn who_orders(&mut self) -> (u8, u8) {
        let customer = self.customer();
        (if self.members_move { self.number() } else { customer }, customer)
    }

    fn drink(&mut self) -> &'static str {
        self.choices().one(&["커피", "물"])
    }

    fn any_order(&mut self) -> Option<(usize, OrderId)> {
        let orders = self.cafe.orders.len();
        // There is a choice even where there is none, so that what follows keeps its place in the list.
        let track = self.choices().index(orders.max(1));
        Some((track, self.cafe.orders.get(track)?.id))
    }
}
