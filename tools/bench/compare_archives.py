#!/usr/bin/env python3
"""Time the comparison of two text archives against a line-by-line NumPy script.

    tools/bench/compare_archives.py [--megabytes 400] [--oracle .build/release/nnet-oracle]

Two archives of that size are made in a temporary folder (24 frames of 40 numbers a key, the second
differing from the first by float32 rounding), compared once by `nnet-oracle compare` and once by
the script below, which reads both files line by line, converts each line with NumPy and tests
`numpy.allclose`: what people write when they need to compare two archives. Prints seconds,
throughput over both files, the ratio, and each one's largest resident memory; checks that memory
does not grow with the size by comparing an eighth of it too.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

FRAMES, COLUMNS, BLOCKS = 24, 40, 64


def text(matrix):
    """A matrix as Kaldi writes it."""
    rows = "\n".join("  " + " ".join("%.7g" % value for value in row) + " " for row in matrix)
    return " [\n" + rows + "]\n"


def write_archives(first, second, size):
    """Write two archives of about `size` bytes each; return how many keys they have."""
    generator = np.random.default_rng(1)
    blocks = []
    for _ in range(BLOCKS):
        matrix = generator.standard_normal((FRAMES, COLUMNS)).astype(np.float32)
        other = matrix * (1 + 1e-7 * generator.standard_normal(matrix.shape))
        blocks.append((text(matrix).encode(), text(other.astype(np.float32)).encode()))
    keys = written = 0
    with open(first, "wb") as one, open(second, "wb") as two:
        while written < size:
            key = b"utt%07d " % keys
            a, b = blocks[keys % BLOCKS]
            one.write(key + a)
            two.write(key + b)
            written += len(key) + len(a)
            keys += 1
    return keys


def compare_line_by_line(first, second):
    """The script to beat: one pass, one line of each file at a time."""
    keys = 0
    with open(first) as one, open(second) as two:
        for a, b in zip(one, two):
            if a.endswith("[\n"):
                if a != b:
                    return None
                keys += 1
                continue
            x = np.array(a.replace("]", "").split(), dtype=np.float64)
            y = np.array(b.replace("]", "").split(), dtype=np.float64)
            if x.shape != y.shape or not np.allclose(x, y, rtol=1e-5, atol=1e-6):
                return None
    return keys


def timed(arguments):
    """Run a command; return seconds, megabytes of memory, output and status."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, output, os.waitstatus_to_exitcode(status)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--oracle", default=".build/release/nnet-oracle")
    parser.add_argument("--script", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.script:
        print(compare_line_by_line(*options.script))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        first, second = os.path.join(folder, "a.ark"), os.path.join(folder, "b.ark")
        write_archives(first, second, options.megabytes * 10**6 // 8)
        _, small, _, _ = timed([options.oracle, "compare", first, second])
        keys = write_archives(first, second, options.megabytes * 10**6)
        size = (os.path.getsize(first) + os.path.getsize(second)) / 1e6
        seconds, memory, output, status = timed([options.oracle, "compare", first, second])
        if status != 0 or f"{keys} match" not in output:
            sys.exit(f"nnet-oracle compare: status {status}: {output[-300:]}")
        slow, slow_memory, answer, _ = timed([sys.executable, __file__, "--script", first, second])
        if answer.strip() != str(keys):
            sys.exit(f"the NumPy script disagrees: {answer}")
    print(f"two archives, {keys} keys, {size:.0f} MB together")
    print(f"nnet-oracle compare   {seconds:7.2f} s  {size / seconds:7.1f} MB/s  {memory:6.0f} MB memory")
    print(f"NumPy, line by line   {slow:7.2f} s  {size / slow:7.1f} MB/s  {slow_memory:6.0f} MB memory")
    print(f"ratio {slow / seconds:.1f}; memory at an eighth of the size {small:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
