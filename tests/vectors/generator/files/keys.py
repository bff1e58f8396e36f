"""keys.json: K2–K13."""

import hashlib

from ..reference import ed25519, keys, sealed
from ..reference.encoding import b64, b64_decode, b64url
from . import constants as c
from .case import Stream, case

ATTRIBUTE = bytes.fromhex("a01f301d060a2a864886f70d01090914310f0c0d") + b"Curdle Chairs"
OTHER_SEED = hashlib.sha256(b"keys.json/other").digest()
KEY_SEED = hashlib.sha256(b"keys.json/key").digest()


def der(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 0x80 else bytes([0x81, len(body)])
    return bytes([tag]) + size + body


def pkcs8(seed, version=0, attributes=b"", public=None, algorithm=None, private=None, tail=b""):
    """PKCS#8 with any part replaced; `public` is the content of the `[1]` member."""
    parts = [
        der(0x02, bytes([version])),
        algorithm or der(0x30, keys.OID_ED25519),
        der(0x04, der(0x04, seed) if private is None else private),
        attributes,
        b"" if public is None else der(0x81, public),
    ]
    return der(0x30, *parts) + tail


def v2(seed, attributes=b"", public=None):
    return pkcs8(seed, 1, attributes, b"\0" + (public or ed25519.public_key(seed)))


def pem(raw, label="PRIVATE KEY", end="\n"):
    text = b64(raw)
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def jwk(seed, **changes):
    value = {"kty": "OKP", "crv": "Ed25519", "x": b64url(ed25519.public_key(seed)), "d": b64url(seed), **changes}
    return {name: item for name, item in value.items() if item != "absent"}


def cases():
    yield from _constants()
    yield from _generated()
    yield from _accepted()
    yield from _refused_pkcs8()
    yield from _refused_text()
    yield from _refused_jwk()
    yield from _public()


def _constants():
    seed, ok = bytes.fromhex(c.SEED), {
        "public_key_hex": c.PUBLIC, "ssh": c.SSH, "thumbprint": c.THUMBPRINT, "spki_base64": c.SPKI,
        "pkcs8_v1_base64": c.PKCS8_V1, "jwk": {"crv": "Ed25519", "kty": "OKP", "x": c.JWK_X},
    }  # fmt: skip
    assert b64(pkcs8(seed)) == c.PKCS8_V1 and b64(v2(seed)) == c.PKCS8_V2 and b64(v2(seed, ATTRIBUTE)) == c.PKCS8_V2_ATTRIBUTES
    assert b64url(seed) == c.JWK_D and sealed.recipient_scalar(seed).hex() == c.X25519_SECRET
    assert sealed.montgomery(bytes.fromhex(c.PUBLIC)).hex() == c.X25519_PUBLIC
    for name, raw in (("v1", pkcs8(seed)), ("v2", v2(seed)), ("v2-attributes", v2(seed, ATTRIBUTE))):
        yield case(f"constant-{name}", "K5", "key.import", {"form": "pkcs8-der", "data": b64(raw)}, ok=ok)
        yield case(f"constant-{name}-base64", "K3", "key.import", {"form": "pkcs8-base64", "data": b64(raw)}, ok=ok)
        yield case(f"constant-{name}-pem", "K8", "key.import", {"form": "pkcs8-pem", "data": pem(raw)}, ok=ok)
    yield case("constant-v1-attributes", "K5", "key.import", {"form": "pkcs8-der", "data": b64(pkcs8(seed, 0, ATTRIBUTE))}, ok=ok)
    yield case("constant-seed", "K10", "key.import", {"form": "seed", "data": c.SEED}, ok=ok)
    yield case("constant-jwk", "K9", "key.import", {"form": "jwk", "data": jwk(seed)}, ok=ok)
    yield case("constant-generate", "K11", "key.generate", {"random_hex": c.SEED}, ok=ok)
    seed = bytes.fromhex(c.RFC8410_SEED)
    for name, raw in (("v1", pkcs8(seed)), ("v2-attributes", v2(seed, ATTRIBUTE))):
        yield case(
            f"rfc8410-{name}", "K5", "key.import", {"form": "pkcs8-der", "data": b64(raw)}, ok={"public_key_hex": c.RFC8410_PUBLIC}
        )
    derived = hashlib.sha512(b"codex-agent-identity-ed25519-v1" + b"\x09" * 64).digest()[:32]
    assert derived.hex() == c.REFERENCE_CLIENT_SEED
    yield case("reference-client-derivation", "K10", "key.import", {"form": "seed", "data": derived.hex()})


def _generated():
    stream = Stream("keys.json")
    forms = ("pkcs8-der", "pkcs8-base64", "pkcs8-pem", "seed", "jwk")
    for number in range(25):
        seed, form = stream.bytes(), forms[number % 5]
        raw = (pkcs8(seed), v2(seed), v2(seed, ATTRIBUTE), pkcs8(seed, 0, ATTRIBUTE))[number % 4]
        data = {"pkcs8-pem": pem(raw), "seed": seed.hex(), "jwk": jwk(seed)}.get(form, b64(raw))
        ok = {"public_key_hex": ed25519.public_key(seed).hex()}
        yield case(f"generated-{number:02}-{form}", "K1", "key.import", {"form": form, "data": data}, ok=ok)
    for number in range(5):
        yield case(f"generate-{number}", "K11", "key.generate", {"random_hex": stream.bytes().hex()})
    yield case("generate-zeros", "K11", "key.generate", {"random_hex": "00" * 32}, "random-failed")
    yield case("generate-one-bit", "K11", "key.generate", {"random_hex": "00" * 31 + "01"})


def _accepted():
    seed, text = KEY_SEED, b64(v2(KEY_SEED))
    accepted = (
        ("base64-outer-white-space", "K2", "pkcs8-base64", f" \t\r\n{text}\n\t \r"),
        ("base64-8192-with-white-space", "K2", "pkcs8-base64", text + " " * (8192 - len(text))),
        ("pem-crlf", "K8", "pkcs8-pem", pem(pkcs8(seed), end="\r\n")),
        ("pem-white-space-around", "K8", "pkcs8-pem", "\n \t" + pem(v2(seed)) + "\r\n  "),
        ("pem-no-last-line-end", "K8", "pkcs8-pem", pem(v2(seed)).rstrip()),
        ("seed-zeros", "K10", "seed", "00" * 32),
        ("seed-ones", "K10", "seed", "ff" * 32),
        ("jwk-alg-eddsa", "K9", "jwk", jwk(seed, alg="EdDSA")),
        ("jwk-alg-ed25519", "K9", "jwk", jwk(seed, alg="Ed25519")),
        ("jwk-use-sig", "K9", "jwk", jwk(seed, use="sig")),
        ("jwk-key-ops", "K9", "jwk", jwk(seed, key_ops=["verify", "sign"])),
        ("jwk-unknown-members", "K9", "jwk", jwk(seed, kid="k-1", ext=True)),
    )
    for name, rule, form, data in accepted:
        yield case(f"accept-{name}", rule, "key.import", {"form": form, "data": data})


def _refused_pkcs8():
    seed, public = KEY_SEED, ed25519.public_key(KEY_SEED)
    other = ed25519.public_key(OTHER_SEED)
    algorithm = der(0x30, keys.OID_ED25519)
    plain = pkcs8(seed)
    bad, wrong = "key-not-pkcs8", "key-wrong-algorithm"
    explicit = der(0x30, plain[2:5].replace(b"\0", b"\1"), plain[5:], der(0xA1, der(0x03, b"\0" + public)))
    assert len(explicit) == 85
    refused = (
        ("v2-other-public-key", "K7", v2(seed, public=other), "key-pair-mismatch"),
        ("v2-attributes-other-public-key", "K7", v2(seed, ATTRIBUTE, other), "key-pair-mismatch"),
        ("explicit-public-key-85-bytes", "K5", explicit, bad),
        ("v1-with-public-key", "K5", pkcs8(seed, 0, public=b"\0" + public), bad),
        ("v1-with-attributes-and-public-key", "K5", pkcs8(seed, 0, ATTRIBUTE, b"\0" + public), bad),
        ("v2-without-public-key", "K5", pkcs8(seed, 1), bad),
        ("v2-attributes-without-public-key", "K5", pkcs8(seed, 1, ATTRIBUTE), bad),
        ("version-2", "K5", pkcs8(seed, 2), bad),
        ("version-2-with-public-key", "K5", pkcs8(seed, 2, public=b"\0" + public), bad),
        ("version-missing", "K4", der(0x30, plain[5:]), bad),
        ("version-two-bytes", "K4", der(0x30, der(0x02, b"\0\0"), plain[5:]), bad),
        ("parameters-null", "K4", pkcs8(seed, algorithm=der(0x30, keys.OID_ED25519, b"\x05\0")), bad),
        ("public-key-31-bytes", "K4", pkcs8(seed, 1, public=b"\0" + public[:31]), bad),
        ("public-key-33-bytes", "K4", pkcs8(seed, 1, public=b"\0" + public + b"\0"), bad),
        ("public-key-unused-bits", "K4", pkcs8(seed, 1, public=b"\1" + public), bad),
        ("attributes-after-public-key", "K4", der(0x30, v2(seed)[2:], ATTRIBUTE), bad),
        ("trailing-byte", "K4", pkcs8(seed, tail=b"\0"), bad),
        ("v2-trailing-byte", "K4", v2(seed) + b"\0", bad),
        ("trailing-copy", "K4", plain + plain, bad),
        ("trailing-byte-inside", "K4", der(0x30, plain[2:], b"\0"), bad),
        ("private-31-bytes", "K4", pkcs8(seed[:31]), bad),
        ("private-33-bytes", "K4", pkcs8(seed + b"\0"), bad),
        ("private-byte-after-inner", "K4", pkcs8(seed, private=der(0x04, seed) + b"\0"), bad),
        ("private-not-wrapped", "K4", pkcs8(seed, private=seed), bad),
        ("truncated", "K4", plain[:-1], bad),
        ("length-long-form", "K4", bytes([0x30, 0x81]) + plain[1:], bad),
        ("length-indefinite", "K4", b"\x30\x80" + plain[2:] + b"\0\0", bad),
        ("outer-set", "K4", b"\x31" + plain[1:], bad),
        ("bare-seed", "K4", seed, bad),
        ("spki", "K4", keys.SPKI_PREFIX + public, bad),
        ("8192-bytes", "K2", plain + bytes(8192 - len(plain)), bad),
        ("8193-bytes", "K2", plain + bytes(8193 - len(plain)), "key-malformed"),
        ("x25519", "K6", pkcs8(seed, algorithm=algorithm[:-1] + b"\x6e"), wrong),
        ("ed448", "K6", pkcs8(seed, algorithm=algorithm[:-1] + b"\x71"), wrong),
        ("x25519-parameters-null", "K6", pkcs8(seed, algorithm=der(0x30, bytes.fromhex("06032b656e0500"))), wrong),
        ("p256", "K6", pkcs8(seed, algorithm=der(0x30, bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107"))), wrong),
        ("rsa", "K6", pkcs8(seed, algorithm=der(0x30, bytes.fromhex("06092a864886f70d0101010500"))), wrong),
    )
    for name, rule, raw, code in refused:
        yield case(f"refuse-{name}", rule, "key.import", {"form": "pkcs8-der", "data": b64(raw)}, code)


def _refused_text():
    seed, plain = KEY_SEED, pkcs8(KEY_SEED)
    # A seed whose base64 holds both `+` and `/`, so that the URL alphabet differs.
    text = next(t for n in range(99) if {"+", "/"} <= set(t := b64(v2(hashlib.sha256(b"alphabet%d" % n).digest()))))
    base64, malformed, foreign = "key-not-base64", "key-malformed", "key-form-unsupported"
    last_bits = text[:-2] + chr(ord(text[-2]) + 1) + "="
    body = b64(plain)
    refused = (
        ("base64-no-padding", "K3", "pkcs8-base64", text.rstrip("="), base64),
        ("base64-extra-padding", "K3", "pkcs8-base64", text + "=", base64),
        ("base64-url-alphabet", "K3", "pkcs8-base64", text.replace("+", "-").replace("/", "_"), base64),
        ("base64-line-break-inside", "K3", "pkcs8-base64", body[:32] + "\n" + body[32:], base64),
        ("base64-space-inside", "K3", "pkcs8-base64", body[:32] + " " + body[32:], base64),
        ("base64-unused-bits", "K3", "pkcs8-base64", last_bits, base64),
        ("base64-pem", "K3", "pkcs8-base64", pem(plain), base64),
        ("base64-no-break-space", "K2", "pkcs8-base64", "\u00a0" + body, base64),
        ("base64-8196-characters", "K2", "pkcs8-base64", "A" * 8196, malformed),
        ("base64-trailing-byte", "K4", "pkcs8-base64", b64(plain + b"\0"), "key-not-pkcs8"),
        ("pem-encrypted", "K8", "pkcs8-pem", pem(plain, "ENCRYPTED PRIVATE KEY"), foreign),
        ("pem-openssh", "K8", "pkcs8-pem", pem(plain, "OPENSSH PRIVATE KEY"), foreign),
        ("pem-ec", "K8", "pkcs8-pem", pem(plain, "EC PRIVATE KEY"), foreign),
        ("pem-rsa", "K8", "pkcs8-pem", pem(plain, "RSA PRIVATE KEY"), foreign),
        ("pem-dsa", "K8", "pkcs8-pem", pem(plain, "DSA PRIVATE KEY"), malformed),
        ("pem-certificate", "K8", "pkcs8-pem", pem(plain, "CERTIFICATE"), malformed),
        ("pem-labels-differ", "K8", "pkcs8-pem", pem(plain).replace("END PRIVATE", "END PUBLIC"), malformed),
        ("pem-no-end", "K8", "pkcs8-pem", pem(plain).partition("-----END")[0], malformed),
        ("pem-no-begin", "K8", "pkcs8-pem", pem(plain).partition("-----\n")[2], malformed),
        ("pem-two-blocks", "K8", "pkcs8-pem", pem(plain) * 2, malformed),
        ("pem-text-before", "K8", "pkcs8-pem", "Key:\n" + pem(plain), malformed),
        ("pem-text-after", "K8", "pkcs8-pem", pem(plain) + "end", malformed),
        (
            "pem-x25519",
            "K6",
            "pkcs8-pem",
            pem(pkcs8(seed, algorithm=der(0x30, bytes.fromhex("06032b656e")))),
            "key-wrong-algorithm",
        ),
        ("pem-other-public-key", "K7", "pkcs8-pem", pem(v2(seed, public=ed25519.public_key(OTHER_SEED))), "key-pair-mismatch"),
        ("seed-31-bytes", "K10", "seed", seed[:31].hex(), malformed),
        ("seed-33-bytes", "K10", "seed", seed.hex() + "00", malformed),
        ("seed-64-bytes", "K10", "seed", seed.hex() * 2, malformed),
        ("seed-none", "K10", "seed", "", malformed),
    )
    for name, rule, form, data, code in refused:
        yield case(f"refuse-{name}", rule, "key.import", {"form": form, "data": data}, code)


def _refused_jwk():
    seed, malformed, wrong = KEY_SEED, "key-malformed", "key-wrong-algorithm"
    refused = (
        ("crv-x25519", "K6", {"crv": "X25519"}, wrong),
        ("crv-lower-case", "K6", {"crv": "ed25519"}, wrong),
        ("kty-ec", "K6", {"kty": "EC"}, wrong),
        ("no-d", "K9", {"d": "absent"}, malformed),
        ("no-x", "K9", {"x": "absent"}, malformed),
        ("d-31-bytes", "K9", {"d": b64url(seed[:31])}, malformed),
        ("d-33-bytes", "K9", {"d": b64url(seed + b"\0")}, malformed),
        ("d-padded", "K9", {"d": b64url(seed) + "="}, malformed),
        ("d-standard-alphabet", "K9", {"d": "+/" + b64url(seed)[2:]}, malformed),
        ("d-number", "K9", {"d": 5}, malformed),
        ("d-null", "K9", {"d": None}, malformed),
        ("x-31-bytes", "K9", {"x": b64url(ed25519.public_key(seed)[:31])}, malformed),
        ("x-of-other-key", "K7", {"x": b64url(ed25519.public_key(OTHER_SEED))}, "key-pair-mismatch"),
        ("alg-es256", "K9", {"alg": "ES256"}, malformed),
        ("alg-lower-case", "K9", {"alg": "eddsa"}, malformed),
        ("use-enc", "K9", {"use": "enc"}, malformed),
        ("key-ops-verify", "K9", {"key_ops": ["verify"]}, malformed),
        ("key-ops-empty", "K9", {"key_ops": []}, malformed),
        ("key-ops-text", "K9", {"key_ops": "sign"}, malformed),
    )
    for name, rule, changes, code in refused:
        yield case(f"refuse-jwk-{name}", rule, "key.import", {"form": "jwk", "data": jwk(seed, **changes)}, code)


def _public():
    public = ed25519.public_key(KEY_SEED)
    forms = keys.public_forms(public)
    for form, data in (("raw", public.hex()), ("ssh", forms["ssh"]), ("jwk", forms["jwk"]), ("spki", forms["spki_base64"])):
        yield case(f"public-{form}", "K13", "key.import-public", {"form": form, "data": data})
        constant = {"raw": c.PUBLIC, "ssh": c.SSH, "jwk": {"crv": "Ed25519", "kty": "OKP", "x": c.JWK_X}, "spki": c.SPKI}[form]
        ok = {"thumbprint": c.THUMBPRINT, "public_key_hex": c.PUBLIC}
        yield case(f"public-constant-{form}", "K13", "key.import-public", {"form": form, "data": constant}, ok=ok)
    for name, raw in _bad_points(public):
        yield case(
            f"public-refuse-raw-{name}", "K13", "key.import-public", {"form": "raw", "data": raw.hex()}, "key-public-invalid"
        )
    identity = (1).to_bytes(32, "little")
    line, spki = forms["ssh"], keys.SPKI_PREFIX + public
    refused = (
        ("ssh-comment", "ssh", line + " user@host"),
        ("ssh-newline", "ssh", line + "\n"),
        ("ssh-two-spaces", "ssh", line.replace(" ", "  ")),
        ("ssh-other-name", "ssh", line.replace("ssh-ed25519", "ssh-rsa")),
        ("ssh-inner-name", "ssh", "ssh-ed25519 " + b64(keys.SSH_PREFIX.replace(b"ed25519", b"ed25518") + public)),
        ("ssh-31-bytes", "ssh", "ssh-ed25519 " + b64(keys.SSH_PREFIX[:-1] + b"\x1f" + public[:31])),
        ("ssh-trailing-byte", "ssh", "ssh-ed25519 " + b64(keys.SSH_PREFIX + public + b"\0")),
        ("ssh-no-blob", "ssh", "ssh-ed25519"),
        ("ssh-small-order", "ssh", "ssh-ed25519 " + b64(keys.SSH_PREFIX + identity)),
        ("spki-31-bytes", "spki", b64(bytes.fromhex("3029300506032b6570032000") + public[:31])),
        ("spki-trailing-byte", "spki", b64(spki + b"\0")),
        ("spki-x25519", "spki", b64(spki.replace(bytes.fromhex("2b6570"), bytes.fromhex("2b656e")))),
        ("spki-small-order", "spki", b64(keys.SPKI_PREFIX + identity)),
        ("spki-not-base64", "spki", b64(spki)[:-1]),
        ("jwk-x25519", "jwk", {**forms["jwk"], "crv": "X25519"}),
        ("jwk-x-31-bytes", "jwk", {**forms["jwk"], "x": b64url(public[:31])}),
        ("jwk-x-padded", "jwk", {**forms["jwk"], "x": b64url(public) + "="}),
        ("jwk-small-order", "jwk", {**forms["jwk"], "x": b64url(identity)}),
    )
    assert b64_decode(forms["spki_base64"], "") == spki
    for name, form, data in refused:
        yield case(f"public-refuse-{name}", "K13", "key.import-public", {"form": form, "data": data}, "key-public-invalid")


def _bad_points(public):
    """Encodings that K13 refuses: of small order, not canonical, not on the curve, of another length."""
    torsion = ed25519.order_eight_point()
    for multiple in range(8):
        yield f"small-order-{multiple}", ed25519.encode(ed25519.multiply(multiple, torsion))
    for offset in range(19):
        yield f"y-p-plus-{offset}", (ed25519.P + offset).to_bytes(32, "little")
    yield "y-p-sign", (ed25519.P | 1 << 255).to_bytes(32, "little")
    yield "identity-sign", (1 | 1 << 255).to_bytes(32, "little")
    yield "minus-one-sign", (ed25519.P - 1 | 1 << 255).to_bytes(32, "little")
    off_curve = next(y for y in range(2, 99) if ed25519.decode(y.to_bytes(32, "little")) is None)
    yield "not-on-curve", off_curve.to_bytes(32, "little")
    yield "31-bytes", public[:31]
    yield "33-bytes", public + b"\0"
    yield "none", b""
