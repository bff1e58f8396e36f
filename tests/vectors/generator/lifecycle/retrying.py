"""N8 to N12: what is tried again, when, and what the last failure is called."""

from .script import Script, auth, entry, tasks
from .sharing import held


def cases():
    yield from _retried()
    yield from _final()
    yield from _fresh()
    yield from _delays()
    yield from _asked_delays()
    yield from _used_up()
    yield from _clock()


def _retried():
    for name, how in RETRIED:
        s = held(f"n8-task-retried-{name}", "N8").ensure(ref="thread").task_request(ref="thread")
        how(s, "task").sleep("task", 200).task_request(ref="thread")
        yield s.task("task", "task-2").returns("task", task="task-2").case(agent_tasks_json=tasks(entry(), entry(task="task-2", ref="thread")))
    for name, how in RETRIED:
        s = Script(f"n8-agent-retried-{name}", "N8").bootstrap().agent_request()
        how(s, "boot").sleep("boot", 200).agent_request().agent().task_request("boot").task("boot").returns("boot", agent="agent-1")
        yield s.case(auth_json=auth())


RETRIED = [
    *[(str(status), lambda s, of, status=status: s.answer(of, status)) for status in (429, 500, 502, 503, 504, 599)],
    *[(failure, lambda s, of, failure=failure: s.fail(of, failure)) for failure in ("timeout", "connect", "failed")],
]


def _final():
    for status in (400, 401, 403, 404, 408, 409, 418, 499):
        s = held(f"n8-task-final-{status}", "N8").ensure(ref="thread").task_request(ref="thread").answer("task", status, "why")
        yield s.fails("task", "task-register-rejected", status=status, advice="never").cells(run="task-1", thread=None).case()
    for name, status, body, code in (
        ("redirect", 307, "", "redirect-refused"), ("not-json", 200, "<html>", "task-response-undecodable"),
        ("no-id", 200, "{}", "task-id-missing"), ("blank-id", 200, '{"task_id":" "}', "task-id-invalid"),
        ("sealed-not-base64", 200, '{"encrypted_task_id":"!"}', "sealed-not-base64"),
        ("sealed-not-openable", 200, '{"encrypted_task_id":"AAAA"}', "sealed-open-failed"),
    ):  # fmt: skip
        s = held(f"n8-task-final-{name}", "N8").ensure(ref="thread").task_request(ref="thread").answer("task", status, body)
        yield s.fails("task", code).events("registering task 1", {"kind": "failed", "code": code}).case()
    for name, status, body, code in (
        ("400", 400, "no", "agent-register-rejected"), ("401", 401, "no", "agent-register-rejected"), ("408", 408, "", "agent-register-rejected"),
        ("redirect", 302, "", "redirect-refused"), ("not-json", 200, "", "agent-response-undecodable"),
        ("no-id", 200, "{}", "agent-response-undecodable"), ("bad-id", 200, '{"agent_runtime_id":"a:b"}', "runtime-id-invalid"),
    ):  # fmt: skip
        s = Script(f"n8-agent-final-{name}", "N8").bootstrap().agent_request().answer("boot", status, body).fails("boot", code)
        yield s.in_use(None).case(auth_json=None)
    s = held("n8-cancelled-by-the-host", "N8").ensure(ref="thread").task_request(ref="thread").fail("task", "cancelled")
    yield s.fails("task", "cancelled").case()


def _fresh():
    s = held("n9-each-attempt-is-signed-anew", "N9").ensure(ref="thread").task_request(ref="thread").advance(1_000).answer("task", 503)
    s.sleep("task", 200).task_request(ref="thread").advance(61_000).fail("task", "timeout").sleep("task", 400).task_request(ref="thread")
    yield s.task("task", "task-2").returns("task", task="task-2").case()

    s = Script("n9-one-key-serves-all-attempts-of-a-bootstrap", "N9").bootstrap().agent_request().answer("boot", 500).random("33")
    s.sleep("boot", 200).agent_request().agent().random("55").task_request("boot").task("boot").returns("boot", agent="agent-1")
    yield s.case(auth_json=auth())


def _delays():
    # 0.9 to 1.1 times the delay, by four drawn bytes.
    for name, byte, waits in (("least", "00", (180, 360)), ("middle", "80", (200, 400)), ("most", "ff", (220, 440))):
        s = held(f"n10-jitter-{name}", "N10").random(byte).ensure(ref="thread")
        for wait in waits:
            s.task_request(ref="thread").answer("task", 503).sleep("task", wait)
        yield s.task_request(ref="thread").task("task", "task-2").returns("task", task="task-2").case()


def _asked_delays():
    t = Script("", "")
    for name, value, wait, with_date in (
        ("seconds", "2", 2_000, True), ("zero", "0", 200, True), ("largest", "30", 30_000, True), ("date", t.date(5_000), 5_000, True),
        ("date-by-the-clock", t.date(7_000), 7_000, False), ("past-date", t.date(-60_000), 200, True), ("same-date", t.date(), 200, True),
        ("unparsable", "soon", 200, True), ("fraction", "1.5", 200, True), ("negative", "-1", 200, True), ("empty", "", 200, True),
    ):  # fmt: skip
        s = held(f"n11-retry-after-{name}", "N11").ensure(ref="thread").task_request(ref="thread")
        headers = [["Retry-After", value]] + ([["Date", t.date()]] if with_date else [])
        s.answer("task", 429, headers=headers).sleep("task", wait).task_request(ref="thread")
        yield s.task("task", "task-2").returns("task", task="task-2").case()
    # The server's clock is an hour ahead of ours: what it asks is measured by its own.
    s = held("n11-retry-after-date-by-the-server-clock", "N11").ensure(ref="thread").task_request(ref="thread")
    s.answer("task", 503, headers=[["Date", t.date(3_600_000)], ["Retry-After", t.date(3_604_000)]]).sleep("task", 4_000)
    yield s.task_request(ref="thread").task("task", "task-2").returns("task", task="task-2").case()
    for name, value, seconds in (("31", "31", 31), ("an-hour", "3600", 3600), ("date", t.date(45_000), 45)):
        s = held(f"n11-too-long-{name}", "N11").ensure(ref="thread").task_request(ref="thread")
        s.answer("task", 429, headers=[["Retry-After", value], ["Date", t.date()]])
        yield s.fails("task", "task-register-unavailable", retry_after_s=seconds, cause="server-unavailable", attempts=1).case()
    s = Script("n11-too-long-in-a-bootstrap", "N11").bootstrap().agent_request().answer("boot", 503, headers=[["retry-after", "120"]])
    s.fails("boot", "bootstrap-unavailable", retry_after_s=120, attempts=1).bootstrap("next")
    yield s.fails("next", "bootstrap-unavailable", from_cooldown=True).case()
    s = held("n11-on-what-is-not-retried-it-means-nothing", "N11").ensure(ref="thread").task_request(ref="thread")
    yield s.answer("task", 400, headers=[["Retry-After", "2"]]).fails("task", "task-register-rejected").case()


def _used_up():
    for name, how, cause in (
        ("status", lambda s, of: s.answer(of, 502), "server-unavailable"), ("timeout", lambda s, of: s.fail(of, "timeout"), "network-timeout"),
        ("connect", lambda s, of: s.fail(of, "connect"), "network-connect"), ("failed", lambda s, of: s.fail(of, "failed"), "network-failed"),
    ):  # fmt: skip
        s = held(f"n12-task-used-up-{name}", "N12").ensure(ref="thread")
        _three(s, "task", lambda s=s: s.task_request(ref="thread"), how)
        yield s.fails("task", "task-register-unavailable", attempts=3, cause=cause, advice="back-off").case()
        s = Script(f"n12-agent-used-up-{name}", "N12").bootstrap()
        _three(s, "boot", s.agent_request, how)
        yield s.fails("boot", "bootstrap-unavailable", attempts=3, cause=cause, advice="back-off").case()
        s = Script(f"n12-bootstrap-task-used-up-{name}", "N12").bootstrap().agent_request().agent()
        _three(s, "boot", lambda s=s: s.task_request("boot"), how)
        yield s.fails("boot", "bootstrap-unavailable", attempts=3, cause=cause, advice="back-off").case(auth_json=None)
    s = held("n12-the-last-failure-is-the-cause", "N12").ensure(ref="thread").task_request(ref="thread").answer("task", 503).sleep("task", 200)
    s.task_request(ref="thread").fail("task", "connect").sleep("task", 400).task_request(ref="thread").fail("task", "timeout")
    yield s.fails("task", "task-register-unavailable", attempts=3, cause="network-timeout").case()


def _three(s, of, request, how):
    for wait in (200, 400, None):
        request()
        how(s, of)
        if wait:
            s.sleep(of, wait)


def _clock():
    for name, offset in (("ahead", 400_000), ("behind", -400_000)):
        s = held(f"d2-clock-{name}-is-repeated-outside-the-attempts", "D2").ensure(ref="thread").task_request(ref="thread")
        s.answer("task", 401, {"error": {"code": "assertion-expired"}}, [["Date", s.date(offset)]])
        s.task_request(ref="thread", offset_ms=offset).answer("task", 503).sleep("task", 200)
        s.task_request(ref="thread", offset_ms=offset).answer("task", 503).sleep("task", 400)
        s.task_request(ref="thread", offset_ms=offset).task("task", "task-2").returns("task", task="task-2")
        s.had_at(offset, "next", "next", "task-3")
        yield s.case()
    s = held("d2-a-second-clock-answer-is-final", "D2").ensure(ref="thread").task_request(ref="thread")
    s.answer("task", 401, {"code": "clock-skew"}, [["Date", s.date(400_000)]]).task_request(ref="thread", offset_ms=400_000)
    s.answer("task", 401, {"code": "clock-skew"}, [["Date", s.date(900_000)]])
    yield s.fails("task", "task-register-rejected", status=401, cause="rejected-clock").case()
    s = Script("d2-opted-out", "D2", {"auth.json": auth(), "agent_tasks.json": tasks(entry())}, correct_clock=False).load()
    s.returns("load", agent="agent-1").ensure(ref="thread").task_request(ref="thread")
    s.answer("task", 401, {"code": "clock-skew"}, [["Date", s.date(400_000)]])
    yield s.fails("task", "task-register-rejected", status=401, cause="rejected-clock").case()
