"""Holds the editable equations against layers.py, the chain rule, faults.py and real faulty Kaldis."""

import os

import numpy as np

import faults
import kaldi_dumps
import program_bugs
from cases import CASES, STEPS, Description
from equations_peer import Circular
from fault_names import WELL_KNOWN, swift_names
from faulty_run import FaultyProgram
from mistakes import Catalogue
from numbers_ import Floats

# Real Kaldi with one mistake put into its own code, and that mistake here.
FAULTY_KALDI = {
    "bug-sru-df-from-c_t": ("sru", "du.f: c for c[t-1] in dc * (c[t-1] - u.x) * f*(1-f)"),
    "bug-tflstm-dWk-from-h_k": ("tflstm", "dWk: h for h[k-1] in outer(h[k-1], da)"),
    "bug-tflstm-dc-without-forget": ("tflstm", "dc: f[t+1] left out of dc[t+1] * f[t+1]"),
    "blstmp-large": ("blstmp", "Kaldi's: bc[t-1] and br[t-1] in the backward direction"),
}
# The sizes of the smaller layers here are such that every edit shows.
SIZES = {"sru": {"T": 5}, "elman": {"T": 5}, "gru": {"T": 5}, "lstm": {"T": 5}, "lstmp": {"T": 5},
         "deepfsmn": {"T": 11, "D": 3, "H": 5}}


def random_case(kernel, dimensions=None):
    """A case on seeded numbers."""
    d, random = Description(kernel, dimensions), np.random.default_rng(3)
    given = {k: v if k.endswith("position") else random.uniform(-1, 1, v.shape)
             for k, v in d.inputs().items()}
    d.inputs = lambda: given
    return d, given


def difference(actual, expected):
    """The largest difference as a share of its tensor's largest element, over what both have."""
    return max(np.abs(np.array(actual[k]) - np.array(expected[k])).max()
               / max(np.abs(np.array(expected[k])).max(), 1e-300) for k in expected if k in actual)


def right_programs(expect):
    for kernel in CASES:
        if kernel in STEPS:
            continue
        d, given = random_case(kernel)
        expected, catalogue = d.evaluate(Floats(np.float64), given), Catalogue(d)
        by_text = catalogue.program(None, np.float64).results()
        by_rule = catalogue.program(None, np.float64, by_chain_rule=True).results()
        worst = max(difference(by_text, expected), difference(by_rule, expected))
        expect(f"equations of {kernel}, backward text and chain rule", worst < 1e-14
               and set(by_text) == set(by_rule) == set(expected), f"{worst:.1e}")


def same_as_faults(expect):
    """Each short name's program in faults.py, written by hand, and the edit that it stands for."""
    faults.FLOAT = np.float64
    for kernel, pairs in WELL_KNOWN.items():
        d, _ = random_case(kernel, {"T": 5, "H": 4} if "fsmn" not in kernel else None)
        catalogue = Catalogue(d)
        named = {m.name: m for m in catalogue.mistakes()}
        right, worst, moved, count = catalogue.program(None, np.float64).results(), 0, np.inf, 0
        for fault, name in pairs.items():
            for suffix in ("", "-forward"):
                if fault + suffix in faults.FAULTS and swift_names(fault + suffix):
                    m = named[name + ", in forward only" * bool(suffix)]
                    _, expected = faults.run(d, fault + suffix)
                    actual = catalogue.program(m, np.float64).results()
                    worst, moved = (max(worst, difference(actual, expected)),
                                    min(moved, difference(right, expected)))
                    count += 1
        expect(f"{kernel}: {count} hand-written faults and their edits", worst < 1e-9 < 1e-4 < moved,
               f"{worst:.1e}; the right program is off by {moved:.1e}")
    faults.FLOAT = np.float32


def faulty_kaldi(dumps, expect):
    for folder, (kernel, name) in FAULTY_KALDI.items():
        dump = kaldi_dumps.Dump(os.path.join(dumps, folder), kernel, 3)
        catalogue = Catalogue(dump.case())
        m = {m.name: m for m in catalogue.mistakes()}[name]
        share, tensor = dump.worst_of(catalogue.program(m, np.float64).results())
        right, _ = dump.worst_of(catalogue.program(None, np.float64).results())
        expect(f"Kaldi {folder} is {name}", share < 1e-5 < 1e-2 < right,
               f"worst {share:.1e} in {tensor}; {right:.1e} without the mistake")


def every_mistake(expect):
    """Every one that is possible changes a number that a user can see."""
    for kernel, sizes in SIZES.items():
        catalogue = Catalogue(random_case(kernel, sizes)[0])
        right = catalogue.program(None, np.float64).results()
        count = impossible = 0
        silent, all_mistakes = [], catalogue.mistakes()
        for m in all_mistakes:
            try:
                with np.errstate(all="ignore"):
                    moved = difference(catalogue.program(m, np.float64).results(), right)
            except Circular:
                impossible += 1
                continue
            count += 1
            if not moved > 1e-9:
                silent.append(m.name)
        expect(f"{kernel}: {count} mistakes, {impossible} impossible", not silent
               and impossible < count / 5, ", ".join(silent[:5]))


def every_bug(expect):
    """Each changes a number that a user can see, errs by itself somewhere, and is the only one to."""
    for kernel in program_bugs.ALL:
        sizes = {"T": 19, "D": 5} if kernel in program_bugs.FSMN else {
            "T": 7, "N": 3, "D": 5, "H": 5, "C": 5, "R": 3, "F": 3}
        known = Description(kernel).dimensions
        d, given = random_case(kernel, {k: v for k, v in sizes.items() if k in known})
        right, own = FaultyProgram(d, program_bugs.NONE, given=given).views()
        expect(f"{kernel} without a bug", all(np.array_equal(right[n][0], own[n][0]) for n in right))
        silent, bugs = [], program_bugs.of_layer(kernel)
        for bug in bugs:
            wrong, own = FaultyProgram(d, bug, given=given).views()
            shown = any(not np.array_equal(wrong[n][0], m) for n, (m, _) in right.items())
            errs = [n for n, (m, _) in own.items() if not np.array_equal(wrong[n][0], m)]
            given_only = [n for n in errs if not wrong[n][1]]
            if not shown or not errs or given_only:
                silent.append(bug.name)
        expect(f"{kernel}: {len(bugs)} bugs of real programs", not silent, ", ".join(silent))


def check(dumps, expect):
    every_bug(expect)
    right_programs(expect)
    same_as_faults(expect)
    every_mistake(expect)
    if dumps:
        faulty_kaldi(dumps, expect)
