//! What payers and gateways do by themselves: agree, leave, collect late, give up, give back by hand, and fail.

use cafe_core::cafe::CloseReason;
use cafe_core::payment::{OrderId, Provider, Session};
use jiff::SignedDuration;

use super::{Cafe, Track};
use crate::audit::{self, TABLES};
use crate::chance::Chance;

/// How long a window of `PortOne`'s can be opened anew by whoever has kept its address.
const WINDOW_FOR: SignedDuration = SignedDuration::from_hours(24);

impl<C: Chance> Cafe<C> {
    /// An order that is in doubt, or was closed so, and its payment: a bank may still do anything with it.
    pub(crate) fn doubt(&self, track: usize) -> Option<(OrderId, Session)> {
        let id = self.orders.get(track)?.id;
        let order = self.world.database.item(&TABLES.orders, &id.to_string())?;
        let now = i128::from(self.world.now().as_millisecond());
        let in_doubt = match order.text("stage") {
            Some("approving") => order.number("attempt_until_ms").is_some_and(|until| until <= now),
            Some("closed") => order.text("late") == Some("possible"),
            _ => false,
        };
        Some((id, audit::session(order)?)).filter(|_| in_doubt)
    }

    /// The bank collects after all, perhaps another sum than was asked for.
    pub(crate) fn capture(&mut self, track: usize, sum: Option<i64>) {
        let Some((id, session)) = self.doubt(track) else { return };
        // A gateway that has given a payment up twice, and over some time, does not collect it, nor one whose time is over.
        if self.given_up.contains(&session) || self.world.tills.has_run_out(&session) {
            return;
        }
        if self.world.tills.capture(&session, sum) {
            self.tell(|| format!("the bank collects {sum:?} for {id} at last"));
        }
    }

    /// The gateway gives a payment in doubt up, whatever its payer agreed to.
    pub(crate) fn fail(&mut self, track: usize) {
        let Some((id, session)) = self.doubt(track) else { return };
        if self.world.tills.give_up(&session) {
            self.tell(|| format!("the gateway gives the payment of {id} up"));
            self.given_up.push(session);
        }
    }

    /// All of a payment in doubt is returned at the gateway's own desk.
    pub(crate) fn return_all(&mut self, track: usize) {
        let Some((id, session)) = self.doubt(track) else { return };
        if self.world.tills.give_back(&session, i64::MAX) {
            // What settles it may still be on its way, and then it is a paid order's.
            self.by_hand.push(id);
            self.tell(|| format!("all of the payment of {id} is returned by hand"));
        }
    }

    /// A mix-up at the gateway: the payment names another order.
    pub(crate) fn mix_up(&mut self, track: usize) {
        let Some((id, session)) = self.doubt(track) else { return };
        if self.world.tills.mix_up(&session, &format!("not-{id}")) {
            self.tell(|| format!("the gateway takes the payment of {id} for another order's"));
        }
    }

    /// The owner returns money of a paid order by hand, at the gateway's own desk.
    pub(crate) fn return_by_hand(&mut self, track: usize, sum: i64) {
        let Some(Track { id, session: Some(session), paid: true, .. }) = self.orders.get(track) else {
            return;
        };
        let id = *id;
        if self.world.tills.give_back(session, sum) {
            self.by_hand.push(id);
            self.tell(|| format!("the owner returns {sum} of {id} by hand"));
        }
    }

    /// The gateway answers no look-up for a while.
    pub(crate) fn outage(&mut self, look_ups: u32) {
        for _ in 0..look_ups {
            self.world.tills.hide_the_next();
        }
    }

    /// The payer agrees at the gateway. Tells whether their browser comes back from there.
    pub(crate) fn agree(&mut self, track: usize) -> bool {
        let Some((session, page)) = self.open_page(track) else { return false };
        let Some(token) = self.world.tills.pay(&session, &page) else { return false };
        self.orders[track].token = Some(token);
        self.tell(|| format!("the payer of order {track} agrees at the gateway"));
        true
    }

    /// The payer gives up at the gateway, or fails there. Tells whether their browser comes back from there.
    pub(crate) fn leave(&mut self, track: usize, reason: CloseReason) -> bool {
        let Some((session, page)) = self.open_page(track) else { return false };
        let left = self.world.tills.leave(&session, &page, reason);
        self.tell(|| format!("the payer of order {track} leaves the gateway: {}", reason.as_str()));
        left
    }

    /// The page on which a payer pays, as long as anybody can have it open: a window of `PortOne`'s needs nobody's leave
    /// to be opened anew, and a day is how long that is reckoned with.
    fn open_page(&self, track: usize) -> Option<(Session, String)> {
        let track = self.orders.get(track)?;
        let session = track.session.clone()?;
        let is_window = session.provider == Provider::PortOne;
        let is_open = self.world.now().duration_since(track.sent_at) < WINDOW_FOR;
        (is_open || !is_window).then(|| (session, track.page.clone()))
    }
}
