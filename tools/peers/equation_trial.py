"""A blind trial of the diagnosis on every single mistake in the equations, and on pairs of them.

    python equation_trial.py NNET_ORACLE [--cases a,b] [--settings 1] [--probes GOLDEN_DIR]
                             [--sample 0] [--pairs 0] [--names [--all]]

Each mistake of `mistakes.py` that moves a number by more than its tolerance runs in NumPy in float32,
is written as a whole Kaldi dump, buffers included, and compared: it must be a mismatch. With --names
every cause named must be that mistake, or one whose numbers cannot be told from its own, by what its
words say (swift_text.py); none may be named, and is counted, and with --all printed. Of a pair of
mistakes each mismatching tensor is judged by itself: a cause given it must be one of the two that
reaches this tensor, or give its numbers; how many have a right cause is counted. Right programs must
match. Exit status 1 else.
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

import numpy as np

import mistakes
from blind_trial import causes, settings_for
from cases import CASES, STEPS, Description, printed_unit, read_kaldi
from check_bounds import largest_share
from check_golden import dump
from equations_peer import Circular
from false_alarms import compare
from named_causes import by_tensor, factor_holds, is_factor
from swift_text import Names, Unreadable

DIGITS = 7
GOOD = ("caught", "named", "named by another of the same numbers", "named in part",
        "every tensor named", "right program matches", "undetermined")


class Trial:
    """A golden folder, its layer's mistakes, and what each would show in exact arithmetic."""

    def __init__(self, folder, oracle, judge_names):
        self.folder, self.catalogue = folder, mistakes.Catalogue(Description.read(folder))
        self.mistakes = {m.name: m for m in self.catalogue.mistakes()}
        self.names = Names(oracle, self.catalogue.d) if judge_names else None
        self.views, self.tolerances, self.tensors = {}, {}, collections.Counter()
        for name, m in self.view(None).items():
            path = os.path.join(folder, "kaldi", name)
            self.tolerances[name] = (read_kaldi(path + ".float32-bound.txt")
                                     + printed_unit(m, DIGITS) / 2)

    def view(self, mistake):
        """Result tensors in float64, or None if no program makes this mistake."""
        key = mistake.name if mistake else ""
        if key not in self.views:
            given = self.catalogue.d.inputs()
            self.views[key] = self.kaldi_results(
                lambda: self.catalogue.program(mistake, np.float64, given).results())
        return self.views[key]

    def named_view(self, name):
        """Result tensors of the mistake that the oracle calls so, or None if its words say none."""
        key = ("named", name)
        if key not in self.views:
            self.views[key] = self.kaldi_results(lambda: self.names.results(name))
        return self.views[key]

    def kaldi_results(self, results):
        d = self.catalogue.d
        try:
            with np.errstate(all="ignore"):
                whole = d.kaldi_view(d.inputs(), results())
        except (Circular, Unreadable):
            return None
        return {n: m for n, (m, is_result) in whole.items() if is_result}

    def largest_share(self, one, other):
        """How far two views are apart, in tolerances.

        Where a tolerance is 0, as that of an exact zero, the views' own rounding is no difference.
        """
        return max(largest_share(one[n], other[n], t + 1e-13 * np.abs(one[n]).max(initial=0))
                   for n, t in self.tolerances.items())

    def visible(self, mistake):
        wrong = self.view(mistake)
        return wrong is not None and self.largest_share(wrong, self.view(None)) > 2

    def verdict(self, mistake, oracle, out, judge_names):
        mistakes.dump(self.catalogue, mistake, out)
        code, text = compare(oracle, self.folder, out, "--json")
        if mistake is None:
            return "right program matches" if code == 0 else "right program called faulty", ""
        if code != 1:
            return ("missed" if code in (0, 3) else "trouble"), text[:300]
        if not judge_names:
            return "caught", ""
        if mistake.kind == "pair":
            return self.pair_verdict(mistake, json.loads(text))
        found = causes(text)
        if "sign flipped" in found and self.only_signs(mistake, text):
            return "named", ""
        if not found:
            return "undetermined", ""
        detail = " or ".join(f"{name} ({self.names.keys.get(name, '-')})" for name in sorted(found))
        same = [name for name in found if self.same(name, mistake)]
        if not same:
            return "wrong", detail
        if len(same) < len(found):
            return "named among others", detail
        own = any(self.names.is_of(name, mistake) for name in same)
        return "named" if own else "named by another of the same numbers", detail

    def pair_verdict(self, mistake, report):
        told, worth = by_tensor(report), collections.Counter()
        for name, causes in told.items():
            wrong = [c for c in causes if not self.is_right_for(name, c, mistake)]
            worth["wrong" if wrong else "right" if causes else "none"] += 1
            told[name] = wrong
        self.tensors += worth
        detail = "; ".join(f"{n}: {' and '.join(wrong)}" for n, wrong in told.items() if wrong)
        return ("wrong" if worth["wrong"] else "undetermined" if not worth["right"] else
                "named in part" if worth["none"] else "every tensor named"), detail

    def is_right_for(self, tensor, cause, mistake):
        """Whether a cause, perhaps of several names, is true of one tensor of a pair's dump."""
        right, wrong = self.view(None)[tensor], self.view(mistake)[tensor]

        def share(actual, expected, _=None):
            return largest_share(actual, expected, self.tolerances[tensor])

        def holds(name):
            if is_factor(name):
                return factor_holds(name, [(tensor, wrong, right)], share)
            view = self.named_view(name)
            if view is None:
                return False
            return share(wrong, view[tensor]) <= 2 or any(
                self.same(name, part) and share(self.view(part)[tensor], right) > 2
                for part in mistake.parts)

        return any(map(holds, cause.split(" or ")))

    def only_signs(self, mistake, text):
        """Whether the tensors that are told to have the wrong sign have it, and nothing else is wrong."""
        told = {n for finding in json.loads(text)["findings"] if finding["cause"] == "sign flipped"
                for n in re.search(r"\(explains (.*)\)", finding["explanation"])[1].split(", ")}
        right, wrong = self.view(None), self.view(mistake)
        return all(largest_share(wrong[n], -right[n] if n in told else right[n], t) <= 2
                   for n, t in self.tolerances.items())

    def same(self, name, mistake):
        """Whether what the name says gives the mistake's numbers, as far as a dump can tell."""
        view = self.named_view(name)
        return view is not None and self.largest_share(view, self.view(mistake)) <= 2


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nnet_oracle")
    parser.add_argument("--cases")
    parser.add_argument("--settings", type=int, default=1, help="settings per case")
    parser.add_argument("--probes", help="a folder of case folders to use instead of settings")
    parser.add_argument("--sample", type=int, default=0, help="so many mistakes a folder; 0 is all")
    parser.add_argument("--pairs", type=int, default=0, help="so many pairs of mistakes a folder")
    parser.add_argument("--names", action="store_true", help="judge the causes named, too")
    parser.add_argument("--all", action="store_true", help="print the undetermined, too")
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    dice, shown = random.Random(options.seed), 0
    table, pair_tensors = collections.defaultdict(collections.Counter), collections.Counter()
    cases = options.cases.split(",") if options.cases else [
        c for c in CASES if c not in STEPS]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(2) as pool:
        if options.probes:
            folders = [os.path.join(options.probes, c) for c in sorted(os.listdir(options.probes))
                       if os.path.isdir(os.path.join(options.probes, c, "kaldi"))]
        else:
            folders = [dump(options.nnet_oracle, case, settings_for(case, dice),
                            os.path.join(work, "golden", f"{case}-{k}"))
                       for case in cases for k in range(options.settings)]
        for folder in folders:
            trial = Trial(folder, options.nnet_oracle, options.names)
            chosen = list(trial.mistakes.values())
            if options.sample and options.sample < len(chosen):
                chosen = dice.sample(chosen, options.sample)
            chosen += mistakes.pairs(trial.catalogue, options.pairs, dice)
            seen = [m for m in chosen if trial.visible(m)]
            counts = table[os.path.basename(folder.rstrip("/"))]
            counts["not visible or impossible"] += len(chosen) - len(seen)

            def judged(k):
                mistake = (seen + [None])[k]
                out = os.path.join(work, f"{len(table)}-{k}")
                return mistake, trial.verdict(mistake, options.nnet_oracle, out, options.names)

            for mistake, (verdict, detail) in pool.map(judged, range(len(seen) + 1)):
                counts[verdict] += 1
                if verdict == "undetermined" and options.all:
                    print(f"undetermined: {mistake.name} on {os.path.basename(folder)}", flush=True)
                elif verdict not in GOOD and shown < 60:
                    shown += 1
                    print(f"{verdict}: {mistake and mistake.name} on {folder}: {detail}", flush=True)
            pair_tensors += trial.tensors
    for case, counts in table.items():
        print(f"{case:18s} " + ", ".join(f"{n} {v}" for v, n in sorted(counts.items())))
    total = sum(table.values(), collections.Counter())
    print("all: " + ", ".join(f"{n} {v}" for v, n in sorted(total.items())))
    if pair_tensors:
        print(f"pairs: of {sum(pair_tensors.values())} mismatching tensors {pair_tensors['right']} have "
              f"a right cause, {pair_tensors['none']} none, {pair_tensors['wrong']} a wrong one")
    sys.exit(any(n for v, n in total.items() if v not in GOOD and v != "not visible or impossible"))


if __name__ == "__main__":
    main()
