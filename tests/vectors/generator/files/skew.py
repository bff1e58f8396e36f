"""skew.json: clock skew measurement (D3, D4)."""

from .case import Stream, case

T = 1776902400000
DAY_MS = 24 * 3600 * 1000


def cases():
    yield from _examples()
    yield from _dates()
    yield from _bounds()
    yield from _drawn()


def measure(name, rule, date, sent_ms=T, received_ms=T, code=None, ok=None, **more):
    question = {"sent_ms": sent_ms, "received_ms": received_ms} | ({} if date is None else {"date": date}) | more
    return case(name, rule, "skew.measure", question, code, ok)


def april(day, clock):
    name = {22: "Wed", 23: "Thu", 24: "Fri"}[day]
    return f"{name}, {day} Apr 2026 {clock} GMT"


def _examples():
    none = {"skew_ms": None, "used": False}
    yield measure("example-1", "D3", april(23, "00:05:00"), T, T + 400, ok={"skew_ms": 299800, "used": True})
    yield measure("example-2", "D3", april(23, "00:05:00"), T, T + 400, ok=none, age="0")
    yield measure("example-3", "D4", april(23, "00:04:00"), T, T, ok={"skew_ms": 240000, "used": True})
    yield measure("example-4", "D4", april(23, "00:03:00"), T, T + 400, ok={"skew_ms": 179800, "used": False})
    yield measure("example-4-named", "D4", april(23, "00:03:00"), T, T + 400, ok={"skew_ms": 179800, "used": True}, threshold_s=5)
    yield measure("example-5", "D3", april(22, "23:54:00"), T, T + 400, ok={"skew_ms": -360200, "used": True})
    yield measure("example-6", "D3", april(23, "00:15:00"), T, T + 900001, ok=none)


def _dates():
    none = {"skew_ms": None, "used": False}
    yield measure("date-absent", "D3", None, ok=none)
    for number, date in enumerate((
        "", "Thursday, 23-Apr-26 00:05:00 GMT", "Thu Apr 23 00:05:00 2026", "2026-04-23T00:05:00Z", "Thu, 23 Apr 2026 00:05:00",
        "Thu, 23 Apr 2026 00:05:00 +0000", "Thu, 23 Apr 2026 00:05:00 UTC", "23 Apr 2026 00:05:00 GMT", "Thu, 3 Apr 2026 00:05:00 GMT",
        "Thu, 23 Apr 26 00:05:00 GMT", "Thu, 31 Apr 2026 00:05:00 GMT", "Thu, 23 Xyz 2026 00:05:00 GMT", "Thu, 23 Apr 2026 24:00:00 GMT",
        "Thu, 23 Apr 2026 00:60:00 GMT", "Thu, 23 Apr 2026 0:05:00 GMT", "Thu,23 Apr 2026 00:05:00 GMT", "Thu, 23 Apr 2026 00:05 GMT",
        "Thu, 23 Apr 2026 00:05:00 GMT, x", "1776902700", "Thu, 29 Feb 2026 00:05:00 GMT",
    )):  # fmt: skip
        yield measure(f"date-other-form-{number:02}", "D3", date, ok=none)
    for age in ("0", "1", "3600", "", "x"):
        yield measure(f"age-{age or 'none'}", "D3", april(23, "00:05:00"), ok=none, age=age)


def _bounds():
    yield measure("midpoint-even", "D3", april(23, "00:00:00"), T, T + 4, ok={"skew_ms": -2})
    yield measure("midpoint-odd", "D3", april(23, "00:00:00"), T, T + 5, ok={"skew_ms": -2})
    yield measure("midpoint-odd-sent", "D3", april(23, "00:00:00"), T + 1, T + 2, ok={"skew_ms": -1})
    yield measure("round-trip-900000", "D3", april(23, "00:15:00"), T, T + 900_000, ok={"skew_ms": 450_000, "used": True})
    yield measure("day-ahead", "D3", april(24, "00:00:00"), ok={"skew_ms": DAY_MS, "used": True})
    yield measure("day-behind", "D3", april(22, "00:00:00"), ok={"skew_ms": -DAY_MS, "used": True})
    yield measure("past-day-ahead", "D3", april(24, "00:00:00"), T - 1, T - 1, "skew-out-of-range")
    yield measure("past-day-behind", "D3", april(22, "00:00:00"), T + 1, T + 1, "skew-out-of-range")
    yield measure("year-ahead", "D3", "Fri, 23 Apr 2027 00:00:00 GMT", code="skew-out-of-range")
    for side, clock, day in (("ahead", "00:04:00", 23), ("behind", "23:56:00", 22)):
        sign = 1 if side == "ahead" else -1
        yield measure(f"threshold-{side}", "D4", april(day, clock), ok={"used": True})
        yield measure(f"threshold-{side}-not-reached", "D4", april(day, clock), T + sign, T + sign, ok={"used": False})
        yield measure(f"offset-{side}-equal", "D4", april(day, clock), ok={"used": False}, offset_ms=sign * 240_000)
        yield measure(f"offset-{side}-opposite", "D4", april(23, "00:00:00"), ok={"used": True}, offset_ms=sign * 240_000)
        yield measure(f"offset-{side}-1-ms", "D4", april(day, clock), ok={"used": False}, offset_ms=sign)
    yield measure("threshold-5", "D4", april(23, "00:00:05"), ok={"used": True}, threshold_s=5)
    yield measure(
        "threshold-5-not-reached", "D4", april(23, "00:00:05"), T + 1, T + 1, ok={"skew_ms": 4999, "used": False}, threshold_s=5
    )
    for threshold in (0, 4, 241, 3600):
        yield measure(f"threshold-refuse-{threshold}", "D4", april(23, "00:05:00"), code="config-invalid", threshold_s=threshold)


def _drawn():
    stream = Stream("skew.json")
    for number in range(60):
        sent = T + stream.between(-300_000, 300_000)
        seconds = stream.between(0, 3599)
        date = april(23, f"00:{seconds // 60:02}:{seconds % 60:02}")
        more = {"offset_ms": stream.between(-600_000, 600_000), "threshold_s": stream.between(5, 240)}
        yield measure(f"drawn-{number:02}", "D3", date, sent, sent + stream.below(5000), **more)
