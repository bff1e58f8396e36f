"""External task references (section 6)."""

import re
import unicodedata

from . import urls
from .identifiers import WHITE_SPACE
from .refusal import Refused, refuse_unless

NONCHARACTERS = frozenset([*range(0xFDD0, 0xFDF0), *(p * 0x10000 + low for p in range(17) for low in (0xFFFE, 0xFFFF))])
CERTAINLY_UNASSIGNED = NONCHARACTERS | {0x0378}


def _points(*ranges):
    return frozenset(point for first, last in ranges for point in range(first, last + 1))


CONTROL = _points((0x00, 0x1F), (0x7F, 0x9F), (0x2028, 0x2029))
BIDI = _points((0x61C, 0x61C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069))
INVISIBLE = _points(
    (0xAD, 0xAD), (0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200D),
    (0x2060, 0x2065), (0x206A, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip


def normalize(kind, value=None):
    """The normal form, or `None` for no reference."""
    refuse_unless(kind in ("thread", "opaque", "url", "run", "background"), "ref-kind-unknown")
    if value is None:
        refuse_unless(kind in ("run", "background"), "ref-missing")
        return None
    text = _text(value)
    if kind == "thread":
        return _uuid(text)
    if kind == "url":
        return urls.normalize(text)
    refuse_unless(len(text.encode()) <= 256, "ref-too-long")
    return text


def _text(value):
    """X1–X7."""
    refuse_unless(len(value.encode()) <= 4096, "ref-too-long")
    trimmed = value.strip("".join(map(chr, WHITE_SPACE)))
    refuse_unless(trimmed, "ref-empty")
    for point in map(ord, trimmed):
        for forbidden, code in ((CONTROL, "ref-control"), (BIDI, "ref-bidi"), (INVISIBLE, "ref-invisible")):
            refuse_unless(point not in forbidden, code)
        if point in CERTAINLY_UNASSIGNED:
            raise Refused("ref-unassigned")
        assert unicodedata.category(chr(point)) != "Cn", f"U+{point:04X} has no certain status"
    return unicodedata.normalize("NFC", trimmed)


def _uuid(text):
    """X9, X10."""
    lower = text.lower() if text.isascii() else ""
    grouped = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    match = re.fullmatch(rf"({grouped})|\{{({grouped})\}}|urn:uuid:({grouped})|([0-9a-f]{{32}})", lower)
    refuse_unless(match, "ref-uuid-invalid")
    digits = next(group for group in match.groups() if group).replace("-", "")
    refuse_unless(digits not in ("0" * 32, "f" * 32), "ref-uuid-reserved")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
