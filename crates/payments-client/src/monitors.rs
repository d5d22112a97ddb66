//! What a process of the service tells of itself.

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::Timestamp;
use serde::Deserialize;

use crate::call::private::Sealed;
use crate::error::{check, read};
use crate::record::time;
use crate::{Call, Connection, Error};

/// Asks whether the service answers.
#[derive(Clone, Copy, Debug)]
pub struct Health;

impl Sealed for Health {}

impl Call for Health {
    type Answer = ();

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        connection.ask(Method::GET, "/monitors/health")
    }

    fn answer(_: &Connection, response: &Response<Bytes>) -> Result<(), Error> {
        check(response)
    }
}

/// Asks what the process that answers has used.
#[derive(Clone, Copy, Debug)]
pub struct PerformanceOf;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Performance {
    /// Its processor time.
    pub cpu: Cpu,
    /// Its memory now.
    pub memory: Memory,
}

/// Processor time, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Cpu {
    /// In the program.
    pub user: i64,
    /// In the system, for it.
    pub system: i64,
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// All that is resident.
    pub rss: i64,
    /// What is set aside for data.
    pub heap_total: i64,
    /// What of it is resident.
    pub heap_used: i64,
}

impl Sealed for PerformanceOf {}

impl Call for PerformanceOf {
    type Answer = Performance;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        connection.ask(Method::GET, "/monitors/performance")
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<Performance, Error> {
        read(connection, response)
    }
}

/// Asks what the process that answers is.
#[derive(Clone, Copy, Debug)]
pub struct SystemOf;

/// What a process is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct System {
    /// Made when it started.
    pub uid: String,
    /// When it started.
    #[serde(deserialize_with = "time")]
    pub created_at: Timestamp,
    /// What it was built from.
    pub commit: Commit,
    /// And what it is called.
    pub package: Package,
}

/// A commit; `unknown` in each field where nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Commit {
    /// Its name.
    pub hash: String,
    /// The branch that was checked out.
    pub branch: String,
    /// Its first line.
    pub subject: String,
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Sealed for SystemOf {}

impl Call for SystemOf {
    type Answer = System;

    fn request(&self, connection: &Connection) -> Request<Bytes> {
        connection.ask(Method::GET, "/monitors/system")
    }

    fn answer(connection: &Connection, response: &Response<Bytes>) -> Result<System, Error> {
        read(connection, response)
    }
}
