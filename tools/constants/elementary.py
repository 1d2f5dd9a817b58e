#!/usr/bin/env python3
"""Prints the constants of Sources/Arithmetic's elementary functions, and how good they are.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mpmath && /tmp/venv/bin/python elementary.py

Nothing in the build runs this; the constants are committed, and this is where they come from.
See README.md beside it for the error bounds.
"""

from mpmath import mp, mpf, cos, exp, factorial, lu_solve, log, matrix, pi

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


def quotient(r):
    """(e^r - 1 - r) / r², the part of the exponential a polynomial stands for."""
    return sum(r**n / factorial(n + 2) for n in range(60))


def polynomial(degree, radius):
    """Interpolates `quotient` at the Chebyshev nodes of [-radius, radius]."""
    count = degree + 1
    nodes = [radius * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    powers = matrix(count, count)
    values = matrix(count, 1)
    for i, node in enumerate(nodes):
        values[i] = quotient(node)
        for j in range(count):
            powers[i, j] = node**j
    return [bits(c) for c in lu_solve(powers, values)]


ln2 = log(mpf(2))

print("Double: e^r = 1 + r + r²·q(r)")
print("  log2(e) =", literal(bits(1 / ln2)))
(high, low), rest = pieces(ln2, 41, 53)
print("  ln 2    =", literal(high), literal(low), " off by 2^%.1f" % mp.log(abs(rest), 2))
radius = ln2 / 2 + mpf(2) ** -40
coefficients = polynomial(10, radius)
coefficients[0] = mpf(1) / 2
for n, c in enumerate(coefficients):
    print(f"  q{n} =", literal(c))
worst = worst_relative = mpf(0)
for i in range(-2000, 2001):
    r = radius * i / 2000
    if i == 0:
        continue
    error = abs(r * r * (sum(c * r**n for n, c in enumerate(coefficients)) - quotient(r)))
    worst = max(worst, error / exp(r))
    worst_relative = max(worst_relative, error / abs(mp.expm1(r)))
print("  error: 2^%.1f of e^r, 2^%.1f of e^r - 1" % (mp.log(worst, 2), mp.log(worst_relative, 2)))

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
