"""identifiers.json: I1–I6."""

from ..reference.identifiers import WHITE_SPACE
from . import constants as c
from .case import Stream, case

PATH_FREE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


def check(name, rule, kind, value, code=None, ok=None):
    return case(f"{kind}-{name}", rule, "identifier.check", {"kind": kind, "value": value}, code, ok)


def cases():
    yield from _runtime_ids()
    yield from _task_ids()
    yield from _timestamps()
    yield from _collisions()


def _runtime_ids():
    bad = "runtime-id-invalid"
    for point in range(0x21, 0x7F):
        char = chr(point)
        segment = char if char in PATH_FREE else f"%{point:02X}"
        if char in ":/?#":
            yield check(f"char-{point:02x}", "I1", "runtime-id", f"a{char}b", bad)
        else:
            yield check(f"char-{point:02x}", "I5", "runtime-id", f"a{char}b", ok={"path_segment": f"a{segment}b"})
    for point in (0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x20, 0x7F, 0x80, 0xA0, 0xE9, 0x0430, 0x200B, 0xFF41, 0x1F680):
        yield check(f"char-{point:04x}", "I1", "runtime-id", f"a{chr(point)}b", bad)
    for name, value in (("none", ""), ("dot", "."), ("dot-dot", ".."), ("257", "r" * 257), ("utf8-258", "\u00e9" * 129)):
        yield check(f"refuse-{name}", "I1", "runtime-id", value, bad)
    accepted = (
        ("one", "a"), ("256", "r" * 256), ("three-dots", "..."), ("dot-a", ".a"), ("percent-2f", "a%2Fb"),
        ("uuid", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"), ("percent-256", "%" * 256), ("encoded-dots", "%2e%2e"),
    )  # fmt: skip
    for name, value in accepted:
        yield check(f"accept-{name}", "I1", "runtime-id", value)


def _task_ids():
    bad = "task-id-invalid"
    for point in [*range(0x20), *range(0x7F, 0xA0)]:
        yield check(f"control-{point:02x}", "I2", "task-id", f"a{chr(point)}b", bad)
    for point in sorted(WHITE_SPACE):
        blank = f"blank-{point:04x}"
        yield check(blank, "I2", "task-id", chr(point), bad)
        if point > 0x9F or point == 0x20:
            yield check(f"around-{point:04x}", "I2", "task-id", f"{chr(point)}a{chr(point)}")
    refused = (
        ("none", ""), ("white-space", " \u00a0\u2003\u3000\u2028\u2029 "), ("1025", "k" * 1025),
        ("1026-two-byte", "\u00e9" * 513), ("1025-astral", "\U0001f680" * 256 + "k"), ("newline-end", "task\n"),
    )  # fmt: skip
    for name, value in refused:
        yield check(f"refuse-{name}", "I2", "task-id", value, bad)
    accepted = (
        ("one", "k"), ("colon", ":"), ("1024", "k" * 1024), ("1024-two-byte", "\u00e9" * 512),
        ("1024-astral", "\U0001f680" * 256), ("timestamp-like", f"a:{c.APRIL}"), ("inner-spaces", "a  b"),
        ("not-white-space-180e", "\u180e"), ("not-white-space-200b", "\u200b"), ("not-white-space-feff", "\ufeff"),
        ("bidi", "a\u202eb"), ("private-use", "\ue000"), ("nfd", "cafe\u0301"), ("last-point", "\U0010ffff"),
    )  # fmt: skip
    for name, value in accepted:
        yield check(f"accept-{name}", "I2", "task-id", value)


def _timestamps():
    bad = "timestamp-invalid"
    accepted = (
        "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2000-02-29T12:00:00Z", "2024-02-29T23:59:59Z",
        "2400-02-29T00:00:00Z", "2026-12-31T23:59:59Z", "2026-01-31T00:00:00Z", "2026-04-30T00:00:00Z",
    )  # fmt: skip
    for value in accepted:
        yield check(f"accept-{value}", "I3", "timestamp", value)
    refused = (
        "", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-06-31T00:00:00Z", "2026-09-31T00:00:00Z", "2026-11-31T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-04-23T24:00:00Z",
        "2026-04-23T00:60:00Z", "2026-04-23T00:00:60Z", "2016-12-31T23:59:60Z", "2026-04-23T00:00:61Z",
        "2026-04-23T00:00:00.0Z", "2026-04-23T00:00:00.000Z", "2026-04-23T00:00:00", "2026-04-23T00:00Z",
        "2026-04-23T00:00:00z", "2026-04-23t00:00:00Z", "2026-04-23 00:00:00Z", "2026-04-23T00:00:00+00:00",
        "2026-04-23T02:00:00+02:00", "2026-04-23T00:00:00-00", " 2026-04-23T00:00:00Z", "2026-04-23T00:00:00Z ",
        "2026-04-23T00:00:00Z\n", "2026-4-23T00:00:00Z", "20260423T000000Z", "1776902400", "-026-04-23T00:00:00Z",
        "+026-04-23T00:00:00Z", "2026/04/23T00:00:00Z", "2026-04-23T00-00-00Z", "2026-04- 3T00:00:00Z",
        "\uff12\uff10\uff12\uff16-04-23T00:00:00Z", "2026-04-23T00:00:0\u0660Z", "Thu, 23 Apr 2026 00:00:00 GMT",
    )  # fmt: skip
    for number, value in enumerate(refused):
        yield check(f"refuse-{number:02}", "I3", "timestamp", value, bad)


def _collisions():
    """I6: pairs of inputs that would sign the same bytes; the one with `:` in the runtime id is refused."""

    def sign(name, runtime_id, task_id, code=None, ok=None):
        question = {"seed_hex": c.SEED, "agent_runtime_id": runtime_id, "task_id": task_id, "timestamp": c.APRIL}
        return case(name, "I6", "assertion.sign", question, code, ok)

    yield sign("collision-in-runtime-id", "agent:1", "x", "runtime-id-invalid")
    yield sign("collision-in-task-id", "agent", "1:x", ok={"signed_text": f"agent:1:x:{c.APRIL}"})
    stream = Stream("identifiers.json")
    for number in range(20):
        left, middle, right = (stream.text(PATH_FREE, stream.between(1, 9)) for _ in range(3))
        text = f"{left}:{middle}:{right}:{c.APRIL}"
        yield sign(f"collision-{number:02}-refused", f"{left}:{middle}", right, "runtime-id-invalid")
        yield sign(f"collision-{number:02}-signed", left, f"{middle}:{right}", ok={"signed_text": text})
    yield sign(
        "timestamp-in-task-id", "agent", f"{c.APRIL}:{c.JANUARY}", ok={"signed_text": f"agent:{c.APRIL}:{c.JANUARY}:{c.APRIL}"}
    )
    question = {"seed_hex": c.SEED, "agent_runtime_id": "agent", "timestamp": c.JANUARY}
    yield case("registration-of-the-same-agent", "I6", "registration.sign", question, ok={"signed_text": f"agent:{c.JANUARY}"})
