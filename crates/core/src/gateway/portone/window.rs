//! The page that opens PortOne's payment window: PortOne has none of its own that a browser could be sent to.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::PORTONE;
use crate::payment::{Charge, GatewayError, Returns};

/// The page on which PortOne's script opens the payment window, and whose window that is.
///
/// It is ours or the merchant's, and its address says everything in its query, under the names that the script takes.
#[derive(Clone)]
pub struct Window {
    /// Where the merchant's own page is; without one it is ours ([`Returns::window`]).
    pub page: Option<Url>,
    /// V2's store, or V1's code of the merchant (`imp…`).
    pub store: String,
    /// Which of the merchant's channels.
    pub channel: SecretString,
}

impl Window {
    pub(super) fn for_v1(&self, charge: &Charge, returns: &Returns) -> Result<String, GatewayError> {
        self.with(
            returns,
            &[
                ("user_code", &self.store),
                ("channelKey", self.channel.expose_secret()),
                ("pay_method", "card"),
                ("merchant_uid", &charge.order.to_string()),
                ("name", &charge.item),
                ("amount", &charge.amount.get().to_string()),
                ("m_redirect_url", &returns.approve),
            ],
        )
    }

    pub(super) fn for_v2(&self, charge: &Charge, returns: &Returns) -> Result<String, GatewayError> {
        self.with(
            returns,
            &[
                ("storeId", &self.store),
                ("channelKey", self.channel.expose_secret()),
                ("payMethod", "CARD"),
                ("paymentId", &charge.order.to_string()),
                ("orderName", &charge.item),
                ("totalAmount", &charge.amount.get().to_string()),
                ("currency", "KRW"),
                ("redirectUrl", &returns.approve),
            ],
        )
    }

    fn with(&self, returns: &Returns, query: &[(&str, &str)]) -> Result<String, GatewayError> {
        let mut page = match &self.page {
            Some(page) => page.clone(),
            // Nobody is led anywhere then.
            None => {
                Url::parse(&returns.window).map_err(|error| GatewayError::Unreached(PORTONE, error.into()))?
            }
        };
        page.query_pairs_mut().extend_pairs(query);
        Ok(page.into())
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("store", &self.store).finish_non_exhaustive()
    }
}
