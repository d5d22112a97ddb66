//! QR codes as the outline of an inline SVG, so that a phone can take over from a laptop.

use std::fmt::Write as _;

use fast_qr::QRBuilder;

/// The free margin that readers need around a code, in modules.
const MARGIN: usize = 4;

/// A code to draw: a square of `side` modules, and one path of all that is dark.
#[derive(Debug)]
pub(crate) struct Qr {
    pub(crate) side: usize,
    pub(crate) path: String,
}

/// `None` when the text is longer than any code holds.
pub(crate) fn encode(text: &str) -> Option<Qr> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        for x in (0..code.size).filter(|&x| code[y][x].value()) {
            // Writing to a string cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    Some(Qr { side: code.size + 2 * MARGIN, path })
}
