//! Instances of functions that may die at any wait, and what becomes of their requests: one thing after the other.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use fakes::clock::Clock;
use jiff::{SignedDuration, Timestamp};

use crate::fate::{Asks, Fate};
use crate::network::{Answered, Asked, Network};

/// After how long Lambda ends a function that has not answered.
const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(28);

/// A request that nobody has decided on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its number, in the order in which requests were made.
    pub call: usize,
    /// Who asked.
    pub instance: usize,
    /// What for.
    pub asks: Asks,
    /// Whether somebody still waits for the answer.
    pub awaited: bool,
}

/// What a function says in the end.
pub(crate) trait Said {
    /// What it is called in a report.
    fn name(&self) -> &'static str;
}

/// The other side of the network.
pub(crate) trait Outside {
    /// A request arrives.
    fn arrives(&mut self, asked: Asked) -> Answered;

    /// A request is answered with one of the other side's own troubles.
    fn is_in_trouble(&mut self, asked: Asked, trouble: Trouble) -> Answered;
}

/// The ways in which the other side itself says that it could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Throttled,
    Conflict,
    Failed,
    DoneAndFailed,
    Refused,
    NotFound,
    BankUnknown,
    DoneAndBankUnknown,
    InProgress,
}

/// Whether an instance that waits wants to go on at once: a pager hands over what it has read only then.
#[derive(Debug, Default)]
struct Again(AtomicBool);

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A running function, and what it has been asked.
struct Instance<F, H> {
    function: F,
    future: Option<Pin<Box<dyn Future<Output = H> + Send>>>,
    started_at: Timestamp,
    /// What it said in the end; none when it died.
    heard: Option<H>,
}

/// All instances, and all requests that wait for a decision.
pub(crate) struct Schedule<F, H> {
    pub(crate) network: Network,
    clock: Clock,
    instances: Vec<Instance<F, H>>,
    pending: Vec<Pending>,
    seen: usize,
    trace: DefaultHasher,
    steps: usize,
}

impl<F: Copy, H: Said> Schedule<F, H> {
    pub(crate) fn new(clock: Clock) -> Schedule<F, H> {
        Schedule {
            network: Network::default(),
            clock,
            instances: Vec::new(),
            pending: Vec::new(),
            seen: 0,
            trace: DefaultHasher::new(),
            steps: 0,
        }
    }

    /// Starts an instance of a function, up to its first wait.
    pub(crate) fn start(&mut self, function: F, future: impl Future<Output = H> + Send + 'static) -> usize {
        let started_at = self.clock.now();
        self.instances.push(Instance { function, future: Some(Box::pin(future)), started_at, heard: None });
        let instance = self.instances.len() - 1;
        self.poll(instance);
        instance
    }

    /// The requests that wait for a decision, oldest first.
    pub(crate) fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// Which function an instance is of.
    pub(crate) fn function(&self, instance: usize) -> F {
        self.instances[instance].function
    }

    /// What an instance said in the end, if it has.
    pub(crate) fn heard(&self, instance: usize) -> Option<&H> {
        self.instances[instance].heard.as_ref()
    }

    /// Whether an instance is still at it.
    pub(crate) fn is_running(&self, instance: usize) -> bool {
        self.instances[instance].future.is_some()
    }

    /// A hash of all that was decided and of all that came of it.
    pub(crate) fn trace_hash(&self) -> u64 {
        self.trace.finish()
    }

    /// How many decisions were made.
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Writes something into the trace.
    pub(crate) fn note(&mut self, what: impl Hash) {
        what.hash(&mut self.trace);
    }

    /// Lets time pass; functions that take too long are ended by it, as Lambda does.
    pub(crate) fn pass(&mut self, time: SignedDuration) {
        self.clock.advance(time);
        self.note(time.as_millis());
        let now = self.clock.now();
        let mut ended = false;
        for instance in &mut self.instances {
            if instance.future.is_some() && now.duration_since(instance.started_at) > FUNCTION_TIMEOUT {
                instance.future = None;
                ended = true;
            }
        }
        if ended {
            self.take_stock();
        }
    }

    /// Ends an instance where it stands. What it has asked may still arrive.
    pub(crate) fn crash(&mut self, instance: usize) {
        self.instances[instance].future = None;
        self.note(("crash", instance));
        self.take_stock();
    }

    /// Decides what becomes of a request, and lets the one who asked go on.
    pub(crate) fn decide(&mut self, pending: Pending, fate: Fate, outside: &mut impl Outside) {
        self.pending.retain(|one| one.call != pending.call);
        let Some(asked) = self.network.take(pending.call) else { return };
        self.steps += 1;
        self.note((pending.call, pending.instance, fate));
        // Whoever is gone hears nothing: the request arrives, or it is lost.
        if !pending.awaited {
            if fate.arrives() {
                self.deliver(asked, outside);
            }
            return;
        }
        let trouble = match fate {
            Fate::Delivered => {
                let answered = self.deliver(asked, outside);
                return self.answer(pending, answered);
            }
            Fate::AnswerLost => {
                self.deliver(asked, outside);
                return self.answer(pending, Answered::NoAnswer);
            }
            Fate::NotSent => return self.answer(pending, Answered::NotSent),
            Fate::Lost => return self.answer(pending, Answered::NoAnswer),
            Fate::Late => {
                self.answer(pending, Answered::NoAnswer);
                return self.leave_on_its_way(pending, asked);
            }
            Fate::CrashBefore => return self.crash(pending.instance),
            Fate::CrashDuring => {
                self.crash(pending.instance);
                return self.leave_on_its_way(pending, asked);
            }
            Fate::CrashAfter => {
                self.deliver(asked, outside);
                return self.crash(pending.instance);
            }
            Fate::Throttled => Trouble::Throttled,
            Fate::Conflict => Trouble::Conflict,
            Fate::Failed => Trouble::Failed,
            Fate::DoneAndFailed => Trouble::DoneAndFailed,
            Fate::Refused => Trouble::Refused,
            Fate::NotFound => Trouble::NotFound,
            Fate::BankUnknown => Trouble::BankUnknown,
            Fate::DoneAndBankUnknown => Trouble::DoneAndBankUnknown,
            Fate::InProgress => Trouble::InProgress,
        };
        let answered = outside.is_in_trouble(asked, trouble);
        self.answer(pending, answered);
    }

    fn answer(&mut self, pending: Pending, answered: Answered) {
        self.network.answer(pending.call, answered);
        self.poll(pending.instance);
    }

    fn deliver(&mut self, asked: Asked, outside: &mut impl Outside) -> Answered {
        if let Asked::Sleep(duration) = asked {
            self.pass(SignedDuration::try_from(duration).unwrap_or_default());
            return Answered::Slept;
        }
        outside.arrives(asked)
    }

    /// Nobody waits for it any more, and it may still arrive.
    fn leave_on_its_way(&mut self, pending: Pending, asked: Asked) {
        self.network.put_back(pending.call, asked);
        self.pending.push(Pending { awaited: false, ..pending });
    }

    fn poll(&mut self, instance: usize) {
        self.network.runs(instance);
        if let Some(future) = &mut self.instances[instance].future {
            let again = Arc::new(Again::default());
            let waker = Waker::from(Arc::clone(&again));
            let mut context = Context::from_waker(&waker);
            let mut polled = future.as_mut().poll(&mut context);
            while polled.is_pending() && again.0.swap(false, Ordering::Relaxed) {
                polled = future.as_mut().poll(&mut context);
            }
            if let Poll::Ready(heard) = polled {
                heard.name().hash(&mut self.trace);
                self.instances[instance].heard = Some(heard);
                self.instances[instance].future = None;
            }
        }
        while self.seen < self.network.len() {
            let call = self.seen;
            let (asks, instance) = (self.network.asks(call), self.network.instance(call));
            self.pending.push(Pending { call, instance, asks, awaited: true });
            self.seen += 1;
        }
        self.take_stock();
    }

    /// Sees which requests are still waited for. A wait that nobody waits for is none.
    fn take_stock(&mut self) {
        for one in &mut self.pending {
            one.awaited = one.awaited && !self.network.is_abandoned(one.call);
        }
        self.pending.retain(|one| one.awaited || one.asks != Asks::Sleep);
    }
}
