#!/usr/bin/env python3
"""Tests of golden.py: right and wrong values of every golden case, its text, its edges.

    python tools/python/test_golden.py          (from the repository's root, with NumPy)

$NNET_ORACLE names the program that failures ask for their cause and whose text must be the same;
without it those tests are skipped, and said to be. $GOLDEN_CHECK names tools/cpp/golden_check, whose
text must be the same too.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/python"))

import golden as module  # noqa: E402
from golden import GoldenError, Mismatch, Undecided, dump, golden, read  # noqa: E402

CASES = sorted(path.parent for path in (ROOT / "golden").glob("*/case.json"))
ORACLE = os.environ.get("NNET_ORACLE")
CHECK = os.environ.get("GOLDEN_CHECK")
needs_oracle = unittest.skipUnless(ORACLE, "$NNET_ORACLE is not set")


def views():
    """Every view of every case, opened."""
    for folder in CASES:
        for view in ("numpy", "kaldi"):
            if (folder / view).is_dir():
                yield golden(folder / view)


def moved(g, name, index):
    """A result with one element moved by four bounds (or a thousandth, where none is allowed)."""
    array = g[name]
    bound = g._read(g._find(name).file["float32Bound"]).reshape(array.shape)[index]
    array[index] += 4 * bound + 1e-30 if bound else 1e-3
    return array


def failure(call, *arguments, **options):
    """The text of the AssertionError that a call must raise."""
    try:
        call(*arguments, **options)
    except AssertionError as error:
        return str(error)
    raise RuntimeError("nothing was raised")


class EveryCase(unittest.TestCase):
    def setUp(self):
        self.environment = dict(os.environ)
        os.environ["NNET_ORACLE"] = "/nowhere/nnet-oracle"

    def tearDown(self):
        os.environ.clear()
        os.environ.update(self.environment)

    def test_there_are_cases(self):
        self.assertGreaterEqual(len(CASES), 16)

    def test_golden_values_rounded_to_float32_and_float64_pass(self):
        for g in views():
            for kind in (np.float32, np.float64):
                g.check_all({name: g[name].astype(kind) for name in g.names}, require_all=True)
            golden(g.folder, g.view, double=True).check_all({name: g[name] for name in g.names})

    def test_one_moved_element_of_any_result_is_told_with_its_place(self):
        for g in views():
            for name in g.results:
                array = g[name]
                index = tuple(np.array(array.shape) - 1)
                text = failure(g.check, name, moved(g, name, index))
                self.assertIn(f"1 of {array.size} elements out; worst at ", text)
                if array.ndim == 3:
                    stream, frame, column = index
                    place = f"{name}, t={frame}, stream {stream}, column {column}"
                    self.assertIn("first wrong: " + place, text)
                    self.assertIn("worst: " + place, text)

    def test_zeros_doubles_and_nans_of_any_result_fail(self):
        for g in views():
            for name in g.results:
                if not g[name].any():
                    continue
                self.assertIn("every element is 0", failure(g.check, name, g[name] * 0))
                self.assertIn("elements out", failure(g.check, name, g[name] * 2))
                self.assertIn("not a number from 0,0 on", failure(g.check, name, g[name] * np.nan))

    def test_float64_bounds_refuse_float32_results(self):
        g = golden(ROOT / "golden/tflstm", double=True)
        self.assertIn("elements out", failure(g.check, "out", g.out.astype(np.float32)))

    def test_typed_inputs_pass_and_others_do_not(self):
        g = golden(ROOT / "golden/tflstm")
        g.check("x", np.round(g.x, 8))
        self.assertNotIn("first wrong", failure(g.check, "x", np.round(g.x, 4)))


class Texts(unittest.TestCase):
    def test_a_gate_is_named(self):
        # Quantities of four units, the gates in the case's order (ifog); two streams, and a block of
        # padding before frame 0.
        g = golden(ROOT / "golden/lstm/kaldi")
        buffer = g.propagate_buf
        buffer[(1 + 1) * 2 + 1, 4 + 1] += 1
        wanted = "first wrong: forget gate, t=1, stream 1, unit 1"
        self.assertIn(wanted, failure(g.check, "propagate_buf", buffer))

    def test_backward_is_told_from_the_last_frame(self):
        g = golden(ROOT / "golden/sru")
        self.assertIn("first wrong: dx, t=2, stream 0, column 0", failure(g.check, "dx", g.dx * 1.01))

    def test_shapes_are_told(self):
        g = golden(ROOT / "golden/sru")
        self.assertIn("sru/numpy/dW: shape 12×3, expected 3×12", failure(g.check, "dW", g.dW.T))
        g.check("dbf", g.dbf.reshape(-1, 1))
        g.check("out", g.out.reshape(6, 3))

    def test_unknown_names_suggest_the_nearest(self):
        g = golden(ROOT / "golden/sru")
        with self.assertRaisesRegex(KeyError, "did you mean 'out'"):
            g.check("outs", g.out)
        with self.assertRaises(AttributeError):
            g.nothing

    def test_numbers_are_cut_half_up_from_the_shortest_decimal(self):
        for value, digits, text in [
            (38.0, 9, "38"), (2.265e-6, 3, "2.27e-06"), (999999999.9, 9, "1e+09"),
            (0.00012345, 3, "0.000123"), (123456.0, 3, "123000"), (-0.0, 3, "-0"),
            (1e23, 3, "1e+23"), (0.1 + 0.2, 9, "0.3"), (float("-inf"), 9, "-inf"),
        ]:
            self.assertEqual(module.short(value, digits), text)


def made_case(folder, bound, values=(1.0, -1.0, 0.0, 2.0), **file):
    """A golden folder of one output with the same bound everywhere."""
    folder = pathlib.Path(folder)
    (folder / "numpy").mkdir()
    text = lambda numbers: " [ " + " ".join(map(repr, numbers)) + " ]\n"  # noqa: E731
    (folder / "numpy/out.txt").write_text(text(values))
    (folder / "numpy/out.float32-bound.txt").write_text(text([bound] * len(values)))
    entry = {
        "name": "out", "role": "output", "shape": [len(values)], "evaluationIndex": 0, "blocks": [],
        "files": [{
            "view": "numpy", "name": "out", "file": "numpy/out.txt", "layout": "plain",
            "float32Bound": "numpy/out.float32-bound.txt",
            "float64Bound": "numpy/out.float32-bound.txt", **file,
        }],
    }
    (folder / "case.json").write_text(json.dumps({
        "format": 1, "case": "made", "kernel": "made", "component": None, "dimensions": {},
        "gateOrder": None, "settings": {}, "arithmetic": "ball", "largestRadius": 0,
        "tensors": [entry]}))
    return golden(folder)


class Folders(unittest.TestCase):
    def test_vacuous_tolerances_are_undecided(self):
        # The root mean square is sqrt(6/4), a tenth of it 0.12247…
        with tempfile.TemporaryDirectory() as folder:
            g = made_case(folder, 0.1225)
            with self.assertRaisesRegex(Undecided, "decides nothing: 100% of the elements that are not 0"):
                g.check("out", g.out)
            self.assertEqual(g.check("out", g.out, allow_undecided=True).verdict, "undecided")
            with self.assertRaises(Mismatch) as caught:
                g.check("out", g.out * 2)
            self.assertNotIsInstance(caught.exception, Undecided)
        with tempfile.TemporaryDirectory() as folder:
            g = made_case(folder, 0.1224)
            self.assertEqual(g.check("out", g.out + 0.12).verdict, "match")

    def test_only_inputs_compared_is_undecided(self):
        g = golden(ROOT / "golden/sru")
        with self.assertRaisesRegex(Undecided, "no result was compared"):
            g.check_all({"x": g.x, "W": g.W})
        with self.assertRaisesRegex(Mismatch, "sru/numpy/dx: absent"):
            g.check_all({"out": g.out}, require_all=True)

    def test_descriptions_that_lead_outside_or_are_none_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            g = made_case(folder, 1e-3, file="../secret.txt")
            with self.assertRaisesRegex(GoldenError, "leads outside"):
                g.out
            for text in ("", "[]", "{}", '{"format": 1}', '{"format": 2, "case": "x"}', "{\"a\":" * 50):
                pathlib.Path(folder, "case.json").write_text(text)
                with self.assertRaises(GoldenError):
                    golden(folder)
            with self.assertRaises(GoldenError):
                golden(folder + "/nowhere")

    def test_binary_text_and_npy_read_alike(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x")
            matrix = b"\0BFM \4\2\0\0\0\4\1\0\0\0" + np.array([1.5, -2], "<f4").tobytes()
            vector = b"\0BDV \4\2\0\0\0" + np.array([1.5, -2], "<f8").tobytes()
            for data, shape in [
                (matrix, (2, 1)), (vector, (2,)), (b" [\n  1.5 \n  -2 ]\n", (2, 1)), (b" [ 1.5 -2 ]\n", (2,)),
            ]:
                pathlib.Path(path).write_bytes(data)
                self.assertEqual(read(path).shape, shape)
                self.assertEqual(read(path).reshape(-1).tolist(), [1.5, -2])
                for cut in range(len(data) - 1):
                    pathlib.Path(path).write_bytes(data[:cut])
                    with self.assertRaises(GoldenError):
                        read(path)
            dump(folder, {"kaldi/y": np.eye(2)})
            self.assertEqual(read(os.path.join(folder, "y.npy")).tolist(), [[1, 0], [0, 1]])
            with self.assertRaises(GoldenError):
                dump(folder, {"a/b": np.eye(2)})
            self.assertEqual(sorted(os.listdir(folder)), ["x", "y.npy"])

    def test_words_are_no_numbers(self):
        g = golden(ROOT / "golden/sru")
        with self.assertRaises(GoldenError):
            g.check("out", np.array([["a"]]))
        with self.assertRaises(GoldenError):
            g.check("out", [[1, 2], "a"])


class WithTheProgram(unittest.TestCase):
    def text_file(self, folder, array):
        """An array as Kaldi text, which golden_check reads."""
        path = pathlib.Path(folder, "array.txt")
        rows = array.reshape(module._folded(array))
        body = "\n".join(" ".join(map(repr, map(float, row))) for row in rows)
        path.write_text(f" [\n{body} ]\n")
        return str(path)

    @needs_oracle
    def test_dumps_of_every_case_match_on_the_command_line(self):
        for g in views():
            with tempfile.TemporaryDirectory() as folder:
                dump(folder, {name: g[name].astype(np.float32) for name in g.names})
                run = subprocess.run(
                    [ORACLE, "compare", f"{g.folder}/{g.view}", folder, "--require-all"],
                    capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    @needs_oracle
    def test_failures_have_the_text_of_the_command_line(self):
        """For every result of every case, from Python, C++ and the command line."""
        compared = 0
        for g in views():
            arrays = {name: moved(g, name, tuple(np.array(g[name].shape) // 2)) for name in g.results}
            texts = {name: g.judge(name, array).text for name, array in arrays.items()}
            with tempfile.TemporaryDirectory() as folder:
                dump(folder, arrays)
                view = f"{g.folder}/{g.view}"
                run = subprocess.run(
                    [ORACLE, "compare", view, folder, "--diagnose=false"], capture_output=True, text=True)
                for text in texts.values():
                    self.assertIn("\n    " + text.split("\n")[0].split(": ", 1)[1] + "\n", run.stdout)
                first = next(line for line in run.stdout.split("\n") if ": first wrong: " in line)
                self.assertIn(first.split(": ", 1)[1], "\n".join(texts.values()))
                for name, array in arrays.items() if CHECK else ():
                    run = subprocess.run(
                        [CHECK, view, name, self.text_file(folder, array)], capture_output=True, text=True,
                        env={**os.environ, "NNET_ORACLE": "/nowhere"})
                    self.assertEqual(run.stdout, texts[name] + "\n")
            compared += len(arrays)
        self.assertGreater(compared, 100)

    @needs_oracle
    def test_what_is_no_number_or_decides_nothing_has_the_words_of_the_command_line(self):
        for value in (np.nan, np.inf, -np.inf):
            g = golden(ROOT / "golden/sru")
            array = g.out
            array[1, 1, 1] = value
            self.same_words(g, {"out": array}, failure(g.check, "out", array))
        with tempfile.TemporaryDirectory() as folder:
            g = made_case(folder, 0.1225)
            self.same_words(g, {"out": g.out}, failure(g.check, "out", g.out))
        g = golden(ROOT / "golden/sru")
        self.same_words(g, {"x": g.x, "W": g.W}, failure(g.check_all, {"x": g.x, "W": g.W}))

    def same_words(self, g, arrays, text):
        """The first line of a failure, but for the tensor's name, stands in what `compare` prints."""
        with tempfile.TemporaryDirectory() as folder:
            dump(folder, arrays)
            run = subprocess.run(
                [ORACLE, "compare", f"{g.folder}/{g.view}", folder], capture_output=True, text=True)
            self.assertIn(text.split("\n")[0].split(": ", 1)[1], run.stdout + run.stderr)
            if CHECK and len(arrays) == 1:
                ((name, array),) = arrays.items()
                run = subprocess.run(
                    [CHECK, f"{g.folder}/{g.view}", name, self.text_file(folder, array)],
                    capture_output=True, text=True)
                self.assertEqual(run.stdout, text + "\n")

    @needs_oracle
    def test_causes_are_those_of_the_command_line(self):
        for name, change in [("dW", lambda a: a.T), ("out", lambda a: a * 2), ("dx", lambda a: a * 0)]:
            g = golden(ROOT / "golden/sru")
            text = failure(g.check, name, change(g[name]))
            with tempfile.TemporaryDirectory() as folder:
                dump(folder, {name: change(g[name])})
                run = subprocess.run(
                    [ORACLE, "compare", g.folder + "/numpy", folder], capture_output=True, text=True)
                causes = [line for line in text.split("\n") if line.startswith("cause: ")]
                self.assertEqual(len(causes), 1, text)
                self.assertIn(": " + causes[0] + "\n", run.stdout)
                if CHECK:
                    run = subprocess.run(
                        [CHECK, g.folder + "/numpy", name, self.text_file(folder, change(g[name]))],
                        capture_output=True, text=True)
                    self.assertEqual(run.stdout, text + "\n")

    @needs_oracle
    def test_the_cause_is_told(self):
        g = golden(ROOT / "golden/sru")
        self.assertIn("cause: transposed", failure(g.check, "dW", g.dW.T))
        text = failure(golden(ROOT / "golden/tflstm/kaldi").check, "kaldi/out",
                       golden(ROOT / "golden/tflstm").out.reshape(6, 6))
        self.assertIn("sequences are written batch-major", text)


class Readme(unittest.TestCase):
    """The README's ten lines: right they pass, wrong they say what the README shows."""

    readme = (ROOT / "README.md").read_text()

    def test_the_examples_are_the_files(self):
        self.assertIn((ROOT / "tools/python/example_test.py").read_text(), self.readme)
        self.assertIn((ROOT / "tools/cpp/example_test.cc").read_text(), self.readme)

    def shown(self, start):
        """The lines from `start` to the end of the README's block, without pytest's mark."""
        block = self.readme[self.readme.index(start):].split("```")[0].split("…\n")[0]
        return "\n".join(line[12:] if line.startswith("E  ") else line for line in block.rstrip().split("\n"))

    def run_python(self, source):
        """The text of the example's failure, or nothing."""
        names = {}
        folder = os.getcwd()
        os.chdir(ROOT)
        try:
            exec(compile(source, "example_test.py", "exec"), names)  # noqa: S102
            names["test_my_sru"]()
            return ""
        except AssertionError as error:
            return str(error)
        finally:
            os.chdir(folder)

    @needs_oracle
    def test_the_python_example(self):
        source = (ROOT / "tools/python/example_test.py").read_text()
        self.assertEqual(self.run_python(source), "")
        right, wrong = "r * c + (1 - r) * u", "(1 - r) * c + r * u"
        self.assertIn(right, source)
        text = self.run_python(source.replace(right, wrong))
        self.assertEqual(text, self.shown("sru/numpy/out: 18 of 18"))

    @needs_oracle
    @unittest.skipUnless(CHECK, "$GOLDEN_CHECK is not set")
    def test_the_cpp_example(self):
        source = (ROOT / "tools/cpp/example_test.cc").read_text()
        right, wrong = "k <= position[t]", "k <= t"
        self.assertIn(right, source)
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "example")
            for text, is_right in [(source, True), (source.replace(right, wrong), False)]:
                pathlib.Path(program + ".cc").write_text(text)
                subprocess.run(
                    ["c++", "-std=c++11", f"-I{ROOT}/tools/cpp", program + ".cc", "-o", program], check=True)
                run = subprocess.run([program], capture_output=True, text=True, cwd=ROOT)
                self.assertEqual(run.returncode == 0, is_right, run.stderr)
            shown = self.shown("compact-vfsmn/kaldi/out: 30 of 75")
            self.assertEqual(run.stderr.split("what():  ")[1].rstrip(), shown)


class Frameworks(unittest.TestCase):
    def test_a_tensor_that_must_be_detached_passes(self):
        class Tensor:
            """What torch's tensors do: asking for NumPy raises until detached."""

            def __init__(self, array, is_free=False):
                self.array, self.is_free, self.dtype = array, is_free, "torch.float32"

            def detach(self):
                return Tensor(self.array, True)

            def cpu(self):
                return self

            def __array__(self, dtype=None, copy=None):
                if not self.is_free:
                    raise RuntimeError("Can't call numpy() on Tensor that requires grad")
                return self.array

        g = golden(ROOT / "golden/sru")
        g.check("out", Tensor(g.out.astype(np.float32)))
        g.check("out", g.out.astype(np.float32).tolist())

    def test_pytest_finds_the_fixture(self):
        try:
            import pytest  # noqa: F401
        except ImportError:
            self.skipTest("pytest is not installed")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "conftest.py").write_text('pytest_plugins = ["golden"]\n')
            pathlib.Path(folder, "test_it.py").write_text(
                "def test_right(oracle):\n    g = oracle('sru')\n    g.check('out', g.out)\n"
                "def test_wrong(oracle):\n    g = oracle('sru')\n    g.check('out', g.out + 1)\n")
            run = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 "--golden-folder", str(ROOT / "golden"), folder],
                capture_output=True, text=True, cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT / "tools/python")})
            self.assertIn("1 failed, 1 passed", run.stdout, run.stdout + run.stderr)
            self.assertIn("18 of 18 elements out", run.stdout)


if __name__ == "__main__":
    unittest.main()
