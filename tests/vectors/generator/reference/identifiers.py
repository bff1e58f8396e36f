"""Identifiers, timestamps and path segments (section 3)."""

import datetime
import re

from .refusal import Refused, refuse_unless

WHITE_SPACE = frozenset(
    [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
)
EPOCH = datetime.datetime(1970, 1, 1)


def check_runtime_id(text):
    """I1."""
    raw = text.encode()
    good = 1 <= len(raw) <= 256 and all(0x21 <= b <= 0x7E for b in raw) and not set(text) & set(":/?#")
    refuse_unless(good and text not in (".", ".."), "runtime-id-invalid")


def check_task_id(text):
    """I2."""
    controls = any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in text)
    blank = all(ord(c) in WHITE_SPACE for c in text)
    refuse_unless(1 <= len(text.encode()) <= 1024 and not controls and not blank, "task-id-invalid")


def unix_seconds(timestamp):
    """I3 on reading: whole Unix seconds of the 20-byte form."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", timestamp, re.ASCII):
        raise Refused("timestamp-invalid")
    try:
        moment = datetime.datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError as error:
        raise Refused("timestamp-invalid") from error
    refuse_unless(moment.year >= 1970 and timestamp[17:19] <= "59", "timestamp-invalid")
    return int((moment - EPOCH) / datetime.timedelta(seconds=1))


def timestamp_of(now_ms):
    """I3 on writing: the fraction of a second is cut off."""
    seconds = now_ms // 1000
    refuse_unless(0 <= seconds <= 253402300799, "clock-out-of-range")
    return (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def path_segment(runtime_id):
    """I5."""
    return re.sub(r"[^A-Za-z0-9._~-]", lambda m: f"%{ord(m.group()):02X}", runtime_id)


def wanted_timestamp(question):
    """The timestamp of a question, given as such, as `now_ms` or as `now` (RFC 3339, up to milliseconds)."""
    if "timestamp" in question:
        return question["timestamp"]
    if "now_ms" in question:
        return timestamp_of(question["now_ms"])
    whole = question["now"].rstrip("Z").partition(".")[0]
    return timestamp_of(unix_seconds(whole + "Z") * 1000)
