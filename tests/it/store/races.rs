//! Many at once: whatever the order they come in, it is as if they had come one after the other.

use cafe_core::cafe::{
    Begun, CloseReason, EntryKind, Joined, Kept, NewMember, Opened, Order, Paid, Store, UserId,
};
use store::DynamoStore;
use tokio::task::JoinSet;

use super::shop::{Shop, at, at_gateway, attempt, cancelled, newcomer, otherwise, paid, refunded, refunding};

on_every_dynamodb! {
    a_number_joins_once_however_many_try
    a_user_joins_once_however_many_numbers_they_try
    the_last_points_are_held_by_as_many_orders_as_they_suffice_for
    one_session_is_kept_of_many
    one_attempt_is_the_first
    settling_many_times_at_once_moves_points_once
    one_approval_is_kept_of_many
    an_order_is_settled_or_closed_and_never_both
    many_orders_of_one_member_are_settled_at_once
    one_refund_runs_of_many
    a_refund_settled_many_times_at_once_moves_points_once
}

/// Runs these at once, and gives what came of each.
async fn at_once<T, Running>(
    shop: &Shop,
    of: impl IntoIterator<Item = T>,
    run: impl Fn(DynamoStore, T) -> Running,
) -> Vec<Running::Output>
where
    Running: Future<Output: Send> + Send + 'static,
{
    let running: JoinSet<_> = of.into_iter().map(|one| run(shop.store.clone(), one)).collect();
    running.join_all().await
}

/// How many of these are that.
fn count<T: PartialEq>(of: &[T], that: &T) -> usize {
    of.iter().filter(|one| *one == that).count()
}

async fn a_number_joins_once_however_many_try(shop: &Shop) {
    let new = |user: u8| NewMember { user: UserId(format!("user-{user}")), ..newcomer(1, 100) };
    let join = |store: DynamoStore, new: NewMember| async move { store.join(&new).await.unwrap() };
    let joined = at_once(shop, (1..=8).map(new), join).await;
    assert_eq!(count(&joined, &Joined::New), 1, "{joined:?}");
    assert_eq!(count(&joined, &Joined::NumberTaken), 7, "{joined:?}");
    let member = shop.will_see_member(newcomer(1, 100).id);
    assert_eq!(shop.points(&member).await, (100, 0));
}

async fn a_user_joins_once_however_many_numbers_they_try(shop: &Shop) {
    let new = |number| NewMember { user: UserId("user-0".to_owned()), ..newcomer(number, 100) };
    let join = |store: DynamoStore, new: NewMember| async move { store.join(&new).await.unwrap() };
    let joined = at_once(shop, (1..=8).map(new), join).await;
    assert_eq!(count(&joined, &Joined::New), 1, "{joined:?}");
    assert_eq!(count(&joined, &Joined::UserTaken), 7, "{joined:?}");
    let mut members = 0;
    for number in 1..=8 {
        let id = shop.will_see_member(newcomer(number, 100).id);
        members += usize::from(shop.member(&id).await.unwrap().is_some());
    }
    assert_eq!(members, 1);
}

async fn the_last_points_are_held_by_as_many_orders_as_they_suffice_for(shop: &Shop) {
    let member = shop.joined(1, 350).await;
    let mut orders = Vec::new();
    for _ in 0..8 {
        orders.push(shop.quoted(Some(&member), 100, 0).await.open(at_gateway("T1"), at(2)));
    }
    let open = |store: DynamoStore, opened: Opened| async move { store.open(&opened).await.unwrap() };
    let kept = at_once(shop, orders, open).await;
    assert_eq!(count(&kept, &Kept::Done), 3, "{kept:?}");
    assert_eq!(count(&kept, &Kept::PointsShort), 5, "{kept:?}");
    assert_eq!(shop.points(&member).await, (50, 300));
}

async fn one_session_is_kept_of_many(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for spend in [300, 0] {
        let quoted = shop.quoted(Some(&member), spend, 0).await;
        let session = |number| quoted.clone().open(at_gateway(&format!("T{number}")), at(2));
        let open = |store: DynamoStore, opened: Opened| async move { store.open(&opened).await.unwrap() };
        let kept = at_once(shop, (1..=8).map(session), open).await;
        let stands = shop.stands(quoted.quote.id).await;
        assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
        assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
    }
    assert_eq!(shop.points(&member).await, (700, 300));
}

async fn one_attempt_is_the_first(shop: &Shop) {
    let opened = shop.opened(None, 0, 0).await;
    let id = opened.quote.id;
    let try_it = |store: DynamoStore, number: u8| async move {
        store.begin(id, &attempt(&format!("attempt-{number}"), at(30)), at(3)).await.unwrap()
    };
    let begun = at_once(shop, 1..=8, try_it).await;
    let Some(Order::Approving(approving)) = shop.stands(id).await else { panic!("{begun:?}") };
    assert_eq!(count(&begun, &Begun::First(approving.clone())), 1, "{begun:?}");
    let stands = Begun::Otherwise(Some(Box::new(Order::Approving(approving))));
    assert_eq!(count(&begun, &stands), 7, "{begun:?}");
}

async fn settling_many_times_at_once_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = paid(&shop.opened(Some(&member), spend, earn).await);
        let settle = |store: DynamoStore, paid: Paid| async move { store.settle(&paid).await.unwrap() };
        let kept = at_once(shop, vec![paid; 20], settle).await;
        assert_eq!(count(&kept, &Kept::Done), 20, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
    let lines = [(EntryKind::Bonus, 1), (EntryKind::Hold, 1), (EntryKind::Spend, 1), (EntryKind::Earn, 1)];
    assert_eq!(shop.lines(&member).await, lines.into());
}

async fn one_approval_is_kept_of_many(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let paid = paid(&shop.opened(Some(&member), spend, earn).await);
        let later = |second| Paid { paid_at: at(second), ..paid.clone() };
        let settle = |store: DynamoStore, paid: Paid| async move { store.settle(&paid).await.unwrap() };
        let kept = at_once(shop, (61..81).map(later), settle).await;
        let stands = shop.stands(paid.quote.id).await;
        assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
        assert_eq!(count(&kept, &otherwise(stands)), 19, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_150, 0));
}

async fn an_order_is_settled_or_closed_and_never_both(shop: &Shop) {
    for (number, (spend, earn)) in [(300, 0), (0, 450), (0, 0)].into_iter().cycle().take(12).enumerate() {
        let member = shop.joined(u8::try_from(number).unwrap(), 1_000).await;
        let opened = shop.opened(Some(&member), spend, earn).await;
        let kept = at_once(shop, [true, false, true, false], |store, settles| {
            let (paid, closed) = (paid(&opened), opened.clone().close(CloseReason::Failed, at(62)));
            async move {
                let kept = if settles { store.settle(&paid).await } else { store.close(&closed, None).await };
                (settles, kept.unwrap())
            }
        })
        .await;
        let stands = shop.stands(opened.quote.id).await;
        let settled = stands == Some(Order::Paid(paid(&opened)));
        assert_eq!(count(&kept, &(settled, Kept::Done)), 2, "{kept:?}");
        assert_eq!(count(&kept, &(!settled, otherwise(stands))), 2, "{kept:?}");
        let points = if settled { 1_000 - spend + earn } else { 1_000 };
        assert_eq!(shop.points(&member).await, (points, 0));
        shop.audit().await;
    }
}

async fn many_orders_of_one_member_are_settled_at_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    let mut orders = Vec::new();
    for (spend, earn) in [(100, 0), (0, 450)].into_iter().cycle().take(8) {
        orders.push(shop.opened(Some(&member), spend, earn).await);
    }
    let end = |store: DynamoStore, (number, opened): (usize, Opened)| async move {
        // Every fourth customer presses cancel.
        if number % 4 == 0 {
            store.close(&cancelled(&opened), None).await.unwrap()
        } else {
            store.settle(&paid(&opened)).await.unwrap()
        }
    };
    let kept = at_once(shop, orders.into_iter().enumerate(), end).await;
    assert_eq!(count(&kept, &Kept::Done), 8, "{kept:?}");
    assert_eq!(shop.points(&member).await, (1_000 - 2 * 100 + 4 * 450, 0));
}

async fn one_refund_runs_of_many(shop: &Shop) {
    let paid = shop.paid(None, 0, 0).await;
    let refunds = (1..=8).map(|number| refunding(&paid, &format!("r{number}"), Some(1_000)));
    let begin = |store: DynamoStore, paid: Paid| async move { store.begin_refund(&paid).await.unwrap() };
    let kept = at_once(shop, refunds, begin).await;
    let stands = shop.stands(paid.quote.id).await;
    assert_eq!(count(&kept, &Kept::Done), 1, "{kept:?}");
    assert_eq!(count(&kept, &otherwise(stands)), 7, "{kept:?}");
}

async fn a_refund_settled_many_times_at_once_moves_points_once(shop: &Shop) {
    let member = shop.joined(1, 1_000).await;
    for (spend, earn) in [(300, 0), (0, 450), (0, 0)] {
        let running = refunding(&shop.paid(Some(&member), spend, earn).await, "r1", None);
        assert_eq!(shop.begin_refund(&running).await.unwrap(), Kept::Done);
        let made = refunded(&running, shop.points(&member).await.0);
        let settle =
            |store: DynamoStore, paid: Paid| async move { store.settle_refund(&paid).await.unwrap() };
        let kept = at_once(shop, vec![made; 8], settle).await;
        assert_eq!(count(&kept, &Kept::Done), 8, "{kept:?}");
        shop.audit().await;
    }
    assert_eq!(shop.points(&member).await, (1_000, 0));
}
