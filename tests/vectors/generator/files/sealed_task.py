"""sealed-task.json: encrypted task ids (N3, N4)."""

import hashlib

from nacl.bindings import crypto_secretbox

from ..reference import ed25519, sealed
from ..reference.encoding import b64
from . import constants as c
from .case import Stream, case

SEED = hashlib.sha256(b"sealed-task.json").digest()
OTHER = hashlib.sha256(b"sealed-task.json/other").digest()
EPHEMERAL = hashlib.sha256(b"sealed-task.json/ephemeral").digest()
LOW_ORDER = (0, 1, ed25519.P - 1, ed25519.P, ed25519.P + 1)


def cases():
    yield from _opened()
    yield from _sealed()
    yield from _damaged()
    yield from _low_order()
    yield from _bad_contents()


def box(plain, seed=SEED, ephemeral=EPHEMERAL):
    return sealed.seal_bytes(sealed.montgomery(ed25519.public_key(seed)), plain, ephemeral)


def unseal(name, rule, text, code=None, ok=None, seed=SEED):
    question = {"seed_hex": seed.hex(), "encrypted_task_id": text}
    return case(name, rule, "task-id.unseal", question, code, ok)


def _opened():
    seed = bytes.fromhex(c.SEED)
    for name, text in (("any-sample", c.BOX_ANY_SAMPLE), ("ephemeral-01", c.BOX_EPHEMERAL_01)):
        yield unseal(f"constant-{name}", "N3", text, ok={"task_id": "task_123"}, seed=seed)
    stream = Stream("sealed-task.json")
    fixed = ("t", "a:b:c", "caf\u00e9", "cafe\u0301", "\u4efb\u52a1-\u4e03", "\U0001f680\u200d", 'a"b\\c', " padded ", "x" * 1024)
    for number, task_id in enumerate(fixed):
        seed = stream.bytes()
        yield unseal(f"open-{number}", "N3", b64(box(task_id.encode(), seed, stream.bytes())), ok={"task_id": task_id}, seed=seed)
    for length in (15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129):
        seed, task_id = stream.bytes(), "y" * length
        yield unseal(
            f"open-length-{length}", "N3", b64(box(task_id.encode(), seed, stream.bytes())), ok={"task_id": task_id}, seed=seed
        )
    yield unseal("open-ephemeral-top-bit", "N3", b64(_top_bit_box()), ok={"task_id": "task"})


def _top_bit_box():
    """An ephemeral key with its unused top bit set: X25519 ignores the bit, the nonce does not."""
    recipient = sealed.montgomery(ed25519.public_key(SEED))
    ephemeral = bytearray(sealed.ephemeral_public(EPHEMERAL))
    ephemeral[31] |= 0x80
    key = sealed.box_key(sealed.x25519(EPHEMERAL, recipient))
    return bytes(ephemeral) + crypto_secretbox(b"task", sealed.nonce(bytes(ephemeral), recipient), key)


def _sealed():
    def seal(name, public_key_hex, task_id, random_hex, code=None, ok=None):
        question = {"public_key_hex": public_key_hex, "task_id": task_id, "random_hex": random_hex}
        return case(name, "N3", "task-id.seal", question, code, ok)

    yield seal("seal-constant", c.PUBLIC, "task_123", "01" * 32, ok={"encrypted_task_id": c.BOX_EPHEMERAL_01})
    stream = Stream("sealed-task.json/seal")
    for number, task_id in enumerate(("t", "task-123", "caf\u00e9", "\U0001f680" * 5, "z" * 1024)):
        yield seal(f"seal-{number}", ed25519.public_key(stream.bytes()).hex(), task_id, stream.bytes().hex())
    yield seal("seal-refuse-blank", c.PUBLIC, " ", "01" * 32, "task-id-invalid")
    yield seal("seal-refuse-1025", c.PUBLIC, "z" * 1025, "01" * 32, "task-id-invalid")
    yield seal("seal-refuse-key", "01" + "00" * 31, "task-123", "01" * 32, "key-public-invalid")


def _damaged():
    good = box(b"task-123")
    failed, text = "sealed-open-failed", b64(good)
    damaged = (
        ("bit-of-ephemeral", bytes([good[0] ^ 1]) + good[1:]),
        ("bit-of-tag", good[:32] + bytes([good[32] ^ 1]) + good[33:]),
        ("bit-of-text", good[:-1] + bytes([good[-1] ^ 1])),
        ("last-byte-missing", good[:-1]),
        ("byte-appended", good + b"\0"),
        ("one-byte", b"\0"),
        ("47-bytes", good[:47]),
        ("48-bytes", good[:48]),
        ("49-bytes", good[:49]),
        ("48-bytes-no-text", box(b"")),
        ("other-recipient", box(b"task-123", OTHER)),
        ("to-ed25519-bytes", sealed.seal_bytes(ed25519.public_key(SEED), b"task-123", EPHEMERAL)),
        ("zeros", bytes(56)),
    )
    for name, raw in damaged:
        yield unseal(f"refuse-{name}", "N3", b64(raw), failed)
    mixed = next(
        t for n in range(99) if {"+", "/"} <= set(t := b64(box(b"task-123", ephemeral=hashlib.sha256(bytes([n])).digest())))
    )
    not_base64 = (
        ("no-padding", b64(box(b"task-12")).rstrip("=")), ("url-alphabet", mixed.replace("+", "-").replace("/", "_")),
        ("line-break", text[:20] + "\n" + text[20:]), ("outer-space", f" {text}"), ("other-character", "!" + text[1:]),
        ("extra-padding", text + "="), ("length", text[:-3]), ("unused-bits", _unused_bits(b64(box(b"task-12")))),
    )  # fmt: skip
    for name, value in not_base64:
        yield unseal(f"refuse-base64-{name}", "N3", value, "sealed-not-base64")


def _unused_bits(text):
    """The same text with an unused bit set before its padding."""
    body = text.rstrip("=")
    return body[:-1] + chr(ord(body[-1]) + 1) + text[len(body) :]


def _low_order():
    """Boxes that open in a library that does not look at the shared value."""
    recipient = sealed.montgomery(ed25519.public_key(SEED))
    points = [value.to_bytes(32, "little") for value in LOW_ORDER]
    points += [sealed.montgomery(ed25519.encode(ed25519.multiply(m, ed25519.order_eight_point()))) for m in (1, 3)]
    points.append(bytes(31) + b"\x80")
    for number, point in enumerate(points):
        plain = crypto_secretbox(b"task-123", sealed.nonce(point, recipient), sealed.box_key(bytes(32)))
        assert sealed.x25519(sealed.recipient_scalar(SEED), point) == bytes(32)
        yield unseal(f"refuse-low-order-{number}", "N4", b64(point + plain), "sealed-open-failed")


def _bad_contents():
    for name, plain in (
        ("ff", b"task\xff"), ("surrogate", b"\xed\xa0\x80"), ("overlong", b"\xc0\xaf"), ("cut", b"caf\xc3"),
        ("above-10ffff", b"\xf4\x90\x80\x80"),
    ):  # fmt: skip
        yield unseal(f"refuse-utf8-{name}", "N3", b64(box(plain)), "sealed-not-utf8")
    for name, plain in (("blank", " \u3000"), ("newline", "task\n"), ("1025", "z" * 1025), ("c1", "a\u0080")):
        yield unseal(f"refuse-id-{name}", "N2", b64(box(plain.encode())), "task-id-invalid")
