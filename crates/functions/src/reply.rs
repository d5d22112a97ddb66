//! The one place where an error becomes a sentence: a bubble for a chat, a page for a browser.
//!
//! Customers read one polite Korean sentence and never a gateway's words; the log gets ids and codes.
//! There is no catch-all here: a new error asks what customers should hear.

use std::error::Error;

use cafe_core::cafe::flow::{
    ApproveError, CloseError, LookupError, OpenError, OrderError, RebindError, SignUpError,
};
use cafe_core::cafe::{Capture, CloseReason, Closed, StoreError, TooManyCups};
use cafe_core::payment::{Decline, GatewayError, OrderId};
use http::StatusCode;
use jiff::Timestamp;
use openbuilder::{LimitError, SkillResponse};

use crate::page::{Page, Text, Tone};
use crate::skill;

/// Why a skill has nothing better to show than a sentence.
#[derive(Debug, thiserror::Error)]
pub enum SkillError {
    /// The body is no payload.
    #[error("the body is no payload")]
    Unreadable,
    /// Nobody speaks: a test request.
    #[error("the payload names no user")]
    NoUser,
    /// `menu` is missing.
    #[error("the parameter menu is missing")]
    NoDrink,
    /// `num` is missing or no whole number.
    #[error("the parameter num is missing or no whole number")]
    BadCups {
        /// The most that can be ordered at once.
        most: u32,
    },
    /// `phone` is missing or no mobile number.
    #[error("the parameter phone is missing or no mobile number")]
    BadPhone,
    /// `paypoint` is missing or no whole number.
    #[error("the parameter paypoint is missing or no whole number")]
    BadPoints,
    /// `code` is given and is no code.
    #[error("the parameter code is no code")]
    BadCode,
    /// They may not spend the number's points.
    #[error(transparent)]
    Rebind(#[from] RebindError),
    /// There was no answer by the time that `OpenBuilder` waits. What was begun may be done; repeating it is safe.
    #[error("there was no answer in time")]
    TooSlow,
    /// They did not join.
    #[error(transparent)]
    SignUp(#[from] SignUpError),
    /// No balance is shown.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// No order was taken.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// What was to be said breaks a limit of `OpenBuilder`'s.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A phone number could not be sealed.
    #[error(transparent)]
    Sealing(#[from] cafe_core::cafe::Unsealable),
}

/// Who has joined with another number than the one they name.
const USER_TAKEN: &str = "이미 다른 번호로 가입하셨습니다. 가입하신 번호로 이용해 주세요.";

const TRY_AGAIN: &str = "지금은 처리할 수 없습니다. 잠시 후 다시 시도해 주세요.";
/// The same for a stranger's number and for somebody else's: who is a member is their own affair.
const NOT_A_MEMBER: &str = "이 카카오톡 계정으로 가입하신 회원이 아닙니다. 먼저 회원가입을 해 주세요.";

/// What a customer hears in the chat.
pub(crate) fn bubble(error: &SkillError) -> SkillResponse {
    log_if_ours(error);
    // Every sentence here is short, so it always fits its bubble.
    skill::say(&sentence(error)).unwrap_or_default()
}

fn sentence(error: &SkillError) -> String {
    let how_many = |most: u32| {
        format!("몇 잔인지 숫자로 알려 주세요. 한 번에 1잔부터 {most}잔까지 주문하실 수 있습니다.")
    };
    match error {
        SkillError::Unreadable => "요청을 읽지 못했습니다. 처음부터 다시 시도해 주세요.".to_owned(),
        SkillError::NoUser => "테스트 요청을 받았습니다. 카카오톡 채널에서 이용해 주세요.".to_owned(),
        SkillError::NoDrink => "주문하실 음료를 알려 주세요.".to_owned(),
        SkillError::BadCups { most } => how_many(*most),
        SkillError::BadPhone => "휴대전화 번호를 010-1234-5678처럼 알려 주세요.".to_owned(),
        SkillError::BadPoints => "사용하실 포인트를 1 이상의 숫자로 알려 주세요.".to_owned(),
        SkillError::SignUp(error) => match error {
            SignUpError::AlreadyMember(member) => {
                format!("이미 가입하신 회원입니다. 지금 포인트는 {}입니다.", member.balance)
            }
            SignUpError::NumberTaken => {
                "이미 다른 카카오톡 계정으로 가입된 번호입니다. 본인의 번호라면 매장에 문의해 주세요."
                    .to_owned()
            }
            SignUpError::NumberCarried => {
                "예전부터 회원이신 번호이니, 본인의 번호라면 매장에서 코드를 받아 번호와 함께 다시 알려 주세요."
                    .to_owned()
            }
            SignUpError::UserTaken => USER_TAKEN.to_owned(),
            SignUpError::Store(error) => store_sentence(error).to_owned(),
        },
        SkillError::BadCode => "매장에서 받은 코드 8자리를 숫자로 알려 주세요.".to_owned(),
        SkillError::Rebind(error) => match error {
            RebindError::NoSuchCode => {
                "코드가 맞지 않거나 쓸 수 있는 시간이 지났습니다. 매장에서 새 코드를 받아 주세요.".to_owned()
            }
            RebindError::UserTaken => USER_TAKEN.to_owned(),
            RebindError::Store(error) => store_sentence(error).to_owned(),
        },
        SkillError::Lookup(error) => match error {
            LookupError::NotAMember | LookupError::NotTheirs => NOT_A_MEMBER.to_owned(),
            LookupError::Store(error) => store_sentence(error).to_owned(),
        },
        SkillError::Order(error) => match error {
            OrderError::UnknownDrink => {
                "메뉴에 없는 음료입니다. 메뉴를 확인하고 다시 주문해 주세요.".to_owned()
            }
            OrderError::Cups(TooManyCups { most }) => how_many(*most),
            OrderError::WrongTotal { total, .. } => format!("지금 금액은 {total}입니다. 다시 주문해 주세요."),
            OrderError::NotAMember | OrderError::NotTheirs => NOT_A_MEMBER.to_owned(),
            OrderError::NoPoints => "포인트는 1P부터 사용하실 수 있습니다.".to_owned(),
            OrderError::PointsShort { balance } => {
                format!("포인트가 부족합니다. 사용하실 수 있는 포인트는 {balance}입니다.")
            }
            OrderError::PointsOverTotal { total } => {
                format!("주문 금액보다 많은 포인트는 사용하실 수 없습니다. 주문 금액은 {total}입니다.")
            }
            OrderError::Store(error) => store_sentence(error).to_owned(),
        },
        SkillError::TooSlow | SkillError::Limit(_) | SkillError::Sealing(_) => TRY_AGAIN.to_owned(),
    }
}

/// Nothing a skill does moves money, so trying again is always right.
fn store_sentence(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unavailable(_) | StoreError::Unreadable { .. } => TRY_AGAIN,
    }
}

/// What went wrong on our side is for the log; what a customer mistyped is not.
fn log_if_ours(error: &SkillError) {
    let ours = match error {
        SkillError::SignUp(SignUpError::Store(_))
        | SkillError::Rebind(RebindError::Store(_))
        | SkillError::Lookup(LookupError::Store(_))
        | SkillError::Order(OrderError::Store(_))
        | SkillError::TooSlow
        | SkillError::Limit(_)
        | SkillError::Sealing(_) => true,
        SkillError::Unreadable
        | SkillError::NoUser
        | SkillError::NoDrink
        | SkillError::BadCups { .. }
        | SkillError::BadPhone
        | SkillError::BadPoints
        | SkillError::BadCode
        | SkillError::SignUp(_)
        | SkillError::Rebind(_)
        | SkillError::Lookup(_)
        | SkillError::Order(_) => false,
    };
    if ours {
        log("a skill failed", error);
    }
}

/// An error and all its causes, once, where it is handled.
pub(crate) fn log(what: &'static str, error: &dyn Error) {
    let causes: Vec<String> =
        std::iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect();
    tracing::error!(%error, causes = causes.join(": "), "{what}");
}

/// Nobody knows yet: the page asks again by itself, often at first and more rarely as the order grows old.
pub(crate) fn pending(id: OrderId, now: Timestamp) -> Page {
    let age_seconds = now.duration_since(id.made_at()).as_secs();
    let sentence = if age_seconds < LATE_SECONDS {
        Text::of(
            "다시 결제하지 마세요. 확인되는 대로 이 화면에서 알려 드립니다.",
            "Please do not pay again. This page will tell you as soon as we know.",
        )
    } else {
        Text::of(
            "확인이 늦어지고 있습니다. 다시 결제하지 마시고, 급하시면 주문 번호를 매장에 알려 주세요.",
            "This is taking longer than usual. Please do not pay again; if it is urgent, tell the cafe your order number.",
        )
    };
    Page::new(
        StatusCode::ACCEPTED,
        Tone::Waiting,
        Text::of("결제를 확인하고 있습니다", "We are checking your payment"),
    )
    .saying(sentence)
    .named(id)
    .refreshing(u32::try_from((age_seconds / 60).clamp(3, 300)).unwrap_or(300))
}

/// How old an order in doubt is when its customer is told whom to ask.
const LATE_SECONDS: i64 = 45 * 60;

/// It ended without payment, or with one that is given back.
pub(crate) fn closed(closed: &Closed) -> Page {
    let id = closed.quote.id;
    let over = |status, heading| Page::new(status, Tone::Over, heading).named(id);
    match closed.late.as_ref().map(|late| late.capture) {
        None => {}
        Some(Capture::Possible) => {
            let (status, heading) = ended(closed.reason);
            return over(status, heading).saying(Text::of(
                "결제가 확인되지 않아 주문을 닫았습니다. 나중에라도 결제된 금액이 확인되면 모두 돌려 드립니다.",
                "We could not confirm your payment, so the order is closed. Should money turn out to have been taken, you will get all of it back.",
            ));
        }
        Some(Capture::Returning) => {
            return Page::new(
                StatusCode::ACCEPTED,
                Tone::Waiting,
                Text::of("결제를 취소하고 있습니다", "We are cancelling your payment"),
            )
            .saying(Text::of("결제된 금액은 모두 돌려 드립니다.", "You will get back all that was taken."))
            .named(id)
            .refreshing(RETURNING_SECONDS);
        }
        Some(Capture::Returned(sum)) => {
            let sum = Text::won(sum);
            return over(StatusCode::OK, cancelled()).saying(Text::of(
                format!("결제된 금액 {}을 모두 돌려 드렸습니다.", sum.ko()),
                format!("All of the {} that was taken has been returned to you.", sum.en()),
            ));
        }
    }
    let nothing_moved = if closed.quote.spend.is_zero() {
        nothing_paid("", "")
    } else {
        nothing_paid("사용하려던 포인트는 돌려 드렸습니다.", "The points you meant to use are yours again.")
    };
    let (status, heading) = ended(closed.reason);
    over(status, heading).saying(nothing_moved)
}

/// How it ended.
fn ended(reason: CloseReason) -> (StatusCode, Text) {
    match reason {
        CloseReason::Cancelled => (StatusCode::OK, cancelled()),
        CloseReason::Failed | CloseReason::Mismatched => (StatusCode::OK, failed()),
        CloseReason::Expired => (StatusCode::GONE, too_late()),
    }
}

/// How often the page of a payment that is being given back asks again.
const RETURNING_SECONDS: u32 = 10;

/// It was not paid, or not even opened, in time.
pub(crate) fn expired() -> Page {
    Page::new(StatusCode::GONE, Tone::Over, too_late())
        .saying(nothing_paid("다시 주문해 주세요.", "Please order again."))
}

/// That no money has moved, and what to do.
fn nothing_paid(ko: &str, en: &str) -> Text {
    let and = |nothing: &str, then: &str| format!("{nothing} {then}").trim_end().to_owned();
    Text::of(and("결제된 금액은 없습니다.", ko), and("No money was taken.", en))
}

fn cancelled() -> Text {
    Text::of("결제를 취소했습니다", "Your payment was cancelled")
}

fn failed() -> Text {
    Text::of("결제하지 못했습니다", "Your payment failed")
}

fn too_late() -> Text {
    Text::of("결제 시간이 지났습니다", "The time to pay is over")
}

fn not_now() -> Text {
    Text::of("지금은 결제할 수 없습니다", "Payments are not possible right now")
}

/// There is no such order, as far as anybody may know.
pub(crate) fn not_found() -> Page {
    Page::new(
        StatusCode::NOT_FOUND,
        Tone::Over,
        Text::of("주문을 찾을 수 없습니다", "There is no such order"),
    )
    .saying(Text::of("다시 주문해 주세요.", "Please order again."))
}

/// The path is none of ours.
pub(crate) fn no_such_page() -> Page {
    Page::new(StatusCode::NOT_FOUND, Tone::Over, Text::of("없는 주소입니다", "There is no such page"))
        .saying(Text::of("주소를 확인해 주세요.", "Please check the address."))
}

fn later(status: StatusCode) -> Page {
    Page::new(status, Tone::Over, not_now())
        .saying(nothing_paid("잠시 후 다시 시도해 주세요.", "Please try again in a moment."))
}

impl From<OpenError> for Page {
    fn from(error: OpenError) -> Page {
        match &error {
            OpenError::NoSuchOrder => not_found(),
            OpenError::PointsShort => Page::new(
                StatusCode::CONFLICT,
                Tone::Over,
                Text::of("포인트가 부족합니다", "Not enough points"),
            )
            .saying(nothing_paid(
                "포인트를 확인하고 다시 주문해 주세요.",
                "Please check your points and order again.",
            )),
            // Opening collects nothing, whatever became of it.
            OpenError::Gateway(
                GatewayError::Declined { .. } | GatewayError::Unreached(..) | GatewayError::Unknown(..),
            ) => {
                log("a payment could not be opened", &error);
                later(StatusCode::BAD_GATEWAY)
            }
            // Whose order it is was not read, so it may have been paid before: nothing is said of money.
            OpenError::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => {
                log("a payment could not be opened", &error);
                Page::new(StatusCode::SERVICE_UNAVAILABLE, Tone::Over, not_now()).saying(Text::of(
                    "잠시 후 이 화면을 새로 고쳐 주세요.",
                    "Please reload this page in a moment.",
                ))
            }
        }
    }
}

impl From<OrderError> for Page {
    fn from(error: OrderError) -> Page {
        let refused = |status, heading| Page::new(status, Tone::Over, heading);
        match &error {
            OrderError::UnknownDrink => {
                refused(StatusCode::NOT_FOUND, Text::of("메뉴에 없는 상품입니다", "This is not on the menu"))
                    .saying(Text::of(
                        "메뉴를 확인하고 다시 주문해 주세요.",
                        "Please look at the menu and order again.",
                    ))
            }
            OrderError::Cups(TooManyCups { most }) => refused(
                StatusCode::BAD_REQUEST,
                Text::of("주문할 수 없는 수량입니다", "This many cannot be ordered"),
            )
            .saying(Text::of(
                format!("한 번에 1잔부터 {most}잔까지 주문하실 수 있습니다."),
                format!("You can order 1 to {most} cups at a time."),
            )),
            OrderError::WrongTotal { total, .. } => {
                refused(StatusCode::BAD_REQUEST, Text::of("금액이 맞지 않습니다", "The price has changed"))
                    .saying(Text::of(
                        format!("지금 금액은 {total}입니다. 다시 주문해 주세요."),
                        format!("It is {} now. Please order again.", Text::won(*total).en()),
                    ))
            }
            OrderError::NotAMember
            | OrderError::NotTheirs
            | OrderError::NoPoints
            | OrderError::PointsShort { .. }
            | OrderError::PointsOverTotal { .. } => refused(
                StatusCode::BAD_REQUEST,
                Text::of("포인트를 사용할 수 없습니다", "Points cannot be used here"),
            )
            .saying(Text::of("채팅방에서 다시 주문해 주세요.", "Please order again in the chat.")),
            OrderError::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => {
                log("an order could not be taken", &error);
                later(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

/// What a customer reads who came back from the gateway, and whose order is not paid.
pub(crate) fn not_approved(error: &ApproveError, id: OrderId, now: Timestamp) -> Page {
    let not_paid = |heading, ko, en| {
        Page::new(StatusCode::PAYMENT_REQUIRED, Tone::Over, heading).saying(nothing_paid(ko, en))
    };
    let not_approved = || Text::of("결제가 승인되지 않았습니다", "Your payment was not approved");
    let pay_again = ("채팅방의 결제하기를 다시 눌러 주세요.", "Please tap 결제하기 in the chat again.");
    let reload = ("잠시 후 이 화면을 새로 고쳐 주세요.", "Please reload this page in a moment.");
    match error {
        ApproveError::NoSuchPayment => not_found(),
        ApproveError::NoProof => Page::new(
            StatusCode::BAD_REQUEST,
            Tone::Over,
            Text::of("잘못된 결제 주소입니다", "This payment address is incomplete"),
        )
        .saying(nothing_paid(pay_again.0, pay_again.1)),
        ApproveError::Closed(closed_order) => closed(closed_order),
        ApproveError::Declined(Decline::NotReady) => not_paid(
            Text::of("결제가 끝나지 않았습니다", "Your payment is not finished"),
            "결제창에서 결제를 마쳐 주세요.",
            "Please finish it in the payment window.",
        ),
        // The gateway's page works once. What can be tried again is this very address.
        ApproveError::Declined(Decline::Busy | Decline::Later) => not_paid(failed(), reload.0, reload.1),
        ApproveError::Declined(Decline::Expired | Decline::Refused) => not_paid(
            not_approved(),
            "이 화면을 새로 고치거나 채팅방에서 다시 주문해 주세요.",
            "Please reload this page, or order again in the chat.",
        ),
        ApproveError::Declined(Decline::Mismatch | Decline::NotFound) => {
            not_paid(not_approved(), pay_again.0, pay_again.1)
        }
        ApproveError::Declined(Decline::Misconfigured) => {
            log("the gateway refuses our account", error);
            not_paid(not_now(), "매장에 문의해 주세요.", "Please ask the cafe.")
        }
        ApproveError::Unreached(
            GatewayError::Declined { .. } | GatewayError::Unreached(..) | GatewayError::Unknown(..),
        ) => {
            log("a payment could not be approved", error);
            Page::new(StatusCode::BAD_GATEWAY, Tone::Over, not_now()).saying(nothing_paid(reload.0, reload.1))
        }
        ApproveError::Pending => pending(id, now),
        // Collected, but not what was agreed: it will be given back, and the customer must not pay again.
        ApproveError::Amount(_)
        | ApproveError::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => {
            log("a payment is left in doubt", error);
            pending(id, now)
        }
    }
}

/// What a customer reads whose browser came back without having paid, and whose order is not closed.
pub(crate) fn not_closed(error: &CloseError, id: OrderId, now: Timestamp) -> Page {
    match error {
        CloseError::NoSuchPayment => not_found(),
        CloseError::AlreadyPaid(paid) => Page::paid(paid),
        CloseError::Pending => pending(id, now),
        CloseError::Store(StoreError::Unavailable(_) | StoreError::Unreadable { .. }) => {
            log("a payment could not be closed", error);
            pending(id, now)
        }
    }
}
