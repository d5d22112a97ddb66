//! `POST /skill/sign-up`: a phone number and a chatbot user become a member, once, with a present. With a `code` from the
//! owner, a member who speaks from a new KakaoTalk account spends their points from there.

use axum::Router;
use cafe_core::cafe::flow::{SignedUp, rebind, sign_up};
use cafe_core::cafe::{Code, NewMember, Phone};
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
    if let Some(code) = turn.code()? {
        return moves_in(&app, &turn, &phone, &code).await;
    }
    let new = NewMember {
        id: app.phone_key.tag(&phone),
        user: turn.user,
        phone: app.phone_key.seal(&phone, app.world.random())?,
        bonus: app.rules.bonus,
        joined_at: app.world.now(),
    };
    let SignedUp { member, bonus } = sign_up(&*app.store, new).await?;
    let welcome = format!("환영합니다! {}의 회원이 되셨습니다.", app.cafe_name);
    Ok(if !bonus.is_zero() {
        skill::say(&format!("{welcome}\n가입 선물로 {bonus}를 드렸습니다."))?
    } else if !member.balance.is_zero() {
        skill::say(&format!("{welcome}\n지금 포인트는 {}입니다.", member.balance))?
    } else {
        skill::say(&welcome)?
    })
}

/// From now on the number's points are spent from this account, and from no other.
async fn moves_in(
    app: &Skills,
    turn: &Turn,
    phone: &Phone,
    code: &Code,
) -> Result<SkillResponse, SkillError> {
    let who = (&app.phone_key.tag(phone), &turn.user);
    let member = rebind(&*app.store, &app.phone_key, who, code, app.world.now()).await?;
    let masked = phone.masked();
    let moved = format!("{masked}님의 포인트를 이제 이 카카오톡 계정에서 사용하실 수 있습니다.");
    Ok(skill::say(&format!("{moved}\n지금 포인트는 {}입니다.", member.balance))?)
}
