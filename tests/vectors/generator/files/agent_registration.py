"""agent-registration.json: the agent registration body with every row of the ABOM table (N5)."""

from ..reference import ed25519
from . import constants as c
from .case import Stream, case

SOURCES = (
    "cli", "vscode", "exec", "mcp", "internal_review", "internal_x", "subagent_review", "subagent_compact", "unknown",
    "my-tool", "VSCode", "vscode-insiders", '\u00fcber "tool"\\1',
)  # fmt: skip
SYSTEMS = ("linux", "macos", "windows", "web")


def cases():
    for source in SOURCES:
        for system in SYSTEMS:
            yield _body(f"abom-{SOURCES.index(source):02}-{system}", source, system)
    exact = (
        '{"abom":{"agent_version":"0.1.0","agent_harness_id":"codex-cli","running_location":"cli-linux"},'
        f'"agent_public_key":"{c.SSH}","capabilities":["responsesapi"],"ttl":null}}'
    )
    yield _body("constant", "cli", "linux", ok={"body": exact})
    stream = Stream("agent-registration.json")
    for number in range(8):
        public = ed25519.public_key(stream.bytes())
        yield _body(f"key-{number}", stream.choice(SOURCES[:5]), stream.choice(SYSTEMS), public.hex(), f"{number}.2.0-beta.1+build")
    for name, public in (
        ("small-order", bytes([1]) + bytes(31)),
        ("not-canonical", b"\xed" + b"\xff" * 30 + b"\x7f"),
        ("short", bytes(31)),
    ):
        yield _body(f"refuse-{name}", "cli", "linux", public.hex(), code="key-public-invalid")


def _body(name, source, system, public_key_hex=c.PUBLIC, version="0.1.0", code=None, ok=None):
    question = {"source": source, "os": system, "public_key_hex": public_key_hex, "agent_version": version}
    return case(name, "N5", "agent-registration.body", question, code, ok)
