"""URLs of git remotes (8-5 to 8-13)."""

import re
import unicodedata

from .texts import Refused

SCHEME = re.compile(r"[A-Za-z0-9+.-]*")
SSH = ("ssh", "git+ssh", "ssh+git")


def sanitize(url):
    if url == "" or any(unicodedata.category(c) == "Cc" for c in url):
        raise Refused("invalid-remote-url")
    helpers, rest = "", url
    while (at := rest.find("::")) > 0 and SCHEME.fullmatch(rest[:at]):
        helpers, rest = helpers + rest[: at + 2], rest[at + 2 :]
    if helpers and any(c.isspace() for c in rest):
        raise Refused("invalid-remote-url")
    return helpers + (_url(rest) if "://" in rest else _scp(rest))


def is_same(a, b):
    return _comparable(a) == _comparable(b)


def _comparable(url):
    return sanitize(url.strip()).strip().rstrip("/").removesuffix(".git")


def _refuse_if(condition):
    if condition:
        raise Refused("invalid-remote-url")


def _url(url):
    scheme, rest = url.split("://", 1)
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    name = host
    if host.startswith("["):
        name = host[1:].partition("]")[2] if "]" in host else host
    port = name.partition(":")[2]
    _refuse_if(not SCHEME.fullmatch(scheme) or (host == "" and scheme != "file") or host.startswith(":"))
    _refuse_if(any(c.isspace() for c in host) or (port and not re.fullmatch("[0-9]*", port)))
    if not at:
        return url
    kept = "git@" if scheme in SSH and user.partition(":")[0] == "git" else ""
    return f"{scheme}://{kept}{host}{slash}{path}"


def _scp(address):
    colon, slash = address.find(":"), address.find("/")
    if colon < 0 or (0 <= slash < colon) or re.match(r"[A-Za-z]:[\\/]", address):
        return address
    head, rest = address[:colon], address[colon + 1 :]
    user, at, host = head.rpartition("@")
    behind_user = address[len(user) + 1 :] if at else address
    path = rest
    bracketed = re.match(r"\[([^/\]]*)\]:", behind_user)
    if bracketed:
        host, path = bracketed[1], behind_user[bracketed.end() :]
    _refuse_if((at and user == "") or host == "" or path == "" or "@" in rest.partition("/")[0])
    if not at or user == "git":
        return address
    # Without its user it would name a transport.
    helper = behind_user.find("::")
    _refuse_if(helper > 0 and SCHEME.fullmatch(behind_user[:helper]) is not None)
    return behind_user
