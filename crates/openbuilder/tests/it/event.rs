//! The Event API: requests as data.

use http::Method;
use openbuilder::LimitError;
use openbuilder::event::{BadSetting, Event, EventApi, User};
use secrecy::SecretString;
use url::Url;

fn api() -> EventApi {
    EventApi::new("b1", &SecretString::from("s3cret")).unwrap()
}

fn users(n: usize) -> impl Iterator<Item = User> {
    (0..n).map(|i| User::bot_user_key(format!("u{i}")))
}

#[test]
fn an_event_is_posted_with_the_key_out_of_sight() {
    let to = [User::bot_user_key("u1"), User::plusfriend_user_key("p1"), User::app_user_id("a1")];
    let event = Event::new("paid", to).unwrap().data("amount", 4_500).param("order", "o-1");
    let request = api().send(&event);

    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), "https://bot-api.kakao.com/v2/bots/b1/talk");
    assert_eq!(request.headers()["authorization"], "KakaoAK s3cret");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers()["content-type"], "application/json");
    assert!(!format!("{request:?} {:?}", api()).contains("s3cret"));
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        r#"{"event":{"name":"paid","data":{"amount":4500}},"user":[{"type":"botUserKey","id":"u1"},{"type":"plusfriendUserKey","id":"p1"},{"type":"appUserId","id":"a1"}],"params":{"order":"o-1"}}"#
    );
}

#[test]
fn groups_have_an_address_of_their_own() {
    let request = api().send(&Event::for_groups("paid", ["g1"]).unwrap());
    assert_eq!(request.uri(), "https://bot-api.kakao.com/v2/bots/b1/group");
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        r#"{"event":{"name":"paid"},"chat":[{"type":"botGroupKey","id":"g1"}]}"#
    );
}

#[test]
fn the_development_channel_is_marked_once() {
    let uri = |api: EventApi| api.send(&Event::new("paid", users(1)).unwrap()).uri().to_string();
    let expected = "https://bot-api.kakao.com/v2/bots/b1!/talk";
    assert_eq!(uri(api().dev_channel()), expected);
    assert_eq!(uri(EventApi::new("b1!", &"k".into()).unwrap().dev_channel()), expected);
}

#[test]
fn a_task_is_asked_for_by_its_id() {
    let fake = api().at(Url::parse("http://127.0.0.1:3001/kakao").unwrap()).unwrap();
    let request = fake.task("t-1").unwrap();
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (&Method::GET, "http://127.0.0.1:3001/kakao/v1/tasks/t-1")
    );
    assert!(request.headers()["authorization"].is_sensitive());
    for id in ["", "..", "a/b", "a?b", "가", &"a".repeat(70_000)] {
        assert_eq!(fake.task(id).unwrap_err(), BadSetting::TaskId);
    }
}

#[test]
fn at_most_a_hundred_users_and_at_least_one() {
    assert!(Event::new("paid", users(100)).is_ok());
    let error = Event::new("paid", users(101)).unwrap_err();
    assert_eq!(error, LimitError::TooMany { field: "event.user", limit: 100, actual: 101 });
    assert_eq!(Event::new("paid", users(0)).unwrap_err(), LimitError::Empty { field: "event.user" });
    assert_eq!(Event::new(" ", users(1)).unwrap_err(), LimitError::Empty { field: "event.name" });
    assert!(Event::for_groups("paid", Vec::<String>::new()).is_err());
}

#[test]
fn bad_settings_are_refused_at_once() {
    let new = |id: &str, key: &str| EventApi::new(id, &SecretString::from(key)).map(|_| ());
    assert_eq!(new("", "k"), Err(BadSetting::BotId));
    assert_eq!(new("!", "k"), Err(BadSetting::BotId));
    assert_eq!(new("b1/../b2", "k"), Err(BadSetting::BotId));
    assert_eq!(new("b1", " "), Err(BadSetting::Key));
    assert_eq!(new("b1", "k\nHost: evil"), Err(BadSetting::Key));
    assert_eq!(api().at(Url::parse("ftp://x").unwrap()).unwrap_err(), BadSetting::Base);
}
