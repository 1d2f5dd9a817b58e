"""Layers as trees of equations that can be edited, run in plain NumPy: what a faulty program computes.

A program is three texts' worth of trees (peer_layers.py): forward, backward as the papers have it, and
the gradients' sums. `Run` evaluates them frame by frame; `Run.reversed_mode` differentiates whatever
forward trees it is given, by the chain rule over the trees, and knows nothing of the backward text.
Written apart from layers.py and from the Swift package. Trees are those of equation_trees.py.
"""

import sys

import numpy as np

sys.setrecursionlimit(20000)  # a frame waits for the one before it

FUNCTIONS = {
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y * y),
    "relu": (lambda a: np.maximum(a, 0), lambda y: (y > 0).astype(y.dtype)),
    "hard_sigmoid": (lambda a: np.clip(a * a.dtype.type(0.2) + a.dtype.type(0.5), 0, 1),
                     lambda y: ((y > 0) & (y < 1)) * y.dtype.type(0.2)),
    "identity": (lambda a: a, np.ones_like),
}
SLOPES = {"slope_" + name: slope for name, (_, slope) in FUNCTIONS.items()}


class Circular(Exception):
    """A quantity waits for itself: no program computes this."""


class Run:
    """One evaluation. `layer` as in peer_layers.py; `equations`: name → tree, edited or not.

    `given`: inputs by name, sequences (N, T, ·), or (T, ·) where there are no streams. `widths`: the
    columns of each quantity, for edits that leave nothing of one but zeros or a scalar.
    """

    def __init__(self, layer, equations, given, order=None, F=None, S=None, dtype=np.float32,
                 widths=None):
        self.layer, self.equations, self.dtype = layer, equations, dtype
        self.widths = widths or {}
        self.given = {k: np.asarray(v, np.float64 if k.endswith("position") else dtype)
                      for k, v in given.items()}
        self.streams = self.given[layer.input].ndim == 3
        shape = self.given[layer.input].shape
        self.N, self.T = shape[:2] if self.streams else (1, shape[0])
        self.F, self.S = F, S
        self.B = (shape[-1] - F) // S + 1 if F else 1
        self.order = {
            name: [g for g in order if g in letters] if set(letters) == set(order or "") else letters
            for name, letters in layer.blocks.items()}
        self.sequences = (layer.input, layer.upstream)
        self.memo, self.waiting = {}, set()

    # Quantities

    def value(self, name, t, k=0):
        if name in self.sequences:
            if not 0 <= t < self.T:
                return self.zero()
            m = self.given[name][:, t] if self.streams else self.given[name][t][None]
            width = m.shape[1] // self.B
            return m[:, k * width:(k + 1) * width] if name == self.layer.upstream else m
        if not (0 <= t < self.T and 0 <= k < self.B):
            return self.edge(name, t, k)
        if name not in self.equations:  # given by its blocks
            return np.concatenate(
                [self.value(f"{name}.{g}", t, k) for g in self.order[name]], 1)
        key = (name, t, k)
        if key not in self.memo:
            if key in self.waiting:
                raise Circular(name)
            self.waiting.add(key)
            self.memo[key] = self.computed(name, t, k)
        return self.memo[key]

    # What a faulty program does otherwise (faulty_run.py), each in a method of its own.

    def computed(self, name, t, k):
        """A quantity by its equation."""
        result = self.ev(self.equations[name], t, k)
        shape = (self.N, self.widths.get(name, 1))
        if result.shape != shape:
            result = np.broadcast_to(result, np.broadcast_shapes(result.shape, shape))
        return result.astype(self.dtype, copy=False)

    def edge(self, name, t, k):
        """A quantity before the first frame, after the last, or beyond the blocks."""
        start = self.layer.states.get(name)
        if t == -1 and 0 <= k < self.B and start:
            width = self.given[start].shape[1] // self.B
            return self.given[start][:, k * width:(k + 1) * width]
        return self.zero()

    def reading(self, name, block, t, k, dt, dk):
        """What an equation of frame t, block k reads, dt frames and dk blocks away."""
        if block and f"{name}.{block}" in self.equations:
            return self.value(f"{name}.{block}", t + dt, k + dk)
        m = self.value(name, t + dt, k + dk)
        return self.columns(name, block, m) if block else m

    def product(self, left, right, weight):
        return left @ right

    def applied(self, function, a):
        return (SLOPES.get(function) or FUNCTIONS[function][0])(a)

    def zero(self):
        return np.zeros((self.N, 1), self.dtype)  # of any width

    def columns(self, name, block, m):
        """A named block of columns; a zero of any width is its own block."""
        letters = self.order[name]
        width = m.shape[-1] // len(letters)
        if width == 0:
            return m
        at = letters.index(block) * width
        return m[..., at:at + width]

    def weight(self, e):
        if e[0] == "T":
            return self.weight(e[1]).T
        if e[0] == "blockT":
            return self.turned(e[1][1], self.weight(e[1]))
        m = self.given[e[1]]
        return self.columns(e[1], e[2], m) if e[2] else m

    def turned(self, name, m):
        """Each square block transposed."""
        count = m.shape[1] // m.shape[0]
        return np.concatenate([block.T for block in np.split(m, count, 1)], 1)

    def is_weight(self, e):
        return e[0] == "ref" and e[1] in self.given and e[1] not in self.sequences

    def ev(self, e, t, k):
        kind = e[0]
        if kind == "sum":
            result = 0
            for sign, x in e[1]:
                result = result + self.ev(x, t, k) if sign > 0 else result - self.ev(x, t, k)
            return result
        if kind == "mul":
            result = self.ev(e[1][0], t, k)
            for x in e[1][1:]:
                result = result * self.ev(x, t, k)
            return result
        if kind == "mat":
            left, right = self.ev(e[1], t, k), self.weight(e[2])
            if left.shape[1] != right.shape[0]:  # the zero before the first frame
                return np.zeros((self.N, right.shape[1]), self.dtype)
            return self.product(left, right, e[2])
        if kind == "fn":
            return self.applied(e[1], self.ev(e[2], t, k))
        if kind == "ref":
            if self.is_weight(e):
                return self.weight(e)
            _, name, block, dt, dk = e
            return self.reading(name, block, t, k, dt, dk)
        if kind == "row":
            return self.given[e[1]][e[2]]
        if kind == "num":
            return np.asarray(e[1], self.dtype)
        if kind == "window":
            return self.ev(e[1], t, k)[:, k * self.S:k * self.S + self.F]
        if kind == "spread":
            result = np.zeros_like(self.value(self.layer.input, t))
            for b in range(self.B):
                result[:, b * self.S:b * self.S + self.F] += self.ev(e[1], t, b)
            return result
        result = self.zero()
        if kind == "taps":
            for i, other in self.links(e[1], e[2], t):
                result = result + self.given[e[1]][i] * self.ev(e[3], other, k)
        elif kind == "untaps":
            for r in range(self.T):
                for i, other in self.links(e[1], e[2], r):
                    if other == t:
                        result = result + self.given[e[1]][i] * self.ev(e[3], r, k)
        else:
            raise ValueError(kind)
        return result

    def links(self, name, reach, r):
        """(filter row, other frame) of row r."""
        count = self.given[name].shape[0]
        available = (self.T if reach.position is None
                     else int(self.given[reach.position][r]) + reach.extra)
        for i in range(min(available, count - reach.first)):
            other = r + reach.sign * (i + reach.near)
            if 0 <= other < self.T:
                yield reach.first + i, other

    # Gradients by the backward text

    def gradient(self, name, e, only=None):
        """A parameter's gradient: `e` summed over frames and blocks, or over one frame alone."""
        result = np.zeros_like(self.given[name])
        terms = e[1] if e[0] == "sum" else ((1, e),)
        frames = range(self.T) if only is None else [only % self.T]
        for sign, x in terms:
            scale = self.dtype(sign)
            if x[0] == "mul":  # ("num", factor) and the sum itself
                scale, x = scale * self.dtype(x[1][0][1]), x[1][1]
            for t in frames[::-1]:
                for k in reversed(range(self.B)):
                    self.add_gradient(result, name, x, t, k, scale)
        return result

    def add_gradient(self, result, name, x, t, k, scale):
        if x[0] == "outer":
            part = self.ev(x[1], t, k).T @ self.ev(x[2], t, k)
            result += scale * part
        elif x[0] == "turned outer":
            result += scale * self.turned(name, self.ev(x[1], t, k).T @ self.ev(x[2], t, k))
        elif x[0] == "rows":
            result += scale * self.ev(x[1], t, k).sum(0)
        elif x[0] == "filter row":
            result[x[1]] += scale * self.ev(x[2], t, k).sum(0)
        else:  # tap sums
            for i, other in self.links(name, x[1], t):
                result[i] += scale * (self.ev(x[2], other, k) * self.ev(x[3], t, k)).sum(0)

    # Gradients by the chain rule over the forward trees

    def reversed_mode(self):
        """Completes `adjoint` (name, t, k), `inside` (before the function) and `gradients`."""
        for t in range(self.T):
            for k in range(self.B):
                for name in self.layer.forward:
                    self.value(name, t, k)
        self.adjoint, self.inside = {key: np.zeros_like(m) for key, m in self.memo.items()}, {}
        self.gradients = {k: np.zeros_like(m) for k, m in self.given.items()}
        for t in range(self.T):
            for k in range(self.B):
                for name in self.layer.outputs:
                    self.adjoint[name, t, k] += self.upstream(name, t, k)
        for key in reversed(list(self.memo)):
            name, t, k = key
            e = self.equations[name]
            self.inside[key] = self.adjoint[key]
            self.pull(e, t, k, self.adjoint[key], key)

    def upstream(self, name, t, k):
        m = self.value(self.layer.upstream, t, k)
        outputs = self.layer.outputs
        width = m.shape[1] // len(outputs)
        at = outputs.index(name) * width
        return m[:, at:at + width]

    def pull(self, e, t, k, A, top=None):
        kind = e[0]
        if kind == "sum":
            for sign, x in e[1]:
                self.pull(x, t, k, A if sign > 0 else -A)
        elif kind == "mul":
            values = [self.ev(x, t, k) for x in e[1]]
            for j, x in enumerate(e[1]):
                part = A
                for other in values[:j] + values[j + 1:]:
                    part = part * other
                self.pull(x, t, k, part)
        elif kind == "mat":
            left, W = self.ev(e[1], t, k), self.weight(e[2])
            A = np.broadcast_to(A, (self.N, W.shape[1]))
            if left.shape[1] == W.shape[0]:
                self.pull_weight(e[2], left.T @ A)
            self.pull(e[1], t, k, A @ W.T)
        elif kind == "fn":
            inner = A * FUNCTIONS[e[1]][1](FUNCTIONS[e[1]][0](self.ev(e[2], t, k)))
            if top:
                self.inside[top] = inner
            self.pull(e[2], t, k, inner)
        elif kind == "ref":
            if self.is_weight(e):
                self.pull_weight(e, np.broadcast_to(
                    A, (self.N, self.weight(e).shape[-1])).sum(0))
            else:
                self.pull_quantity(e, t, k, A)
        elif kind == "row":
            self.gradients[e[1]][e[2]] += np.broadcast_to(
                A, (self.N, self.given[e[1]].shape[1])).sum(0)
        elif kind == "window":
            self.gradients[e[1][1]][:, t, k * self.S:k * self.S + self.F] += A
        elif kind == "taps":
            for i, other in self.links(e[1], e[2], t):
                self.gradients[e[1]][i] += (A * self.ev(e[3], other, k)).sum(0)
                self.pull(e[3], other, k, A * self.given[e[1]][i])

    def pull_weight(self, e, G):
        if e[0] == "T":
            self.pull_weight(e[1], G.T)
        elif e[0] == "blockT":
            self.pull_weight(e[1], self.turned(e[1][1], G))
        else:
            target = self.gradients[e[1]]
            target = self.columns(e[1], e[2], target) if e[2] else target
            target += G

    def pull_quantity(self, e, t, k, A):
        _, name, block, dt, dk = e
        t, k = t + dt, k + dk
        if name == self.layer.input:
            if 0 <= t < self.T:
                target = self.gradients[name][:, t] if self.streams else self.gradients[name][t]
                target += A if self.streams else A[0]
            return
        if 0 <= t < self.T and 0 <= k < self.B:
            if block:
                whole = np.zeros_like(self.value(name, t, k))
                self.columns(name, block, whole)[...] = A
                A = whole
            self.adjoint[name, t, k] += A
        elif t == -1 and 0 <= k < self.B and name in self.layer.states:
            start = self.gradients[self.layer.states[name]]
            width = start.shape[1] // self.B
            start[:, k * width:(k + 1) * width] += A
