//! Where an order meets a partner's protocol: what is asked, and what the answer means for it. Each is a translation of one
//! text, [`Gateway`](crate::payment::Gateway).

pub mod kakaopay;
pub mod portone;
pub mod tosspayments;
