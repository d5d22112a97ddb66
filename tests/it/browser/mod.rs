//! The product in a real browser: Debian's Chromium, without a screen, told what to do through ChromeDriver.
//!
//! One Chromium serves all tests, one after another, each in windows of its own and with a cafe of its own. Waiting is
//! the driver's: it looks for what should be there until it is, and gives up in the end. Pictures of every page are
//! left in `target/screenshots`.

mod chromium;
mod driver;
mod gallery;
mod stories;
mod windows;
