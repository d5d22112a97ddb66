//! `GET /identity-verifications/{id}`: who a person is, as their telephone company or bank knows them.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;

use super::call::read;
use super::{Account, Call, Error};
use crate::BadRequest;
use crate::path::step;
use crate::sealed::Sealed;
use crate::words::words;

words! {
    /// How an identity verification stands.
    pub enum IdentityStatus {
        /// Asked for.
        Ready = "READY",
        /// The person has proven who they are.
        Verified = "VERIFIED",
        /// They have not.
        Failed = "FAILED",
    }
}

/// Reads an identity verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetIdentityVerification {
    /// The merchant's own id of it.
    pub identity_verification_id: String,
}

/// An identity verification. It is proof only where its status says [`Verified`](IdentityStatus::Verified).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityVerification {
    /// How it stands.
    pub status: IdentityStatus,
    /// The merchant's own id of it.
    pub id: String,
    /// Who they are, where it is verified.
    pub verified_customer: Option<VerifiedCustomer>,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
}

/// Who a person is. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedCustomer {
    /// Their name.
    pub name: Option<String>,
    /// Their telephone number, digits only.
    pub phone_number: Option<String>,
    /// `yyyy-MM-dd`.
    pub birth_date: Option<String>,
    /// `MALE`, `FEMALE` or `OTHER`.
    pub gender: Option<String>,
    /// Whether they are a foreigner.
    pub is_foreigner: Option<bool>,
    /// The same person has the same key everywhere.
    pub ci: Option<String>,
    /// The same person has the same key at this merchant.
    pub di: Option<String>,
}

impl Sealed for GetIdentityVerification {}

impl Call for GetIdentityVerification {
    type Answer = IdentityVerification;

    fn request(&self, account: &Account) -> Result<Request<Bytes>, BadRequest> {
        let id = step("identityVerificationId", &self.identity_verification_id)?;
        Ok(account.ask(Method::GET, &format!("/identity-verifications/{id}"), &[]))
    }

    fn answer(response: &Response<Bytes>) -> Result<IdentityVerification, Error> {
        read(response, |it| {
            Ok(IdentityVerification {
                status: it.word("status")?,
                id: it.text("id")?,
                verified_customer: it.maybe_object("verifiedCustomer").map(|person| VerifiedCustomer {
                    name: person.maybe_text("name"),
                    phone_number: person.maybe_text("phoneNumber"),
                    birth_date: person.maybe_text("birthDate"),
                    gender: person.maybe_text("gender"),
                    is_foreigner: person.maybe_flag("isForeigner"),
                    ci: person.maybe_text("ci"),
                    di: person.maybe_text("di"),
                }),
                verified_at: it.time("verifiedAt"),
            })
        })
    }
}

impl fmt::Debug for VerifiedCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedCustomer").finish_non_exhaustive()
    }
}
