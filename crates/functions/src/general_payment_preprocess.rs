//! `POST /skill/general-payment-preprocess`: an order at full price becomes a card with a payment link.

use axum::Router;
use cafe_core::cafe::flow::order_in_full;
use openbuilder::SkillResponse;

use crate::parts::Skills;
use crate::reply::SkillError;
use crate::skill::{self, Turn};

/// The skill.
pub fn router(app: Skills) -> Router {
    skill::router("/skill/general-payment-preprocess", app, answer)
}

async fn answer(app: Skills, turn: Turn) -> Result<SkillResponse, SkillError> {
    let now = app.world.now();
    let menu = app.menus.now(now).await;
    let cup = turn.cup(&menu)?;
    let member = app.phone_key.tag(&turn.phone()?);
    let made = (app.world.order_id(now), now);
    let quoted = order_in_full(&*app.store, &menu, app.rules, &cup, (&member, &turn.user), made).await?;
    let note = match (&quoted.quote.member, quoted.quote.earn) {
        (Some(_), earn) if !earn.is_zero() => format!("결제하시면 {earn}가 적립됩니다."),
        (None, _) if !app.rules.earn.earned_on(quoted.quote.total).is_zero() => {
            "회원이 되시면 포인트가 적립됩니다.".to_owned()
        }
        _ => "주문을 확인하고 결제해 주세요.".to_owned(),
    };
    skill::order_card(&app, &menu, &turn, &quoted, &note)
}
