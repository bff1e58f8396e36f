"""A script while it is written."""

import datetime
import hashlib
from email.utils import format_datetime

from ..files import constants as c
from ..reference import ed25519, keys, registrations
from ..reference.encoding import b64

BASE = "https://auth.example/api"
OTHER_BASE = "https://other.example/api"
JWKS = "https://chat.example/jwks"
AGENT_URL = BASE + "/v1/agent/register"
# The random source gives one byte over and over: the middle of all, so that no delay is jittered, and the seed of every new key.
RANDOM = "80"
SEED = bytes.fromhex(RANDOM) * 32
PUBLIC = ed25519.public_key(SEED)
THUMBPRINT = keys.public_forms(PUBLIC)["thumbprint"]
JSON_TYPE = [["content-type", "application/json"]]


def user_of(account):
    return f"user-of-{account}"


def login_of(account):
    """The managed login of an account."""
    return {
        "account_id": account, "chatgpt_user_id": user_of(account), "email": "a@b.example", "plan_type": "pro", "fedramp": False,
        "access_token": f"token-of-{account}",
    }  # fmt: skip


def record(agent="agent-1", account="one", task="task-1", **changes):
    """An identity record as it is stored."""
    members = {
        "agent_runtime_id": agent, "agent_private_key": b64(keys.pkcs8_v1(SEED)), "account_id": account, "chatgpt_user_id": user_of(account),
        "email": "a@b.example", "plan_type": "pro", "chatgpt_account_is_fedramp": False,
    }  # fmt: skip
    return members | ({"task_id": task} if task else {}) | changes


def entry(agent="agent-1", account="one", task="task-1", ref=None, **changes):
    """An entry of the task store."""
    return {
        "agent_runtime_id": agent, "account_id": account, "chatgpt_user_id": user_of(account), "authapi_base": BASE,
        "key_thumbprint": THUMBPRINT, "task_id": task, "registered_at": c.APRIL, "external_task_ref": ref, **changes,
    }  # fmt: skip


def auth(identity=None, **members):
    return {"agent_identity": record() if identity is None else identity, **members}


def tasks(*entries):
    return {"version": 1, "tasks": list(entries)}


def digest(agent, account, ref=None, base=BASE):
    """How events name the cell of a task (L1, L9)."""
    parts = (agent, account, user_of(account), base, ref or "")
    return hashlib.sha256(b"".join(part.encode() + b"\0" for part in parts)).hexdigest()[:16]


class Script:
    """Steps, in order; the wall clock is followed so that the signed texts can be told."""

    def __init__(self, name, rule, documents=None, **config):
        self.name, self.rule, self.now_ms, self.steps = name, rule, c.APRIL_MS, []
        self.documents = documents or {}
        self.config = {
            "authapi_base": BASE, "jwks_url": JWKS, "source": "cli", "os": "linux", "agent_version": "1.2.3", "correct_clock": True, **config,
        }  # fmt: skip

    def case(self, **documents):
        """The finished case; what is stored at the end, where it is told."""
        question = {"now_ms": c.APRIL_MS, "random": RANDOM, "config": self.config, "documents": self.documents, "steps": self.steps}
        stored = {name.replace("_json", ".json"): value for name, value in documents.items()}
        return {"id": self.name, "rule": self.rule, "op": "lifecycle.run", "input": question, "expect": {"documents": stored}}

    def step(self, **members):
        self.steps.append(members)
        return self

    # What the program does.

    def call(self, name, do, conversation=None):
        return self.step(call=name, do=do, **({"conversation": conversation} if conversation else {}))

    def bootstrap(self, name="boot", account="one", conversation=None):
        return self.call(name, {"bootstrap": login_of(account)}, conversation)

    def load(self, name="load"):
        return self.call(name, {"load": {}})

    def ensure(self, name="task", ref=None, conversation=None, **more):
        return self.call(name, {"ensure-task": {"ref": ref, **more}}, conversation)

    def give_up(self, name):
        return self.step(give_up=name)

    def restart(self):
        return self.step(restart={})

    # What happens around it.

    def advance(self, ms):
        """Time passes."""
        self.now_ms += ms
        return self.step(advance_ms=ms)

    def set_clock(self, now_ms):
        """The wall clock is set; the monotonic one is not."""
        self.now_ms = now_ms
        return self.step(wall_ms=now_ms)

    def random(self, byte):
        return self.step(random=byte)

    def storage(self, state):
        return self.step(storage=state)

    def write(self, name, document):
        """Another program writes a document."""
        return self.step(write={name: document})

    # What is asked of the network, and its answers.

    def agent_request(self, of="boot", account="one", fedramp=False):
        headers = [*JSON_TYPE, ["authorization", f"Bearer token-of-{account}"]] + ([["x-openai-fedramp", "true"]] if fedramp else [])
        body = registrations.agent_body({
            "public_key_hex": PUBLIC.hex(), "source": "cli", "os": "linux", "agent_version": "1.2.3",
        })  # fmt: skip
        return self.request(of, "POST", AGENT_URL, headers, body)

    def task_request(self, of="task", agent="agent-1", ref=None, base=BASE, offset_ms=0):
        signed = registrations.sign(SEED, agent, self.timestamp(offset_ms), {"kind": "opaque", "value": ref} if ref else None)
        return self.request(of, "POST", base + signed["path"], JSON_TYPE, signed["body"])

    def request(self, of, method, url, headers, body=""):
        return self.step(of=of, request={"method": method, "url": url, "headers": headers, "body": body})

    def answer(self, of, status=200, body="", headers=()):
        text = body if isinstance(body, str) else registrations.json_text(body)
        return self.step(of=of, answer={"status": status, "headers": [list(header) for header in headers], "body": text})

    def fail(self, of, failure):
        return self.step(of=of, failure=failure)

    def agent(self, of="boot", agent="agent-1"):
        return self.answer(of, 200, {"agent_runtime_id": agent})

    def task(self, of="task", task="task-1"):
        return self.answer(of, 200, {"task_id": task})

    def sleep(self, of, ms):
        """A wait of the call, which passes."""
        self.now_ms += ms
        return self.step(of=of, sleep_ms=ms)

    # What is seen.

    def returns(self, of, **ok):
        return self.step(of=of, returns={"ok": ok})

    def fails(self, of, code, **members):
        return self.step(of=of, returns={"error": {"code": code, **members}})

    def events(self, *events):
        """Everything reported since the last such step; of each event the members that are given."""
        return self.step(events=[_event(event) for event in events])

    def cells(self, run=None, **refs):
        return self.step(cells=[{"ref": None, "task": run}] + [{"ref": ref, "task": task} for ref, task in refs.items()])

    def in_use(self, agent):
        return self.step(agent=agent)

    def stored(self, **documents):
        return self.step(stored={name.replace("_json", ".json"): value for name, value in documents.items()})

    # Whole passages.

    def bootstrapped(self, of="boot", account="one", agent="agent-1", task="task-1"):
        """A bootstrap that registers agent and run task at once."""
        self.bootstrap(of, account).agent_request(of, account).agent(of, agent)
        return self.task_request(of, agent).task(of, task).returns(of, agent=agent)

    def had(self, of="task", ref=None, agent="agent-1", task="task-1"):
        """A task that is registered at once."""
        return self.ensure(of, ref).task_request(of, agent, ref).task(of, task).returns(of, task=task)

    def had_at(self, offset_ms, of, ref, task):
        """The same with a corrected clock."""
        return self.ensure(of, ref).task_request(of, ref=ref, offset_ms=offset_ms).task(of, task).returns(of, task=task)

    def used_up(self, request, of, status=503):
        """Three attempts that the backend turns away."""
        for wait in (200, 400, None):
            request()
            self.answer(of, status)
            if wait:
                self.sleep(of, wait)
        return self

    def timestamp(self, offset_ms=0):
        return _utc(self.now_ms + offset_ms).strftime("%Y-%m-%dT%H:%M:%SZ")

    def date(self, offset_ms=0):
        """An IMF-fixdate."""
        return format_datetime(_utc(self.now_ms + offset_ms), usegmt=True)


def _utc(ms):
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)


def _event(event):
    """`"registering task 1"`, or the members themselves."""
    if isinstance(event, dict):
        return event
    kind, subject, *attempt = event.split()
    return {"kind": kind, "subject": subject} | ({"attempt": int(attempt[0])} if attempt else {})
