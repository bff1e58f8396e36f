"""verify.json: one case and more per verdict that `assertion.verify` can reach, and the order of the checks (section 11)."""

from ..reference import ed25519
from ..reference.assertions import MEMBERS, sign_bytes, token_header
from ..reference.encoding import b64, b64url, json_text
from ..reference.identifiers import unix_seconds
from . import constants as c
from .case import Stream, case
from .assertion import generated

SEED = bytes.fromhex(c.SEED)
T = c.APRIL_MS


def cases():
    yield from _accepted()
    yield from _scheme_and_size()
    yield from _malformed()
    yield from _identifiers()
    yield from _signatures()
    yield from _odd_points()
    yield from _accounts()
    yield from _window()
    yield from _order()


def verify(name, rule, code=None, ok=None, header=c.HEADER_APRIL, **changes):
    question = {"header": header, "public_key_hex": c.PUBLIC, "now_ms": T + 5000, **changes}
    return case(name, rule, "assertion.verify", question, code, ok)


def fields(runtime_id=c.RUNTIME, task_id=c.TASK, timestamp=c.APRIL, signature=None):
    """The four members, signed rightly whatever they hold."""
    if signature is None:
        signature = sign_bytes(SEED, f"{runtime_id}:{task_id}:{timestamp}".encode())
    return dict(zip(MEMBERS, (runtime_id, b64(signature) if isinstance(signature, bytes) else signature, task_id, timestamp)))


def header(envelope):
    """The header around an envelope given as members, text or bytes."""
    text = json_text(envelope) if isinstance(envelope, dict) else envelope
    return token_header(text if isinstance(text, bytes) else text.encode())


def _accepted():
    ok = {"verdict": "accepted", "replay_key_hex": c.REPLAY_ASSERTION_APRIL, "retain_until_ms": T + 310_000}
    yield verify("constant-april", "V11", ok=ok)
    january = {"header": c.HEADER_JANUARY, "now_ms": 1767225600000}
    yield verify("constant-january", "V11", ok={"replay_key_hex": c.REPLAY_ASSERTION_JANUARY}, **january)
    yield verify("constant-escapes", "V3", ok={"task_id": c.ESCAPES_TASK}, header=c.HEADER_ESCAPES)
    for number, scheme in enumerate(("agentassertion", "AGENTASSERTION", "aGENTaSSERTION")):
        yield verify(f"scheme-case-{number}", "V1", header=c.HEADER_APRIL.replace("AgentAssertion", scheme))
    good = fields()
    plain = json_text(good)
    shapes = (
        ("members-reversed", dict(reversed(good.items()))), ("inner-space", plain.replace(":", " : ", 1).replace(",", " ,\r\n\t")),
        ("outer-space", f"\n {plain}\t\r\n"), ("escaped-letter", plain.replace("task-123", "\\u0074ask-123")),
        ("escaped-name", plain.replace("task_id", "task\\u005fid")), ("escaped-slashes", plain.replace("/", "\\/")),
        ("escaped-astral", json_text(fields(task_id="\U0001f680")).replace("\U0001f680", "\\ud83d\\ude80")),
        ("not-normalised", fields(task_id="cafe\u0301")), ("timestamp-in-task", fields(task_id=f"x:{c.JANUARY}")),
        ("outer-space-in-task", fields(task_id=" task ")), ("longest", fields('"' * 256, "\\" * 1024)),
    )  # fmt: skip
    for name, envelope in shapes:
        yield verify(f"accept-{name}", "V3", header=header(envelope))
    stream = Stream("verify.json")
    for number in range(12):
        asked = generated(stream, number)
        seed = bytes.fromhex(asked["seed_hex"])
        signed = case("", "", "assertion.sign", asked)["expect"]["header"]
        when = 1000 * unix_seconds(asked["timestamp"])
        yield verify(f"generated-{number:02}", "V6", header=signed, public_key_hex=ed25519.public_key(seed).hex(), now_ms=when)


def _scheme_and_size():
    token = c.HEADER_APRIL.partition(" ")[2]
    missing = (
        "", "AgentAssertion", token, f"Bearer {token}", f"AgentAssertion{token}", f"AgentAssertionX {token}", f"Agent Assertion {token}",
        f"XAgentAssertion {token}", f"AgentAssertion\t{token}", f" AgentAssertion {token}", f"\u0410gentAssertion {token}",
        f"AgentA\u017f\u017fertion {token}", f"AgentAssertion: {token}", f"AgentAssertion={token}", "Basic eDp5",
    )  # fmt: skip
    for number, text in enumerate(missing):
        yield verify(f"scheme-{number:02}", "V1", "assertion-missing", header=text)
    plain = json_text(fields())
    longest = plain + " " * (6144 - len(plain))
    assert len(b64url(longest.encode())) == 8192
    yield verify("token-8192", "V2", header=header(longest))
    yield verify("token-8194", "V2", "assertion-too-long", header=header(longest + " "))
    yield verify("token-8193-characters", "V2", "assertion-too-long", header="AgentAssertion " + "A" * 8193)


def _malformed():
    bad, good = "assertion-malformed", fields()
    plain, token = json_text(good), b64url(json_text(good).encode())
    even = b64url(json_text(fields(task_id="task-123xx")).encode())
    tokens = (
        ("padding", token + "="), ("padding-two", even + "=="), ("standard-alphabet", b64(json_text(fields(task_id="~~~???>>>\u00ff")).encode()).rstrip("=")),
        ("bang", "!" + token[1:]), ("dot", token + ".x"), ("cut", token[:-8]), ("length", token + "A" * ((1 - len(token)) % 4)),
        ("unused-bits", even[:-1] + chr(ord(even[-1]) + 1)), ("twice", b64url(token.encode())), ("non-ascii", token[:9] + "\u00e9" + token[10:]),
    )  # fmt: skip
    for name, text in tokens:
        yield verify(f"token-{name}", "V3", bad, header=f"AgentAssertion {text}")
    for name in MEMBERS:
        without = {key: value for key, value in good.items() if key != name}
        yield verify(f"missing-{name}", "V3", bad, header=header(without))
        twice = plain[:-1] + f",{json_text({name: good[name]})[1:]}"
        yield verify(f"twice-{name}", "V3", bad, header=header(twice))
        for kind, value in (("null", None), ("number", 42), ("array", [good[name]])):
            yield verify(f"{kind}-{name}", "V3", bad, header=header({**good, name: value}))
    for name, value in (("alg", "none"), ("external_task_ref", "x"), ("__proto__", {}), ("Task_id", "x"), ("", "")):
        yield verify(f"fifth-{name or 'empty'}", "V3", bad, header=header({**good, name: value}))
    texts = (
        "", "{}", "null", "42", '"x"', "[]", json_text(list(good.values())), json_text(plain), plain + plain, plain + "x", plain + "\0",
        plain + "\u00a0", plain[:-1] + ",}", "/**/" + plain, plain.replace('"', "'"), "\ufeff" + plain, plain[:-1], "[" * 1000, '{"a":' * 300,
        plain.replace("task-123", "task\\x41"), plain.replace("task-123", "task\n"), plain.replace("task_id", "Task_id"),
        plain[:-1] + ',"task\\u005fid":"other"}', plain.replace("task-123", "task\\ud800"), plain.replace("task-123", "task\\ude80\\ud83d"),
    )  # fmt: skip
    for number, text in enumerate(texts[1:]):
        yield verify(f"json-{number:02}", "V3", bad, header=header(text))
    raw = plain.encode()
    for name, wrong in (
        ("ff", b"\xff"),
        ("overlong", b"\xc0\xaf"),
        ("surrogate", b"\xed\xa0\x80"),
        ("above-10ffff", b"\xf4\x90\x80\x80"),
        ("cut", b"\xc3"),
    ):
        yield verify(f"utf8-{name}", "V3", bad, header=header(raw.replace(b"task-123", b"task" + wrong)))
    signature = c.SIGNATURE_APRIL
    encodings = (
        ("empty", ""), ("63-bytes", b64(bytes(63))), ("65-bytes", b64(bytes(65))), ("32-bytes", b64(bytes(32))), ("no-padding", signature.rstrip("=")),
        ("one-pad", signature[:-1]), ("three-pads", signature + "="), ("hex", "00" * 64), ("space", " " + signature), ("newline", signature + "\n"),
        ("url-alphabet", signature.replace("+", "-").replace("/", "_")), ("unused-bits", signature[:-3] + "x=="), ("bangs", "!" * 88),
    )  # fmt: skip
    assert signature[-3] == "w"
    for name, text in encodings:
        yield verify(f"signature-{name}", "V3", bad, header=header({**good, "signature": text}))


def _identifiers():
    for name, value in (
        ("none", ""), ("dot", "."), ("dot-dot", ".."), ("colon", "agent:1"), ("slash", "a/b"), ("question", "a?b"), ("hash", "a#b"), ("space", "a b"),
        ("newline", "a\n"), ("delete", "a\x7f"), ("non-ascii", "ag\u00e9nt"), ("257", "r" * 257),
    ):  # fmt: skip
        yield verify(f"runtime-{name}", "V4", "runtime-id-invalid", header=header(fields(runtime_id=value)))
    for name, value in (
        ("none", ""), ("space", " "), ("white-space", "\u00a0\u3000\u2028"), ("nul", "a\0b"), ("newline", "a\n"), ("escape", "\x1b[31m"), ("delete", "a\x7f"),
        ("next-line", "a\x85"), ("1025", "k" * 1025), ("1026-two-byte", "\u00e9" * 513),
    ):  # fmt: skip
        yield verify(f"task-{name}", "V4", "task-id-invalid", header=header(fields(task_id=value)))
    for name, value in (
        ("none", ""), ("fraction", "2026-04-23T00:00:00.0Z"), ("offset", "2026-04-23T00:00:00+00:00"), ("lower-z", "2026-04-23T00:00:00z"),
        ("lower-t", "2026-04-23t00:00:00Z"), ("february-30", "2026-02-30T00:00:00Z"), ("february-29", "2025-02-29T00:00:00Z"),
        ("hour-24", "2026-04-23T24:00:00Z"), ("leap-second", "2016-12-31T23:59:60Z"), ("1969", "1969-12-31T23:59:59Z"), ("0000", "0000-01-01T00:00:00Z"),
        ("10000", "10000-01-01T00:00:00Z"), ("unix", "1776902400"), ("newline", c.APRIL + "\n"), ("full-width", c.APRIL.replace("6", "\uff16", 1)),
    ):  # fmt: skip
        yield verify(f"timestamp-{name}", "V4", "timestamp-invalid", header=header(fields(timestamp=value)))
    moved = fields(
        task_id="task-123:2026-04-23T00", timestamp="00:00Z", signature=sign_bytes(SEED, f"{c.RUNTIME}:{c.TASK}:{c.APRIL}".encode())
    )
    yield verify("timestamp-part-in-task", "I6", "timestamp-invalid", header=header(moved))
    moved = fields(runtime_id="agent-123:x", task_id="y", signature=sign_bytes(SEED, f"{c.RUNTIME}:x:y:{c.APRIL}".encode()))
    yield verify("task-part-in-runtime", "I6", "runtime-id-invalid", header=header(moved))


def _signatures():
    bad = "signature-invalid"
    text = f"{c.RUNTIME}:{c.TASK}:{c.APRIL}".encode()
    good = sign_bytes(SEED, text)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    registration = sign_bytes(SEED, f"{c.RUNTIME}:{c.APRIL}".encode())
    altered = (
        ("bit-of-r", bytes([r[0] ^ 1]) + good[1:]), ("bit-of-s", good[:32] + bytes([good[32] ^ 1]) + good[33:]),
        ("zeros", bytes(64)), ("swapped", good[32:] + r),
        ("registration", registration), ("with-newline", sign_bytes(SEED, text + b"\n")), ("other-seed", sign_bytes(bytes(32), text)),
        ("minus-s", r + ((ed25519.L - s) % ed25519.L).to_bytes(32, "little")), ("ones", b"\xff" * 64),
    )  # fmt: skip
    for name, signature in altered:
        yield verify(f"altered-{name}", "V6", bad, header=header(fields(signature=signature)))
    for multiple in (1, 2, 7):
        value = s + multiple * ed25519.L
        yield verify(f"s-plus-{multiple}l", "V6", bad, header=header(fields(signature=r + value.to_bytes(32, "little"))))
    for name, changes in (
        ("runtime", {"runtime_id": "agent-124"}),
        ("task", {"task_id": "task-124"}),
        ("timestamp", {"timestamp": "2026-04-23T00:00:01Z"}),
    ):
        yield verify(f"changed-{name}", "V6", bad, header=header(fields(signature=good, **changes)))
    yield verify("swapped-ids", "V6", bad, header=header(fields(c.TASK, c.RUNTIME, signature=good)))
    yield verify(
        "nfd-for-nfc",
        "V6",
        bad,
        header=header(fields(task_id="cafe\u0301", signature=sign_bytes(SEED, f"{c.RUNTIME}:caf\u00e9:{c.APRIL}".encode()))),
    )
    yield verify("other-public-key", "V6", bad, public_key_hex=ed25519.public_key(bytes(32)).hex())


def _odd_points():
    """Signatures that one or the other verification equation takes and the strict rule refuses, and the one it must take."""
    torsion, bad = ed25519.order_eight_point(), "signature-invalid"
    scalar, public = ed25519.secret_scalar(SEED), bytes.fromhex(c.PUBLIC)
    text = f"{c.RUNTIME}:{c.TASK}:{c.APRIL}".encode()
    for multiple in (0, 1, 4):
        r = ed25519.encode(ed25519.multiply(multiple, torsion))
        s = ed25519.challenge(r, public, text) * scalar % ed25519.L
        yield verify(f"small-order-r-{multiple}", "V6", bad, header=header(fields(signature=r + s.to_bytes(32, "little"))))
    nonce = 123456789
    r = ed25519.encode(ed25519.add(ed25519.multiply(nonce, ed25519.BASE), torsion))
    s = (nonce + ed25519.challenge(r, public, text) * scalar) % ed25519.L
    yield verify("torsion-in-r", "V6", bad, header=header(fields(signature=r + s.to_bytes(32, "little"))))
    for multiple in (0, 1, 2, 4):
        key = ed25519.encode(ed25519.multiply(multiple, torsion))
        r, task_id = _forgery_for(key, multiple)
        yield verify(
            f"small-order-key-{multiple}", "V6", bad, header=header(fields(task_id=task_id, signature=r)), public_key_hex=key.hex()
        )
    mixed = ed25519.encode(ed25519.add(ed25519.multiply(scalar, ed25519.BASE), torsion))
    r = ed25519.encode(ed25519.multiply(nonce, ed25519.BASE))
    wanted = {"cofactored-only": lambda k: k % 8, "exact": lambda k: k % 8 == 0}
    for name, fits in wanted.items():
        number = next(n for n in range(999) if fits(ed25519.challenge(r, mixed, f"{c.RUNTIME}:task-{n}:{c.APRIL}".encode())))
        k = ed25519.challenge(r, mixed, f"{c.RUNTIME}:task-{number}:{c.APRIL}".encode())
        signature = r + ((nonce + k * scalar) % ed25519.L).to_bytes(32, "little")
        envelope = header(fields(task_id=f"task-{number}", signature=signature))
        yield verify(f"mixed-order-key-{name}", "V6", None if name == "exact" else bad, header=envelope, public_key_hex=mixed.hex())


def _forgery_for(key, multiple):
    """A signature made without a secret that the plain equation takes for a key of small order."""
    order = {0: 1, 1: 8, 2: 4, 4: 2}[multiple]
    r = ed25519.encode(ed25519.multiply(77, ed25519.BASE))
    number = next(n for n in range(999) if ed25519.challenge(r, key, f"{c.RUNTIME}:task-{n}:{c.APRIL}".encode()) % order == 0)
    return r + (77).to_bytes(32, "little"), f"task-{number}"


def _accounts():
    yield verify("account-equal", "V7", account_id="acct-1", expected_account_id="acct-1")
    yield verify("account-not-sent", "V7", expected_account_id="acct-1")
    for number, sent in enumerate(("acct-2", "ACCT-1", "acct-1 ", "", "acct-12")):
        yield verify(f"account-other-{number}", "V7", "account-mismatch", account_id=sent, expected_account_id="acct-1")


def _window():
    expired, early = "assertion-expired", "assertion-not-yet-valid"
    windows = (
        ("default", {}, 300, 10),
        ("narrow", {"max_age_s": 1, "ahead_s": 0}, 1, 0),
        ("wide", {"max_age_s": 900, "ahead_s": 60}, 900, 60),
    )
    for name, options, max_age, ahead in windows:
        last, first = T + 1000 * max_age, T - 1000 * ahead
        keep = {"retain_until_ms": T + 1000 * (max_age + ahead)}
        yield verify(f"window-{name}-last", "V8", ok=keep, now_ms=last, **options)
        yield verify(f"window-{name}-past-last", "V8", expired, now_ms=last + 1, **options)
        yield verify(f"window-{name}-first", "V9", ok=keep, now_ms=first, **options)
        yield verify(f"window-{name}-before-first", "V9", early, now_ms=first - 1, **options)
    yield verify("window-same-instant", "V8", now_ms=T, max_age_s=1, ahead_s=0)
    yield verify("window-year-late", "V8", expired, now_ms=T + 31_536_000_000)
    yield verify("window-year-early", "V9", early, now_ms=T - 31_536_000_000)
    yield verify("window-year-9999", "V9", early, header=header(fields(timestamp="9999-12-31T23:59:59Z")))
    yield verify("window-year-1970", "V8", expired, header=header(fields(timestamp="1970-01-01T00:00:00Z")))
    for name, options in (("max-age-0", {"max_age_s": 0}), ("max-age-901", {"max_age_s": 901}), ("ahead-61", {"ahead_s": 61})):
        yield verify(f"window-refuse-{name}", "V8", "config-invalid", **options)


def _order():
    """Two faults at once: the earlier check decides."""
    wrong, late = bytes(64), {"now_ms": T + 301_000}
    other = {"account_id": "b", "expected_account_id": "a"}
    pairs = (
        ("scheme-before-size", "assertion-missing", {"header": "Bearer " + "A" * 9000}),
        ("size-before-form", "assertion-too-long", {"header": "AgentAssertion " + "!" * 8193}),
        ("form-before-identifiers", "assertion-malformed", {"header": header({**fields(runtime_id=""), "more": 1})}),
        ("signature-form-before-identifiers", "assertion-malformed", {"header": header(fields(runtime_id="", signature="x"))}),
        ("runtime-before-task", "runtime-id-invalid", {"header": header(fields(runtime_id="", task_id="", timestamp=""))}),
        ("task-before-timestamp", "task-id-invalid", {"header": header(fields(task_id="", timestamp=""))}),
        ("timestamp-before-signature", "timestamp-invalid", {"header": header(fields(timestamp="", signature=wrong))}),
        ("identifiers-before-account", "task-id-invalid", {"header": header(fields(task_id="")), **other}),
        ("signature-before-account", "signature-invalid", {"header": header(fields(signature=wrong)), **other}),
        ("signature-before-expiry", "signature-invalid", {"header": header(fields(signature=wrong)), **late}),
        ("signature-before-future", "signature-invalid", {"header": header(fields(signature=wrong)), "now_ms": 0}),
        ("account-before-expiry", "account-mismatch", {**other, **late}),
        ("account-before-future", "account-mismatch", {**other, "now_ms": T - 11_000}),
    )
    for name, code, changes in pairs:
        yield verify(f"order-{name}", "V", code, **changes)
