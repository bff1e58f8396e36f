"""L6 to L9 and L13: callers share registrations and outcomes, failures stay where they are, and everything is seen."""

from .script import Script, auth, digest, entry, record, tasks

HELD = {"auth.json": auth(), "agent_tasks.json": tasks(entry())}


def cases():
    yield from _flights()
    yield from _failures()
    yield from _events()
    yield from _bootstraps()


def held(name, rule):
    """A script that begins with the identity in use."""
    return Script(name, rule, HELD).load().returns("load", agent="agent-1")


def _flights():
    s = held("l6-a-second-caller-waits", "L6").ensure("first", "thread", "talk-1").task_request("first", ref="thread")
    s.ensure("second", "thread", "talk-2")
    of_thread = digest("agent-1", "one", "thread")
    s.events({"kind": "registering", "conversation": "talk-1"}, {"kind": "waiting", "subject": "task", "conversation": "talk-2", "key_digest": of_thread})
    yield s.task("first", "task-2").returns("first", task="task-2").returns("second", task="task-2").events("registered task 1").case()

    s = held("l6-many-callers-one-registration", "L6").ensure("c0", "thread").task_request("c0", ref="thread")
    for number in range(1, 12):
        s.ensure(f"c{number}", "thread")
    s.events("registering task 1", *["waiting task"] * 11).task("c0", "task-2")
    for number in range(12):
        s.returns(f"c{number}", task="task-2")
    yield s.case(agent_tasks_json=tasks(entry(), entry(task="task-2", ref="thread")))

    s = held("l6-a-later-caller-finds-the-task", "L6").had("first", "thread", task="task-2").ensure("second", "thread")
    yield s.returns("second", task="task-2").events("registering task 1", "registered task 1", "reused task").case()

    s = held("l6-the-first-caller-gives-up", "L6").ensure("first", "thread").task_request("first", ref="thread").ensure("second", "thread")
    s.give_up("first").task("first", "task-2").returns("second", task="task-2")
    yield s.cells(run="task-1", thread="task-2").case()

    s = held("l6-everybody-gives-up", "L6").ensure("first", "thread").task_request("first", ref="thread").give_up("first")
    s.task("first", "task-2").ensure("second", "thread")
    yield s.returns("second", task="task-2").case(agent_tasks_json=tasks(entry(), entry(task="task-2", ref="thread")))

    s = held("l6-other-keys-go-on-at-the-same-time", "L6").ensure("a", "a").ensure("b", "b").task_request("a", ref="a").task_request("b", ref="b")
    s.task("b", "task-b").returns("b", task="task-b").cells(run="task-1", a=None, b="task-b").task("a", "task-a").returns("a", task="task-a")
    yield s.cells(run="task-1", a="task-a", b="task-b").case()

    s = held("l6-who-replaces-and-who-wants-share", "L6").ensure("first", refused="task-1").task_request("first").cells(run=None).ensure("second")
    s.task("first", "task-2").returns("first", task="task-2").returns("second", task="task-2")
    yield s.case(auth_json=auth(record(task="task-2")), agent_tasks_json=tasks(entry(task="task-2")))

    s = held("l6-two-refusals-of-one-task", "L6").ensure("first", refused="task-1").task_request("first").ensure("second", refused="task-1")
    s.task("first", "task-2").returns("first", task="task-2").returns("second", task="task-2").ensure("third", refused="task-1")
    yield s.returns("third", task="task-2").case()


def _failures():
    s = held("l7-callers-share-a-failure", "L7").ensure("first", "thread").task_request("first", ref="thread").ensure("second", "thread")
    s.answer("first", 400, "no").fails("first", "task-register-rejected", status=400, advice="never")
    s.fails("second", "task-register-rejected", status=400).cells(run="task-1", thread=None)
    yield s.had("third", "thread", task="task-2").cells(run="task-1", thread="task-2").case()

    s = held("l7-a-failure-is-retryable", "L7").ensure("first", "thread")
    s.used_up(lambda: s.task_request("first", ref="thread"), "first")
    s.fails("first", "task-register-unavailable", advice="back-off", attempts=3, cause="server-unavailable", status=503)
    yield s.had("second", "thread", task="task-2").case()

    s = held("l7-a-failed-replacement-leaves-the-cell-empty", "L7").ensure("first", refused="task-1").task_request("first").answer("first", 400)
    s.fails("first", "task-register-rejected", cause="rejected-task").cells(run=None).had("second", task="task-2")
    yield s.case(auth_json=auth(record(task="task-2")), agent_tasks_json=tasks(entry(task="task-2")))

    s = held("l8-a-failure-touches-no-other-cell", "L8").had("good", "good", task="task-2").ensure("bad", "bad")
    s.used_up(lambda: s.task_request("bad", ref="bad"), "bad").fails("bad", "task-register-unavailable")
    s.cells(run="task-1", good="task-2", bad=None).ensure("good-again", "good").returns("good-again", task="task-2")
    yield s.ensure("run").returns("run", task="task-1").case()

    s = held("l8-a-failed-reference-starts-no-cooldown", "L8").ensure("bad", "bad")
    s.used_up(lambda: s.task_request("bad", ref="bad"), "bad").fails("bad", "task-register-unavailable")
    yield s.had("next", "next", task="task-2").bootstrap().returns("boot", agent="agent-1").case()

    s = held("l8-one-of-two-under-way-fails", "L8").ensure("a", "a").ensure("b", "b").task_request("a", ref="a").task_request("b", ref="b")
    s.answer("a", 403, "no").fails("a", "task-register-rejected", status=403).task("b", "task-b").returns("b", task="task-b")
    yield s.cells(run="task-1", a=None, b="task-b").case()


def _events():
    s = held("l9-each-event-comes-before-the-wait-it-describes", "L9").ensure("task", "thread", "talk")
    told = {"subject": "task", "conversation": "talk", "key_digest": digest("agent-1", "one", "thread")}
    s.task_request(ref="thread").events({"kind": "registering", "attempt": 1, **told}).answer("task", 429)
    s.events({"kind": "retry-scheduled", "attempt": 2, "delay_ms": 200, "code": "server-unavailable", **told}).sleep("task", 200)
    s.task_request(ref="thread").events({"kind": "registering", "attempt": 2, **told}).fail("task", "timeout")
    s.events({"kind": "retry-scheduled", "attempt": 3, "delay_ms": 400, "code": "network-timeout", **told}).sleep("task", 400)
    s.task_request(ref="thread").events({"kind": "registering", "attempt": 3, **told}).task("task", "task-2").returns("task", task="task-2")
    yield s.events({"kind": "registered", "attempt": 3, **told}).case()

    s = held("l9-a-failure-is-told-with-its-code", "L9").ensure("task", "thread", "talk").task_request(ref="thread").answer("task", 400)
    s.fails("task", "task-register-rejected")
    yield s.events("registering task 1", {"kind": "failed", "subject": "task", "code": "task-register-rejected", "conversation": "talk"}).case()

    s = held("l9-a-dropped-task-is-told", "L9").ensure("task", None, "talk", refused="task-1").task_request()
    s.events({"kind": "dropped", "subject": "task", "code": "rejected-task", "conversation": "talk"}, "registering task 1")
    yield s.task("task", "task-2").returns("task", task="task-2").events("registered task 1").case()

    s = held("l9-a-known-task-is-told", "L9").ensure("task", None, "talk").returns("task", task="task-1")
    yield s.events({"kind": "reused", "subject": "task", "conversation": "talk", "key_digest": digest("agent-1", "one")}).case()

    s = Script("l9-a-bootstrap-is-told", "L9").bootstrap(conversation="talk").agent_request().agent().task_request("boot").answer("boot", 500)
    s.sleep("boot", 200).task_request("boot").task("boot").returns("boot", agent="agent-1")
    kinds = ("registering agent 1", "registered agent 1", "registering task 1", "retry-scheduled task 2", "registering task 2", "registered task 2")
    told = [dict(zip(("kind", "subject", "attempt"), (kind, subject, int(n)))) for kind, subject, n in (text.split() for text in kinds)]
    yield s.events(*[event | {"conversation": "talk"} for event in told]).case()


def _bootstraps():
    s = Script("l13-a-second-bootstrap-waits", "L13").bootstrap("first").agent_request("first").bootstrap("second").agent("first")
    s.task_request("first").bootstrap("third").task("first").returns("first", agent="agent-1").returns("second", agent="agent-1")
    yield s.returns("third", agent="agent-1").case(auth_json=auth())

    s = Script("l13-a-later-bootstrap-finds-the-stored-record", "L13").bootstrapped("first").bootstrap("second")
    yield s.returns("second", agent="agent-1").restart().bootstrap("third").returns("third", agent="agent-1").case()

    s = Script("l13-waiters-share-the-failure-and-the-cooldown", "L13").bootstrap("first").agent_request("first").bootstrap("second")
    s.answer("first", 503).sleep("first", 200).agent_request("first").answer("first", 503).sleep("first", 400).agent_request("first")
    s.answer("first", 503).fails("first", "bootstrap-unavailable", from_cooldown=False).fails("second", "bootstrap-unavailable")
    yield s.bootstrap("third").fails("third", "bootstrap-unavailable", from_cooldown=True).case(auth_json=None)
