"""Proves a golden folder: every value is the double nearest to the exact one.

    python check_golden.py GOLDEN_DIR [--nnet-oracle BIN --random 20 [--seed 1]]

Everything is computed again in ball arithmetic (Arb) from this directory's own equations, in more
and more bits until each rounding is decided. With --nnet-oracle, also what BIN dumps at random
dimensions, ranges, positions and gate orders. Exit status 1 on any exception.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

import numpy as np
from flint import ctx

from cases import CASES, GIVEN, Description, read_kaldi
from numbers_ import Exact

BITS = (200, 400, 800, 1600, 3200)


def fraction(ball):
    mantissa, exponent = ball.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def rounded(ball):
    """The correctly rounded double, or None if the ball does not decide it."""
    middle, radius = fraction(ball.mid()), fraction(ball.rad())
    low, high = float(middle - radius), float(middle + radius)
    return low if low == high else None


def check_case(folder, report):
    """Values checked in one folder; every fault goes to `report`."""
    d = Description.read(folder)
    given = d.inputs()
    views = {}

    def exact_views(bits):
        if bits not in views:
            ctx.prec = bits
            results = d.evaluate(Exact(), given)
            views[bits] = {"numpy": d.numpy_view(given, results),
                           "kaldi": d.kaldi_view(given, results)}
        return views[bits]

    counts = {"values": 0, "files": 0, "bounds": 0, "bits": BITS[0]}
    expected_files = {"case.json"}
    for view, tensors in exact_views(BITS[0]).items():
        for name, (expected, is_result) in tensors.items():
            path = f"{view}/{name}.txt"
            expected_files.add(path)
            try:
                actual = read_kaldi(os.path.join(folder, path))
            except (OSError, ValueError) as error:
                report(f"{d.case}: {error}")
                continue
            if actual.shape != expected.shape:
                report(f"{d.case}/{path}: shape {actual.shape}, expected {expected.shape}")
                continue
            counts["files"] += 1
            counts["values"] += actual.size
            for index in np.ndindex(actual.shape):
                want = expected[index]
                if expected.dtype == object:
                    for bits in BITS:
                        want = rounded(exact_views(bits)[view][name][0][index])
                        counts["bits"] = max(counts["bits"], bits)
                        if want is not None:
                            break
                if want is None or want != actual[index]:
                    report(f"{d.case}/{path} {index}: {actual[index]!r}, exact rounds to {want!r}")
            if not is_result:
                continue
            for kind in ("float32", "float64"):
                path = f"{view}/{name}.{kind}-bound.txt"
                expected_files.add(path)
                try:
                    bound = read_kaldi(os.path.join(folder, path))
                except (OSError, ValueError) as error:
                    report(f"{d.case}: {error}")
                    continue
                counts["bounds"] += 1
                if bound.shape != actual.shape or not (bound >= 0).all():
                    report(f"{d.case}/{path}: shape {bound.shape} for {actual.shape}, or negative")
    check_description(d, {(view, name): pair for view, tensors in exact_views(BITS[0]).items()
                          for name, pair in tensors.items()}, report)
    found = {os.path.relpath(os.path.join(root, f), folder)
             for root, _, files in os.walk(folder) for f in files}
    for path in sorted(found - expected_files):
        report(f"{d.case}/{path}: not in the equations' tensors")
    listed = {f[k] for tensor in d.json["tensors"] for f in tensor["files"]
              for k in ("file", "float32Bound", "float64Bound") if f.get(k)}
    for path in sorted(listed ^ (found - {"case.json"})):
        report(f"{d.case}/{path}: in case.json or in the folder, not in both")
    return counts


def check_description(d, tensors, report):
    """Roles, sizes and vacuous bounds as case.json tells them."""
    for entry in d.json["tensors"]:
        for file in entry["files"]:
            title = f"{d.case}/{file['file']} in case.json"
            if (file["view"], file["name"]) not in tensors:
                report(f"{title}: unknown tensor")
                continue
            matrix, is_result = tensors[file["view"], file["name"]]
            if np.prod(entry["shape"], dtype=int) != matrix.size:
                report(f"{title}: shape {entry['shape']} for {matrix.shape}")
            if (entry["role"] in ("output", "gradient", "internal")) != is_result:
                report(f"{title}: role {entry['role']}")
            if not is_result:
                continue
            try:
                value = read_kaldi(os.path.join(d.folder, file["file"]))
                bounds = {kind: read_kaldi(os.path.join(d.folder, file[kind + "Bound"]))
                          for kind in ("float32", "float64")}
                vacuous = {kind for kind, b in bounds.items() if b.max() > np.abs(value).max()}
            except (OSError, ValueError, KeyError, TypeError) as error:
                report(f"{title}: {error!r}")
                continue
            if vacuous != set(file.get("vacuousBounds") or []):
                report(f"{title}: vacuous bounds {file.get('vacuousBounds')}, found {vacuous or None}")


def random_settings(case, dice):
    """One random setting of a case as a list of K=V: dimensions, ranges, gate order, positions."""
    d = {k: dice.randint(1, 5) for k in Description(case).dimensions if k != "B"}
    if "F" in d:
        d["F"], d["S"] = dice.randint(1, 3), dice.randint(1, 3)
        d["D"] = d["F"] + d["S"] * dice.randint(0, 3)
    if "T" in d:
        d["T"] = dice.randint(1, 9)
    if "fsmn" in case:
        d["T"] = dice.randint(4, 20)
    settings = [f"{k}={v}" for k, v in d.items()]
    for word in GIVEN[case].split():
        name = word.split(":")[0]
        if name.endswith("position"):
            if dice.random() < 0.6:
                values = [dice.randint(0, d["T"] - 1 - r if name == "fposition" else r)
                          for r in range(d["T"])]
                settings.append(f"{name}={','.join(map(str, values))}")
        elif dice.random() < 0.7:
            width = 1.2 if "T" in d and "vfsmn" not in case else 3
            first, last = (round(dice.uniform(-width, width), dice.randint(1, 4)) for _ in "ab")
            settings.append(f"{name}={first}:{last}")
    order = Description(case).order
    if order and dice.random() < 0.7:
        settings.append("order=" + "".join(dice.sample(sorted(order), len(order))))
    return settings


class Undecided(RuntimeError):
    """The oracle declined to write a digit that its enclosure does not prove."""


def dump(binary, case, settings, out):
    command = [binary, "dump", case, "--out", out]
    for s in settings:
        command += ["--set", s]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        kind = Undecided if "enclosure" in run.stderr else RuntimeError
        raise kind(f"exit {run.returncode}: {' '.join(command)}: {run.stderr.strip()}")
    return os.path.join(out, case)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("golden")
    parser.add_argument("--nnet-oracle")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    exceptions = []

    def report(line):
        exceptions.append(line)
        if len(exceptions) <= 40:
            print("  " + line)

    start, total, undecided = time.time(), 0, 0
    folders = sorted(os.path.join(options.golden, c) for c in os.listdir(options.golden)
                     if os.path.exists(os.path.join(options.golden, c, "case.json")))
    missing = set(CASES) - {os.path.basename(f) for f in folders}
    for case in sorted(missing):
        report(f"{case}: no folder")

    def check(folder, title):
        nonlocal total
        before = len(exceptions)
        c = check_case(folder, report)
        total += c["values"]
        print(f"{title}: {c['values']} values in {c['files']} files, {c['bounds']} bound files, "
              f"{c['bits']} bits, {len(exceptions) - before} exceptions")

    for folder in folders:
        check(folder, os.path.basename(folder))
    if options.nnet_oracle:
        dice = random.Random(options.seed)
        order = list(CASES)
        for k in range(options.random):
            if k % len(CASES) == 0:
                dice.shuffle(order)
            case = order[k % len(CASES)]
            settings = random_settings(case, dice)
            with tempfile.TemporaryDirectory() as out:
                try:
                    check(dump(options.nnet_oracle, case, settings, out),
                          f"{case} {' '.join(settings)}")
                except Undecided as refusal:
                    undecided += 1
                    print(f"declined: {refusal}")
                except (RuntimeError, OSError) as error:
                    report(str(error))
    print(f"{total} values, {len(exceptions)} exceptions, {undecided} random settings declined as "
          f"not decided, {time.time() - start:.1f} s")
    sys.exit(bool(exceptions))


if __name__ == "__main__":
    main()
