"""Section 5: response items."""

from ..reference.items import PASSTHROUGH, PREFIXES
from .case import case

E44 = "01980c5a-7b2f-7a31-8c4d-5e6f70819203"
# Clock and random bytes of which the UUID of E44 is made.
E44_NOW, E44_RANDOM = 0x01980C5A7B2F, "0a310c4d5e6f70819203"
RANDOM = "".join(f"{number:02x}" for number in range(250))
NO_ID = ("compaction_trigger", "configuration_update", "unheard_of")


def item_ids():
    def assign(name, rule, items, expect=None, enabled=True, now_ms=E44_NOW, random=RANDOM):
        question = {"items": items, "enabled": enabled, "now_ms": now_ms, "random_hex": random}
        return case(name, rule, "item-ids.assign", question, expect)

    item = {"type": "function_call_output", "call_id": "c"}
    yield assign("e44", "5-1", [item], {"items": [item | {"id": f"fco_{E44}"}]}, random=E44_RANDOM)
    prefix = {"agent_message": "amsg_", "message": "msg_", "additional_tools": "at_"}
    for item_type, begins in prefix.items():
        made = assign(f"e13-{item_type}", "5-1", [{"type": item_type, "role": "user"}])
        assert made["expect"]["items"][0]["id"].startswith(begins)
        yield made
    yield assign("e13-compaction_trigger", "5-1", [{"type": "compaction_trigger"}], {"items": [{"type": "compaction_trigger"}]})
    for item_type in PREFIXES:
        yield assign(f"type-{item_type}", "5-1, 5-4", [{"type": item_type}])
    for item_type in NO_ID:
        yield assign(f"type-{item_type}", "5-1", [{"type": item_type}], {"items": [{"type": item_type}]})
        yield assign(f"type-{item_type}-empty-id", "5-1", [{"type": item_type, "id": ""}], {"items": [{"type": item_type, "id": ""}]})
    yield assign("no-type", "5-1", [{"content": []}], {"items": [{"content": []}]})
    mixed = [{"type": "message", "role": "user"}, {"type": "reasoning", "id": "rs_server"}, {"type": "message", "id": ""}, {"type": "compaction_trigger"}, {"type": "reasoning", "id": None}]
    yield assign("order-kept", "5-2, 5-3", mixed)
    yield assign("server-ids-stay", "5-3", [{"type": "message", "id": text} for text in ("msg_1", "m1", "m-1", "_", " ")])
    yield assign("empty-id-counts-as-missing", "5-3", [{"id": "", "type": "message", "content": []}])
    yield assign("null-id-counts-as-missing", "5-3", [{"type": "message", "id": None, "content": []}])
    yield assign("off", "5-4", mixed, {"items": mixed}, enabled=False)
    yield assign("switch-on", "5-4", mixed, enabled="on")
    yield assign("switch-off", "5-4", mixed, {"items": mixed}, enabled="off")
    yield assign("each-its-own", "5-1", [{"type": "message"}] * 20)
    for time in ("first", "second"):
        yield assign(f"equal-inputs-the-{time}-time", "0-1, 5-1", mixed)
    yield assign("no-randomness", "5-1", [{"type": "message"}], "random-failed", random="00")
    yield assign("other-members-pass", "5-12, 5-2", [{"type": "message", "phase": "final", "n": 1, "big": 12345678901234567890123, "x": {"b": 1, "a": [None, True, 1.5]}}])
    yield assign("none", "5-2", [], {"items": []})
    for name, bad in (("object", {"type": "message"}), ("texts", ["message"]), ("null", None)):
        question = {"items": bad, "enabled": True, "now_ms": 0, "random_hex": ""}
        yield {"id": f"no-items-{name}", "rule": "5-2", "op": "item-ids.assign", "input": question, "expect": {"error": "items-invalid"}}


def sent(name, rule, items, expect=None, dropped=None, provider_name="OpenAI", **more):
    question = {"items": items, "provider_name": provider_name} | more
    members = ({} if expect is None else {"items": expect}) | ({} if dropped is None else {"dropped": dropped})
    return case(name, rule, "items.outbound", question, **members)


def item_outbound():
    ids = [{"type": "message", "id": text} for text in ("msg_1", "m1")]
    without = {"type": "message"}
    yield sent("e46-off-false", "5-6", ids, [without, without], item_ids=False, store=False)
    yield sent("e46-off-true", "5-6", ids, [ids[0], without], item_ids=False, store=True)
    yield sent("e46-on-false", "5-6", ids, [ids[0], without], item_ids=True, store=False)
    yield sent("on-true", "5-6", ids, [ids[0], without], item_ids="on", store=True)
    for text, prefixed in (("msg_1", True), ("a_b_c", True), ("_x", False), ("msg_", False), ("msg-1", False)):
        yield sent(f"e45-{text}", "5-5", [{"type": "message", "id": text}], [{"type": "message", "id": text} if prefixed else without], item_ids=True)
    for text in ("", "_", "__", "a_ ", " _a", "\u00e9_\u00e9", "a_b_", "msg_\n"):
        yield sent(f"shape-{text.encode().hex() or 'empty'}", "5-5", [{"type": "message", "id": text}], item_ids=True)
    yield sent("e13-unprefixed-outbound", "5-6", [{"type": "message", "id": "msg-1"}], [without], item_ids=True, store=True)
    for name, value in (("number", 7), ("null", None), ("object", {"a": "b_c"})):
        yield sent(f"id-{name}", "5-6", [{"type": "message", "id": value, "role": "user"}], [{"type": "message", "role": "user"}], item_ids=True)
    yield sent("server-ids-too", "5-6", [{"type": "reasoning", "id": "rs_server"}, {"type": "unheard_of", "id": "x_1"}], item_ids=False, store=False)
    yield from _stores()
    yield sent("none", "5-6", [], [])
    yield sent("no-items", "5-6", [{"type": "message", "id": "msg_1", "content": [{"id": "m1"}]}], item_ids=False, store=False)
    phase = [{"type": "message", "role": "assistant", "phase": "final_answer", "content": [{"type": "output_text", "text": "a\u00e9\n"}], "n": 1.5, "i": 12345678901234567890}]
    yield sent("phase-passes", "5-12", phase, phase)
    yield sent("members-keep-their-order", "5-12", [{"z": 1, "id": "m1", "a": {"y": 1, "b": 2}, "type": "message"}], [{"z": 1, "a": {"y": 1, "b": 2}, "type": "message"}])


def _stores():
    item = [{"type": "message", "id": "msg_1"}]
    for name, provider, url, stores in (
        ("e47-name", "Azure", "https://api.example.com/v1", True),
        ("e47-deployment", "p", "https://foo.openai.azure.us/openai/deployments/bar", True),
        ("e47-front-door", "p", "https://foo.z01.azurefd.net/", True),
        ("e47-only-in-the-path", "p", "https://proxy.example/openai.azure.com", False),
        ("e47-path-openaix", "p", "https://b.windows.net/openaix", False),
        ("name-upper", "AZURE", "", True),
        ("name-longer", "Azure OpenAI", "", False),
        ("path-openai", "p", "https://b.windows.net/openai", True),
        ("path-below-openai", "p", "https://b.windows.net/openai/x?y", True),
        ("path-openai-query", "p", "https://b.windows.net/openai?y", True),
        ("windows-itself", "p", "https://windows.net/openai", False),
        ("windows-without-path", "p", "https://b.windows.net/", False),
        ("other-tld", "p", "https://foo.openai.azure.de/", False),
        ("suffix-of-a-name", "p", "https://fooopenai.azure.com/", False),
        ("user-in-the-url", "p", "https://openai.azure.com@evil.example/", False),
        ("behind-a-user", "p", "https://u:p@openai.azure.com/", True),
        ("port", "p", "https://openai.azure.com:8443/", True),
        ("upper-case-host", "p", "https://FOO.OpenAI.Azure.COM/", True),
        ("longer-host", "p", "https://openai.azure.com.evil.example/", False),
        ("in-the-query", "p", "https://evil.example?openai.azure.com", False),
        ("in-the-fragment", "p", "https://evil.example#@openai.azure.com/", False),
        ("api-management", "p", "https://x.azure-api.net/", True),
        ("api-management-itself", "p", "https://azure-api.net", True),
        ("no-url", "p", "openai.azure.com", False),
        ("openai", "OpenAI", "https://api.openai.com/v1", False),
    ):  # fmt: skip
        yield sent(f"store-{name}" if not name.startswith("e47") else name, "5-7", item, item if stores else [{"type": "message"}], provider_name=provider, base_url=url)
    for service in ("openai", "cognitiveservices", "aoai"):
        for end in ("com", "us", "cn"):
            yield sent(f"store-{service}-{end}", "5-7", item, item, provider_name="p", base_url=f"https://{service}.azure.{end}/v1")
            yield sent(f"store-under-{service}-{end}", "5-7", item, item, provider_name="p", base_url=f"https://x.{service}.azure.{end}/v1")


def item_metadata():
    def message(**more):
        return [{"type": "message", "role": "user"} | more]

    typed = lambda value: message(**{PASSTHROUGH: value})  # noqa: E731
    illegal = lambda *names: [{"name": name, "reason": "illegal"} for name in names]  # noqa: E731
    both = {"turn_id": "t", "foo": 1}
    yield sent("e48-openai", "5-9", typed(both), typed({"turn_id": "t"}), illegal("foo"))
    yield sent("e48-azure", "5-10", typed(both), message(), provider_name="Azure")
    yield sent("e48-nothing-left", "5-9", typed({"foo": 1}), message(), illegal("foo"))
    yield from _stamps(message)
    yield sent("typed-keys", "5-8", typed({"turn_id": "t", "create_time": 1, "cell_id": "c", "executed_tool_calls": 1, "tool_calls_complete": True}), typed({"turn_id": "t", "create_time": 1}), [])
    yield sent("kinds-off", "5-9", typed({"turn_id": "t", "content_item_kinds": ["a"]}), typed({"turn_id": "t"}), [])
    yield sent("kinds-on", "5-9, 5-8", typed({"turn_id": "t", "content_item_kinds": ["a"]}), typed({"turn_id": "t", "content_item_kinds": ["a"]}), [], content_item_kinds=True)
    for name, value in (("number", ["a", 1]), ("text", "a"), ("null", None)):
        yield sent(f"kinds-malformed-{name}", "5-8", typed({"turn_id": "t", "content_item_kinds": value}), typed({"turn_id": "t"}), [], content_item_kinds="on")
    for name, value in (("empty-turn-id", {"turn_id": ""}), ("number-as-turn-id", {"turn_id": 1}), ("text-as-time", {"create_time": "1"}), ("fraction-as-time", {"create_time": 1.5}), ("empty", {}), ("null", None), ("text", "t")):
        yield sent(f"untyped-{name}", "5-8, 5-9", typed(value), message())
    for item_type in PREFIXES:
        item = [{"type": item_type, PASSTHROUGH: {"turn_id": "t"}}]
        yield sent(f"carried-{item_type}", "5-8", item, [{"type": item_type}] if item_type == "additional_tools" else item)
    for item_type in NO_ID:
        yield sent(f"not-carried-{item_type}", "5-8", [{"type": item_type, PASSTHROUGH: {"turn_id": "t"}}], [{"type": item_type}])
    for provider in ("openai", "OPENAI", "OpenAI ", "Azure", "Amazon Bedrock", "other", ""):
        item = [{"type": "function_call", "encrypted_function_args": "x", "metadata": {"turn_id": "t"}, PASSTHROUGH: {"turn_id": "t"}, "name": "f"}]
        yield sent(f"other-provider-{provider.encode().hex()}", "5-10, 13-9, 1-20", item, [{"type": "function_call", "name": "f"}], [], provider_name=provider)
    call = [{"type": "function_call", "encrypted_function_args": "x"}, {"type": "custom_tool_call", "encrypted_function_args": "x"}]
    yield sent("encrypted-args-to-openai", "5-10", call, call)
    yield sent("encrypted-args-of-function-calls-only", "5-10", call, [{"type": "function_call"}, call[1]], provider_name="other")
    forms = message(metadata={"turn_id": "u"}, **{PASSTHROUGH: {"turn_id": "t", "create_time": 1}})
    for form in ("passthrough", "metadata", "off"):
        yield sent(f"form-{form}", "5-11", forms, item_metadata_form=form)
        yield sent(f"form-{form}-only-older", "5-11", message(metadata={"turn_id": "u"}), item_metadata_form=form)
        yield sent(f"form-{form}-only-newer", "5-11", typed({"turn_id": "t"}), item_metadata_form=form)
        yield sent(f"form-{form}-other-provider", "5-11, 5-10", forms, message(), item_metadata_form=form, provider_name="other")
        yield sent(f"form-{form}-neither", "5-11", message(), message(), item_metadata_form=form)
    yield case("form-unknown", "5-11", "items.outbound", {"items": [], "provider_name": "OpenAI", "item_metadata_form": "smoke"}, "config-invalid")
    yield sent("older-fills-a-missing-turn-id", "5-11", message(metadata={"turn_id": "u"}, **{PASSTHROUGH: {"create_time": 1}}))
    yield sent("older-with-unknown-keys", "5-11, 5-9", message(metadata={"turn_id": "u", "foo": 1}), typed({"turn_id": "u"}), illegal("foo"))
    yield sent("unknown-keys-sorted-and-once", "5-9, 0-5", typed({"b": 1, "a": 1}) + typed({"a": 2, "turn_id": "t"}), None, illegal("a", "b"))


def _stamps(message):
    def prepared(name, rule, items, turn_id="t", create_time=1700000000, **more):
        question = {"items": items} | ({} if turn_id is None else {"turn_id": turn_id}) | ({} if create_time is None else {"create_time": create_time})
        return case(name, rule, "items.prepare", question | more)

    yield prepared("stamp-user-message", "5-9", message())
    for role in ("developer", "assistant", "system"):
        yield prepared(f"stamp-{role}-message", "5-9", [{"type": "message", "role": role}])
    for item_type in (*PREFIXES, *NO_ID):
        yield prepared(f"stamp-{item_type}", "5-9, 5-8", [{"type": item_type}])
    typed = lambda value: message(**{PASSTHROUGH: value})  # noqa: E731
    yield prepared("stamped-before", "5-9", typed({"turn_id": "before", "create_time": 1}))
    yield prepared("turn-id-before", "5-9", typed({"turn_id": "before"}))
    yield prepared("empty-turn-id-is-stamped", "5-9", typed({"create_time": 1, "turn_id": ""}))
    yield prepared("never-an-empty-turn-id", "5-9", message(), turn_id="", create_time=None)
    yield prepared("no-turn", "5-9", message(), turn_id=None)
    yield prepared("no-time", "5-9", message(), create_time=None)
    yield prepared("unknown-keys-stay-in-the-history", "5-9, 5-2", typed({"foo": 1}))
    yield prepared("older-form-fills", "5-11", message(metadata={"turn_id": "older"}))
    yield prepared("empty-older-form", "5-11", message(metadata={"turn_id": ""}))
    yield prepared("with-ids", "5-2, 5-9", message(), item_ids=True, now_ms=E44_NOW, random_hex=E44_RANDOM)
