"""replay.json: modes, caps, retention and the mark (V8, V11, V12)."""

import hashlib

from ..reference.assertions import replay_key
from ..reference.identifiers import timestamp_of
from . import constants as c
from .case import Stream, case

START_MS = c.APRIL_MS
ACCEPTED, REPLAYED, FULL, EXPIRED = "accepted", "assertion-replayed", "replay-store-unavailable", "assertion-expired"


def cases():
    yield from _caps()
    yield from _keys()
    yield from _retention()
    yield from _clock_back()
    yield from _full()
    yield from _drawn()


def key(name):
    return hashlib.sha256(f"replay.json/{name}".encode()).hexdigest()


def event(at_ms, name, second):
    """An event `at_ms` after the start, with a timestamp `second` after it. A name of 64 hex digits is the key itself."""
    digest = name if len(name) == 64 else key(name)
    return {"now_ms": START_MS + at_ms, "replay_key_hex": digest, "timestamp": timestamp_of(START_MS + 1000 * second)}


def run(name, rule, events, verdicts=None, after=None, code=None, mode="cap", cap=32, max_age_s=300, ahead_s=10, capacity=100):
    question = {"mode": mode, "cap": cap, "max_age_s": max_age_s, "ahead_s": ahead_s, "capacity": capacity, "events": events}
    ok = None if verdicts is None else {"verdicts": verdicts, "entries_after": after}
    return case(name, rule, "replay.run", question, code, ok)


def _caps():
    for cap in (1, 2, 3, 32):
        events = [event(n, "a", 0) for n in range(cap + 1)]
        yield run(f"cap-{cap}", "V11", events, [ACCEPTED] * cap + [REPLAYED], 1, cap=cap)
    yield run("cap-10000", "V11", [event(0, "a", 0)] * 2, [ACCEPTED] * 2, 1, cap=10_000)
    for cap in (0, 10_001):
        yield run(f"cap-refuse-{cap}", "V11", [event(0, "a", 0)], code="config-invalid", cap=cap)
    yield run(
        "strict",
        "V11",
        [event(0, "a", 0), event(1, "a", 0), event(2, "b", 0)],
        [ACCEPTED, REPLAYED, ACCEPTED],
        2,
        mode="strict",
        cap=1,
    )
    yield run("off", "V11", [event(n, "a", 0) for n in range(40)], [ACCEPTED] * 40, 0, mode="off")
    yield run(
        "replayed-stays-replayed",
        "V11",
        [event(0, "a", 0)] + [event(n * 1000, "a", 0) for n in range(5)],
        [ACCEPTED] + [REPLAYED] * 5,
        1,
        cap=1,
    )
    yield run(
        "cap-is-per-key",
        "V11",
        [event(0, "a", 0), event(0, "b", 0), event(0, "a", 0), event(0, "b", 0)],
        [ACCEPTED, ACCEPTED, REPLAYED, REPLAYED],
        2,
        cap=1,
    )
    yield run("no-events", "V11", [], [], 0)
    for name, options in (("max-age-0", {"max_age_s": 0}), ("max-age-901", {"max_age_s": 901}), ("ahead-61", {"ahead_s": 61})):
        yield run(f"window-refuse-{name}", "V8", [event(0, "a", 0)], code="config-invalid", **options)


def _keys():
    """The replay keys of section 4.1: assertion and registration of one second never meet."""
    public = bytes.fromhex(c.PUBLIC)
    assert replay_key(public, f"{c.RUNTIME}:{c.TASK}:{c.APRIL}") == c.REPLAY_ASSERTION_APRIL
    assert replay_key(public, f"{c.RUNTIME}:{c.JANUARY}") == c.REPLAY_REGISTRATION_JANUARY
    events = [event(0, c.REPLAY_ASSERTION_APRIL, 0), event(0, c.REPLAY_REGISTRATION_APRIL, 0)] * 2
    yield run("constant-keys", "V11", events, [ACCEPTED, ACCEPTED, REPLAYED, REPLAYED], 2, cap=1)


def _retention():
    """An entry lives while now_ms <= 1000 * (T + max_age + ahead); a store of one entry shows when it has gone."""
    for name, max_age, ahead in (("default", 300, 10), ("narrow", 1, 0), ("wide", 900, 60)):
        kept_ms = 1000 * (max_age + ahead)
        options = {"max_age_s": max_age, "ahead_s": ahead, "capacity": 1}
        late = kept_ms // 1000
        yield run(f"kept-{name}-last-instant", "V12", [event(0, "a", 0), event(kept_ms, "b", late)], [ACCEPTED, FULL], 1, **options)
        yield run(
            f"kept-{name}-removed-after",
            "V12",
            [event(0, "a", 0), event(kept_ms + 1, "b", late)],
            [ACCEPTED, ACCEPTED],
            1,
            **options,
        )
    yield run(
        "kept-future-timestamp",
        "V12",
        [event(0, "a", 10), event(310_001, "b", 310), event(320_000, "c", 320)],
        [ACCEPTED, FULL, FULL],
        1,
        capacity=1,
    )
    yield run(
        "kept-future-timestamp-removed", "V12", [event(0, "a", 10), event(320_001, "b", 320)], [ACCEPTED, ACCEPTED], 1, capacity=1
    )
    events = [event(n * 1000, f"k{n}", n) for n in range(10)] + [event(314_001, "last", 314)]
    yield run("oldest-removed-first", "V12", events, [ACCEPTED] * 11, 6)


def _clock_back():
    """The mark: what was removed stays expired when the clock steps back."""
    later = event(311_000, "b", 311)
    yield run("back-same-key", "V12", [event(0, "a", 0), later, event(5_000, "a", 0)], [ACCEPTED, ACCEPTED, EXPIRED], 1)
    yield run("back-other-key-at-mark", "V12", [event(0, "a", 0), later, event(5_000, "c", 0)], [ACCEPTED, ACCEPTED, EXPIRED], 1)
    yield run("back-below-mark", "V12", [event(0, "a", 0), later, event(5_000, "c", -1)], [ACCEPTED, ACCEPTED, EXPIRED], 1)
    yield run("back-above-mark", "V12", [event(0, "a", 0), later, event(5_000, "c", 1)], [ACCEPTED, ACCEPTED, ACCEPTED], 2)
    yield run(
        "back-kept-entry",
        "V12",
        [event(0, "a", 0), event(310_000, "b", 310), event(5_000, "a", 0)],
        [ACCEPTED, ACCEPTED, REPLAYED],
        2,
        cap=1,
    )
    yield run(
        "mark-is-the-greatest",
        "V12",
        [
            event(0, "a", 3),
            event(0, "b", 1),
            event(320_000, "c", 320),
            event(5_000, "d", 2),
            event(5_000, "e", 3),
            event(5_000, "f", 4),
        ],
        [ACCEPTED] * 3 + [EXPIRED, EXPIRED, ACCEPTED],
        2,
    )
    yield run(
        "mark-before-full",
        "V12",
        [event(0, "a", 0), later, event(5_000, "c", 0), event(5_000, "d", 1)],
        [ACCEPTED, ACCEPTED, EXPIRED, FULL],
        1,
        capacity=1,
    )
    yield run(
        "mark-strict",
        "V12",
        [event(0, "a", 0), later, event(5_000, "a", 0)],
        [ACCEPTED, ACCEPTED, EXPIRED],
        1,
        mode="strict",
        cap=1,
    )
    yield run("back-off-mode", "V12", [event(0, "a", 0), later, event(5_000, "a", 0)], [ACCEPTED] * 3, 0, mode="off")


def _full():
    yield run("full", "V12", [event(0, "a", 0), event(0, "b", 0), event(0, "c", 0)], [ACCEPTED, ACCEPTED, FULL], 2, capacity=2)
    yield run(
        "full-known-key", "V12", [event(0, "a", 0), event(0, "b", 0), event(0, "a", 0)], [ACCEPTED, FULL, ACCEPTED], 1, capacity=1
    )
    yield run(
        "full-known-key-at-cap",
        "V12",
        [event(0, "a", 0), event(0, "a", 0), event(0, "b", 0)],
        [ACCEPTED, REPLAYED, FULL],
        1,
        capacity=1,
        cap=1,
    )
    yield run(
        "full-frees-one",
        "V12",
        [event(0, "a", 0), event(1_000, "b", 1), event(310_001, "c", 310), event(310_001, "d", 310)],
        [ACCEPTED, ACCEPTED, ACCEPTED, FULL],
        2,
        capacity=2,
    )
    yield run(
        "full-strict",
        "V12",
        [event(0, "a", 0), event(0, "b", 0), event(0, "a", 0)],
        [ACCEPTED, FULL, REPLAYED],
        1,
        capacity=1,
        mode="strict",
        cap=1,
    )
    yield run("full-off", "V12", [event(0, "a", 0), event(0, "b", 0)], [ACCEPTED, ACCEPTED], 0, capacity=1, mode="off")


def _drawn():
    """Random walks of the clock, every timestamp inside the window of its instant."""
    stream = Stream("replay.json")
    for number in range(8):
        at, events = 400_000, []
        for _ in range(25):
            at = max(0, at + stream.choice((0, 1, 999, 1000, 5_000, 20_000, 160_000, -1_000, -30_000, -100_000)))
            second = stream.between(-(-(at - 30_000) // 1000), (at + 5_000) // 1000)
            events.append(event(at, f"{number}/{second}/{stream.below(2)}", second))
        yield run(f"walk-{number:02}", "V12", events, cap=1 + number % 3, max_age_s=30, ahead_s=5, capacity=(3, 100)[number % 2])
