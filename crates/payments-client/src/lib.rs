#![doc = include_str!("../README.md")]

mod call;
mod connection;
mod error;
mod history;
mod monitors;
mod record;
mod reservation;

pub use call::Call;
pub use connection::{BadAddress, Connection};
pub use error::{Error, Problem, Refusal};
pub use history::{
    BankAccount, CancelHistory, Cancelled, CreateHistory, History, HistoryById, HistoryOfSource, NoNotice,
    Notice,
};
pub use monitors::{Commit, Cpu, Health, Memory, Package, Performance, PerformanceOf, System, SystemOf};
pub use record::{NoId, RecordId, Source, Vendor, VendorCode};
pub use reservation::{CreateReservation, Reservation, ReservationById, ReservationOfSource};
