//! What V1 wraps every answer in: `{"code": 0, "message": null, "response": {…}}`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use serde_json::value::RawValue;

use super::{Error, Refusal};
use crate::answer::{BadAnswer, Fields, read_object};
use crate::raw::Raw;

/// Reads the inner `response` with `take`, or the error it is. Code 0 is the only yes, and only under an HTTP status
/// that says yes as well.
pub(crate) fn read<T>(
    answer: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    read_with_raw(answer, |fields, _| take(fields))
}

/// The same, with the inner `response` as it came.
pub(crate) fn read_with_raw<T>(
    answer: &Response<Bytes>,
    take: impl FnOnce(&Fields<'_>, Raw) -> Result<T, BadAnswer>,
) -> Result<T, Error> {
    let http_status = answer.status();
    let unreadable = |source| Error::Unreadable { http_status, source };
    let envelope: BTreeMap<String, &RawValue> =
        serde_json::from_slice(answer.body()).map_err(|_| unreadable(BadAnswer::NotAnObject))?;
    let code = read_object(answer.body(), |it| it.signed("code"));
    match (code, http_status.is_success()) {
        (Ok(0), true) => {
            let inner = envelope.get("response").map_or("null", |raw| raw.get());
            read_object(inner.as_bytes(), |it| take(it, Raw::new(inner))).map_err(|source| {
                unreadable(if source == BadAnswer::NotAnObject {
                    BadAnswer::Field("response")
                } else {
                    source
                })
            })
        }
        (Err(_), true) => Err(unreadable(BadAnswer::Field("code"))),
        (Ok(0) | Err(_), false) => Err(unreadable(BadAnswer::NotAnError)),
        (Ok(code), _) => {
            let message = read_object(answer.body(), |it| Ok(it.maybe_text("message").unwrap_or_default()));
            Err(Error::Refused(Refusal { http_status, code, message: message.unwrap_or_default() }))
        }
    }
}
