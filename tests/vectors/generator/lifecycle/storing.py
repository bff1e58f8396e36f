"""L1 to L5: cells, what is stored of them, and whose they are."""

from ..files import constants as c
from ..files.jwt_login import AGENT_SEED, jwk, token
from ..reference import registrations
from .script import BASE, JSON_TYPE, JWKS, OTHER_BASE, Script, auth, digest, entry, login_of, record, tasks

HELD = {"auth.json": auth(), "agent_tasks.json": tasks(entry())}


def cases():
    yield from _cells()
    yield from _stores()
    yield from _restarts()
    yield from _bindings()
    yield from _records()


def _cells():
    s = Script("l1-key-digests", "L1").bootstrapped()
    s.events("registering agent 1", "registered agent 1",
             {"kind": "registering", "subject": "task", "key_digest": digest("agent-1", "one")},
             {"kind": "registered", "subject": "task", "key_digest": digest("agent-1", "one")})  # fmt: skip
    s.had("thread", "thread", task="task-2")
    of_thread = digest("agent-1", "one", "thread")
    yield s.events({"kind": "registering", "key_digest": of_thread}, {"kind": "registered", "key_digest": of_thread}).case()

    s = Script("l1-references-have-cells-of-their-own", "L1").bootstrapped().cells(run="task-1", a=None, b=None)
    s.had("a", "a", task="task-a").cells(run="task-1", a="task-a", b=None)
    s.had("b", "b", task="task-b").cells(run="task-1", a="task-a", b="task-b")
    yield s.ensure("again", "a").returns("again", task="task-a").case()

    s = Script("l1-references-differ-by-one-byte", "L1", HELD).load().returns("load", agent="agent-1")
    s.had("upper", "Thread", task="task-2").had("lower", "thread", task="task-3")
    yield s.cells(run="task-1", Thread="task-2", thread="task-3").case()


def _stores():
    s = Script("l2-run-task-in-record-and-store", "L2").bootstrapped()
    yield s.case(auth_json=auth(), agent_tasks_json=tasks(entry()))

    s = Script("l2-thread-task-in-the-store-only", "L2").bootstrapped().advance(3_600_000).had("thread", "thread", task="task-2")
    later = entry(task="task-2", ref="thread", registered_at="2026-04-23T01:00:00Z")
    yield s.case(auth_json=auth(), agent_tasks_json=tasks(entry(), later))

    s = Script("l2-registered-run-task-enters-the-record", "L2", {"auth.json": auth(record(task=None))})
    s.load().returns("load", agent="agent-1").cells(run=None).had()
    yield s.case(auth_json=auth(), agent_tasks_json=tasks(entry()))

    s = Script("l2-other-members-of-the-login-stay", "L2", {"auth.json": {"tokens": {"access_token": "x"}, "later": [1]}}).bootstrapped()
    yield s.case(auth_json=auth(tokens={"access_token": "x"}, later=[1]))

    for name, document in (
        ("not-json", "not JSON"), ("other-version", {"version": 2, "tasks": []}), ("entry-without-id", {"version": 1, "tasks": [{}]}),
    ):  # fmt: skip
        s = Script(f"l2-unreadable-store-{name}", "L2", {"auth.json": auth(record(task=None)), "agent_tasks.json": document})
        s.load().returns("load", agent="agent-1").events().ensure().task_request()
        s.events({"kind": "dropped", "subject": "task", "code": "store-read-failed"}, "registering task 1").task().returns("task", task="task-1")
        yield s.case(auth_json=auth(), agent_tasks_json=tasks(entry()))

    s = Script("l2-store-that-cannot-be-written", "L2", HELD).load().returns("load", agent="agent-1").events()
    s.storage("unwritable").ensure("thread", "thread").task_request("thread", ref="thread").task("thread", "task-2").returns("thread", task="task-2")
    s.events("registering task 1", "registered task 1", {"kind": "failed", "subject": "task", "code": "store-write-failed"})
    s.storage("sound").ensure("again", "thread").returns("again", task="task-2")
    yield s.case(agent_tasks_json=tasks(entry()))

    s = Script("l2-another-program-writes-in-between", "L2", HELD).load().returns("load", agent="agent-1")
    s.ensure("thread", "thread").task_request("thread", ref="thread")
    foreign = entry("agent-9", "nine", "task-9", "theirs")
    s.write("agent_tasks.json", tasks(entry(), foreign)).task("thread", "task-2").returns("thread", task="task-2")
    yield s.case(agent_tasks_json=tasks(entry(), foreign, entry(task="task-2", ref="thread")))

    # Full, with the run task used last: a new task drops the oldest entry, and nothing but that.
    old = [entry(task=f"task-{n}", ref=f"ref-{n}") for n in range(100, 100 + 511)]
    s = Script("l2-most-recently-used-512", "L2", {"auth.json": auth(), "agent_tasks.json": tasks(*old, entry())})
    s.load().returns("load", agent="agent-1").had("thread", "thread", task="task-2").restart().load("again").returns("again", agent="agent-1")
    s.ensure("kept", "ref-101").returns("kept", task="task-101").ensure("last", "ref-610").returns("last", task="task-610")
    yield s.had("dropped", "ref-100", task="task-3").case()


def _restarts():
    s = Script("l3-bootstrap-after-a-restart", "L3").bootstrapped().had("thread", "thread", task="task-2").restart().in_use(None)
    s.events(*["registering agent 1", "registered agent 1"], *["registering task 1", "registered task 1"] * 2)
    s.bootstrap("again").returns("again", agent="agent-1").events("reused agent").ensure("thread", "thread").returns("thread", task="task-2")
    yield s.events("reused task").cells(run="task-1", thread="task-2").case()

    s = Script("l3-load-after-a-restart", "L3").bootstrapped().had("thread", "thread", task="task-2").restart()
    s.load().returns("load", agent="agent-1").ensure("run").returns("run", task="task-1").ensure("thread", "thread")
    yield s.returns("thread", task="task-2").case()

    s = Script("l3-nothing-is-written-either", "L3", HELD | {"agent_tasks.json": tasks(entry(registered_at="2026-01-01T00:00:00Z"))})
    s.bootstrap().returns("boot", agent="agent-1").restart().load().returns("load", agent="agent-1")
    yield s.case(**{"auth_json": HELD["auth.json"], "agent_tasks_json": tasks(entry(registered_at="2026-01-01T00:00:00Z"))})

    s = Script("l3-a-second-bootstrap-asks-nobody", "L3").bootstrapped().storage("unreadable").bootstrap("again")
    yield s.returns("again", agent="agent-1").case()

    jwks = {"keys": [jwk()]}
    s = Script("l3-jwt-login", "L3")
    jwt = token()

    def fetched(of, do):
        s.call(of, do).request(of, "GET", JWKS, []).answer(of, 200, jwks).returns(of, agent=c.RUNTIME)

    fetched("login", {"login": jwt})
    s.stored(auth_json={"auth_mode": "agentIdentity", "agent_identity": jwt}, agent_tasks_json=None).cells(run=None)
    s.ensure("run")
    signed = registrations.sign(AGENT_SEED, c.RUNTIME, s.timestamp())
    s.request("run", "POST", BASE + signed["path"], JSON_TYPE, signed["body"]).task("run").returns("run", task="task-1")
    s.restart()
    fetched("load", {"load": {}})
    s.ensure("run").returns("run", task="task-1")
    yield s.case(auth_json={"auth_mode": "agentIdentity", "agent_identity": jwt})


def _bindings():
    for member, other in (
        ("account_id", "two"), ("chatgpt_user_id", "user-of-two"), ("authapi_base", OTHER_BASE), ("key_thumbprint", "another"),
    ):  # fmt: skip
        theirs = entry(task="task-2", ref="thread", **{member: other})
        s = Script(f"l4-entry-of-another-{member.replace('_', '-')}", "L4", {"auth.json": auth(), "agent_tasks.json": tasks(entry(), theirs)})
        s.load().returns("load", agent="agent-1").events().ensure("thread", "thread").task_request("thread", ref="thread")
        s.events({"kind": "dropped", "subject": "task", "code": "task-binding-mismatch"}, "registering task 1")
        s.task("thread", "task-3").returns("thread", task="task-3")
        yield s.case(agent_tasks_json=tasks(entry(), entry(task="task-3", ref="thread")))

    theirs = entry("agent-9", task="task-9", ref="thread")
    s = Script("l4-entry-of-another-runtime-id", "L4", {"auth.json": auth(), "agent_tasks.json": tasks(theirs, entry())})
    s.load().returns("load", agent="agent-1").events().had("thread", "thread", task="task-2").events("registering task 1", "registered task 1")
    yield s.case(agent_tasks_json=tasks(theirs, entry(), entry(task="task-2", ref="thread")))

    s = Script("l4-another-account-logs-in", "L4").bootstrapped().had("thread", "thread", task="task-2")
    s.bootstrapped("other", "two", "agent-2", "task-3").in_use("agent-2").cells(run="task-3", thread=None)
    s.had("thread-of-two", "thread", "agent-2", "task-4").cells(run="task-3", thread="task-4")
    yield s.case(auth_json=auth(record("agent-2", "two", "task-3")))

    s = Script("l4-another-user-of-the-account-logs-in", "L4", HELD)
    s.call("other", {"bootstrap": login_of("one") | {"chatgpt_user_id": "user-9"}}).agent_request("other").agent("other", "agent-2")
    s.task_request("other", "agent-2").task("other", "task-2").returns("other", agent="agent-2")
    yield s.case(auth_json=auth(record("agent-2", task="task-2", chatgpt_user_id="user-9")))

    s = Script("l4-switched-while-a-bootstrap-is-under-way", "L4").bootstrap("one").agent_request("one").agent("one", "agent-1")
    s.task_request("one").bootstrapped("two", "two", "agent-2", "task-2").task("one", "task-1").fails("one", "cancelled", advice="back-off")
    yield s.in_use("agent-2").cells(run="task-2").case(auth_json=auth(record("agent-2", "two", "task-2")))

    s = Script("l4-the-other-account-ends-the-use-at-once", "L4", HELD).load().returns("load", agent="agent-1").bootstrap("two", "two").in_use(None)
    s.agent_request("two", "two").answer("two", 400).fails("two", "agent-register-rejected", status=400).in_use(None)
    yield s.case(auth_json=HELD["auth.json"])


def _records():
    s = Script("l5-run-task-that-only-the-record-knows", "L5", {"auth.json": auth()}).bootstrap().returns("boot", agent="agent-1")
    yield s.events("reused agent").cells(run="task-1").case(agent_tasks_json=tasks(entry()))

    s = Script("l5-the-record-wins", "L5", {"auth.json": auth(), "agent_tasks.json": tasks(entry(task="task-old"))})
    yield s.bootstrap().returns("boot", agent="agent-1").cells(run="task-1").case(agent_tasks_json=tasks(entry()))

    s = Script("l5-a-record-of-another-account-is-no-source", "L5", {"auth.json": auth(record(account="two"))})
    yield s.bootstrapped(agent="agent-2", task="task-2").case(auth_json=auth(record("agent-2", task="task-2")))

    s = Script("l5-a-task-of-another-backend-is-no-run-task", "L5", HELD | {"agent_tasks.json": tasks(entry(authapi_base=OTHER_BASE))})
    yield s.bootstrapped(agent="agent-2", task="task-2").case(auth_json=auth(record("agent-2", task="task-2")))

    s = Script("l5-a-record-without-task-keeps-its-agent", "L5", {"auth.json": auth(record(task=None))})
    s.bootstrap().task_request("boot").task("boot", "task-7").returns("boot", agent="agent-1")
    yield s.case(auth_json=auth(record(task="task-7")), agent_tasks_json=tasks(entry(task="task-7")))
