//! Members whom the cafe's system before this one had: carried over once, and bound by a code alone.

use std::collections::BTreeSet;

use cafe_core::cafe::{
    CODE_TRIES, CarriedMember, CodeMac, Entry, EntryKind, Joined, Kept, KeptCode, Member, MemberId, Moved,
    NewMember, Points, Roster, SealedPhone, Store, UserId,
};
use jiff::Timestamp;
use store::{Auditor, Carried};
use tokio::task::JoinSet;

use super::shop::{Shop, at, at_gateway, newcomer, quote};

on_every_dynamodb! {
    a_carried_member_has_their_points_and_nobody_speaks_for_them
    who_is_carried_over_twice_or_by_two_at_once_has_their_points_once
    other_points_and_numbers_that_are_somebodys_are_left
    a_typed_number_does_not_get_its_points
    with_a_code_the_points_are_spent_and_the_code_is_used_up
    many_with_one_code_are_one
    without_points_there_is_nothing_to_guard
    one_of_many_is_who_was_carried_over_without_points
    a_carried_member_changes_their_number_and_nobody_else_gets_it
    a_carried_member_who_is_forgotten_forfeits_and_is_not_carried_over_again
    what_was_read_of_a_carried_member_does_not_change_who_was_forgotten
}

/// All must add up, as an owner's audit finds it; and so many are members.
async fn audit(shop: &Shop, members: u64) {
    let audited = Auditor::new(shop.client.clone(), shop.tables.clone()).audit(|_| {}).await.unwrap();
    assert_eq!(audited.discrepancies, BTreeSet::new());
    assert_eq!((audited.unsettled.len(), audited.members), (0, members));
    shop.audit().await;
}

fn with_points(number: u8, points: u32) -> CarriedMember {
    let NewMember { id, phone, .. } = newcomer(number, 0);
    CarriedMember { id, phone, points: Points::new(points), carried_at: at(0) }
}

/// Somebody who is carried over.
async fn carried(shop: &Shop, number: u8, points: u32) -> Member {
    let carried = with_points(number, points);
    assert_eq!(shop.store.carry(&carried).await.unwrap(), Carried::Now);
    member(shop, &shop.will_see_member(carried.id)).await
}

async fn member(shop: &Shop, id: &MemberId) -> Member {
    shop.store.member_by_id(id).await.unwrap().unwrap()
}

async fn with_code(shop: &Shop, number: u8, points: u32) -> (Member, CodeMac) {
    let mina = carried(shop, number, points).await;
    let code = KeptCode { mac: CodeMac(vec![number; 32]), until: at(600), tries: CODE_TRIES };
    assert!(shop.store.keep_code(&mina.id, &code).await.unwrap());
    (mina, code.mac)
}

fn user(name: &str) -> UserId {
    UserId(name.to_owned())
}

/// Another try of joining with that number.
fn joining(number: u8, name: &str, byte: u8) -> NewMember {
    NewMember { user: user(name), phone: SealedPhone(vec![byte; 39]), ..newcomer(number, 100) }
}

async fn forget(shop: &Shop, member: &Member, now: Timestamp) -> Moved {
    let (kind, points, at) = (EntryKind::Forfeit, member.balance, now);
    let forfeit = Entry { member: member.id.clone(), order: None, refund: None, kind, points, at };
    let forfeit = (!member.balance.is_zero()).then_some(&forfeit);
    shop.store.forget(member, forfeit, now).await.unwrap()
}

async fn a_carried_member_has_their_points_and_nobody_speaks_for_them(shop: &Shop) {
    let carried = with_points(1, 120);
    assert_eq!(shop.store.how_they_stand(&carried).await.unwrap(), Carried::NotYet);
    assert_eq!(shop.store.carry(&carried).await.unwrap(), Carried::Now);
    let id = shop.will_see_member(carried.id.clone());
    let expected = Member {
        id: id.clone(),
        number: id.clone(),
        user: None,
        phone: carried.phone.clone(),
        balance: Points::new(120),
        held: Points::ZERO,
        joined_at: at(0),
    };
    assert_eq!(shop.store.member(&id).await.unwrap(), Some(expected.clone()));
    assert_eq!(member(shop, &id).await, expected);
    assert_eq!(shop.store.entries(&id).await.unwrap(), [carried.entry()]);
    assert_eq!(shop.store.balance(&id, Timestamp::MAX).await.unwrap(), Points::new(120));
    // Not even a quote that names nobody holds them.
    for payer in [user("").payer(), cafe_core::payment::PayerId("u-7f3a".to_owned())] {
        let mut quoted = quote(shop.new_order(), Some(&id), 10, 0);
        quoted.quote.payer = payer;
        shop.quote(&quoted).await.unwrap();
        assert_eq!(shop.open(&quoted.open(at_gateway("T1"), at(2))).await.unwrap(), Kept::PointsShort);
    }
    audit(shop, 1).await;
}

async fn who_is_carried_over_twice_or_by_two_at_once_has_their_points_once(shop: &Shop) {
    let mut running = JoinSet::new();
    for byte in 1..=6 {
        let carried = CarriedMember { phone: SealedPhone(vec![byte; 39]), ..with_points(1, 120) };
        let store = shop.store.clone();
        running.spawn(async move { store.carry(&carried).await.unwrap() });
    }
    let carried = running.join_all().await;
    let now = carried.iter().filter(|carried| **carried == Carried::Now).count();
    let before = carried.iter().filter(|carried| **carried == Carried::Before).count();
    assert_eq!((now, before), (1, 5), "{carried:?}");
    let id = shop.will_see_member(with_points(1, 120).id);
    assert_eq!(shop.points(&id).await, (120, 0));
    // What became of the points since does not make them come again.
    let code = KeptCode { mac: CodeMac(vec![1; 32]), until: at(600), tries: CODE_TRIES };
    assert!(shop.store.keep_code(&id, &code).await.unwrap());
    let theirs = user("new");
    let moved = shop.store.rebind(&member(shop, &id).await, &theirs, &code.mac).await.unwrap();
    assert_eq!(moved, Moved::Done);
    let mut quoted = quote(shop.new_order(), Some(&id), 20, 0);
    quoted.quote.payer = theirs.payer();
    shop.quote(&quoted).await.unwrap();
    assert_eq!(shop.open(&quoted.open(at_gateway("T1"), at(2))).await.unwrap(), Kept::Done);
    assert_eq!(shop.store.carry(&with_points(1, 120)).await.unwrap(), Carried::Before);
    assert_eq!(shop.points(&id).await, (100, 20));
    audit(shop, 1).await;
}

async fn other_points_and_numbers_that_are_somebodys_are_left(shop: &Shop) {
    let mina = carried(shop, 1, 120).await;
    for points in [0, 119, 121] {
        assert_eq!(shop.store.carry(&with_points(1, points)).await.unwrap(), Carried::Differently);
        assert_eq!(shop.store.how_they_stand(&with_points(1, points)).await.unwrap(), Carried::Differently);
    }
    assert_eq!(member(shop, &mina.id).await, mina);

    // One who has joined here, the number that they had before, and the one that they have now.
    let jun = shop.joined(2, 100).await;
    assert_eq!(shop.store.carry(&with_points(2, 50)).await.unwrap(), Carried::NumberTaken);
    let changed = with_points(3, 50);
    let stands = member(shop, &jun).await;
    assert_eq!(shop.store.renumber(&stands, &changed.id, &changed.phone).await.unwrap(), Moved::Done);
    for number in [2, 3] {
        assert_eq!(shop.store.carry(&with_points(number, 50)).await.unwrap(), Carried::NumberTaken);
    }
    assert_eq!(forget(shop, &member(shop, &jun).await, at(500)).await, Moved::Done);
    for number in [2, 3] {
        assert_eq!(shop.store.carry(&with_points(number, 50)).await.unwrap(), Carried::NumberTaken);
        assert_eq!(shop.store.entries(&with_points(3, 50).id).await.unwrap(), []);
    }
    audit(shop, 1).await;
}

async fn a_typed_number_does_not_get_its_points(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1, 120).await;
    for byte in [8, 9] {
        assert_eq!(shop.join(&joining(1, "thief", byte)).await.unwrap(), Joined::NumberCarried);
    }
    assert_eq!(member(shop, &mina.id).await, mina);
    // Who tried is bound to nothing, and joins with a number of their own.
    assert_eq!(shop.join(&joining(2, "thief", 8)).await.unwrap(), Joined::New);
    assert_eq!(shop.store.rebind(&mina, &user("thief"), &mac).await.unwrap(), Moved::Taken);
    // Without the code nobody is bound, whatever else they know.
    let guessed = CodeMac(vec![9; 32]);
    assert_eq!(shop.store.rebind(&mina, &user("other"), &guessed).await.unwrap(), Moved::Otherwise);
    assert_eq!(member(shop, &mina.id).await, mina);
    audit(shop, 2).await;
}

async fn with_a_code_the_points_are_spent_and_the_code_is_used_up(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1, 120).await;
    assert_eq!(shop.store.try_code(&mina.id, at(1)).await.unwrap(), Some(mac.clone()));
    for _ in 0..2 {
        assert_eq!(shop.store.rebind(&mina, &user("mina"), &mac).await.unwrap(), Moved::Done);
    }
    assert_eq!(member(shop, &mina.id).await, Member { user: Some(user("mina")), ..mina.clone() });
    assert_eq!(shop.store.try_code(&mina.id, at(1)).await.unwrap(), None);
    assert!(matches!(shop.join(&joining(1, "mina", 8)).await.unwrap(), Joined::Already(_)));
    assert_eq!(shop.join(&joining(1, "thief", 9)).await.unwrap(), Joined::NumberTaken);
    let mut quoted = quote(shop.new_order(), Some(&mina.id), 100, 0);
    quoted.quote.payer = user("mina").payer();
    shop.quote(&quoted).await.unwrap();
    assert_eq!(shop.open(&quoted.open(at_gateway("T1"), at(2))).await.unwrap(), Kept::Done);
    assert_eq!(shop.points(&mina.id).await, (20, 100));
    audit(shop, 1).await;
}

async fn many_with_one_code_are_one(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1, 120).await;
    let mut running = JoinSet::new();
    for number in 0..6 {
        let (store, mina, mac) = (shop.store.clone(), mina.clone(), mac.clone());
        running
            .spawn(async move { store.rebind(&mina, &user(&format!("new-{number}")), &mac).await.unwrap() });
    }
    let moved = running.join_all().await;
    assert_eq!(moved.iter().filter(|moved| **moved == Moved::Done).count(), 1, "{moved:?}");
    audit(shop, 1).await;
}

async fn without_points_there_is_nothing_to_guard(shop: &Shop) {
    let mina = carried(shop, 1, 0).await;
    assert_eq!(shop.store.entries(&mina.id).await.unwrap().len(), 1, "so that they are known again");
    // Who is another member already stays that.
    shop.joined(2, 100).await;
    assert_eq!(shop.join(&joining(1, "user-2", 8)).await.unwrap(), Joined::UserTaken);
    let new = joining(1, "new", 8);
    for _ in 0..2 {
        let Joined::Again(theirs) = shop.join(&new).await.unwrap() else { panic!("they join") };
        let expected = Member { user: Some(user("new")), phone: new.phone.clone(), ..mina.clone() };
        assert_eq!(theirs, expected, "without a second present");
    }
    assert!(matches!(shop.join(&joining(1, "new", 9)).await.unwrap(), Joined::Already(_)));
    assert_eq!(shop.join(&joining(1, "thief", 9)).await.unwrap(), Joined::NumberTaken);
    assert_eq!(shop.store.carry(&with_points(1, 0)).await.unwrap(), Carried::Before);

    // With the number that they have by now, as well.
    let jun = carried(shop, 3, 0).await;
    let NewMember { id: number, phone, .. } = newcomer(4, 0);
    assert_eq!(shop.store.renumber(&jun, &number, &phone).await.unwrap(), Moved::Done);
    let Joined::Again(theirs) = shop.join(&joining(4, "jun", 8)).await.unwrap() else { panic!("they join") };
    assert_eq!((theirs.id, theirs.number), (jun.id, number));
    audit(shop, 3).await;
}

async fn one_of_many_is_who_was_carried_over_without_points(shop: &Shop) {
    carried(shop, 1, 0).await;
    let mut running = JoinSet::new();
    for byte in 1..=6 {
        let (store, new) = (shop.store.clone(), joining(1, &format!("new-{byte}"), byte));
        running.spawn(async move { store.join(&new).await.unwrap() });
    }
    let joined = running.join_all().await;
    let theirs = joined.iter().filter(|joined| matches!(joined, Joined::Again(_))).count();
    let taken = joined.iter().filter(|joined| **joined == Joined::NumberTaken).count();
    assert_eq!((theirs, taken), (1, 5), "{joined:?}");
    audit(shop, 1).await;
}

async fn a_carried_member_changes_their_number_and_nobody_else_gets_it(shop: &Shop) {
    let mina = carried(shop, 1, 120).await;
    let jun = member(shop, &shop.joined(2, 100).await).await;
    let theirs = SealedPhone(vec![7; 39]);
    assert_eq!(shop.store.renumber(&jun, &mina.id, &theirs).await.unwrap(), Moved::Taken);
    let (mina, mac) = (mina, CodeMac(vec![1; 32]));
    let NewMember { id: number, phone, .. } = newcomer(3, 0);
    assert_eq!(shop.store.renumber(&mina, &number, &phone).await.unwrap(), Moved::Done);
    let moved = Member { number: number.clone(), phone, ..mina.clone() };
    assert_eq!(shop.store.member(&number).await.unwrap(), Some(moved.clone()));
    assert_eq!(shop.join(&joining(3, "thief", 8)).await.unwrap(), Joined::NumberCarried);
    assert_eq!(shop.store.carry(&with_points(1, 120)).await.unwrap(), Carried::Before);
    // The number before is free for whoever has it, who gets nothing that is not theirs.
    let Joined::Again(heir) = shop.join(&joining(1, "heir", 9)).await.unwrap() else { panic!("they join") };
    shop.will_see_member(heir.id.clone());
    assert_eq!((heir.id == mina.id, heir.balance), (false, Points::ZERO));
    let code = KeptCode { mac: mac.clone(), until: at(600), tries: CODE_TRIES };
    assert!(shop.store.keep_code(&mina.id, &code).await.unwrap());
    assert_eq!(shop.store.rebind(&moved, &user("mina"), &mac).await.unwrap(), Moved::Done);
    assert_eq!(shop.points(&number).await, (120, 0));
    audit(shop, 3).await;
}

async fn a_carried_member_who_is_forgotten_forfeits_and_is_not_carried_over_again(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1, 120).await;
    for _ in 0..2 {
        assert_eq!(forget(shop, &mina, at(500)).await, Moved::Done);
    }
    assert_eq!(shop.store.member(&mina.id).await.unwrap(), None);
    assert_eq!(shop.store.entries(&mina.id).await.unwrap().len(), 2);
    assert_eq!(shop.store.carry(&with_points(1, 120)).await.unwrap(), Carried::Before);
    assert_eq!(shop.store.rebind(&mina, &user("mina"), &mac).await.unwrap(), Moved::Otherwise);
    audit(shop, 0).await;
    let Joined::Again(again) = shop.join(&joining(1, "mina", 8)).await.unwrap() else { panic!("they join") };
    assert_eq!((again.id, again.balance), (mina.id, Points::ZERO));
    audit(shop, 1).await;
}

async fn what_was_read_of_a_carried_member_does_not_change_who_was_forgotten(shop: &Shop) {
    for (number, points) in [(1, 120), (2, 0)] {
        let mina = carried(shop, number, points).await;
        assert_eq!(forget(shop, &mina, at(500)).await, Moved::Done);
        let NewMember { id: other, phone, .. } = newcomer(10 + number, 0);
        assert_eq!(shop.store.renumber(&mina, &other, &phone).await.unwrap(), Moved::Otherwise);
        let code = KeptCode { mac: CodeMac(vec![1; 32]), until: at(600), tries: CODE_TRIES };
        assert!(!shop.store.keep_code(&mina.id, &code).await.unwrap());
    }
    audit(shop, 0).await;
}
