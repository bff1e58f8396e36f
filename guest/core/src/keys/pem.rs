//! PEM blocks (K8, RFC 7468 strict form).

use crate::encoding;
use crate::error::{Code, Error, Result};
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

const UNSUPPORTED: [&str; 4] = ["ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];

/// The DER inside exactly one `PRIVATE KEY` block; outer white space is already gone.
pub(super) fn private_key_body(text: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let text = super::text_of(text, Code::KeyMalformed)?;
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let label = lines
        .next()
        .and_then(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .ok_or_else(|| malformed("it does not begin with a BEGIN line"))?;
    if UNSUPPORTED.contains(&label) {
        return Err(Error::new(
            Code::KeyFormUnsupported,
            "this PEM block is not plain PKCS#8; convert it with `openssl pkcs8 -topk8 -nocrypt`",
        ));
    }
    if label != "PRIVATE KEY" {
        return Err(malformed("its label is not PRIVATE KEY"));
    }

    let mut body = Zeroizing::new(String::with_capacity(text.len()));
    for line in lines.by_ref() {
        if line == "-----END PRIVATE KEY-----" {
            if lines.next().is_some() {
                return Err(malformed("something follows its END line"));
            }
            let der = encoding::from_base64(&body).ok_or_else(|| malformed("its body is not base64"))?;
            return Ok(Zeroizing::new(der));
        }
        if line.is_empty() {
            return Err(malformed("it holds an empty line"));
        }
        body.push_str(line);
    }
    Err(malformed("its END line is missing"))
}

/// One block with lines of 64 characters.
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<Vec<u8>> {
    let body = Zeroizing::new(encoding::base64(der));
    let mut out = Zeroizing::new(Vec::with_capacity(body.len().saturating_add(128)));
    for part in ["-----BEGIN ", label, "-----\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    for line in body.as_bytes().chunks(64) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    out
}

fn malformed(fault: &str) -> Error {
    Error::new(Code::KeyMalformed, ["the PEM text cannot be read: ", fault].concat())
}
