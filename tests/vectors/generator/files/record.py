"""record.json: the stored record (section 8.2) and every row of section 8.4 that one document decides."""

import hashlib

from ..reference import ed25519, keys
from ..reference.encoding import b64, json_text
from .case import case
from .keys import v2

SEED = hashlib.sha256(b"record.json").digest()
ACCOUNT, USER = "acct-1", "user-1"
ABSENT = object()
BAD = "record-invalid"


def cases():
    yield from _actions()
    yield from _members()
    yield from _tolerated()


def record(**changes):
    values = {
        "agent_runtime_id": "agent-123", "agent_private_key": b64(keys.pkcs8_v1(SEED)), "account_id": ACCOUNT, "chatgpt_user_id": USER,
        "email": "a@example.com", "plan_type": "pro", "chatgpt_account_is_fedramp": False, "task_id": "task-123", **changes,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not ABSENT}


def document(identity=ABSENT, **more):
    values = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": {"access_token": "x"}, "agent_identity": identity, **more}
    return json_text({name: value for name, value in values.items() if value is not ABSENT})


def read(name, rule, identity, action=None, code=None, ok=None, **changes):
    text = identity if isinstance(identity, str) else document(identity)
    question = {"auth_json": text, "account_id": ACCOUNT, "chatgpt_user_id": USER, **changes}
    wanted = None if action is None else {"action": action} | (ok or {})
    return case(name, rule, "record.read", question, code, wanted)


def _actions():
    register_agent = ("register-agent", None, {"record": None})
    yield read("none", "8.4", document(), *register_agent)
    yield read("null", "8.4", document(None), *register_agent)
    yield read("jwt-string", "8.4", document("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), *register_agent)
    yield read("only-member-of-none", "8.4", "{}", *register_agent)
    for name, changes in (
        ("account-other", {"account_id": "acct-2"}), ("user-other", {"chatgpt_user_id": "user-2"}), ("account-case", {"account_id": "ACCT-1"}),
        ("both-other", {"account_id": "acct-2", "chatgpt_user_id": "user-2"}),
    ):  # fmt: skip
        yield read(name, "8.4", record(**changes), *register_agent)
        yield read(f"{name}-asked", "8.4", record(), *register_agent, **changes)
    other = ed25519.public_key(bytes(32))
    for name, key in (
        ("not-base64", "!"), ("not-pkcs8", "AAAA"), ("wrong-pair", b64(v2(SEED, public=other))),
        ("empty", ""), ("version", b64(keys.pkcs8_v1(SEED)).replace("CAQAw", "CAQIw")),
    ):  # fmt: skip
        yield read(f"key-{name}", "8.4", record(agent_private_key=key), *register_agent)
    shown = {name: value for name, value in record().items() if name != "agent_private_key"}
    without = {name: value for name, value in shown.items() if name != "task_id"}
    yield read("reuse", "8.4", record(), "reuse", ok={"record": shown})
    yield read("register-task", "8.4", record(task_id=ABSENT), "register-task", ok={"record": without})
    yield read("reuse-key-v2", "C4", record(agent_private_key=b64(v2(SEED))), "reuse", ok={"record": shown})
    for name, changes in (
        ("email", {"email": "b@example.com"}),
        ("plan", {"plan_type": "free"}),
        ("fedramp", {"chatgpt_account_is_fedramp": True}),
    ):
        yield read(f"reuse-other-{name}", "8.4", record(**changes), "reuse", ok={"record": shown | changes})


def _members():
    for name in (
        "agent_runtime_id",
        "agent_private_key",
        "account_id",
        "chatgpt_user_id",
        "plan_type",
        "chatgpt_account_is_fedramp",
    ):
        wrong = "false" if name == "chatgpt_account_is_fedramp" else 5
        for kind, value in (("absent", ABSENT), ("null", None), ("mistyped", wrong), ("array", []), ("object", {})):
            yield read(f"{name}-{kind}", "8.2", record(**{name: value}), code=BAD)
    yield read("fedramp-zero", "8.2", record(chatgpt_account_is_fedramp=0), code=BAD)
    for name in ("email", "task_id"):
        for kind, value in (("number", 5), ("boolean", True), ("array", []), ("object", {})):
            yield read(f"{name}-{kind}", "8.2", record(**{name: value}), code=BAD)
    for name in ("agent_runtime_id", "account_id", "task_id", "chatgpt_account_is_fedramp"):
        text = json_text(record())
        twice = f'{{"agent_identity":{text[:-1]},{json_text({name: record()[name]})[1:]}}}'
        yield read(f"{name}-twice", "8.2", twice, code=BAD)
    for kind, value in (("number", 5), ("boolean", False), ("array", [record()]), ("empty-object", {})):
        yield read(f"identity-{kind}", "8.2", document(value), code=BAD)


def _tolerated():
    for kind, value in (("absent", ABSENT), ("null", None), ("none", "")):
        row = read(f"email-{kind}", "8.2", record(email=value), "reuse")
        assert row["expect"]["record"]["email"] == ""
        yield row
    task_ids = (
        ("null", None), ("none", ""), ("space", " "), ("white-space", "\u3000\u2003"), ("newline", "task\n"), ("1025", "k" * 1025), ("c1", "a\u0085"),
    )  # fmt: skip
    for kind, value in task_ids:
        row = read(f"task-id-{kind}", "8.2", record(task_id=value), "register-task")
        assert "task_id" not in row["expect"]["record"]
        yield row
    for kind, value in (("colon", "a:b"), ("not-trimmed", " t "), ("1024", "k" * 1024), ("nfd", "cafe\u0301")):
        row = read(f"task-id-{kind}", "I2", record(task_id=value), "reuse")
        assert row["expect"]["record"]["task_id"] == value
        yield row
    for plan in ("free", "PRO", "hc", "education", "platinum"):
        row = read(f"plan-{plan}", "8.2", record(plan_type=plan), "reuse")
        assert row["expect"]["record"]["plan_type"] == plan
        yield row
    legacy = {"background_task_id": "b", "registered_at": "2025-01-01T00:00:00Z", "agent_public_key": 5, "workspace_id": "w"}
    yield read("legacy-members", "8.2", record(**legacy), "reuse")
    yield read("foreign-members", "8.2", document(record(), last_refresh="x", custom={"a": [1]}), "reuse")
    yield read("member-order", "8.2", dict(reversed(record().items())), "reuse")
    yield read("pretty", "8.2", document(record()).replace(",", ",\n  "), "reuse")
