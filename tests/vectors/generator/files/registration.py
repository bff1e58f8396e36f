"""registration.json: task registration, made and verified (section 5, section 11)."""

from ..reference import ed25519
from ..reference.assertions import sign_bytes
from ..reference.encoding import b64, json_text
from ..reference.identifiers import path_segment, unix_seconds
from . import constants as c
from .assertion import RUNTIME_ALPHABET, drawn_timestamp
from .case import Stream, case

PATH = "/v1/agent/agent-123/task/register"
THREAD = "0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"


def cases():
    yield from _constants()
    yield from _references()
    yield from _generated()
    yield from _refused()
    yield from _window()
    yield from _verdicts()


def ask(runtime_id=c.RUNTIME, timestamp=c.APRIL, reference=None, seed_hex=c.SEED):
    question = {"seed_hex": seed_hex, "agent_runtime_id": runtime_id, "timestamp": timestamp}
    return question | ({"external_task_ref": reference} if reference else {})


def body(signature=c.REGISTRATION_APRIL, timestamp=c.APRIL, **more):
    return json_text({"timestamp": timestamp, "signature": signature, **more})


def verify(name, rule, code=None, ok=None, **changes):
    question = {"path": PATH, "body": body(), "public_key_hex": c.PUBLIC, "now_ms": c.APRIL_MS, **changes}
    return case(f"verify-{name}", rule, "registration.verify", question, code, ok)


def _constants():
    for name, timestamp, signature in (("april", c.APRIL, c.REGISTRATION_APRIL), ("january", c.JANUARY, c.REGISTRATION_JANUARY)):
        text = f'{{"timestamp":"{timestamp}","signature":"{signature}"}}'
        ok = {"path": PATH, "body": text, "signed_text": f"agent-123:{timestamp}"}
        yield case(f"constant-{name}", "C2", "registration.sign", ask(timestamp=timestamp), ok=ok)
    yield verify("constant-april", "V11", ok={"replay_key_hex": c.REPLAY_REGISTRATION_APRIL})
    now_ms = 1000 * unix_seconds(c.JANUARY)
    ok = {"replay_key_hex": c.REPLAY_REGISTRATION_JANUARY}
    yield verify("constant-january", "V11", ok=ok, body=body(c.REGISTRATION_JANUARY, c.JANUARY), now_ms=now_ms)
    late = {"seed_hex": c.SEED, "agent_runtime_id": c.RUNTIME, "now_ms": c.APRIL_MS + 999}
    yield case("clock-cut-off", "I3", "registration.sign", late, ok={"signed_text": f"agent-123:{c.APRIL}"})


def _references():
    made = (
        ("run", {"kind": "run"}, None),
        ("background", {"kind": "background"}, None),
        ("run-with-value", {"kind": "run", "value": "Nightly 42"}, "Nightly 42"),
        ("thread", {"kind": "thread", "value": THREAD}, THREAD.lower()),
        ("opaque", {"kind": "opaque", "value": "thread-123"}, "thread-123"),
        ("nfc", {"kind": "opaque", "value": "\u00a0Cafe\u0301\u3000"}, "Caf\u00e9"),
        ("escapes", {"kind": "opaque", "value": 'a"b\\c/d'}, 'a"b\\c/d'),
        ("emoji", {"kind": "opaque", "value": "\U0001f680"}, "\U0001f680"),
        ("256", {"kind": "opaque", "value": "x" * 256}, "x" * 256),
        ("url", {"kind": "url", "value": "HTTPS://CI.Example.com:443/runs/42#log"}, "https://ci.example.com/runs/42"),
    )
    for name, reference, normal in made:
        row = case(f"reference-{name}", "C3", "registration.sign", ask(reference=reference))
        member = "" if normal is None else f',"external_task_ref":{json_text(normal)}'
        expected = f'{{"timestamp":"{c.APRIL}","signature":"{c.REGISTRATION_APRIL}"{member}}}'
        assert row["expect"]["body"] == expected
        yield row


def _generated():
    stream = Stream("registration.json")
    for number in range(25):
        seed = stream.bytes()
        question = ask(stream.text(RUNTIME_ALPHABET, stream.between(1, 40)), drawn_timestamp(stream), None, seed.hex())
        made = case(f"generated-{number:02}", "I5", "registration.sign", question)
        yield made
        yield verify(
            f"generated-{number:02}", "V6", path=made["expect"]["path"], body=made["expect"]["body"],
            public_key_hex=ed25519.public_key(seed).hex(), now_ms=1000 * unix_seconds(question["timestamp"]),
        )  # fmt: skip


def _refused():
    refused = (
        ("runtime-none", ask(""), "runtime-id-invalid"),
        ("runtime-colon", ask("agent:1"), "runtime-id-invalid"),
        ("runtime-dot-dot", ask(".."), "runtime-id-invalid"),
        ("runtime-257", ask("r" * 257), "runtime-id-invalid"),
        ("timestamp-fraction", ask(timestamp="2026-04-23T00:00:00.0Z"), "timestamp-invalid"),
        ("timestamp-february-30", ask(timestamp="2026-02-30T00:00:00Z"), "timestamp-invalid"),
        ("reference-empty", ask(reference={"kind": "opaque", "value": ""}), "ref-empty"),
        ("reference-missing", ask(reference={"kind": "thread"}), "ref-missing"),
        ("reference-257", ask(reference={"kind": "opaque", "value": "x" * 257}), "ref-too-long"),
        ("reference-control", ask(reference={"kind": "opaque", "value": "a\nb"}), "ref-control"),
        ("reference-kind", ask(reference={"kind": "job", "value": "x"}), "ref-kind-unknown"),
        ("reference-uuid", ask(reference={"kind": "thread", "value": "thread-123"}), "ref-uuid-invalid"),
    )
    for name, question, code in refused:
        yield case(f"refuse-{name}", "I4", "registration.sign", question, code)
    late = {"seed_hex": c.SEED, "agent_runtime_id": c.RUNTIME, "now_ms": 253402300800000}
    yield case("refuse-clock", "I3", "registration.sign", late, "clock-out-of-range")


def _window():
    t, expired, early = c.APRIL_MS, "assertion-expired", "assertion-not-yet-valid"
    yield verify("age-at-limit", "V8", now_ms=t + 300_000)
    yield verify("age-past-limit", "V8", expired, now_ms=t + 300_001)
    yield verify("ahead-at-limit", "V9", now_ms=t - 10_000)
    yield verify("ahead-past-limit", "V9", early, now_ms=t - 10_001)
    yield verify("narrow-at-limit", "V8", now_ms=t + 1000, max_age_s=1, ahead_s=0)
    yield verify("narrow-past-limit", "V8", expired, now_ms=t + 1001, max_age_s=1, ahead_s=0)
    yield verify("narrow-ahead", "V9", early, now_ms=t - 1, max_age_s=1, ahead_s=0)
    yield verify("wide-at-limit", "V8", now_ms=t + 900_000, max_age_s=900, ahead_s=60)
    yield verify("wide-past-limit", "V8", expired, now_ms=t + 900_001, max_age_s=900, ahead_s=60)
    yield verify("max-age-0", "V8", "config-invalid", max_age_s=0)
    yield verify("max-age-901", "V8", "config-invalid", max_age_s=901)
    yield verify("ahead-61", "V9", "config-invalid", ahead_s=61)


def _verdicts():
    yield verify("reference-returned", "C3", ok={"external_task_ref": "thread-123"}, body=body(external_task_ref="thread-123"))
    yield verify("reference-null", "C3", ok={"external_task_ref": None}, body=body(external_task_ref=None))
    unordered = json_text({"external_task_ref": "x", "signature": c.REGISTRATION_APRIL, "timestamp": c.APRIL})
    yield verify("member-order", "C3", ok={"external_task_ref": "x"}, body=unordered)
    yield verify("unknown-member", "C3", body=body(comment={"a": [1]}))
    yield verify("white-space", "C3", body=body().replace(":", " : ", 1).replace(",", ",\n"))
    yield verify("assertion-signature", "I6", "signature-invalid", body=body(c.SIGNATURE_APRIL))
    yield verify("other-key", "V6", "signature-invalid", public_key_hex=ed25519.public_key(bytes(32)).hex())
    yield verify("other-agent", "V6", "signature-invalid", path=PATH.replace("123", "124"))
    yield verify("other-timestamp", "V6", "signature-invalid", body=body(timestamp="2026-04-23T00:00:01Z"))
    yield verify("zero-signature", "V6", "signature-invalid", body=body(b64(bytes(64))))
    raw = sign_bytes(bytes.fromhex(c.SEED), f"agent-123:{c.APRIL}".encode())
    larger = int.from_bytes(raw[32:], "little") + ed25519.L
    yield verify("s-plus-l", "V6", "signature-invalid", body=body(b64(raw[:32] + larger.to_bytes(32, "little"))))
    yield verify("runtime-colon", "V4", "runtime-id-invalid", path=PATH.replace("agent-123", "agent%3A123"))
    yield verify("runtime-dot-dot", "V4", "runtime-id-invalid", path=PATH.replace("agent-123", "%2E%2E"))
    yield verify("timestamp-fraction", "V4", "timestamp-invalid", body=body(timestamp="2026-04-23T00:00:00.0Z"))
    yield verify("timestamp-leap-second", "V4", "timestamp-invalid", body=body(timestamp="2016-12-31T23:59:60Z"))
    yield verify(
        "order-id-before-timestamp", "V4", "runtime-id-invalid", path=PATH.replace("agent-123", "a%2Fb"), body=body(timestamp="")
    )
    yield verify("order-timestamp-before-signature", "V4", "timestamp-invalid", body=body(b64(bytes(64)), ""))
    yield verify("order-signature-before-window", "V6", "signature-invalid", body=body(b64(bytes(64))), now_ms=c.APRIL_MS + 301_000)
    encoded = ("a%b", "!$&'()*+,;=", '"<>[\\]^`{|}', "agent@host")
    for number, runtime_id in enumerate(encoded):
        signature = b64(sign_bytes(bytes.fromhex(c.SEED), f"{runtime_id}:{c.APRIL}".encode()))
        yield verify(f"segment-{number}", "I5", path=f"/v1/agent/{path_segment(runtime_id)}/task/register", body=body(signature))
