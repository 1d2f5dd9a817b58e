"""Real Kaldi's dumps of the layers, each run again from the dump's own inputs and weights."""

import os

import numpy as np

from cases import (
    GIVEN, KALDI_NAMES, Description, dump_name, printed_digits, printed_unit, read_kaldi)
from numbers_ import Floats
from recurrent_layers import Habits

# Folder → (layer, streams, tolerance, Kaldi's habits). The tolerance is a share of the tensor's
# largest element, on top of half a unit of the last printed digit. Kaldi ran in float32 except where
# it says double. Dumps of 6 digits hold inputs of 6 digits, but Kaldi had run on the unrounded ones:
# moving the inputs by half a unit moves results by 3e-6 to 8e-6.
DUMPS = {
    "lstmp": ("lstmp", 3, 1e-6, Habits()),
    "lstmp-large": ("lstmp", 3, 1e-5, Habits()),
    "lstmp-clipped": ("lstmp", 2, 1e-6, Habits(cell_clip=0.3, diff_clip=0.05)),
    "blstmp": ("blstmp", 2, 1e-6, Habits(mirrored_df=True, mirrored_dWr=True)),
    "blstmp-large": ("blstmp", 3, 1e-5, Habits(mirrored_df=True, mirrored_dWr=True)),
    "recurrent": ("elman", 3, 1e-5, Habits()),
    "deepfsmn": ("deepfsmn", 1, 1e-5, Habits()),
    "deepfsmn-double": ("deepfsmn", 1, 1e-12, Habits()),
}
# Other habits that these dumps must contradict, and by how much at least: a check that can fail.
CONTRADICTED = {
    "lstmp-clipped": (Habits(), Habits(cell_clip=0.3), Habits(diff_clip=0.05)),
    "blstmp": (Habits(), Habits(mirrored_df=True), Habits(mirrored_dWr=True)),
    "blstmp-large": (Habits(), Habits(mirrored_df=True), Habits(mirrored_dWr=True)),
}
CONTRADICTION = 1e-3


class Dump:
    """A dump's matrices by their name in the Kaldi view, its digits, and its inputs as ours."""

    def __init__(self, folder, layer, streams):
        self.d, self.streams = Description(layer), streams
        self.matrices, self.digits = {}, {}
        for file in sorted(os.listdir(folder)):
            if not file.endswith(".nnet"):
                path, name = os.path.join(folder, file), dump_name(file)
                self.matrices[name] = read_kaldi(path, strict=False)
                self.digits[name] = printed_digits(path)
        names, sizes = KALDI_NAMES.get(layer, {}), self.d.dimensions
        self.given = {"x": self.sequence("in"), "dout": self.sequence("out_diff")}
        for name, letters in (word.split(":") for word in GIVEN[layer].split()):
            if name == "h0":
                self.given[name] = np.zeros(self.given["dout"][:, 0].shape)
            elif name not in self.given:
                m = self.matrices[names.get(name, name)]
                self.given[name] = (m.ravel() if name.endswith("position")
                                    else m if m.ndim == 1 or name.endswith("filter") else m.T)
            for letter, size in zip(letters.split(","), self.given[name].shape):
                if len(letter) == 1:
                    sizes[letter] = size
        if layer == "tflstm":
            sizes["B"] = self.given["h0"].shape[1] // sizes["H"]
            sizes["S"] = (sizes["D"] - sizes["F"]) // max(sizes["B"] - 1, 1)

    def case(self):
        """The dump's inputs as a case of its layer."""
        self.d.inputs = lambda: self.given
        return self.d

    def sequence(self, name):
        m = self.matrices[name]
        if self.d.kernel == "deepfsmn":
            return m
        return m.reshape(-1, self.streams, m.shape[1]).transpose(1, 0, 2)

    def worst(self, habits):
        return self.worst_of(self.d.evaluate(Floats(np.float64), self.given, habits))

    def worst_of(self, results):
        """(largest error beyond the print, as a share of its tensor's largest element, tensor)."""
        view, shares = self.d.kaldi_view(self.given, results, internals=True), []
        for name, actual in self.matrices.items():
            if name not in view or view[name][0].shape != actual.shape:
                return np.inf, name + ", which has no counterpart"
            print_error = printed_unit(actual, self.digits[name]) / 2
            error = (np.abs(view[name][0] - actual) - print_error).max()
            shares.append((max(error, 0) / np.abs(actual).max(), name))
        return max(shares)


# One cell, one input, two frames, as compiled Kaldi printed them (float32, 6 digits): LSTMP with
# e = (1, -0.5), BLSTMP with e = (1 .25; -.5 .75) and backward weights -0.5 times the forward ones.
ONE_CELL = {"x": [.5, -1], "Wx": [.1, .2, .3, .4], "Wr": [.5, -.4, .3, -.2],
            "b": [.01, .02, .03, .04], "pi": [.1], "pf": [.2], "po": [.3], "Wm": [.7]}
PRINTED = {
    "lstmp": {"out": ".0124914 -.00691006", "dx": ".0199313 -.00535173",
              "gradients": ".148575 -.000564746 .00111110 .000598814 -.000802626 3.68306e-5 "
                           "-1.38792e-5 2.55237e-5 .104387 .00771594 -.00111110 .00732752 "
                           "9.36428e-5 -3.52881e-5 .000118451 .0221730"},
    "blstmp": {"out": ".0124914 .000457191 -.00691006 -.00447285", "dx": ".0209213 -.000609168",
               "dbWr": "8.90695e-5 -1.32689e-6 1.07852e-6 -2.70943e-7", "dbpf": "-5.66551e-6"},
}


def one_cell(expect):
    """The true gradients of one cell; those of BLSTMP were found by finite differences."""
    shapes = {"Wx": (1, 4), "Wr": (1, 4), "Wm": (1, 1)}
    weights = {k: np.array(v).reshape(shapes.get(k, -1)) for k, v in ONE_CELL.items() if k != "x"}
    both = {side + k: m * scale for side, scale in (("f", 1), ("b", -.5)) for k, m in weights.items()}
    for layer, own, e in (("lstmp", weights, [1, -.5]), ("blstmp", both, [1, .25, -.5, .75])):
        given = {"x": np.array(ONE_CELL["x"]).reshape(1, 2, 1), **own,
                 "dout": np.array(e).reshape(1, 2, -1)}
        r = Description(layer).evaluate(Floats(np.float64), given)
        r["gradients"] = np.concatenate([r["d" + k].ravel() for k in own])
        for name, text in PRINTED[layer].items():
            printed = np.array([float(v) for v in text.split()])
            error = np.abs(r[name].ravel() - printed) - printed_unit(printed, 6)
            share = max(error.max(), 0) / np.abs(printed).max()
            expect(f"Kaldi's one cell, {layer} {name}", share <= 1e-6, f"{share:.1e}")


def check(dumps, expect):
    """Every dump by its own habits; and that other habits do not explain it."""
    one_cell(expect)
    for folder, (layer, streams, tolerance, habits) in DUMPS.items():
        dump = Dump(os.path.join(dumps, folder), layer, streams)
        share, name = dump.worst(habits)
        expect(f"Kaldi {folder}: {len(dump.matrices)} tensors", share <= tolerance,
               f"worst {share:.1e} of the largest element in {name}")
        for other in CONTRADICTED.get(folder, ()):
            share, name = dump.worst(other)
            expect(f"Kaldi {folder} is not {other}", share >= CONTRADICTION, f"{share:.1e} in {name}")
