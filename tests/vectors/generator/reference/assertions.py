"""The assertion header: making, reading and verifying it (sections 4 and 11)."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import ed25519
from .encoding import b64, b64_decode, b64url, b64url_decode, json_object, json_text
from .identifiers import check_runtime_id, check_task_id, unix_seconds
from .refusal import Refused, refuse_unless

MEMBERS = ("agent_runtime_id", "signature", "task_id", "timestamp")
MAX_TOKEN = 8192


def sign_bytes(seed, message):
    """Ed25519 by OpenSSL, checked against the textbook."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    assert signature == ed25519.sign(seed, message)
    return signature


def assertion_text(runtime_id, task_id, timestamp):
    """A(r, k, t), its fields checked in this order (I4)."""
    check_runtime_id(runtime_id)
    check_task_id(task_id)
    unix_seconds(timestamp)
    return f"{runtime_id}:{task_id}:{timestamp}"


def header_of(runtime_id, task_id, timestamp, signature):
    """A2, A3."""
    values = (runtime_id, b64(signature), task_id, timestamp)
    return token_header(json_text(dict(zip(MEMBERS, values))).encode())


def token_header(envelope):
    return "AgentAssertion " + b64url(envelope)


def parse(header):
    """V1–V4: the fields of a header, signature as bytes."""
    scheme, space, token = header.partition(" ")
    named = scheme.isascii() and scheme.lower() == "agentassertion"
    refuse_unless(named and space and token and not token.startswith(" "), "assertion-missing")
    refuse_unless(len(token) <= MAX_TOKEN, "assertion-too-long")
    malformed = "assertion-malformed"
    try:
        text = b64url_decode(token, malformed).decode()
    except UnicodeDecodeError as error:
        raise Refused(malformed) from error
    members = json_object(text, malformed)
    refuse_unless(sorted(key for key, _ in members) == sorted(MEMBERS), malformed)
    fields = dict(members)
    refuse_unless(all(type(value) is str for value in fields.values()), malformed)
    fields["signature"] = b64_decode(fields["signature"], malformed)
    refuse_unless(len(fields["signature"]) == 64, malformed)
    assertion_text(fields["agent_runtime_id"], fields["task_id"], fields["timestamp"])
    return fields


def replay_key(public, signed):
    return hashlib.sha256(public + signed.encode()).hexdigest()


def check_window(timestamp, now_ms, max_age_s, ahead_s):
    """V8, V9."""
    refuse_unless(1 <= max_age_s <= 900 and 0 <= ahead_s <= 60, "config-invalid")
    age = now_ms - 1000 * unix_seconds(timestamp)
    refuse_unless(age <= 1000 * max_age_s, "assertion-expired")
    refuse_unless(-age <= 1000 * ahead_s, "assertion-not-yet-valid")


def verify(question):
    """V1–V4 and V6–V9, with what an authority needs to go on to V11."""
    public = bytes.fromhex(question["public_key_hex"])
    max_age, ahead = question.get("max_age_s", 300), question.get("ahead_s", 10)
    refuse_unless(1 <= max_age <= 900 and 0 <= ahead <= 60, "config-invalid")
    fields = parse(question["header"])
    text = assertion_text(fields["agent_runtime_id"], fields["task_id"], fields["timestamp"])
    refuse_unless(ed25519.verify(public, text.encode(), fields["signature"]), "signature-invalid")
    sent = question.get("account_id")
    refuse_unless(sent is None or sent == question.get("expected_account_id"), "account-mismatch")
    check_window(fields["timestamp"], question["now_ms"], max_age, ahead)
    return {
        "verdict": "accepted",
        "agent_runtime_id": fields["agent_runtime_id"],
        "task_id": fields["task_id"],
        "timestamp": fields["timestamp"],
        "replay_key_hex": replay_key(public, text),
        "retain_until_ms": 1000 * (unix_seconds(fields["timestamp"]) + max_age + ahead),
    }
