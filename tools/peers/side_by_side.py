#!/usr/bin/env python3
"""Three real failures as three comparators report them: a table for README.

    tools/peers/side_by_side.py [--oracle .build/release/nnet-oracle]

`numpy.testing.assert_allclose` with its defaults, GNU `numdiff` with its defaults, and
`nnet-oracle compare`, each on the same two files; the table shows what each really printed, cut to
its telling lines. numdiff is left out with a note if it is not installed.
"""

import argparse
import shutil
import subprocess

import numpy as np

DUMPS = "Tests/Fixtures/kaldi-dumps"
FAILURES = [
    ("Kaldi's FSMN backward does nothing on the CPU",
     "golden/compact-vfsmn/kaldi/in_diff.txt", f"{DUMPS}/compact-vfsmn-cpu/in_diff.mat"),
    ("frames written batch-major where Kaldi has them time-major",
     "golden/tflstm/kaldi/out.txt", "golden/tflstm/numpy/out.txt"),
    ("a weight gradient in the notebook's layout, not Kaldi's",
     "golden/tflstm/kaldi/w_gifo_x_corr.txt", "golden/tflstm/numpy/dWx.txt"),
]
CORRECT = ("a correct float32 run", "golden/tflstm/kaldi/backpropagate_buf.txt",
           f"{DUMPS}/tflstm/backpropagate_buf.mat")


def matrix(path):
    """A Kaldi text matrix."""
    with open(path) as file:
        rows = file.read().replace("[", " ").replace("]", " ").strip().splitlines()
    return np.array([[float(word) for word in row.split()] for row in rows if row.strip()])


def allclose(expected, actual):
    """What assert_allclose says, its telling lines only."""
    try:
        np.testing.assert_allclose(matrix(actual), matrix(expected))
    except AssertionError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        wanted = ("Not equal", "Mismatched", "Max abs", "Max rel", "(shapes")
        return [line for line in lines if line.startswith(wanted)]
    return ["(passes)"]


def numdiff(expected, actual):
    """The first difference that numdiff prints, and how many there are."""
    if not shutil.which("numdiff"):
        return ["(numdiff is not installed)"]
    run = subprocess.run(["numdiff", expected, actual], capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith(("##", "@"))]
    differences = sum(line.startswith("@ Absolute") for line in lines)
    if run.returncode == 0:
        return ["(passes)"]
    return lines[:3] + [f"... {differences} such differences"]


def oracle(binary, expected, actual):
    """The cause, the place and the summary that compare prints."""
    run = subprocess.run([binary, "compare", expected, actual], capture_output=True, text=True)
    lines = run.stdout.splitlines()
    kept = [line.split(": ", 1)[1] for line in lines if ": first wrong: " in line or ": cause: " in line]
    explanation = [lines[i + 1].strip() for i, line in enumerate(lines[:-1]) if ": cause: " in line]
    return kept + explanation + lines[-1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", default=".build/release/nnet-oracle")
    options = parser.parse_args()
    print("| failure | `numpy.testing.assert_allclose` | GNU `numdiff` | `nnet-oracle compare` |")
    print("|---|---|---|---|")
    for title, expected, actual in FAILURES + [CORRECT]:
        cells = [allclose(expected, actual), numdiff(expected, actual),
                 oracle(options.oracle, expected, actual)]
        print("| " + " | ".join(
            [title] + ["<br>".join(f"`{line}`" for line in cell) for cell in cells]) + " |")


if __name__ == "__main__":
    main()
