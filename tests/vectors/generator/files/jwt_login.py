"""jwt-login.json: J1, J2 and J6–J8, apart from fetching."""

import hashlib

from ..reference import ed25519, keys, rsa_keys
from ..reference.encoding import b64, b64url, json_text
from ..reference.jwt_login import AUDIENCE, ISSUER
from . import constants as c
from .case import case
from .keys import v2

NOW_MS = c.APRIL_MS
NOW = NOW_MS // 1000
AGENT_SEED = hashlib.sha256(b"jwt-login.json").digest()
MAIN = rsa_keys.Key("jwt-login.json/main", 2048)
OTHER = rsa_keys.Key("jwt-login.json/other", 2048)
ABSENT = object()


def cases():
    yield from _accepted()
    yield from _malformed()
    yield from _claims()
    yield from _header()
    yield from _key_set()
    yield from _signature()
    yield from _expiry()
    yield from _order()


def claims(**changes):
    values = {
        "iss": ISSUER, "aud": AUDIENCE, "iat": NOW - 100, "exp": NOW + 3600, "agent_runtime_id": c.RUNTIME,
        "agent_private_key": b64(keys.pkcs8_v1(AGENT_SEED)), "account_id": "acct-1", "chatgpt_user_id": "user-1", "email": "a@b.example",
        "plan_type": "pro", "chatgpt_account_is_fedramp": False, **changes,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not ABSENT}


def jwk(key=MAIN, **changes):
    e = rsa_keys.E.to_bytes(3, "big")
    entry = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": b64url(key.n.to_bytes(key.size, "big")), "e": b64url(e)}
    return {name: value for name, value in {**entry, **changes}.items() if value is not ABSENT}


def token(body=None, key=MAIN, header=None, sign=None):
    """A signed JWT; `body` and `header` may be members or text."""
    head = {"alg": "RS256", "kid": "k1", "typ": "JWT"} if header is None else header
    parts = [part if isinstance(part, str) else json_text(part) for part in (head, claims() if body is None else body)]
    signed = ".".join(b64url(part.encode()) for part in parts)
    signature = (sign or key.sign)(signed.encode())
    return f"{signed}.{b64url(signature)}"


def verify(name, rule, code=None, ok=None, jwt=None, jwks=None, now_ms=NOW_MS):
    entries = [jwk()] if jwks is None else jwks
    text = entries if isinstance(entries, str) else json_text({"keys": entries})
    return case(name, rule, "jwt.verify", {"jwt": jwt or token(), "jwks": text, "now_ms": now_ms}, code, ok)


def _accepted():
    public = ed25519.public_key(AGENT_SEED).hex()
    yield verify("accept", "J7", ok={"public_key_hex": public, "account_id": "acct-1", "email": "a@b.example"})
    for name, changes in (
        ("no-email", {"email": ABSENT}), ("null-email", {"email": None}), ("fedramp", {"chatgpt_account_is_fedramp": True}),
        ("unknown-claims", {"x": [1], "nbf": NOW + 99}),
        ("iat-ahead", {"iat": NOW + 500}), ("exp-far", {"exp": 2**53 - 1}), ("unknown-plan", {"plan_type": "platinum"}), ("iat-zero", {"iat": 0}),
    ):  # fmt: skip
        yield verify(f"accept-{name}", "J2", jwt=token(claims(**changes)))
    private = b64(v2(AGENT_SEED))
    yield verify("accept-pkcs8-v2", "J2", ok={"public_key_hex": public}, jwt=token(claims(agent_private_key=private)))
    for name, changes in (
        ("no-alg", {"alg": ABSENT}),
        ("no-use", {"use": ABSENT}),
        ("neither", {"alg": ABSENT, "use": ABSENT}),
        ("more-members", {"x5t": "x", "key_ops": ["verify"]}),
    ):
        yield verify(f"accept-key-{name}", "J6", jwks=[jwk(**changes)])
    yield verify("accept-second-of-set", "J6", jwks=[jwk(OTHER, kid="k0"), jwk(), jwk(OTHER, kid="k2")])
    yield verify("accept-header-members", "J6", jwt=token(header={"kid": "k1", "x": 1, "alg": "RS256"}))
    large = rsa_keys.Key("jwt-login.json/large", 8192, 8)
    yield verify("accept-8192-bits", "J6", jwt=token(key=large), jwks=[jwk(large)])


def _malformed():
    good = token()
    head, body, signature = good.split(".")
    texts = (
        ("two-parts", f"{head}.{body}"), ("four-parts", good + ".x"), ("no-header", f".{body}.{signature}"), ("no-claims", f"{head}..{signature}"),
        ("no-signature", f"{head}.{body}."), ("dots", ".."), ("text", "at-123"), ("padded", f"{head}=.{body}.{signature}"), ("space", f" {good}"),
        ("standard-alphabet", f"{head}.{body}.{signature[:-2]}+/"), ("newline", good + "\n"), ("bang", f"!{good[1:]}"),
        ("header-not-json", token(header="{")), ("claims-not-json", token(body="claims")), ("claims-cut", token(body=json_text(claims())[:-1])),
        ("header-trailing", token(header='{"alg":"RS256","kid":"k1"}x')), ("claims-two", token(body="{}{}")),
        ("alg-none-unsigned", token(header={"alg": "none"}, sign=lambda _: b"")),
    )  # fmt: skip
    for name, text in texts:
        yield verify(f"malformed-{name}", "J1", "jwt-malformed", jwt=text, jwks=[])


def _claims():
    bad = "jwt-claims-invalid"
    for name, value in claims().items():
        wrong = 5 if isinstance(value, str) else "1"
        yield verify(f"claims-{name}-mistyped", "J2", bad, jwt=token(claims(**{name: wrong})), jwks=[])
        if name != "email":
            yield verify(f"claims-{name}-absent", "J2", bad, jwt=token(claims(**{name: ABSENT})), jwks=[])
    for name, changes in (
        ("aud-array", {"aud": [AUDIENCE]}), ("iat-negative", {"iat": -1}), ("exp-negative", {"exp": -1}), ("exp-fraction", {"exp": NOW + 0.5}),
        ("exp-boolean", {"exp": True}), ("iss-null", {"iss": None}), ("fedramp-number", {"chatgpt_account_is_fedramp": 1}), ("iss-other", {"iss": "https://chatgpt.com"}),
        ("iss-slash", {"iss": ISSUER + "/"}), ("aud-other", {"aud": "codex"}), ("aud-case", {"aud": AUDIENCE.upper()}), ("iss-none", {"iss": ""}),
    ):  # fmt: skip
        yield verify(f"claims-{name}", "J8" if name[:3] in ("iss", "aud") else "J2", bad, jwt=token(claims(**changes)))
    yield verify("claims-empty-object", "J2", bad, jwt=token(body={}))


def _header():
    bad = "jwt-header-invalid"
    for name, header, sign in (
        ("alg-none", {"alg": "none", "kid": "k1"}, None), ("alg-hs256", {"alg": "HS256", "kid": "k1"}, _digest),
        ("alg-rs384", {"alg": "RS384", "kid": "k1"}, None),
        ("alg-ps256", {"alg": "PS256", "kid": "k1"}, None), ("alg-lower-case", {"alg": "rs256", "kid": "k1"}, None), ("alg-absent", {"kid": "k1"}, None),
        ("alg-eddsa", {"alg": "EdDSA", "kid": "k1"}, None), ("kid-absent", {"alg": "RS256"}, None), ("alg-null", {"alg": None, "kid": "k1"}, None),
        ("kid-null", {"alg": "RS256", "kid": None}, None),
    ):  # fmt: skip
        yield verify(f"header-{name}", "J6", bad, jwt=token(header=header, sign=sign))
    for name, kid in (("other", "k2"), ("case", "K1"), ("empty", ""), ("space", "k1 ")):
        yield verify(f"kid-{name}", "J6", "jwt-kid-unknown", jwt=token(header={"alg": "RS256", "kid": kid}))
    yield verify("kid-empty-set", "J6", "jwt-kid-unknown", jwks=[])


def _key_set():
    for number, text in enumerate(("", "null", "[]", "{}", '{"keys":{}}', '{"keys":null}', '{"keys":[1]}', "keys", '{"keys":[')):
        yield verify(f"jwks-undecodable-{number}", "J5", "jwks-undecodable", jwks=text)
    bad, small = "jwt-key-unusable", rsa_keys.Key("jwt-login.json/small", 1024)
    for name, changes in (
        ("kty-ec", {"kty": "EC"}), ("kty-oct", {"kty": "oct"}), ("alg-rs384", {"alg": "RS384"}), ("alg-ps256", {"alg": "PS256"}), ("use-enc", {"use": "enc"}),
        ("2047-bits", {"n": _modulus(2047)}), ("8193-bits", {"n": _modulus(8193)}),
    ):  # fmt: skip
        yield verify(f"key-{name}", "J6", bad, jwks=[jwk(**changes)])
    yield verify("key-1024-bits", "J6", bad, jwt=token(key=small), jwks=[jwk(small)])


def _signature():
    bad = "jwt-signature-invalid"
    head, body, signature = token().split(".")
    other_body = b64url(json_text(claims(account_id="acct-2")).encode())
    yield verify("signature-of-other-key", "J7", bad, jwt=token(key=OTHER))
    yield verify("signature-claims-changed", "J7", bad, jwt=f"{head}.{other_body}.{signature}")
    yield verify("signature-short", "J7", bad, jwt=token(sign=lambda signed: MAIN.sign(signed)[:-1]))
    yield verify("signature-long", "J7", bad, jwt=token(sign=lambda signed: b"\0" + MAIN.sign(signed)))
    yield verify("signature-one-byte", "J7", bad, jwt=token(sign=lambda _: b"\1"))
    yield verify("signature-zeros", "J7", bad, jwt=token(sign=lambda _: bytes(MAIN.size)))
    yield verify("signature-plus-n", "J7", bad, jwt=token(sign=_not_reduced))
    for name, sign in (("sha1", _sign_sha1), ("bare-digest", _sign_bare_digest), ("one", _value_one)):
        yield verify(f"signature-{name}", "J7", bad, jwt=token(sign=sign))


def _digest(signed):
    return hashlib.sha256(signed).digest()


def _modulus(bits):
    """A modulus of a given size; no key, as its size is judged first."""
    return b64url((1 << bits - 1 | 1).to_bytes((bits + 7) // 8, "big"))


def _sign_sha1(signed):
    return MAIN.sign_info(rsa_keys.DIGEST_INFO_SHA1 + hashlib.sha1(signed).digest())


def _sign_bare_digest(signed):
    return MAIN.sign_info(_digest(signed))


def _value_one(signed):
    return (1).to_bytes(MAIN.size, "big")


def _not_reduced(signed):
    """The right signature with the modulus added: the same value to whoever reduces it."""
    value = int.from_bytes(MAIN.sign(signed), "big") + MAIN.n
    return value.to_bytes(MAIN.size + 1, "big")


def _expiry():
    for name, exp in (("future", NOW + 1), ("now", NOW), ("past-1", NOW - 1), ("past-59", NOW - 59), ("past-60", NOW - 60)):
        yield verify(f"exp-{name}", "J8", jwt=token(claims(exp=exp)))
    for name, exp in (("past-61", NOW - 61), ("past-hour", NOW - 3600), ("zero", 0)):
        yield verify(f"exp-{name}", "J8", "jwt-expired", jwt=token(claims(exp=exp)))
    expires = token(claims(exp=NOW))
    yield verify("exp-leeway-last", "J8", jwt=expires, now_ms=NOW_MS + 60_000)
    yield verify("exp-leeway-past", "J8", "jwt-expired", jwt=expires, now_ms=NOW_MS + 61_000)


def _order():
    old = claims(exp=NOW - 3600)
    broken = {"agent_private_key": "!"}
    yield verify("order-claims-before-header", "J2", "jwt-claims-invalid", jwt=token({}, header={"alg": "none"}))
    yield verify("order-header-before-kid", "J6", "jwt-header-invalid", jwt=token(header={"alg": "HS256", "kid": "k9"}))
    yield verify("order-kid-before-signature", "J6", "jwt-kid-unknown", jwt=token(key=OTHER, header={"alg": "RS256", "kid": "k9"}))
    yield verify("order-key-before-signature", "J6", "jwt-key-unusable", jwt=token(key=OTHER), jwks=[jwk(use="enc")])
    yield verify("order-signature-before-expiry", "J7", "jwt-signature-invalid", jwt=token(old, OTHER))
    yield verify("order-signature-before-issuer", "J7", "jwt-signature-invalid", jwt=token(claims(iss="x"), OTHER))
    yield verify("order-issuer-before-expiry", "J8", "jwt-claims-invalid", jwt=token({**old, "iss": "x"}))
    yield verify("order-expiry-before-key", "J4", "jwt-expired", jwt=token({**old, **broken}))
    yield verify("order-signature-before-key", "J4", "jwt-signature-invalid", jwt=token(claims(**broken), OTHER))
    other = b64(v2(AGENT_SEED, public=ed25519.public_key(bytes(32))))
    yield verify("agent-key-not-base64", "J4", "key-not-base64", jwt=token(claims(**broken)))
    yield verify("agent-key-not-pkcs8", "J4", "key-not-pkcs8", jwt=token(claims(agent_private_key="AAAA")))
    yield verify("agent-key-other-pair", "J4", "key-pair-mismatch", jwt=token(claims(agent_private_key=other)))
    yield verify("runtime-id-colon", "I4", "runtime-id-invalid", jwt=token(claims(agent_runtime_id="a:b")))
