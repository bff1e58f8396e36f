"""Task and agent registration, and the task answer (section 5)."""

import re
from urllib.parse import unquote_to_bytes

from . import ed25519, keys, references, sealed
from .assertions import check_window, replay_key, sign_bytes
from .encoding import b64, b64_decode, json_object, json_text, member
from .identifiers import check_runtime_id, check_task_id, path_segment, unix_seconds
from .refusal import Refused, refuse_unless

SPELLINGS = ("task_id", "taskId", "encrypted_task_id", "encryptedTaskId")


def registration_text(runtime_id, timestamp):
    """R(r, t)."""
    check_runtime_id(runtime_id)
    unix_seconds(timestamp)
    return f"{runtime_id}:{timestamp}"


def sign(seed, runtime_id, timestamp, reference=None):
    text = registration_text(runtime_id, timestamp)
    normal = references.normalize(reference["kind"], reference.get("value")) if reference else None
    body = {"timestamp": timestamp, "signature": b64(sign_bytes(seed, text.encode()))}
    if normal is not None:
        body["external_task_ref"] = normal
    path = f"/v1/agent/{path_segment(runtime_id)}/task/register"
    return {"path": path, "body": json_text(body), "signed_text": text}


def verify(question):
    """V4, V6, V8 and V9 over R(r, t)."""
    public = bytes.fromhex(question["public_key_hex"])
    segment = re.fullmatch(r"/v1/agent/([^/]*)/task/register", question["path"]).group(1)
    body = json_object(question["body"], "undecided")
    timestamp, signature = (member(body, name, str, "undecided") for name in ("timestamp", "signature"))
    text = registration_text(unquote_to_bytes(segment).decode(), timestamp)
    raw = b64_decode(signature, "undecided")
    refuse_unless(ed25519.verify(public, text.encode(), raw), "signature-invalid")
    check_window(timestamp, question["now_ms"], question.get("max_age_s", 300), question.get("ahead_s", 10))
    return {
        "verdict": "accepted",
        "external_task_ref": member(body, "external_task_ref", str, "undecided", optional=True),
        "replay_key_hex": replay_key(public, text),
    }


def agent_body(question):
    """The agent registration body with the ABOM of N5."""
    public = keys.import_public("raw", question["public_key_hex"])
    abom = {
        "agent_version": question["agent_version"],
        "agent_harness_id": "codex-app" if question["source"] == "vscode" else "codex-cli",
        "running_location": f"{question['source']}-{question['os']}",
    }
    line = keys.public_forms(public)["ssh"]
    return json_text({"abom": abom, "agent_public_key": line, "capabilities": ["responsesapi"], "ttl": None})


def read_task_answer(seed, body):
    """N1–N4."""
    undecodable = "task-response-undecodable"
    answer = json_object(body, undecodable)
    for name in SPELLINGS:
        value = member(answer, name, str, undecodable, optional=True)
        if value is None:
            continue
        if name in ("task_id", "taskId"):
            check_task_id(value)
            return value
        return sealed.unseal(seed, value)
    raise Refused("task-id-missing")
