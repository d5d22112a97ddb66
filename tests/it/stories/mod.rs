//! Stories of customers, their payers and the owner, told through HTTP to the whole product.

mod bad_input;
mod chat_window;
mod cost;
mod cut_off;
mod doubt;
mod endings;
mod faults;
mod full_price;
mod gateways;
mod links;
mod members;
mod moving;
mod orders;
mod pages;
mod points;
mod refunds;
mod twice;
mod window;
