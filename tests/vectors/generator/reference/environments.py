"""Base URLs (section 8.5 and C7)."""

import re
from urllib.parse import urlsplit

from .refusal import Refused, refuse_unless

ENDINGS = ("", "/backend-api", "/codex", "/backend-api/codex")
HOSTS = {
    "https://chatgpt.com": "https://auth.openai.com/api/accounts",
    "https://chat.openai.com": "https://auth.openai.com/api/accounts",
    "https://chatgpt-staging.com": "https://auth.api.openai.org/api/accounts",
}
AUTHAPI = {host + ending: authapi for host, authapi in HOSTS.items() for ending in ENDINGS}
DEFAULT_BASE = "https://chatgpt.com/backend-api"
UNSUPPORTED = "base-url-unsupported"


def resolve(chatgpt=None, authapi=None, jwks=None):
    """The AuthAPI base and the JWKS URL."""
    base = DEFAULT_BASE if chatgpt is None else chatgpt.rstrip("/")
    known = base in AUTHAPI
    authapi, jwks = _override(authapi), _override(jwks)
    if not known:
        refuse_unless(authapi and jwks == base, UNSUPPORTED)
    source = jwks or base
    path = "/wham/agent-identities/jwks" if "/backend-api" in source else "/agent-identities/jwks"
    answer = {"authapi_base": authapi or AUTHAPI[base], "jwks_url": source + path}
    for url in answer.values():
        _check_transport(url)
    return answer


def _override(text):
    return (text or "").strip().rstrip("/") or None


def _check_transport(url):
    """C7: https, or http on a loopback host."""
    parts = urlsplit(url)
    loopback = parts.hostname in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", parts.hostname or "")
    if not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise Refused(UNSUPPORTED)
