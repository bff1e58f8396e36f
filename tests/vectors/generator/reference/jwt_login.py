"""JWT login (section 8.3), apart from fetching."""

from . import ed25519, keys, rsa_keys
from .encoding import Members, b64url_decode, json_object, member
from .identifiers import check_runtime_id
from .refusal import Refused, refuse_unless

ISSUER = "https://chatgpt.com/codex-backend/agent-identity"
AUDIENCE = "codex-app-server"
STRINGS = ("iss", "aud", "agent_runtime_id", "agent_private_key", "account_id", "chatgpt_user_id", "plan_type")
SHOWN = (
    "iss", "aud", "iat", "exp", "agent_runtime_id", "account_id", "chatgpt_user_id", "email", "plan_type",
    "chatgpt_account_is_fedramp",
)  # fmt: skip


def verify(jwt, jwks, now_ms):
    parts = jwt.split(".")
    refuse_unless(len(parts) == 3 and all(parts), "jwt-malformed")
    raw = [b64url_decode(part, "jwt-malformed") for part in parts]
    header, claims = (_object(part) for part in raw[:2])
    fields = _claims(claims)
    key = _key(header, jwks)
    refuse_unless(rsa_keys.verify(*key, f"{parts[0]}.{parts[1]}".encode(), raw[2]), "jwt-signature-invalid")
    refuse_unless(fields["iss"] == ISSUER and fields["aud"] == AUDIENCE, "jwt-claims-invalid")
    refuse_unless(1000 * fields["exp"] >= now_ms - 60_000, "jwt-expired")
    check_runtime_id(fields["agent_runtime_id"])
    seed = keys.import_private("pkcs8-base64", fields["agent_private_key"])
    shown = {name: fields[name] for name in SHOWN if fields[name] is not None}
    return {**shown, "public_key_hex": ed25519.public_key(seed).hex()}


def _object(raw):
    try:
        return json_object(raw.decode(), "jwt-malformed")
    except UnicodeDecodeError as error:
        raise Refused("jwt-malformed") from error


def _claims(claims):
    """J2."""
    bad = "jwt-claims-invalid"
    fields = {name: member(claims, name, str, bad) for name in STRINGS}
    fields |= {name: member(claims, name, int, bad) for name in ("iat", "exp")}
    refuse_unless(fields["iat"] >= 0 and fields["exp"] >= 0, bad)
    fields["chatgpt_account_is_fedramp"] = member(claims, "chatgpt_account_is_fedramp", bool, bad)
    fields["email"] = member(claims, "email", str, bad, optional=True)
    return fields


def _key(header, jwks):
    """J5 and J6: modulus and exponent of the one key that counts."""
    entries = json_object(jwks, "jwks-undecodable").get("keys")
    refuse_unless(isinstance(entries, list) and all(isinstance(e, Members) for e in entries), "jwks-undecodable")
    refuse_unless(header.get("alg") == "RS256" and isinstance(header.get("kid"), str), "jwt-header-invalid")
    found = [entry for entry in entries if entry.get("kid") == header.get("kid")]
    refuse_unless(found, "jwt-kid-unknown")
    entry, bad = found[0], "jwt-key-unusable"
    good = entry.get("alg") in (None, "RS256") and entry.get("use") in (None, "sig")
    refuse_unless(entry.get("kty") == "RSA" and good, bad)
    n, e = (int.from_bytes(b64url_decode(entry.get(name), bad), "big") for name in ("n", "e"))
    refuse_unless(2048 <= n.bit_length() <= 8192, bad)
    return n, e
