"""Ed25519 from the text of RFC 8032, with the strict verification rule of section 11.

Slow and plain on purpose: it checks the signatures that `cryptography` makes and judges the ones that no library should take.
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def add(a, b):
    """Sum of two points in extended coordinates (RFC 8032 section 5.1.4)."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e1 = (y1 - x1) * (y2 - x2) % P
    e2 = (y1 + x1) * (y2 + x2) % P
    e3 = 2 * t1 * t2 * D % P
    e4 = 2 * z1 * z2 % P
    e, f, g, h = e2 - e1, e4 - e3, e4 + e3, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def encode(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(raw):
    """The point a canonical encoding stands for, else `None`."""
    value = int.from_bytes(raw, "little")
    y, sign = value & (2**255 - 1), value >> 255
    if len(raw) != 32 or y >= P:
        return None
    x = _root((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
    if x is None or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _root(square):
    root = pow(square, (P + 3) // 8, P)
    if (root * root - square) % P:
        root = root * SQRT_M1 % P
    return root if (root * root - square) % P == 0 else None


def small_order(point):
    return equal(multiply(8, point), IDENTITY)


def order_eight_point():
    """A point of order exactly 8: the small-order part of the first curve point that has one."""
    for y in range(2, 100):
        point = decode(y.to_bytes(32, "little"))
        torsion = point and multiply(L, point)
        if torsion and not equal(multiply(4, torsion), IDENTITY):
            return torsion
    raise AssertionError("half of all points have one")


BASE_Y = 4 * pow(5, -1, P) % P
BASE = decode(BASE_Y.to_bytes(32, "little"))


def valid_public_key(raw):
    """K13: 32 bytes, canonical, on the curve, not of small order."""
    point = decode(raw)
    return point is not None and not small_order(point)


def secret_scalar(seed):
    """The clamped scalar, also the X25519 secret of N3."""
    low = bytearray(hashlib.sha512(seed).digest()[:32])
    low[0] &= 248
    low[31] = low[31] & 127 | 64
    return int.from_bytes(low, "little")


def public_key(seed):
    return encode(multiply(secret_scalar(seed), BASE))


def sign(seed, message):
    """The deterministic signature of RFC 8032."""
    prefix = hashlib.sha512(seed).digest()[32:]
    nonce = _hash_scalar(prefix, message)
    r = encode(multiply(nonce, BASE))
    k = _hash_scalar(r, public_key(seed), message)
    return r + ((nonce + k * secret_scalar(seed)) % L).to_bytes(32, "little")


def challenge(r, public, message):
    """k of the verification equation."""
    return _hash_scalar(r, public, message)


def _hash_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


def verify(public, message, signature):
    """The strict rule of section 11."""
    a, r = decode(public), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L or small_order(a) or small_order(r):
        return False
    k = challenge(signature[:32], public, message)
    negated = (P - a[0], a[1], a[2], P - a[3])
    return encode(add(multiply(s, BASE), multiply(k, negated))) == signature[:32]
