"""Sealed task ids (N3, N4), on libsodium's box and a plain HSalsa20."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_secretbox, crypto_secretbox_open
from nacl.exceptions import CryptoError

from . import ed25519
from .encoding import b64, b64_decode
from .identifiers import check_task_id
from .refusal import Refused, refuse_unless

P = ed25519.P


def recipient_scalar(seed):
    return ed25519.secret_scalar(seed).to_bytes(32, "little")


def montgomery(public):
    """The X25519 form of an Ed25519 public key: u = (1 + y) / (1 - y)."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    return ((1 + y) * pow(1 - y, -1, P) % P).to_bytes(32, "little")


def x25519(scalar, point):
    """The shared value; all zeros for a point of low order."""
    try:
        return X25519PrivateKey.from_private_bytes(scalar).exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError:
        return bytes(32)


def ephemeral_public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def nonce(ephemeral, recipient):
    return hashlib.blake2b(ephemeral + recipient, digest_size=24).digest()


def box_key(shared):
    """HSalsa20 of the shared value under a zero nonce."""
    constants = [int.from_bytes(b"expand 32-byte k"[i : i + 4], "little") for i in range(0, 16, 4)]
    k = [int.from_bytes(shared[i : i + 4], "little") for i in range(0, 32, 4)]
    x = [constants[0], *k[:4], constants[1], 0, 0, 0, 0, constants[2], *k[4:], constants[3]]
    columns = ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11))
    rows = ((0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14))
    for step in range(20):
        for a, b, c, d in rows if step % 2 else columns:
            for target, left, right, turn in ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18)):
                total = x[left] + x[right] & 0xFFFFFFFF
                x[target] ^= (total << turn | total >> 32 - turn) & 0xFFFFFFFF
    return b"".join(x[i].to_bytes(4, "little") for i in (0, 5, 10, 15, 6, 7, 8, 9))


def seal_bytes(recipient, plain, ephemeral_secret):
    """A sealed box made with a given ephemeral secret."""
    ephemeral = ephemeral_public(ephemeral_secret)
    key = box_key(x25519(ephemeral_secret, recipient))
    return ephemeral + crypto_secretbox(plain, nonce(ephemeral, recipient), key)


def seal(public, task_id, ephemeral_secret):
    refuse_unless(ed25519.valid_public_key(public), "key-public-invalid")
    check_task_id(task_id)
    return b64(seal_bytes(montgomery(public), task_id.encode(), ephemeral_secret))


def unseal(seed, text):
    raw = b64_decode(text, "sealed-not-base64")
    scalar = recipient_scalar(seed)
    recipient = montgomery(ed25519.public_key(seed))
    assert recipient == x25519(scalar, (9).to_bytes(32, "little"))
    refuse_unless(len(raw) >= 49, "sealed-open-failed")
    shared = x25519(scalar, raw[:32])
    refuse_unless(shared != bytes(32), "sealed-open-failed")
    try:
        task_id = crypto_secretbox_open(raw[32:], nonce(raw[:32], recipient), box_key(shared)).decode()
    except CryptoError as error:
        raise Refused("sealed-open-failed") from error
    except UnicodeDecodeError as error:
        raise Refused("sealed-not-utf8") from error
    check_task_id(task_id)
    return task_id
