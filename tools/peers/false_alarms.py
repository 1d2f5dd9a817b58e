"""Counts false alarms and missed errors of `nnet-oracle compare`.

    python false_alarms.py NNET_ORACLE [--evaluations 1000] [--perturbed 200] [--jobs 2]

Correct float32 evaluations by many programs (numbers_.py) of every case at random dimensions are
written as Kaldi dumps (text at 7 digits, or binary) and compared: each must match. Then single
elements of correct dumps are moved by 4 times their bound: each must be a mismatch.
"""

import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cases import CASES, STEPS, Description, kaldi_binary, kaldi_text, read_kaldi
from check_bounds import FORMS
from check_golden import Undecided, dump, random_settings
from numbers_ import Floats


def random_program(dice):
    return {key: dice.choice(values) for key, values in FORMS.items()} | {
        "seed": dice.randrange(2 ** 30)}


def evaluated(folder, program):
    """The view a user would compare, in float32: name → (matrix, is it a result)."""
    d = Description.read(folder)
    given, numbers = d.inputs(), Floats(**program)
    with np.errstate(all="ignore"):
        results = d.evaluate(numbers, given)
    stored = {k: v if k.endswith("position") else numbers.given(v) for k, v in given.items()}
    return (d.numpy_view if d.kernel in STEPS else d.kaldi_view)(stored, results)


def write_dump(view, out, binary, decorated):
    """Files named plainly, or decorated as Kaldi users do (param-, grad-, .mat, .vec)."""
    os.makedirs(out)
    for name, (m, is_result) in view.items():
        file = name + ".txt"
        if decorated:
            if name.endswith("_corr"):
                name = "grad-" + name.removesuffix("_corr")
            elif not is_result and (name.startswith(("w_", "bias", "peephole"))
                                    or name.endswith("filter")):
                name = "param-" + name
            file = name + (".vec" if m.ndim == 1 else ".mat")
        with open(os.path.join(out, file), "wb") as f:
            f.write(kaldi_binary(m) if binary else kaldi_text(m).encode())


def compare(binary, folder, out, *more):
    kernel_view = [] if os.path.isdir(os.path.join(folder, "kaldi")) else ["--view", "numpy"]
    run = subprocess.run([binary, "compare", folder, out, *kernel_view, *more],
                         capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nnet_oracle")
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument("--perturbed", type=int, default=200)
    parser.add_argument("--settings", type=int, default=6, help="settings per case")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    dice, start, wrong = random.Random(options.seed), time.time(), []
    counts = collections.Counter()

    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(options.jobs) as pool:
        folders = []
        for case in CASES:
            for k in range(options.settings):
                settings = [] if k == 0 else random_settings(case, dice)
                out = os.path.join(work, "golden", f"{case}-{k}")
                folders.append((case, settings, pool.submit(
                    dump, options.nnet_oracle, case, settings, out)))
        ready = []
        for case, settings, future in folders:
            try:
                ready.append((case, settings, future.result()))
            except Undecided:
                counts["declined as undecided"] += 1
            except RuntimeError as error:
                wrong.append(str(error))
        if not ready:
            print(wrong[0])
            sys.exit(1)

        def correct(k):
            case, settings, folder = ready[k % len(ready)]
            own = random.Random(options.seed * 1_000_003 + k)
            out = os.path.join(work, f"correct-{k}")
            program = random_program(own)
            write_dump(evaluated(folder, program), out, own.random() < 0.3, own.random() < 0.5)
            code, text = compare(options.nnet_oracle, folder, out)
            if code != 0:
                return f"false alarm, exit {code}: {case} {settings} {program}\n{text[:1500]}"
            counts[case] += 1

        def perturbed(k):
            case, settings, folder = ready[k % len(ready)]
            own = random.Random(options.seed * 7_000_003 + k)
            view = evaluated(folder, random_program(own))
            side = "numpy" if case in STEPS else "kaldi"
            name = own.choice([n for n, (_, is_result) in view.items() if is_result])
            path = os.path.join(folder, side, name)
            value, bound = read_kaldi(path + ".txt"), read_kaldi(path + ".float32-bound.txt")
            places = np.argwhere(bound > 0)
            if len(places) == 0:
                return None
            place = tuple(places[own.randrange(len(places))])
            view[name][0][place] = value[place] + own.choice((-4, 4)) * bound[place]
            out = os.path.join(work, f"perturbed-{k}")
            write_dump(view, out, True, own.random() < 0.5)
            code, text = compare(options.nnet_oracle, folder, out)
            if code != 1:
                return (f"missed, exit {code}: {case} {settings} {name}{place} "
                        f"{value[place]} ± 4·{bound[place]}\n{text[:1500]}")
            counts["perturbed"] += 1

        for task, count in ((correct, options.evaluations), (perturbed, options.perturbed)):
            wrong += [line for line in pool.map(task, range(count)) if line]
    for line in wrong[:10]:
        print(line)
    print(", ".join(f"{case} {n}" for case, n in sorted(counts.items())))
    print(f"{options.evaluations} correct evaluations at {len(ready)} settings and "
          f"{options.perturbed} perturbed ones: {len(wrong)} wrong, {time.time() - start:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
