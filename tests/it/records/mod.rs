//! The payments service's records and flows, on every DynamoDB there is: what is kept together, done twice, done at
//! once and cut off anywhere.

use devserver::dynamodb::Embedded;

use self::office::Office;
use crate::support::dynamodb_local;

/// Makes each of these cases a test on every DynamoDB.
macro_rules! on_every_dynamodb {
    ($($case:ident)+) => {
        mod embedded {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(&crate::records::embedded().await).await;
                }
            )+
        }

        mod dynamodb_local {
            $(
                #[tokio::test]
                async fn $case() {
                    super::$case(&crate::records::dynamodb_local().await).await;
                }
            )+
        }
    };
}

mod bank;
mod cancelling;
mod creating;
mod cut_off;
mod guessing;
mod moving;
mod office;
mod sealing;
mod telling;

async fn embedded() -> Office {
    Office::on(Embedded::in_memory().client()).await
}

async fn dynamodb_local() -> Office {
    Office::on(dynamodb_local::client()).await
}
