//! `/certifications`: who a person is, as their telephone company knows them.

use std::fmt;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::token::Token;
use super::{Account, Call, Error, envelope};
use crate::BadRequest;
use crate::body::Body;
use crate::path::step;
use crate::sealed::Sealed;
use crate::words::words;

words! {
    /// A telephone company.
    pub enum Carrier {
        /// SK텔레콤
        Skt = "SKT",
        /// KT
        Kt = "KT",
        /// LG유플러스
        Lgt = "LGT",
    }
}

/// Reads a certification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCertification {
    /// PortOne's number of it.
    pub imp_uid: String,
}

/// Has PortOne forget a certification, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteCertification {
    /// PortOne's number of it.
    pub imp_uid: String,
}

/// `POST /certifications/otp/request`: sends a one-time code to a telephone. `Debug` does not show whose.
#[derive(Clone)]
pub struct RequestOtp {
    /// The person's name.
    pub name: String,
    /// Their telephone number.
    pub phone: SecretString,
    /// Their birth: `YYMMDD` as PortOne documents it, `YYYYMMDD` as the payments SDK and its fake server have it.
    pub birth: SecretString,
    /// The first digit of the second half of their resident registration number: 1 to 4.
    pub gender_digit: String,
    /// Their telephone company.
    pub carrier: Carrier,
    /// Whether they are a customer of a budget company on its network.
    pub is_mvno: Option<bool>,
    /// The merchant's own name of this.
    pub merchant_uid: Option<String>,
    /// Which of the merchant's contracts, as `danal.{shop}`.
    pub pg: Option<String>,
}

/// `POST /certifications/otp/confirm/{imp_uid}`: hands in the code. `Debug` does not show it.
#[derive(Clone)]
pub struct ConfirmOtp {
    /// From [`OtpRequested`].
    pub imp_uid: String,
    /// What the person has typed.
    pub otp: SecretString,
}

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtpRequested {
    /// PortOne's number of the certification.
    pub imp_uid: String,
}

/// Who a person is. It is proof only where `certified` says so. `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Certification {
    /// PortOne's number of it.
    pub imp_uid: String,
    /// The merchant's own name of it.
    pub merchant_uid: Option<String>,
    /// Whether the person has proven it; what is not said is not proven.
    pub certified: bool,
    /// When.
    pub certified_at: Option<Timestamp>,
    /// Their name.
    pub name: Option<String>,
    /// `male` or `female`, or a digit.
    pub gender: Option<String>,
    /// `YYYY-MM-DD` or `YYYYMMDD`.
    pub birthday: Option<String>,
    /// Whether they are a foreigner.
    pub foreigner: Option<bool>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their telephone company.
    pub carrier: Option<Carrier>,
    /// The same person has the same key everywhere (CI).
    pub unique_key: Option<String>,
    /// The same person has the same key at this merchant (DI).
    pub unique_in_site: Option<String>,
}

fn path(imp_uid: &str) -> Result<String, BadRequest> {
    Ok(format!("/certifications/{}", step("imp_uid", imp_uid)?))
}

fn read(response: &Response<Bytes>) -> Result<Certification, Error> {
    envelope::read(response, |it| {
        Ok(Certification {
            imp_uid: it.text("imp_uid")?,
            merchant_uid: it.maybe_text("merchant_uid"),
            certified: it.maybe_flag("certified").unwrap_or_default(),
            certified_at: it.unix("certified_at"),
            name: it.maybe_text("name"),
            gender: it.maybe_text("gender"),
            birthday: it.maybe_text("birthday"),
            foreigner: it.maybe_flag("foreigner"),
            phone: it.maybe_text("phone"),
            carrier: it.maybe_word("carrier"),
            unique_key: it.maybe_text("unique_key"),
            unique_in_site: it.maybe_text("unique_in_site"),
        })
    })
}

impl Sealed for GetCertification {}

impl Call for GetCertification {
    type Answer = Certification;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::GET, &path(&self.imp_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Certification, Error> {
        read(response)
    }
}

impl Sealed for DeleteCertification {}

impl Call for DeleteCertification {
    type Answer = Certification;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        Ok(account.ask(token, Method::DELETE, &path(&self.imp_uid)?, None))
    }

    fn answer(response: &Response<Bytes>) -> Result<Certification, Error> {
        read(response)
    }
}

impl Sealed for RequestOtp {}

impl Call for RequestOtp {
    type Answer = OtpRequested;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        body.given("name", &self.name)?;
        body.given("phone", self.phone.expose_secret())?;
        body.given("birth", self.birth.expose_secret())?;
        body.given("gender_digit", &self.gender_digit)?;
        body.given("carrier", self.carrier.as_str())?;
        body.put_some("is_mvno", self.is_mvno);
        body.put_some("merchant_uid", self.merchant_uid.as_deref());
        body.put_some("pg", self.pg.as_deref());
        Ok(account.ask(token, Method::POST, "/certifications/otp/request", Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<OtpRequested, Error> {
        envelope::read(response, |it| Ok(OtpRequested { imp_uid: it.text("imp_uid")? }))
    }
}

impl Sealed for ConfirmOtp {}

impl Call for ConfirmOtp {
    type Answer = Certification;

    fn request(&self, account: &Account, token: &Token) -> Result<Request<Bytes>, BadRequest> {
        let mut body = Body::default();
        body.given("otp", self.otp.expose_secret())?;
        let path = format!("/certifications/otp/confirm/{}", step("imp_uid", &self.imp_uid)?);
        Ok(account.ask(token, Method::POST, &path, Some(&body)))
    }

    fn answer(response: &Response<Bytes>) -> Result<Certification, Error> {
        read(response)
    }
}

impl fmt::Debug for RequestOtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOtp").field("merchant_uid", &self.merchant_uid).finish_non_exhaustive()
    }
}

impl fmt::Debug for ConfirmOtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfirmOtp").field("imp_uid", &self.imp_uid).finish_non_exhaustive()
    }
}

impl fmt::Debug for Certification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certification")
            .field("imp_uid", &self.imp_uid)
            .field("certified", &self.certified)
            .finish_non_exhaustive()
    }
}
