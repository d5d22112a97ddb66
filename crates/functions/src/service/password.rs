//! A record's password: hashed with argon2id as it comes, and compared with what is kept.

use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use cafe_core::payment::{BoxError, PasswordHash};

/// The memory a hash takes, in KiB; how often it goes through it; and in how many lanes. The second of OWASP's
/// equivalent choices for argon2id: little enough for the smallest functions, as nothing else of theirs is large.
const MEMORY_KIB: u32 = 12 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// bcrypt looks at no more of a password than this, and neither does a hash that was made by it.
const BCRYPT_BYTES: usize = 72;

fn argon2() -> Result<Argon2<'static>, BoxError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with sixteen bytes of fresh randomness.
///
/// # Errors
/// Never in practice: the choices above are argon2's.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<PasswordHash, BoxError> {
    let salt = SaltString::encode_b64(&salt).map_err(|error| error.to_string())?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|error| error.to_string())?;
    Ok(PasswordHash(hash.to_string()))
}

/// Whether a password is the one that was hashed: by us, or with bcrypt by the server that a record was moved from.
#[must_use]
pub fn fits(password: &str, hash: &PasswordHash) -> bool {
    let hash = hash.0.as_str();
    if hash.starts_with("$2") {
        let looked_at = &password.as_bytes()[..password.len().min(BCRYPT_BYTES)];
        return bcrypt::verify(looked_at, hash).unwrap_or(false);
    }
    let Ok(parsed) = argon2::PasswordHash::new(hash) else { return false };
    // With the choices that the hash itself names, so that they may change.
    argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{fits, hash};
    use cafe_core::payment::PasswordHash;

    /// Made by the library that the reference uses.
    const BCRYPT: &str = "$2a$10$abcdefghijklmnopqrstuu1U5bScMvQUI5QLzji5BJDcOTDHxqKSC";

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let kept = hash("some-password", [7; 16]).unwrap();
        assert!(kept.0.starts_with("$argon2id$v=19$m=12288,t=3,p=1$"), "{}", kept.0);
        assert!(fits("some-password", &kept));
        for other in ["", "some-passwore", "some-password ", "비밀번호"] {
            assert!(!fits(other, &kept), "{other}");
        }
        assert_ne!(hash("some-password", [8; 16]).unwrap(), kept);
        let korean = hash("비밀번호", [1; 16]).unwrap();
        assert!(fits("비밀번호", &korean) && !fits("", &korean));
    }

    #[test]
    fn a_hash_that_was_moved_here_fits_as_it_did_there() {
        let moved = PasswordHash(BCRYPT.to_owned());
        assert!(fits("some-password", &moved) && !fits("some-passwore", &moved));
    }

    #[test]
    fn bcrypt_looks_at_72_bytes_and_argon2_at_all() {
        let (long, longer) = ("p".repeat(72), "p".repeat(73));
        let cut = PasswordHash(
            bcrypt::hash_with_salt(&long, 4, [3; 16]).unwrap().format_for_version(bcrypt::Version::TwoA),
        );
        assert!(fits(&long, &cut) && fits(&longer, &cut) && !fits(&long[1..], &cut));
        let whole = hash(&long, [3; 16]).unwrap();
        assert!(fits(&long, &whole) && !fits(&longer, &whole));
    }

    #[test]
    fn what_is_no_hash_fits_nothing() {
        for kept in ["", "some-password", "$2a$10$short", "$argon2id$v=19$m=12288,t=3,p=1$"] {
            assert!(!fits("some-password", &PasswordHash(kept.to_owned())), "{kept}");
        }
    }
}
