//! `POST /skill/sign-up`: a phone number and a chatbot user become a member, once, with a present.

use axum::Router;
use cafe_core::cafe::NewMember;
use cafe_core::cafe::flow::sign_up;
use openbuilder::SkillResponse;

use crate::parts::Skills;
use crate::reply::SkillError;
use crate::skill::{self, Turn};

/// The skill.
pub fn router(app: Skills) -> Router {
    skill::router("/skill/sign-up", app, answer)
}

async fn answer(app: Skills, turn: Turn) -> Result<SkillResponse, SkillError> {
    let phone = turn.phone()?;
    let new = NewMember {
        id: app.phone_key.tag(&phone),
        user: turn.user,
        phone: app.phone_key.seal(&phone, app.world.random())?,
        bonus: app.rules.bonus,
        joined_at: app.world.now(),
    };
    let member = sign_up(&*app.store, new).await?;
    let welcome = format!("환영합니다! {}의 회원이 되셨습니다.", app.cafe_name);
    let present = format!("가입 선물로 {}를 드렸습니다.", member.balance);
    Ok(if member.balance.is_zero() {
        skill::say(&welcome)?
    } else {
        skill::say(&format!("{welcome}\n{present}"))?
    })
}
