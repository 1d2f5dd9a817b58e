"""Holds `nnet-oracle bench` against NumPy on the same work, in the same run, and prints ratios.

    python tools/bench/compare_numpy.py [--oracle .build/release/nnet-oracle] [--seconds 0.3]
                                        [--rounds 3] [--part small|large|sections|growth]…

Rounds of the two programs follow each other, and of each the best median counts, so that a machine
that is busy for a while hurts neither alone. NumPy runs with OPENBLAS_NUM_THREADS=1 and again with
it unset; variables that choose OpenBLAS's kernels or block sizes are taken out of its environment.
"NumPy" is the leaner style of numpy_bench.py: one product for all frames where the recurrence
allows it. "notebook" and "leanest" stand beside it. growth needs no peer: it is four sizes each of
T, N and the number of files, with the time for one more of them.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SMALL = [("sru", {"N": 2, "T": 10, "D": 3, "H": 6}), ("lstm", {"N": 2, "T": 10, "D": 3, "H": 6}),
         ("tflstm", {"N": 2, "T": 10, "D": 3, "H": 6, "F": 2, "S": 1})]
LARGE = [("sru", {"N": 16, "T": 100, "D": 512, "H": 512}),
         ("lstm", {"N": 16, "T": 100, "D": 512, "H": 512}),
         ("tflstm", {"N": 16, "T": 100, "D": 40, "H": 64, "F": 8, "S": 4}),
         ("compact-vfsmn", {"T": 1000, "D": 512, "N": 20})]
# The notebook's timing sections and names → kernel and its dimensions here.
SECTIONS = [("SRU vs LSTM", "SRU", "sru-separate", {}), ("SRU vs LSTM", "LSTM", "lstm", {}),
            ("SRU step: compact weight matrix", "time 1", "sru-step-separate", {}),
            ("SRU step: compact weight matrix", "time 2", "sru-step", {}),
            ("SRU compact forward", "SRU", "sru-separate", {}),
            ("SRU compact forward", "SRU compact", "sru", {})]
# Sizes from where a run no longer fits the second cache: below, a frame costs up to a third less.
GROWTH = [("sru", "T", (200, 400, 800, 1600), {"N": 8, "D": 64, "H": 64}),
          ("sru", "N", (32, 64, 128, 256), {"T": 50, "D": 64, "H": 64}),
          ("lstm", "T", (100, 200, 400, 800), {"N": 8, "D": 64, "H": 64}),
          ("tflstm", "N", (4, 8, 16, 32), {"T": 50, "D": 40, "H": 32, "F": 8, "S": 4}),
          ("compact-vfsmn", "T", (250, 500, 1000, 2000), {"D": 512, "N": 20}),
          ("files", "matrices", (100, 200, 400, 800), {"rows": 20, "columns": 12})]


def environment(threads):
    names = ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_NUM_THREADS")
    clean = {k: v for k, v in os.environ.items() if k not in names}
    return clean | ({"OPENBLAS_NUM_THREADS": "1"} if threads == 1 else {})


def run(words, env=None):
    return json.loads(subprocess.run(words, env=env, check=True, capture_output=True).stdout)


def oracle(options, kernel, size, threads=1):
    words = [options.oracle, "bench", kernel, "--json", "--scalar=Double",
             f"--seconds={options.seconds}", f"--threads={threads}"]
    for key, value in size.items():
        words += ["--set", f"{key}={value}"]
    results = run(words)["results"]
    sizes = {k: v for k, v in results[0].items() if isinstance(v, int) and len(k) <= 2}
    return {r["pass"]: r["medianNanoseconds"] for r in results
            if all(r.get(k) == v for k, v in sizes.items())}


def numpy(options, kernel, size, threads):
    shape = kernel + ":" + ",".join(f"{k}={v}" for k, v in size.items())
    results = run([sys.executable, str(HERE / "numpy_bench.py"), "--shape", shape,
                   f"--seconds={options.seconds}"], environment(threads))["results"]
    return {(r["style"], r["pass"]): r["medianNanoseconds"] for r in results}


def best(samples):
    return {key: min(s[key] for s in samples) for key in samples[0]}


def span(nanoseconds):
    for unit, size in (("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.0f} ns"


def shapes(options, title, cases):
    print(f"\n{title}\n{'':46}{'oracle':>9} {'NumPy':>9}   times as fast as NumPy on one thread,"
          " on all; notebook, leanest on one")
    for kernel, size in cases:
        ours, one, all_ = [], [], []
        for _ in range(options.rounds):
            ours.append(oracle(options, kernel, size))
            one.append(numpy(options, kernel, size, 1))
            all_.append(numpy(options, kernel, size, None))
        ours, one, all_ = best(ours), best(one), best(all_)
        for name in ("forward", "backward"):
            style = "leaner" if ("leaner", name) in one else "leanest"
            cells = [one[style, name], all_[style, name], one.get(("notebook", name)),
                     one.get(("leanest", name))]
            ratios = "  ".join(f"{c / ours[name]:7.2f}" if c else "      -" for c in cells)
            label = f"{kernel} {' '.join(f'{k}{v}' for k, v in size.items())} {name}"
            print(f"{label:46}{span(ours[name]):>9} {span(cells[0]):>9}   {ratios}")
        if "H" in size and size["H"] == 512:
            two = best([oracle(options, kernel, size, 2) for _ in range(options.rounds)])
            for name in two:
                print(f"{'':10}two threads {name:12}{ours[name] / two[name]:.2f} times one thread")


def sections(options):
    print("\nThe notebook's timing sections, forward, against the notebook's own form")
    words = [sys.executable, str(HERE / "numpy_bench.py"), "--shape", "sru:N=1,T=1,D=1,H=1",
             "--sections", f"--seconds={options.seconds}"]
    theirs = [{(r["section"], r["name"]): r["medianNanoseconds"]
               for r in run(words, environment(1))["results"] if "section" in r}
              for _ in range(options.rounds)]
    theirs = best(theirs)
    for title, name, kernel, size in SECTIONS:
        ours = best([oracle(options, kernel, size) for _ in range(options.rounds)])["forward"]
        peer = theirs[title, name]
        print(f"{title + ': ' + name:46}{span(ours):>9} {span(peer):>9}   {peer / ours:7.1f}")


def growth(options):
    print("\nGrowth: time, and time for one of what grows")
    for kernel, letter, sizes, rest in GROWTH:
        for value in sizes:
            found = best([oracle(options, kernel, rest | {letter: value})
                          for _ in range(options.rounds)])
            cells = "  ".join(f"{name} {span(t):>8} {span(t / value):>8}"
                              for name, t in found.items())
            print(f"{kernel:14} {letter}={value:<5} {cells}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", default=str(HERE.parents[1] / ".build/release/nnet-oracle"))
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", action="append",
                        choices=("small", "large", "sections", "growth"))
    options = parser.parse_args()
    parts = options.part or ["small", "large", "sections", "growth"]
    if "small" in parts:
        shapes(options, "The notebook's shapes, Double", SMALL)
    if "large" in parts:
        shapes(options, "Large shapes, Double", LARGE)
    if "sections" in parts:
        sections(options)
    if "growth" in parts:
        growth(options)


if __name__ == "__main__":
    main()
