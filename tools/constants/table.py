#!/usr/bin/env python3
"""Writes Tests/ArithmeticTests/ElementaryTable.swift: exact values of the elementary functions.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install python-flint
    /tmp/venv/bin/python tools/constants/table.py > Tests/ArithmeticTests/ElementaryTable.swift

Each value is Arb's, from 4,000 bits, cut into three doubles, each the nearest to what is left
(about 159 bits); results below 2^-800, where three doubles hold less, are left out.
"""

import math
import random

from flint import arb, ctx

ctx.prec = 4000


def value(name, x):
    a = arb(x)
    if name == "exp":
        return a.exp()
    if name == "tanh":
        return a.tanh()
    return 1 / (1 + (-a).exp())


def nearest(v):
    """The double nearest to v."""
    guess = float(v.mid())
    return min((math.nextafter(guess, -math.inf), guess, math.nextafter(guess, math.inf)),
               key=lambda d: float((abs(v - arb(d)) * arb(2) ** 200 / abs(v)).mid()))


def literal(x):
    mantissa, exponent = float(x).hex().split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}p{int(exponent)}"


def arguments(name, rng):
    fixed = [2.0**-60, -(2.0**-30), 0.1, -0.3, 0.34657359027997264, -0.3465735902799727, 0.5, -1.0,
             1.5, 3.0, -8.0, 17.25, -19.0, 36.75, -40.0, 100.0, -460.0, 460.0]
    drawn = [rng.uniform(-1, 1) for _ in range(8)] + [rng.uniform(-30, 30) for _ in range(8)]
    drawn += [rng.uniform(-550, 700) for _ in range(8)]
    return fixed + drawn


print("""/// Exact values of the elementary functions, each as a sum of three doubles.
///
/// Made by `tools/constants/table.py` from Arb (python-flint), 4,000 bits; the sum is within 2⁻¹⁵⁶
/// of the exact value, relative to it.
struct ElementaryValue: Sendable {
  let x, high, middle, low: Double

  init(_ x: Double, _ high: Double, _ middle: Double, _ low: Double) {
    (self.x, self.high, self.middle, self.low) = (x, high, middle, low)
  }
""")
for name in ("exp", "tanh", "sigmoid"):
    print(f"  static let {name} = [")
    for x in arguments(name, random.Random(name)):
        v = value(name, x)
        if abs(v) < arb(2) ** -800:
            continue
        parts = []
        for _ in range(3):
            parts.append(nearest(v))
            v -= arb(parts[-1])
        print("    ElementaryValue(")
        print(f"      {literal(x)}, {literal(parts[0])},")
        print(f"      {literal(parts[1])}, {literal(parts[2])}),")
    print("  ]" if name == "sigmoid" else "  ]\n")
print("}")
