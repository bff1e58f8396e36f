"""task-answer.json: reading the answer to a task registration (N1–N4)."""

import itertools

from ..reference.encoding import b64, json_text
from . import constants as c
from .case import case
from .sealed_task import box

SEED = bytes.fromhex(c.SEED)
PLAIN = ("task_id", "taskId")
SEALED = ("encrypted_task_id", "encryptedTaskId")


def cases():
    yield from _spellings()
    yield from _tolerated()
    yield from _refused()


def read(name, rule, body, code=None, task_id=None):
    text = body if isinstance(body, str) else json_text(body)
    ok = None if task_id is None else {"task_id": task_id}
    return case(name, rule, "task-answer.read", {"seed_hex": c.SEED, "body": text}, code, ok)


def sealed_id(task_id):
    return b64(box(task_id.encode(), SEED))


def _spellings():
    """Every set of the four spellings, each with its own id: the first one present wins."""
    values = {
        "task_id": "first",
        "taskId": "second",
        "encrypted_task_id": sealed_id("third"),
        "encryptedTaskId": sealed_id("fourth"),
    }
    results = dict(zip(values, ("first", "second", "third", "fourth")))
    for size in range(1, 5):
        for chosen in itertools.combinations(values, size):
            name = "+".join(chosen)
            body = {key: values[key] for key in chosen}
            yield read(f"present-{name}", "N1", body, task_id=results[chosen[0]])
            yield read(f"reversed-{name}", "N1", dict(reversed(body.items())), task_id=results[chosen[0]])
            others = {key: None for key in values if key not in chosen}
            yield read(f"null-besides-{name}", "N1", others | body, task_id=results[chosen[0]])
    for name in (*PLAIN, *SEALED):
        for missing in ({}, {name: None}):
            yield read(f"missing-{name}-{len(missing)}", "N1", {"id": "x", **missing}, "task-id-missing")
    yield read("missing-all-null", "N1", dict.fromkeys(values), "task-id-missing")
    yield read("missing-other-case", "N1", {"Task_id": "x", "TaskId": "y", "task-id": "z"}, "task-id-missing")
    yield read("constant-box", "N3", {"encrypted_task_id": c.BOX_ANY_SAMPLE}, task_id="task_123")
    yield read("constant-box-camel", "N3", {"encryptedTaskId": c.BOX_EPHEMERAL_01}, task_id="task_123")
    yield read("plain-before-broken-box", "N1", {"encrypted_task_id": "!", "task_id": "t"}, task_id="t")


def _tolerated():
    yield read("unknown-members", "N1", {"task_id": "t", "expires_at": 1, "more": {"task_id": 5, "x": [None, 1.5e3]}}, task_id="t")
    yield read("unknown-duplicates", "N1", '{"x":1,"task_id":"t","x":2}', task_id="t")
    yield read("white-space", "N1", ' \r\n{ "task_id" :\t"t" }\n', task_id="t")
    yield read("escaped-name", "N1", '{"task\\u005fid":"t"}', task_id="t")
    yield read("escaped-value", "N2", '{"task_id":"\\u0074\\/\\ud83d\\ude80"}', task_id="t/\U0001f680")
    yield read("colons", "N2", {"task_id": f"a:{c.APRIL}"}, task_id=f"a:{c.APRIL}")
    yield read("not-trimmed", "N2", {"task_id": " t "}, task_id=" t ")
    yield read("not-normalised", "N2", {"taskId": "cafe\u0301"}, task_id="cafe\u0301")
    yield read("1024-bytes", "N2", {"task_id": "k" * 1024}, task_id="k" * 1024)


def _refused():
    undecodable = "task-response-undecodable"
    for number, body in enumerate((
        "", "null", "true", "42", '"task"', "[]", '[{"task_id":"t"}]', "task-123", "{", '{"task_id":"t"', '{"task_id":"t"}x',
        '{"task_id":"t"}{"task_id":"t"}', '{"task_id":"t",}', "{'task_id':'t'}", "{task_id:\"t\"}", '\ufeff{"task_id":"t"}',
        '{"task_id":"a\nb"}', '{"task_id":"\\x41"}', '/**/{"task_id":"t"}', '{"task_id":"t"}\u00a0', '{"x":NaN,"task_id":"t"}',
        '{"x":01,"task_id":"t"}',
    )):  # fmt: skip
        yield read(f"undecodable-{number:02}", "N1", body, undecodable)
    for name in (*PLAIN, *SEALED):
        for kind, value in (("number", 5), ("boolean", True), ("array", ["t"]), ("object", {"id": "t"})):
            yield read(f"mistyped-{name}-{kind}", "N1", {name: value}, undecodable)
        yield read(f"duplicate-{name}", "N1", f'{{"{name}":"t","{name}":"t"}}', undecodable)
    yield read("duplicate-escaped-name", "N1", '{"task_id":"t","task\\u005fid":"u"}', undecodable)
    for name, value in (
        ("none", ""), ("blank", " "), ("white-space", "\u2003\u3000"), ("newline", "a\nb"), ("nul", "\0"), ("c1", "a\u009f"),
        ("1025", "k" * 1025),
    ):  # fmt: skip
        yield read(f"bad-id-{name}", "N2", {"task_id": value}, "task-id-invalid")
        yield read(
            f"bad-id-no-fall-through-{name}", "N2", {"taskId": value, "encrypted_task_id": sealed_id("good")}, "task-id-invalid"
        )
    yield read("bad-id-in-box", "N2", {"encrypted_task_id": sealed_id("a\tb")}, "task-id-invalid")
    yield read("box-not-base64", "N3", {"encrypted_task_id": "!", "encryptedTaskId": sealed_id("good")}, "sealed-not-base64")
    yield read("box-damaged", "N3", {"encryptedTaskId": b64(bytes(60))}, "sealed-open-failed")
    yield read("box-of-other-key", "N3", {"encrypted_task_id": b64(box(b"task"))}, "sealed-open-failed")
    yield read("box-not-utf8", "N3", {"encrypted_task_id": b64(box(b"\xff", SEED))}, "sealed-not-utf8")
