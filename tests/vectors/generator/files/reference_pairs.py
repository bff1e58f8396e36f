"""Drawn references of each kind for the idempotence pairs of X16: every input, then its normal form as an input."""

from .case import Stream, case

# Code points whose status and normal form no later Unicode version changes.
OPAQUE = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/#@ ",
    "aeioucnsAEIOU\u0300\u0301\u0302\u0303\u0308\u030a\u0323\u0327\u0328\u0331",
    "\u1100\u1102\u1112\u1161\u1163\u1175\u11a8\u11ab\u11c2\uac00\ud7a3",
    "\u0391\u03b1\u03c9\u0301\u0313\u0342\u0345\u1f00\u1fa7\u1ff4\u0387\u037e",
    "\u0915\u0958\u093c\u0928\u0929\u094d\u09a1\u09dc\u0a32\u0a33",
    "\u212b\u2126\u212a\u00c5\u03a9\u2000\u2001\u2329\u232a\u1fef\u2adc",
    "\uf900\uf907\ufa0c\ufa10\u8c48\u66f4\U0002f800\U0002f81a",
    "\u0627\u0653\u0654\u0655\u0648\u064a\u0622\u06c1\u0621\u0640",
    "\u05d0\u05b7\u05b8\ufb2e\ufb2f\u05e9\u05c1\u05bc\ufb2c",
    "\U0001d15e\U0001d160\U0001d1bb\U0001f680\U0001f469\U0001f3fd\U00011099\U0001109a\U000110ba",
    "\ue000\uf8ff\U000f0000\U0010fffd\u0430\u043a\u0418\u0306\u0439",
    "\u304b\u3099\u304c\u30cf\u309a\u30d1\u3071\u0b92\u0bd7\u0b94",
)
OUTER = ("", "", " ", "\t", "\u00a0", "\u3000 ", "\r\n", "\u2003\u202f", "\u1680")
HOSTS = (
    "example.com", "EXAMPLE.com", "a-b.c_d.example", "xn--bcher-kva.example", "ci.example.com.", "127.0.0.1", "0x7f.1",
    "017700000001", "1.2.3", "4294967295", "[::1]", "[2001:DB8:0:0:1::]", "[::ffff:192.0.2.1]", "[1:0:0:2:0:0:0:3]",
    "e%78ample.com", "localhost",
)  # fmt: skip
PATH_PIECES = (
    "a", "B", "~", "%7E", "%41", "%2f", "%2F", "%25", "%5b", "..", ".", "%2e", "%2E%2e", "", " ", "'", '"', "<",
    "[x]", "{y}", "|", "^", "`", ";", ":", "@", "&=+$,", "!*()", "\u00e9", "e\u0301", "\u4efb", "\U0001f680", "%c3%a9", "%00",
    "%0a", "100%25", "\u212b", "\u037e",
)  # fmt: skip


def pairs():
    stream = Stream("references.json/pairs")
    drawers = {"opaque": (400, _opaque), "url": (400, _url), "thread": (200, _thread)}
    for kind, (count, draw) in drawers.items():
        for number in range(count):
            yield from _pair(f"pair-{kind[0]}{number:03}", kind, draw(stream, number))


def _pair(name, kind, value):
    first = case(name, "X16", "task-ref.normalize", {"kind": kind, "value": value})
    yield first
    again = {"kind": kind, "value": first["expect"]["ref"]}
    if again != first["input"]:  # else the input is its own second half
        yield case(f"{name}b", "X16", "task-ref.normalize", again, ok=first["expect"])


def _opaque(stream, number):
    text = stream.text(OPAQUE[number % len(OPAQUE)], stream.between(1, 7))
    if not text.strip():
        text += "x"
    return stream.choice(OUTER) + text + stream.choice(OUTER)


def _thread(stream, number):
    digits = stream.bytes(16).hex()
    grouped = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    text = (grouped, f"{{{grouped}}}", f"urn:uuid:{grouped}", digits, f"Urn:UUID:{grouped.upper()}")[number % 5]
    return stream.choice(OUTER) + (text.upper() if number % 3 == 0 else text) + stream.choice(OUTER)


def _url(stream, number):
    scheme = stream.choice(("http", "https", "HTTPS", "Http"))
    slashes = stream.choice(("//", "//", "//", "/", "", "\\\\", "///"))
    port = stream.choice(("", "", ":80", ":443", ":8443", ":", ":0080", ":65535", ":0"))
    path = "".join(stream.choice("/////\\") + _piece(stream) for _ in range(stream.below(4)))
    query = stream.choice(("", "", "?", "?" + _piece(stream) + "=" + _piece(stream) + "&?/\\" + _piece(stream)))
    fragment = stream.choice(("", "", "#", "#%zz", "#a/../b?c"))
    tail = path + query + fragment
    return f"{scheme}:{slashes}{stream.choice(HOSTS)}{port}{tail}" if tail[:1] in "/\\?#" else f"{scheme}://example.com"


def _piece(stream):
    return "".join(stream.choice(PATH_PIECES) for _ in range(stream.between(1, 2)))
