"""URL references: the WHATWG parser for special schemes with ASCII hosts, then X15."""

import re

from .refusal import Refused, refuse_unless

SPECIAL_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
FORBIDDEN_IN_DOMAIN = set("\0\t\n\r #/:<>?@[\\]^|%\x7f") | set(map(chr, range(0x20)))
UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
IN_PATH = UNRESERVED | frozenset(b"!$&'()*+,;=:@/")
IN_QUERY = (IN_PATH | frozenset(b"?")) - frozenset(b"'")


def normalize(text):
    """X11–X15."""
    scheme, host, port, userinfo, path, query = parse(text)
    refuse_unless(scheme in ("http", "https"), "ref-url-scheme")
    refuse_unless(not userinfo, "ref-url-userinfo")
    for part in (path, query or ""):
        refuse_unless(not re.search(r"%(?![0-9A-Fa-f]{2})", part), "ref-url-percent")
    result = f"{scheme}://{host}"
    if port is not None:
        result += f":{port}"
    result += _percent(path, IN_PATH)
    if query is not None:
        result += "?" + _percent(query, IN_QUERY)
    refuse_unless(len(result) <= 2048, "ref-too-long")
    return result


def _percent(text, allowed):
    """X15: unreserved escapes decoded, the others upper-cased, whatever is not allowed encoded."""
    out = []
    for piece in re.findall(r"%[0-9A-Fa-f]{2}|[^%]+", text):
        if piece[0] == "%":
            byte = int(piece[1:], 16)
            out.append(chr(byte) if byte in UNRESERVED else f"%{byte:02X}")
        else:
            out += [chr(b) if b in allowed else f"%{b:02X}" for b in piece.encode()]
    return "".join(out)


def parse(text):
    """Scheme, host, port (`None` if default), non-empty user info?, path, query (`None` if absent)."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    refuse_unless(match, "ref-url-invalid")
    scheme = match.group(1).lower()
    if scheme not in SPECIAL_PORTS:
        return scheme, "", None, False, "", None
    rest = text[match.end() :].partition("#")[0].lstrip("/\\")
    authority = re.match(r"[^/\\?]*", rest).group()
    rest = rest[len(authority) :]
    credentials, at, host_port = authority.rpartition("@")
    user, _, password = credentials.partition(":")
    host, port = _host_and_port(host_port, SPECIAL_PORTS[scheme])
    path, mark, query = rest.partition("?")
    return scheme, host, port, bool(user or password), _resolve(path), query if mark else None


def _host_and_port(text, default):
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", text)
    refuse_unless(match and match.group(1), "ref-url-invalid")
    port = int(match.group(2)) if match.group(2) else None
    refuse_unless(port is None or port <= 65535, "ref-url-invalid")
    return _host(match.group(1)), None if port == default else port


def _resolve(path):
    """The path state: backslash is a slash, dot segments are resolved."""
    out = []
    segments = re.split(r"[/\\]", path)[1:] or [""]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        dots = re.sub(r"%2[eE]", ".", segment)
        if dots == "..":
            out = out[:-1]
        if dots in (".", ".."):
            out += [""] if last else []
        else:
            out.append(segment)
    return "/" + "/".join(out)


def _host(text):
    if text.startswith("["):
        return "[" + _ipv6(text[1:-1]) + "]"
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode())
    refuse_unless(raw.isascii(), "ref-url-invalid")
    domain = raw.decode().lower()
    refuse_unless(not set(domain) & FORBIDDEN_IN_DOMAIN, "ref-url-invalid")
    labels = domain.split(".")
    if labels[-1] == "" and len(labels) > 1:
        labels.pop()
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return _ipv4(labels)
    return domain


def _ipv4(labels):
    refuse_unless(len(labels) <= 4, "ref-url-invalid")
    numbers = [_ipv4_number(label) for label in labels]
    refuse_unless(all(n < 256 for n in numbers[:-1]), "ref-url-invalid")
    refuse_unless(numbers[-1] < 256 ** (5 - len(numbers)), "ref-url-invalid")
    value = numbers[-1] + sum(n * 256 ** (3 - i) for i, n in enumerate(numbers[:-1]))
    return ".".join(str(b) for b in value.to_bytes(4, "big"))


def _ipv4_number(label):
    try:
        if label.startswith("0x"):
            return int(label[2:] or "0", 16)
        return int(label, 8 if label.startswith("0") and len(label) > 1 else 10)
    except ValueError as error:
        raise Refused("ref-url-invalid") from error


def _ipv6(text):
    """Parses and writes an address, the first longest run of two or more zero pieces compressed."""
    head, gap, tail = text.lower().partition("::")
    front, back = _pieces(head, not gap), _pieces(tail, True)
    missing = 8 - len(front) - len(back)
    refuse_unless("::" not in tail and (missing >= 1 if gap else missing == 0), "ref-url-invalid")
    pieces = front + [0] * missing + back
    runs = [(len(run.group()), run.start()) for run in re.finditer(r"z+", "".join("x" if p else "z" for p in pieces))]
    length, start = max(((n, at) for n, at in runs if n >= 2), key=lambda r: (r[0], -r[1]), default=(0, 0))
    words = [format(p, "x") for p in pieces]
    if not length:
        return ":".join(words)
    return ":".join(words[:start]) + "::" + ":".join(words[start + length :])


def _pieces(text, may_end_in_ipv4):
    if not text:
        return []
    words = text.split(":")
    tail = []
    if may_end_in_ipv4 and "." in words[-1]:
        numbers = words.pop().split(".")
        refuse_unless(len(numbers) == 4, "ref-url-invalid")
        refuse_unless(all(re.fullmatch(r"0|[1-9][0-9]{0,2}", n) and int(n) < 256 for n in numbers), "ref-url-invalid")
        a, b, c, d = map(int, numbers)
        tail = [a << 8 | b, c << 8 | d]
    refuse_unless(all(re.fullmatch(r"[0-9a-f]{1,4}", word) for word in words), "ref-url-invalid")
    return [int(word, 16) for word in words] + tail
