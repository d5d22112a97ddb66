//! What every [`Store`](cafe_core::cafe::Store) promises, asked of ours on every DynamoDB there is: the
//! embedded one, and AWS's own local one.

use devserver::dynamodb::Embedded;

pub(crate) use self::faults::{Fault, Line};
use self::shop::Shop;
use crate::support::dynamodb_local;

/// Makes each of these cases a test on every DynamoDB.
macro_rules! on_every_dynamodb {
    ($($case:ident)+) => {
        mod embedded {
            $(
                #[tokio::test]
                async fn $case() {
                    crate::store::on_embedded(super::$case).await;
                }
            )+
        }

        mod dynamodb_local {
            $(
                #[tokio::test]
                async fn $case() {
                    crate::store::on_dynamodb_local(super::$case).await;
                }
            )+
        }
    };
}

mod attempts;
mod carrying;
mod closing;
mod doubts;
mod due;
mod faults;
mod late;
mod ledger;
mod members;
mod model;
mod opening;
mod quotes;
mod races;
mod refunds;
mod requests;
mod roster;
mod sequences;
mod settling;
mod shop;
mod watching;

/// Runs a case in a shop of its own, and has its books audited afterwards.
async fn on_embedded(case: impl AsyncFnOnce(&Shop)) {
    let shop = Shop::on(Embedded::in_memory().client()).await;
    case(&shop).await;
    shop.audit().await;
}

/// Runs a case in a shop of its own, and has its books audited afterwards.
async fn on_dynamodb_local(case: impl AsyncFnOnce(&Shop)) {
    let shop = Shop::on(dynamodb_local::client()).await;
    case(&shop).await;
    shop.audit().await;
}
