"""The conformance driver's operations, answered by the reference."""

from . import assertions, codes, ed25519, environments, identifiers, jwt_login, keys, records, references
from . import registrations, rejections, replay, scope, sealed
from .encoding import b64, b64_decode
from .refusal import Refused


def answer(op, question):
    """The `ok` object, or `{"error": code}`."""
    try:
        return OPERATIONS[op](question)
    except Refused as refusal:
        assert refusal.code in codes.CODES, f"{op}: {refusal.code} is not decided by the specification"
        return {"error": refusal.code}


def _seed(question):
    return bytes.fromhex(question["seed_hex"])


def _public(question):
    return bytes.fromhex(question["public_key_hex"])


def _identifier_check(question):
    kind, value = question["kind"], question["value"]
    if kind == "runtime-id":
        identifiers.check_runtime_id(value)
        return {"path_segment": identifiers.path_segment(value)}
    {"task-id": identifiers.check_task_id, "timestamp": identifiers.unix_seconds}[kind](value)
    return {}


def _fields(question):
    return question["agent_runtime_id"], question["task_id"], identifiers.wanted_timestamp(question)


def _assertion_sign(question):
    text = assertions.assertion_text(*_fields(question))
    signature = assertions.sign_bytes(_seed(question), text.encode())
    return {"header": assertions.header_of(*_fields(question), signature), "signed_text": text}


def _assertion_prepare(question):
    return {"signed_text_base64": b64(assertions.assertion_text(*_fields(question)).encode())}


def _assertion_assemble(question):
    assertions.assertion_text(*_fields(question))
    signature = b64_decode(question["signature_base64"], "undecided")
    return {"header": assertions.header_of(*_fields(question), signature)}


def _assertion_parse(question):
    fields = assertions.parse(question["header"])
    signature = fields.pop("signature")
    return {**fields, "signature_base64": b64(signature)}


def _registration_sign(question):
    timestamp = identifiers.wanted_timestamp(question)
    reference = question.get("external_task_ref")
    return registrations.sign(_seed(question), question["agent_runtime_id"], timestamp, reference)


OPERATIONS = {
    "key.import": lambda q: keys.private_forms(keys.import_private(q["form"], q["data"])),
    "key.import-public": lambda q: keys.public_forms(keys.import_public(q["form"], q["data"])),
    "key.generate": lambda q: keys.private_forms(keys.generate(bytes.fromhex(q["random_hex"]))),
    "identifier.check": _identifier_check,
    "assertion.sign": _assertion_sign,
    "assertion.prepare": _assertion_prepare,
    "assertion.assemble": _assertion_assemble,
    "assertion.parse": _assertion_parse,
    "assertion.verify": assertions.verify,
    "registration.sign": _registration_sign,
    "registration.verify": registrations.verify,
    "agent-registration.body": lambda q: {"body": registrations.agent_body(q)},
    "task-answer.read": lambda q: {"task_id": registrations.read_task_answer(_seed(q), q["body"])},
    "task-id.unseal": lambda q: {"task_id": sealed.unseal(_seed(q), q["encrypted_task_id"])},
    "task-id.seal": lambda q: {"encrypted_task_id": sealed.seal(_public(q), q["task_id"], bytes.fromhex(q["random_hex"]))},
    "task-ref.normalize": lambda q: {"ref": references.normalize(q["kind"], q.get("value"))},
    "ed25519.verify": lambda q: {
        "valid": ed25519.verify(_public(q), bytes.fromhex(q["message_hex"]), bytes.fromhex(q["signature_hex"]))
    },
    "replay.run": replay.run,
    "skew.measure": rejections.measure,
    "rejection.classify": rejections.classify,
    "scope.decide": scope.decide,
    "base-url.resolve": lambda q: environments.resolve(
        q.get("chatgpt_base_url"), q.get("authapi_override"), q.get("jwks_override")
    ),
    "jwt.verify": lambda q: jwt_login.verify(q["jwt"], q["jwks"], q["now_ms"]),
    "record.read": lambda q: records.read(q["auth_json"], q["account_id"], q["chatgpt_user_id"]),
    "errors.list": lambda q: {"codes": [{"code": c, "advice": a} for c, a in codes.CODES.items()]},
}
