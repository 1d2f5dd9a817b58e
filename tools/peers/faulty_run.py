"""Programs with a bug that is no edit of an equation, and what in them is wrong by itself.

A bug changes one step of how `Run` evaluates (peer_layers.py has the equations, unedited): what a
quantity reads, a product, a function, a finished quantity, a sum of gradients, or the results. Each
quantity is evaluated twice from the same operands, with the bug and without, so that it is known
where a program errs by itself and where it is right for wrong operands.
"""

import os

import numpy as np

from cases import kaldi_text
from equations_peer import Run
from peer_layers import LAYERS, Program

# Where a bug can sit, and what its function gets after the run; it returns what takes the place of
# the last argument.
HOOKS = {
    "given": "name, t, k, m: a frame of the input or upstream",
    "edge": "name, t, k, m: a quantity before the first or after the last frame",
    "reading": "name, t, k, dt, m: what an equation of frame t reads, dt frames away",
    "columns": "name, block, whole, m: a block of columns",
    "links": "name, reach, r, links: the (filter row, frame) pairs of row r",
    "product": "left, right, weight, m: left @ right, the weight's tree",
    "applied": "function, a, m: a function of a",
    "value": "name, t, k, m: a quantity",
    "sums": "name, parts: a gradient's terms (frame, block, stream, …), to be added",
    "gradient": "name, m: a parameter's gradient",
    "results": "results: everything, under the names of layers.py",
}


class FaultyRun(Run):
    """A run with one bug, which acts while `faulty`; `right` holds each quantity without it."""

    def __init__(self, bug, visible, *arguments):
        self.bug, self.visible, self.faulty = bug, visible, False
        self.right, self.wrong_sums, self.right_sums = {}, {}, {}
        super().__init__(*arguments)
        self.clean = Run(*arguments)

    def hooked(self, hook, *arguments):
        """The last argument, or what the bug makes of it."""
        if self.faulty and self.bug.hook == hook:
            return self.bug.change(self, *arguments)
        return arguments[-1]

    def value(self, name, t, k=0):
        m = super().value(name, t, k)
        return self.hooked("given", name, t, k, m) if name in self.sequences else m

    def computed(self, name, t, k):
        before, self.faulty = self.faulty, False
        self.right[name, t, k] = super().computed(name, t, k)
        self.faulty = True
        m = self.hooked("value", name, t, k, super().computed(name, t, k))
        self.faulty = before
        return np.asarray(m, self.dtype)

    def edge(self, name, t, k):
        m = super().edge(name, t, k)
        return self.hooked("edge", name, t, k, m) if 0 <= k < self.B else m

    def reading(self, name, block, t, k, dt, dk):
        hidden = name in self.equations and not {name, f"{name}.{block}"} & self.visible
        if hidden and not self.faulty and 0 <= t + dt < self.T and 0 <= k + dk < self.B:
            # No dump shows it: what it does wrong shows in what reads it.
            m = super().computed(name, t + dt, k + dk)
            return self.columns(name, block, m) if block else m
        m = super().reading(name, block, t, k, dt, dk)
        return self.hooked("reading", name, t, k, dt, m)

    def columns(self, name, block, m):
        return self.hooked("columns", name, block, m, super().columns(name, block, m))

    def links(self, name, reach, r):
        return self.hooked("links", name, reach, r, list(super().links(name, reach, r)))

    def product(self, left, right, weight):
        return self.hooked("product", left, right, weight, super().product(left, right, weight))

    def applied(self, function, a):
        return self.hooked("applied", function, a, super().applied(function, a))

    def gradient(self, name, e, only=None):
        if name not in self.wrong_sums:
            self.faulty = False
            self.right_sums[name] = super().gradient(name, e)
            self.faulty = True
            m = (self.bug.change(self, name, self.contributions(name, e))
                 if self.bug.hook == "sums" else super().gradient(name, e))
            self.wrong_sums[name] = np.asarray(self.hooked("gradient", name, m), self.dtype)
            self.faulty = False
        return self.wrong_sums[name]

    def contributions(self, name, e):
        """The terms of a gradient's sum: (frame, block, stream, its own shape)."""
        shape = self.given[name].shape
        parts = np.zeros((self.T, self.B, self.N, *shape), self.dtype)
        for sign, x in e[1] if e[0] == "sum" else ((1, e),):
            for t in range(self.T):
                for k in range(self.B):
                    self.add_contribution(parts[t, k], name, x, t, k, self.dtype(sign))
        return parts

    def add_contribution(self, part, name, x, t, k, sign):
        if x[0] == "outer":
            left, right = np.broadcast_arrays(
                self.ev(x[1], t, k)[:, :, None], self.ev(x[2], t, k)[:, None, :])
            part += sign * left * right
        elif x[0] == "rows":
            part += sign * self.ev(x[1], t, k)
        elif x[0] == "filter row":
            part[:, x[1]] += sign * self.ev(x[2], t, k)
        else:  # tap sums
            for i, other in self.links(name, x[1], t):
                part[:, i] += sign * self.ev(x[2], other, k) * self.ev(x[3], t, k)


class FaultyProgram(Program):
    """A layer's program with a bug. `own_view` is its view if only its operands were wrong."""

    def __init__(self, d, bug, dtype=np.float32, given=None):
        own = LAYERS[d.kernel]
        visible = {name for sides in own.buffers.values() for side in sides for name in side}
        visible |= set(d.order or "") | {f"da.{g}" for g in d.order or ""}
        visible |= set(own.outputs) | {"d" + own.input}
        self.bug = bug

        def run(*arguments):
            return FaultyRun(bug, visible, *arguments)

        super().__init__(d, dtype=dtype, given=given, make_run=run)

    def results(self):
        results = super().results()
        self.starts = {name: results[name] for name in self.equations.starts}
        if self.bug.hook != "results":
            return results
        return self.bug.change(self.run, dict(results))

    def views(self):
        """(the dump's view, the view without what the program itself does wrong)."""
        d, run = self.d, self.run
        stored = {k: v if k.endswith("position") else np.asarray(v, run.dtype)
                  for k, v in self.given.items()}
        with np.errstate(all="ignore"):
            wrong = d.kaldi_view(stored, self.results())
            memo, sums = run.memo, run.wrong_sums
            run.memo, run.wrong_sums = run.right, run.right_sums
            own = d.kaldi_view(stored, super().results() | self.starts)
            run.memo, run.wrong_sums = memo, sums
        if LAYERS[d.kernel].buffers and self.bug.hook != "results":
            own["out"] = wrong["out"]  # a copy of what the buffer holds
        return wrong, own


class Labels(Program):
    """The program with every quantity's name in place of its numbers, as an index of `names`."""

    def __init__(self, d):
        super().__init__(d)
        self.names = [None]

    def quantity(self, name, t, k=0):
        m = super().quantity(name, t, k)
        if m is None:
            return None
        if name not in self.names:
            self.names.append(name)
        return np.full(m.shape, self.names.index(name), np.float64)

    def columns(self):
        """Buffer → the name of each column's quantity."""
        found = {}
        for name, (m, _) in self.d.kaldi_view(self.given, self.results()).items():
            if name.endswith("propagate_buf"):
                middle = m[m.shape[0] // 2]
                found[name] = [self.names[int(v)] for v in middle]
        return found


def dump(view, outdir, buffers=True):
    """Writes a view as Kaldi text at 7 digits."""
    os.makedirs(outdir, exist_ok=True)
    for name, (m, _) in view.items():
        if buffers or not name.endswith("propagate_buf"):
            with open(os.path.join(outdir, name + ".txt"), "w") as f:
                f.write(kaldi_text(m))
