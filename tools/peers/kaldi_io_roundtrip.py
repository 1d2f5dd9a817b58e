#!/usr/bin/env python3
"""Exchange random matrices with Kaldi's own C++ I/O and with kaldiio, in both directions.

    tools/peers/kaldi_io_roundtrip.py [BIN] [--matrices 2000] [--seed 1]

BIN is `nnet-oracle` (.build/release/nnet-oracle unless given). Needs numpy, kaldi_native_io (Kaldi's
own C++ readers and writers) and kaldiio. Shapes go from 0x0 and 1x1 to 3000x40; elements are normal
numbers, extreme and subnormal ones, NaN and infinities. For each peer and form (float and double,
text and binary, compressed by every method) it checks, to the last bit:

- what the peer wrote and `nnet-oracle copy` rewrote reads back as the same numbers, and for Kaldi's
  own writer in its own form as the same bytes;
- what `nnet-oracle copy` wrote, from the peer's archive, the peer reads as the same numbers;
- compressed matrices, written by Kaldi, decode to the numbers that Kaldi decodes; compressed by us,
  they are the bytes that Kaldi writes;
- script files with offsets and ranges give the same parts.

Exit status 0 when all agree, 1 otherwise.
"""

import argparse
import os
import subprocess
import sys
import tempfile

import kaldi_native_io as kaldi
import kaldiio
import numpy as np

SHAPES = [(0, 0), (1, 1), (1, 2), (2, 1), (3, 5), (8, 4), (9, 4), (16, 16), (1, 40), (100, 3)]
FAILURES = []


def check(condition, what):
    """Note a failure; go on."""
    if not condition:
        FAILURES.append(what)
        print("FAILED:", what)


def random_matrices(generator, count, dtype, finite=False):
    """Yield `count` keys and matrices."""
    limits = np.finfo(dtype)
    special = [0.0, -0.0, limits.max, -limits.max, limits.tiny, limits.smallest_subnormal]
    special += [1.0, -1.0, 1e-5, 1e5, 123456789.0, 1 / 3]
    if not finite:
        special += [np.inf, -np.inf, np.nan]
    for index in range(count):
        if index < len(SHAPES):
            shape = SHAPES[index]
        elif index == count - 1:
            shape = (3000, 40)
        else:
            shape = (int(generator.integers(1, 40)), int(generator.integers(1, 20)))
        scale = 10.0 ** generator.uniform(-8, 8)
        matrix = (generator.standard_normal(shape) * scale).astype(dtype)
        if index % 3 == 0 and matrix.size:
            mask = generator.random(shape) < 0.2
            matrix[mask] = generator.choice(np.array(special, dtype), int(mask.sum()))
        if index % 7 == 0 and not finite:
            size = matrix.dtype.itemsize
            raw = generator.integers(0, 256, (matrix.size, size), dtype=np.uint8)
            matrix = raw.reshape(-1).view(dtype).reshape(shape).copy()
            if size == 4:
                # Loading a signalling NaN sets its quiet bit on some machines: quiet from the start.
                bits = matrix.view(np.uint32)
                bits[np.isnan(matrix)] |= 0x400000
        yield "key%05d" % index, matrix


def same(a, b):
    """The same shape and bits; NaN of any kind equals NaN."""
    a, b = np.asarray(a), np.asarray(b)
    if a.size == 0 and b.size == 0:
        return True
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    bits = {4: np.uint32, 8: np.uint64}[a.dtype.itemsize]
    return bool(np.all((a.view(bits) == b.view(bits)) | (np.isnan(a) & np.isnan(b))))


def writer(double):
    return kaldi.DoubleMatrixWriter if double else kaldi.FloatMatrixWriter


def reader(double):
    return kaldi.SequentialDoubleMatrixReader if double else kaldi.SequentialFloatMatrixReader


def write(specifier, items, double=False):
    with writer(double)(specifier) as table:
        for key, matrix in items:
            table.write(key, matrix)


def read(specifier, double=False):
    with reader(double)(specifier) as table:
        return [(key, np.array(matrix)) for key, matrix in table]


def read_kaldiio(path):
    return [(key, np.array(matrix)) for key, matrix in kaldiio.load_ark(path)]


def same_tables(got, wanted, what):
    keys = [key for key, _ in got]
    check(keys == [key for key, _ in wanted], what + ": keys")
    if len(got) == len(wanted):
        bad = [k for (k, a), (_, b) in zip(got, wanted) if not same(a, b)]
        check(not bad, "%s: %d of %d matrices differ, first %s" % (what, len(bad), len(got), bad[:1]))


def same_bytes(a, b, what):
    with open(a, "rb") as first, open(b, "rb") as second:
        check(first.read() == second.read(), what)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", nargs="?", default=".build/release/nnet-oracle")
    parser.add_argument("--matrices", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    total = 0
    # Kaldi's C++ warns of every infinity that it reads; Python's own messages stay visible.
    sys.stderr = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def copy(source, target, *options):
        run = subprocess.run(
            [arguments.binary, "copy", source, target, *options], capture_output=True, text=True)
        check(run.returncode == 0, "copy %s %s: %s" % (source, target, run.stderr.strip()))

    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        for double in (False, True):
            dtype = np.float64 if double else np.float32
            wide = ["--double"] if double else []
            name = "double" if double else "float"
            items = list(random_matrices(generator, arguments.matrices, dtype))
            total += len(items)
            # Kaldi's binary archive through ours: the same bytes.
            write("ark:" + path("kaldi.ark"), items, double)
            copy("ark:" + path("kaldi.ark"), "ark:" + path("ours.ark"))
            same_bytes(path("kaldi.ark"), path("ours.ark"), name + ": binary to binary")
            same_tables(read("ark:" + path("ours.ark"), double), items, name + ": read by Kaldi")
            same_tables(read_kaldiio(path("ours.ark")), items, name + ": read by kaldiio")
            # kaldiio's archive through ours.
            kaldiio.save_ark(path("kaldiio.ark"), dict(items))
            copy("ark:" + path("kaldiio.ark"), "ark:" + path("again.ark"))
            same_tables(
                read("ark:" + path("again.ark"), double), items, name + ": kaldiio to Kaldi")
            # Our shortest text reads back exactly; ours alone reads -inf and -nan.
            copy("ark:" + path("kaldi.ark"), "ark,t:" + path("ours.txt"))
            copy("ark:" + path("ours.txt"), "ark:" + path("back.ark"), *wide)
            same_tables(
                read("ark:" + path("back.ark"), double), items, name + ": shortest text and back")
            # Kaldi's text: the same bytes, and for numbers that Kaldi can read, the same numbers.
            readable = [(k, np.where(np.isneginf(m) | np.isnan(m), 7, m).astype(dtype))
                        for k, m in items if m.size]
            write("ark,t:" + path("kaldi.txt"), readable, double)
            copy("ark:" + path("kaldi.txt"), "ark,t:" + path("same.txt"))
            same_bytes(path("kaldi.txt"), path("same.txt"), name + ": text to text")
            if not double:
                copy("ark:" + path("kaldi.txt"), "ark:" + path("parsed.ark"))
                parsed = read("ark,t:" + path("kaldi.txt"))
                same_tables(read("ark:" + path("parsed.ark")), parsed, name + ": Kaldi's text parsed")
            write("ark:" + path("readable.ark"), readable, double)
            copy("ark:" + path("readable.ark"), "ark,t:" + path("readable.txt"))
            same_tables(
                read("ark:" + path("readable.txt"), double), readable,
                name + ": our text read by Kaldi")

        # Compressed, every method, both ways.
        finite = list(random_matrices(generator, arguments.matrices // 4, np.float32, finite=True))
        finite = [(k, np.clip(m, -1e30, 1e30)) for k, m in finite if m.size]
        total += 7 * len(finite)
        write("ark:" + path("plain.ark"), finite)
        for method in range(1, 8):
            kind = kaldi.CompressionMethod(method)
            with kaldi.CompressedMatrixWriter("ark:" + path("kaldi.cm")) as table:
                for key, matrix in finite:
                    table.write(key, matrix, kind)
            copy("ark:" + path("kaldi.cm"), "ark:" + path("decoded.ark"))
            same_tables(
                read("ark:" + path("decoded.ark")), read("ark:" + path("kaldi.cm")),
                "method %d decoded" % method)
            copy("ark:" + path("plain.ark"), "ark:" + path("ours.cm"),
                 "--compression-method=%d" % method)
            same_bytes(path("kaldi.cm"), path("ours.cm"), "method %d encoded" % method)

        # Script files, offsets and ranges.
        copy("ark:" + path("plain.ark"), "ark,scp:%s,%s" % (path("s.ark"), path("s.scp")))
        same_tables(read("scp:" + path("s.scp")), finite, "our script file read by Kaldi")
        with open(path("s.scp")) as lines, open(path("part.scp"), "w") as parts:
            for line, (_, matrix) in zip(lines, finite):
                last = generator.integers(0, matrix.shape[0])
                parts.write("%s[0:%d,0:%d]\n" % (line.strip(), last, matrix.shape[1] - 1))
        copy("scp:" + path("part.scp"), "ark:" + path("parts.ark"))
        same_tables(
            read("ark:" + path("parts.ark")), read("scp:" + path("part.scp")), "ranges")

    print("%d matrices exchanged with Kaldi's own I/O and kaldiio, %d failures"
          % (total, len(FAILURES)))
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
