//! Stand-ins for the scripts with which gateways open their windows in a shop's page, written from their documentation.

use bytes::Bytes;
use http::{Response, StatusCode};
use url::Url;

use crate::wire;

/// A script of the fakes'. `own` is where it was loaded from, which is where the windows are.
macro_rules! script {
    ($file:literal) => {
        concat!(
            "(() => {\n  const own = document.currentScript.src;\n",
            include_str!("../assets/frame.js"),
            include_str!(concat!("../assets/", $file)),
            "})();\n"
        )
    };
}

pub(crate) const PORTONE_V1: &str = script!("portone_v1.js");
pub(crate) const PORTONE_V2: &str = script!("portone_v2.js");
pub(crate) const TOSSPAYMENTS: &str = script!("tosspayments.js");

pub(crate) fn answer(script: &'static str) -> Response<Bytes> {
    wire::answer(StatusCode::OK, "text/javascript;charset=UTF-8", script)
}

/// The shop whose page a window stands in, where it stands in one: what its address says of the `frame`.
pub(crate) fn shop(query: &str) -> Option<String> {
    let (_, shop) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "frame")?;
    let origin = Url::parse(&shop).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Leads the browser back, or has the page that the window stands in told where it would have been led.
pub(crate) fn leave(query: &str, to: &str) -> Response<Bytes> {
    let Some(shop) = shop(query) else { return wire::redirect(StatusCode::FOUND, to) };
    let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('<', "\\u003c");
    let tell = format!("<script>parent.postMessage({}, {});</script>", quoted(to), quoted(&shop));
    wire::html(StatusCode::OK, format!("<!doctype html>\n<meta charset=\"utf-8\">\n{tell}\n"))
}

#[cfg(test)]
mod tests {
    use super::{leave, shop};

    #[test]
    fn a_shop_is_an_origin_and_nothing_else_is_one() {
        assert_eq!(shop("a=b&frame=https%3A%2F%2Fcafe.example%2Fx"), Some("https://cafe.example".to_owned()));
        for none in ["", "frame=", "frame=cafe", "frame=data:text/html,x", "frame=javascript:alert(1)"] {
            assert_eq!(shop(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_told_cannot_end_the_script() {
        let told = leave("frame=http://cafe.example", "https://a.example/</script><b>");
        let page = String::from_utf8(told.body().to_vec()).unwrap();
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
        assert_eq!(leave("", "https://a.example/").headers()["location"], "https://a.example/");
    }
}
