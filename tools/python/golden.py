"""Golden cases of nnet-oracle in your own Python test: one file, nothing but NumPy.

    from golden import golden
    g = golden("golden/sru")                  # the notebooks' view; "golden/sru/kaldi" for Kaldi's
    y = my_layer(g.x, g.W, g.bf, g.br)        # every tensor is an attribute, or g["kaldi/w_xfrh"]
    g.check("out", y)                         # AssertionError with place, numbers and cause
    g.check_all({"out": y, "dx": my_dx})      # the same for several at once

Arrays are whatever `numpy.asarray` takes; torch and jax tensors too. The tolerance of a result is
the golden case's own: how far a correct float32 program (`double=True`: float64) may be from the
exact value. There is nothing to tune. `dump(folder, arrays)` writes what `nnet-oracle compare` reads.

With pytest, `pytest_plugins = ["golden"]` in conftest.py gives tests the fixture `oracle`:

    def test_forward(oracle):
        g = oracle("sru")

Where the program `nnet-oracle` is on the path (or named by $NNET_ORACLE) a failure also tells what
`compare` finds to be its cause. Works with Python 3.9 and later.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Golden", "GoldenError", "Judgement", "Mismatch", "Undecided", "dump", "golden", "read"]

FLOAT32_ROUNDOFF = 2.0**-24
FLOAT64_ROUNDOFF = 2.0**-53
TYPED = 1e-8
"""What typing a number to 8 decimals twice may change."""
RESULTS = ("output", "gradient", "internal")


class GoldenError(Exception):
    """A golden folder or an array that cannot be used as it stands."""


class Mismatch(AssertionError):
    """An array is out of tolerance, or of another shape; `judgements` has the details."""

    def __init__(self, text, judgements=()):
        super().__init__(text)
        self.judgements = list(judgements)


class Undecided(Mismatch):
    """Nothing is out, but the tolerances are too wide to decide: no pass."""


# Reading and writing --------------------------------------------------------------------------


def read(path):
    """The matrix (2-D) or vector (1-D) of a file: Kaldi text, Kaldi binary or `.npy`."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        if data.startswith(b"\x93NUMPY"):
            return np.load(path, allow_pickle=False).astype(np.float64)
        return _binary(data) if data.startswith(b"\0B") else _text(data)
    except (ValueError, struct.error) as error:
        raise GoldenError(f"{path}: no Kaldi matrix: {error}") from None


def _text(data):
    body = data.decode("ascii").strip()
    if not (body.startswith("[") and body.endswith("]")):
        raise ValueError("found no '[' … ']' around the numbers")
    lines = body[1:-1].split("\n")
    rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("found rows of different lengths")
    array = np.array(rows, dtype=np.float64)
    return array.reshape(-1) if len(lines) == 1 else array.reshape(len(rows), -1)


def _binary(data):
    token = data[2:5]
    if token not in (b"FM ", b"DM ", b"FV ", b"DV "):
        raise ValueError(f"found the token {token!r}, expected FM, DM, FV or DV")
    count = 2 if token[1:2] == b"M" else 1
    shape, place = [], 5
    for _ in range(count):
        size, number = struct.unpack_from("<bi", data, place)
        if size != 4 or number < 0:
            raise ValueError("found no size of a matrix")
        shape.append(number)
        place += 5
    kind = "<f4" if token[0:1] == b"F" else "<f8"
    return np.frombuffer(data, kind, int(np.prod(shape)), place).reshape(shape).astype(np.float64)


def _array(value):
    """A tensor of any framework as a NumPy array of floats."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise GoldenError(f"found no array: {error}") from None
    if array.dtype.kind == "V" or str(array.dtype) == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub":
        raise GoldenError(f"found elements of type {array.dtype}, expected real numbers")
    return array


def dump(folder, arrays):
    """Writes every array of a dict as `folder/NAME.npy`, for `nnet-oracle compare` and `inspect`.

    A view in front of a name (`kaldi/out`) is left out; the folder is made.
    """
    os.makedirs(folder, exist_ok=True)
    for name, value in arrays.items():
        view, slash, rest = name.partition("/")
        plain = rest if slash and view in ("numpy", "kaldi") else name
        if not plain or plain.startswith(".") or "/" in plain or "\0" in plain:
            raise GoldenError(f"found the name {name!r}, expected one that a file can have")
        path = os.path.join(folder, plain + ".npy")
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            np.save(file, _array(value), allow_pickle=False)
        os.replace(file.name, path)


# Numbers as `compare` prints them -------------------------------------------------------------


def short(value, digits):
    """A number to a few significant digits, cut from the shortest decimal that reads back."""
    value = float(value)
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "-0" if str(value).startswith("-") else "0"
    mantissa, exponent = _decimal(value)
    if len(mantissa) > digits:
        exponent += len(mantissa) - digits
        number = int(mantissa[:digits]) + (mantissa[digits] >= "5")
        mantissa = str(number)
        if len(mantissa) > digits:
            mantissa, exponent = mantissa[:-1], exponent + 1
    stripped = mantissa.rstrip("0")
    exponent += len(mantissa) - len(stripped)
    mantissa = stripped
    decade = exponent + len(mantissa) - 1
    sign = "-" if value < 0 else ""
    if decade < -4 or decade >= 9:
        tail = "." + mantissa[1:] if len(mantissa) > 1 else ""
        return f"{sign}{mantissa[0]}{tail}e{'-' if decade < 0 else '+'}{abs(decade):02d}"
    if exponent >= 0:
        return sign + mantissa + "0" * exponent
    if decade < 0:
        return sign + "0." + "0" * (-decade - 1) + mantissa
    return f"{sign}{mantissa[:decade + 1]}.{mantissa[decade + 1:]}"


def _shortest(value):
    """The shortest decimal that reads back, without a trailing `.0`."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def _decimal(value):
    """The digits of the shortest decimal, without zeros in front, and the power of ten behind."""
    text, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = text.partition(".")
    digits = (whole + fraction).lstrip("0")
    return digits, int(power or 0) - len(fraction)


def _seventh_digit(values):
    """What the seventh significant digit of each number is worth; nothing for 0."""
    units = np.zeros(values.shape)
    for index in np.flatnonzero((values != 0) & np.isfinite(values)):
        digits, exponent = _decimal(float(values[index]))
        units[index] = float(f"1e{exponent + len(digits) - 7}")
    return units


# Judging ---------------------------------------------------------------------------------------


@dataclass
class Judgement:
    """What holding one array against its golden tensor showed."""

    name: str
    """The golden tensor, as `case/view/name`."""
    verdict: str
    """`match`, `mismatch` or `undecided`."""
    grade: str = "certified"
    """Whether the expected values are proven (`certified`) or computed twice (`agreed`)."""
    outside: int = 0
    """How many elements are out of tolerance."""
    share: float = 0.0
    """The largest share of its tolerance that an element uses."""
    worst: tuple | None = None
    """Row and column of that element."""
    is_result: bool = True
    """Whether a layer computes the tensor, as against being given it."""
    lines: list = field(default_factory=list)
    """What there is to say, worst first."""

    @property
    def text(self):
        """The lines below the tensor's name."""
        return f"{self.name}: " + "\n  ".join(self.lines or [self.verdict])


@dataclass
class _Tensor:
    """A tensor of one view: what `case.json` says of it."""

    entry: dict
    file: dict

    @property
    def is_result(self):
        return self.entry["role"] in RESULTS


class Golden:
    """One golden case; `golden()` makes it."""

    def __init__(self, folder, view=None, double=False):
        folder = os.fspath(folder).rstrip("/") or "/"
        parent, last = os.path.split(folder)
        if last in ("numpy", "kaldi") and not os.path.exists(os.path.join(folder, "case.json")):
            folder, view = parent, view or last
        self.folder = folder
        self.double = double
        path = os.path.join(folder, "case.json")
        try:
            with open(path, encoding="utf-8") as file:
                self.description = json.load(file)
            self.case = self.description["case"]
            self.dimensions = self.description["dimensions"]
            found = [
                _Tensor(entry, file) for entry in self.description["tensors"] for file in entry["files"]
            ]
            self._tensors = {(item.file["view"], item.file["name"]): item for item in found}
        except OSError as error:
            raise GoldenError(f"{path}: {error.strerror}: no golden case") from None
        except (ValueError, KeyError, TypeError) as error:
            raise GoldenError(f"{path}: does not describe a golden case: {error}") from None
        if self.description.get("format") != 1:
            raise GoldenError(f"{path}: found format {self.description.get('format')}, expected 1")
        views = {key[0] for key in self._tensors}
        self.view = view or ("numpy" if "numpy" in views else "kaldi")
        if self.view not in views:
            raise GoldenError(f"{folder}: found no {self.view} view, only {', '.join(sorted(views))}")
        self._cache = {}

    # Values

    def __getitem__(self, name):
        """A golden tensor; `kaldi/NAME` and `numpy/NAME` reach into the other view.

        In the notebooks' view it has the notebook's shape: a sequence is N×T×D.
        """
        tensor = self._find(name)
        array = self._read(tensor.file["file"])
        shape = tensor.entry["shape"]
        if tensor.file["view"] == "numpy" and array.size == int(np.prod(shape)):
            array = array.reshape(shape)
        return array.copy()

    def __getattr__(self, name):
        if not name.startswith("_"):
            try:
                return self[name]
            except KeyError as error:
                raise AttributeError(error.args[0]) from None
        raise AttributeError(name)

    def __dir__(self):
        return list(super().__dir__()) + self.names

    @property
    def names(self):
        """The tensors of the view, in the order of evaluation."""
        return [name for view, name in self._tensors if view == self.view]

    @property
    def results(self):
        """The tensors that a layer computes: outputs, gradients, internals."""
        return [name for name in self.names if self._tensors[self.view, name].is_result]

    def _find(self, name):
        view, slash, rest = name.partition("/")
        key = (view, rest) if slash else (self.view, name)
        if key not in self._tensors:
            near = difflib.get_close_matches(key[1], [n for v, n in self._tensors if v == key[0]], 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(self.names)}"
            raise KeyError(f"{self.case} has no {name!r} in its {key[0]} view: {hint}")
        return self._tensors[key]

    def _read(self, file):
        if file.startswith("/") or ".." in file.split("/"):
            raise GoldenError(f"{self.folder}/case.json: the file name {file!r} leads outside")
        if file not in self._cache:
            self._cache[file] = read(os.path.join(self.folder, file))
        return self._cache[file]

    # Checks

    def judge(self, name, actual):
        """Holds an array against a golden tensor and returns a `Judgement`; raises nothing."""
        tensor = self._find(name)
        full = f"{self.case}/{tensor.file['view']}/{tensor.file['name']}"
        result = Judgement(
            full, "match", tensor.entry.get("grade", "certified"), is_result=tensor.is_result)
        wanted = self._read(tensor.file["file"])
        found = _array(actual)
        rows, columns = _folded(wanted)
        if not _fits((rows, columns), _folded(found)):
            result.verdict = "mismatch"
            result.lines.append(f"shape {_times(found)}, expected {_times(wanted)}")
            return result
        is_double = self.double or found.dtype == np.float64
        wanted = wanted.reshape(-1)
        found = found.astype(np.float64).reshape(-1)
        allowed = self._allowance(tensor, wanted, found, is_double)
        with np.errstate(all="ignore"):
            error = np.abs(found - wanted)
            share = np.where(error == 0, 0.0, error / allowed)
        finite = np.isfinite(wanted) & np.isfinite(found)
        agree = (wanted == found) | (np.isnan(wanted) & np.isnan(found))
        share[~finite] = np.where(agree[~finite], 0.0, np.inf)
        error[~finite] = np.where(agree[~finite], 0.0, np.inf)
        error[np.isnan(wanted) != np.isnan(found)] = np.nan
        out = ~(share <= 1)
        result.outside = int(np.count_nonzero(out))
        if share.size:
            self._place(result, tensor, wanted, found, allowed, share, error, out, columns)
        if result.verdict == "match":
            self._weigh(result, wanted, found, allowed)
        return result

    def _allowance(self, tensor, wanted, found, is_double):
        """The largest permitted |actual - expected| of each element."""
        if not tensor.is_result:
            roundoff = FLOAT64_ROUNDOFF if self.double else FLOAT32_ROUNDOFF
            stored = 0.0 if self.double else _seventh_digit(np.where(np.isfinite(found), found, wanted))
            return roundoff * np.abs(wanted) + TYPED + stored
        width = "float64" if self.double else "float32"
        bounds = [
            self._read(tensor.file[key]).reshape(-1)
            for key in (width + "Bound", width + "Estimate") if tensor.file.get(key)
        ]
        if bounds:
            if any(bound.size != wanted.size for bound in bounds):
                raise GoldenError(f"{self.folder}/{tensor.file['file']}: a bound of another shape")
            return np.minimum.reduce(bounds)
        rtol, atol = (1e-12, 1e-13) if is_double else (1e-5, 1e-6)
        return atol + rtol * np.abs(wanted)

    def _place(self, result, tensor, wanted, found, allowed, share, error, out, columns):
        """Names the worst element, and the first one in the order of evaluation."""
        farness = np.where(np.isnan(error), np.inf, np.minimum(error, np.finfo(float).max))
        worst = int(np.lexsort((np.arange(share.size), -farness, -share))[0])
        result.share = float(share[worst])
        result.worst = divmod(worst, columns)
        if result.outside:
            result.verdict = "mismatch"
            row, column = result.worst
            result.lines.append(
                f"{result.outside} of {wanted.size} elements out; "
                + _worst(row, column, wanted[worst], found[worst], allowed[worst]))
            layout = _Layout(tensor, self.dimensions, wanted.size // columns)
            if tensor.is_result:
                first = min(np.flatnonzero(out), key=lambda index: layout.order(*divmod(index, columns)))
                result.lines.append("first wrong: " + layout.words(*divmod(int(first), columns)))
            result.lines.append("worst: " + layout.words(row, column))
        if not (found == found[0]).all():
            return
        if found[0] == 0:
            if (np.abs(wanted) > 2.0**-126).any() or np.isnan(wanted).any():
                result.verdict = "mismatch"
                result.lines.append("nothing was computed: every element is 0")
        elif result.outside and wanted.size > 1 and (wanted != wanted[0]).any():
            result.lines.append(f"nothing was computed: every element is {_shortest(found[0])}")

    def _weigh(self, result, wanted, found, allowed):
        """Tells a tensor that decides nothing: more than half of its elements that are not 0 could
        be off by a tenth of its root mean square and still pass."""
        magnitudes = np.abs(wanted[np.isfinite(wanted)])
        counted = wanted != 0
        if not magnitudes.size or not magnitudes.max() or not counted.any():
            return
        largest = magnitudes.max()
        limit = 0.1 * (largest * np.sqrt(np.mean((magnitudes / largest) ** 2)))
        # What is not finite is right or wrong, whatever the tolerance.
        decides = ~np.isfinite(wanted) | ~np.isfinite(found) | (allowed < limit)
        share = np.count_nonzero(counted & ~decides) / np.count_nonzero(counted)
        if share > 0.5:
            result.verdict = "undecided"
            result.lines.append(
                f"decides nothing: {short(share * 100, 3)}% of the elements that are not 0 may err by "
                "a tenth of the root mean square or more")

    def check(self, name, actual, allow_undecided=False):
        """Raises unless an array is what the golden case expects.

        `Mismatch` (an AssertionError) tells how many elements are out, where, what was expected,
        what was found and what the cause is; `Undecided` is raised where nothing is out but the
        tolerances decide nothing, unless `allow_undecided`. Returns the `Judgement`.
        """
        judgement = self.judge(name, actual)
        self._raise([judgement], {name: actual}, allow_undecided)
        return judgement

    def check_all(self, arrays, allow_undecided=False, require_all=False):
        """Checks a dict of arrays at once; the text tells every one that is out, then the cause.

        With `require_all` every result of the view must be there. Where only inputs and
        parameters are given nothing was judged, which is `Undecided`.
        """
        judgements = [self.judge(name, actual) for name, actual in arrays.items()]
        given = {judgement.name for judgement in judgements}
        for name in self.results if require_all else []:
            full = f"{self.case}/{self.view}/{name}"
            if full not in given:
                judgements.append(Judgement(full, "mismatch", lines=["absent"]))
        if not any(judgement.is_result for judgement in judgements):
            judgements.append(Judgement(self.case, "undecided", lines=["no result was compared"]))
        self._raise(judgements, arrays, allow_undecided)
        return judgements

    def _raise(self, judgements, arrays, allow_undecided):
        wrong = [item for item in judgements if item.verdict == "mismatch"]
        unsure = [item for item in judgements if item.verdict == "undecided"]
        if wrong:
            lines = [item.text for item in wrong] + self._causes(arrays)
            raise Mismatch("\n".join(lines), wrong)
        if unsure and not allow_undecided:
            raise Undecided("\n".join(item.text for item in unsure), unsure)

    def _causes(self, arrays):
        """What `nnet-oracle compare` finds to be the cause, where the program is there."""
        binary = os.environ.get("NNET_ORACLE") or shutil.which("nnet-oracle")
        if not binary:
            return []
        causes = []
        for view in ("kaldi", "numpy"):
            mine = {n: a for n, a in arrays.items() if self._find(n).file["view"] == view}
            if not mine:
                continue
            with tempfile.TemporaryDirectory() as folder:
                dump(folder, mine)
                words = [binary, "compare", os.path.join(self.folder, view), folder, "--json"]
                try:
                    run = subprocess.run(
                        words + (["--double"] if self.double else []), capture_output=True, timeout=60)
                    report = json.loads(run.stdout)
                except (OSError, ValueError, subprocess.SubprocessError):
                    continue
            for finding in report.get("findings", []):
                if finding.get("cause"):
                    causes.append(f"cause: {finding['cause']}")
                    if finding.get("explanation"):
                        causes.append(f"    {finding['explanation']}")
        return causes


class _Layout:
    """How the rows and columns of a tensor are frames, streams, quantities and units."""

    def __init__(self, tensor, dimensions, rows):
        self.name = tensor.file["name"]
        self.blocks = tensor.entry.get("blocks") or []
        layout = tensor.file["layout"]
        count, streams = dimensions.get("T", 0), dimensions.get("N", 0)
        first = self.blocks[0]["name"] if self.blocks else ""
        self.backward = (
            tensor.entry["role"] == "gradient" or self.name.startswith("backpropagate")
            or first.startswith("d"))
        self.frames = None
        if layout not in ("time-major", "batch-major") or count <= 0:
            return
        # (streams, frames, whether rows go frame by frame, padding frames in front)
        if rows == count:
            self.frames = (1, count, True, 0)
        elif streams > 0 and rows == count * streams:
            self.frames = (streams, count, layout == "time-major", 0)
        elif streams > 0 and rows == (count + 2) * streams and layout == "time-major":
            self.frames = (streams, count, True, 1)

    def _locate(self, row, column):
        quantity, unit = 0, column
        for index, block in enumerate(self.blocks):
            first, count = block["columns"]
            if first <= column < first + count:
                quantity, unit = index, column - first
                break
        if self.frames is None:
            return row, 0, quantity, unit
        streams, count, by_frame, padding = self.frames
        if by_frame:
            return row // streams - padding, row % streams, quantity, unit
        return row % count, row // count, quantity, unit

    def order(self, row, column):
        """The place in the order of evaluation, as a key to sort by."""
        frame, stream, quantity, unit = self._locate(row, column)
        backwards = self.frames is not None and self.backward
        return -frame if backwards else frame, quantity, stream, unit

    def words(self, row, column):
        """Quantity, frame, stream and unit, as `compare` says them."""
        frame, stream, quantity, unit = self._locate(row, column)
        name = self.blocks[quantity]["name"] if self.blocks else self.name
        if self.frames is None:
            return f"{name}, row {row}, column {unit}"
        return f"{name}, t={frame}, stream {stream}, {'unit' if self.blocks else 'column'} {unit}"


def _worst(row, column, wanted, found, allowed):
    """The worst element, in the words of `compare`."""
    bound = allowed if np.isfinite(wanted) else 0.0
    due = f"expected {short(wanted, 9)} within {short(bound, 3)}"
    if np.isnan(found):
        return f"not a number from {row},{column} on, where {due} belongs"
    if np.isinf(found):
        return f"infinite from {row},{column} on, where {due} belongs"
    return f"worst at {row},{column}: {due}, found {short(found, 9)}"


def _folded(array):
    """Rows and columns as a file has them: all axes but the last are rows, a vector is one row."""
    if array.ndim < 2:
        return 1, max(array.size, 1)
    return array.size // max(array.shape[-1], 1), max(array.shape[-1], 1)


def _fits(wanted, found):
    """The same shape, or a row for a column of as many numbers."""
    if wanted == found:
        return True
    same_count = wanted[0] * wanted[1] == found[0] * found[1]
    return same_count and min(wanted) <= 1 and min(found) <= 1


def _times(array):
    return "{}×{}".format(*_folded(array))


def golden(folder, view=None, double=False):
    """Opens a golden case.

    `folder` is the case's folder, or its `numpy` or `kaldi` folder for that view; the notebooks'
    view is taken unless said otherwise. `double` judges by the float64 bounds.
    """
    return Golden(folder, view, double)


# pytest ----------------------------------------------------------------------------------------

try:
    import pytest
except ImportError:
    pytest = None

if pytest:

    def pytest_addoption(parser):
        """Adds `--golden-folder`, and `golden_folder` to the configuration file."""
        text = "the folder of golden cases that the fixture 'oracle' reads"
        parser.addoption("--golden-folder", help=text)
        parser.addini("golden_folder", help=text, default="golden")

    @pytest.fixture(scope="session")
    def oracle(request):
        """A function that opens a golden case by name: `oracle("sru")`, `oracle("sru/kaldi")`."""
        config = request.config
        folder = config.getoption("--golden-folder") or config.getini("golden_folder")
        root = os.path.join(str(config.rootpath), folder)
        return lambda case, **options: golden(os.path.join(root, case), **options)
