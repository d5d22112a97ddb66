//! V1's certifications: a code to a telephone, and who its owner is once they have typed it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::Call;
use super::problem::{Problem, bad, no_payment};
use super::state::{Desk, Person};
use super::v1::unprocessable;

pub(crate) fn perform(desk: &mut Desk<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    match (call.method, &call.steps[..]) {
        ("POST", [.., "request"]) => request(desk, call),
        ("POST", [.., imp_uid]) => confirm(desk, call, imp_uid),
        ("DELETE", [.., imp_uid]) => {
            let gone = shown(desk, imp_uid)?;
            desk.state.persons.remove(*imp_uid);
            Ok(gone)
        }
        (_, [.., imp_uid]) => shown(desk, imp_uid),
        _ => Err(no_payment()),
    }
}

fn request(desk: &mut Desk<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    let fields = call.fields.clone()?;
    let carrier = fields.text("carrier")?;
    if !["SKT", "KT", "LGT"].contains(&carrier.as_str()) {
        return Err(bad("carrier", "is none of SKT, KT, LGT"));
    }
    let birth = fields.text("birth")?.replace(['-', '.'], "");
    let gender_digit = fields.text("gender_digit")?;
    let century = if ["1", "2"].contains(&gender_digit.as_str()) { "19" } else { "20" };
    // Six digits as documented, eight as payments SDKs have it.
    let birthday = match birth.len() {
        6 if birth.is_ascii() => format!("{century}{birth}"),
        8 if birth.is_ascii() => birth,
        _ => return Err(bad("birth", "is neither YYMMDD nor YYYYMMDD")),
    };
    let person = Person {
        merchant_uid: fields.maybe_text("merchant_uid")?,
        name: fields.text("name")?,
        phone: fields.text("phone")?.replace('-', ""),
        birthday,
        gender_digit,
        carrier,
        otp: desk.state.ids.hex("", 6).replace(|digit: char| !digit.is_ascii_digit(), "7"),
        certified_at: None,
    };
    let imp_uid = desk.state.ids.hex("imp_", 12);
    desk.state.persons.insert(imp_uid.clone(), person);
    Ok(json!({ "imp_uid": imp_uid }))
}

fn confirm(desk: &mut Desk<'_>, call: &Call<'_>, imp_uid: &str) -> Result<Value, Problem> {
    let otp = call.fields.clone()?.text("otp")?;
    let now = desk.now;
    let person = desk.state.persons.get_mut(imp_uid).ok_or_else(no_payment)?;
    if person.certified_at.is_some() {
        return Err(unprocessable("이미 인증되었습니다."));
    }
    if person.otp != otp {
        return Err(unprocessable("인증번호가 다릅니다."));
    }
    person.certified_at = Some(now);
    shown(desk, imp_uid)
}

/// With the code, which only a fake tells.
fn shown(desk: &Desk<'_>, imp_uid: &str) -> Result<Value, Problem> {
    let person = desk.state.persons.get(imp_uid).ok_or_else(no_payment)?;
    let date = format!("{}-{}-{}", &person.birthday[..4], &person.birthday[4..6], &person.birthday[6..]);
    let birth: Option<Timestamp> = format!("{date}T00:00:00+09:00").parse().ok();
    Ok(json!({
        "imp_uid": imp_uid,
        "merchant_uid": person.merchant_uid,
        "name": person.name,
        "gender": if ["1", "3"].contains(&person.gender_digit.as_str()) { "male" } else { "female" },
        "birth": birth.map_or(0, Timestamp::as_second),
        "birthday": person.birthday,
        "foreigner": false,
        "phone": person.phone,
        "carrier": person.carrier,
        "certified": person.certified_at.is_some(),
        "certified_at": person.certified_at.map_or(0, Timestamp::as_second),
        "unique_key": format!("ci-{}", person.phone),
        "unique_in_site": format!("di-{}", person.phone),
        "pg_tid": format!("tid-{imp_uid}"),
        "pg_provider": "fake",
        "origin": "https://pay.example",
        "__otp": person.otp,
    }))
}
