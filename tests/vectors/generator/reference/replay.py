"""The replay window (section 11, V8's mark, V11 and V12)."""

from .identifiers import unix_seconds
from .refusal import refuse_unless


class Window:
    """A store created as `new`. Entries that have left their window are removed before each judgement."""

    def __init__(self, mode, cap, max_age_s, ahead_s, capacity):
        refuse_unless(mode != "cap" or 1 <= cap <= 10_000, "config-invalid")
        refuse_unless(1 <= max_age_s <= 900 and 0 <= ahead_s <= 60, "config-invalid")
        self.cap = {"off": None, "cap": cap, "strict": 1}[mode]
        self.kept_s = max_age_s + ahead_s
        self.capacity = capacity
        self.entries = {}
        self.mark = None

    def judge(self, now_ms, key, second):
        self._remove_old(now_ms)
        if self.mark is not None and second <= self.mark:
            return "assertion-expired"
        if self.cap is None:
            return "accepted"
        if key not in self.entries:
            if len(self.entries) >= self.capacity:
                return "replay-store-unavailable"
            self.entries[key] = [second, 0]
        if self.entries[key][1] >= self.cap:
            return "assertion-replayed"
        self.entries[key][1] += 1
        return "accepted"

    def _remove_old(self, now_ms):
        for key, (second, _) in list(self.entries.items()):
            if now_ms > 1000 * (second + self.kept_s):
                del self.entries[key]
                self.mark = second if self.mark is None else max(self.mark, second)


def run(question):
    window = Window(*(question[name] for name in ("mode", "cap", "max_age_s", "ahead_s", "capacity")))
    verdicts = [
        window.judge(event["now_ms"], event["replay_key_hex"], unix_seconds(event["timestamp"])) for event in question["events"]
    ]
    return {"verdicts": verdicts, "entries_after": len(window.entries)}
