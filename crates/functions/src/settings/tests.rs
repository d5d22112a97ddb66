//! What is read of the environment, and what is said of what is missing or wrong.

use super::{Part, Secret, Settings};

const ALL: &[Part] =
    &[Part::Members, Part::Ledger, Part::Orders, Part::SkillKey, Part::PhoneKey, Part::Gateways];

fn read(set: &[(&str, &str)], parts: &[Part]) -> Result<Settings, String> {
    let get = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Settings::read(get, parts).map_err(|error| error.to_string())
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    insta::assert_snapshot!(read(&[], ALL).unwrap_err(), @"settings missing or wrong: MEMBERS_TABLE is missing; LEDGER_TABLE is missing; ORDERS_TABLE is missing; SKILL_KEY is missing, and so is SKILL_KEY_PARAMETER; PHONE_KEY is missing, and so is PHONE_KEY_PARAMETER; KAKAOPAY_KEY is missing, and so is KAKAOPAY_KEY_PARAMETER");
}

#[test]
fn all_that_is_wrong_is_named_at_once_and_no_value_is_repeated() {
    let set = [
        ("KAKAOPAY_API", "v3"),
        ("KAKAOPAY_URL", "http://kakaopay.example"),
        ("KAKAOPAY_KEY", "secret"),
        ("PUBLIC_URL", "cafe.example"),
        ("SIGN_UP_BONUS", "-1"),
        ("POINT_PERCENT", "101"),
    ];
    insta::assert_snapshot!(read(&set, &[Part::Gateways]).unwrap_err(), @"settings missing or wrong: KAKAOPAY_API must be open or legacy; KAKAOPAY_URL must be an https address (http only on this machine); PUBLIC_URL must be an https address (http only on this machine); SIGN_UP_BONUS must be a whole number between 0 and 4294967295; POINT_PERCENT must be a whole number between 0 and 100");
}

#[test]
fn a_function_starts_with_what_it_needs_and_the_rest_has_defaults() {
    let settings =
        read(&[("ORDERS_TABLE", "orders"), ("PUBLIC_URL", "http://127.0.0.1:3000")], &[Part::Orders])
            .unwrap();
    assert_eq!((settings.rules.bonus.get(), settings.tables.orders.as_str()), (100, "orders"));
    assert!(settings.gateways.is_empty() && settings.skill_key.is_none());
}

#[test]
fn gateways_are_read_in_the_order_in_which_they_are_offered() {
    let names = |set: &[(&str, &str)]| {
        let all = [("KAKAOPAY_KEY", "k"), ("TOSS_SECRET_KEY", "t"), ("PORTONE_ACCOUNT", "{}")];
        read(&[set, &all].concat(), &[Part::Gateways])
            .map(|settings| settings.gateways.iter().map(|one| one.secret().0).collect::<Vec<_>>())
    };
    assert_eq!(names(&[]), Ok(vec!["KAKAOPAY_KEY"]));
    let all = vec!["PORTONE_ACCOUNT", "KAKAOPAY_KEY", "TOSS_SECRET_KEY"];
    assert_eq!(names(&[("GATEWAYS", "portone, kakaopay,tosspayments")]), Ok(all));
    for wrong in ["paypal", "kakaopay,,portone", "kakaopay,kakaopay"] {
        let told = names(&[("GATEWAYS", wrong)]).unwrap_err();
        assert!(
            told.ends_with(
                "GATEWAYS must be some of kakaopay, tosspayments and portone, each once, with commas between"
            ),
            "{told}"
        );
    }
    assert!(
        names(&[("GATEWAYS", "portone"), ("PORTONE_API", "v3")])
            .unwrap_err()
            .ends_with("PORTONE_API must be v1 or v2")
    );
}

#[test]
fn who_takes_one_gateway_needs_no_account_at_another() {
    let told = read(&[("GATEWAYS", "tosspayments,portone")], &[Part::Gateways]).unwrap_err();
    insta::assert_snapshot!(told, @"settings missing or wrong: TOSS_SECRET_KEY is missing, and so is TOSS_SECRET_KEY_PARAMETER; PORTONE_ACCOUNT is missing, and so is PORTONE_ACCOUNT_PARAMETER");
}

#[test]
fn the_payments_service_names_all_that_it_misses_and_what_it_may_do_without_is_left_out() {
    const SERVICE: &[Part] =
        &[Part::Records, Part::StoreKey, Part::Accounts, Part::BodyPair, Part::SigningSecretIfAny];
    insta::assert_snapshot!(read(&[("TOSS_URL", "http://toss.example")], SERVICE).unwrap_err(), @"settings missing or wrong: PAYMENTS_TABLE is missing; PAYMENTS_STORE_KEY is missing, and so is PAYMENTS_STORE_KEY_PARAMETER; TOSS_URL must be an https address (http only on this machine); PAYMENTS_ACCOUNTS is missing, and so is PAYMENTS_ACCOUNTS_PARAMETER; PAYMENTS_BODY_KEY is missing, and so is PAYMENTS_BODY_KEY_PARAMETER; PAYMENTS_BODY_IV is missing, and so is PAYMENTS_BODY_IV_PARAMETER");
    let key = ("PAYMENTS_BODY_KEY_PARAMETER", "/payments/body-key");
    let iv = ("PAYMENTS_BODY_IV", "0123456789abcdef");
    let pair =
        |set: &[(&str, &str)]| read(set, &[Part::BodyPairIfAny]).map(|settings| settings.body_pair.is_some());
    assert_eq!((pair(&[]), pair(&[key, iv])), (Ok(false), Ok(true)));
    let half = pair(&[key]).unwrap_err();
    assert!(half.contains("PAYMENTS_BODY_IV is missing, and so is PAYMENTS_BODY_IV_PARAMETER"), "{half}");
}

#[test]
fn traces_are_off_unless_they_are_asked_for_in_the_right_word() {
    let traces = |set: &[(&str, &str)]| read(set, &[]).map(|settings| settings.traces.map(|at| at.port()));
    assert_eq!((traces(&[]), traces(&[("TRACES", "off")])), (Ok(None), Ok(None)));
    let daemon = ("AWS_XRAY_DAEMON_ADDRESS", "169.254.79.129:2001");
    assert_eq!((traces(&[daemon]), traces(&[daemon, ("TRACES", "xray")])), (Ok(None), Ok(Some(2001))));
    assert_eq!(traces(&[("TRACES", "xray")]), Ok(Some(2000)));
    let wrong = traces(&[("TRACES", "on"), ("AWS_XRAY_DAEMON_ADDRESS", "daemon")]).unwrap_err();
    assert!(wrong.contains("TRACES must be off or xray; AWS_XRAY_DAEMON_ADDRESS must be"), "{wrong}");
}

#[test]
fn a_secret_may_name_where_it_is_kept_and_the_secret_itself_wins() {
    let named = read(&[("SKILL_KEY_PARAMETER", "/cafe/skill-key")], &[Part::SkillKey]).unwrap();
    assert!(matches!(named.skill_key, Some(Secret::Parameter(name)) if name == "/cafe/skill-key"));
    let both =
        read(&[("SKILL_KEY", "a"), ("SKILL_KEY_PARAMETER", "/cafe/skill-key")], &[Part::SkillKey]).unwrap();
    assert!(matches!(both.skill_key, Some(Secret::Given(_))));
    assert!(!format!("{both:?}").contains("\"a\""));
}
