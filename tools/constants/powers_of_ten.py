#!/usr/bin/env python3
"""Makes Sources/KaldiIO/Numbers/PowersOfTen.swift: 10^k for k in -342...324, to 128 bits.

An entry is the leading 128 bits of 10^k (the same as those of 5^k), cut off, except that
-27...-1 are cut off and raised by one unit (reading decimals needs their reciprocals from above).
Run from the root of the repository; `--check` compares instead of writing.
"""
import sys
from fractions import Fraction

PATH = "Sources/KaldiIO/Numbers/PowersOfTen.swift"
FIRST, LAST = -342, 324


def leading_bits(k):
    """The 128-bit integer m with m * 2^e <= 10^k < (m + 1) * 2^e."""
    value = Fraction(10) ** k
    e = value.numerator.bit_length() - value.denominator.bit_length() - 128
    while True:
        scaled = value / Fraction(2) ** e
        m = scaled.numerator // scaled.denominator
        if m >= 1 << 128:
            e += 1
        elif m < 1 << 127:
            e -= 1
        else:
            return m + (1 if -27 <= k <= -1 else 0)


def source():
    out = [
        "// Made by tools/constants/powers_of_ten.py; do not edit.",
        "",
        "/// The leading 128 bits of powers of ten, high word then low word, from 10^-342 to 10^324.",
        "///",
        "/// Cut off, except that -27...-1 are raised by one unit in the last place.",
        "enum PowersOfTen {",
        "  /// The smallest exponent in the table.",
        f"  static let first = {FIRST}",
        "  /// The largest exponent in the table.",
        f"  static let last = {LAST}",
        "  /// Two words an exponent.",
        "  static let words: [UInt64] = [",
    ]
    words = []
    for k in range(FIRST, LAST + 1):
        m = leading_bits(k)
        words += [m >> 64, m & (1 << 64) - 1]
    for i in range(0, len(words), 4):
        out.append("    " + ", ".join(f"0x{w:016x}" for w in words[i : i + 4]) + ",")
    return "\n".join(out + ["  ]", "}", ""])


if __name__ == "__main__":
    text = source()
    if "--check" in sys.argv:
        with open(PATH) as file:
            sys.exit(0 if file.read() == text else f"{PATH} differs from what this script makes")
    with open(PATH, "w") as file:
        file.write(text)
