"""L10 to L12: what used-up bootstraps forbid, to whom, and for how long."""

from .script import Script, auth, entry, record, tasks

HOUR = 3_600_000


def cases():
    s = failed("l10-an-hour-without-requests", "L10").bootstrap("soon")
    s.fails("soon", "bootstrap-unavailable", from_cooldown=True, attempts=0, cause="server-unavailable", advice="back-off")
    s.advance(HOUR - 1).bootstrap("late").fails("late", "bootstrap-unavailable", from_cooldown=True, attempts=0)
    yield s.advance(1).bootstrapped("after").case(auth_json=auth())

    s = failed("l10-by-the-monotonic-clock", "L10")
    s.set_clock(s.now_ms + 2 * HOUR).bootstrap("ahead").fails("ahead", "bootstrap-unavailable", from_cooldown=True)
    s.set_clock(s.now_ms - 4 * HOUR).bootstrap("behind").fails("behind", "bootstrap-unavailable", from_cooldown=True)
    yield s.advance(HOUR).bootstrapped("after").case()

    yield failed("l10-in-memory-only", "L10").restart().bootstrapped("after").case(auth_json=auth())

    s = failed("l10-another-error-clears-it", "L10").advance(HOUR).bootstrap("refused").agent_request("refused").answer("refused", 400)
    yield s.fails("refused", "agent-register-rejected").bootstrapped("at-once").case(auth_json=auth())

    s = failed("l10-success-clears-it", "L10").advance(HOUR).bootstrapped("after").call("out", {"logout": {}}).returns("out").in_use(None)
    yield s.bootstrapped("new", agent="agent-2", task="task-2").case(auth_json=auth(record("agent-2", task="task-2")))

    s = failed("l10-an-identity-that-another-process-stored-is-found", "L10")
    s.write("auth.json", auth()).write("agent_tasks.json", tasks(entry())).bootstrap("next").returns("next", agent="agent-1")
    yield s.in_use("agent-1").case()

    s = Script("l10-a-used-up-task-registration-counts-too", "L10").bootstrap().agent_request().agent()
    s.used_up(lambda: s.task_request("boot"), "boot").fails("boot", "bootstrap-unavailable", attempts=3)
    yield s.bootstrap("next").fails("next", "bootstrap-unavailable", from_cooldown=True).case(auth_json=None)

    s = Script("l10-no-other-failure-starts-one", "L10").bootstrap().agent_request().answer("boot", 401, "no")
    s.fails("boot", "agent-register-rejected", status=401).bootstrap("two").agent_request("two").answer("two", 200, "[]")
    yield s.fails("two", "agent-response-undecodable").bootstrapped("three").case(auth_json=auth())

    s = failed("l11-for-one-account-only", "L11").bootstrap("two", "two").agent_request("two", "two").answer("two", 400)
    s.fails("two", "agent-register-rejected").bootstrap("one").fails("one", "bootstrap-unavailable", from_cooldown=True)
    yield s.bootstrapped("two-again", "two", "agent-2", "task-2").case(auth_json=auth(record("agent-2", "two", "task-2")))

    s = Script("l11-sixteen-entries", "L11")
    for number in range(17):
        used_up(s, f"boot-{number}", f"account-{number}")
    for number in range(1, 17):
        s.bootstrap(f"again-{number}", f"account-{number}").fails(f"again-{number}", "bootstrap-unavailable", from_cooldown=True)
    yield s.bootstrapped("oldest", "account-0").case()

    s = failed("l11-each-entry-has-its-own-hour", "L11").advance(HOUR // 2)
    used_up(s, "two", "two")
    s.advance(HOUR // 2).bootstrapped("one").bootstrap("two-again", "two")
    yield s.fails("two-again", "bootstrap-unavailable", from_cooldown=True, retry_after_s=HOUR // 2000).case()

    s = Script("l12-attempts-of-agent-and-task-are-counted-apart", "L12").bootstrap()
    for wait in (200, 400):
        s.agent_request().answer("boot", 500).sleep("boot", wait)
    s.agent_request().agent()
    for wait in (200, 400):
        s.task_request("boot").answer("boot", 500).sleep("boot", wait)
    s.task_request("boot").task("boot").returns("boot", agent="agent-1")
    seen = ("registering {0} 1", "retry-scheduled {0} 2", "registering {0} 2", "retry-scheduled {0} 3", "registering {0} 3", "registered {0} 3")
    yield s.events(*[text.format(subject) for subject in ("agent", "task") for text in seen]).case(auth_json=auth())


def used_up(s, of, account):
    s.bootstrap(of, account).used_up(lambda: s.agent_request(of, account), of)
    return s.fails(of, "bootstrap-unavailable", attempts=3, cause="server-unavailable", status=503, from_cooldown=False)


def failed(name, rule):
    """A script that begins with a used-up bootstrap."""
    return used_up(Script(name, rule), "boot", "one")
