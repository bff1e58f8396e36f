"""Section 5: response items."""

from urllib.parse import urlsplit

from .rendering import Dropped
from .texts import uuid_v7

PASSTHROUGH = "internal_chat_message_metadata_passthrough"
PREFIXES = {
    "additional_tools": "at", "message": "msg", "agent_message": "amsg", "reasoning": "rs", "local_shell_call": "lsh",
    "function_call": "fc", "function_call_output": "fco", "custom_tool_call": "ctc", "custom_tool_call_output": "ctco",
    "tool_search_call": "tsc", "tool_search_output": "tso", "web_search_call": "ws", "image_generation_call": "ig",
    "compaction": "cmp", "context_compaction": "cmp",
}  # fmt: skip
TIMED = ("agent_message", "function_call_output", "custom_tool_call_output", "tool_search_output")
SILENT = ("cell_id", "executed_tool_calls", "tool_calls_complete")


def prepare(items, item_ids, turn_id, create_time, now_ms, random):
    """5-1 to 5-4 and 5-9."""
    out = []
    for given in items:
        item = dict(given)
        prefix = PREFIXES.get(item.get("type"))
        if item_ids and prefix and not item.get("id"):
            item["id"] = None  # the place is kept; the id comes below
        if prefix and item["type"] != "additional_tools":
            stamp(item, turn_id, create_time)
        out.append(item)
    for item, given in zip(out, items):
        if item_ids and PREFIXES.get(item.get("type")) and not given.get("id"):
            item["id"] = f"{PREFIXES[item['type']]}_{uuid_v7(now_ms, random.take(10))}"
    return out


def stamp(item, turn_id, create_time):
    typed = dict(item[PASSTHROUGH]) if isinstance(item.get(PASSTHROUGH), dict) else {}
    older = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}
    has_time = item["type"] in TIMED or (item["type"] == "message" and item.get("role") in ("user", "developer"))
    changed = False
    if turn_id and not is_id(typed.get("turn_id")):
        typed["turn_id"] = older["turn_id"] if is_id(older.get("turn_id")) else turn_id
        changed = True
    if create_time is not None and has_time and typed.get("create_time") is None:
        typed["create_time"] = create_time
        changed = True
    if changed:
        item[PASSTHROUGH] = typed


def is_id(value):
    return isinstance(value, str) and value != ""


def is_prefixed(text):
    """5-5."""
    before, mark, after = text.partition("_")
    return bool(before and mark and after)


def stores(name, base_url):
    """5-7."""
    if name.lower() == "azure":
        return True
    if "://" not in base_url:
        return False
    url = urlsplit(base_url)
    host = (url.hostname or "").lower()
    under = lambda domain: host.endswith("." + domain)  # noqa: E731
    hosts = [f"{service}.azure.{end}" for service in ("openai", "cognitiveservices", "aoai") for end in ("com", "us", "cn")]
    if any(host == domain or under(domain) for domain in hosts + ["azure-api.net", "azurefd.net"]):
        return True
    return under("windows.net") and (url.path == "/openai" or url.path.startswith("/openai/"))


def outbound(items, item_ids, store, provider_name, base_url, form, content_item_kinds):
    """5-6 to 5-12."""
    if store is None:
        store = stores(provider_name, base_url)
    dropped, out = Dropped(), []
    for given in items:
        item = dict(given)
        if "id" in item and not (isinstance(item["id"], str) and is_prefixed(item["id"]) and (item_ids or store)):
            del item["id"]
        if provider_name != "OpenAI" and item.get("type") == "function_call":
            item.pop("encrypted_function_args", None)
        carries = item.get("type") in PREFIXES and item["type"] != "additional_tools"
        older, typed = item.get("metadata"), item.get(PASSTHROUGH)
        if provider_name != "OpenAI" or form == "off" or not carries:
            item.pop("metadata", None)
            item.pop(PASSTHROUGH, None)
        elif "metadata" in item or PASSTHROUGH in item:
            of_older = clean(older, False, dropped)
            sent = clean(typed, content_item_kinds, dropped)
            if form == "metadata":
                turn_id = sent.get("turn_id") or of_older.get("turn_id")
                replace(item, "metadata", {"turn_id": turn_id} if turn_id else {}, PASSTHROUGH)
            else:
                if "turn_id" not in sent and "turn_id" in of_older:
                    sent["turn_id"] = of_older["turn_id"]
                if isinstance(typed, dict) and set(sent) == set(typed) and "metadata" not in item:
                    sent = typed
                replace(item, PASSTHROUGH, sent, "metadata")
        out.append(item)
    return {"items": out, "dropped": dropped.sorted()}


def replace(item, name, value, other):
    item.pop(other, None)
    if value:
        item[name] = value
    else:
        item.pop(name, None)


def clean(value, content_item_kinds, dropped):
    """What may be sent of the typed metadata (5-8, 5-9)."""
    given = value if isinstance(value, dict) else {}
    out = {}
    if is_id(given.get("turn_id")):
        out["turn_id"] = given["turn_id"]
    if isinstance(given.get("create_time"), int) and not isinstance(given["create_time"], bool):
        out["create_time"] = given["create_time"]
    kinds = given.get("content_item_kinds")
    if content_item_kinds and isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
        out["content_item_kinds"] = kinds
    for name in given:
        if name not in ("turn_id", "create_time", "content_item_kinds", *SILENT):
            dropped.add(name, "illegal")
    return out
