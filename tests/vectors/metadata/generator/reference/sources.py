"""Sections 3, 4, 6, 7 and 9: windows, caller-supplied ids, originators, user agents, installation ids, attestation."""

import json

from .texts import Random, Refused, header_fault, is_blank, quoted, uuid, uuid_v4, uuid_v7

SERVICES = (
    "CODEX_WORK_LOCAL", "CODEX_WORK_CLOUD", "codex_work_desktop", "codex_work_web", "codex_work_mobile", "codex_work_cca", "chatgpt_cca",
)  # fmt: skip


def resume_window(thread_id, records):
    """3-13."""
    number = len(records)
    newest = records[-1] if records else {}
    for name in ("window_number", "window_id"):
        value = newest.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            number = value
            break
    return {"window_id": f"{thread_id}:{number}", "window_number": number}


def compact(thread_id, records, compactions, now_ms, random_hex):
    """3-11, 3-12, 3-14."""
    random = Random(random_hex)
    if records is None:
        first = uuid_v7(now_ms, random.take(10))
        number, ids = 0, (first, None, first)
    else:
        number = resume_window(thread_id, records)["window_number"]
        newest = records[-1] if records else {}
        read = lambda name: uuid(newest[name]) if isinstance(newest.get(name), str) else None  # noqa: E731
        ids = (read("first_window_id"), read("previous_window_id"), read("window_id"))
    windows = [window(thread_id, number, ids)]
    for outcome in compactions:
        if outcome == "installed":
            first, _, current = ids
            following = uuid_v7(now_ms, random.take(10))
            number, ids = number + 1, (first or current or following, current, following)
        windows.append(window(thread_id, number, ids))
    return {"windows": windows}


def window(thread_id, number, ids):
    record = {"window_number": number}
    record |= {name: value for name, value in zip(("first_window_id", "previous_window_id", "window_id"), ids) if value}
    return {"window_id": f"{thread_id}:{number}", "window_number": number, "context_window_id": ids[2], "record": record}


def originator(question):
    """6-1, 6-2 and the table of section 6."""
    value = question.get
    mode = value("mode") or "env-first"
    if mode not in ("env-first", "thread-first"):
        raise Refused("config-invalid")
    service = None
    if value("service_name") is not None:
        name = value("service_name").strip()
        same = (lambda known: known == name) if value("service_name_match") == "exact" else (lambda known: known.lower() == ascii_lower(name))
        found = [known.lower() for known in SERVICES if same(known)]
        service = (value("replacements") or {}).get(found[0], found[0]) if found else None
    candidates = {"service": service, "persisted": value("persisted"), "inherited": value("inherited")}
    order = {"env": value("env")} | candidates if mode == "env-first" else candidates | {"env": value("env")}
    order |= {"process": value("process")}
    warnings = []
    for source, text in order.items():
        if text is None:
            continue
        if header_fault(text) is None:
            return {"originator": text, "source": source, "warnings": warnings}
        warnings.append({"source": source, "reason": "blank" if is_blank(text) else "illegal"})
    return {"originator": "codex_cli_rs", "source": "default", "warnings": warnings}


def ascii_lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def user_agent(parts):
    """6-9."""
    base = f"{parts['originator']}/{parts['version']} ({parts['os']} {parts['os_version']}; {parts.get('arch') or 'unknown'}) {parts['terminal']}"
    suffix = (parts.get("suffix") or "").strip()
    text = base + (f" ({suffix})" if suffix else "")
    if header_fault(text) is None:
        return text
    for candidate in (text, base):
        replaced = "".join(c if " " <= c <= "~" else "_" for c in candidate)
        if header_fault(replaced) is None:
            return replaced
    return parts["originator"]


def installation_id(question):
    """7-2, 7-3."""
    content = bytes.fromhex(question["content_hex"]) if "content_hex" in question else question["text"].encode()
    try:
        known = uuid(content.decode().strip())
    except UnicodeDecodeError:
        known = None
    if known:
        return {"installation_id": known, "rewrite": False}
    return {"installation_id": uuid_v4(Random(question.get("random_hex")).take(16)), "rewrite": True}


def envelope(status, token):
    """9-1, 9-2, 9-7."""
    if status == 0 and not (isinstance(token, str) and token):
        status = 4
    text = json.dumps({"v": 1, "s": status}, separators=(",", ":"))
    if status == 0:
        text = text[:-1] + ',"t":' + (quoted(token) if token.isascii() else json.dumps(token, ensure_ascii=False)) + "}"
    if header_fault(text) is None:
        return {"header": text, "dropped": []}
    return {"header": None, "dropped": [{"name": "x-oai-attestation", "reason": "illegal"}]}


class Host:
    """Section 4: a host with threads and a store."""

    def __init__(self, question):
        self.stored = {name: stored.get("turns") for name, stored in (question.get("stored") or {}).items()}
        self.now_ms, self.random = question.get("now_ms", 0), Random(question.get("random_hex"))
        self.threads, self.turns = {}, {}

    def serve(self, call):
        answer = {}
        try:
            getattr(self, call["call"].replace("-", "_"))(call, answer)
        except Refused as refused:
            answer["error"] = refused.code
        return answer

    def reserve(self, text):
        thread = uuid_v7(self.now_ms, self.random.take(10)) if text is None else self.choosable(text, "invalid-thread-id")
        if thread in self.threads:
            raise Refused("duplicate-thread-id")
        self.threads[thread] = None
        return thread

    def choosable(self, text, code):
        known = uuid(text)
        if known is None or set(known) == {"0", "-"}:
            raise Refused(code)
        return known

    def reserve_thread(self, call, answer):
        answer["thread_id"] = self.reserve(call.get("thread_id"))

    def start_thread(self, call, answer):
        thread = self.reserve(call.get("thread_id"))
        if thread in self.stored:
            del self.threads[thread]
            raise Refused("duplicate-thread-id")
        self.threads[thread] = call.get("path")
        if call.get("fails"):
            del self.threads[thread]
        else:
            self.turns[thread] = None
        answer["thread_id"] = thread

    def resume_thread(self, call, answer):
        if call.get("thread_id") is not None:
            raise Refused("thread-id-with-resume")
        thread, path = self.choosable(call["stored_id"], "invalid-thread-id"), call.get("path")
        answer_live = thread in self.threads
        if answer_live and path is not None and path != self.threads[thread]:
            raise Refused("thread-path-conflict")
        if not answer_live:
            self.threads[thread], self.turns[thread] = path, None
        answer["live"] = answer_live

    def unload_thread(self, call, _answer):
        self.threads.pop(call["thread_id"], None)
        self.turns.pop(call["thread_id"], None)

    def mend_history(self, call, _answer):
        self.stored[call["thread_id"]] = call["turns"]

    def start_turn(self, call, answer):
        thread, text = call["thread_id"], call.get("turn_id")
        answer["parses"] = 0
        if text is None:
            turn = uuid_v7(self.now_ms, self.random.take(10))
            self.noted.setdefault(thread, set()).add(turn)
            answer["turn_id"] = turn
            return
        turn = self.choosable(text, "invalid-turn-id")
        if self.turns[thread] is None:
            answer["parses"] = 1
            history = self.stored.get(thread, [])
            if history is None:
                raise Refused("turn-history-unreadable")
            self.turns[thread] = {uuid(known) for known in history} | self.noted.get(thread, set())
        if turn in self.turns[thread] or turn in self.noted.get(thread, set()):
            raise Refused("duplicate-turn-id")
        self.turns[thread].add(turn)
        answer["turn_id"] = turn

    noted = None


def run_calls(question):
    host = Host(question)
    host.noted = {}
    return {"results": [host.serve(call) for call in question["calls"]]}
