"""Rejected requests and clock skew (section 10)."""

import datetime
import re

from .encoding import Members, json_read
from .refusal import Refused, refuse_unless

CLOCK = (
    "assertion-expired", "assertion-not-yet-valid", "timestamp-invalid", "timestamp-expired", "timestamp-in-future",
    "clock-skew",
)  # fmt: skip
TASK = (
    "task-unknown", "task-ended", "task-id-invalid", "task-not-found", "task-expired", "task-invalid", "invalid-task",
    "unknown-task",
)  # fmt: skip
KEY = (
    "signature-invalid", "invalid-signature", "agent-unknown", "unknown-agent", "agent-not-found", "agent-revoked",
    "key-revoked", "key-mismatch", "account-mismatch",
)  # fmt: skip
DAY_MS = 24 * 3600 * 1000


def skew(sent_ms, received_ms, date=None, age=None):
    """D3: the measured skew, `None` where there is no measurement."""
    seconds = _imf_fixdate(date)
    if seconds is None or age is not None or received_ms - sent_ms > 900_000:
        return None
    measured = 1000 * seconds - (sent_ms + received_ms) // 2
    refuse_unless(abs(measured) <= DAY_MS, "skew-out-of-range")
    return measured


def measure(question):
    """D3 and D4."""
    threshold = question.get("threshold_s", 240)
    refuse_unless(5 <= threshold <= 240, "config-invalid")
    measured = skew(question["sent_ms"], question["received_ms"], question.get("date"), question.get("age"))
    residual = None if measured is None else measured - question.get("offset_ms", 0)
    return {"skew_ms": measured, "used": residual is not None and abs(residual) >= 1000 * threshold}


def _imf_fixdate(text):
    if text is None or not re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", text, re.ASCII):
        return None
    try:
        moment = datetime.datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except ValueError:
        return None
    return int((moment - datetime.datetime(1970, 1, 1)).total_seconds())


def body_code(body):
    """The first string of `error.code`, `code`, `error`."""
    try:
        value = json_read(body, "none")
    except Refused:
        return None
    if not isinstance(value, Members):
        return None
    error = value.get("error")
    nested = error.get("code") if isinstance(error, Members) else None
    found = next((text for text in (nested, value.get("code"), error) if isinstance(text, str)), None)
    return found.lower().replace("_", "-") if found is not None else None


def classify(question):
    """H1–H6."""
    status, code = question["status"], body_code(question["body"])
    if status in (408, 429) or 500 <= status <= 599:
        return {"class": "network", "code": "server-unavailable"}
    if status not in (401, 403):
        return {"class": "none", "code": None}
    for listed, name in ((CLOCK, "clock"), (TASK, "task"), (KEY, "key")):
        if code in listed:
            return {"class": name, "code": f"rejected-{name}"}
    if "sent_ms" in question:
        headers = {name.lower(): value for name, value in question["headers"]}
        if measure({**question, "date": headers.get("date"), "age": headers.get("age")})["used"]:
            return {"class": "clock", "code": "rejected-clock"}
    return {"class": "unknown", "code": "rejected-unknown"}
