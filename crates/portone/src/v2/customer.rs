//! Who buys, as far as the merchant tells PortOne.

use std::fmt;

use crate::body::Body;

/// Who buys; all of it may be left out. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Customer {
    /// The merchant's own id of them.
    pub id: Option<String>,
    /// Their name, in one.
    pub full_name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone_number: Option<String>,
}

impl Customer {
    pub(crate) fn body(&self) -> Body {
        let mut name = Body::default();
        name.put_some("full", self.full_name.as_deref());
        let mut body = Body::default();
        body.put_some("id", self.id.as_deref());
        body.put_body("name", &name);
        body.put_some("email", self.email.as_deref());
        body.put_some("phoneNumber", self.phone_number.as_deref());
        body
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer").finish_non_exhaustive()
    }
}
