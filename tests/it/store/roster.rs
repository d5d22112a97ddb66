//! Members who move to another account or number, who leave, and who join with a number that was somebody's.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use cafe_core::cafe::{
    CODE_TRIES, CodeMac, Entry, EntryKind, Joined, Kept, KeptCode, Member, MemberId, Moved, NewMember,
    Points, Roster, SealedPhone, Store, UserId,
};
use cafe_core::payment::PayerId;
use jiff::Timestamp;
use store::{Auditor, DynamoStore};
use tokio::task::JoinSet;

use super::shop::{Shop, at, at_gateway, newcomer, refunded, refunding};

on_every_dynamodb! {
    with_a_code_another_user_spends_and_the_one_before_no_more
    a_code_is_tried_five_times_in_ten_minutes
    a_code_takes_the_place_of_the_one_before
    a_hundred_guesses_at_once_are_five
    a_code_is_used_by_one_of_many_and_once
    who_is_another_member_already_stays_that
    a_quote_from_before_the_move_holds_no_points
    a_changed_number_leads_to_its_member_and_the_one_before_does_not
    a_number_is_changed_back_and_on
    a_number_that_is_somebodys_is_not_taken_away
    one_of_many_members_gets_a_number
    an_old_number_is_joined_with_by_somebody_new_without_a_present
    a_forgotten_member_leaves_no_name_and_no_points
    who_has_points_held_or_moving_is_not_forgotten
    who_was_forgotten_joins_again_as_themselves_without_a_present
    what_a_refund_returns_to_a_forgotten_member_stands_with_the_number
    what_said_nobody_by_leaving_attributes_out_is_read_as_well
    a_member_moves_or_is_forgotten_and_never_both
}

/// Whatever a case did, all must add up, as an owner's audit finds it.
async fn audit(shop: &Shop) {
    let auditor = Auditor::new(shop.client.clone(), shop.tables.clone());
    let audited = auditor.audit(|_| {}).await.unwrap();
    assert_eq!(audited.discrepancies.into_iter().collect::<Vec<_>>(), []);
    assert_eq!(audited.unsettled.len(), 0);
}

fn user(name: &str) -> UserId {
    UserId(name.to_owned())
}

/// A code that is known by these bytes, good until then.
fn code(byte: u8, until: Timestamp) -> KeptCode {
    KeptCode { mac: CodeMac(vec![byte; 32]), until, tries: CODE_TRIES }
}

/// The number of that tag, sealed.
fn number(byte: u8) -> (MemberId, SealedPhone) {
    (MemberId::new(format!("{byte:02x}").repeat(16)), SealedPhone(vec![byte; 39]))
}

async fn member(shop: &Shop, id: &MemberId) -> Member {
    shop.store.member_by_id(id).await.unwrap().unwrap()
}

/// Somebody who has joined and has a code.
async fn with_code(shop: &Shop, number: u8) -> (Member, CodeMac) {
    let id = shop.joined(number, 1_000).await;
    let kept = code(number, at(600));
    assert!(shop.store.keep_code(&id, &kept).await.unwrap());
    (member(shop, &id).await, kept.mac)
}

/// Forgets a member as they stand.
async fn forget(store: &DynamoStore, member: &Member, now: Timestamp) -> Moved {
    let forfeit = Entry {
        member: member.id.clone(),
        order: None,
        refund: None,
        kind: EntryKind::Forfeit,
        points: member.balance,
        at: now,
    };
    let forfeit = (!member.balance.is_zero()).then_some(&forfeit);
    store.forget(member, forfeit, now).await.unwrap()
}

async fn with_a_code_another_user_spends_and_the_one_before_no_more(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1).await;
    assert_eq!(shop.store.rebind(&mina, &user("new"), &mac).await.unwrap(), Moved::Done);
    let stands = member(shop, &mina.id).await;
    assert_eq!(stands, Member { user: Some(user("new")), ..mina.clone() });
    // A repeat after a lost answer hears what was done.
    assert_eq!(shop.store.rebind(&mina, &user("new"), &mac).await.unwrap(), Moved::Done);
    assert_eq!(shop.store.try_code(&mina.id, at(1)).await.unwrap(), None, "it was used up");
    // The account before is nobody's, and may join with a number of its own.
    let other = NewMember { user: mina.user.unwrap(), ..newcomer(2, 100) };
    assert_eq!(shop.join(&other).await.unwrap(), Joined::New);
    audit(shop).await;
}

async fn a_code_is_tried_five_times_in_ten_minutes(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1).await;
    assert_eq!(shop.store.try_code(&mina.id, at(600)).await.unwrap(), None, "its time is over");
    for _ in 0..CODE_TRIES {
        assert_eq!(shop.store.try_code(&mina.id, at(599)).await.unwrap(), Some(mac.clone()));
    }
    assert_eq!(shop.store.try_code(&mina.id, at(1)).await.unwrap(), None, "no try is left");
    let jun = shop.joined(2, 0).await;
    assert_eq!(shop.store.try_code(&jun, at(1)).await.unwrap(), None, "there never was one");
    let nobody = newcomer(3, 0).id;
    assert_eq!(shop.store.try_code(&nobody, at(1)).await.unwrap(), None);
    assert!(!shop.store.keep_code(&nobody, &code(3, at(600))).await.unwrap());
    assert_eq!(member(shop, &mina.id).await, mina, "nothing else has changed");
}

async fn a_code_takes_the_place_of_the_one_before(shop: &Shop) {
    let (mina, before) = with_code(shop, 1).await;
    for _ in 0..CODE_TRIES {
        shop.store.try_code(&mina.id, at(1)).await.unwrap();
    }
    let other = code(9, at(700));
    assert!(shop.store.keep_code(&mina.id, &other).await.unwrap());
    assert_eq!(shop.store.try_code(&mina.id, at(650)).await.unwrap(), Some(other.mac));
    assert_eq!(shop.store.rebind(&mina, &user("new"), &before).await.unwrap(), Moved::Otherwise);
    assert_eq!(member(shop, &mina.id).await, mina);
}

async fn a_hundred_guesses_at_once_are_five(shop: &Shop) {
    let (mina, _) = with_code(shop, 1).await;
    let mut guesses = JoinSet::new();
    for _ in 0..100 {
        let (store, id) = (shop.store.clone(), mina.id.clone());
        guesses.spawn(async move { store.try_code(&id, at(1)).await });
    }
    // A guess that collided too often has perhaps used up a try, and compared nothing.
    let compared = guesses.join_all().await.into_iter().filter(|guess| matches!(guess, Ok(Some(_)))).count();
    assert!(compared <= 5, "{compared} guesses were compared");
}

async fn a_code_is_used_by_one_of_many_and_once(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1).await;
    let mut running = JoinSet::new();
    for number in 0..6 {
        let (store, mina, mac) = (shop.store.clone(), mina.clone(), mac.clone());
        running
            .spawn(async move { store.rebind(&mina, &user(&format!("new-{number}")), &mac).await.unwrap() });
    }
    let moved = running.join_all().await;
    let done = moved.iter().filter(|moved| **moved == Moved::Done).count();
    assert_eq!((done, moved.len()), (1, 6), "{moved:?}");
    audit(shop).await;
}

async fn who_is_another_member_already_stays_that(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1).await;
    let jun = newcomer(2, 100);
    shop.join(&jun).await.unwrap();
    assert_eq!(shop.store.rebind(&mina, &jun.user, &mac).await.unwrap(), Moved::Taken);
    assert_eq!(member(shop, &mina.id).await, mina);
    audit(shop).await;
}

async fn a_quote_from_before_the_move_holds_no_points(shop: &Shop) {
    let (mina, mac) = with_code(shop, 1).await;
    let before = shop.quoted(Some(&mina.id), 300, 0).await;
    let in_full = shop.quoted(Some(&mina.id), 0, 450).await;
    let open = shop.opened(Some(&mina.id), 200, 0).await;
    assert_eq!(shop.store.rebind(&mina, &user("new"), &mac).await.unwrap(), Moved::Done);
    let opened = before.open(at_gateway("T1"), at(2));
    assert_eq!(shop.open(&opened).await.unwrap(), Kept::PointsShort);
    assert_eq!(shop.open(&in_full.open(at_gateway("T2"), at(2))).await.unwrap(), Kept::Done);
    // What was held before is spent or released as it would have been.
    shop.close(&super::shop::cancelled(&open), None).await.unwrap();
    assert_eq!(shop.points(&mina.id).await, (1_000, 0));
    let mut theirs = super::shop::quote(shop.new_order(), Some(&mina.id), 300, 0);
    theirs.quote.payer = user("new").payer();
    shop.quote(&theirs).await.unwrap();
    assert_eq!(shop.open(&theirs.open(at_gateway("T3"), at(2))).await.unwrap(), Kept::Done);
    assert_eq!(shop.points(&mina.id).await, (700, 300));
}

async fn a_changed_number_leads_to_its_member_and_the_one_before_does_not(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    let (tag, phone) = number(0xaa);
    let mina = member(shop, &id).await;
    for _ in 0..2 {
        assert_eq!(shop.store.renumber(&mina, &tag, &phone).await.unwrap(), Moved::Done);
    }
    let moved = Member { number: tag.clone(), phone, ..mina };
    assert_eq!(shop.store.member(&tag).await.unwrap(), Some(moved.clone()));
    assert_eq!(shop.store.member(&id).await.unwrap(), None, "the number before leads to nobody");
    assert_eq!(member(shop, &id).await, moved, "and the member stays who they are");
    let paid = shop.paid(Some(&id), 30, 0).await;
    assert_eq!((shop.points(&tag).await, paid.quote.member), ((70, 0), Some(id)));
    let again = NewMember { id: tag, phone: SealedPhone(vec![3; 39]), ..newcomer(1, 100) };
    let Joined::Already(known) = shop.store.join(&again).await.unwrap() else { panic!("they have joined") };
    assert_eq!(known.id, moved.id);
    let other = NewMember { user: user("other"), ..again };
    assert_eq!(shop.store.join(&other).await.unwrap(), Joined::NumberTaken);
    audit(shop).await;
}

async fn a_number_is_changed_back_and_on(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    let first = member(shop, &id).await;
    let own = (id.clone(), first.phone.clone());
    for (tag, phone) in [number(0xaa), number(0xbb), own.clone(), number(0xaa), own] {
        let stands = member(shop, &id).await;
        assert_eq!(shop.store.renumber(&stands, &tag, &phone).await.unwrap(), Moved::Done);
        assert_eq!(
            shop.store.member(&tag).await.unwrap(),
            Some(Member { number: tag.clone(), phone, ..first.clone() })
        );
        assert_eq!(shop.store.member(&stands.number).await.unwrap(), None, "{tag}");
        audit(shop).await;
    }
}

async fn a_number_that_is_somebodys_is_not_taken_away(shop: &Shop) {
    let (mina, jun) = (shop.joined(1, 100).await, shop.joined(2, 200).await);
    let stands = member(shop, &mina).await;
    let phone = SealedPhone(vec![8; 39]);
    assert_eq!(shop.store.renumber(&stands, &jun, &phone).await.unwrap(), Moved::Taken);
    let (tag, sealed) = number(0xaa);
    assert_eq!(shop.store.renumber(&member(shop, &jun).await, &tag, &sealed).await.unwrap(), Moved::Done);
    assert_eq!(shop.store.renumber(&stands, &tag, &phone).await.unwrap(), Moved::Taken);
    // Jun's first number is nobody's now, so it may be Mina's; and then it is not Jun's any more.
    assert_eq!(shop.store.renumber(&stands, &jun, &phone).await.unwrap(), Moved::Done);
    let back = shop.store.renumber(&member(shop, &jun).await, &jun, &phone).await.unwrap();
    assert_eq!(back, Moved::Taken);
    assert_eq!(shop.store.member(&jun).await.unwrap().unwrap().id, mina);
    assert_eq!(shop.store.member(&tag).await.unwrap().unwrap().id, jun);
    audit(shop).await;
}

async fn one_of_many_members_gets_a_number(shop: &Shop) {
    let (tag, _) = number(0xaa);
    let mut running = JoinSet::new();
    for number in 1..=5 {
        let id = shop.joined(number, 100).await;
        let (store, stands, tag) = (shop.store.clone(), member(shop, &id).await, tag.clone());
        running.spawn(
            async move { store.renumber(&stands, &tag, &SealedPhone(vec![number; 39])).await.unwrap() },
        );
    }
    let moved = running.join_all().await;
    assert_eq!(moved.iter().filter(|moved| **moved == Moved::Done).count(), 1, "{moved:?}");
    audit(shop).await;
}

async fn an_old_number_is_joined_with_by_somebody_new_without_a_present(shop: &Shop) {
    let first = shop.joined(1, 100).await;
    let (tag, phone) = number(0xaa);
    let moved = member(shop, &first).await;
    assert_eq!(shop.store.renumber(&moved, &tag, &phone).await.unwrap(), Moved::Done);
    let new = NewMember { user: user("new"), phone: SealedPhone(vec![5; 39]), ..newcomer(1, 100) };
    for _ in 0..2 {
        let Joined::Again(heir) = shop.store.join(&new).await.unwrap() else { panic!("they join") };
        assert_ne!(heir.id, first);
        assert!(heir.is_of(&new.user));
        assert_eq!((&heir.number, heir.balance), (&first, Points::ZERO));
        assert_eq!(shop.store.member(&first).await.unwrap(), Some(heir));
    }
    let later = NewMember { phone: SealedPhone(vec![6; 39]), ..new.clone() };
    assert!(matches!(shop.store.join(&later).await.unwrap(), Joined::Already(_)));
    let taken = NewMember { user: user("third"), ..new.clone() };
    assert_eq!(shop.store.join(&taken).await.unwrap(), Joined::NumberTaken);
    // Whoever is a member already does not join with it.
    let (other, sealed) = number(0xbb);
    let heir = shop.store.member(&first).await.unwrap().unwrap();
    assert_eq!(shop.store.renumber(&heir, &other, &sealed).await.unwrap(), Moved::Done);
    let member = NewMember { user: moved.user.unwrap(), ..new };
    assert_eq!(shop.store.join(&member).await.unwrap(), Joined::UserTaken);
    audit(shop).await;
}

async fn a_forgotten_member_leaves_no_name_and_no_points(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    shop.paid(Some(&id), 30, 0).await;
    let mina = member(shop, &id).await;
    for _ in 0..2 {
        assert_eq!(forget(&shop.store, &mina, at(500)).await, Moved::Done);
    }
    assert_eq!(shop.store.member(&id).await.unwrap(), None);
    assert_eq!(shop.store.member_by_id(&id).await.unwrap(), None);
    assert_eq!(shop.store.balance(&id, Timestamp::MAX).await.unwrap(), Points::ZERO);
    let forfeited = shop.store.entries(&id).await.unwrap();
    let forfeited: Vec<_> = forfeited.iter().filter(|entry| entry.kind == EntryKind::Forfeit).collect();
    assert_eq!(forfeited.len(), 1);
    assert_eq!((forfeited[0].points, forfeited[0].at), (Points::new(70), at(500)));
    let key = AttributeValue::S(id.to_string());
    let got = shop.client.get_item().table_name(&shop.tables.members).key("id", key).send().await.unwrap();
    let kept = got.item.unwrap();
    let names: BTreeSet<_> = kept.keys().map(String::as_str).collect();
    let left = ["balance", "forgotten_at", "held", "id", "joined_at", "payer", "phone", "user", "v"];
    assert_eq!(names, BTreeSet::from(left));
    assert_eq!(
        (kept["user"].as_s().unwrap(), kept["phone"].as_b().unwrap().as_ref()),
        (&String::new(), &[][..])
    );
    assert!(!shop.store.keep_code(&id, &code(1, at(600))).await.unwrap());
    // The chatbot user is nobody's, and joins with another number.
    assert_eq!(
        shop.join(&NewMember { user: mina.user.unwrap(), ..newcomer(2, 100) }).await.unwrap(),
        Joined::New
    );
    audit(shop).await;
}

async fn who_has_points_held_or_moving_is_not_forgotten(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    let stale = member(shop, &id).await;
    let opened = shop.opened(Some(&id), 30, 0).await;
    assert_eq!(forget(&shop.store, &member(shop, &id).await, at(500)).await, Moved::Otherwise);
    shop.close(&super::shop::cancelled(&opened), None).await.unwrap();
    shop.paid(Some(&id), 10, 0).await;
    assert_eq!(forget(&shop.store, &stale, at(500)).await, Moved::Otherwise, "the balance is another");
    assert_eq!(shop.points(&id).await, (90, 0));
    audit(shop).await;
}

async fn who_was_forgotten_joins_again_as_themselves_without_a_present(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    for time in [500, 700] {
        assert_eq!(forget(&shop.store, &member(shop, &id).await, at(time)).await, Moved::Done);
        let joined_at = at(time + 100);
        let phone = SealedPhone(vec![u8::try_from(time / 100).unwrap(); 39]);
        let new = NewMember { user: user("new"), phone, joined_at, ..newcomer(1, 100) };
        for _ in 0..2 {
            let Joined::Again(again) = shop.store.join(&new).await.unwrap() else { panic!("they join") };
            assert_eq!((again.id, again.balance, again.joined_at), (id.clone(), Points::ZERO, joined_at));
        }
        audit(shop).await;
        // Something to forfeit, so that being forgotten twice is two lines.
        let earned = shop.paid(Some(&id), 0, 45).await;
        assert_eq!(earned.quote.earn, Points::new(45));
    }
    // With the last number that they had, where they changed it before.
    let (tag, phone) = number(0xaa);
    assert_eq!(shop.store.renumber(&member(shop, &id).await, &tag, &phone).await.unwrap(), Moved::Done);
    assert_eq!(forget(&shop.store, &member(shop, &id).await, at(900)).await, Moved::Done);
    let new = NewMember { id: tag.clone(), user: user("new"), ..newcomer(1, 100) };
    let Joined::Again(again) = shop.store.join(&new).await.unwrap() else { panic!("they join") };
    assert_eq!((again.id, again.number), (id, tag));
    audit(shop).await;
}

async fn what_a_refund_returns_to_a_forgotten_member_stands_with_the_number(shop: &Shop) {
    let id = shop.joined(1, 100).await;
    let spent = shop.paid(Some(&id), 60, 0).await;
    let earned = shop.paid(Some(&id), 0, 450).await;
    assert_eq!(forget(&shop.store, &member(shop, &id).await, at(500)).await, Moved::Done);
    // What was earned is gone, and is forgiven; what was spent comes back, to whoever joins with the number.
    let running = refunding(&earned, "r1", None);
    shop.store.begin_refund(&running).await.unwrap();
    let balance = shop.store.balance(&id, Timestamp::MAX).await.unwrap().get();
    let done = refunded(&running, balance);
    assert_eq!((done.refunds[0].reversed, done.refunds[0].forgiven), (Points::ZERO, Points::new(450)));
    assert_eq!(shop.store.settle_refund(&done, &done.refunds[0].id).await.unwrap(), Kept::Done);
    let running = refunding(&spent, "r1", None);
    shop.store.begin_refund(&running).await.unwrap();
    let done = refunded(&running, balance);
    assert_eq!(shop.store.settle_refund(&done, &done.refunds[0].id).await.unwrap(), Kept::Done);
    assert_eq!(shop.store.balance(&id, Timestamp::MAX).await.unwrap(), Points::new(60));
    audit(shop).await;
    // Nobody spends it meanwhile, not by a quote from before either.
    let quoted = shop.quoted(Some(&id), 10, 0).await;
    assert_eq!(quoted.quote.payer, PayerId("u-7f3a".to_owned()));
    assert_eq!(shop.store.open(&quoted.open(at_gateway("T1"), at(2))).await.unwrap(), Kept::PointsShort);
    let later = NewMember { joined_at: at(600), ..newcomer(1, 100) };
    let Joined::Again(again) = shop.store.join(&later).await.unwrap() else { panic!("they join") };
    assert_eq!(again.balance, Points::new(60));
    // And nobody pays for what somebody else earned with the number.
    let taken_for = async |order: Timestamp| shop.store.balance(&id, order).await.unwrap();
    assert_eq!(
        (taken_for(earned.quote.quoted_at).await, taken_for(at(600)).await),
        (Points::ZERO, Points::new(60))
    );
    audit(shop).await;
}

/// Takes away what an item does not need to say that nobody is there.
async fn cut_down(shop: &Shop, id: &MemberId, keeps: &[&str]) {
    let key = || AttributeValue::S(id.to_string());
    let table = &shop.tables.members;
    let got = shop.client.get_item().table_name(table).key("id", key()).send().await.unwrap();
    let mut item = got.item.unwrap();
    item.retain(|name, _| keeps.contains(&name.as_str()));
    shop.client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}

async fn what_said_nobody_by_leaving_attributes_out_is_read_as_well(shop: &Shop) {
    let (id, other) = (shop.joined(1, 100).await, shop.joined(2, 200).await);
    let (tag, phone) = number(0xaa);
    assert_eq!(shop.store.renumber(&member(shop, &id).await, &tag, &phone).await.unwrap(), Moved::Done);
    cut_down(shop, &tag, &["id", "holder"]).await;
    assert_eq!(shop.store.member(&tag).await.unwrap().unwrap().id, id);
    audit(shop).await;

    assert_eq!(forget(&shop.store, &member(shop, &id).await, at(500)).await, Moved::Done);
    let left = ["id", "v", "balance", "held", "number", "payer", "forgotten_at"];
    cut_down(shop, &id, &left).await;
    assert_eq!(shop.store.member(&tag).await.unwrap(), None);
    assert!(!shop.store.keep_code(&id, &code(1, at(600))).await.unwrap());
    audit(shop).await;
    let new = NewMember { id: tag.clone(), user: user("new"), ..newcomer(1, 100) };
    let Joined::Again(again) = shop.store.join(&new).await.unwrap() else { panic!("they join") };
    assert_eq!((&again.id, &again.number, again.balance), (&id, &tag, Points::ZERO));

    // A number that nobody has any more, which another changes to, and away from, and somebody joins with.
    let (further, sealed) = number(0xbb);
    assert_eq!(shop.store.renumber(&again, &further, &sealed).await.unwrap(), Moved::Done);
    for to in [(&tag, &phone), (&other, &phone)] {
        cut_down(shop, &tag, &["id", "holder"]).await;
        let stands = member(shop, &other).await;
        assert_eq!(shop.store.renumber(&stands, to.0, to.1).await.unwrap(), Moved::Done);
        audit(shop).await;
    }
    cut_down(shop, &tag, &["id", "holder"]).await;
    let third = NewMember { id: tag.clone(), user: user("third"), ..newcomer(3, 100) };
    let Joined::Again(heir) = shop.store.join(&third).await.unwrap() else { panic!("they join") };
    assert_eq!((&heir.number, heir.balance), (&tag, Points::ZERO));
    audit(shop).await;
}

async fn a_member_moves_or_is_forgotten_and_never_both(shop: &Shop) {
    for number in 1..=4 {
        let (mina, mac) = with_code(shop, number).await;
        let (to, (moving, leaving)) =
            (user(&format!("new-{number}")), (shop.store.clone(), shop.store.clone()));
        let (moves, leaves) = tokio::join!(async { moving.rebind(&mina, &to, &mac).await.unwrap() }, async {
            forget(&leaving, &mina, at(500)).await
        });
        assert_ne!(moves == Moved::Done, leaves == Moved::Done, "{moves:?} {leaves:?}");
    }
    audit(shop).await;
}
