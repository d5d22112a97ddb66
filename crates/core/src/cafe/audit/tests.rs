//! Right books have no discrepancy, and books with one thing broken have that one.

use jiff::Timestamp;

use super::*;
use crate::cafe::{
    Approving, Attempt, AttemptToken, CarriedMember, CloseReason, Closed, Entry, Late, NewMember, Opened,
    Quote, Quoted, Refund, Refunding, SealedPhone, Tender,
};
use crate::payment::{Approval, Pages, PayerId, Provider, Session};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// All that a small cafe keeps.
#[derive(Clone)]
struct Books {
    accounts: Vec<Account>,
    holdings: Vec<Holding>,
    bindings: Vec<Binding>,
    lines: Vec<Line>,
    orders: Vec<Booked>,
}

fn member() -> MemberId {
    MemberId::new("0a".repeat(16))
}

fn user() -> UserId {
    UserId("mina".to_owned())
}

fn id(number: u8) -> OrderId {
    OrderId::new(at(0), [number; 10])
}

fn session() -> Session {
    Session { provider: Provider::KakaoPay, key: "T1".to_owned() }
}

fn quoted(number: u8, spend: u32, earn: u32) -> Quoted {
    Quoted {
        quote: Quote {
            id: id(number),
            item: "아이스 아메리카노".to_owned(),
            quantity: 1,
            total: Won::new(4_500),
            spend: Points::new(spend),
            due: Won::new(4_500 - spend),
            earn: Points::new(earn),
            member: Some(member()),
            payer: PayerId("u-1".to_owned()),
            quoted_at: at(1),
        },
    }
}

fn opened(number: u8, spend: u32, earn: u32) -> Opened {
    let pages = Pages { desktop: "https://pay.example/1".to_owned(), mobile: String::new() };
    quoted(number, spend, earn).open(Tender::Gateway { session: session(), pages }, at(2))
}

fn attempt() -> Attempt {
    Attempt { token: AttemptToken("one".to_owned()), until: at(32) }
}

fn paid(number: u8, spend: u32, earn: u32) -> Paid {
    let approval = Approval { amount: Won::new(4_500 - spend), number: None, method: None, at: None };
    let collected = Collected::Gateway { session: session(), approval };
    opened(number, spend, earn).settle(collected, at(60)).unwrap()
}

fn refund(name: &str, amount: u32, returned: u32, reversed: u32, forgiven: u32) -> Refund {
    Refund {
        id: RefundId::parse(name).unwrap(),
        amount: Won::new(amount),
        returned: Points::new(returned),
        reversed: Points::new(reversed),
        forgiven: Points::new(forgiven),
        reason: "식은 커피".to_owned(),
        refunded_at: at(100),
    }
}

fn refunding(paid: &Paid) -> Refunding {
    let turn = crate::cafe::Turn { now: at(100), attempt: attempt() };
    paid.refund(RefundId::parse("r9").unwrap(), None, "식은 커피".to_owned(), &turn).unwrap()
}

fn booked(order: Order, watched: bool) -> Booked {
    let refund_count = match &order {
        Order::Paid(paid) => Some(u32::try_from(paid.refunds.len()).unwrap()),
        Order::Quoted(_) | Order::Opened(_) | Order::Approving(_) | Order::Closed(_) => None,
    };
    Booked { expires: matches!(order, Order::Quoted(_)), order, watched, refund_count }
}

fn line(entry: &Entry) -> Line {
    Line {
        member: entry.member.clone(),
        key: entry.key(),
        kind: entry.kind.as_str().to_owned(),
        order: entry.order,
        refund: entry.refund.clone(),
        points: entry.points,
        at: entry.at,
    }
}

/// One member, with an order of every sort, and the lines that the domain writes for them.
fn right() -> Books {
    let mina = NewMember {
        id: member(),
        user: user(),
        phone: SealedPhone(vec![]),
        bonus: Points::new(1_000),
        joined_at: at(0),
    };
    let mut entries = vec![mina.entry()];
    let quoted = quoted(1, 100, 0);
    let opened_with_points = opened(2, 30, 0);
    entries.extend(opened_with_points.entries());
    let approving = Approving { opened: opened(3, 40, 0), attempt: attempt(), proof: None };
    entries.extend(approving.opened.entries());
    let closed = opened(4, 50, 0).close(CloseReason::Cancelled, at(50));
    entries.extend(opened(4, 50, 0).entries().into_iter().chain(closed.entries()));
    let late = Closed {
        late: Some(Late { session: session(), capture: Capture::Possible }),
        ..opened(5, 0, 450).close(CloseReason::Expired, at(50))
    };
    let returned = Closed {
        late: Some(Late { session: session(), capture: Capture::Returned(Won::new(4_500)) }),
        ..opened(6, 0, 450).close(CloseReason::Mismatched, at(50))
    };
    let mut with_points = paid(7, 500, 0);
    entries.extend(opened(7, 500, 0).entries().into_iter().chain(with_points.entries()));
    with_points.refunds.push(refund("r1", 2_000, 250, 0, 0));
    entries.extend(with_points.refund_entries());
    with_points.refunds.push(refund("r2", 2_000, 250, 0, 0));
    entries.extend(with_points.refund_entries());
    let mut in_full = paid(8, 0, 450);
    entries.extend(in_full.entries());
    in_full.refunds.push(refund("r1", 4_500, 0, 400, 50));
    entries.extend(in_full.refund_entries());
    let mut running = paid(9, 0, 450);
    entries.extend(running.entries());
    running.refunding = Some(refunding(&running));
    let mut stranger = paid(10, 0, 0);
    stranger.quote.member = None;

    let Effect { balance, held } = Effect::of(&entries);
    Books {
        accounts: vec![Account { id: member(), number: member(), user: Some(user()), balance, held }],
        holdings: vec![],
        bindings: vec![Binding { user: user(), member: member() }],
        lines: entries.iter().map(line).collect(),
        orders: vec![
            booked(Order::Quoted(quoted), false),
            booked(Order::Opened(opened_with_points), true),
            booked(Order::Approving(approving), true),
            booked(Order::Closed(closed), false),
            booked(Order::Closed(late), true),
            booked(Order::Closed(returned), false),
            booked(Order::Paid(with_points), false),
            booked(Order::Paid(in_full), false),
            booked(Order::Paid(running), true),
            booked(Order::Paid(stranger), false),
        ],
    }
}

impl Books {
    fn account(&self, id: &MemberId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == *id)
    }

    fn binding(&self, user: &UserId) -> Option<&Binding> {
        self.bindings.iter().find(|binding| binding.user == *user)
    }

    fn holding(&self, number: &MemberId) -> Option<&Holding> {
        self.holdings.iter().find(|holding| holding.number == *number)
    }

    fn order(&mut self, number: u8) -> &mut Booked {
        self.orders.iter_mut().find(|booked| booked.order.id() == id(number)).unwrap()
    }

    fn paid(&mut self, number: u8) -> &mut Paid {
        let Order::Paid(paid) = &mut self.order(number).order else { panic!("order {number} is not paid") };
        paid
    }

    fn line(&mut self, order: u8, kind: &str) -> &mut Line {
        self.lines.iter_mut().find(|line| line.order == Some(id(order)) && line.kind == kind).unwrap()
    }

    fn without(&mut self, order: u8, kind: &str) {
        self.lines.retain(|line| line.order != Some(id(order)) || line.kind != kind);
    }

    /// Has the account add up again.
    fn sum_up(&mut self) {
        for account in &mut self.accounts {
            let lines = self.lines.iter().filter(|line| line.member == account.id).map(Line::effect);
            (account.balance, account.held) =
                lines.fold((0, 0), |sum, one| (sum.0 + one.balance, sum.1 + one.held));
        }
    }

    fn suspects(&self) -> BTreeSet<Suspect> {
        let mut sieve = Sieve::default();
        self.accounts.iter().for_each(|account| sieve.member(account));
        self.bindings.iter().for_each(|binding| sieve.binding(binding));
        self.holdings.iter().for_each(|holding| sieve.holding(holding));
        self.orders.iter().for_each(|booked| sieve.order(booked));
        self.lines.iter().for_each(|line| sieve.line(line));
        sieve.suspects()
    }

    /// What is wrong with what the sieve keeps, told as the operator's audit tells it.
    fn audit(&self) -> Vec<Discrepancy> {
        let look = |suspect: &Suspect| match suspect {
            Suspect::Member(id) => {
                let account = self.account(id);
                let lines: Vec<_> = self.lines.iter().filter(|line| line.member == *id).cloned().collect();
                let user = account.and_then(|account| account.user.as_ref());
                let holding = account.and_then(|account| self.holding(&account.number));
                of_member(id, account, &lines, user.and_then(|user| self.binding(user)), holding)
            }
            Suspect::Binding(user) => {
                let binding = self.binding(user).unwrap();
                of_binding(binding, self.account(&binding.member))
            }
            Suspect::Number(number) => {
                let holding = self.holding(number).unwrap();
                of_holding(holding, self.account(&holding.holder))
            }
            Suspect::Line(member, key) => {
                let line = self.lines.iter().find(|line| line.member == *member && line.key == *key).unwrap();
                of_line(line, self.orders.iter().find(|booked| Some(booked.order.id()) == line.order))
            }
            Suspect::Order(id) => {
                let booked = self.orders.iter().find(|booked| booked.order.id() == *id).unwrap();
                let own = |line: &&Line| {
                    booked.order.quote().member.as_ref() == Some(&line.member)
                        && line.key.starts_with(&format!("{id}#"))
                };
                of_order(booked, &self.lines.iter().filter(own).cloned().collect::<Vec<_>>())
            }
        };
        let wrong: BTreeSet<_> = self.suspects().iter().flat_map(look).collect();
        wrong.into_iter().collect()
    }
}

/// What the audit says of right books in which `harm` has been done.
fn after(harm: impl FnOnce(&mut Books)) -> Vec<Discrepancy> {
    let mut books = right();
    harm(&mut books);
    books.audit()
}

fn key(order: u8, rest: &str) -> String {
    format!("{}#{rest}", id(order))
}

#[test]
fn right_books_have_no_suspects() {
    assert_eq!(right().suspects(), BTreeSet::new());
}

#[test]
fn bindings_may_come_before_their_members() {
    let mut sieve = Sieve::default();
    let books = right();
    sieve.binding(&books.bindings[0]);
    sieve.member(&Account { balance: 0, held: 0, ..books.accounts[0].clone() });
    assert_eq!(sieve.suspects(), BTreeSet::new());
}

#[test]
fn lines_that_come_before_their_orders_are_looked_at_again_and_cleared() {
    let books = right();
    let mut sieve = Sieve::default();
    books.lines.iter().for_each(|line| sieve.line(line));
    books.accounts.iter().for_each(|account| sieve.member(account));
    books.bindings.iter().for_each(|binding| sieve.binding(binding));
    books.orders.iter().for_each(|booked| sieve.order(booked));
    assert!(!sieve.suspects().is_empty());
    for line in &books.lines {
        let order = books.orders.iter().find(|booked| Some(booked.order.id()) == line.order);
        assert_eq!(of_line(line, order), BTreeSet::new());
    }
}

#[test]
fn a_balance_is_the_sum_of_its_lines() {
    let kept = right().accounts[0].clone();
    let wrong = after(|books| books.accounts[0].balance += 1);
    let (member, ledger) = (member(), kept.balance);
    assert_eq!(wrong, [Discrepancy::Balance { member, kept: ledger + 1, ledger }]);
}

#[test]
fn what_is_held_is_the_sum_of_its_lines() {
    let wrong = after(|books| books.accounts[0].held = 0);
    assert_eq!(wrong, [Discrepancy::Held { member: member(), kept: 0, ledger: 70 }]);
}

#[test]
fn nobody_is_below_zero() {
    let ledger = right().accounts[0].balance;
    let wrong = after(|books| books.accounts[0].balance = -1);
    let below = Discrepancy::BelowZero { member: member(), balance: -1, held: 70 };
    assert_eq!(wrong, [Discrepancy::Balance { member: member(), kept: -1, ledger }, below]);
}

#[test]
fn any_number_may_stand_in_a_table() {
    for (balance, names) in [(i64::MAX, &["balance"][..]), (i64::MIN, &["balance", "below-zero"])] {
        let wrong = after(|books| books.accounts[0].balance = balance);
        assert!(wrong.iter().map(Discrepancy::name).eq(names.iter().copied()), "{wrong:?}");
    }
}

#[test]
fn a_ledger_has_its_member() {
    let wrong = after(|books| {
        books.accounts.clear();
        books.bindings.clear();
    });
    assert_eq!(wrong, [Discrepancy::NoSuchMember { member: member(), lines: right().lines.len() }]);
}

#[test]
fn a_member_has_their_binding() {
    let wrong = after(|books| books.bindings.clear());
    assert_eq!(wrong, [Discrepancy::Unbound { member: member() }]);
}

#[test]
fn a_binding_has_its_member() {
    let (nobody, jun) = (MemberId::new("ff".repeat(16)), UserId("jun".to_owned()));
    let stray = Binding { user: jun.clone(), member: nobody.clone() };
    let wrong = after(|books| books.bindings.push(stray));
    assert_eq!(wrong, [Discrepancy::BoundToNobody { user: jun, member: nobody }]);
}

#[test]
fn a_member_is_bound_to_one_user_only() {
    let jun = UserId("jun".to_owned());
    let stray = Binding { user: jun.clone(), member: member() };
    let expected = [Discrepancy::BoundToAnother { user: jun, member: member() }];
    assert_eq!(after(|books| books.bindings.push(stray.clone())), expected);
    assert_eq!(after(|books| books.bindings.insert(0, stray)), expected);
}

#[test]
fn a_binding_to_another_member_leaves_its_own_unbound() {
    let other = MemberId::new("ff".repeat(16));
    let wrong = after(|books| books.bindings[0].member = other.clone());
    let nobody = Discrepancy::BoundToNobody { user: user(), member: other };
    assert_eq!(wrong, [Discrepancy::Unbound { member: member() }, nobody]);
}

#[test]
fn a_line_is_of_a_known_kind() {
    let gift = Line { key: "0#gift".to_owned(), kind: "gift".to_owned(), ..right().lines[0].clone() };
    let wrong = after(|books| books.lines.push(gift));
    let (line, kind) = ("0#gift".to_owned(), "gift".to_owned());
    let no_order = Discrepancy::NoSuchOrder { member: member(), line: line.clone(), order: None };
    assert_eq!(wrong, [Discrepancy::UnknownKind { member: member(), line, kind }, no_order]);
}

#[test]
fn a_line_is_called_by_its_cause() {
    let wrong = after(|books| books.lines[0].key = "1#bonus".to_owned());
    let (line, cause) = ("1#bonus".to_owned(), "0#bonus".to_owned());
    assert_eq!(wrong, [Discrepancy::Misnamed { member: member(), line, cause }]);
}

#[test]
fn a_line_names_an_order_that_exists() {
    let wrong = after(|books| books.orders.retain(|booked| booked.order.id() != id(4)));
    let stray = |kind| Discrepancy::NoSuchOrder { member: member(), line: key(4, kind), order: Some(id(4)) };
    assert_eq!(wrong, [stray("hold"), stray("release")]);
}

/// The books with one who was carried over, and whom nobody speaks for.
fn carried() -> Books {
    let mut books = right();
    let id = MemberId::new("bb".repeat(16));
    let carried = CarriedMember {
        id: id.clone(),
        phone: SealedPhone(vec![]),
        points: Points::new(120),
        carried_at: at(100),
    };
    books.lines.push(line(&carried.entry()));
    books.accounts.push(Account { number: id.clone(), id, user: None, balance: 0, held: 0 });
    books.sum_up();
    books
}

#[test]
fn who_was_carried_over_has_what_their_one_line_says() {
    let books = carried();
    assert_eq!((books.accounts[1].balance, books.suspects()), (120, BTreeSet::new()));
    let mut books = carried();
    books.accounts[1].balance = 121;
    let [Discrepancy::Balance { kept: 121, ledger: 120, .. }] = &*books.audit() else {
        panic!("{:?}", books.audit())
    };
    // It stands once in a ledger, under the key of its cause.
    let mut books = carried();
    books.lines.last_mut().unwrap().key = "1#carry".to_owned();
    let [Discrepancy::Misnamed { cause, .. }] = &*books.audit() else { panic!("{:?}", books.audit()) };
    assert_eq!(cause, "0#carry");
}

/// What the books are after `mina` was forgotten: nobody is bound to her, and what she could spend is forfeited.
fn forgotten() -> Books {
    let mut books = right();
    books.bindings.clear();
    let balance = books.accounts[0].balance;
    let forfeit = Entry {
        member: member(),
        order: None,
        refund: None,
        kind: EntryKind::Forfeit,
        points: Points::new(balance.try_into().unwrap()),
        at: at(100),
    };
    books.lines.push(line(&forfeit));
    books.accounts[0].user = None;
    books.sum_up();
    books
}

#[test]
fn what_a_forgotten_member_had_is_forfeited_and_adds_up() {
    let books = forgotten();
    assert_eq!((books.accounts[0].balance, books.suspects()), (0, BTreeSet::new()));
    let mut books = forgotten();
    books.lines.pop();
    let [Discrepancy::Balance { .. }] = &*books.audit() else { panic!("{:?}", books.audit()) };
    // Being forgotten twice is two lines, each with its own time.
    let mut books = forgotten();
    let last = books.lines.last_mut().unwrap();
    last.at = at(101);
    let (stands, cause) = (last.key.clone(), format!("0#forfeit#{}", at(101).as_millisecond()));
    assert_eq!(books.audit(), [Discrepancy::Misnamed { member: member(), line: stands, cause }]);
}

#[test]
fn nobody_is_bound_to_who_was_forgotten() {
    let mut books = forgotten();
    books.bindings.push(Binding { user: user(), member: member() });
    assert_eq!(books.audit(), [Discrepancy::BoundToAnother { user: user(), member: member() }]);
}

#[test]
fn a_changed_number_leads_to_its_member_and_no_other_does() {
    let (number, other) = (MemberId::new("ee".repeat(16)), MemberId::new("dd".repeat(16)));
    let moved = |leads: &MemberId| {
        let mut books = right();
        books.accounts[0].number = number.clone();
        books.holdings.push(Holding { number: leads.clone(), holder: member() });
        books.audit()
    };
    assert_eq!(moved(&number), []);
    let unfound = Discrepancy::Unfound { member: member(), number: number.clone() };
    assert_eq!(moved(&other), [unfound, Discrepancy::Astray { number: other.clone(), member: member() }]);
    let wrong = after(|books| books.holdings.push(Holding { number: number.clone(), holder: other.clone() }));
    assert_eq!(wrong, [Discrepancy::Astray { number, member: other }]);
}

#[test]
fn a_line_stands_with_its_orders_member() {
    let jun = MemberId::new("ff".repeat(16));
    let wrong = after(|books| {
        let user = UserId("jun".to_owned());
        books.accounts.push(Account {
            id: jun.clone(),
            number: jun.clone(),
            user: Some(user.clone()),
            balance: 0,
            held: 0,
        });
        books.bindings.push(Binding { user, member: jun.clone() });
        let line = Line { member: jun.clone(), ..books.line(7, "hold").clone() };
        books.lines.push(line);
        books.sum_up();
        books.accounts[1].balance = -500;
    });
    let (line, order) = (key(7, "hold"), id(7));
    let below = Discrepancy::BelowZero { member: jun.clone(), balance: -500, held: 500 };
    assert_eq!(wrong, [below, Discrepancy::AnothersOrder { member: jun, line, order }]);
}

#[test]
fn a_strangers_order_moves_no_points() {
    let wrong = after(|books| {
        let mut line = books.line(8, "earn").clone();
        (line.order, line.key) = (Some(id(10)), key(10, "earn"));
        books.lines.push(line);
        books.sum_up();
    });
    let (line, order) = (key(10, "earn"), id(10));
    assert_eq!(wrong, [Discrepancy::AnothersOrder { member: member(), line, order }]);
}

#[test]
fn an_order_has_every_line_its_stage_calls_for() {
    for (number, kind, rest, stage, points) in [
        (2, "hold", "hold", "opened", 30),
        (3, "hold", "hold", "approving", 40),
        (4, "release", "release", "closed", 50),
        (7, "spend", "spend", "paid", 500),
        (8, "earn", "earn", "paid", 450),
        (8, "reverse", "reverse#r1", "paid", 400),
    ] {
        let wrong = after(|books| {
            books.without(number, kind);
            books.sum_up();
        });
        let (line, order, points) = (key(number, rest), id(number), Points::new(points));
        assert_eq!(wrong, [Discrepancy::Missing { member: member(), line, order, stage, points }]);
    }
}

#[test]
fn a_refund_has_its_own_lines_and_not_anothers() {
    let wrong = after(|books| {
        let line = books.line(7, "return");
        (line.refund, line.key) = (RefundId::parse("r3"), key(7, "return#r3"));
    });
    let (order, stage) = (id(7), "paid");
    let missing = Discrepancy::Missing {
        member: member(),
        line: key(7, "return#r1"),
        order,
        stage,
        points: Points::new(250),
    };
    let other = Discrepancy::NotCalledFor { member: member(), line: key(7, "return#r3"), order, stage };
    assert_eq!(wrong, [missing, other]);
}

#[test]
fn an_order_has_no_line_its_stage_does_not_call_for() {
    for (number, kind, stage) in [
        (1, "hold", "quoted"),
        (2, "spend", "opened"),
        (3, "release", "approving"),
        (4, "spend", "closed"),
        (7, "release", "paid"),
        (8, "bonus", "paid"),
    ] {
        let wrong = after(|books| {
            let line = Line {
                key: key(number, kind),
                kind: kind.to_owned(),
                order: Some(id(number)),
                points: Points::new(1),
                ..books.lines[0].clone()
            };
            books.lines.push(line);
            books.sum_up();
        });
        let (line, order) = (key(number, kind), id(number));
        assert_eq!(wrong, [Discrepancy::NotCalledFor { member: member(), line, order, stage }]);
    }
}

#[test]
fn a_line_is_of_the_points_its_order_calls_for() {
    let wrong = after(|books| {
        books.line(7, "spend").points = Points::new(499);
        books.sum_up();
    });
    let (line, order) = (key(7, "spend"), id(7));
    let (points, called_for) = (Points::new(499), Points::new(500));
    assert_eq!(wrong, [Discrepancy::OtherPoints { member: member(), line, order, points, called_for }]);
}

#[test]
fn a_price_is_what_is_paid_in_points_and_in_money() {
    let wrong = after(|books| books.paid(7).quote.total = Won::new(4_501));
    let (order, total, spend, due) = (id(7), Won::new(4_501), Points::new(500), Won::new(4_000));
    assert_eq!(wrong, [Discrepancy::Agreed { order, total, spend, due }]);
}

#[test]
fn a_paid_order_collected_what_was_due() {
    let wrong = after(|books| books.paid(10).collected = Collected::Points);
    let (order, collected, due) = (id(10), Won::ZERO, Won::new(4_500));
    assert_eq!(wrong, [Discrepancy::Collected { order, collected, due }]);
}

#[test]
fn no_more_is_given_back_than_was_due() {
    let wrong = after(|books| books.paid(7).refunds[0].amount = Won::new(u32::MAX));
    let (order, refunded, due) = (id(7), u64::from(u32::MAX) + 2_000, Won::new(4_000));
    assert_eq!(wrong, [Discrepancy::RefundedTooMuch { order, refunded, due }]);
}

#[test]
fn no_more_points_go_back_than_had_moved() {
    let wrong = after(|books| {
        books.paid(7).refunds[1].returned = Points::new(251);
        books.lines.iter_mut().find(|line| line.key == key(7, "return#r2")).unwrap().points =
            Points::new(251);
        books.paid(8).refunds[0].forgiven = Points::new(51);
        books.sum_up();
    });
    let of = |number, kind, points, moved| Discrepancy::PointsRefundedTooMany {
        order: id(number),
        kind,
        points,
        moved: Points::new(moved),
    };
    assert_eq!(wrong, [of(7, EntryKind::Return, 501, 500), of(8, EntryKind::Reverse, 451, 450)]);
}

#[test]
fn refunds_are_counted() {
    for counted in [Some(1), None] {
        let wrong = after(|books| books.order(7).refund_count = counted);
        assert_eq!(wrong, [Discrepancy::RefundCount { order: id(7), counted, refunds: 2 }]);
    }
}

#[test]
fn what_may_still_become_something_is_watched_and_nothing_else() {
    let watched = |number, stage| Discrepancy::Watched { order: id(number), stage };
    let unwatched = |number, stage| Discrepancy::Unwatched { order: id(number), stage };
    for wrong in [
        watched(1, "quoted"),
        unwatched(2, "opened"),
        unwatched(3, "approving"),
        watched(4, "closed"),
        unwatched(5, "closed"),
        watched(6, "closed"),
        watched(7, "paid"),
        unwatched(9, "paid"),
    ] {
        let number = right()
            .orders
            .iter()
            .position(|booked| wrong.ids().contains(&("order", booked.order.id().to_string())));
        let found = after(|books| books.orders[number.unwrap()].watched ^= true);
        assert_eq!(found, [wrong]);
    }
}

#[test]
fn quotes_expire_and_orders_do_not() {
    for (number, stage, expires) in [(1, "quoted", false), (2, "opened", true), (7, "paid", true)] {
        let wrong = after(|books| books.order(number).expires = expires);
        assert_eq!(wrong, [Discrepancy::Expiry { order: id(number), stage, expires }]);
    }
}

#[test]
fn each_is_told_in_one_line_with_its_ids() {
    let (member, user, order) = (member(), user(), id(1));
    let line = "0#hold".to_owned();
    let all = [
        Discrepancy::Unreadable { table: Table::Orders, key: "x".to_owned(), why: "y".to_owned() },
        Discrepancy::BoundToNobody { user: user.clone(), member: member.clone() },
        Discrepancy::NoSuchOrder { member: member.clone(), line: line.clone(), order: Some(order) },
        Discrepancy::RefundCount { order, counted: None, refunds: 1 },
        Discrepancy::Expiry { order, stage: "paid", expires: true },
    ];
    for wrong in all {
        let told = wrong.to_string();
        assert!(!told.contains('\n') && !told.ends_with('.'), "{told}");
        for (_, id) in wrong.ids() {
            assert!(told.contains(&id), "{told}: {id}");
        }
    }
}
