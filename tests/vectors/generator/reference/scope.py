"""Provider auth scope (section 9), as one decision per row."""

SCOPES = ("scoped", "plain")
PROVIDERS = ("own-key", "own-bearer", "command", "aws", "open", "first-party")
POLICIES = ("jwt-only", "chatgpt-auth")
LOGINS = (
    "none", "bedrock", "api-key", "personal-access-token", "external-chatgpt-tokens", "header-auth", "agent-identity",
    "managed-chatgpt",
)  # fmt: skip
STATES = ("ready", "missing", "key-unusable", "ref-failed", "boot-unavailable", "boot-failed")
KEY_STATES = ("variable-set", "variable-missing")

RESULTS = {
    "P1": "bearer", "P2": "error", "P3": "bearer", "P4": "command", "P5": "nothing", "P6": "nothing", "P7": "error",
    "P8": "bearer", "P9": "headers", "P10": "error", "P11": "assertion", "P12": "error", "P13": "register",
    "P14": "bearer", "P15": "bearer", "P16": "bearer", "P17": "assertion", "P18": "error", "P19": "bearer",
    "P20": "error", "P21": "bootstrap",
}  # fmt: skip
CODES = {"P2": "provider-key-missing", "P7": "provider-unsupported"}


def row(scope, provider, policy, login, state, fallback):
    """The first matching row."""
    if provider == "own-key":
        return "P1" if state == "variable-set" else "P2"
    by_provider = {"own-bearer": "P3", "command": "P4", "aws": "P5", "open": "P5"}
    if provider in by_provider:
        return by_provider[provider]
    by_login = {"none": "P6", "bedrock": "P7", "header-auth": "P9"}
    if login in by_login:
        return by_login[login]
    if login in ("api-key", "personal-access-token", "external-chatgpt-tokens"):
        return "P8"
    if login == "agent-identity":
        return {"key-unusable": "P10", "ready": "P11", "missing": "P13"}.get(state, "P12")
    if scope == "plain":
        return "P14"
    if policy == "jwt-only":
        return "P15"
    if fallback:
        return "P16"
    return {"ready": "P17", "ref-failed": "P18", "boot-unavailable": "P19", "boot-failed": "P20"}.get(state, "P21")


def decide(question):
    """Row and result; the code only where the table names one."""
    won = row(**question)
    answer = {"row": won, "result": RESULTS[won]}
    return answer | ({"code": CODES[won]} if won in CODES else {})
