"""assertion.json: section 4."""

from ..reference import ed25519
from ..reference.assertions import MEMBERS, header_of, sign_bytes
from ..reference.encoding import b64, b64url_decode, json_text
from . import constants as c
from .case import Stream, case

RUNTIME_ALPHABET = "".join(chr(p) for p in range(0x21, 0x7F) if chr(p) not in ":/?#")
TASK_ALPHABETS = {
    "ascii": "".join(map(chr, range(0x20, 0x7F))),
    "identifier": "abcdefghijklmnopqrstuvwxyz0123456789-_",
    "escapes": '"\\/:a ',
    "digits": "0123456789-:TZ",
    "latin": "caf\u00e9na\u00efveb\u0301\u0308o\u00df\u0130\u0131",
    "cyrillic": "".join(map(chr, range(0x0410, 0x0450))),
    "cjk": "".join(map(chr, range(0x4E00, 0x4E40))),
    "hangul": "".join(map(chr, range(0xAC00, 0xAC20))) + "\u1100\u1161\u11a8",
    "emoji": "\U0001f680\U0001f469\u200d\U0001f4bb\ufe0f\U0001f1e9\U0001f1ea",
    "right-to-left": "\u05d0\u05d1\u0627\u0628\u200f\u202e",
    "separators": "a\u00a0\u2028\u2029\u3000\ufeff",
    "html": "<>&'\u00a9",
    "last-planes": "\ue000\uffff\U000f0000\U0010ffff",
}


def question(seed_hex, runtime_id, task_id, timestamp):
    return {"seed_hex": seed_hex, "agent_runtime_id": runtime_id, "task_id": task_id, "timestamp": timestamp}


def cases():
    yield from _constants()
    yield from _clock()
    yield from _maxima()
    yield from _generated()
    yield from _custodial()
    yield from _refused()
    yield from _parsed()


def _constants():
    fixed = (
        ("april", question(c.SEED, c.RUNTIME, c.TASK, c.APRIL), c.HEADER_APRIL, 270),
        ("january", question(c.SEED, c.RUNTIME, c.TASK, c.JANUARY), c.HEADER_JANUARY, 270),
        ("escapes", question(c.SEED, c.ESCAPES_RUNTIME, c.ESCAPES_TASK, c.APRIL), c.HEADER_ESCAPES, 286),
    )
    for name, asked, header, length in fixed:
        assert len(header) == length
        yield case(f"constant-{name}", "A1", "assertion.sign", asked, ok={"header": header})
        yield case(f"constant-{name}-parsed", "V3", "assertion.parse", {"header": header}, ok={"task_id": asked["task_id"]})


def _clock():
    base = {"seed_hex": c.SEED, "agent_runtime_id": c.RUNTIME, "task_id": c.TASK}
    for name, now_ms in (("whole", 0), ("one", 1), ("last", 999)):
        ok = {"header": c.HEADER_APRIL}
        yield case(f"clock-{name}-millisecond", "A4", "assertion.sign", {**base, "now_ms": c.APRIL_MS + now_ms}, ok=ok)
    for name, now in (("seconds", "2026-04-23T00:00:00Z"), ("milliseconds", "2026-04-23T00:00:00.999Z")):
        yield case(f"clock-text-{name}", "A4", "assertion.sign", {**base, "now": now}, ok={"header": c.HEADER_APRIL})
    for name, now_ms, code in (
        ("1970", 0, None), ("9999", 253402300799999, None), ("10000", 253402300800000, "clock-out-of-range"),
        ("1969", -1, "clock-out-of-range"),
    ):  # fmt: skip
        yield case(f"clock-year-{name}", "I3", "assertion.sign", {**base, "now_ms": now_ms}, code)


def _maxima():
    for name, runtime_id, task_id in (("quotes", '"' * 256, '"' * 1024), ("backslashes", "\\" * 256, "\\" * 1024)):
        made = case(f"longest-{name}", "A7", "assertion.sign", question(c.SEED, runtime_id, task_id, c.APRIL))
        token = made["expect"]["header"].removeprefix("AgentAssertion ")
        assert (len(b64url_decode(token, "")), len(token), len(made["expect"]["header"])) == (2734, 3646, 3661)
        yield made
    yield case("longest-astral", "A7", "assertion.sign", question(c.SEED, "~" * 256, "\U0001f680" * 256, c.APRIL))
    yield case("shortest", "A7", "assertion.sign", question(c.SEED, "a", "b", c.APRIL))


def generated(stream, number):
    """One drawn (seed, r, k, t)."""
    alphabets = list(TASK_ALPHABETS.values())
    task_id = stream.text(alphabets[number % len(alphabets)], stream.between(1, 12))
    if number % 7 == 0:
        task_id += ":" + drawn_timestamp(stream)
    if not task_id.strip():
        task_id += "x"
    runtime_id = stream.text(RUNTIME_ALPHABET, stream.between(1, 24))
    return question(stream.bytes().hex(), runtime_id, task_id, drawn_timestamp(stream))


def drawn_timestamp(stream):
    year, month, day = stream.between(1970, 9999), stream.between(1, 12), stream.between(1, 28)
    hour, minute, second = stream.below(24), stream.below(60), stream.below(60)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def _generated():
    stream = Stream("assertion.json")
    for number in range(200):
        yield case(f"generated-{number:03}", "A3", "assertion.sign", generated(stream, number))


def _custodial():
    stream = Stream("assertion.json/custodial")
    for number in range(13):
        asked = generated(stream, number)
        seed = bytes.fromhex(asked.pop("seed_hex"))
        asked = {"public_key_hex": ed25519.public_key(seed).hex(), **asked}
        prepared = case(f"prepare-{number:02}", "A1", "assertion.prepare", asked)
        yield prepared
        text = ":".join(asked[name] for name in ("agent_runtime_id", "task_id", "timestamp"))
        signature = b64(sign_bytes(seed, text.encode()))
        yield case(f"assemble-{number:02}", "A3", "assertion.assemble", {**asked, "signature_base64": signature})
    bad = {"public_key_hex": c.PUBLIC, "agent_runtime_id": c.RUNTIME, "task_id": "", "timestamp": c.APRIL}
    yield case("prepare-refuse-task", "I4", "assertion.prepare", bad, "task-id-invalid")
    yield case(
        "assemble-refuse-task", "I4", "assertion.assemble", {**bad, "signature_base64": c.SIGNATURE_APRIL}, "task-id-invalid"
    )
    late = {"public_key_hex": c.PUBLIC, "agent_runtime_id": c.RUNTIME, "task_id": c.TASK, "now_ms": 253402300800000}
    yield case("prepare-refuse-clock", "I3", "assertion.prepare", late, "clock-out-of-range")


def _refused():
    refused = (
        ("runtime-none", "", c.TASK, c.APRIL, "runtime-id-invalid"),
        ("runtime-dot-dot", "..", c.TASK, c.APRIL, "runtime-id-invalid"),
        ("runtime-slash", "a/b", c.TASK, c.APRIL, "runtime-id-invalid"),
        ("runtime-257", "r" * 257, c.TASK, c.APRIL, "runtime-id-invalid"),
        ("task-none", c.RUNTIME, "", c.APRIL, "task-id-invalid"),
        ("task-blank", c.RUNTIME, "\u3000", c.APRIL, "task-id-invalid"),
        ("task-control", c.RUNTIME, "a\u0085b", c.APRIL, "task-id-invalid"),
        ("task-1025", c.RUNTIME, "k" * 1025, c.APRIL, "task-id-invalid"),
        ("timestamp-none", c.RUNTIME, c.TASK, "", "timestamp-invalid"),
        ("timestamp-fraction", c.RUNTIME, c.TASK, "2026-04-23T00:00:00.5Z", "timestamp-invalid"),
        ("timestamp-february-30", c.RUNTIME, c.TASK, "2026-02-30T00:00:00Z", "timestamp-invalid"),
        ("timestamp-1969", c.RUNTIME, c.TASK, "1969-12-31T23:59:59Z", "timestamp-invalid"),
        ("order-runtime-first", "", "", "", "runtime-id-invalid"),
        ("order-task-before-timestamp", c.RUNTIME, "", "", "task-id-invalid"),
    )
    for name, runtime_id, task_id, timestamp, code in refused:
        yield case(f"refuse-{name}", "I4", "assertion.sign", question(c.SEED, runtime_id, task_id, timestamp), code)


def _parsed():
    stream = Stream("assertion.json/parsed")
    for number in range(13):
        asked = generated(stream, number)
        fields = [asked[name] for name in ("agent_runtime_id", "task_id", "timestamp")]
        header = header_of(*fields, sign_bytes(bytes.fromhex(asked["seed_hex"]), ":".join(fields).encode()))
        yield case(f"parse-{number:02}", "V3", "assertion.parse", {"header": header}, ok={"task_id": fields[1]})
    envelope = dict(zip(MEMBERS, (c.RUNTIME, c.SIGNATURE_APRIL, c.TASK, c.APRIL)))
    assert len(json_text(envelope)) == 191
