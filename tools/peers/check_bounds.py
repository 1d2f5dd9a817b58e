"""Tests the roundoff bounds of a golden folder from both sides.

    python check_bounds.py GOLDEN_DIR [KALDI_DUMPS] [--verbose] [--programs 60]
                           [--nnet-oracle BIN --random 20 [--seed 1]]

Correct float32 programs (many orders of summation and algebraic forms) must lie inside the float32
bounds, float64 ones inside the float64 bounds, real Kaldi dumps inside bound plus printed digits;
programs of lower precision must fall outside. The bounds must not be lazy either: the table sets
their size beside what a prototype measured. With --nnet-oracle, correct programs must also stay inside
the bounds that BIN dumps at random settings. Exit status 1 on any violation.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile

import numpy as np

from cases import CASES, Description, dump_name, printed_digits, printed_unit, read_kaldi
from check_golden import Undecided, dump, random_settings
from numbers_ import Floats, ORDERS, keep_bits, to_float16

# bounds.md's table: median bound/value (its upper end), largest bound / largest value.
PROTOTYPE = {
    "sru": (5e-6, 3.5e-6), "tflstm": (4e-5, 3.6e-5),
    "compact-vfsmn": (5e-7, 7e-7), "bi-compact-vfsmn": (5e-7, 7e-7),
    "lstm": (3e-5, 3e-5), "lstm-step": (3e-5, 3e-5),
    "tflstm-step": (2e-4, 2e-4), "tflstm-ifog": (2e-4, 2e-4),
    "sru-step": (1.5e-5, 1.2e-5), "sru-step-separate": (1.5e-5, 1.2e-5),
    "sru-separate": (1.5e-5, 1.2e-5),
}

FORMS = {
    "order": ORDERS, "fused": (False, True), "slope": ("factor", "difference"),
    "blend": ("plain", "kaldi", "lerp"), "sigmoid": ("logistic", "kaldi", "tanh", "high", "low"),
    "tanh": ("libm", "kaldi", "sigmoid", "high", "low"), "by_frame": (False, True), "advance": (True, False),
    "typed": (False, True), "flush": (False, True),
}


def programs(count, dtype=np.float32):
    """Named programs first, each with its inputs exact and typed; then seeded random mixtures."""
    named = {order: dict(order=order) for order in ORDERS}
    named |= {
        "fused": dict(order="forward", fused=True),
        "Kaldi's forms": dict(slope="difference", blend="kaldi", sigmoid="kaldi", tanh="kaldi"),
        "frame by frame": dict(by_frame=True, advance=False),
        "activations high": dict(sigmoid="high", tanh="high"),
        "activations low": dict(sigmoid="low", tanh="low"),
    }
    for (name, forms), typed in itertools.product(named.items(), (False, True)):
        yield name + (", typed" if typed else ""), Floats(dtype, typed=typed, **forms)
    dice = np.random.default_rng(11)
    for k in range(count):
        forms = {key: values[dice.integers(len(values))] for key, values in FORMS.items()}
        yield f"mixture {k} {forms}", Floats(dtype, seed=k, **forms)


def double_programs(count):
    for order, by_frame in itertools.product(ORDERS, (False, True)):
        yield f"{order} {by_frame}", Floats(
            np.float64, order=order, by_frame=by_frame, advance=not by_frame)
    dice = np.random.default_rng(12)
    for k in range(count):
        forms = {key: values[dice.integers(len(values))] for key, values in FORMS.items()}
        forms |= {"typed": False, "fused": False}
        yield f"mixture {k} {forms}", Floats(np.float64, seed=k, **forms)


def low_precision():
    """Label → (programs, whether the layer must have a matrix product to show it)."""
    bfloat16, tf32 = keep_bits(8), keep_bits(11)
    orders = ("matmul", "forward", "pairwise")
    return {
        "float16 stored": ([Floats(order=o, store=to_float16) for o in orders], False),
        "bfloat16 stored": ([Floats(order=o, store=bfloat16) for o in orders], False),
        "TF32 products": ([Floats(order=o, operands=tf32) for o in orders], True),
        "bfloat16 products": ([Floats(order=o, operands=bfloat16) for o in orders], True),
    }


class Bounds:
    """A case's golden values and bounds, by view and tensor."""

    def __init__(self, folder):
        self.d = Description.read(folder)
        self.given = self.d.inputs()
        self.tensors = {}
        internal = {f["file"] for t in self.d.json["tensors"] if t["role"] == "internal"
                    for f in t["files"]}
        shapes = self.views(self.d.evaluate(Floats(np.float64), self.given))
        for view, name in shapes:
            stem = os.path.join(folder, view, name)
            self.tensors[view, name] = (
                read_kaldi(stem + ".txt"), read_kaldi(stem + ".float32-bound.txt"),
                read_kaldi(stem + ".float64-bound.txt"), f"{view}/{name}.txt" in internal)

    def views(self, results):
        return {(view, name): m
                for view, tensors in (("numpy", self.d.numpy_view(self.given, results)),
                                      ("kaldi", self.d.kaldi_view(self.given, results)))
                for name, (m, is_result) in tensors.items() if is_result}

    def shares(self, numbers, kind=1):
        """Largest share of the bound used, per (view, tensor)."""
        with np.errstate(all="ignore"):
            results = self.views(self.d.evaluate(numbers, self.given))
        return {key: largest_share(m, self.tensors[key][0], self.tensors[key][kind])
                for key, m in results.items()}


def largest_share(actual, expected, tolerance):
    error = np.abs(np.asarray(actual, np.float64) - expected)
    with np.errstate(all="ignore"):
        share = np.where(error == 0, 0, error / tolerance)
    return float(np.max(np.where(np.isnan(share), np.inf, share)))


def kaldi_shares(bounds, folder):
    shares = {}
    for file in sorted(os.listdir(folder)):
        key = ("kaldi", dump_name(file))
        if key not in bounds.tensors:
            continue
        expected, bound, _, _ = bounds.tensors[key]
        path = os.path.join(folder, file)
        actual = read_kaldi(path, strict=False)
        digits = printed_digits(path, least=7)
        shares[key] = largest_share(actual, expected, bound + printed_unit(actual, digits) / 2)
    return shares


def sizes(bounds, internals):
    """(smallest, largest) median bound/value over tensors; largest bound / largest value."""
    medians, largest = [], []
    for value, bound, _, internal in bounds.tensors.values():
        there = value != 0
        if there.any() and (internals or not internal):
            medians.append(np.median(bound[there] / np.abs(value[there])))
            largest.append(bound.max() / np.abs(value).max())
    return min(medians), max(medians), max(largest)


def check_random(options, merge, violation):
    """Correct programs at random settings; prints the largest share of each case."""
    dice, largest = random.Random(options.seed), {}
    for k in range(options.random):
        case = CASES[k % len(CASES)]
        settings = random_settings(case, dice)
        with tempfile.TemporaryDirectory() as out:
            try:
                b = Bounds(dump(options.nnet_oracle, case, settings, out))
            except Undecided as refusal:
                print(f"declined: {refusal}")
                continue
            except (RuntimeError, OSError, ValueError) as error:
                violation(str(error))
                continue
        shares, title = {}, f"{case} {' '.join(settings)}"
        for label, numbers in programs(options.programs // 3):
            merge(shares, b.shares(numbers), title, label)
        for label, numbers in double_programs(options.programs // 6):
            merge(shares, b.shares(numbers, kind=2), title, "float64 " + label)
        largest[case] = max(largest.get(case, 0), max(s for s, _ in shares.values()))
    print(f"{options.random} random settings, largest share: "
          + ", ".join(f"{case} {share:.3f}" for case, share in largest.items()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("golden")
    parser.add_argument("dumps", nargs="?")
    parser.add_argument("--programs", type=int, default=60)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--nnet-oracle")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    violations, rows = [], []

    def violation(line):
        violations.append(line)
        if len(violations) <= 40:
            print("  VIOLATION " + line)

    def merge(into, shares, case, label):
        for key, share in shares.items():
            if share > into.get(key, (-1,))[0]:
                into[key] = (share, label)
            if not share <= 1:
                violation(f"{case} {'/'.join(key)}: {share:.3g} of the bound by {label}")

    cases = sorted(c for c in os.listdir(options.golden)
                   if os.path.exists(os.path.join(options.golden, c, "case.json")))
    for case in cases:
        b = Bounds(os.path.join(options.golden, case))
        single, double, kaldi, count = {}, {}, {}, 0
        for label, numbers in programs(options.programs):
            merge(single, b.shares(numbers), case, label)
            count += 1
        for label, numbers in double_programs(options.programs // 3):
            merge(double, b.shares(numbers, kind=2), case, "float64 " + label)
        if options.dumps and case in ("sru", "tflstm", "compact-vfsmn", "bi-compact-vfsmn"):
            merge(kaldi, kaldi_shares(b, os.path.join(options.dumps, case)), case, "real Kaldi")
            if case == "tflstm" and not kaldi:
                violation("no Kaldi tensor was compared")
        caught = {}
        for label, (bad, needs_product) in low_precision().items():
            if needs_product and b.d.kernel.endswith("vfsmn"):
                continue
            caught[label] = min(max(b.shares(numbers).values()) for numbers in bad)
            if not caught[label] > 1:
                violation(f"{case}: {label} uses only {caught[label]:.3g} of the bound")
        largest = max(share for share, _ in single.values())
        if largest < 0.01:
            violation(f"{case}: the bounds are lazy, largest share {largest:.2%}")
        lowest, median, relative = sizes(b, internals=False)
        ratios = None
        if case in PROTOTYPE:
            ratios = (median / PROTOTYPE[case][0], relative / PROTOTYPE[case][1])
            if max(ratios) > 1.5:
                violation(f"{case}: bounds are {max(ratios):.2f} times the prototype's")
        rows.append((case, count, largest, max(s for s, _ in double.values()),
                     max((s for s, _ in kaldi.values()), default=None), lowest, median, relative,
                     ratios, sizes(b, internals=True)[1:], min(caught.values())))
        if options.verbose:
            for key, (share, label) in single.items():
                print(f"  {case} {'/'.join(key):40s} {share:7.4f}  {label}"
                      + (f"  Kaldi {kaldi[key][0]:.3f}" if key in kaldi else ""))
    print(f"{'case':18s} {'runs':>4} {'float32':>8} {'float64':>8} {'Kaldi':>6}  "
          f"{'median bound/value':19s} {'largest':8s} {'prototype':16s} {'ratios':11s} "
          f"{'with internals':17s} {'least bad':>9}")
    for case, count, s, s64, k, low, med, rel, ratios, inner, bad in rows:
        p = PROTOTYPE.get(case)
        print(f"{case:18s} {count:4d} {s:8.4f} {s64:8.4f} {'' if k is None else f'{k:.3f}':>6}  "
              f"{low:8.1e} – {med:8.1e} {rel:8.1e} "
              + (f"{p[0]:7.1e} {p[1]:7.1e}  {ratios[0]:4.2f}  {ratios[1]:4.2f} " if p
                 else " " * 28)
              + f" {inner[0]:7.1e} {inner[1]:7.1e}  {bad:9.3g}")
    if options.nnet_oracle:
        check_random(options, merge, violation)
    print(f"{len(violations)} violations")
    sys.exit(bool(violations))


if __name__ == "__main__":
    main()
