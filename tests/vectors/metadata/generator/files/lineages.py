"""Sections 3 and 4: sources, turns, windows, caller-supplied ids."""

from ..reference.rendering import KNOWN_KINDS
from .case import case

ID = "0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061"
OTHER = "01980c5a-7b1e-7d20-9f3a-2b4c6d8e0f10"
SPELLINGS = {
    "hyphenated-upper": "0190A3B4-C5D6-7E8F-9A0B-1C2D3E4F5061",
    "braces": "{0190a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061}",
    "urn": "urn:uuid:0190A3B4-C5D6-7E8F-9A0B-1C2D3E4F5061",
    "plain-upper": "0190A3B4C5D67E8F9A0B1C2D3E4F5061",
}
RANDOM = "00112233445566778899" * 8
NOW = 1700000000123


def lineage():
    def described(name, rule, source=None, label=None):
        question = ({} if source is None else {"session_source": source}) | ({} if label is None else {"thread_source": label})
        return case(name, rule, "lineage.describe", question)

    for label, may in (("title", False), ("ambient_tips", False), ("ambience", True), ("user", True), (None, True), ("subagent", False)):
        made = described(f"e40-{label or 'absent'}", "3-10, 3-9", "cli", label)
        assert made["expect"]["may_start_root_turn"] is may, label
        yield made
    for label in ("guardian_review", "memory_consolidation", "system", "ambient", "ambien", "Title", "titles", "automation", "", " ", "Subagent"):
        yield described(f"label-{label.strip() or len(label)}", "3-10, 3-9", "cli", label)
    for source in ("cli", "vscode", "exec", "mcp", "unknown", {"custom": "a"}):
        yield described(f"root-{source if isinstance(source, str) else 'custom'}", "3-6, 3-10", source)
    yield described("root-absent", "3-10")
    for kind in sorted(KNOWN_KINDS):
        made = described(f"subagent-{kind}", "3-6, 3-10", {"subagent": kind}, "user")
        assert made["expect"]["may_start_root_turn"] is False
        assert made["expect"]["subagent_header"] == ("collab_spawn" if kind == "thread_spawn" else kind)
        yield made
    for label in ("guardian", "r\u00e9viseur", "Review", ""):
        yield described(f"subagent-other-{label.encode().hex() or 'empty'}", "3-6, 3-10", {"subagent": {"other": label}}, "user")
    yield described("subagent-spawn-with-facts", "3-6", {"subagent": {"thread_spawn": {"depth": 1}}})
    yield described("internal-memory-consolidation", "3-6, 3-10", {"internal": "memory_consolidation"}, "user")
    yield described("internal-other", "3-6, 3-10", {"internal": "guardian"})
    yield from _restored()
    yield from _turns()


def _restored():
    restored = lambda name, rule, expect, **known: case(name, rule, "lineage.restore", {"thread_id": ID} | known, expect)  # noqa: E731
    yield restored("restored-older-data", "3-2, 3-7", {"session_id": ID, "agent_name": "/root"})
    yield restored("restored-blank", "3-2, 3-7", {"session_id": ID, "agent_name": "/root"}, session_id=" ", agent_path="")
    yield restored("restored-session", "3-2", {"session_id": OTHER, "agent_name": "/root"}, session_id=OTHER)
    yield restored("restored-agent", "3-7", {"session_id": ID, "agent_name": "/root/worker"}, agent_path="/root/worker")


def _turns():
    turn = lambda name, rule, events: case(name, rule, "turn.update", {"events": events})  # noqa: E731
    yield turn("turn-new", "3-8", [])
    yield turn("turn-started", "3-8", [{"started": NOW}])
    yield turn("turn-started-twice", "3-8", [{"started": NOW}, {"started": NOW + 1}])
    for name in ("parent", "root", "triggered"):
        yield turn(f"turn-{name}-once", "3-3", [{name: "a"}, {name: "b"}])
        yield turn(f"turn-{name}-blank", "3-3", [{name: " \t\n"}, {name: ""}, {name: "b"}, {name: "c"}])
    yield turn("turn-ambiguous", "3-4", [{"root": "a"}, "root_ambiguous", {"root": "b"}])
    yield turn("turn-user-input", "1-22", ["user_input_requested"])


def window_resume():
    resume = lambda name, rule, records, number: case(  # noqa: E731
        name, rule, "window.resume", {"thread_id": "t", "records": records}, {"window_id": f"t:{number}", "window_number": number}
    )
    uuid = "01980c5a-7b1f-7000-8000-000000000001"
    yield resume("e38-record-without-members", "3-13", [{}], 1)
    yield resume("e38-integer-window-id", "3-13", [{"window_id": 4}], 4)
    yield resume("e38-three-records", "3-13", [{}, {}, {"window_id": uuid}], 3)
    yield resume("e38-newest-counts", "3-13", [{"window_number": 2}, {"window_number": 3}], 3)
    yield resume("e38-no-records", "3-13", [], 0)
    yield resume("number-before-id", "3-13", [{"window_number": 2, "window_id": 9}], 2)
    yield resume("number-beside-uuid", "3-13, 3-12", [{"window_number": 7, "window_id": uuid, "first_window_id": uuid}], 7)
    yield resume("only-the-newest-is-read", "3-13", [{"window_number": 9}, {}], 2)
    yield resume("newest-integer-id", "3-13", [{"window_number": 9}, {"window_id": 4}], 4)
    yield resume("number-null", "3-13", [{"window_number": None, "window_id": 4}], 4)
    yield resume("number-zero", "3-13", [{}, {"window_number": 0}], 0)
    yield resume("largest", "3-13, 0-4", [{"window_number": 2**64 - 1}], 2**64 - 1)
    yield resume("unknown-members", "3-13", [{"summary": {"window_number": 9}, "window_number": 3}], 3)

    def compact(name, rule, outcomes, records=None, numbers=None):
        question = {"thread_id": "t", "compactions": outcomes, "now_ms": NOW, "random_hex": RANDOM}
        made = case(name, rule, "window.compact", question | ({} if records is None else {"records": records}))
        assert numbers is None or [window["window_number"] for window in made["expect"]["windows"]] == numbers
        return made

    yield compact("e39", "3-11", ["failed", "installed"], numbers=[0, 0, 1])
    yield compact("new-thread", "3-11, 3-14, 3-12", [], numbers=[0])
    yield compact("cancelled", "3-11", ["cancelled", "cancelled"], numbers=[0, 0, 0])
    yield compact("two-installed", "3-11, 3-12", ["installed", "installed"], numbers=[0, 1, 2])
    yield compact("after-resume", "3-12, 3-13", ["installed"], [{"window_number": 3, "first_window_id": OTHER, "window_id": uuid}], [3, 4])
    yield compact("after-resume-of-old-records", "3-12, 3-13", ["installed"], [{}, {"window_id": 4}], [4, 5])
    yield compact("after-resume-without-records", "3-13", ["installed"], [], [0, 1])


def uuid_forms():
    """Every form as an id of a caller, in a snapshot, and in the installation file's text."""
    def started(name, rule, text, accepted):
        question = {"calls": [{"call": "start-thread", "thread_id": text}, {"call": "start-thread", "thread_id": OTHER},
                              {"call": "start-turn", "thread_id": OTHER, "turn_id": text}]}  # fmt: skip
        made = case(name, rule, "caller-ids.run", question)
        first, _, third = made["expect"]["results"]
        assert first == ({"thread_id": ID} if accepted == ID else {"error": "invalid-thread-id"} if accepted is None else {"thread_id": accepted}), name
        assert third.get("turn_id", third.get("error")) == (accepted or "invalid-turn-id"), name
        return made

    for form, text in SPELLINGS.items():
        yield started(f"e41-{form}", "4-1, 0-6", text, ID)
    yield started("e42-35-characters", "4-1", ID[:35], None)
    yield started("e42-leading-space", "4-1", " " + ID, None)
    yield started("e42-turn-1", "4-1", "turn-1", None)
    yield started("e42-nil", "4-1", "00000000-0000-0000-0000-000000000000", None)
    for name, text in {
        "canonical": ID, "plain-in-braces": "{0190a3b4c5d67e8f9a0b1c2d3e4f5061}", "plain-lower": "0190a3b4c5d67e8f9a0b1c2d3e4f5061",
        "mixed-case": "0190a3b4-C5d6-7E8f-9A0b-1c2D3e4f5061", "urn-lower": "urn:uuid:" + ID, "braces-upper": "{" + ID.upper() + "}",
    }.items():  # fmt: skip
        yield started(f"accepted-{name}", "0-6", text, ID)
    for version in (1, 3, 4, 5, 6, 8):
        text = f"01980c5a-7b1e-{version}d20-9f3a-2b4c6d8e0f11"
        yield started(f"version-{version}", "4-1", text, text)
    yield started("all-ones", "4-1", "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12, "f" * 8 + "-ffff-ffff-ffff-" + "f" * 12)
    for name, text in {
        "empty": "", "trailing-space": ID + " ", "line-end": ID + "\n", "37-characters": ID + "0", "31-digits": "0190a3b4c5d67e8f9a0b1c2d3e4f506",
        "33-digits": "0190a3b4c5d67e8f9a0b1c2d3e4f50611", "open-brace": "{" + ID, "closed-brace": ID + "}", "parentheses": f"({ID})",
        "urn-plain": "urn:uuid:0190a3b4c5d67e8f9a0b1c2d3e4f5061", "urn-in-upper-case": "URN:UUID:" + ID, "urn-in-braces": "{urn:uuid:" + ID + "}",
        "urn-of-braces": "urn:uuid:{" + ID + "}", "uuid-alone": "uuid:" + ID, "no-hex": "g" + ID[1:], "hyphens-elsewhere": "0190a3b4c-5d6-7e8f-9a0b-1c2d3e4f5061",
        "one-hyphen-less": ID.replace("-", "", 1), "sign": "+" + ID[1:], "wide-digits": "\uff10" + ID[1:], "double-braces": "{{" + ID + "}}",
        "nil-plain": "0" * 32, "nil-braces": "{00000000-0000-0000-0000-000000000000}", "nil-urn": "urn:uuid:00000000-0000-0000-0000-000000000000",
    }.items():  # fmt: skip
        yield started(f"refused-{name}", "0-6, 4-1", text, None)


def caller_ids():
    def run(name, rule, calls, results=None, **more):
        made = case(name, rule, "caller-ids.run", {"calls": calls} | more)
        short = [result.get("error") or result.get("turn_id") or result.get("thread_id") or result.get("live") for result in made["expect"]["results"]]
        assert results is None or short == results, f"{name}: {short}"
        return made

    thread = lambda text=None, **more: {"call": "start-thread"} | ({} if text is None else {"thread_id": text}) | more  # noqa: E731
    turn = lambda text=None, of=OTHER: {"call": "start-turn", "thread_id": of} | ({} if text is None else {"turn_id": text})  # noqa: E731
    resume = lambda stored, **more: {"call": "resume-thread", "stored_id": stored} | more  # noqa: E731
    unload = lambda text: {"call": "unload-thread", "thread_id": text}  # noqa: E731
    one, two, *_ = SPELLINGS.values()
    made = run("e43", "4-2, 4-4, 4-6", [thread(OTHER), turn(one), turn(two)], [OTHER, ID, "duplicate-turn-id"])
    assert sum(result.get("parses", 0) for result in made["expect"]["results"]) == 1
    yield made
    for form, text in SPELLINGS.items():
        yield run(f"thread-twice-{form}", "4-2, 4-3", [thread(ID), thread(text)], [ID, "duplicate-thread-id"])
        yield run(f"thread-stored-{form}", "4-2, 4-3", [thread(text)], ["duplicate-thread-id"], stored={ID: {"turns": []}})
        yield run(f"turn-stored-{form}", "4-2, 4-4", [resume(OTHER), turn(text)], [False, "duplicate-turn-id"], stored={OTHER: {"turns": [ID]}})
    yield run("stored-in-other-spelling", "4-2, 4-4", [resume(OTHER), turn(ID)], [False, "duplicate-turn-id"], stored={OTHER: {"turns": [two]}})
    yield run("race-for-a-thread", "4-5, 4-3", [{"call": "reserve-thread", "thread_id": ID}, thread(one)], [ID, "duplicate-thread-id"])
    yield run("race-for-a-turn", "4-5, 4-4", [thread(OTHER), turn(ID), turn(ID)], [OTHER, ID, "duplicate-turn-id"])
    yield run("failed-start-releases", "4-5", [thread(ID, fails=True), thread(ID), thread(ID)], [ID, ID, "duplicate-thread-id"])
    yield run("stored-refusal-releases-nothing-else", "4-3", [thread(ID), thread(OTHER), thread(ID)], [ID, "duplicate-thread-id", "duplicate-thread-id"], stored={OTHER: {"turns": []}})
    yield run("refused-turn-changes-nothing", "4-4", [thread(OTHER), turn("turn-1"), turn(ID)], [OTHER, "invalid-turn-id", ID])
    yield run("same-turn-in-another-thread", "4-4", [thread(OTHER), thread(ID), turn(ID), turn(ID, ID)], [OTHER, ID, ID, ID])
    yield run("unload-drops-the-cache", "4-6", [thread(OTHER), turn(ID), unload(OTHER), thread(OTHER), turn(ID)])
    yield run("unloaded-thread-may-start-again", "4-3", [thread(ID), unload(ID), thread(ID)], [ID, None, ID])
    generated = {"now_ms": NOW, "random_hex": RANDOM}
    yield run("generated-ids", "4-9", [thread(), thread()], **generated)
    yield run("generated-turns-need-no-history", "4-6, 4-9", [thread(OTHER), turn(), turn()], **generated)
    yield run("generated-turn-is-known", "4-4, 4-6", [thread(OTHER), turn(), turn("018bcfe5-687b-7011-a233-445566778899")], **generated)
    yield run("parsed-once", "4-6", [resume(OTHER), turn(ID), turn(one), turn(OTHER)], stored={OTHER: {"turns": ["turn-1", OTHER]}})
    yield run("unreadable", "4-7", [resume(OTHER), turn(ID), turn(ID)], [False, "turn-history-unreadable", "turn-history-unreadable"], stored={OTHER: {"turns": None}})
    mend = {"call": "mend-history", "thread_id": OTHER, "turns": [ID]}
    yield run("unreadable-and-mended", "4-7", [resume(OTHER), turn(ID), mend, turn(ID)], [False, "turn-history-unreadable", None, "duplicate-turn-id"], stored={OTHER: {"turns": None}})
    yield run("unreadable-without-a-caller-s-id", "4-7, 4-6", [resume(OTHER), turn()], stored={OTHER: {"turns": None}}, **generated)
    yield run("id-with-resume", "4-8", [resume(OTHER, thread_id=ID)], ["thread-id-with-resume"], stored={OTHER: {"turns": []}})
    yield run("same-id-with-resume", "4-8", [resume(OTHER, thread_id=OTHER)], ["thread-id-with-resume"], stored={OTHER: {"turns": []}})
    yield run("resume-running", "4-8", [thread(ID, path="/a"), resume(ID), resume(one, path="/a"), resume(ID, path="/b")], [ID, True, True, "thread-path-conflict"])
    yield run("resume-then-start", "4-8, 4-3", [resume(ID, path="/a"), thread(ID), resume(ID, path="/a")], [False, "duplicate-thread-id", True], stored={ID: {"turns": []}})
    yield run("resume-no-uuid", "4-8, 4-1", [resume("turn-1")], ["invalid-thread-id"])
    yield run("release-of-an-unknown-thread", "4-5", [unload(ID), thread(ID)], [None, ID])
