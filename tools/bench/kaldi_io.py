#!/usr/bin/env python3
"""Time reading and writing of Kaldi archives against Kaldi's own C++ I/O, in one run.

    tools/bench/kaldi_io.py [--megabytes 400] [--oracle .build/release/nnet-oracle] [--repeat 3]

A text archive of that size is made (1000 x 40 random numbers a key, as Kaldi's writer prints them)
and its binary twin. Reading is text in, binary out; writing is binary in, text out (`%.7g`, as
Kaldi prints, and the shortest form). Both sides move the same numbers between the same two files:
`kaldi_native_io` in this process, one matrix at a time, `nnet-oracle copy` as a process of its own,
start-up included; the cheap binary end of either is part of both times. Prints the median MB/s of
text, the ratio, and the largest resident memory of `copy`, at the full size and an eighth of it:
memory must not grow with the size. `--megabytes 50` is enough to see the ratios.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import kaldi_native_io as kaldi
import numpy as np

ROWS, COLUMNS, BLOCKS = 1000, 40, 16


def make(text, binary, size):
    """Write about `size` bytes of text archive and its binary twin, by Kaldi's writers."""
    generator = np.random.default_rng(1)
    blocks = [generator.standard_normal((ROWS, COLUMNS)).astype(np.float32) for _ in range(BLOCKS)]
    key = 0
    with kaldi.FloatMatrixWriter("ark,t:" + text) as one, kaldi.FloatMatrixWriter(
            "ark:" + binary) as two:
        while key == 0 or os.path.getsize(text) < size:
            one.write("utt%06d" % key, blocks[key % BLOCKS])
            two.write("utt%06d" % key, blocks[key % BLOCKS])
            key += 1


def kaldi_copy(source, target):
    """Seconds for Kaldi's C++ I/O to copy a table, matrix by matrix."""
    start = time.perf_counter()
    with kaldi.SequentialFloatMatrixReader(source) as table, kaldi.FloatMatrixWriter(
            target) as out:
        for key, matrix in table:
            out.write(key, matrix)
    return time.perf_counter() - start


def kaldi_read(source):
    """Seconds for Kaldi's C++ I/O to read a table."""
    start = time.perf_counter()
    with kaldi.SequentialFloatMatrixReader(source) as table:
        for _ in table:
            pass
    return time.perf_counter() - start


def oracle_copy(oracle, source, target, *options):
    """Seconds and peak memory in MB of `nnet-oracle copy`."""
    start = time.perf_counter()
    process = subprocess.Popen([oracle, "copy", source, target, *options])
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit("copy %s %s failed" % (source, target))
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--oracle", default=".build/release/nnet-oracle")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        make(path("text.ark"), path("binary.ark"), arguments.megabytes * 1_000_000)
        make(path("small.ark"), path("small-binary.ark"), arguments.megabytes * 125_000)
        text, binary = "ark:" + path("text.ark"), "ark:" + path("binary.ark")
        small, small_binary = "ark:" + path("small.ark"), "ark:" + path("small-binary.ark")
        out, out_text = "ark:" + path("out.ark"), "ark,t:" + path("out.ark")
        megabytes = os.path.getsize(path("text.ark")) / 1e6
        seven = ["--precision=7"]
        rows = [
            ("text in, binary out", lambda: kaldi_copy(text, out),
             lambda: oracle_copy(arguments.oracle, text, out), (small, out, [])),
            ("binary in, text out, 7 digits", lambda: kaldi_copy(binary, out_text),
             lambda: oracle_copy(arguments.oracle, binary, out_text, *seven),
             (small_binary, out_text, seven)),
            ("binary in, text out, shortest", lambda: kaldi_copy(binary, out_text),
             lambda: oracle_copy(arguments.oracle, binary, out_text), (small_binary, out_text, [])),
        ]
        print("%.0f MB of text; MB/s, median of %d" % (megabytes, arguments.repeat))
        print("%-32s %8s %8s %7s   %s" % ("", "kaldi", "oracle", "ratio", "peak MB, 1/8 and whole"))
        for name, by_kaldi, by_oracle, part in rows:
            # Turn and turn about, so that both meet the same machine.
            theirs, ours, peak = [], [], 0
            for _ in range(arguments.repeat):
                theirs.append(by_kaldi())
                seconds, memory = by_oracle()
                ours.append(seconds)
                peak = max(peak, memory)
            small_peak = oracle_copy(arguments.oracle, part[0], part[1], *part[2])[1]
            kaldis, oracles = statistics.median(theirs), statistics.median(ours)
            print("%-32s %8.1f %8.1f %6.1fx   %.1f and %.1f" % (
                name, megabytes / kaldis, megabytes / oracles, kaldis / oracles, small_peak, peak))
        print("kaldi reading text alone: %.1f MB/s" % (megabytes / kaldi_read(text)))


if __name__ == "__main__":
    sys.exit(main())
