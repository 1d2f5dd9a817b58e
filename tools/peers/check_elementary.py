#!/usr/bin/env python3
"""Proves exp, tanh and sigmoid of all arithmetics against Arb, on 3 x 100,000 random arguments.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install python-flint
    swift build -c release --product oracle-probe
    /tmp/venv/bin/python tools/peers/check_elementary.py [--probe PATH] [--count N] [--seed S]

Arguments: every exponent and sign, points next to the limits of overflow, underflow and saturation,
next to the changes of the argument reduction (multiples of ln 2 / 2), next to 0, and subnormals.
Passes (exit 0) if for every argument, with no exception,
  - the Double result is within 2, 4 and 3 ulp of exact for exp, tanh and sigmoid, tanh and sigmoid
    within 2^-52 absolutely, and the Float result within 0.501 ulp;
  - the DoubleDouble result is within 2^-100 relative or 2^-1074 absolute, whichever is larger;
  - the Ball encloses the exact value, and if it says which double is nearest, that is true.
The exact value is an Arb ball narrower than 2^-200 of itself, from as many bits as that takes.
"""

import argparse
import math
import random
import struct
import subprocess
import sys

from flint import arb, ctx, fmpq, fmpz

FUNCTIONS = ("exp", "tanh", "sigmoid")
ULPS = {"exp": 2, "tanh": 4, "sigmoid": 3}
LEAST = -1074


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def double(word):
    return struct.unpack("<d", struct.pack("<Q", int(word, 16)))[0]


def single(word):
    return struct.unpack("<f", struct.pack("<I", int(word, 16)))[0]


def to_single(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def arguments(rng, count):
    """`count` doubles: a sixth each of six kinds, after the special ones."""
    special = [0.0, 5e-324, 2.0**-1022, 2.0**-1023, 1e-300, 1.0, 0.5, 709.782712893384,
               709.7827128933841, 745.1332191019411, 745.1332191019412, 708.3964185322641,
               690.0, 693.1471805599453, 750.0, 800.0, 801.0, 1e300, sys.float_info.max, math.inf,
               math.log(2) / 2, math.log(2), 2.0**-54, 2.0**-53, 2.0**-27, 2.0**-5, 2.0**-500,
               19.0615474653985, 40.0, 300.0, 22.0]
    special = [sign * x for x in special for sign in (1, -1)]
    out = []
    for x in special:
        out += [x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf)]
    edges = [math.log(2) / 2 * k for k in range(-2160, 2161)]
    while len(out) < count:
        kind = len(out) % 6
        sign = rng.choice((1, -1))
        if kind == 0:  # every exponent
            x = math.ldexp(rng.uniform(1, 2), rng.randint(-1074, 1023)) * sign
        elif kind == 1:  # the range where results differ
            x = rng.uniform(-760, 760)
        elif kind == 2:
            x = rng.uniform(-40, 40)
        elif kind == 3:  # a few last places from where the reduction changes
            x = rng.choice(edges)
            x += rng.randint(-40, 40) * math.ulp(x)
            x /= rng.choice((1, 2))
        elif kind == 4:  # moderate exponents
            x = math.ldexp(rng.uniform(1, 2), rng.randint(-60, 9)) * sign
        else:
            x = rng.uniform(-3, 3)
        out.append(x)
    return out[:count]


def exact(name, x, accuracy=200):
    """An Arb ball around f(x), for finite x, narrower than 2^-accuracy of itself."""
    precision = accuracy + 100
    while True:
        ctx.prec = precision
        a = arb(x)
        if name == "exp":
            value = a.exp()
        elif name == "tanh":
            value = a.tanh()
        elif x < 0:
            e = a.exp()
            value = e / (1 + e)
        else:
            value = 1 / (1 + (-a).exp())
        if value == 0 or value.rel_accuracy_bits() > accuracy:
            return value
        precision *= 2


def exponent_of(value):
    """e with 2^e <= |value| < 2^(e+1), nearly: taken from the midpoint."""
    mantissa, exponent = value.mid().man_exp()
    return int(exponent) + int(abs(mantissa)).bit_length() - 1


def two(power):
    return arb(2) ** power if power >= 0 else 1 / arb(2) ** -power


def upper(value):
    """A float not much above |value|."""
    return float(abs(value).upper())


class Worst:
    def __init__(self):
        self.value, self.at = 0.0, None

    def see(self, value, at):
        if value > self.value:
            self.value, self.at = value, at


def check(name, x, words, worst):
    """Yields what is wrong with one line of answers."""
    value, high, low, middle, middle_low, radius = map(double, words[:6])
    single_value = single(words[6])
    if math.isinf(x):
        limit = {"exp": (0.0, math.inf), "tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}[name][x > 0]
        if not value == high == single_value == limit or low != 0:
            yield f"limit {limit}, found {value} {high} {single_value}"
        if radius != math.inf and (abs(middle - limit) > radius or middle_low):
            yield "Ball misses the limit"
        return
    truth = exact(name, x)
    overflow = name == "exp" and x > 709.78 and bool(truth >= arb(2) ** 1024 - arb(2) ** 970)
    if overflow:
        if value != math.inf or high != math.inf or low != 0:
            yield f"should overflow, found {value} {high}"
        if radius != math.inf:
            yield "Ball does not admit overflow"
    elif truth == 0:
        if value != 0 or math.copysign(1, value) != math.copysign(1, x) or high != 0 or low != 0:
            yield f"should be {x}, found {value} {high}"
        if middle != 0 or middle_low != 0 or radius != 0:
            yield "Ball is not exactly 0"
    else:
        e = exponent_of(truth)
        ulp = two(max(e - 52, LEAST))
        error = upper((arb(value) - truth) / ulp)
        worst["Double, ulp"].see(error, x)
        if not error <= ULPS[name]:
            yield f"Double {value} is {error} ulp off"
        if name != "exp":
            # The contract of RoundoffBound allows any program 4 * 2^-53.
            error = upper((arb(value) - truth) * 2**53)
            worst["Double, absolutely, in 2^-53"].see(error, x)
            if not error <= 2:
                yield f"Double {value} is {error} * 2^-53 off"
        difference = abs(arb(high) + arb(low) - truth)
        tolerance = max(two(-100) * abs(truth).mid(), two(LEAST))
        share = upper(difference / tolerance)
        worst["DoubleDouble, share of 2^-100"].see(share, x)
        if not share <= 1 or not math.isfinite(high):
            yield f"DoubleDouble {high} + {low} takes {share} of the tolerance"
        if abs(low) > math.ulp(high) / 2:
            yield "DoubleDouble is not normalised"
        if radius < math.inf:
            distance = abs(arb(middle) + arb(middle_low) - truth)
            if not distance <= arb(radius):
                # Undecided or wrong: more bits tell.
                truth = exact(name, x, 2600)
                distance = abs(arb(middle) + arb(middle_low) - truth)
            if not distance <= arb(radius):
                yield f"Ball {middle} + {middle_low} ± {radius} misses by {distance}"
            if abs(truth) > arb(2) ** -900:
                worst["Ball, radius / 2^-100"].see(upper(radius / abs(truth) * two(100)), x)
        elif not (name == "exp" and x > 709.7):
            yield "Ball has no radius"
        if words[7] != "-":
            nearest = double(words[7])
            below = (arb(nearest) + arb(math.nextafter(nearest, -math.inf))) / 2
            above = (arb(nearest) + arb(math.nextafter(nearest, math.inf))) / 2
            worst["Ball, nearest double told (count)"].value += 1
            if radius > 0 and not (below < truth and truth < above):
                yield f"{nearest} is not the nearest double"
    # The float function, of the argument rounded to float.
    y = to_single(x)
    if math.isfinite(y):
        truth = exact(name, y)
        if name == "exp" and bool(truth >= arb(2) ** 128 - arb(2) ** 103):
            if single_value != math.inf:
                yield f"Float should overflow, found {single_value}"
        elif truth == 0:
            if single_value != 0 or math.copysign(1, single_value) != math.copysign(1, y):
                yield f"Float should be {y}, found {single_value}"
        else:
            ulp = two(max(exponent_of(truth) - 23, -149))
            error = upper((arb(single_value) - truth) / ulp)
            worst["Float, ulp"].see(error, y)
            if not error <= 0.501:
                yield f"Float {single_value} is {error} ulp off"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--probe", default=".build/release/oracle-probe")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20170)
    options = parser.parse_args()
    failures = 0
    for name in FUNCTIONS:
        inputs = arguments(random.Random(f"{name} {options.seed}"), options.count)
        request = "".join(f"{name} {bits(x):x}\n" for x in inputs + [math.nan])
        answer = subprocess.run([options.probe], input=request, capture_output=True, text=True,
                                check=True).stdout.splitlines()
        if len(answer) != len(inputs) + 1:
            sys.exit(f"{name}: {len(answer)} answers to {len(inputs) + 1} requests")
        worst = {key: Worst() for key in ("Double, ulp", "Double, absolutely, in 2^-53", "Float, ulp",
                                          "DoubleDouble, share of 2^-100", "Ball, radius / 2^-100",
                                          "Ball, nearest double told (count)")}
        for x, line in zip(inputs, answer):
            for problem in check(name, x, line.split(), worst):
                failures += 1
                if failures <= 20:
                    print(f"{name}({x!r}): {problem}")
        words = answer[-1].split()
        if not (math.isnan(double(words[0])) and math.isnan(double(words[1]))
                and double(words[5]) == math.inf and math.isnan(single(words[6]))):
            failures += 1
            print(f"{name}(NaN) is not NaN")
        print(f"{name}: {len(inputs)} arguments")
        for key, w in worst.items():
            print(f"  {key}: " + (f"{w.value:.0f}" if w.at is None else f"worst {w.value:.4g} at {w.at!r}"))
    print(f"exceptions: {failures}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
