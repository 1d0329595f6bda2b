//! What a push carries, so that only its browser can read it: RFC 8291, in the one record of RFC 8188.

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf,
    rand::{SecureRandom, SystemRandom},
};

/// The largest message that every push service takes, in bytes, as it is sent.
const MOST: usize = 4_096;
/// Bytes of a public key, uncompressed.
const KEY: usize = 65;
/// Bytes that browser and server share.
const AUTH: usize = 16;
/// Bytes of salt.
const SALT: usize = 16;

/// Encrypts `text` for the browser with this public key and this secret; `None` when they are none, or the text is too
/// long.
pub fn encrypt(text: &[u8], key: &[u8], auth: &[u8]) -> Option<Vec<u8>> {
    if key.len() != KEY || auth.len() != AUTH {
        return None;
    }
    let random = SystemRandom::new();
    let mut salt = [0; SALT];
    random.fill(&mut salt).ok()?;
    // A key pair for this message alone.
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random).ok()?;
    let our_key = ours.compute_public_key().ok()?;
    let their_key = UnparsedPublicKey::new(&ECDH_P256, key);
    let secret: [u8; 32] = agree_ephemeral(ours, &their_key, |shared| {
        derive(auth, shared, &[b"WebPush: info\0", key, our_key.as_ref()])
    })
    .ok()??;
    let content_key: [u8; 16] = derive(&salt, &secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = derive(&salt, &secret, &[b"Content-Encoding: nonce\0"])?;

    // 2 ends the last record.
    let mut record = [text, &[2]].concat();
    let content_key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    content_key
        .seal_in_place_append_tag(nonce, Aad::empty(), &mut record)
        .ok()?;
    let size = u32::try_from(MOST).ok()?.to_be_bytes();
    let id_length = [u8::try_from(KEY).ok()?];
    let sent = [&salt[..], &size, &id_length, our_key.as_ref(), &record].concat();
    (sent.len() <= MOST).then_some(sent)
}

/// HKDF with SHA-256.
fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Option<[u8; N]> {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut derived = [0; N];
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    secret.expand(info, Length(N)).ok()?.fill(&mut derived).ok()?;
    Some(derived)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use web_push_native::{Auth, decrypt, p256::SecretKey};

    use super::*;

    /// A browser's secret key, and its public one.
    fn browser(seed: u8) -> (SecretKey, Vec<u8>) {
        let secret = SecretKey::from_slice(&[seed; 32]).unwrap();
        let public = secret.public_key().to_sec1_bytes().to_vec();
        (secret, public)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn others_decrypt_what_we_encrypt(text in prop::collection::vec(any::<u8>(), 0..3_000), seed in 1..255_u8) {
            let ((secret, public), auth) = (browser(seed), [seed; AUTH]);
            let sent = encrypt(&text, &public, &auth).unwrap();
            let read = decrypt(sent, &secret, Auth::from_slice(&auth));
            prop_assert_eq!(read.unwrap(), text);
        }
    }

    #[test]
    fn every_message_has_its_own_key_and_only_the_browser_reads_it() {
        let ((_, public), (other, _), auth) = (browser(7), browser(8), [7; AUTH]);
        let (one, two) = (encrypt(b"hello", &public, &auth), encrypt(b"hello", &public, &auth));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert!(one[..SALT] != two[..SALT] && one[21..86] != two[21..86]);
        assert!(decrypt(one, &other, Auth::from_slice(&auth)).is_err());
    }

    #[test]
    fn what_is_no_key_or_too_long_is_refused() {
        let ((_, public), auth) = (browser(7), [7; AUTH]);
        // What is left of 4,096 bytes by the head of 86, the padding's end and the tag of 16.
        let most = MOST - 86 - 1 - 16;
        assert_eq!(
            encrypt(&vec![0; most], &public, &auth).map(|sent| sent.len()),
            Some(MOST)
        );
        assert_eq!(encrypt(&vec![0; most + 1], &public, &auth), None);
        assert_eq!(encrypt(b"x", &public[1..], &auth), None);
        assert_eq!(encrypt(b"x", &public, &auth[1..]), None);
        let mut nowhere = public.clone();
        nowhere[40] ^= 1;
        assert_eq!(encrypt(b"x", &nowhere, &auth), None, "not on the curve");
        assert_eq!(encrypt(b"x", &[4; KEY], &auth), None);
    }
}
