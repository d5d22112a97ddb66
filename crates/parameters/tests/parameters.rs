//! What is in force, whatever becomes of where it is kept.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should fail")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use parameters::{BoxError, Parameter, Source};

/// A board on which somebody writes a number, and which counts who looks at it.
#[derive(Clone)]
struct Board(Arc<Mutex<(&'static str, u32)>>);

impl Board {
    fn shows(text: &'static str) -> Board {
        Board(Arc::new(Mutex::new((text, 0))))
    }

    fn says(&self, text: &'static str) {
        self.0.lock().unwrap().0 = text;
    }

    fn looks(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

#[async_trait]
impl Source<u32> for Board {
    async fn read(&self) -> Result<u32, BoxError> {
        let text = {
            let mut board = self.0.lock().unwrap();
            board.1 += 1;
            board.0
        };
        tokio::task::yield_now().await;
        Ok(text.parse()?)
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn a_changed_value_counts_once_the_old_one_is_stale_and_a_broken_one_never() {
    let board = Board::shows("1");
    let price = Parameter::kept("price", board.clone(), MINUTE, at(0)).await.unwrap();
    board.says("2");
    assert_eq!((*price.now(at(59)).await, board.looks()), (1, 1));
    assert_eq!((*price.now(at(60)).await, *price.now(at(119)).await, board.looks()), (2, 2, 2));
    board.says("free");
    assert_eq!((*price.now(at(120)).await, *price.now(at(179)).await, board.looks()), (2, 2, 3));
    board.says("3");
    assert_eq!((*price.now(at(179)).await, *price.now(at(180)).await), (2, 3));
    // A clock that was set back reads nothing.
    assert_eq!((*price.now(at(0)).await, board.looks()), (3, 4));
}

#[tokio::test]
async fn nothing_starts_with_a_value_that_is_none() {
    assert!(Parameter::kept("price", Board::shows("free"), MINUTE, at(0)).await.is_err());
}

#[tokio::test]
async fn of_several_who_ask_at_once_one_reads_and_the_others_take_what_is_there() {
    let board = Board::shows("2");
    let price = Parameter::read_before("price", 1, board.clone(), MINUTE, at(0));
    let (one, two, three) = tokio::join!(price.now(at(60)), price.now(at(60)), price.now(at(60)));
    assert_eq!((*one, *two, *three, board.looks()), (2, 1, 1, 1));
    assert_eq!(*price.clone().now(at(61)).await, 2);
}

#[tokio::test]
async fn a_fixed_value_stays_and_is_never_printed() {
    let secret = Parameter::fixed("secret", "hunter2");
    assert_eq!(*secret.now(Timestamp::MAX).await, "hunter2");
    assert_eq!(format!("{secret:?}"), "Parameter(secret)");
}
