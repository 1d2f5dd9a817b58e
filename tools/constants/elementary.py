#!/usr/bin/env python3
"""Prints the constants of Sources/Arithmetic's elementary functions, and how good they are.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath && /tmp/venv/bin/python elementary.py

Nothing in the build runs this; the constants are committed, and this is where they come from.
See README.md beside it for the error bounds.
"""

from mpmath import mp, mpf, cos, exp, factorial, lu_solve, log, matrix, pi, sqrt, tanh

mp.prec = 400


def bits(value, keep=53):
    """`value` rounded to nearest with `keep` significant bits."""
    mantissa, exponent = mp.frexp(value)
    return mpf(int(mp.nint(mp.ldexp(mantissa, keep)))) * mp.ldexp(mpf(1), exponent - keep)


def literal(value):
    """A Swift hexadecimal literal."""
    text = float(value).hex()
    mantissa, exponent = text.split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}p{int(exponent)}"


def pieces(value, *widths):
    """`value` cut into doubles of the given widths, each the rest's nearest."""
    parts = []
    for width in widths:
        part = bits(value, width)
        parts.append(part)
        value -= part
    return parts, value


def ratio(square):
    """tanh(r/2) / r of r², the part of the exponential a ratio of polynomials stands for."""
    return mpf(1) / 2 if square == 0 else tanh(sqrt(square) / 2) / sqrt(square)


def rational(radius):
    """p = p0 + p1·z + z² and q = 2·p0 + q1·z + q2·z² with p/q the nearest to `ratio` that meets it
    at 0 and at the Chebyshev nodes of [0, radius²]."""
    count = 4
    nodes = [radius**2 * (1 + cos(pi * (2 * i + 1) / (2 * count))) / 2 for i in range(count)]
    rows, values = matrix(count, count), matrix(count, 1)
    for i, z in enumerate(nodes):
        rows[i, 0], rows[i, 1] = 1 - 2 * ratio(z), z
        rows[i, 2], rows[i, 3] = -ratio(z) * z, -ratio(z) * z * z
        values[i] = -z * z
    p0, p1, q1, q2 = (bits(c) for c in lu_solve(rows, values))
    return (p0, p1, mpf(1)), (2 * p0, q1, q2)


ln2 = log(mpf(2))

print("Double: e^r = (q + r·p) / (q - r·p), p and q polynomials in r²")
print("  log2(e) =", literal(bits(1 / ln2)))
(high, low), rest = pieces(ln2, 41, 53)
print("  ln 2    =", literal(high), literal(low), " off by 2^%.1f" % mp.log(abs(rest), 2))
radius = ln2 / 2 * (1 + mpf(2) ** -30)
p, q = rational(radius)
for name, coefficients in (("p", p), ("q", q)):
    for n, c in enumerate(coefficients):
        print(f"  {name}{n} =", literal(c))
worst = mpf(0)
for i in range(-2000, 2001):
    r = radius * i / 2000
    even = sum(c * r ** (2 * n) for n, c in enumerate(q))
    odd = r * sum(c * r ** (2 * n) for n, c in enumerate(p))
    worst = max(worst, abs((even + odd) / (even - odd) / exp(r) - 1))
print("  error: 2^%.1f of e^r" % mp.log(worst, 2))

print("DoubleDouble")
parts, rest = pieces(ln2, 41, 41, 53)
print("  ln 2    =", *map(literal, parts), " off by 2^%.1f" % mp.log(abs(rest), 2))
for n in range(2, 19):
    (high, low), rest = pieces(1 / factorial(n), 53, 53)
    error = "%.0f" % mp.log(abs(rest * factorial(n)), 2) if rest else "-inf"
    print(f"  (1/{n}!, high: {literal(high)}, low: {literal(low)}) off by 2^{error}")
for terms in range(12, 20):
    r = (ln2 / 2 + mpf(2) ** -40) / 8
    tail = r**terms / factorial(terms + 1) / (1 - r)
    print(f"  tail of (e^r - 1)/r after r^{terms - 1}/{terms}!: 2^%.1f" % mp.log(tail, 2))
