"""base-urls.json: section 8.5 and C7."""

from ..reference.environments import DEFAULT_BASE, ENDINGS, HOSTS
from .case import case

BAD = "base-url-unsupported"
AUTHAPI = "https://auth.example/api"
KEYS = "https://keys.example"


def cases():
    yield from _table()
    yield from _unknown()
    yield from _overrides()
    yield from _combinations()
    yield from _transport()


def resolve(name, rule, base=None, authapi=None, jwks=None, code=None, ok=None):
    given = {"chatgpt_base_url": base, "authapi_override": authapi, "jwks_override": jwks}
    question = {member: value for member, value in given.items() if value is not None}
    return case(name, rule, "base-url.resolve", question, code, ok)


def _table():
    ok = {"authapi_base": HOSTS["https://chatgpt.com"], "jwks_url": DEFAULT_BASE + "/wham/agent-identities/jwks"}
    yield resolve("none-configured", "8.5", ok=ok)
    for host, authapi in HOSTS.items():
        for ending in ENDINGS:
            base = host + ending
            wham = "/wham" if "backend-api" in ending else ""
            ok = {"authapi_base": authapi, "jwks_url": f"{base}{wham}/agent-identities/jwks"}
            for slashes in ("", "/", "///"):
                yield resolve(f"known-{base}{slashes}", "8.5", base + slashes, ok=ok)


def _unknown():
    for base in (
        "https://ChatGPT.com", "HTTPS://chatgpt.com", "https://chatgpt.com:443", "http://chatgpt.com", "https://chatgpt.com/api/codex",
        "https://chatgpt.com/codex/backend-api", "https://chatgpt.com/backend-api/v1", "https://chatgpt.com//backend-api",
        "https://chatgpt.com.evil.example", "https://www.chatgpt.com", "https://user@chatgpt.com", "https://chatgpt.com?x",
        "https://chatgpt.com/Codex", "https://chatgpt-staging.com/api/codex", "https://chat.openai.com/backend", "http://localhost:8080",
        "http://127.0.0.1:3000/backend-api", "https://api.openai.com", "https://example.com/backend-api", "chatgpt.com",
    ):  # fmt: skip
        yield resolve(f"unknown-{base}", "8.5", base, code=BAD)


def _overrides():
    known = "https://chatgpt.com/codex"
    yield resolve(
        "authapi-override-wins", "8.5", known, AUTHAPI, ok={"authapi_base": AUTHAPI, "jwks_url": known + "/agent-identities/jwks"}
    )
    yield resolve("authapi-override-none-configured", "8.5", None, AUTHAPI, ok={"authapi_base": AUTHAPI})
    yield resolve("authapi-override-trimmed", "8.5", known, f" \t{AUTHAPI}//\n", ok={"authapi_base": AUTHAPI})
    for name, blank in (("empty", ""), ("space", " \t ")):
        yield resolve(f"authapi-override-{name}", "8.5", known, blank, ok={"authapi_base": HOSTS["https://chatgpt.com"]})
        yield resolve(f"jwks-override-{name}", "8.5", known, None, blank, ok={"jwks_url": known + "/agent-identities/jwks"})
    yield resolve(
        "jwks-override",
        "8.5",
        known,
        None,
        KEYS,
        ok={"jwks_url": KEYS + "/agent-identities/jwks", "authapi_base": HOSTS["https://chatgpt.com"]},
    )
    yield resolve("jwks-override-none-configured", "8.5", None, None, KEYS, ok={"jwks_url": KEYS + "/agent-identities/jwks"})
    yield resolve("jwks-override-trimmed", "8.5", known, None, f"\n{KEYS}/ ", ok={"jwks_url": KEYS + "/agent-identities/jwks"})
    yield resolve(
        "jwks-override-backend-api",
        "8.5",
        known,
        None,
        KEYS + "/backend-api",
        ok={"jwks_url": KEYS + "/backend-api/wham/agent-identities/jwks"},
    )
    yield resolve(
        "jwks-override-backend-api-inside",
        "8.5",
        known,
        None,
        KEYS + "/backend-api/v2",
        ok={"jwks_url": KEYS + "/backend-api/v2/wham/agent-identities/jwks"},
    )
    yield resolve("jwks-override-same-base", "8.5", known, None, known + "/", ok={"jwks_url": known + "/agent-identities/jwks"})
    yield resolve(
        "both-overrides",
        "8.5",
        "https://chatgpt-staging.com",
        AUTHAPI,
        KEYS,
        ok={"authapi_base": AUTHAPI, "jwks_url": KEYS + "/agent-identities/jwks"},
    )


def _combinations():
    """An unknown base with each combination of overrides: both are needed, and the JWKS one must equal the base."""
    base = "https://chatgpt.example/backend-api"
    jwks_url = base + "/wham/agent-identities/jwks"
    for authapi_name, authapi in (("none", None), ("blank", " "), ("set", AUTHAPI)):
        for jwks_name, jwks in (
            ("none", None),
            ("blank", ""),
            ("same", base),
            ("same-slash", base + "/"),
            ("other", KEYS),
            ("known", DEFAULT_BASE),
        ):
            accepted = authapi_name == "set" and jwks_name.startswith("same")
            ok = {"authapi_base": AUTHAPI, "jwks_url": jwks_url} if accepted else None
            yield resolve(
                f"unknown-authapi-{authapi_name}-jwks-{jwks_name}", "8.5", base, authapi, jwks, None if accepted else BAD, ok
            )
    yield resolve("unknown-base-slash", "8.5", base + "/", AUTHAPI, base, ok={"jwks_url": jwks_url})
    yield resolve("unknown-base-other-case", "8.5", base, AUTHAPI, base.upper(), BAD)


def _transport():
    for host in (
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://127.1.2.3",
        "http://[::1]:8080",
        "http://localhost",
        "https://10.0.0.1",
    ):
        yield resolve(f"loopback-{host}", "C7", host, host + "/api/accounts", host, ok={"authapi_base": host + "/api/accounts"})
        yield resolve(f"loopback-authapi-{host}", "C7", "https://chatgpt.com", host, ok={"authapi_base": host})
        yield resolve(
            f"loopback-jwks-{host}", "C7", "https://chatgpt.com", None, host, ok={"jwks_url": host + "/agent-identities/jwks"}
        )
    for host in (
        "http://auth.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://localhost@evil.example",
        "http://128.0.0.1", "http://10.0.0.1", "http://[::2]", "ftp://localhost", "ws://127.0.0.1", "file:///etc",
    ):  # fmt: skip
        yield resolve(f"refuse-authapi-{host}", "C7", "https://chatgpt.com", host, code=BAD)
        yield resolve(f"refuse-jwks-{host}", "C7", "https://chatgpt.com", None, host, BAD)
        yield resolve(f"refuse-base-{host}", "C7", host, AUTHAPI, host, BAD)
