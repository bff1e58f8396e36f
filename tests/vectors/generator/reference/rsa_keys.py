"""RSA keys that are the same on every run. For tests only: the primes come from a counter, and there may be more than two."""

import hashlib
import math

E = 65537
SMALL_PRIMES = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2))]
DIGEST_INFO_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
DIGEST_INFO_SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")


class Key:
    """A key of `bits` bits from `count` primes."""

    def __init__(self, label, bits, count=2):
        primes, at = [], 0
        while len(primes) < count:
            prime, at = _next_prime(label, bits // count, at)
            primes.append(prime)
        self.n = math.prod(primes)
        self.d = pow(E, -1, math.prod(p - 1 for p in primes))
        self.size = (self.n.bit_length() + 7) // 8
        assert self.n.bit_length() == bits

    def sign(self, message):
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        return self.sign_info(DIGEST_INFO_SHA256 + hashlib.sha256(message).digest())

    def sign_info(self, info):
        padded = b"\0\1" + b"\xff" * (self.size - len(info) - 3) + b"\0" + info
        return pow(int.from_bytes(padded, "big"), self.d, self.n).to_bytes(self.size, "big")


def verify(n, e, message, signature):
    size = (n.bit_length() + 7) // 8
    info = DIGEST_INFO_SHA256 + hashlib.sha256(message).digest()
    padded = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    value = int.from_bytes(signature, "big")
    return len(signature) == size and value < n and pow(value, e, n).to_bytes(size, "big") == padded


def _next_prime(label, bits, at):
    """The next probable prime of the stream, with its two top bits set so that products keep their length."""
    while True:
        blocks = b"".join(hashlib.sha512(f"{label}/{at}/{i}".encode()).digest() for i in range(bits // 512 + 1))
        at += 1
        top = 0b1111 << bits - 4
        candidate = int.from_bytes(blocks[: bits // 8], "big") | top | 1
        if all(candidate % p for p in SMALL_PRIMES) and candidate % E != 1 and _probably_prime(candidate):
            return candidate, at


def _probably_prime(n):
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        if not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True
