//! `POST /skill/point-payment-preprocess`: an order with points becomes a card with a payment link.

use axum::Router;
use cafe_core::cafe::flow::order_with_points;
use openbuilder::SkillResponse;

use crate::parts::Skills;
use crate::reply::SkillError;
use crate::skill::{self, Turn};

/// The skill.
pub fn router(app: Skills) -> Router {
    skill::router("/skill/point-payment-preprocess", app, answer)
}

async fn answer(app: Skills, turn: Turn) -> Result<SkillResponse, SkillError> {
    let now = app.world.now();
    let menu = app.menus.now(now).await;
    let cup = turn.cup(&menu)?;
    let member = app.phone_key.tag(&turn.phone()?);
    let spend = turn.points()?;
    let made = (app.world.order_id(now), now);
    let quoted = order_with_points(&*app.store, &menu, &cup, spend, (&member, &turn.user), made).await?;
    let note = format!("{} 사용, {} 결제", quoted.quote.spend, quoted.quote.due);
    skill::order_card(&app, &menu, &turn, &quoted, &note)
}
