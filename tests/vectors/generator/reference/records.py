"""The stored identity record (section 8.2) and what a bootstrap does with it (section 8.4)."""

from . import keys
from .encoding import Members, json_object, member
from .identifiers import check_task_id
from .refusal import Refused, refuse_unless

BAD = "record-invalid"
REGISTER_AGENT = {"action": "register-agent", "record": None}


def read(auth_json, account_id, chatgpt_user_id):
    stored = json_object(auth_json, "undecided").get("agent_identity")
    if stored is None or isinstance(stored, str):
        return REGISTER_AGENT
    refuse_unless(isinstance(stored, Members), BAD)
    record, key_text = _record(stored)
    if (record["account_id"], record["chatgpt_user_id"]) != (account_id, chatgpt_user_id):
        return REGISTER_AGENT
    try:
        keys.import_private("pkcs8-base64", key_text)
    except Refused:
        return REGISTER_AGENT
    return {"action": "reuse" if "task_id" in record else "register-task", "record": record}


def _record(stored):
    """The record in written order without its key, and the key text."""
    record = {"agent_runtime_id": member(stored, "agent_runtime_id", str, BAD)}
    key_text = member(stored, "agent_private_key", str, BAD)
    for name in ("account_id", "chatgpt_user_id"):
        record[name] = member(stored, name, str, BAD)
    record["email"] = member(stored, "email", str, BAD, optional=True) or ""
    record["plan_type"] = member(stored, "plan_type", str, BAD)
    record["chatgpt_account_is_fedramp"] = member(stored, "chatgpt_account_is_fedramp", bool, BAD)
    task_id = member(stored, "task_id", str, BAD, optional=True)
    if task_id is not None and _usable(task_id):
        record["task_id"] = task_id
    return record, key_text


def _usable(task_id):
    try:
        check_task_id(task_id)
    except Refused:
        return False
    return True
