"""How a case is made: the question, the answer of the reference, and what the author of the case expects of it."""

import json

from ..reference import items, remotes, rendering, sources
from ..reference.texts import Random, Refused, header_fault, whole


def case(name, rule, op, question, expect=None, **members):
    """One case. `expect` is a code, or an answer that is given in full; `members` are some of its members."""
    found = answer(op, question)
    if isinstance(expect, str):
        assert found == {"error": expect}, f"{name}: {found}, expected {expect}"
    else:
        assert "error" not in found, f"{name}: {found}"
        assert expect is None or found == expect, f"{name}: {found}"
        for member, value in members.items():
            assert found[member] == value, f"{name}: {member} is {found[member]!r}, expected {value!r}"
    return {"id": name, "rule": rule, "op": op, "input": question, "expect": found}


def answer(op, question):
    """The answer of the reference."""
    try:
        return OPERATIONS[op](whole(question))
    except Refused as refused:
        return {"error": refused.code}


def render(question):
    snapshot = dict(question["snapshot"])
    kind = question.get("kind") or snapshot.get("request_kind")
    return rendering.render(snapshot, kind, question.get("transport") or "responses", question.get("additions"))


def meta(question):
    snapshot = dict(question["snapshot"])
    if question.get("execution"):
        snapshot["execution"] = question["execution"]
    rendered = rendering.render(snapshot, None, "mcp")
    return {"meta": json.loads(rendered["canonical"]), "dropped": rendered["dropped"]}


def check_extras(question):
    rendering.check_extras(question["configured_extras"])
    return {}


def describe(question):
    cls, name = rendering.source(question)
    return {
        "subagent_header": rendering.subagent_header(question),
        "subagent_kind": name if cls == "subagent" else None,
        "may_start_root_turn": rendering.may_start_root_turn(question, question.get("thread_source")),
    }


def restore(question):
    """3-2, 3-7."""
    filled = lambda name, otherwise: (question.get(name) or "").strip() and question[name] or otherwise  # noqa: E731
    return {"session_id": filled("session_id", question["thread_id"]), "agent_name": filled("agent_path", "/root")}


def turn(question):
    """3-3, 3-4, 3-8, 2-4."""
    known = {"parent": None, "root": None, "triggered": None, "started": None, "steered": {}, "root_ambiguous": False, "user_input_requested": False}
    for event in question["events"]:
        (name, value), = ({event: True} if isinstance(event, str) else event).items()
        if name in ("parent", "root", "triggered"):
            if known[name] is None and value.strip():
                known[name] = value
        elif name == "started":
            known[name] = value if known[name] is None else known[name]
        else:
            known[name] = value
    return {
        "parent_turn_id": known["parent"], "root_turn_id": known["root"], "is_root_ambiguous": known["root_ambiguous"],
        "turn_trigger": known["triggered"], "turn_started_at_unix_ms": known["started"], "extras": known["steered"],
        "user_input_requested": known["user_input_requested"],
    }  # fmt: skip


def prepare(question):
    random = Random(question.get("random_hex"))
    item_ids = question.get("enabled", question.get("item_ids")) in (True, "on")
    prepared = items.prepare(question["items"], item_ids, question.get("turn_id"), question.get("create_time"), question.get("now_ms"), random)
    return {"items": prepared}


def outbound(question):
    given = question.get
    form = given("item_metadata_form") or "passthrough"
    if form not in ("passthrough", "metadata", "off"):
        raise Refused("config-invalid")
    on = lambda name: given(name) in (True, "on")  # noqa: E731
    return items.outbound(
        given("items"), on("item_ids"), given("store"), given("provider_name"), given("base_url") or "", form, on("content_item_kinds")
    )


def inherits_from(question):
    if question["history"] not in ("new", "cleared", "fork", "truncated-fork", "resumed"):
        raise Refused("config-invalid")
    known = [question[name] for name in ("spawned_by", "parent", "forked_from") if question.get(name) is not None]
    inherits = question["history"] in ("new", "cleared", "truncated-fork")
    return {"inherits_from": known[0] if inherits and known else None}


def check_originator(question):
    if header_fault(question["value"]):
        raise Refused("invalid-originator")
    return {"is_set": not (question.get("is_client_name") and question["value"] in ("codex-backend", "codex_app_server_daemon"))}


OPERATIONS = {
    "metadata.render": render,
    "metadata.mcp": meta,
    "extras.check": check_extras,
    "turn.update": turn,
    "lineage.describe": describe,
    "lineage.restore": restore,
    "window.resume": lambda q: sources.resume_window(q["thread_id"], q["records"]),
    "window.compact": lambda q: sources.compact(q["thread_id"], q.get("records"), q["compactions"], q["now_ms"], q["random_hex"]),
    "caller-ids.run": sources.run_calls,
    "item-ids.assign": prepare,
    "items.prepare": prepare,
    "items.outbound": outbound,
    "originator.resolve": sources.originator,
    "originator.parent": inherits_from,
    "originator.check": check_originator,
    "user-agent.render": lambda q: {"user_agent": sources.user_agent(q)},
    "installation-id.parse": sources.installation_id,
    "git-url.sanitize": lambda q: {"url": remotes.sanitize(q["url"])},
    "git-url.same": lambda q: {"same": remotes.is_same(q["a"], q["b"])},
    "attestation.envelope": lambda q: sources.envelope(q["status"], q.get("token")),
}
