//! `POST /skill/point-lookup`: a member sees their balance.

use axum::Router;
use cafe_core::cafe::flow::look_up_points;
use openbuilder::SkillResponse;

use crate::parts::Skills;
use crate::reply::SkillError;
use crate::skill::{self, Turn};

/// The skill.
pub fn router(app: Skills) -> Router {
    skill::router("/skill/point-lookup", app, answer)
}

async fn answer(app: Skills, turn: Turn) -> Result<SkillResponse, SkillError> {
    let phone = turn.phone()?;
    let member = look_up_points(&*app.store, &app.phone_key.tag(&phone), &turn.user).await?;
    let balance = format!("{}님의 포인트는 {}입니다.", phone.masked(), member.balance);
    let held = format!("진행 중인 결제에 쓰이는 {}는 빠져 있습니다.", member.held);
    Ok(if member.held.is_zero() { skill::say(&balance)? } else { skill::say(&format!("{balance}\n{held}"))? })
}
