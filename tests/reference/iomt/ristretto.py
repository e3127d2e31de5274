"""ristretto255 (RFC 9496) over the twisted Edwards curve -x² + y² = 1 + d·x²·y² modulo p = 2^255 - 19.

    decode, encode      4.3.1, 4.3.2        32 bytes <-> a point
    one_way_map         4.3.4               64 bytes  -> a point
    multiply            scalar · point

Points are in extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z. Its time depends on its numbers: a reference.
"""

from .errors import Refused

P = 2 ** 255 - 19
ORDER = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def is_negative(x):
    return x % P & 1 == 1


def absolute(x):
    return -x % P if is_negative(x) else x % P


def sqrt_ratio(u, v):
    """(whether u/v is a square, its root, or that of SQRT_M1·u/v): section 4.2."""
    root = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * root * root % P
    right, flipped, flipped_i = check == u % P, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        root = root * SQRT_M1 % P
    return right or flipped, absolute(root)


INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]
# One of the two roots of -D - 1: section 4.1 names it.
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) * (D - 1) % P


def decode(data):
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or is_negative(s):
        raise Refused("bad_key")
    square = s * s % P
    u1, u2 = (1 - square) % P, (1 + square) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, inverse = sqrt_ratio(1, v * u2 * u2)
    x_factor = inverse * u2 % P
    y_factor = inverse * x_factor * v % P
    x = absolute(2 * s * x_factor)
    y = u1 * y_factor % P
    t = x * y % P
    if not was_square or is_negative(t) or y == 0:
        raise Refused("bad_key")
    return x, y, 1, t


def encode(point):
    x0, y0, z0, t0 = point
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    _, inverse = sqrt_ratio(1, u1 * u2 * u2)
    d1, d2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = d1 * d2 * t0 % P
    x, y, factor = x0, y0, d2
    if is_negative(t0 * z_inverse):
        x, y, factor = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, d1 * INVSQRT_A_MINUS_D % P
    if is_negative(x * z_inverse):
        y = -y % P
    return absolute(factor * (z0 - y)).to_bytes(32, "little")


def add(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    out = NEUTRAL
    while scalar:
        if scalar & 1:
            out = add(out, point)
        point, scalar = add(point, point), scalar >> 1
    return out


def is_neutral(point):
    return encode(point) == bytes(32)


def one_way_map(data):
    halves = (int.from_bytes(half, "little") & (1 << 255) - 1 for half in (data[:32], data[32:]))
    return add(*map(elligator, halves))


def elligator(t):
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = sqrt_ratio(u, v)
    c = P - 1
    if not was_square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v, n * SQRT_AD_MINUS_ONE
    w2, w3 = 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P
