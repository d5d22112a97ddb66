//! Carrying a notice to its service: sealed as the SDK opens it, signed as Standard Webhooks has it, and only to addresses
//! that are the world's.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cafe_core::payment::flow::{Messenger, NotTold};
use cafe_core::payment::{BoxError, Notice};
use http::header::CONTENT_TYPE;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use ring::hmac;
use rustls::{ClientConfig, RootCertStore};
use sealed::Pair;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::wire;
use crate::world::World;

/// How long a connection to a service may take, and how long its whole answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// What stands before a secret of Standard Webhooks'.
const SECRET_PREFIX: &str = "whsec_";

/// Which addresses services may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public ones, over https: whoever names an address must not reach into our own network by it.
    Public,
    /// Those of this machine as well, in clear: a laptop's.
    ThisMachineToo,
}

impl Reach {
    /// Whether a service may have this address. What a name stands for is looked at again when it is connected to.
    #[must_use]
    pub fn allows(self, url: &Url) -> bool {
        let is_safe = match url.host() {
            Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            None => false,
        };
        match self {
            Reach::Public => url.scheme() == "https" && is_safe,
            Reach::ThisMachineToo => {
                (url.scheme() == "https" && is_safe)
                    || (matches!(url.scheme(), "http" | "https") && crate::settings::is_loopback(url))
            }
        }
    }
}

/// Whether an address is the world's: none of this machine's, of a private network's, or set aside.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_for_protocols = (a, b, c) == (192, 0, 0);
    let is_for_benchmarks = a == 198 && (b == 18 || b == 19);
    !(a == 0
        || a >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local() // Among them 169.254.169.254, which hands out credentials.
        || address.is_multicast()
        || address.is_documentation()
        || is_shared
        || is_for_protocols
        || is_for_benchmarks)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // What leads to an address of the old kind counts as that: mapped, translated, or through a tunnel.
    let segments = address.segments();
    if let Some(old) = address.to_ipv4_mapped() {
        return is_public_v4(old);
    }
    // The world's own addresses; all others are somebody's special ones.
    let is_global = segments[0] & 0xe000 == 0x2000;
    let is_tunnel = segments[0] == 0x2002 || (segments[0] == 0x2001 && segments[1] < 0x0200);
    let is_documentation = segments[0] == 0x2001 && segments[1] == 0x0db8;
    is_global && !is_tunnel && !is_documentation
}

/// Carries notices over the network.
#[derive(Clone)]
pub struct Courier {
    client: reqwest::Client,
    reach: Reach,
    pair: Pair,
    signing: Option<Arc<hmac::Key>>,
    world: World,
}

/// The text is no secret of Standard Webhooks'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret that notices are signed with must be whsec_ and 24 to 64 bytes in base64")]
pub struct BadSigningSecret;

impl Courier {
    /// Makes the client, TLS set-up included.
    ///
    /// # Errors
    /// Where TLS cannot be set up, or the secret is none.
    pub fn new(
        reach: Reach,
        pair: Pair,
        secret: Option<&SecretString>,
        world: World,
    ) -> Result<Courier, BoxError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // A redirect could lead where the address itself may not.
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(PublicNames { reach }))
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .build()?;
        let signing = secret.map(signing_key).transpose()?.map(Arc::new);
        Ok(Courier { client, reach, pair, signing, world })
    }
}

fn signing_key(secret: &SecretString) -> Result<hmac::Key, BadSigningSecret> {
    let text = secret.expose_secret();
    let key =
        STANDARD.decode(text.strip_prefix(SECRET_PREFIX).unwrap_or(text)).map_err(|_| BadSigningSecret)?;
    if (24..=64).contains(&key.len()) {
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &key))
    } else {
        Err(BadSigningSecret)
    }
}

/// What Standard Webhooks signs: the notice's id, the second it is sent at, and the body as it is sent.
fn signature(key: &hmac::Key, id: &str, second: i64, body: &str) -> String {
    let signed = hmac::sign(key, format!("{id}.{second}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed.as_ref()))
}

#[async_trait]
impl Messenger for Courier {
    async fn carry(&self, notice: &Notice) -> Result<(), NotTold> {
        let not_told = |why: &str| NotTold(why.to_owned());
        // A record that was moved here may have none: then nobody is to be told.
        let Some(address) = &notice.current.webhook_url else { return Ok(()) };
        let url = Url::parse(address).map_err(|_| not_told("its address is none"))?;
        if !self.reach.allows(&url) {
            return Err(not_told("its address is not the world's, or not https"));
        }
        let text = wire::notice(notice).map_err(|_| not_told("the notice cannot be written"))?;
        let (id, second, body) = (notice.id.to_string(), self.world.now().as_second(), self.pair.seal(&text));
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "text/plain")
            .header("webhook-id", &id)
            .header("webhook-timestamp", second);
        if let Some(key) = &self.signing {
            request = request.header("webhook-signature", signature(key, &id, second, &body));
        }
        // An error of reqwest's carries the address, so only its kind is told.
        let answered = request.body(body).send().await.map_err(|error| {
            not_told(if error.is_timeout() {
                "it took too long"
            } else if error.is_connect() {
                "it was not reached"
            } else {
                "it did not answer"
            })
        })?;
        if answered.status().is_success() {
            Ok(())
        } else {
            Err(NotTold(format!("HTTP {}", answered.status().as_u16())))
        }
    }
}

/// Names that stand for an address of the world's. What a name stands for may change between two looks, so it is looked
/// at here, where it is connected to.
struct PublicNames {
    reach: Reach,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let allowed = |address: &SocketAddr| match reach {
                Reach::Public => is_public(address.ip()),
                Reach::ThisMachineToo => is_public(address.ip()) || address.ip().is_loopback(),
            };
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(allowed).collect();
            if addresses.is_empty() {
                return Err("the name stands for no address of the world's".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Courier").field("reach", &self.reach).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BadSigningSecret, Reach, is_public, signature, signing_key};
    use secrecy::SecretString;
    use url::Url;

    #[test]
    fn only_the_worlds_addresses_are_told_anything() {
        for address in ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "223.130.195.95"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_https_and_the_worlds_except_on_a_laptop() {
        let allows = |reach: Reach, url: &str| reach.allows(&Url::parse(url).unwrap());
        for url in ["https://shop.example/told", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/"] {
            assert!(allows(Reach::Public, url) && allows(Reach::ThisMachineToo, url), "{url}");
        }
        for url in ["http://127.0.0.1:3000/told", "http://localhost/", "https://[::1]/"] {
            assert!(!allows(Reach::Public, url) && allows(Reach::ThisMachineToo, url), "{url}");
        }
        for url in [
            "http://shop.example/",
            "ftp://shop.example/",
            "https://10.0.0.1/",
            "https://2130706433.example.localhost/",
            "https://169.254.169.254/latest/meta-data",
            "data:text/plain,hello",
            "file:///etc/passwd",
        ] {
            assert!(!allows(Reach::Public, url) && !allows(Reach::ThisMachineToo, url), "{url}");
        }
        // The same address in another spelling is the same address.
        for url in ["https://2130706433/", "https://0x7f.1/", "https://017700000001/"] {
            assert!(!allows(Reach::Public, url), "{url}");
        }
    }

    #[test]
    fn a_notice_is_signed_as_standard_webhooks_has_it() {
        // The vector of its specification's reference libraries.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let key = signing_key(&secret).unwrap();
        let signed =
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for bad in ["whsec_", "whsec_c2hvcnQ=", "not base64!"] {
            assert_eq!(signing_key(&bad.into()).unwrap_err(), BadSigningSecret);
        }
    }
}
