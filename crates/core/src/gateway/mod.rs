//! Where an order meets a partner's protocol: what is asked, and what the answer means for it.

pub mod iamport;
pub mod kakaopay;
pub mod portone;
pub mod toss;
pub mod tosspayments;
