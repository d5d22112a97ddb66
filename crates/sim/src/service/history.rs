//! A history: what services, customers, gateways and chance do to the payments service, all of it out of one seed.

use cafe_core::payment::VendorCode;
use jiff::SignedDuration;

use super::TheService;
use super::office::{Office, Way};
use super::zoo::Bug;
use crate::audit::Broken;
use crate::chance::Luck;
use crate::choices::Choices;
use crate::scene::Ended;

/// How many deeds a history has at most.
const MOST_DEEDS: u32 = 20;

/// How many payments there are at most: few enough to meet.
const MOST_PAYMENTS: usize = 3;

/// What every payment is of.
const PRICE: u32 = 1_000;

macro_rules! deeds {
    ($($(#[$doc:meta])* $deed:ident,)*) => {
        /// What somebody does next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Deed {
            $($(#[$doc])* $deed,)*
        }

        impl Deed {
            /// Every deed.
            pub const ALL: [Deed; 16] = [$(Deed::$deed,)*];
        }
    };
}

deeds! {
    /// A customer pays at a gateway, and mostly a service has it taken on.
    Buy,
    /// A service has a payment taken on, once or twice.
    Create,
    /// A service has a payment taken on as another sum, or for another order.
    CreateWrongly,
    /// A service has some of a payment given back, and gives that no name.
    Cancel,
    /// A service has some of a payment given back by a name, perhaps twice.
    CancelByName,
    /// Somebody pays into a virtual account.
    Deposit,
    /// A bank takes a deposit back.
    Reverse,
    /// Some of a payment is given back at the gateway's own desk.
    ReturnByHand,
    /// A gateway nudges, perhaps twice.
    Nudge,
    /// Somebody nudges, and tells what is not so.
    Lie,
    /// Somebody nudges about a payment that nobody has made.
    Forge,
    /// The schedule has a look.
    Dispatch,
    /// The table's stream has a service told.
    Stream,
    /// Somebody has a notice told once more.
    Replay,
    /// A gateway refuses a payment or answers about another, or a service takes no notices for a while.
    Mishap,
    /// Time goes by: half a minute, a minute, twenty, two hours, or four days.
    Wait,
}

/// Deeds as often as they happen. None is the end.
const USUAL: [Option<Deed>; 32] = [
    None,
    Some(Deed::Wait),
    Some(Deed::Wait),
    Some(Deed::Wait),
    Some(Deed::Buy),
    Some(Deed::Buy),
    Some(Deed::Buy),
    Some(Deed::Create),
    Some(Deed::Create),
    Some(Deed::Create),
    Some(Deed::Create),
    Some(Deed::CreateWrongly),
    Some(Deed::Cancel),
    Some(Deed::Cancel),
    Some(Deed::Cancel),
    Some(Deed::CancelByName),
    Some(Deed::CancelByName),
    Some(Deed::Deposit),
    Some(Deed::Deposit),
    Some(Deed::Reverse),
    Some(Deed::ReturnByHand),
    Some(Deed::Nudge),
    Some(Deed::Nudge),
    Some(Deed::Nudge),
    Some(Deed::Lie),
    Some(Deed::Forge),
    Some(Deed::Dispatch),
    Some(Deed::Dispatch),
    Some(Deed::Stream),
    Some(Deed::Stream),
    Some(Deed::Replay),
    Some(Deed::Mishap),
];

/// Runs a history: `seed` gives the ids, and `choices` all that is left to chance.
#[must_use]
pub fn live(seed: u64, choices: Choices, bug: Option<Bug>, told: bool) -> Ended<TheService> {
    let mut history = History { office: Office::new(seed, bug, Luck { choices, trouble: 0 }), names: 0 };
    if told {
        history.office.write_story();
    }
    let broken = history.live().err();
    let mut office = history.office;
    Ended {
        broken,
        story: office.take_story(),
        trace_hash: office.world.schedule.trace_hash(),
        reached: office.reached,
        taken: office.chance.choices.into_taken(),
    }
}

/// A history under way.
struct History {
    office: Office<Luck>,
    names: u32,
}

impl History {
    fn live(&mut self) -> Result<(), Broken> {
        self.office.chance.trouble = self.choices().one(&[0, 100, 600, 2_500]);
        self.act(Deed::Buy)?;
        for _ in 0..MOST_DEEDS {
            self.choices().deed_begins();
            let Some(deed) = self.choices().one(&USUAL) else { break };
            self.act(deed)?;
            // Some of what is under way goes on, in any order.
            for _ in 0..self.choices().below(16) {
                self.office.step()?;
            }
        }
        self.choices().deed_begins();
        self.office.close_for_the_day()
    }

    fn choices(&mut self) -> &mut Choices {
        &mut self.office.chance.choices
    }

    fn act(&mut self, deed: Deed) -> Result<(), Broken> {
        self.office.reached.deed(deed);
        self.office.tell(|| format!("{deed:?}"));
        self.office.world.schedule.note(deed);
        // There is a choice even where there is none, so that what follows keeps its place in the list.
        let payments = self.office.books.tracks.len();
        let track = self.choices().index(payments.max(1));
        match deed {
            Deed::Buy => self.buy(),
            Deed::Create => {
                for _ in 0..=self.choices().below(2) {
                    self.office.create(track, track, PRICE.into());
                }
            }
            Deed::CreateWrongly => {
                let order_of = self.choices().index(payments.max(1));
                let price = self.choices().one(&[PRICE - 1, PRICE + 1, PRICE]);
                self.office.create(track, order_of, price.into());
            }
            Deed::Cancel => {
                let amount = self.choices().one(&[200, 200, PRICE, 999, PRICE + 1]);
                for _ in 0..=self.choices().below(2) {
                    self.office.cancel(track, None, amount);
                }
            }
            Deed::CancelByName => {
                // Sometimes a service sends the same request again.
                self.names += self.choices().below(2);
                let name = format!("refund-{}", self.names);
                for _ in 0..=self.choices().below(2) {
                    self.office.cancel(track, Some(&name), 100 + self.names);
                }
            }
            Deed::Deposit => self.office.deposit(track),
            Deed::Reverse => self.office.reverse(track),
            Deed::ReturnByHand => {
                let sum = self.choices().one(&[300, 1, PRICE]);
                self.office.return_by_hand(track, sum.into());
            }
            Deed::Nudge => {
                for _ in 0..=self.choices().below(2) {
                    self.office.nudge(track);
                }
            }
            Deed::Lie => {
                let (is_paid, refund) = (self.choices().coin(), self.choices().one(&[0, 500, PRICE]));
                self.office.lie(track, is_paid, refund);
            }
            Deed::Forge => {
                let vendor = self.choices().one(&[VendorCode::Iamport, VendorCode::TossPayments]);
                self.office.forge(vendor);
            }
            Deed::Dispatch => {
                let lag = self.choices().index(6);
                self.office.world.database.set_index_lag(lag);
                self.office.dispatch();
            }
            Deed::Stream => {
                self.office.stream();
            }
            Deed::Replay => {
                self.office.replay(track);
            }
            Deed::Mishap => match self.choices().below(4) {
                0 => self.office.refuse(),
                1 => self.office.world.mix_ups += 1,
                2 => self.office.world.backend.refuses += 1 + self.choices().below(3),
                _ => self.office.world.backend.refuses += 1_000,
            },
            Deed::Wait => {
                let seconds = self.choices().one(&[31, 31, 60, 60, 60, 1_200, 7_200, 4 * 86_400]);
                let time = SignedDuration::from_secs(seconds);
                if seconds < 60 { self.office.pause(time)? } else { self.office.wait(time)? }
            }
        }
        Ok(())
    }

    fn buy(&mut self) {
        let vendor = self.choices().one(&[VendorCode::TossPayments, VendorCode::Iamport]);
        let way = self.choices().one(&[Way::Card, Way::Card, Way::Account, Way::Window]);
        let taken_on = self.choices().below(4) != 3;
        let track = self.office.books.tracks.len();
        if track < MOST_PAYMENTS {
            self.office.buy(vendor, way, PRICE);
            if taken_on {
                self.office.create(track, track, PRICE.into());
            }
        }
    }
}
