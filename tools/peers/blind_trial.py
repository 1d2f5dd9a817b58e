"""A blind trial of the diagnosis: faulty NumPy programs, named by `nnet-oracle compare`.

    python blind_trial.py NNET_ORACLE [--settings 1] [--faults a,b] [--probes GOLDEN_DIR] [--orders 1]

Every fault runs in float32 on every layer it applies to, at seeded dimensions and ranges (or on the
given probe folders), is written as a Kaldi dump and compared; the cause named must be that fault's.
Correct programs run beside it must not be called faulty. Exit status 1 if fewer than 98 % are named
rightly, if any is named wrongly, or if a correct one is called faulty.
"""

import argparse
import collections
import json
import os
import random
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import faults
from cases import CASES, GIVEN, STEPS, Description
from check_golden import dump
from fault_names import swift_names
from false_alarms import compare


def settings_for(case, dice):
    """Rectangular in every dimension, several streams and frames, seeded random numbers.

    Numbers of a linspace make matrices of rank two, in which many mistakes look alike.
    """
    sizes = dict(zip("NDH", dice.sample((3, 4, 5), 3)))
    known = {k for k in Description(case).dimensions if k != "B"}
    if "N1" in known or "vfsmn" in case:
        sizes = {"T": dice.randint(14, 20), "D": dice.randint(3, 6), "N": 4, "N1": 4, "N2": 3, "H": 7}
    if "C" in known:  # R = C now and then: only there can a projection be taken for its transpose
        sizes["C"], sizes["R"] = dice.choice(((5, 3), (4, 2), (4, 4)))
    sizes["T"] = sizes.get("T") or dice.randint(6, 7)
    if "F" in known:
        F, S = dice.choice(((3, 1), (3, 2), (2, 1)))
        sizes.update(F=F, S=S, D=F + S * dice.randint(1, 3))
    settings = [f"{k}={v}" for k, v in sizes.items() if k in known]
    for word in GIVEN[case].split():
        name = word.split(":")[0]
        if not name.endswith("position"):
            settings.append(f"{name}=random:{dice.randrange(2 ** 32)}:-1:1")
    return settings


def chosen(names, orders, dice):
    """All faults, but of each family of gate orders only some."""
    families = collections.defaultdict(list)
    for name in names:
        families[re.sub(r"read-as-\w{4}$", "read-as-", name)].append(name)
    return sorted(n for family in families.values()
                  for n in (dice.sample(family, orders) if len(family) > orders else family))


def causes(text):
    """The names that the report gives as the cause; several if they cannot be told apart."""
    found = set()
    for finding in json.loads(text)["findings"]:
        if finding["cause"] != "undetermined":
            # Several causes are divided by semicolons, names that the dump cannot tell apart by "or".
            found |= set(re.split("; | or ", finding["cause"]))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nnet_oracle")
    parser.add_argument("--settings", type=int, default=1, help="settings per case")
    parser.add_argument("--faults")
    parser.add_argument("--probes", help="a folder of case folders to use instead of settings")
    parser.add_argument("--orders", type=int, default=1, help="gate orders per family")
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args()
    dice, tally, shown = random.Random(options.seed), collections.Counter(), 0
    names = options.faults.split(",") if options.faults else chosen(
        faults.FAULTS, options.orders, dice)
    names = [n for n in names if swift_names(n)]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(2) as pool:
        if options.probes:
            folders = [os.path.join(options.probes, c) for c in sorted(os.listdir(options.probes))
                       if os.path.exists(os.path.join(options.probes, c, "case.json"))]
        else:
            folders = [dump(options.nnet_oracle, case, settings_for(case, dice),
                            os.path.join(work, "golden", f"{case}-{k}"))
                       for case in CASES if case in faults.ALL for k in range(options.settings)]
        trials = []
        for folder in folders:
            d = Description.read(folder)
            if d.kernel not in faults.ALL:  # equation_trial.py has the mistakes of the others
                continue
            for fault in ["", *names]:
                if fault == "" or faults.applies(fault, d):
                    trials.append((folder, d, fault))

        def trial(k):
            folder, d, fault = trials[k]
            out = os.path.join(work, f"dump-{k}")
            faults.dump(os.path.join(folder, "case.json"), fault, out)
            code, text = compare(options.nnet_oracle, folder, out, "--json")
            what = f"{fault or 'correct'} on {os.path.basename(os.path.dirname(folder))}"
            if fault == "":
                return ("correct", "right" if code == 0 else "called faulty", what)
            if code == 2:
                return (fault, "trouble", what + "\n" + text[:500])
            if code == 0:
                return (fault, "missed", what)
            try:
                found = causes(text)
            except ValueError:
                return (fault, "unreadable", what + "\n" + text[:500])
            if not found:
                return (fault, "undetermined", what)
            if not found & set(swift_names(fault)):
                return (fault, "wrong", f"{what}: {sorted(found)}")
            return (fault, "right" if len(found) == 1 else "right among equals",
                    f"{what}: {sorted(found)}")

        table = collections.defaultdict(collections.Counter)
        for (_, d, _), (fault, verdict, what) in zip(
                trials, pool.map(trial, range(len(trials)))):
            tally[verdict if fault != "correct" else "correct: " + verdict] += 1
            if fault != "correct":
                table[d.case][verdict] += 1
            if verdict != "right" and shown < 60:
                shown += 1
                print(f"{verdict}: {what}", flush=True)
    for case, counts in table.items():
        print(f"{case:18s} " + ", ".join(f"{n} {v}" for v, n in sorted(counts.items())))
    faulty = sum(n for v, n in tally.items() if not v.startswith("correct"))
    print(f"{len(names)} faults, {faulty} trials: " + ", ".join(
        f"{n} {v}" for v, n in sorted(tally.items())))
    named = tally["right"] + tally["right among equals"]
    bad = (named < 0.98 * faulty or tally["wrong"] or tally["correct: called faulty"]
           or tally["trouble"] or tally["unreadable"])
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
