"""Key forms (section 2)."""

import hashlib
import re

from . import ed25519
from .encoding import WHITE_SPACE, b64, b64_decode, b64url, b64url_decode, json_text
from .refusal import Refused, refuse_unless

OID_ED25519 = bytes.fromhex("06032b6570")
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")
SSH_PREFIX = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
FOREIGN_LABELS = ("ENCRYPTED", "OPENSSH", "EC", "RSA")


def public_forms(public):
    """The members that describe a public key."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(public)}
    return {
        "public_key_hex": public.hex(),
        "ssh": "ssh-ed25519 " + b64(SSH_PREFIX + public),
        "jwk": jwk,
        "thumbprint": b64url(hashlib.sha256(json_text(jwk).encode()).digest()),
        "spki_base64": b64(SPKI_PREFIX + public),
    }


def private_forms(seed):
    """The public members and the exported PKCS#8 (K12)."""
    return {**public_forms(ed25519.public_key(seed)), "pkcs8_v1_base64": b64(pkcs8_v1(seed))}


def pkcs8_v1(seed):
    return bytes.fromhex("302e020100300506032b657004220420") + seed


def import_private(form, data):
    """The seed that `data` holds (K2)."""
    if form == "jwk":
        return _import_jwk(data)
    raw = b64_decode(data, "key-not-base64") if form == "pkcs8-der" else data
    raw = bytes.fromhex(data) if form == "seed" else raw
    refuse_unless(len(raw) <= 8192, "key-malformed")
    if form == "seed":
        refuse_unless(len(raw) == 32, "key-malformed")
        return raw
    if form == "pkcs8-base64":
        raw = b64_decode(raw.strip(WHITE_SPACE), "key-not-base64")
    if form == "pkcs8-pem":
        raw = _pem_body(raw.strip(WHITE_SPACE))
    return _seed_of_pkcs8(raw)


def _pem_body(text):
    labels = re.findall(r"-----BEGIN ([A-Z0-9 ]*)-----", text)
    refuse_unless(not any(label == f"{name} PRIVATE KEY" for label in labels for name in FOREIGN_LABELS), "key-form-unsupported")
    block = re.fullmatch(r"-----BEGIN PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]*?)\r?\n-----END PRIVATE KEY-----", text)
    refuse_unless(block, "key-malformed")
    return b64_decode(re.sub(r"\r?\n", "", block.group(1)), "key-malformed")


class _Der:
    """A strict DER cursor: definite, minimal lengths only."""

    def __init__(self, raw):
        self.raw = raw

    def peek(self):
        return self.raw[0] if self.raw else None

    def take(self, tag):
        refuse_unless(len(self.raw) >= 2 and self.raw[0] == tag, "key-not-pkcs8")
        size, at = self.raw[1], 2
        if size >= 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(self.raw[2 : 2 + count], "big"), 2 + count
            minimal = count and size >= 0x80 and (size.bit_length() + 7) // 8 == count
            refuse_unless(minimal and len(self.raw) >= at, "key-not-pkcs8")
        refuse_unless(len(self.raw) >= at + size, "key-not-pkcs8")
        body, self.raw = self.raw[at : at + size], self.raw[at + size :]
        return body


def _seed_of_pkcs8(raw):
    """K4–K7."""
    outer = _Der(raw)
    fields = _Der(outer.take(0x30))
    version = fields.take(0x02)
    algorithm = _Der(fields.take(0x30))
    oid = algorithm.take(0x06)
    refuse_unless(oid == OID_ED25519[2:], "key-wrong-algorithm")
    refuse_unless(not algorithm.raw and not outer.raw and version in (b"\0", b"\1"), "key-not-pkcs8")
    wrapped = _Der(fields.take(0x04))
    seed = wrapped.take(0x04)
    refuse_unless(len(seed) == 32 and not wrapped.raw, "key-not-pkcs8")
    if fields.peek() == 0xA0:
        fields.take(0xA0)
    public = fields.take(0x81) if fields.peek() == 0x81 else None
    refuse_unless(not fields.raw and (public is None) == (version == b"\0"), "key-not-pkcs8")
    if public is not None:
        refuse_unless(len(public) == 33 and public[0] == 0, "key-not-pkcs8")
        refuse_unless(public[1:] == ed25519.public_key(seed), "key-pair-mismatch")
    return seed


def _import_jwk(jwk):
    """K6, K7, K9."""
    refuse_unless(jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519", "key-wrong-algorithm")
    seed, public = (_jwk_bytes(jwk.get(name)) for name in ("d", "x"))
    operations = jwk.get("key_ops")
    good = (
        jwk.get("alg") in (None, "EdDSA", "Ed25519")
        and jwk.get("use") in (None, "sig")
        and (operations is None or (isinstance(operations, list) and "sign" in operations))
    )
    refuse_unless(good, "key-malformed")
    refuse_unless(public == ed25519.public_key(seed), "key-pair-mismatch")
    return seed


def _jwk_bytes(value, code="key-malformed"):
    refuse_unless(isinstance(value, str), code)
    raw = b64url_decode(value, code)
    refuse_unless(len(raw) == 32, code)
    return raw


def import_public(form, data):
    """K13."""
    raw = _public_bytes(form, data)
    refuse_unless(ed25519.valid_public_key(raw), "key-public-invalid")
    return raw


def _public_bytes(form, data):
    code = "key-public-invalid"
    if form == "raw":
        return bytes.fromhex(data)
    if form == "jwk":
        refuse_unless(data.get("kty") == "OKP" and data.get("crv") == "Ed25519", code)
        return _jwk_bytes(data.get("x"), code)
    prefix = SPKI_PREFIX
    if form == "ssh":
        name, _, data = data.partition(" ")
        refuse_unless(name == "ssh-ed25519", code)
        prefix = SSH_PREFIX
    raw = b64_decode(data, code)
    refuse_unless(raw.startswith(prefix), code)
    return raw[len(prefix) :]


def generate(random):
    """K11."""
    if random == bytes(32):
        raise Refused("random-failed")
    return random
