"""references.json: section 6."""

from ..reference import references
from ..reference.codes import CODES
from ..reference.identifiers import WHITE_SPACE
from .case import case
from .reference_examples import EXAMPLES, UUID
from .reference_pairs import pairs

SITE = "https://example.com/"


def cases():
    for number, (kind, value, result) in enumerate(EXAMPLES, 1):
        yield normalize(f"example-{number:02}", "X", kind, value, result)
    yield from _kinds()
    yield from _lengths()
    yield from _white_space()
    yield from _forbidden_points()
    yield from _normal_form()
    yield from _uuids()
    yield from _hosts()
    yield from _url_parts()
    yield from pairs()


def normalize(name, rule, kind, value, result):
    """A case whose result is the normal form, `None` for no reference, or a code."""
    question = {"kind": kind} | ({} if value is None else {"value": value})
    if result in CODES:
        return case(name, rule, "task-ref.normalize", question, code=result)
    return case(name, rule, "task-ref.normalize", question, ok={"ref": result})


def _kinds():
    for kind in ("Thread", "URL", "", "session", "external", " run"):
        yield normalize(f"kind-{kind or 'none'}", "X", kind, "x", "ref-kind-unknown")
    yield normalize("kind-unknown-absent", "X", "job", None, "ref-kind-unknown")
    yield normalize("kind-unknown-first", "X1", "job", "x" * 5000, "ref-kind-unknown")
    for kind in ("opaque", "url"):
        yield normalize(f"missing-{kind}", "X", kind, None, "ref-missing")
    for kind in ("run", "background"):
        yield normalize(f"{kind}-256", "X8", kind, "x" * 256, "x" * 256)
        yield normalize(f"{kind}-257", "X8", kind, "x" * 257, "ref-too-long")
        yield normalize(f"{kind}-control", "X3", kind, "a\u0000b", "ref-control")
        yield normalize(f"{kind}-nfc", "X7", kind, "e\u0301", "\u00e9")
        yield case(f"{kind}-null", "X", "task-ref.normalize", {"kind": kind, "value": None}, ok={"ref": None})


def _lengths():
    too_long = "ref-too-long"
    yield normalize("input-4096", "X1", "opaque", " " * 4095 + "x", "x")
    yield normalize("input-4097", "X1", "opaque", " " * 4096 + "x", too_long)
    yield normalize("input-4096-blank", "X1", "opaque", " " * 4096, "ref-empty")
    yield normalize("input-4097-blank", "X1", "opaque", " " * 4097, too_long)
    yield normalize("input-4098-two-byte", "X1", "opaque", "\u00a0" * 2049, too_long)
    yield normalize("input-4097-control", "X1", "opaque", "\u0000" * 4097, too_long)
    yield normalize("opaque-255-and-two-byte", "X8", "opaque", "x" * 255 + "\u00e9", too_long)
    yield normalize("opaque-254-and-two-byte", "X8", "opaque", "x" * 254 + "\u00e9", "x" * 254 + "\u00e9")
    yield normalize("opaque-shorter-after-nfc", "X8", "opaque", "A\u030a" * 128, "\u00c5" * 128)
    yield normalize("opaque-longer-after-nfc", "X8", "opaque", "\u0958" * 42 + "\u00e9" * 2, "\u0915\u093c" * 42 + "\u00e9" * 2)
    yield normalize("opaque-order-control-before-length", "X3", "opaque", "x" * 300 + "\u0007", "ref-control")
    yield normalize("thread-4097", "X1", "thread", UUID + " " * 4061, too_long)
    yield normalize("thread-4096", "X1", "thread", UUID + " " * 4060, UUID)
    path = "a" * (2048 - len(SITE))
    yield normalize("url-2048", "X15", "url", SITE + path, SITE + path)
    yield normalize("url-2049", "X15", "url", SITE + path + "a", too_long)
    yield normalize("url-2048-after-decoding", "X15", "url", SITE + "%61" * 1000 + path[1000:], SITE + path)
    yield normalize("url-2049-after-encoding", "X15", "url", SITE + " " + path[:-2], too_long)
    yield normalize("url-2048-after-encoding", "X15", "url", SITE + " " + path[:-3], SITE + "%20" + path[:-3])
    yield normalize("url-fragment-not-counted", "X15", "url", SITE + "#" + "f" * 3000, SITE)


def _white_space():
    for point in sorted(WHITE_SPACE):
        char = chr(point)
        yield normalize(f"trim-{point:04x}", "X2", "opaque", f"{char}a{char}", "a")
        yield normalize(f"blank-{point:04x}", "X2", "opaque", char, "ref-empty")
    for point in (0x0000, 0x001C, 0x001F, 0x007F):
        yield normalize(f"not-trimmed-{point:04x}", "X3", "opaque", f"{chr(point)}a", "ref-control")
    for point in (0x180E, 0x200B, 0x2060, 0xFEFF):
        yield normalize(f"not-trimmed-{point:04x}", "X5", "opaque", f"{chr(point)}a", "ref-invisible")


def _forbidden_points():
    """Both sides of every bound of X3–X6; neighbours are given only where their status is certain."""
    tables = (
        ("X3", references.CONTROL, "ref-control"),
        ("X4", references.BIDI, "ref-bidi"),
        ("X5", references.INVISIBLE, "ref-invisible"),
    )
    for rule, points, code in tables:
        edges = [p for p in sorted(points) if p - 1 not in points or p + 1 not in points]
        for point in edges:
            yield normalize(f"forbidden-{point:04x}", rule, "opaque", f"a{chr(point)}b", code)
    for point in (0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF, 0xE0080):
        yield normalize(f"forbidden-{point:04x}", "X5", "opaque", f"a{chr(point)}b", "ref-invisible")
    neighbours = (
        0x0020, 0x007E, 0x00A0, 0x00AC, 0x00AE, 0x034E, 0x0350, 0x061B, 0x061D, 0x115E, 0x1161, 0x17B3, 0x17B6, 0x180A, 0x1810,
        0x200A, 0x2010, 0x2027, 0x202F, 0x205F, 0x2070, 0x3163, 0x3165, 0xFE10, 0xFF9F, 0xFFFC, 0xFFFD, 0xFFF9, 0x1D172, 0x1D17B,
        0x1BC9F,
    )  # fmt: skip
    for point in neighbours:
        text = f"a{chr(point)}b"
        yield normalize(f"allowed-{point:04x}", "X5", "opaque", text, text)
    for point in (0xE000, 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD):
        yield normalize(f"private-use-{point:04x}", "X6", "opaque", f"a{chr(point)}", f"a{chr(point)}")
    for point in sorted(references.CERTAINLY_UNASSIGNED - set(range(0xFDD2, 0xFDEE))):
        if point not in references.INVISIBLE:
            yield normalize(f"unassigned-{point:04x}", "X6", "opaque", f"a{chr(point)}b", "ref-unassigned")
    order = (
        ("a\u0378\u0000", "ref-unassigned"), ("a\u0000\u0378", "ref-control"), ("a\u200d\u202e", "ref-invisible"),
        ("a\u202e\u200d", "ref-bidi"), ("a\ufdd0\u200d", "ref-unassigned"), ("\ufeff\u0001", "ref-invisible"),
    )  # fmt: skip
    for number, (text, code) in enumerate(order):
        yield normalize(f"leftmost-decides-{number}", "X3", "opaque", text, code)
        yield normalize(f"leftmost-decides-{number}-url", "X3", "url", "no url " + text, code)
        yield normalize(f"leftmost-decides-{number}-thread", "X3", "thread", text, code)


def _normal_form():
    forms = (
        ("composed", "\u00e9", "\u00e9"), ("reordered", "a\u0301\u0323", "\u1ea1\u0301"), ("hangul", "\u1112\u1161\u11ab", "\ud55c"),
        ("hangul-lv-t", "\uac00\u11a8", "\uac01"), ("singleton", "\u2126\u212a", "\u03a9K"), ("exclusion", "\u0958", "\u0915\u093c"),
        ("blocked", "e\u0327\u0301", "\u0229\u0301"), ("no-compatibility", "\ufb01\u2460\uff21", "\ufb01\u2460\uff21"),
        ("case-kept", "\u0130\u0131\u00df\u1e9e", "\u0130\u0131\u00df\u1e9e"), ("compatibility-ideograph", "\uf900", "\u8c48"),
        ("astral-exclusion", "\U0001d15e", "\U0001d157\U0001d165"), ("astral-composed", "\U00011099\U000110ba", "\U0001109a"),
        ("leading-mark", "\u0301a", "\u0301a"), ("en-quad", "a\u2000b", "a\u2002b"), ("confusable", "\u0440\u0430y", "\u0440\u0430y"),
    )  # fmt: skip
    for name, text, normal in forms:
        yield normalize(f"nfc-{name}", "X7", "opaque", text, normal)


def _uuids():
    bad, reserved = "ref-uuid-invalid", "ref-uuid-reserved"
    other = ("00000000-0000-0000-0000-000000000001", "ffffffff-ffff-ffff-ffff-fffffffffffe", "12345678-1234-f234-f234-1234567890ab")
    for number, text in enumerate(other):
        yield normalize(f"uuid-any-version-{number}", "X9", "thread", text, text)
    yield normalize("uuid-braces-upper", "X9", "thread", f"{{{UUID.upper()}}}", UUID)
    yield normalize("uuid-urn-mixed", "X9", "thread", f"uRn:uUiD:{UUID}", UUID)
    refused = (
        ("brace-open", f"{{{UUID}"), ("brace-close", f"{UUID}}}"), ("parentheses", f"({UUID})"), ("urn-braces", f"urn:uuid:{{{UUID}}}"),
        ("urn-space", f"urn:uuid: {UUID}"), ("uuid-prefix", f"uuid:{UUID}"), ("short", UUID[:-1]), ("long", UUID + "0"),
        ("letter-g", UUID[:-1] + "g"), ("underscores", UUID.replace("-", "_")), ("31-digits", UUID.replace("-", "")[:-1]),
        ("33-digits", UUID.replace("-", "") + "0"), ("inner-space", UUID.replace("-", " - ")), ("full-width", "\uff10" + UUID[1:]),
        ("brace-inner-space", f"{{ {UUID} }}"), ("no-break-hyphen", UUID.replace("-", "\u2011")), ("two", f"{UUID} {UUID}"),
        ("long-s", f"urn:uuid:{UUID[:-1]}\u017f"),
    )  # fmt: skip
    for name, text in refused:
        yield normalize(f"uuid-{name}", "X9", "thread", text, bad)
    for digit in "0fF":
        plain = digit * 32
        grouped = "-".join((plain[:8], plain[:4], plain[:4], plain[:4], plain[:12]))
        for name, text in (("plain", plain), ("grouped", grouped), ("braces", f"{{{grouped}}}"), ("urn", f"urn:uuid:{grouped}")):
            yield normalize(f"uuid-reserved-{digit}-{name}", "X10", "thread", text, reserved)


def _hosts():
    invalid = "ref-url-invalid"
    accepted = (
        ("0.0.0.0", "0.0.0.0"), ("256", "0.0.1.0"), ("1.2.3", "1.2.0.3"), ("0x.0", "0.0.0.0"), ("127.1.", "127.0.0.1"),
        ("4294967295", "255.255.255.255"), ("010.1.1.1", "8.1.1.1"), ("1.2.3.4.example", "1.2.3.4.example"),
        ("[::]", "[::]"), ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]"), ("[0:0:1:0:0:0:1:0]", "[0:0:1::1:0]"),
        ("[1:0:2:0:3:0:4:0]", "[1:0:2:0:3:0:4:0]"), ("[::127.0.0.1]", "[::7f00:1]"), ("[0001:00a0::]", "[1:a0::]"),
        ("a_b.example", "a_b.example"), ("-a-.example", "-a-.example"), ("xn--a.example", "xn--a.example"), ("a..example", "a..example"),
        ("%65xample.com", "example.com"), ("\u212aelvin.example", "kelvin.example"), ("1.2.3.0xg0", "1.2.3.0xg0"), ("a" * 64, "a" * 64),
    )  # fmt: skip
    for number, (host, written) in enumerate(accepted):
        yield normalize(f"host-{number:02}", "X11", "url", f"https://{host}/", f"https://{written}/")
    refused = (
        "256.1.1.1", "1.2.3.256", "4294967296", "1.2.3.4.5", "0x100000000", "1.2.3.09", "[", "[]", "[::1", "[1]", "[1::2::3]",
        "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.4]", "[g::]", "[::1]x", "b\u00fccher.example",
        "b%C3%BCcher.example", "%e2%98%83.net", "\uff41.example", "a%00b", "a%20b", "a%2fb", "a%", "a%zz", "a|b", "a^b", "a<b", "a>b",
        "a%40b", "a%3ab", "a%5bb", "", ":80", "@", "user@", "user:pass@:80", "example.com:65536", "example.com:8o", "example.com:-1",
        "example.com:80:80", "a b",
    )  # fmt: skip
    for number, host in enumerate(refused):
        yield normalize(f"host-refuse-{number:02}", "X11", "url", f"https://{host}", invalid)
    for number, text in enumerate(
        (
            "",
            "/a",
            "//example.com/",
            "example.com",
            "://example.com/",
            "1http://example.com/",
            "ht_tp://x/",
            "https",
            "https:",
            "https://",
            "https:///",
            "https://?q",
            "https://#f",
        )
    ):
        yield normalize(f"no-host-{number:02}", "X11", "url", text, invalid if text else "ref-empty")


def _url_parts():
    parts = (
        ("port-default-http", "http://example.com:80/", "http://example.com/"),
        ("port-default-of-other", "http://example.com:443/", "http://example.com:443/"),
        ("port-empty", "https://example.com:/", SITE), ("port-zeros", "https://example.com:00443/", SITE),
        ("port-zero", "https://example.com:0/", "https://example.com:0/"), ("port-65535", "https://example.com:65535/", "https://example.com:65535/"),
        ("slashes-none", "https:example.com/a", SITE + "a"), ("slashes-one", "https:/example.com/a", SITE + "a"),
        ("slashes-four", "https:////example.com/a", SITE + "a"), ("query-only", "https://example.com?q", SITE + "?q"),
        ("fragment-only", "https://example.com#f", SITE), ("query-in-fragment", "https://example.com/#a?b", SITE),
        ("userinfo-both-empty", "https://:@example.com/", SITE), ("case-kept", SITE + "A/b?C=d", SITE + "A/b?C=d"),
        ("query-order", SITE + "?b=1&a=2&b=0", SITE + "?b=1&a=2&b=0"), ("query-slash-mark", SITE + "?a/b?c", SITE + "?a/b?c"),
        ("query-backslash", SITE + "?a\\b", SITE + "?a%5Cb"), ("path-backslash-escape", SITE + "a%5cb", SITE + "a%5Cb"),
        ("query-dots", SITE + "?a/../b", SITE + "?a/../b"), ("dots-above-root", SITE + "../../a", SITE + "a"),
        ("dots-last", SITE + "a/..", SITE), ("dot-last", SITE + "a/.", SITE + "a/"), ("dots-three", SITE + "a/.../b", SITE + "a/.../b"),
        ("dots-escaped", SITE + "a/.%2E/b/%2e/c", SITE + "b/c"), ("dots-with-more", SITE + "a/..b/c", SITE + "a/..b/c"),
        ("dots-and-escaped-slash", SITE + "a/%2e%2e%2fb", SITE + "a/..%2Fb"), ("empty-segments", SITE + "a//../b", SITE + "a/b"),
        ("apostrophe-in-path", SITE + "it's", SITE + "it's"), ("apostrophe-in-query", SITE + "?it's", SITE + "?it%27s"),
        ("escaped-apostrophe", SITE + "it%27s?it%27s", SITE + "it%27s?it%27s"), ("sub-delims", SITE + "!$&()*+,;=:@", SITE + "!$&()*+,;=:@"),
        ("sub-delims-escaped", SITE + "%21%24%26%3d", SITE + "%21%24%26%3D"), ("quotes", SITE + 'a"<>`{}|^', SITE + "a%22%3C%3E%60%7B%7D%7C%5E"),
        ("quotes-in-query", SITE + '?a"<>`{}|^', SITE + "?a%22%3C%3E%60%7B%7D%7C%5E"), ("plus", SITE + "a+b?c+d", SITE + "a+b?c+d"),
        ("percent-25", SITE + "%25%2541", SITE + "%25%2541"), ("percent-nul", SITE + "%00", SITE + "%00"), ("percent-7f", SITE + "%7f", SITE + "%7F"),
        ("space-inside", SITE + "a b?c d", SITE + "a%20b?c%20d"), ("astral", SITE + "\U0001f680", SITE + "%F0%9F%9A%80"),
        ("nfc-in-query", SITE + "?e\u0301", SITE + "?%C3%A9"), ("nfc-to-ascii", SITE + "a\u037eb\u1fefc", SITE + "a;b%60c"),
        ("outer-space", f" \u3000{SITE}\n", SITE), ("unreserved-escapes", SITE + "%30%39%5a%7a%2d%2e%5f%7e", SITE + "09Zz-._~"),
    )  # fmt: skip
    for name, text, result in parts:
        yield normalize(f"url-{name}", "X15", "url", text, result)
    refused = (
        ("scheme-ws", "X12", "ws://example.com/", "ref-url-scheme"), ("scheme-unknown", "X12", "foo://example.com/", "ref-url-scheme"),
        ("scheme-longer", "X12", "httpss://example.com/", "ref-url-scheme"), ("scheme-before-userinfo", "X12", "ftp://user@example.com/", "ref-url-scheme"),
        ("scheme-before-percent", "X12", "ftp://example.com/%", "ref-url-scheme"), ("host-before-scheme", "X11", "ftp://a%zz/", "ref-url-invalid"),
        ("user", "X13", "https://user@example.com/", "ref-url-userinfo"), ("password", "X13", "https://:secret@example.com/", "ref-url-userinfo"),
        ("user-and-password", "X13", "https://a:b@example.com/", "ref-url-userinfo"),
        ("user-empty-password", "X13", "https://a:@example.com/", "ref-url-userinfo"),
        ("two-at-signs", "X13", "https://a@b@example.com/", "ref-url-userinfo"), ("at-in-user", "X13", "https://@@example.com/", "ref-url-userinfo"),
        ("userinfo-before-percent", "X13", "https://a@example.com/%", "ref-url-userinfo"), ("percent-end", "X14", SITE + "a%", "ref-url-percent"),
        ("percent-one-digit", "X14", SITE + "%4", "ref-url-percent"), ("percent-letters", "X14", SITE + "%4g", "ref-url-percent"),
        ("percent-percent", "X14", SITE + "%%", "ref-url-percent"), ("percent-in-query", "X14", SITE + "?a=%", "ref-url-percent"),
        ("percent-before-length", "X14", SITE + "a" * 2048 + "%", "ref-url-percent"),
    )  # fmt: skip
    for name, rule, text, code in refused:
        yield normalize(f"url-refuse-{name}", rule, "url", text, code)
