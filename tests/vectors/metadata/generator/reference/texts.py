"""Texts: JSON in ASCII, header values, UUIDs, characters made whole."""

import re

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Refused(Exception):
    """The operation answers with this error code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def whole(value):
    """U+FFFD for each lone surrogate, in keys and values (0-2)."""
    if isinstance(value, str):
        # Python may hold a pair as two halves: joined first.
        joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return joined
    if isinstance(value, dict):
        return {whole(name): whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [whole(inner) for inner in value]
    return value


def quoted(text):
    """A JSON string as the canonical string has it (1-8, 1-9)."""
    out = []
    for character in text:
        code = ord(character)
        if character in SHORT:
            out.append(SHORT[character])
        elif 0x20 <= code < 0x80:
            out.append(character)
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            code -= 0x10000
            out.append(f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}")
    return '"' + "".join(out) + '"'


def canonical(value):
    """Compact JSON text in the order of the members (1-6)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    return "{" + ",".join(quoted(name) + ":" + canonical(inner) for name, inner in value.items()) + "}"


def sorted_map(pairs):
    """A map in ascending byte order of its keys."""
    return dict(sorted(pairs.items(), key=lambda pair: pair[0].encode()))


def header_fault(value):
    """Why a text is no legal header value (0-3), or None."""
    if value == "":
        return "empty"
    legal = all(c == "\t" or " " <= c <= "~" for c in value) and value.strip(" \t") == value
    return None if legal else "illegal"


def is_blank(text):
    return text is None or text.strip() == ""


HYPHENATED = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
UUID_FORMS = re.compile(rf"{HYPHENATED}|[0-9a-fA-F]{{32}}|\{{(?:{HYPHENATED}|[0-9a-fA-F]{{32}})\}}|urn:uuid:{HYPHENATED}")


def uuid(text):
    """The canonical form of a UUID (0-6), or None."""
    if not UUID_FORMS.fullmatch(text):
        return None
    return hyphens(re.sub("[^0-9a-f]", "", text.removeprefix("urn:uuid:").lower()))


def hyphens(digits):
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def uuid_v7(now_ms, random):
    """A UUID of version 7 with these ten random bytes."""
    raw = bytearray(now_ms.to_bytes(6, "big") + random)
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return hyphens(raw.hex())


def uuid_v4(random):
    raw = bytearray(random)
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    return hyphens(raw.hex())


class Random:
    """The random source of a question: its bytes in order, then a failure."""

    def __init__(self, digits):
        self.rest = bytes.fromhex(digits or "")

    def take(self, size):
        if len(self.rest) < size:
            raise Refused("random-failed")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken
