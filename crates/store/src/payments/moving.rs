//! Records that another server kept, and that are kept here from now on: written once, read back, never overwritten.

use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::{Get, TransactGetItem, TransactWriteItem};
use cafe_core::payment::{History, PasswordHash, Payment, RecordId, Reservation, Source, StoreError, Vendor};

use super::item::{self, KEY, PAYMENT, RECORD, RESERVATION};
use super::{DynamoRecords, unreadable};
use crate::failure::{TRIES, any_collided, unavailable, unbuildable};
use crate::item::{Item, text};
use crate::writes;

/// How many items are looked through for a record.
const LOOKED_THROUGH: i32 = 100;

/// A record that moves here, with nothing of it on its way.
#[derive(Clone, Copy, Debug)]
pub enum Moving<'a> {
    /// A payment.
    History(&'a History),
    /// A stored way to pay.
    Reservation(&'a Reservation),
}

/// How a record that moves here stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was not here, and is now; read back, it is the same.
    Now,
    /// It was here already, the same.
    Before,
    /// It was here already, and has been changed here since.
    AndLivesOn,
    /// It is not here.
    NotYet,
    /// Another record has its id, or its own says something else here. That stays as it is.
    Differently,
    /// Another record belongs to its source. That stays as it is.
    SourceTaken,
    /// Another record is about its payment or stored method. That stays as it is.
    UidTaken,
}

impl Moving<'_> {
    const fn kind(self) -> &'static str {
        match self {
            Moving::History(_) => PAYMENT,
            Moving::Reservation(_) => RESERVATION,
        }
    }

    const fn known_by(&self) -> (RecordId, &Source, &Vendor) {
        match self {
            Moving::History(History { id, source, vendor, .. })
            | Moving::Reservation(Reservation { id, source, vendor, .. }) => (*id, source, vendor),
        }
    }
}

/// Neither is for the functions: a service's own records come to be through their gateways alone.
impl DynamoRecords {
    /// Writes a record down as it is, with its two keys, unless any of the three is there; and reads back what stands
    /// then. Two requests: a transaction that writes all three, and one that reads them.
    ///
    /// # Errors
    /// [`StoreError`]: it may stand; repeating it is safe, and says so.
    pub async fn move_in(&self, moving: Moving<'_>, password: &PasswordHash) -> Result<Moved, StoreError> {
        let written = writes::transact(&self.client, self.parts_of(moving, password)?).await?;
        let stands = self.how_it_stands(moving, password).await?;
        // Between the write and the reads a service, or a gateway's nudge, may have got at it.
        Ok(if written.is_ok() && stands == Moved::Before { Moved::Now } else { stands })
    }

    /// Whether a record is here, as all three stand at one moment. One request; it writes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    pub async fn how_it_stands(
        &self,
        moving: Moving<'_>,
        password: &PasswordHash,
    ) -> Result<Moved, StoreError> {
        let (id, source, vendor) = moving.known_by();
        let kind = moving.kind();
        let of_source = item::key_of(&self.vault.tag_of_source(kind, source));
        let of_uid = item::key_of(&self.vault.tag_of_uid(kind, vendor.code, &vendor.uid));
        let [by_source, by_uid, record] = self
            .get_together([(&*of_source, KEY), (&*of_uid, KEY), (&*format!("{kind}{id}"), RECORD)])
            .await?;
        let found = |item: Option<Item>, key: &str| {
            item.map(|item| item::found(&item).map_err(unreadable(key))).transpose()
        };
        let by_source = found(by_source, &of_source)?;
        if by_source.is_some_and(|other| other != id) {
            return Ok(Moved::SourceTaken);
        }
        let by_uid = found(by_uid, &of_uid)?;
        if by_uid.is_some_and(|other| other != id) {
            return Ok(Moved::UidTaken);
        }
        let Some(item) = record else {
            let is_nowhere = by_source.is_none() && by_uid.is_none();
            return Ok(if is_nowhere { Moved::NotYet } else { Moved::Differently });
        };
        let stands = self.compared(moving, password, item)?;
        let is_found_by_both = by_source.is_some() && by_uid.is_some();
        Ok(if is_found_by_both { stands } else { Moved::Differently })
    }

    /// Whether the vault opens a record that is here already; so it is where there is none. Part of one scan.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is known.
    pub async fn opens_what_is_here(&self) -> Result<bool, StoreError> {
        let found = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("#part = :record")
            .expression_attribute_names("#part", "part")
            .expression_attribute_values(":record", text(RECORD))
            .limit(LOOKED_THROUGH)
            .send()
            .await
            .map_err(unavailable)?;
        let Some(item) = found.items.unwrap_or_default().pop() else { return Ok(true) };
        Ok(item::payment(&self.vault, item.clone()).is_ok() || item::reservation(&self.vault, item).is_ok())
    }

    /// Items by their keys, as they stand at one moment; asked for again where one is just being written.
    async fn get_together<const N: usize>(
        &self,
        keys: [(&str, &str); N],
    ) -> Result<[Option<Item>; N], StoreError> {
        let part = |(id, part): (&str, &str)| {
            let get = Get::builder().table_name(&self.table).key("id", text(id)).key("part", text(part));
            Ok(TransactGetItem::builder().get(get.build().map_err(unbuildable)?).build())
        };
        let parts = keys.into_iter().map(part).collect::<Result<Vec<_>, StoreError>>()?;
        let mut attempt = 0;
        loop {
            let request = self.client.transact_get_items().set_transact_items(Some(parts.clone()));
            let error = match request.send().await {
                Ok(got) => {
                    let items: Vec<_> =
                        got.responses.unwrap_or_default().into_iter().map(|got| got.item).collect();
                    return items.try_into().map_err(|items: Vec<_>| {
                        StoreError::Unavailable(
                            format!("{N} items were asked for, not {}", items.len()).into(),
                        )
                    });
                }
                Err(error) => error,
            };
            let collided = match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(cancelled)) => {
                    any_collided(cancelled.cancellation_reasons())
                }
                _ => false,
            };
            if !collided || attempt == TRIES {
                return Err(unavailable(error));
            }
            writes::pause(&self.client, attempt).await;
            attempt += 1;
        }
    }

    fn parts_of(
        &self,
        moving: Moving<'_>,
        password: &PasswordHash,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let item = match moving {
            Moving::History(history) => item::of_history(&self.vault, history, password),
            Moving::Reservation(reservation) => item::of_reservation(&self.vault, reservation, password),
        };
        let ((id, source, vendor), kind) = (moving.known_by(), moving.kind());
        Ok(vec![
            self.put(item.map_err(StoreError::Unavailable)?)?,
            self.put(item::of_key(&self.vault.tag_of_source(kind, source), id))?,
            self.put(item::of_key(&self.vault.tag_of_uid(kind, vendor.code, &vendor.uid), id))?,
        ])
    }

    fn compared(
        &self,
        moving: Moving<'_>,
        password: &PasswordHash,
        stands: Item,
    ) -> Result<Moved, StoreError> {
        let (id, ..) = moving.known_by();
        match moving {
            Moving::History(history) => {
                let stands = self.read_payment(id, stands)?;
                Ok(match stands.unlock(|theirs| theirs == password) {
                    Ok(Payment::Kept(stands)) if stands == *history => Moved::Before,
                    Ok(Payment::Kept(stands)) if is_a_later(&stands, history) => Moved::AndLivesOn,
                    Ok(Payment::Kept(_) | Payment::Claimed(_)) | Err(_) => Moved::Differently,
                })
            }
            Moving::Reservation(reservation) => {
                let stands = item::reservation(&self.vault, stands).map_err(unreadable(&id.to_string()))?;
                let is_the_same = stands.unlock(|theirs| theirs == password).as_ref() == Ok(reservation);
                Ok(if is_the_same { Moved::Before } else { Moved::Differently })
            }
        }
    }
}

/// Whether what stands here is that very record after a change: what never changes is the same in both.
fn is_a_later(stands: &History, moved: &History) -> bool {
    let History { id, vendor, source, webhook_url, created_at, .. } = stands;
    stands.version > moved.version
        && (id, vendor, source, webhook_url, created_at)
            == (&moved.id, &moved.vendor, &moved.source, &moved.webhook_url, &moved.created_at)
}

#[cfg(test)]
mod tests {
    use super::is_a_later;
    use cafe_core::payment::{Document, Facts, History, RecordId, Source, Vendor, VendorCode, Won};
    use jiff::Timestamp;

    fn history() -> History {
        History {
            id: RecordId::new([1; 16]),
            vendor: Vendor { code: VendorCode::Iamport, store: "shop".to_owned(), uid: "imp_1".to_owned() },
            source: Source {
                schema: "shop".to_owned(),
                table: "orders".to_owned(),
                id: RecordId::new([2; 16]).to_string(),
            },
            webhook_url: None,
            created_at: Timestamp::UNIX_EPOCH,
            facts: Facts {
                currency: "KRW".to_owned(),
                price: Won::new(1_000),
                refund: Won::ZERO,
                paid_at: None,
                cancels: Vec::new(),
            },
            data: Document("{}".to_owned()),
            version: 1,
            cancelling: None,
            cancelled_as: Vec::new(),
        }
    }

    #[test]
    fn a_record_lives_on_only_as_itself() {
        let moved = history();
        let paid = Facts { paid_at: Some(Timestamp::UNIX_EPOCH), ..moved.facts.clone() };
        let later = moved.now_showing(paid, Document("{\"paid\":true}".to_owned()));
        assert!(is_a_later(&later, &moved) && !is_a_later(&moved, &moved));
        let elsewhere = Some("https://other.example/hook".to_owned());
        assert!(!is_a_later(&History { webhook_url: elsewhere, ..later.clone() }, &moved));
        assert!(!is_a_later(&History { id: RecordId::new([3; 16]), ..later }, &moved));
    }
}
