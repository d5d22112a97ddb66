//! Conditional writes, made again while they collide with somebody else's.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use cafe_core::payment::StoreError;

use crate::change::Change;
use crate::failure::{TRIES, any_collided, collided, pause_before, unavailable, unbuildable};
use crate::item::Item;

/// How a conditional write of one item went: what stood there before, or what stands there instead.
pub(crate) type Written = Result<Option<Item>, Option<Item>>;

/// Makes one conditional change, again while it collides with a transaction.
pub(crate) async fn write(client: &Client, change: Change) -> Result<Written, StoreError> {
    let mut attempt = 0;
    loop {
        let request = change.clone().request(client).return_values(ReturnValue::AllOld);
        let error = match request.send().await {
            Ok(written) => return Ok(Ok(written.attributes)),
            Err(error) => error,
        };
        if collided(&error) && attempt < TRIES {
            pause(client, attempt).await;
            attempt += 1;
            continue;
        }
        return match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(Err(failed.item.clone())),
            _ => Err(unavailable(error)),
        };
    }
}

/// Makes all changes or none, again while they collide with another transaction. The SDK sends
/// each try with a token of its own, so a try whose answer was lost is not made twice.
pub(crate) async fn transact(
    client: &Client,
    parts: Vec<TransactWriteItem>,
) -> Result<Result<(), Vec<CancellationReason>>, StoreError> {
    let mut attempt = 0;
    loop {
        let request = client.transact_write_items().set_transact_items(Some(parts.clone()));
        let Err(error) = request.send().await else { return Ok(Ok(())) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
        else {
            return Err(unavailable(error));
        };
        let reasons = cancelled.cancellation_reasons();
        if any_collided(reasons) && attempt < TRIES {
            pause(client, attempt).await;
            attempt += 1;
            continue;
        }
        if reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed")) {
            return Ok(Err(reasons.to_vec()));
        }
        return Err(unavailable(error));
    }
}

/// Waits before the try after that one, counted from 0.
pub(crate) async fn pause(client: &Client, attempt: u32) {
    // The client's own way to sleep, so that whoever gave it one also rules over these waits.
    if let Some(sleep) = client.config().sleep_impl() {
        sleep.sleep(pause_before(attempt)).await;
    }
}

/// A new item, unless one stands there.
pub(crate) fn put(table: &str, key: &str, item: Item) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#key)")
        .expression_attribute_names("#key", key)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(unbuildable)?;
    Ok(TransactWriteItem::builder().put(put).build())
}
