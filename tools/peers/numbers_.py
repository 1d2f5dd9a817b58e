"""The numbers a layer can run in: exact balls, and many different correct (or bad) float programs."""

import numpy as np
from flint import arb, ctx

from layers import P


class Exact:
    """Ball arithmetic (Arb) on object arrays; the precision is flint's global `ctx.prec`."""

    advance = True
    _ball = np.frompyfunc(lambda v: arb(float(v)), 1, 1)
    _sigmoid = np.frompyfunc(lambda v: 1 / (1 + (-v).exp()), 1, 1)
    _tanh = np.frompyfunc(lambda v: v.tanh(), 1, 1)
    # An undecided sign gives a ball that holds both answers; more bits decide it.
    _relu = np.frompyfunc(lambda v: v if v > 0 else arb(0) if v <= 0 else arb(0).union(v), 1, 1)
    _step = np.frompyfunc(lambda y: arb(1) if y > 0 else arb(0) if y <= 0 else arb(0.5, 0.5), 1, 1)

    def given(self, values):
        return np.asarray(self._ball(np.asarray(values, dtype=np.float64)), dtype=object)

    def zeros(self, shape):
        return self.given(np.zeros(shape))

    def times(self, *factors):
        result = factors[0]
        for f in factors[1:]:
            result = result * f
        return result

    def total(self, *terms):
        result = None
        for t in terms:
            if isinstance(t, P):
                t = t.left @ t.right
            elif isinstance(t, tuple):
                t = self.times(*t)
            result = t if result is None else result + t
        return result

    def collect(self, pairs):
        return np.concatenate([a for a, _ in pairs]).T @ np.concatenate([b for _, b in pairs])

    def gather(self, items):
        return np.concatenate([self.times(*i) if isinstance(i, tuple) else i for i in items]).sum(0)

    def sigmoid(self, a):
        return self._sigmoid(a)

    def tanh(self, a):
        return self._tanh(a)

    def relu(self, a):
        return self._relu(a)

    def clip(self, v, limit):
        if limit > 0:
            raise ValueError("a clip is no part of the exact equations")
        return v

    def sigmoid_slope(self, y):
        return y * (1 - y)

    def tanh_slope(self, y):
        return 1 - y * y

    def relu_slope(self, y):
        return self._step(y)

    def blend(self, f, a, b):
        return f * a + (1 - f) * b

    def rest(self, f, v):
        return v * (1 - f)


def keep_bits(bits):
    """Rounds float32 to nearest even with `bits` significant bits (bfloat16: 8, TF32: 11)."""
    def rounded(values):
        v = np.ascontiguousarray(values, dtype=np.float32)
        raw = v.view(np.uint32).astype(np.uint64)
        drop = np.uint64(24 - bits)
        one = np.uint64(1)
        raw = raw + ((one << (drop - one)) - one) + ((raw >> drop) & one)
        raw = (raw >> drop) << drop
        return np.where(np.isfinite(v), raw.astype(np.uint32).view(np.float32), v)
    return rounded


def to_float16(values):
    with np.errstate(over="ignore"):
        return np.asarray(values, np.float32).astype(np.float16).astype(np.float32)


ORDERS = ("matmul", "forward", "reversed", "pairwise", "lanes", "shuffled")


class Floats:
    """One program in floating point. Every option is something that real programs do.

    order      how a sum is added: BLAS products then left to right, or all its addends one by one
    fused      products are fused into the addition that follows (through float64: float32 only)
    slope      "factor": y·(1-y) and 1-t²; "difference": y-y² and (1-t)(1+t)
    blend      "plain": f·a+(1-f)·b; "kaldi": b-f·b+f·a; "lerp": b+f·(a-b)
    sigmoid    "logistic", "kaldi" (by sign), "tanh"; "high", "low": off by all that the contract
               allows (4u), always to one side
    tanh       "libm", "kaldi": 1-2/(1+e^2x); "sigmoid": 2σ(2x)-1; "high", "low"
    by_frame   weights' gradients accumulated frame by frame rather than in one product
    advance    the backward form that carries da_{t+1} rather than dprev_h
    typed      inputs typed to 8 decimals first
    flush      subnormal results become zero
    store      rounds every stored quantity (float16, bfloat16); operands rounds products' factors
    """

    def __init__(self, dtype=np.float32, order="matmul", fused=False, slope="factor",
                 blend="plain", sigmoid="logistic", tanh="libm", by_frame=False, advance=True,
                 typed=False, flush=False, store=None, operands=None, seed=0):
        self.dtype, self.order, self.fused = dtype, order, fused
        self.slope_form, self.blend_form = slope, blend
        self.sigmoid_form, self.tanh_form = sigmoid, tanh
        self.by_frame, self.advance, self.typed, self.flush = by_frame, advance, typed, flush
        self.store_, self.operands = store, operands
        self.random = np.random.default_rng(seed)
        self.one = dtype(1)

    def store(self, values):
        if self.flush:
            values = np.where(np.abs(values) < np.finfo(self.dtype).tiny, self.dtype(0), values)
        if self.store_ is not None:
            values = self.store_(values)
        return values

    def given(self, values):
        values = np.asarray(values, dtype=np.float64)
        if self.typed:
            values = np.array([float("%.8f" % v) for v in values.ravel()]).reshape(values.shape)
        return self.store(values.astype(self.dtype))

    def zeros(self, shape):
        return np.zeros(shape, dtype=self.dtype)

    def times(self, *factors):
        if self.order == "reversed":
            factors = factors[::-1]
        result = factors[0]
        for f in factors[1:]:
            result = self.store(result * f)
        return result

    def matmul(self, a, b):
        if self.operands is not None:
            a, b = self.operands(a), self.operands(b)
        return self.store(a @ b)

    def total(self, *terms):
        if len(terms) == 1 and not isinstance(terms[0], (P, tuple)):
            return terms[0]
        if self.order == "matmul":
            result = None
            for t in terms:
                if isinstance(t, P):
                    t = self.matmul(*t)
                elif isinstance(t, tuple):
                    t = self.times(*t)
                result = t if result is None else self.store(result + t)
            return result
        return self.store(self.added(self.addends(terms)))

    def addends(self, terms):
        """Every term as pairs (a, b) to be multiplied, or (a, None)."""
        pairs = []
        for t in terms:
            if isinstance(t, P):
                a, b = (self.operands(m) for m in t) if self.operands else t
                pairs += [(a[:, k:k + 1], b[k:k + 1]) for k in range(a.shape[1])]
            elif isinstance(t, tuple):
                pairs.append((self.times(*t[:-1]), t[-1]))
            else:
                pairs.append((t, None))
        return pairs

    def added(self, pairs):
        if self.order == "reversed":
            pairs = pairs[::-1]
        elif self.order == "shuffled":
            pairs = [pairs[k] for k in self.random.permutation(len(pairs))]
        elif self.order == "lanes" and len(pairs) > 4:  # four partial sums, as a vector unit does
            return self.halved([self.chained(pairs[k::4]) for k in range(4)])
        elif self.order == "pairwise":
            return self.halved([self.chained(pairs[k:k + 2]) for k in range(0, len(pairs), 2)])
        return self.chained(pairs)

    def halved(self, sums):
        while len(sums) > 1:
            sums = [sums[k] + sums[k + 1] if k + 1 < len(sums) else sums[k]
                    for k in range(0, len(sums), 2)]
        return sums[0]

    def chained(self, pairs):
        result = None
        for a, b in pairs:
            if b is None:
                result = a if result is None else result + a
            elif result is None:
                result = a * b
            elif self.fused:
                wide = a.astype(np.float64) * b.astype(np.float64) + result.astype(np.float64)
                result = wide.astype(np.float32)
            else:
                result = result + a * b
        return result

    def collect(self, pairs):
        if not self.by_frame:
            return self.total(P(np.concatenate([a for a, _ in pairs]).T,
                                np.concatenate([b for _, b in pairs])))
        result = None
        for a, b in pairs:
            part = self.total(P(a.T, b))
            result = part if result is None else self.store(result + part)
        return result

    def gather(self, items):
        rows = []
        for i in items:
            a, b = (self.times(*i[:-1]), i[-1]) if isinstance(i, tuple) else (i, None)
            rows.append([(a[n], None if b is None else b[n]) for n in range(a.shape[0])])
        if not self.by_frame:
            return self.store(self.added([pair for frame in rows for pair in frame]))
        result = None
        for frame in rows:
            part = self.added(frame)
            result = part if result is None else self.store(result + part)
        return self.store(result)

    def one_sided(self, exact, form, lowest):
        """An activation 3.4u too high or too low: with the rounding that follows, below 4u."""
        offset = 3.4 * np.finfo(self.dtype).eps / 2 * (1 if form == "high" else -1)
        return self.store(np.clip(exact + offset, lowest, 1).astype(self.dtype))

    def sigmoid(self, a):
        one = self.one
        if self.sigmoid_form in ("high", "low"):
            with np.errstate(over="ignore"):
                exact = 1 / (1 + np.exp(-a.astype(np.longdouble)))
            return self.one_sided(exact, self.sigmoid_form, 0)
        with np.errstate(over="ignore"):
            if self.sigmoid_form == "tanh":
                half = self.dtype(0.5)
                y = half * (one + np.tanh(half * a))
            elif self.sigmoid_form == "kaldi":
                e = np.exp(-np.abs(a))
                y = np.where(a > 0, one / (one + e), e / (one + e))
            else:
                y = one / (one + np.exp(-a))
        return self.store(y)

    def tanh(self, a):
        one, two = self.one, self.dtype(2)
        if self.tanh_form in ("high", "low"):
            return self.one_sided(np.tanh(a.astype(np.longdouble)), self.tanh_form, -1)
        with np.errstate(over="ignore"):
            if self.tanh_form == "kaldi":
                y = one - two / (one + np.exp(two * a))
            elif self.tanh_form == "sigmoid":
                y = two / (one + np.exp(-two * a)) - one
            else:
                y = np.tanh(a)
        return self.store(y)

    def relu(self, a):
        return np.maximum(a, self.dtype(0))

    def clip(self, v, limit):
        return np.clip(v, -self.dtype(limit), self.dtype(limit)) if limit > 0 else v

    def relu_slope(self, y):
        return (y > 0).astype(self.dtype)

    def sigmoid_slope(self, y):
        if self.slope_form == "difference":
            return self.store(y - self.store(y * y))
        return self.store(y * self.store(self.one - y))

    def tanh_slope(self, y):
        if self.slope_form == "difference":
            return self.store(self.store(self.one - y) * self.store(self.one + y))
        return self.store(self.one - self.store(y * y))

    def blend(self, f, a, b):
        s, one = self.store, self.one
        if self.blend_form == "kaldi":
            return s(s(b - s(f * b)) + s(f * a))
        if self.blend_form == "lerp":
            return s(b + s(f * s(a - b)))
        return s(s(f * a) + s(s(one - f) * b))

    def rest(self, f, v):
        if self.blend_form == "kaldi":
            return self.store(v - self.store(v * f))
        return self.store(v * self.store(self.one - f))
