"""Sections 1, 2, 8-1 and 10: canonical strings, flat maps, header fields, tool metadata."""

from ..reference.rendering import ALWAYS, FIELDS, NAMES_OF_1B, NAMES_OF_1_12, RESERVED, TRANSPORTS
from .case import case

MIN = {"installation_id": "i", "session_id": "s", "thread_id": "t", "window_id": "t:0"}
E14 = '{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn"}'
ROOT = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10"
E15_SNAPSHOT = {
    "installation_id": "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b", "session_id": ROOT, "thread_id": ROOT, "agent_name": "/root",
    "turn_id": "01980c5a-7b2f-7a31-8c4d-5e6f70819203", "window_id": f"{ROOT}:0", "window_number": 0,
    "context_window_id": "01980c5a-7b1f-7000-8000-000000000001", "thread_source": "user", "turn_trigger": "goal", "sandbox": "none",
    "sandbox_mode": "workspace-write",
    "workspaces": {"/srv/app": {
        "associated_remote_urls": {"origin": "https://git.example.com/team/repo.git"},
        "latest_git_commit_hash": "0123456789abcdef0123456789abcdef01234567", "has_changes": False,
    }},
    "turn_started_at_unix_ms": 1700000000123, "extras": {"origin": "\u6771\u4eac"},
    "execution": {"model": "gpt-5.4", "reasoning_effort": "high", "auto_review_enabled": False},
}  # fmt: skip
E15 = (
    '{"installation_id":"5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b","session_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10",'
    '"thread_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10","agent_name":"/root","turn_id":"01980c5a-7b2f-7a31-8c4d-5e6f70819203",'
    '"window_id":"01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10:0","window_number":0,"context_window_id":"01980c5a-7b1f-7000-8000-000000000001",'
    '"request_kind":"turn","thread_source":"user","turn_trigger":"goal","sandbox":"none","sandbox_mode":"workspace-write",'
    '"auto_review_enabled":false,"workspaces":{"/srv/app":{"associated_remote_urls":{"origin":"https://git.example.com/team/repo.git"},'
    '"latest_git_commit_hash":"0123456789abcdef0123456789abcdef01234567","has_changes":false}},"turn_started_at_unix_ms":1700000000123,'
    '"model":"gpt-5.4","origin":"\\u6771\\u4eac","reasoning_effort":"high"}'
)
COMPACTION = {"trigger": "auto", "reason": "context_limit", "implementation": "responses_compaction_v2", "phase": "mid_turn", "strategy": "memento"}
E16_SNAPSHOT = {
    "installation_id": "installation-a", "session_id": "session-a", "thread_id": "thread-a", "agent_name": "/root", "turn_id": "turn-a",
    "window_id": "thread-a:2", "sandbox": "none", "sandbox_mode": "read-only", "auto_review_enabled": False, "compaction": COMPACTION,
    "configured_extras": {"codex_security_surface": "sdk"},
}  # fmt: skip
E16 = (
    '{"installation_id":"installation-a","session_id":"session-a","thread_id":"thread-a","agent_name":"/root","turn_id":"turn-a",'
    '"window_id":"thread-a:2","request_kind":"compaction","sandbox":"none","sandbox_mode":"read-only","auto_review_enabled":false,'
    '"compaction":{"trigger":"auto","reason":"context_limit","implementation":"responses_compaction_v2","phase":"mid_turn",'
    '"strategy":"memento"},"codex_security_surface":"sdk"}'
)
SPAWN = "22222222-2222-4222-8222-222222222222"
E17_SNAPSHOT = {
    "installation_id": "i", "session_id": "s", "thread_id": "t2", "agent_name": "/root/worker", "turn_id": "u2", "window_id": "t2:0",
    "parent_thread_id": SPAWN, "parent_turn_id": "pu", "root_turn_id": "ru", "session_source": {"subagent": "thread_spawn"},
    "thread_source": "subagent",
}  # fmt: skip
E17 = (
    '{"installation_id":"i","session_id":"s","thread_id":"t2","agent_name":"/root/worker","turn_id":"u2","window_id":"t2:0",'
    '"request_kind":"turn","parent_thread_id":"22222222-2222-4222-8222-222222222222","parent_turn_id":"pu","root_turn_id":"ru",'
    '"subagent_kind":"thread_spawn","thread_source":"subagent"}'
)
E18 = '{"installation_id":"i","session_id":"s","thread_id":"t","window_id":"t:0","request_kind":"turn","k":"a\\"b\\\\c/d\\n\\t\\u0001\\u00e9\\ud83d\\ude80"}'
# Every field of 1A, extras of both sources, what runs the request.
FULL = {
    "installation_id": "i", "session_id": "s", "thread_id": "t", "agent_name": "/root", "turn_id": "u", "window_id": "t:7", "window_number": 7,
    "context_window_id": "01980c5a-7b1f-7000-8000-000000000001", "forked_from_thread_id": "11111111-1111-4111-8111-111111111111",
    "forked_from_ordinal_exclusive": 7, "parent_turn_id": "pu", "root_turn_id": "ru", "thread_source": "user", "turn_trigger": "goal",
    "sandbox": "none", "sandbox_mode": "read-only", "auto_review_enabled": True,
    "workspaces": {"/srv": {"latest_git_commit_hash": "abc"}}, "turn_started_at_unix_ms": 1, "analytics_enabled": False,
    "compaction": COMPACTION, "extras": {"team": "a"}, "configured_extras": {"surface": "sdk"},
}  # fmt: skip
CHILD = FULL | {"session_source": {"subagent": "thread_spawn"}, "thread_source": "subagent", "parent_thread_id": SPAWN}
KINDS = ("turn", "prewarm", "compaction", "memory", None)


def shown(name, rule, snapshot, kind="turn", transport="responses", **members):
    question = {"snapshot": snapshot, "kind": kind, "transport": transport, "provider_name": "OpenAI"}
    return case(name, rule, "metadata.render", question, **members)


def string(name, rule, snapshot, kind="turn", text=None, dropped=()):
    """Only the canonical string and what was left out of it."""
    made = shown(name, rule, snapshot, kind, **({} if text is None else {"canonical": text}))
    made["expect"] = {member: made["expect"][member] for member in ("canonical", "dropped")}
    if dropped != ():
        assert made["expect"]["dropped"] == dropped, f"{name}: {made['expect']['dropped']}"
    return made


def refused(name, rule, snapshot, kind, code):
    return case(name, rule, "metadata.render", {"snapshot": snapshot, "kind": kind, "transport": "responses"}, code)


def reserved(*names):
    return [{"name": name, "reason": "reserved"} for name in names]


def render_canonical():
    yield from _examples()
    yield from _columns()
    yield from _members()


def _examples():
    detached = {"thread_source": "memory_consolidation", "sandbox_mode": "read-only"}
    yield string("e1", "1A", detached, "memory", '{"request_kind":"memory","thread_source":"memory_consolidation","sandbox_mode":"read-only"}')
    modes = CHILD | {"sandbox_mode": "read-only", "workspaces": {}, "turn_id": "u", "parent_response_id": "r", "is_reviewer_request": True}
    modes |= {"execution": {"model": "m"}, "sandbox": None}
    made = shown("e1-whatever-else-is-known", "1A, 1-5, 1-14", modes, "detached-memory", "memory-stage-one")
    assert made["expect"]["canonical"] == '{"request_kind":"memory","thread_source":"memory_consolidation","sandbox_mode":"read-only"}'
    assert "x-codex-parent-thread-id" not in made["expect"]["client_metadata"]
    yield made
    yield string("e2", "1-8", MIN | {"extras": {"origin": "\u6771\u4eac"}}, "turn", E14[:-1] + ',"origin":"\\u6771\\u4eac"}')
    spoof = E16_SNAPSHOT | {"extras": {"compaction": "x"}}
    yield string("e3-compaction", "3-15, 2-3", spoof, "compaction", E16, reserved("compaction"))
    turn = E16.replace('"compaction","sandbox"', '"turn","sandbox"')
    turn = turn[: turn.index(',"compaction":{')] + ',"codex_security_surface":"sdk"}'
    yield string("e3-next-turn", "3-15", E16_SNAPSHOT, "turn", turn)
    yield string("e5", "3-8", MIN | {"turn_started_at_unix_ms": 1700000000123}, "turn", E14[:-1] + ',"turn_started_at_unix_ms":1700000000123}')
    before = MIN | {"extras": {"turn_started_at_unix_ms": "1700000000123"}}
    yield string("e5-before-the-start", "3-8", before, "turn", E14, reserved("turn_started_at_unix_ms"))
    both = MIN | {"forked_from_thread_id": "33333333-3333-4333-8333-333333333333", "parent_thread_id": "33333333-3333-4333-8333-333333333333"}
    yield string("e6", "3-5", both, "turn", E14[:-1] + ',"parent_thread_id":"33333333-3333-4333-8333-333333333333"}')
    yield string("e7", "3-9", MIN | {"thread_source": "automation"}, "turn", E14[:-1] + ',"thread_source":"automation"}')
    yield string("e14", "1A", MIN, "turn", E14)
    yield string("e15", "1A, 1-5, 1-6", E15_SNAPSHOT, "turn", E15)
    yield string("e16", "1A, 3-15", E16_SNAPSHOT, "compaction", E16)
    yield string("e17", "1A", E17_SNAPSHOT, "turn", E17)
    yield string("e18", "1-8, 1-9", MIN | {"extras": {"k": 'a"b\\c/d\n\t\x01\u00e9\U0001f680'}}, "turn", E18)
    yield string("e19", "1A, 1-18", MIN, "prewarm", E14.replace('"turn"', '"prewarm"'))
    yield shown("e20", "1A, 1-10", MIN, None, canonical='{"session_id":"s","thread_id":"t"}')
    big = E14.replace('"request_kind"', '"window_number":18446744073709551615,"request_kind"')
    yield string("e21", "0-4", MIN | {"window_number": 2**64 - 1}, "turn", big)
    sorted_extras = ',"Zed":"2","_x":"3","alpha":"1","\\u00e9":"4"}'
    yield string("e22", "1A, 1-6", MIN | {"extras": {"alpha": "1", "Zed": "2", "_x": "3", "\u00e9": "4"}}, "turn", E14[:-1] + sorted_extras)
    yield string("e23", "1A", MIN | {"turn_started_at_unix_ms": 1, "analytics_enabled": True}, "turn", E14[:-1] + ',"turn_started_at_unix_ms":1,"analytics_enabled":true}')
    workspace = {"workspaces": {"/srv/\u6771\u4eac": {"latest_git_commit_hash": "abc", "has_changes": True}}}
    text = E14[:-1] + ',"workspaces":{"/srv/\\u6771\\u4eac":{"latest_git_commit_hash":"abc","has_changes":true}}}'
    yield string("e24", "1-6, 8-1", MIN | workspace, "turn", text)
    fork = {"forked_from_thread_id": "11111111-1111-4111-8111-111111111111", "forked_from_ordinal_exclusive": 7, "thread_source": "automation"}
    text = ',"forked_from_thread_id":"11111111-1111-4111-8111-111111111111","forked_from_ordinal_exclusive":7,"thread_source":"automation"}'
    yield string("e25", "3-5", MIN | fork, "turn", E14[:-1] + text)
    memory = {name: value for name, value in E16_SNAPSHOT.items() if name not in ("compaction", "configured_extras")}
    memory |= {"parent_thread_id": "44444444-4444-4444-8444-444444444444", "thread_source": "memory_consolidation"}
    text = (
        '{"turn_id":"turn-a","request_kind":"memory","parent_thread_id":"44444444-4444-4444-8444-444444444444",'
        '"thread_source":"memory_consolidation","sandbox":"none","sandbox_mode":"read-only","auto_review_enabled":false}'
    )
    yield string("e26", "1A", memory, "memory", text)


def _columns():
    """Every row of 1A in every column of a model request: alone, absent, and all together."""
    for kind in KINDS:
        column = kind or "none"
        yield string(f"all-{column}", "1A, 1-6", FULL, kind)
        yield string(f"all-of-a-child-{column}", "1A, 3-5, 3-1", CHILD, kind)
        base = MIN | ({"compaction": COMPACTION} if kind == "compaction" else {})
        yield string(f"least-{column}", "1A, 1-7", base, kind)
        for name in FIELDS:
            if name in ALWAYS or name == "request_kind":
                continue
            given = base | {name: CHILD.get(name, "thread_spawn")}
            if name == "forked_from_ordinal_exclusive":
                given |= {"forked_from_thread_id": FULL["forked_from_thread_id"]}
            yield string(f"row-{name}-{column}", "1A", given, kind)


def _members():
    for name in ALWAYS:
        for kind in ("turn", "prewarm", "compaction"):
            given = MIN | {"compaction": COMPACTION} | {name: ""}
            yield refused(f"empty-{name}-{kind}", "1-4", given, kind, "invalid-snapshot")
        yield string(f"empty-{name}-memory", "1-4, 1-14", MIN | {name: ""}, "memory")
        yield string(f"empty-{name}-none", "1-4", MIN | {name: ""}, None)
        yield refused(f"absent-{name}", "1-4", {other: value for other, value in MIN.items() if other != name}, "turn", "invalid-snapshot")
    yield string("nothing-memory", "1-4", {}, "memory", '{"request_kind":"memory"}')
    yield refused("compaction-without-its-object", "1-4", MIN, "compaction", "invalid-snapshot")
    yield refused("kind-unknown", "1A", MIN, "review", "config-invalid")
    for mode in ("Read-Only", "", "none"):
        yield refused(f"sandbox-mode-{mode or 'empty'}", "8-4", MIN | {"sandbox_mode": mode}, "turn", "invalid-snapshot")
    for member in ("context_window_id", "forked_from_thread_id", "parent_thread_id"):
        yield refused(f"{member}-no-uuid", "1A, 0-6", MIN | {member: "turn-1"}, "turn", "invalid-snapshot")
        yield string(f"{member}-canonical", "0-6", MIN | {member: "{01980C5A-7B1F-7000-8000-000000000001}"})
    nulls = {name: None for name in FIELDS if name not in ALWAYS} | {"extras": None, "configured_extras": None, "execution": None}
    yield string("nulls", "1-7", MIN | nulls, "turn", E14)
    yield string("ordinal-without-fork", "3-5", MIN | {"forked_from_ordinal_exclusive": 7}, "turn", E14)
    yield string("parent-hides-fork-and-ordinal", "3-5", FULL | {"parent_thread_id": SPAWN})
    yield string("review-has-a-parent-and-no-fork", "3-1", MIN | {"session_source": {"subagent": "review"}, "parent_thread_id": SPAWN})
    yield string("root-ambiguous", "3-4", FULL | {"is_root_ambiguous": True})
    for member in ("parent_turn_id", "root_turn_id", "turn_trigger", "thread_source"):
        yield string(f"{member}-blank", "3-3, 3-9", MIN | {member: " \t"}, "turn", E14)
    for label in ("user", "title", "ambient_tips", "guardian_review"):
        yield string(f"thread-source-{label}", "3-9", MIN | {"thread_source": label}, "turn", E14[:-1] + f',"thread_source":"{label}"}}')
    yield string("thread-source-not-inferred", "3-9", MIN | {"session_source": {"subagent": "thread_spawn"}}, "turn", E14[:-1] + ',"subagent_kind":"thread_spawn"}')
    yield string("thread-source-reserved", "3-9, 2-3", MIN | {"extras": {"thread_source": "user"}}, "turn", E14, reserved("thread_source"))
    for mode in ("danger-full-access", "external-sandbox", "read-only", "workspace-write"):
        yield string(f"sandbox-mode-{mode}", "8-4", MIN | {"sandbox_mode": mode})
    for tag in ("none", "external", "windows_elevated", "seatbelt", "linux \u00e9"):
        yield string(f"sandbox-{tag.replace(' ', '-').encode('ascii', 'ignore').decode()}", "8-4", MIN | {"sandbox": tag})
    for number in (0, 1, 2**53, 2**53 + 1, 2**63, 2**64 - 1):
        yield string(f"window-number-{number}", "0-4", MIN | {"window_number": number})
    for unix_ms in (-(2**63), -1, 0, 2**53 + 1, 2**63 - 1):
        yield string(f"started-{unix_ms}", "0-4, 3-8", MIN | {"turn_started_at_unix_ms": unix_ms})
    for bad, number in (("fraction", 1.5), ("text", "1"), ("negative", -1), ("too-large", 2**64)):
        yield refused_form(f"window-number-{bad}", "0-4", {"window_number": number})
    yield refused_form("started-too-large", "0-4", {"turn_started_at_unix_ms": 2**63})
    yield string("parent-response-id", "1-11", MIN | {"parent_response_id": "r", "is_reviewer_request": True}, "turn", E14)
    for name, values in {
        "trigger": ("manual", "auto"), "reason": ("user_requested", "context_limit", "model_downshift", "comp_hash_changed"),
        "implementation": ("responses", "responses_compact", "responses_compaction_v2"),
        "phase": ("standalone_turn", "pre_turn", "mid_turn", "post_turn"), "strategy": ("memento", "prefix_compaction"),
    }.items():  # fmt: skip
        for value in values:
            yield string(f"compaction-{name}-{value}", "3-15", MIN | {"compaction": COMPACTION | {name: value}}, "compaction")
        yield refused(f"compaction-{name}-unknown", "3-15", MIN | {"compaction": COMPACTION | {name: "other"}}, "compaction", "invalid-snapshot")
    manual = {"trigger": "manual", "reason": "user_requested", "implementation": "responses_compact", "phase": "standalone_turn", "strategy": "memento"}
    yield string("compaction-manual", "3-16, 3-15", MIN | {"compaction": manual}, "compaction")
    yield from _execution()


def refused_form(name, rule, members):
    """A member of the wrong type: the reference has none, the driver says so."""
    question = {"snapshot": MIN | members, "kind": "turn", "transport": "responses"}
    return {"id": name, "rule": rule, "op": "metadata.render", "input": question, "expect": {"error": "config-invalid"}}


def _execution():
    for kind in KINDS:
        base = MIN | {"compaction": COMPACTION}
        yield string(f"execution-{kind or 'none'}", "1-5", base | {"execution": {"model": "m", "reasoning_effort": "high", "auto_review_enabled": True}}, kind)
    given = {"extras": {"model": "m1", "reasoning_effort": "low"}, "auto_review_enabled": False}
    yield string("execution-absent", "1-5, 2-6", MIN | given)
    yield string("execution-without-effort", "1-5, 2-5", MIN | given | {"execution": {"model": "m2", "auto_review_enabled": True}})
    yield string("execution-over-configuration", "1-5, 2-5", MIN | {"configured_extras": {"model": "m1"}, "execution": {"model": "m2"}})


def escape():
    base = E14[:-1] + ',"k":'

    def escaped(name, rule, text, expect=None):
        made = string(name, rule, MIN | {"extras": {"k": text}}, "turn", None if expect is None else f'{base}"{expect}"}}')
        made["expect"].pop("dropped")
        return made

    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    for code in range(0x20):
        yield escaped(f"control-{code:02x}", "1-9", chr(code), short.get(code, f"\\u00{code:02x}"))
    yield escaped("delete-is-written-raw", "1-9", "\x7f", "\x7f")
    yield escaped("slash", "1-9", "/", "/")
    yield escaped("quote", "1-9", '"', '\\"')
    yield escaped("backslash", "1-9", "\\", "\\\\")
    yield escaped("printable", "1-9", "".join(map(chr, range(0x20, 0x7F))))
    for name, text, expect in (
        ("c1-start", "\x80", "\\u0080"), ("c1-end", "\x9f", "\\u009f"), ("latin", "\xe9", "\\u00e9"), ("cjk", "\u6771\u4eac", "\\u6771\\u4eac"),
        ("line-separators", "\u2028\u2029", "\\u2028\\u2029"), ("below-surrogates", "\ud7ff", "\\ud7ff"), ("private-use", "\ue000", "\\ue000"),
        ("byte-order-mark", "\ufeff", "\\ufeff"), ("bmp-end", "\uffff", "\\uffff"), ("astral-start", "\U00010000", "\\ud800\\udc00"),
        ("rocket", "\U0001f680", "\\ud83d\\ude80"), ("astral-end", "\U0010ffff", "\\udbff\\udfff"), ("hex-in-lower-case", "\uabcd", "\\uabcd"),
    ):  # fmt: skip
        yield escaped(name, "1-8", text, expect)
    for name, text, expect in (
        ("lone-high", "a\ud800b", "a\\ufffdb"), ("lone-low", "\udc00", "\\ufffd"), ("two-lows", "\udead\udead", "\\ufffd\\ufffd"),
        ("high-before-pair", "\ud83d\U0001f680", "\\ufffd\\ud83d\\ude80"), ("high-at-end", "x\udbff", "x\\ufffd"),
    ):  # fmt: skip
        yield escaped(name, "0-2", text, expect)
    key = string("lone-in-key", "0-2, 1-8", MIN | {"extras": {"\ud800": "1"}}, "turn", E14[:-1] + ',"\\ufffd":"1"}')
    yield key
    yield string("key-escaped", "1-8, 1-9", MIN | {"extras": {'\u00e9"\\\n': "1"}}, "turn", E14[:-1] + ',"\\u00e9\\"\\\\\\n":"1"}')
    yield string("fields-escaped", "1-8", {name: "\u6771" for name in MIN} | {"agent_name": "\u00e9\x01"})


def flat(name, rule, snapshot, kind="turn", expect=None, transport="responses"):
    made = shown(name, rule, snapshot, kind, transport, **({} if expect is None else {"client_metadata": expect}))
    made["expect"] = {member: made["expect"][member] for member in ("client_metadata", "dropped")}
    return made


def render_flat():
    e27 = {"session_id": "s", "thread_id": "t", "x-codex-installation-id": "i", "x-codex-turn-metadata": E14, "x-codex-window-id": "t:0"}
    yield flat("e27", "1B", MIN, "turn", e27)
    e28 = {
        "parent_turn_id": "pu", "root_turn_id": "ru", "session_id": "s", "thread_id": "t2", "turn_id": "u2", "x-codex-installation-id": "i",
        "x-codex-parent-thread-id": SPAWN, "x-codex-window-id": "t2:0", "x-openai-subagent": "collab_spawn",
    }  # fmt: skip
    yield flat("e28", "1B", E17_SNAPSHOT, None, e28)
    for kind in KINDS:
        yield flat(f"all-{kind or 'none'}", "1B, 1-14", CHILD, kind)
        yield flat(f"least-{kind or 'none'}", "1B", MIN | {"compaction": COMPACTION}, kind)
    for name in ALWAYS:
        yield flat(f"empty-{name}", "1-15", MIN | {name: ""}, "memory")
    yield flat("empty-turn-id", "1-15", MIN | {"turn_id": ""}, None)
    yield flat("reviewer", "1B", MIN | {"parent_response_id": "resp_1", "is_reviewer_request": True})
    yield flat("no-reviewer", "1B", MIN | {"parent_response_id": "resp_1"})
    yield flat("reviewer-without-response", "1B", MIN | {"is_reviewer_request": True})
    yield flat("extras-are-never-flat-keys", "1-13", MIN | {"extras": {"team": "a", "model": "m"}, "configured_extras": {"surface": "sdk"}})
    yield flat("root-ambiguous", "3-4, 1B", FULL | {"is_root_ambiguous": True})
    yield flat("fork-is-no-flat-key", "1B", FULL)
    yield flat("values-are-not-escaped", "1B, 1-8", MIN | {"turn_id": "u\u00e9\n", "session_source": {"subagent": {"other": "r\u00e9viseur"}}})
    yield flat("same-text-in-map-and-header", "1-10, 1-1", E15_SNAPSHOT)
    names = {name: "x" for name in (*NAMES_OF_1B, *NAMES_OF_1_12)}
    yield flat("reserved-names-are-not-overwritten", "1-12, 2-2", MIN | {"extras": names})
    for source in ("review", "compact", "memory_consolidation", "thread_spawn"):
        yield flat(f"subagent-{source}", "1B", MIN | {"session_source": {"subagent": source}})
    yield flat("internal-memory-consolidation", "1B", MIN | {"session_source": {"internal": "memory_consolidation"}})
    yield flat("attested-id", "7-6", MIN | {"installation_id": "5a9b8f2e-1c3d-4e5f-8a7b-0c1d2e3f4a5b"})


def head(name, rule, snapshot, kind="turn", transport="responses", expect=None, dropped=None):
    members = ({} if expect is None else {"headers": expect}) | ({} if dropped is None else {"dropped": dropped})
    made = shown(name, rule, snapshot, kind, transport, **members)
    made["expect"] = {member: made["expect"][member] for member in ("headers", "dropped", "client_metadata")}
    return made


def render_headers():
    e29 = [["x-codex-window-id", "t2:0"], ["x-codex-turn-metadata", E17], ["x-codex-parent-thread-id", SPAWN], ["x-openai-subagent", "collab_spawn"]]
    yield head("e29", "1C, 1-17", E17_SNAPSHOT, expect=e29, dropped=[])
    e11 = [["x-codex-window-id", "t:0"], ["x-openai-subagent", "review"]]
    yield head("e11", "3-6, 1-11", MIN | {"session_source": {"subagent": "review"}, "sandbox": "none"}, None, expect=e11)
    reviser = MIN | {"session_source": {"subagent": {"other": "r\u00e9viseur"}}}
    made = head("e30", "1-16, 0-3", reviser, dropped=[{"name": "x-openai-subagent", "reason": "illegal"}])
    assert made["expect"]["client_metadata"]["x-openai-subagent"] == "r\u00e9viseur"
    yield made
    made = head("e31", "1-9, 1-16", MIN | {"extras": {"n": "\x7f"}}, dropped=[{"name": "x-codex-turn-metadata", "reason": "illegal"}])
    assert made["expect"]["client_metadata"]["x-codex-turn-metadata"].endswith('"n":"\x7f"}')
    yield made
    for kind in KINDS:
        yield head(f"all-{kind or 'none'}", "1C, 1-10", CHILD, kind)
        yield head(f"least-{kind or 'none'}", "1C", MIN | {"compaction": COMPACTION}, kind)
    for name, text in {
        "nul": "\0", "line-feed": "a\nb", "carriage-return": "a\r\nx-evil: 1", "delete": "\x7f", "space-before": " a", "space-behind": "a ",
        "tab-before": "\ta", "tab-behind": "a\t", "only-space": " ", "latin": "\xe9", "astral": "\U0001f680", "c1": "\x85",
    }.items():  # fmt: skip
        yield head(f"illegal-{name}", "0-3, 1-16", MIN | {"session_source": {"subagent": {"other": text}}})
    for name, text in {"tab-inside": "a\tb", "space-inside": "a b", "tilde": "~", "exclamation-mark": "!"}.items():
        yield head(f"legal-{name}", "0-3", MIN | {"session_source": {"subagent": {"other": text}}})
    yield head("empty-label", "1-16", MIN | {"session_source": {"subagent": {"other": ""}}})
    yield head("empty-window", "1-16", MIN | {"window_id": ""}, "memory")
    yield head("illegal-window", "1-16", MIN | {"window_id": "t:0\n"})
    yield head("parent-of-every-child", "3-6", MIN | {"session_source": {"subagent": "review"}, "parent_thread_id": SPAWN})
    yield head("parent-in-canonical-form", "3-6, 0-6", MIN | {"parent_thread_id": "urn:uuid:" + SPAWN.upper()})
    yield head("no-parent-of-roots", "3-6", MIN)
    yield head("dropped-in-order", "0-5", MIN | {"session_source": {"subagent": {"other": ""}}, "window_id": "t\n", "extras": {"session_id": "x", "a": "1", "node_repl_disabled": "x"}})


def render_mcp():
    def tools(name, rule, snapshot, execution=None, meta=None):
        question = {"snapshot": snapshot} | ({} if execution is None else {"execution": execution})
        made = case(name, rule, "metadata.mcp", question, **({} if meta is None else {"meta": meta}))
        return made

    both = MIN | {"forked_from_thread_id": "33333333-3333-4333-8333-333333333333", "parent_thread_id": "33333333-3333-4333-8333-333333333333"}
    meta = {name: both[name] for name in ("session_id", "thread_id", "forked_from_thread_id", "parent_thread_id")}
    yield tools("e6", "1-23, 3-5", both, meta=meta)
    e33 = {"session_id": "s", "thread_id": "t", "turn_id": "u", "extras": {"reasoning_effort": "x", "team": "a"}}
    yield tools("e33", "1-22", e33, {"model": "gpt-5.4"}, {"session_id": "s", "thread_id": "t", "turn_id": "u", "model": "gpt-5.4", "team": "a"})
    e4 = MIN | {"configured_extras": {"codex_security_surface": "sdk"}, "extras": {"codex_security_surface": "client"}}
    yield tools("e4", "2-7", e4, meta={"session_id": "s", "thread_id": "t"})
    yield tools("e5", "3-8", MIN | {"turn_started_at_unix_ms": 1700000000123}, meta={"session_id": "s", "thread_id": "t", "turn_started_at_unix_ms": 1700000000123})
    yield tools("all", "1A, 1-21", FULL)
    yield tools("all-of-a-child", "1A, 1-23", CHILD)
    yield tools("least", "1A", MIN)
    for name in FIELDS:
        if name != "request_kind":
            given = MIN | {name: CHILD.get(name, "thread_spawn")}
            yield tools(f"row-{name}", "1A", given | ({"forked_from_thread_id": SPAWN} if "ordinal" in name else {}))
    yield tools("configured-extras-are-not-shown", "2-7", MIN | {"configured_extras": {"a": "1"}, "extras": {"b": "2"}})
    yield tools("not-escaped", "1-21", MIN | {"extras": {"origin": "\u6771\u4eac"}})
    yield tools("model-and-effort", "1-22", MIN, {"model": "m", "reasoning_effort": "high"})
    yield tools("model-replaces-an-extra", "1-22", MIN | {"extras": {"model": "x"}}, {"model": "m"})
    yield tools("user-input-requested", "1-22", MIN | {"user_input_requested": True})
    yield tools("user-input-requested-replaces-an-extra", "1-22", MIN | {"user_input_requested": True, "extras": {"user_input_requested_during_turn": "no"}})
    yield tools("user-input-not-requested", "1-22", MIN | {"extras": {"user_input_requested_during_turn": "yes"}})
    yield string("user-input-extra-of-a-model-request", "2-6", MIN | {"extras": {"user_input_requested_during_turn": "yes"}, "user_input_requested": True})
    yield tools("auto-review-of-the-execution", "1-5", MIN | {"auto_review_enabled": False}, {"model": "m", "auto_review_enabled": True})
    yield tools("reserved", "2-3, 1-12", MIN | {"extras": {name: "x" for name in sorted(RESERVED)}})
    yield tools("no-installation-id", "7-6", E15_SNAPSHOT)


ADDITIONS = {
    "originator": "codex_cli_rs", "user_agent": "codex_cli_rs/1.2.3 (Ubuntu 24.4.0; x86_64) xterm", "beta_features": ["a", "b"],
    "turn_state": "ts-1", "responses_lite": True, "timing_metrics": True, "us_residency": True,
    "attestation": '{"v":1,"s":0,"t":"v1.opaque-client-payload"}', "request_start_unix_ms": 1700000000456,
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate": "vendor=1",
}  # fmt: skip


def transports():
    def sent(name, rule, snapshot, kind, transport, additions=None, **members):
        question = {"snapshot": snapshot, "kind": kind, "transport": transport, "provider_name": "OpenAI"}
        return case(name, rule, "metadata.render", question | ({} if additions is None else {"additions": additions}), **members)

    made = sent("e32", "1D, 7-6", E16_SNAPSHOT, "compaction", "legacy-compact", client_metadata={})
    assert made["expect"]["headers"] == [["x-codex-window-id", "thread-a:2"], ["x-codex-turn-metadata", E16], ["x-codex-installation-id", "installation-a"]]
    yield made
    kinds = {
        "responses": ("turn", "compaction", "memory"), "websocket-preconnect": (None,), "websocket-handshake": ("turn", "compaction", None),
        "websocket-message": ("turn", "prewarm", "compaction", "memory"), "local-compaction": ("compaction",), "legacy-compact": ("compaction",),
        "compact-v2": ("compaction",), "memory-stage-one": ("memory",), "memories-summarize": (None,), "mcp": (None,),
    }  # fmt: skip
    implementation = {"local-compaction": "responses", "legacy-compact": "responses_compact", "compact-v2": "responses_compaction_v2"}
    for transport in TRANSPORTS:
        for kind in kinds[transport]:
            given = CHILD | {"compaction": COMPACTION | {"implementation": implementation.get(transport, "responses")}}
            rule = "1D, 1-10, 1-17, 1-20, 3-15" if transport in implementation else "1D, 1-10, 1-17, 1-20"
            yield sent(f"{transport}-{kind or 'none'}", rule, given, kind, transport)
            yield sent(f"{transport}-{kind or 'none'}-complete", "1D, 1E, 10-1, 10-2, 10-3, 6-7, 9-3, 9-4", given, kind, transport, ADDITIONS)
            yield sent(f"{transport}-{kind or 'none'}-least", "1D, 10-3", MIN | {"compaction": COMPACTION}, kind, transport, {})
    override = ADDITIONS | {"prompt_cache_key": "k"}
    headers = lambda made: dict(made["expect"]["headers"])  # noqa: E731
    made = sent("e60-root-with-override", "10-1", MIN, "turn", "responses", override, prompt_cache_key="k")
    assert headers(made)["session-id"] == "k"
    yield made
    made = sent("e60-child", "10-1", E17_SNAPSHOT, "turn", "responses", ADDITIONS, prompt_cache_key="s")
    assert headers(made)["session-id"] == "s"
    yield made
    guardian = MIN | {"session_source": {"internal": "guardian"}, "parent_thread_id": SPAWN}
    made = sent("e60-internal-guardian", "10-1", guardian, "turn", "responses", ADDITIONS, prompt_cache_key=f"guardian:{SPAWN}")
    assert headers(made)["session-id"] == "s"
    yield made
    yield sent("child-with-override", "10-1", E17_SNAPSHOT, "turn", "responses", override, prompt_cache_key="k")
    yield sent("internal-without-parent", "10-1", MIN | {"session_source": {"internal": "guardian"}}, "turn", "responses", {}, prompt_cache_key="s")
    yield sent("metadata-has-the-real-session-id", "10-1", MIN, "turn", "websocket-message", override)
    consolidation = MIN | {"session_source": {"internal": "memory_consolidation"}}
    for transport in TRANSPORTS:
        yield sent(f"memgen-{transport}", "10-1, 1D", consolidation, None, transport, {"originator": "o"})
    yield sent("beta-features-none", "10-1", MIN, "turn", "responses", {"beta_features": []})
    yield sent("beta-features-one", "10-1", MIN, "turn", "responses", {"beta_features": ["a"]})
    yield sent("illegal-additions", "1-16, 9-7", MIN, "turn", "responses", {"originator": "a\nb", "turn_state": "\x7f", "attestation": "\u00e9", "user_agent": " "})
    yield sent("empty-additions", "1-16, 1-15", MIN, "turn", "websocket-message", {"turn_state": "", "traceparent": "", "tracestate": ""})
    yield case("unknown", "1D", "metadata.render", {"snapshot": MIN, "kind": "turn", "transport": "smoke-signals"}, "config-invalid")
    yield sent("clock-at-zero", "1E", MIN, "turn", "websocket-message", {"request_start_unix_ms": 0})


def extras_turn():
    yield string("e34", "2-2, 2-3", MIN | {"extras": {"session_id": "x", "Session_ID": "y", "team": "a"}}, "turn", E14[:-1] + ',"Session_ID":"y","team":"a"}', reserved("session_id"))
    e35 = MIN | {"extras": {"model": "m1", "reasoning_effort": "low"}, "execution": {"model": "m2"}}
    overwritten = [{"name": name, "reason": "overwritten"} for name in ("model", "reasoning_effort")]
    yield string("e35", "2-5, 1-5", e35, "turn", E14[:-1] + ',"model":"m2"}', overwritten)
    e4 = MIN | {"configured_extras": {"codex_security_surface": "sdk"}, "extras": {"codex_security_surface": "client"}}
    shadowed = [{"name": "codex_security_surface", "reason": "shadowed"}]
    yield string("e4", "2-5", e4, "turn", E14[:-1] + ',"codex_security_surface":"sdk"}', shadowed)
    for name in sorted(RESERVED):
        yield string(f"reserved-{name}", "2-2, 2-3" + (", 1-12" if name in NAMES_OF_1_12 else ""), MIN | {"extras": {name: "x", "team": "a"}}, "turn", None, reserved(name))
    for name in ("Session_ID", "SESSION_ID", "session-id", " session_id", "model", "reasoning_effort", "workspace_kind", "user_input_requested_during_turn", "", "x-codex", "parent_response_ID"):
        yield string(f"free-{name.replace(' ', 'space-')}", "2-2, 2-6", MIN | {"extras": {name: "x"}}, "turn", None, [])
    yield string("no-limits", "2-9", MIN | {"extras": {f"key {number}": "v" * 129 for number in range(17)} | {"k" * 65: ""}})
    yield string("both-sources", "2-1", MIN | {"extras": {"b": "2"}, "configured_extras": {"a": "1", "c": "3"}}, "turn", E14[:-1] + ',"a":"1","b":"2","c":"3"}')
    yield string("empty-value", "2-1", MIN | {"extras": {"b": ""}}, "turn", E14[:-1] + ',"b":""}')
    for kind in KINDS:
        yield string(f"column-{kind or 'none'}", "1A, 2-1", MIN | {"compaction": COMPACTION, "extras": {"b": "2"}, "configured_extras": {"a": "1"}}, kind)
    yield string("overwritten-before-shadowed", "2-5", MIN | {"extras": {"model": "m1"}, "configured_extras": {"model": "m3"}, "execution": {"model": "m2"}})
    yield string("shadowed-without-execution", "2-5", MIN | {"extras": {"model": "m1"}, "configured_extras": {"model": "m3"}})
    steer = lambda name, events: case(name, "2-4", "turn.update", {"events": events})  # noqa: E731
    yield steer("steer-replaces-the-whole-map", [{"steered": {"a": "1", "b": "2"}}, {"steered": {"c": "3"}}])
    yield steer("steer-with-an-empty-map", [{"steered": {"a": "1"}}, {"steered": {}}])
    yield steer("other-events-leave-the-map", [{"steered": {"a": "1"}}, {"started": 1}, "user_input_requested"])


def extras_config():
    check = lambda name, rule, extras, code=None: case(name, rule, "extras.check", {"configured_extras": extras}, code)  # noqa: E731
    many = {f"k{number:02}": "v" for number in range(17)}
    yield check("e36-17-entries", "2-8", many, "extras-too-many")
    yield check("e36-key-9lives", "2-8", {"9lives": "v"}, "extras-bad-key")
    yield check("e36-key-of-65-bytes", "2-8", {"k" * 65: "v"}, "extras-bad-key")
    yield check("e36-reserved", "2-8", {"thread_source": "v"}, "extras-reserved-key")
    yield check("e36-value-of-128-bytes", "2-8", {"k": "v" * 128})
    yield check("e36-value-of-129-bytes-in-43-characters", "2-8", {"k": "\u6771" * 43}, "extras-value-too-long")
    yield check("entries-16", "2-8", dict(list(many.items())[:16]))
    yield check("key-of-64-bytes", "2-8", {"k" * 64: "v"})
    yield check("nothing", "2-8", {})
    yield check("empty-value", "2-8", {"k": ""})
    for name in ("", "_k", "-k", ".k", "k k", "k/", "\u00e9", "k\u00e9", "k\n", "1"):
        yield check(f"bad-key-{name.encode().hex() or 'empty'}", "2-8", {name: "v"}, "extras-bad-key")
    for name in ("k", "K", "k9", "k_.-", "Zz", "model", "reasoning_effort", "workspace_kind", "user_input_requested_during_turn"):
        yield check(f"good-key-{name}", "2-8, 2-6", {name: "v"})
    for name in sorted(RESERVED):
        tolerated = name in ("window_number", "forked_from_ordinal_exclusive", "analytics_enabled")
        yield check(f"reserved-{name}", "2-9" if tolerated else "2-8, 2-2", {name: "v"}, None if tolerated else "extras-reserved-key")
    yield check("key-before-value-of-an-entry", "2-8", {"9": "v" * 129}, "extras-bad-key")
    yield check("reserved-before-value-of-an-entry", "2-8", {"turn_id": "v" * 129}, "extras-reserved-key")
    yield check("entries-in-order", "2-8", {"b": "v" * 129, "a!": "v"}, "extras-bad-key")
    yield check("upper-case-comes-first", "2-8", {"a!": "v", "Z": "v" * 129}, "extras-value-too-long")
    yield check("bad-entry-before-the-17th", "2-8", many | {"a!": "v"}, "extras-bad-key")
    yield check("17th-before-its-own-faults", "2-8", many | {"k16": "v" * 129}, "extras-too-many")
    e37 = MIN | {"configured_extras": {"window_number": "x"}}
    yield string("e37", "2-9", e37, "turn", E14, reserved("window_number"))
    tolerated = ("analytics_enabled", "forked_from_ordinal_exclusive", "window_number")
    yield string("tolerated-and-filtered", "2-9", MIN | {"configured_extras": {name: "x" for name in tolerated}}, "turn", E14, reserved(*tolerated))


def workspaces():
    def seen(name, rule, given, text=None):
        return string(name, rule, MIN | {"workspaces": given}, "turn", None if text is None else E14[:-1] + text)

    url, root = "https://git.example.com/team/repo.git", "/srv/app"
    yield seen("all-facts", "8-1", {root: {"has_changes": True, "latest_git_commit_hash": "h", "associated_remote_urls": {"origin": url}}},
               f',"workspaces":{{"/srv/app":{{"associated_remote_urls":{{"origin":"{url}"}},"latest_git_commit_hash":"h","has_changes":true}}}}}}')  # fmt: skip
    yield seen("only-hash", "8-1, 8-3", {root: {"latest_git_commit_hash": "h"}})
    yield seen("only-changes", "8-1, 8-3", {root: {"has_changes": False}})
    yield seen("only-remotes", "8-1, 8-3", {root: {"associated_remote_urls": {"origin": url}}})
    yield seen("no-fact-no-entry", "8-1, 8-2", {root: {}}, "}")
    yield seen("no-remote-no-fact", "8-1", {root: {"associated_remote_urls": {}}}, "}")
    yield seen("no-entry-no-key", "8-1, 8-2", {}, "}")
    yield seen("nulls", "8-1, 1-7", {root: {"associated_remote_urls": None, "latest_git_commit_hash": None, "has_changes": None}}, "}")
    yield seen("entry-null", "8-1", {root: None}, "}")
    yield seen("known-and-unknown", "8-1", {"/a": {}, root: {"has_changes": True}})
    yield seen("roots-sorted", "1-6", {"/b": {"has_changes": True}, "/a": {"has_changes": False}, "/B": {"has_changes": True}})
    yield seen("remotes-sorted", "1-6", {root: {"associated_remote_urls": {"upstream": url, "origin": url, "Zed": url}}})
    yield seen("remotes-sanitised", "8-5, 8-7", {root: {"associated_remote_urls": {"origin": "https://alice:s3cret@git.example.com/r"}}},
               ',"workspaces":{"/srv/app":{"associated_remote_urls":{"origin":"https://git.example.com/r"}}}}')  # fmt: skip
    illegal = {"associated_remote_urls": {"origin": "ext::sh -c connect", "ok": url}, "has_changes": True}
    yield seen("one-remote-refused", "8-5, 0-5", {root: illegal})
    yield seen("no-remote-left", "8-5", {root: {"associated_remote_urls": {"origin": ""}, "has_changes": True}},
               ',"workspaces":{"/srv/app":{"has_changes":true}}}')  # fmt: skip
    yield seen("nothing-left", "8-5", {root: {"associated_remote_urls": {"origin": "https://user:p/w@h/x"}}}, "}")
    yield seen("paths-escaped", "1-8", {"C:\\src\\\u6771": {"has_changes": True}})
    for kind in KINDS:
        yield string(f"column-{kind or 'none'}", "1A, 8-1", MIN | {"compaction": COMPACTION, "workspaces": {root: {"has_changes": True}}}, kind)
    yield string("a-first-request-may-lack-them", "8-2, 1-2", MIN, "turn", E14)
