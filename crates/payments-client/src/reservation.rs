//! Stored ways to pay: registered and read.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::private::Sealed;
use crate::error::read;
use crate::record::{accessor, password, time};
use crate::{Call, Connection, Error, RecordId, Source, Vendor};

/// A stored way to pay.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Reservation {
    /// Its own name.
    pub id: RecordId,
    /// Where it is stored.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What its customer calls it.
    pub title: String,
    /// It in its gateway's own words.
    pub data: Value,
    /// Since when the service has it.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
}

/// Registers a way to pay that a customer has stored at a gateway. No money moves.
#[derive(Clone, Debug)]
pub struct CreateReservation {
    /// Where it is stored.
    pub vendor: Vendor,
    /// What it belongs to.
    pub source: Source,
    /// What its customer calls it.
    pub title: String,
    /// The record's password from now on, and not the card's.
    pub password: SecretString,
}

impl Sealed for CreateReservation {}

impl Call for CreateReservation {
    type Answer = Reservation;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let body = json!({
            "vendor": self.vendor,
            "source": self.source,
            "title": self.title,
            "password": self.password.expose_secret(),
        });
        connection.ask_sealed(Method::POST, "/payments/reservations", &body)
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<Reservation, Error> {
        read(connection, response)
    }
}

/// Reads a stored way to pay by what it belongs to.
#[derive(Clone, Debug)]
pub struct ReservationOfSource {
    /// What it belongs to.
    pub source: Source,
    /// The record's password.
    pub password: SecretString,
}

impl Sealed for ReservationOfSource {}

impl Call for ReservationOfSource {
    type Answer = Reservation;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let body = accessor(&self.source, &self.password);
        connection.ask_sealed(Method::PATCH, "/payments/reservations/get", &body)
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<Reservation, Error> {
        read(connection, response)
    }
}

/// Reads a stored way to pay by its own name.
#[derive(Clone, Debug)]
pub struct ReservationById {
    /// The name.
    pub id: RecordId,
    /// The record's password.
    pub password: SecretString,
}

impl Sealed for ReservationById {}

impl Call for ReservationById {
    type Answer = Reservation;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        let path = format!("/payments/reservations/{}", self.id);
        connection.ask_sealed(Method::PATCH, &path, &password(&self.password))
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<Reservation, Error> {
        read(connection, response)
    }
}
