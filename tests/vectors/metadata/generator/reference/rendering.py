"""Sections 1, 2 and 10: from a snapshot to everything that a request carries."""

from . import remotes
from .texts import Refused, canonical, header_fault, is_blank, sorted_map, uuid

FULL, MEMORY, NONE, MCP = "full", "memory", "none", "mcp"
# Table 1A. The columns: F(ull), M(emory), N(one), T(ools).
TABLE = """
installation_id F | session_id FNT | thread_id FNT | agent_name FN | turn_id FMNT | window_id F | window_number F | context_window_id F
request_kind FM | forked_from_thread_id FMNT | forked_from_ordinal_exclusive FMN | parent_thread_id FMNT | parent_turn_id FMN
root_turn_id FMN | subagent_kind FMNT | thread_source FMNT | turn_trigger FMNT | sandbox FMNT | sandbox_mode FMNT
auto_review_enabled FMNT | workspaces FMNT | turn_started_at_unix_ms FMNT | analytics_enabled FMN | compaction F
"""
FIELDS = dict(entry.split() for line in TABLE.split("\n") for entry in line.split("|") if entry.strip())
ALWAYS = ("installation_id", "session_id", "thread_id", "window_id")

NAMES_OF_1B = ("x-codex-installation-id", "x-codex-window-id", "x-openai-subagent", "x-codex-parent-thread-id", "x-codex-turn-metadata")
NAMES_OF_1_12 = (
    "node_repl_auto_review_required", "node_repl_disabled", "history_ingest_requested", "guardian_credits_requested",
    "code_mode_tool_names", "tool_namespaces_info", "x-codex-routing-hint",
)  # fmt: skip
RESERVED = {*FIELDS, *NAMES_OF_1B, *NAMES_OF_1_12, "parent_response_id"}

# Table 1D: what takes the place of which letter of section 10, and whether the canonical string goes along.
TRANSPORTS = {
    "responses": "H", "websocket-preconnect": "W", "websocket-handshake": "W", "websocket-message": "M", "local-compaction": "H",
    "legacy-compact": "C", "compact-v2": "H", "memory-stage-one": "H", "memories-summarize": "S", "mcp": "",
}  # fmt: skip
WITHOUT_CANONICAL = ("websocket-preconnect", "memories-summarize")

KNOWN_KINDS = {"review", "compact", "memory_consolidation", "thread_spawn"}


class Dropped:
    """What was left out (0-5)."""

    def __init__(self):
        self.names = []

    def add(self, name, reason):
        if (name, reason) not in self.names:
            self.names.append((name, reason))

    def sorted(self):
        return [{"name": name, "reason": reason} for name, reason in sorted(self.names, key=lambda pair: pair[0].encode())]


def source(snapshot):
    """Class and name of the session source."""
    given = snapshot.get("session_source")
    if given is None:
        kind = snapshot.get("subagent_kind")
        return ("root", None) if kind is None else ("subagent", kind)
    if isinstance(given, str):
        return ("subagent", given) if given in KNOWN_KINDS else ("root", None)
    (cls, name), = given.items()
    if cls == "custom":
        return ("root", None)
    if isinstance(name, dict):
        (kind, label), = name.items()
        name = label if kind == "other" else kind
    return (cls, name)


def subagent_header(snapshot):
    cls, name = source(snapshot)
    return "collab_spawn" if (cls, name) == ("subagent", "thread_spawn") else name


def may_start_root_turn(snapshot, label):
    if source(snapshot)[0] != "root":
        return False
    label = label or ""
    never = ("subagent", "guardian_review", "memory_consolidation", "system", "title")
    return label not in never and not label.startswith("ambient")


def render(snapshot, kind=None, transport="responses", additions=None):
    """Everything of one request."""
    if kind == "detached-memory":
        snapshot, kind = detached(snapshot), "memory"
    check(snapshot, kind)
    if transport not in TRANSPORTS:
        raise Refused("config-invalid")
    letter, dropped = TRANSPORTS[transport], Dropped()
    if transport == "mcp":
        text = canonical(tools_object(snapshot, dropped))
        return {"canonical": text, "client_metadata": {}, "headers": [], "dropped": dropped.sorted(), "prompt_cache_key": cache_key(snapshot, additions)}
    text = None
    if transport not in WITHOUT_CANONICAL:
        text = canonical(model_object(snapshot, kind, dropped))
    travelling = text if kind is not None else None
    flat = flat_map(snapshot, travelling, additions or {}, dropped) if letter in "HM" else {}
    if letter != "M":
        flat_only = ()
    else:
        flat_only = message_keys(additions or {})
    for name, value in flat_only:
        take(flat, name, value, dropped)
    headers = []
    for name, value in direct_headers(snapshot, travelling, letter) + (other_headers(snapshot, letter, additions) if additions is not None else []):
        if value is None:
            continue
        fault = header_fault(value)
        if fault:
            dropped.add(name, fault)
        else:
            headers.append([name, value])
    return {
        "canonical": text,
        "client_metadata": sorted_map(flat),
        "headers": headers,
        "dropped": dropped.sorted(),
        "prompt_cache_key": cache_key(snapshot, additions),
    }


def detached(snapshot):
    """Memory outside any turn (1A): made by the client itself, and of the ids only what the flat map needs (1-14)."""
    kept = {name: snapshot[name] for name in (*ALWAYS, "sandbox", "sandbox_mode", "workspaces") if name in snapshot}
    return kept | {"thread_source": "memory_consolidation", "session_source": {"internal": "memory_consolidation"}}


SANDBOX_MODES = ("danger-full-access", "external-sandbox", "read-only", "workspace-write")


def check(snapshot, kind):
    """1-4, and members that must be UUIDs or known names."""
    if snapshot.get("sandbox_mode") is not None and snapshot["sandbox_mode"] not in SANDBOX_MODES:
        raise Refused("invalid-snapshot")
    for name in ("context_window_id", "forked_from_thread_id", "parent_thread_id"):
        if snapshot.get(name) is not None and uuid(snapshot[name]) is None:
            raise Refused("invalid-snapshot")
    if snapshot.get("compaction") is not None:
        compaction(snapshot)
    if kind not in (None, "turn", "prewarm", "compaction", "memory"):
        raise Refused("config-invalid")
    if kind in ("turn", "prewarm", "compaction") and not all(snapshot.get(name) for name in ALWAYS):
        raise Refused("invalid-snapshot")
    if kind == "compaction" and snapshot.get("compaction") is None:
        raise Refused("invalid-snapshot")


COMPACTION = {
    "trigger": ("manual", "auto"),
    "reason": ("user_requested", "context_limit", "model_downshift", "comp_hash_changed"),
    "implementation": ("responses", "responses_compact", "responses_compaction_v2"),
    "phase": ("standalone_turn", "pre_turn", "mid_turn", "post_turn"),
    "strategy": ("memento", "prefix_compaction"),
}


def compaction(snapshot):
    given = {"strategy": "memento"} | snapshot["compaction"]
    if any(given[name] not in values for name, values in COMPACTION.items()):
        raise Refused("invalid-snapshot")
    return {name: given[name] for name in COMPACTION}


def workspaces(snapshot, dropped):
    out = {}
    for root, facts in sorted_map(snapshot.get("workspaces") or {}).items():
        urls = {}
        for name, url in sorted_map((facts or {}).get("associated_remote_urls") or {}).items():
            try:
                urls[name] = remotes.sanitize(url)
            except Refused:
                dropped.add(f"associated_remote_urls.{name}", "illegal")
        known = {"associated_remote_urls": urls} if urls else {}
        known |= {name: facts[name] for name in ("latest_git_commit_hash", "has_changes") if (facts or {}).get(name) is not None}
        if known:
            out[root] = known
    return out


def facts(snapshot, column, kind, dropped):
    """The fields of 1A of one column, in order."""
    execution = snapshot.get("execution") or {}
    values = dict(snapshot) | {name: snapshot.get(name, "") for name in ALWAYS}
    for name in ("context_window_id", "forked_from_thread_id", "parent_thread_id"):
        values[name] = uuid(values[name]) if values.get(name) is not None else None
    if values["forked_from_thread_id"] is None or (column != "T" and values["parent_thread_id"] is not None):
        values["forked_from_thread_id"] = values["forked_from_ordinal_exclusive"] = None
    for name in ("parent_turn_id", "root_turn_id", "turn_trigger", "thread_source"):
        values[name] = None if is_blank(values.get(name)) else values[name]
    if values.get("is_root_ambiguous"):
        values["root_turn_id"] = None
    cls, name = source(snapshot)
    values["subagent_kind"] = name if cls == "subagent" else None
    if execution.get("auto_review_enabled") is not None:
        values["auto_review_enabled"] = execution["auto_review_enabled"]
    values["request_kind"] = kind
    values["workspaces"] = workspaces(snapshot, dropped) or None
    values["compaction"] = compaction(snapshot) if kind == "compaction" else None
    return {name: values[name] for name, columns in FIELDS.items() if column in columns and values.get(name) is not None}


def extras(snapshot, is_mcp, dropped):
    """2-5: per-turn, product-configured and execution metadata, the stronger last."""
    execution, configured = snapshot.get("execution"), snapshot.get("configured_extras") or {}
    own = ("model", "reasoning_effort") if execution else ()
    own += ("user_input_requested_during_turn",) if is_mcp else ()
    out = {}
    for given, stronger in ((snapshot.get("extras") or {}, configured), ({} if is_mcp else configured, {})):
        for name, value in given.items():
            if name in RESERVED:
                dropped.add(name, "reserved")
            elif name in own:
                dropped.add(name, "overwritten")
            elif name in stronger:
                dropped.add(name, "shadowed")
            else:
                out[name] = value
    if execution:
        out |= {name: execution[name] for name in ("model", "reasoning_effort") if execution.get(name) is not None}
    if is_mcp and snapshot.get("user_input_requested"):
        out["user_input_requested_during_turn"] = True
    return out


def model_object(snapshot, kind, dropped):
    column = {None: "N", "memory": "M"}.get(kind, "F")
    return facts(snapshot, column, kind, dropped) | sorted_map(extras(snapshot, False, dropped))


def tools_object(snapshot, dropped):
    return sorted_map(facts(snapshot, "T", None, dropped) | extras(snapshot, True, dropped))


def take(flat, name, value, dropped):
    if value == "":
        dropped.add(name, "empty")
    elif value is not None:
        flat[name] = value


def parent_id(snapshot):
    return uuid(snapshot["parent_thread_id"]) if snapshot.get("parent_thread_id") is not None else None


def flat_map(snapshot, text, additions, dropped):
    """Table 1B."""
    flat = {}
    filled = {name: None if is_blank(snapshot.get(name)) else snapshot[name] for name in ("parent_turn_id", "root_turn_id")}
    if snapshot.get("is_root_ambiguous"):
        filled["root_turn_id"] = None
    reviewer = snapshot.get("is_reviewer_request")
    for name, value in {
        "x-codex-installation-id": snapshot.get("installation_id", ""),
        "session_id": snapshot.get("session_id", ""),
        "thread_id": snapshot.get("thread_id", ""),
        "x-codex-window-id": snapshot.get("window_id", ""),
        "turn_id": snapshot.get("turn_id"),
        **filled,
        "x-openai-subagent": subagent_header(snapshot),
        "x-codex-parent-thread-id": parent_id(snapshot),
        "x-codex-turn-metadata": text,
        "parent_response_id": snapshot.get("parent_response_id") if reviewer else None,
    }.items():
        take(flat, name, value, dropped)
    return flat


def message_keys(additions):
    """Table 1E."""
    started = additions.get("request_start_unix_ms")
    return (
        ("ws_request_header_x_openai_internal_codex_responses_lite", "true" if additions.get("responses_lite") else None),
        ("x-codex-turn-state", additions.get("turn_state")),
        ("x-codex-ws-stream-request-start-ms", None if started is None else str(started)),
        ("ws_request_header_traceparent", additions.get("traceparent")),
        ("ws_request_header_tracestate", additions.get("tracestate")),
    )


def direct_headers(snapshot, text, letter):
    """Table 1C, and the installation id of 1D."""
    headers = []
    if letter in ("H", "W", "C"):
        headers += [("x-codex-window-id", snapshot.get("window_id", "")), ("x-codex-turn-metadata", text)]
        headers += [("x-codex-parent-thread-id", parent_id(snapshot))]
    if letter in ("H", "W", "C", "S"):
        headers += [("x-openai-subagent", subagent_header(snapshot))]
    if letter == "C":
        headers += [("x-codex-installation-id", snapshot.get("installation_id", ""))]
    return headers


def cache_key(snapshot, additions):
    """10-1."""
    explicit, (cls, name), parent = (additions or {}).get("prompt_cache_key"), source(snapshot), parent_id(snapshot)
    if explicit is not None:
        return explicit
    return f"{name}:{parent}" if cls == "internal" and parent else snapshot.get("session_id", "")


def other_headers(snapshot, letter, given):
    """The table of section 10."""
    is_root = source(snapshot)[0] == "root"
    session = given.get("prompt_cache_key") if is_root and given.get("prompt_cache_key") is not None else snapshot.get("session_id", "")
    thread = snapshot.get("thread_id", "")
    flag = lambda name: "true" if given.get(name) else None  # noqa: E731
    rows = (
        ("originator", given.get("originator"), "HWCS"),
        ("User-Agent", given.get("user_agent"), "HWCS"),
        ("session-id", session, "HWC"),
        ("thread-id", thread, "HWC"),
        ("x-client-request-id", thread, "HW"),
        ("x-codex-beta-features", ",".join(given.get("beta_features") or ()) or None, "HWC"),
        ("x-codex-turn-state", given.get("turn_state"), "HC"),
        ("OpenAI-Beta", "responses_websockets=2026-02-06", "W"),
        ("x-responsesapi-include-timing-metrics", flag("timing_metrics"), "W"),
        ("x-openai-internal-codex-responses-lite", flag("responses_lite"), "H"),
        ("x-openai-memgen-request", "true" if source(snapshot) == ("internal", "memory_consolidation") else None, "HWCS"),
        ("x-openai-internal-codex-residency", "us" if given.get("us_residency") else None, "HWCS"),
        ("x-oai-attestation", given.get("attestation"), "HWC"),
    )
    return [(name, value) for name, value, letters in rows if letter in letters]


def check_extras(configured):
    """2-8."""
    import re

    for count, (name, value) in enumerate(sorted_map(configured).items(), 1):
        if count > 16:
            raise Refused("extras-too-many")
        if len(name.encode()) > 64 or not re.fullmatch("[A-Za-z][A-Za-z0-9_.-]*", name, re.ASCII):
            raise Refused("extras-bad-key")
        if name in RESERVED and name not in ("window_number", "forked_from_ordinal_exclusive", "analytics_enabled"):
            raise Refused("extras-reserved-key")
        if len(value.encode()) > 128:
            raise Refused("extras-value-too-long")
