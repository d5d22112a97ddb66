//! Joining: one number, one chatbot user, one present.

use cafe_core::cafe::{Joined, NewMember, SealedPhone, Store, UserId};

use super::shop::{Shop, newcomer};

on_every_dynamodb! {
    a_new_member_has_the_present_and_its_line_in_the_ledger
    a_number_that_has_not_joined_is_nobody
    joining_again_tells_what_they_have_and_gives_nothing
    a_repeated_request_hears_what_the_first_did
    a_number_belongs_to_the_user_who_joined_with_it
    a_user_joins_with_one_number
    without_a_present_there_is_a_member_all_the_same
}

async fn a_new_member_has_the_present_and_its_line_in_the_ledger(shop: &Shop) {
    let new = newcomer(1, 100);
    assert_eq!(shop.join(&new).await.unwrap(), Joined::New);
    assert_eq!(shop.entries(&new.id).await.unwrap(), [new.entry()]);
    assert_eq!(shop.member(&new.id).await.unwrap(), Some(new.into_member()));
}

async fn a_number_that_has_not_joined_is_nobody(shop: &Shop) {
    shop.joined(1, 100).await;
    let other = newcomer(2, 100);
    assert_eq!(shop.member(&other.id).await.unwrap(), None);
    assert_eq!(shop.entries(&other.id).await.unwrap(), []);
}

async fn joining_again_tells_what_they_have_and_gives_nothing(shop: &Shop) {
    let member = shop.joined(1, 100).await;
    shop.opened(Some(&member), 30, 0).await;
    // A second sign-up seals the number anew, and the present may be another one by now.
    let again = NewMember { phone: SealedPhone(vec![9; 39]), ..newcomer(1, 500) };
    let stands = shop.member(&member).await.unwrap().unwrap();
    assert_eq!(shop.join(&again).await.unwrap(), Joined::Already(stands));
    assert_eq!(shop.points(&member).await, (70, 30));
}

async fn a_repeated_request_hears_what_the_first_did(shop: &Shop) {
    let new = newcomer(1, 100);
    assert_eq!(shop.join(&new).await.unwrap(), Joined::New);
    assert_eq!(shop.join(&new).await.unwrap(), Joined::New);
    assert_eq!(shop.points(&new.id).await, (100, 0));
}

async fn a_number_belongs_to_the_user_who_joined_with_it(shop: &Shop) {
    let first = newcomer(1, 100);
    let member = shop.joined(1, 100).await;
    let other = NewMember { user: UserId("user-2".to_owned()), ..newcomer(1, 100) };
    assert_eq!(shop.join(&other).await.unwrap(), Joined::NumberTaken);
    assert_eq!(shop.member(&member).await.unwrap(), Some(first.into_member()));
    // The other user is not bound to anything, and joins with a number of their own.
    assert_eq!(shop.join(&newcomer(2, 100)).await.unwrap(), Joined::New);
}

async fn a_user_joins_with_one_number(shop: &Shop) {
    shop.joined(1, 100).await;
    let second = NewMember { user: UserId("user-1".to_owned()), ..newcomer(2, 100) };
    assert_eq!(shop.join(&second).await.unwrap(), Joined::UserTaken);
    assert_eq!(shop.member(&second.id).await.unwrap(), None);
    // The second number is still free for whoever it belongs to.
    assert_eq!(shop.join(&newcomer(2, 100)).await.unwrap(), Joined::New);
}

async fn without_a_present_there_is_a_member_all_the_same(shop: &Shop) {
    let member = shop.joined(1, 0).await;
    assert_eq!(shop.points(&member).await, (0, 0));
}
