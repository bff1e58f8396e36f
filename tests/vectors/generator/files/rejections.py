"""rejections.json: classes of rejected requests (H1–H6, D4)."""

from ..reference import rejections
from ..reference.encoding import json_text
from .case import case

T = 1776902400000
FIVE_MINUTES_AHEAD = ["Date", "Thu, 23 Apr 2026 00:05:00 GMT"]


def cases():
    yield from _statuses()
    yield from _listed_codes()
    yield from _body_shapes()
    yield from _skew()


def classify(name, rule, status, body="", headers=(), code=None, ok=None, **more):
    text = body if isinstance(body, str) else json_text(body)
    question = {"status": status, "headers": list(headers), "body": text, **more}
    return case(name, rule, "rejection.classify", question, code, ok)


def _statuses():
    network = {"class": "network", "code": "server-unavailable"}
    for status in (408, 429, 500, 501, 502, 503, 504, 529, 599):
        yield classify(f"status-{status}", "H1", status, ok=network)
        yield classify(f"status-{status}-with-code", "H1", status, {"error": {"code": "task-unknown"}}, ok=network)
    for status in (200, 201, 204, 400, 402, 404, 405, 407, 409, 410, 422, 428, 430, 451, 499):
        none = {"class": "none", "code": None}
        yield classify(f"status-{status}", "H6", status, ok=none)
        yield classify(f"status-{status}-with-code", "H6", status, {"error": {"code": "signature-invalid"}}, ok=none)
    for status in (401, 403):
        yield classify(f"status-{status}", "H6", status, ok={"class": "unknown", "code": "rejected-unknown"})


def _listed_codes():
    for rule, name, codes in (("H2", "clock", rejections.CLOCK), ("H3", "task", rejections.TASK), ("H4", "key", rejections.KEY)):
        ok = {"class": name, "code": f"rejected-{name}"}
        for listed in codes:
            yield classify(f"401-{listed}", rule, 401, {"error": {"code": listed}}, ok=ok)
            yield classify(f"403-{listed}", rule, 403, {"error": {"code": listed}}, ok=ok)
            yield classify(f"spelt-{listed}", rule, 401, {"code": listed.replace("-", "_").upper()}, ok=ok)
            yield classify(f"text-{listed}", rule, 401, {"error": listed.title()}, ok=ok)
    for other in ("token-expired", "invalid_api_key", "task", "task-unknown ", "task--unknown", "task unknown", "unauthorized", ""):
        yield classify(f"not-listed-{other or 'none'}", "H6", 401, {"error": {"code": other}}, ok={"class": "unknown"})


def _body_shapes():
    task, key, unknown = {"class": "task"}, {"class": "key"}, {"class": "unknown"}
    shapes = (
        ("error-code-before-code", {"code": "key-revoked", "error": {"code": "task-unknown"}}, task),
        ("code-before-error", {"error": "key-revoked", "code": "task-unknown"}, task),
        ("code-beside-error-object", {"error": {"message": "x"}, "code": "key-revoked"}, key),
        ("error-code-number", {"error": {"code": 5}, "code": "key-revoked"}, key),
        ("error-code-null", {"error": {"code": None}, "code": "task-unknown"}, task),
        ("code-null-error-text", {"code": None, "error": "task-unknown"}, task),
        ("code-number-error-text", {"code": 401, "error": "task-unknown"}, task),
        ("first-string-decides", {"error": {"code": "x"}, "code": "task-unknown"}, unknown),
        ("more-members", {"request_id": "r", "error": {"type": "auth", "code": "task_ended", "param": None}}, task),
        ("white-space", '\n { "code" : "task_ended" } ', task), ("escapes", '{"c\\u006fde":"task\\u002dended"}', task),
        ("not-in-detail", {"detail": {"code": "task-unknown"}}, unknown), ("not-in-message", {"error": {"message": "task-unknown"}}, unknown),
        ("array", [{"code": "task-unknown"}], unknown), ("text", "task-unknown", unknown), ("json-text", '"task-unknown"', unknown),
        ("html", "<html>task-unknown</html>", unknown), ("cut", '{"code":"task-unknown"', unknown), ("null", "null", unknown),
        ("trailing", '{"code":"task-unknown"}x', unknown), ("names-are-case-sensitive", {"Code": "task-unknown"}, unknown),
    )  # fmt: skip
    for name, body, ok in shapes:
        yield classify(f"body-{name}", "H3", 401, body, ok=ok)


def _skew():
    times = {"sent_ms": T, "received_ms": T + 400}
    clock, unknown, key = {"class": "clock", "code": "rejected-clock"}, {"class": "unknown"}, {"class": "key"}
    far = [FIVE_MINUTES_AHEAD]
    yield classify("skew-far", "H5", 401, "", far, ok=clock, **times)
    yield classify("skew-far-403", "H5", 403, "", far, ok=clock, **times)
    yield classify("skew-header-case", "H5", 401, "", [["date", far[0][1]]], ok=clock, **times)
    yield classify("skew-far-body-code-not-listed", "H5", 401, {"code": "unauthorized"}, far, ok=clock, **times)
    yield classify("skew-far-task-code", "H3", 401, {"code": "task-unknown"}, far, ok={"class": "task"}, **times)
    yield classify("skew-far-key-code", "H4", 401, {"code": "agent-unknown"}, far, ok=key, **times)
    yield classify("skew-far-network", "H1", 503, "", far, ok={"class": "network"}, **times)
    yield classify("skew-far-other-status", "H6", 404, "", far, ok={"class": "none"}, **times)
    yield classify(
        "skew-near-clock-code", "H2", 401, {"code": "clock_skew"}, [["Date", "Thu, 23 Apr 2026 00:00:00 GMT"]], ok=clock, **times
    )
    yield classify("skew-no-date", "H6", 401, "", (), ok=unknown, **times)
    yield classify("skew-age", "H6", 401, "", [*far, ["Age", "0"]], ok=unknown, **times)
    yield classify("skew-no-times", "H6", 401, "", far, ok=unknown)
    yield classify("skew-already-corrected", "H6", 401, "", far, ok=unknown, offset_ms=299_800, **times)
    yield classify("skew-threshold-5", "H5", 401, "", [["Date", "Thu, 23 Apr 2026 00:00:06 GMT"]], ok=clock, threshold_s=5, **times)
    yield classify("skew-below-240", "H6", 401, "", [["Date", "Thu, 23 Apr 2026 00:03:00 GMT"]], ok=unknown, **times)
    same = {"sent_ms": T, "received_ms": T}
    yield classify("skew-at-240", "H5", 401, "", [["Date", "Thu, 23 Apr 2026 00:04:00 GMT"]], ok=clock, **same)
    yield classify(
        "skew-1-ms-below-240", "H6", 401, "", [["Date", "Thu, 23 Apr 2026 00:04:00 GMT"]], ok=unknown, offset_ms=1, **same
    )
