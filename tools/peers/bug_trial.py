"""A trial of the diagnosis on bugs that no edit of an equation makes: never a wrong name.

    python bug_trial.py NNET_ORACLE [--sample N] [--layers a,b] [--settings K] [--seed S] [--bugs a,b]
                        [--keep DIR] [--jobs 2] [--list] [--verbose]

Every bug of program_bugs.py runs in NumPy in float32 on every layer that can have it, at K seeded
settings, is written at seven digits, once whole and once without buffers, and compared. A cause that
is named is right if the bug's own words say so, or if what it says gives the bug's numbers in every
tensor that it is said to explain; undetermined is always right. Where there are buffers, the first
wrong equation must be one that the program itself gets wrong, not one that is right for the wrong
numbers that enter it. With --sample so many bugs a layer and setting. --list names the equation that
each bug makes wrong first.

Exit status 1 if a name is wrong, or if a bug beyond the tolerances is not caught.
"""

import argparse
import collections
import json
import os
import random
import re
import shlex
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bug_places import Places
from blind_trial import settings_for
from cases import Description, printed_unit, read_kaldi
from check_bounds import largest_share
from check_golden import dump as golden_dump
from equations_peer import Circular
from false_alarms import compare
from faulty_run import FaultyProgram, Labels, dump
from named_causes import by_cause, by_tensor, factor_holds, is_factor
from program_bugs import ALL, BUGS, of_layer
from swift_text import Names, Unreadable

DIGITS = 7
FAULTS = ("WRONGLY named", "missed", "trouble")


class Case:
    """A golden folder, what is right there, and what the oracle's names of mistakes say."""

    def __init__(self, folder, settings, oracle):
        self.folder, self.settings, self.oracle = folder, settings, oracle
        self.d = Description.read(folder)
        self.given = self.d.inputs()
        self.names, self.views = Names(oracle, self.d), {}
        self.right = self.view("")
        self.labels = Labels(self.d).columns()
        self.has_buffers = any(n.endswith("propagate_buf") for n in self.right)
        self.tolerances = {
            name: read_kaldi(os.path.join(folder, "kaldi", name + ".float32-bound.txt"))
            + printed_unit(m, DIGITS) / 2 for name, m in self.right.items()}

    def view(self, name):
        """Result tensors of a named mistake, or None if its words say none."""
        if name not in self.views:
            try:
                with np.errstate(all="ignore"):
                    whole = self.d.kaldi_view(self.given, self.names.results(name))
                self.views[name] = {n: m for n, (m, is_result) in whole.items() if is_result}
            except (Circular, Unreadable):
                self.views[name] = None
        return self.views[name]

    def share(self, actual, expected, name):
        return largest_share(actual, expected, self.tolerances[name])


class Trial:
    """One bug on one case."""

    def __init__(self, case, bug):
        self.case, self.bug = case, bug
        self.whole, own = FaultyProgram(case.d, bug, given=case.given).views()
        self.wrong = {n: m for n, (m, is_result) in self.whole.items() if is_result}
        self.places = Places(case, {
            n: np.abs(np.nan_to_num(m, nan=1e9) - own[n][0]) for n, m in self.wrong.items()})

    def visible(self, buffers):
        return max(self.case.share(m, self.case.right[n], n) for n, m in self.wrong.items()
                   if buffers or not n.endswith("propagate_buf")) > 2

    def is_true(self, cause, tensors):
        """Whether one cause, named for these tensors, is true of the bug."""
        if self.bug.right and re.search(self.bug.right, cause):
            return True
        pairs = [(n, self.wrong[n], self.case.right[n]) for n in tensors if n in self.wrong]
        if is_factor(cause):
            return factor_holds(cause, pairs, self.case.share)
        named = self.case.view(cause) if cause in self.case.names.keys else None
        return named is not None and all(
            self.case.share(wrong, named[n], n) <= 2 for n, wrong, _ in pairs)

    def verdict(self, out, buffers):
        """(what the name was worth, what the first wrong equation was worth, detail)."""
        dump(self.whole, out, buffers)
        code, text = compare(self.case.oracle, self.case.folder, out, "--json",
                             *(["--teacher-forced"] if buffers else []))
        if code != 1:
            return "trouble" if code == 2 else "missed", None, text[:300]
        report = json.loads(text)
        explained = by_cause(report)
        wrong = [f"{cause!r} for {', '.join(tensors)}" for cause, tensors in explained.items()
                 if not any(self.is_true(one, tensors) for one in cause.split(" or "))]
        first = [f.get("firstWrong") for f in report["findings"]]
        place = (self.places.judged(first[0] if first else None)
                 if buffers and self.case.has_buffers else None)
        if wrong:
            return "WRONGLY named", place, "; ".join(wrong)
        name = ("undetermined" if not explained else "named" if all(by_tensor(report).values())
                else "named in part")
        return name, place, f"first wrong {first[0] if first else None}" + (
            f"; causes {sorted(explained)}" if explained else "")


def repeat(trial, buffers):
    """The commands that show a trial again."""
    case, kept = trial.case, "/tmp/bug"
    sets = " ".join(f"--set {shlex.quote(s)}" for s in case.settings)
    flag, forced = ("", " --teacher-forced") if buffers else (" --without-buffers", "")
    return (f"  nnet-oracle dump {case.d.case} {sets} --out {kept}/golden\n"
            f"  python program_bugs.py {kept}/golden/{case.d.case} {trial.bug.name} {kept}/dump{flag}\n"
            f"  nnet-oracle compare {kept}/golden/{case.d.case} {kept}/dump{forced}")


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("nnet_oracle")
    parser.add_argument("--sample", type=int, default=0, help="so many bugs a layer; 0 is all")
    parser.add_argument("--layers", default=",".join(ALL))
    parser.add_argument("--bugs", help="these alone")
    parser.add_argument("--settings", type=int, default=1, help="settings per layer")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="a new folder for all dumps")
    parser.add_argument("--verbose", action="store_true", help="print every verdict")
    parser.add_argument("--list", action="store_true", help="list each bug's first wrong equation")
    return parser.parse_args()


def trials(options, work):
    """Every chosen bug on every case, by case."""
    for layer in options.layers.split(","):
        for k in range(options.settings):
            dice = random.Random(f"{options.seed} {layer} {k}")
            settings = settings_for(layer, dice)
            folder = golden_dump(options.nnet_oracle, layer, settings,
                                 os.path.join(work, "golden", f"{layer}-{k}"))
            bugs = of_layer(layer)
            if options.bugs:
                bugs = [b for b in bugs if b.name in options.bugs.split(",")]
            elif options.sample and options.sample < len(bugs):
                bugs = dice.sample(bugs, options.sample)
            yield f"{layer}-{k}", Case(folder, settings, options.nnet_oracle), bugs


def main():
    options, start = parsed(), time.time()
    for name in options.bugs.split(",") if options.bugs else ():
        if name not in BUGS:
            sys.exit(f"no bug called {name!r}")
    table, places = collections.defaultdict(collections.Counter), collections.defaultdict(
        collections.Counter)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        work = options.keep or temporary
        for at, case, bugs in trials(options, work):
            def judged(job):
                trial, buffers = job
                out = os.path.join(work, at, trial.bug.name + ("" if buffers else "-without-buffers"))
                return trial, buffers, *trial.verdict(out, buffers)

            made = [Trial(case, b) for b in bugs]
            if options.list:
                for trial in made:
                    print(f"{at:20s} {trial.bug.name:34s} {trial.places.first()}")
                continue
            jobs = [(t, True) for t in made if t.visible(True)]
            if case.has_buffers:
                jobs += [(t, False) for t in made if t.visible(False)]
            hidden = len(made) - sum(buffers for _, buffers in jobs)
            table[at, "whole"]["not visible"] += hidden
            for trial, buffers, name, place, detail in pool.map(judged, jobs):
                key = at, "whole" if buffers else "without buffers"
                table[key][name] += 1
                if place and case.has_buffers:
                    places[at][place] += 1
                if options.verbose:
                    print(f"{name}, {place}: {trial.bug.name} on {at}, {key[1]}: {detail}", flush=True)
                if name in FAULTS or place in ("wrong", "absent"):
                    what = name if name in FAULTS else f"first wrong equation {place}"
                    print(f"{what}: {trial.bug.name} on {at}, {key[1]}: {detail}\n"
                          f"  own errors first in {trial.places.first()}; {trial.bug.words}\n"
                          + repeat(trial, buffers), flush=True)
    if options.list:
        return
    for (at, dumped), counts in table.items():
        print(f"{at:20s} {dumped:16s} " + ", ".join(f"{n} {v}" for v, n in sorted(counts.items())))
    for at, counts in places.items():
        print(f"{at:20s} first wrong equation " + ", ".join(
            f"{n} {v}" for v, n in sorted(counts.items())))
    total = sum(table.values(), collections.Counter())
    for dumped in ("whole", "without buffers"):
        own = sum((c for (_, d), c in table.items() if d == dumped), collections.Counter())
        print(f"all, {dumped}: " + ", ".join(f"{n} {v}" for v, n in sorted(own.items())))
    print("all, first wrong equation: " + ", ".join(
        f"{n} {v}" for v, n in sorted(sum(places.values(), collections.Counter()).items()))
        + f"; {time.time() - start:.0f} s")
    sys.exit(any(total[v] for v in FAULTS))


if __name__ == "__main__":
    main()
