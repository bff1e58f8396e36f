"""Strict base64, base64url and JSON (section 0)."""

import base64
import json
import re

from .refusal import Refused

WHITE_SPACE = " \t\r\n"


def b64(raw):
    return base64.b64encode(raw).decode()


def b64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def b64_decode(text, code):
    """Standard alphabet, padding required, unused bits zero."""
    if not re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text):
        raise Refused(code)
    raw = base64.b64decode(text)
    if b64(raw) != text:
        raise Refused(code)
    return raw


def b64url_decode(text, code):
    """URL alphabet, no padding, unused bits zero."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Refused(code)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url(raw) != text:
        raise Refused(code)
    return raw


def json_text(value):
    """Compact JSON as written on the wire: members in the order given, raw UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Members:
    """A JSON object as it was read: its members as pairs, duplicates included."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __iter__(self):
        return iter(self.pairs)

    def get(self, name):
        return next((value for key, value in self.pairs if key == name), None)

    def count(self, name):
        return sum(key == name for key, _ in self.pairs)


def json_read(text, code):
    """Parses strict JSON; objects come back as `Members`."""
    try:
        value = json.loads(text, object_pairs_hook=Members, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False, default=list).encode()  # no half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise Refused(code) from error
    return value


def _no_constant(name):
    raise ValueError(name)


def json_object(text, code):
    """Parses a JSON object."""
    value = json_read(text, code)
    if not isinstance(value, Members):
        raise Refused(code)
    return value


def member(members, name, kind, code, optional=False):
    """One known member of the right type, present once; `None` for an absent or null optional one."""
    if members.count(name) > 1:
        raise Refused(code)
    value = members.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Refused(code)
    return value
