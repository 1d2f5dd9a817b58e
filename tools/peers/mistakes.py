"""Every single mistake in a layer's equations, made by editing their trees.

    python mistakes.py KERNEL|GOLDEN/CASE              the mistakes of a layer, one a line
    python mistakes.py KERNEL|GOLDEN/CASE NAME OUTDIR [--quantities]
                                                       the program with that mistake, as a dump

An empty NAME is the right program. With --quantities every quantity of the equations is written, too,
under its own name, T·N rows, time-major.

A mistake of a forward equation is two programs: the wrong layer rightly differentiated, and (", in
forward only") the right backward text run on the wrong trace. Mistakes of backward equations and of
gradients' sums are one program each. Names are words made from the equation and stay what they are.
"""

import os
import sys
from collections import namedtuple

import numpy as np

from cases import Description, kaldi_text
from equation_trees import Reach, replaced, show
from equations_peer import Circular
from peer_layers import LAYERS, Equations, Program, right

# part: "forward", "backward", "gradients", "starts"; edits: ((part, target, new tree), …); kind: what
# was done, for tables. only: the frame that a sum is left with; clipped: a sum is cut at half its
# largest element.
Mistake = namedtuple("Mistake", "name kind part target edits forward_only only clipped",
                     defaults=(False, None, False))
Pair = namedtuple("Pair", Mistake._fields + ("parts",))

EXCHANGED = {  # what people write for a function, or for its slope
    "sigmoid": ("tanh", "hard_sigmoid"), "tanh": ("sigmoid", "identity"), "relu": ("identity",),
    "slope_sigmoid": ("slope_tanh",), "slope_tanh": ("slope_sigmoid",), "slope_relu": (),
}
SCALES = {"doubled": lambda n, t: 2, "negated": lambda n, t: -1,
          "mean over streams": lambda n, t: 1 / n, "mean over frames": lambda n, t: 1 / t,
          "mean over all": lambda n, t: 1 / (n * t)}


class Catalogue:
    """The mistakes of a case: sizes say which weights are square, which sums have several frames."""

    def __init__(self, d):
        self.d, self.layer = d, LAYERS[d.kernel]
        self.right = right(d.kernel)
        self.shapes = {k: v.shape for k, v in d.inputs().items()}
        self.N = self.shapes[self.layer.input][0] if len(self.shapes[self.layer.input]) == 3 else 1
        self.T = self.shapes[self.layer.input][-2]
        trees = [e for part in self.right for e in part.values()]
        # Quantities that some equation sees in another frame: where a shift is easily mistaken.
        self.shifted = {x[1] for e in trees for _, x in walk(e) if x[0] == "ref" and x[3]}
        self.shifted |= {"d" + q for q in self.shifted} | {q[1:] for q in self.shifted if q[0] == "d"}
        self.gates = {x[1][1][1][1] for e in trees for _, x in walk(e) if is_complement(x)}

    def mistakes(self):
        """All of them, each name once."""
        found = {}
        for part, own in zip(Equations._fields, self.right):
            for target, e in own.items():
                for kind, words, new in self.edits(part, target, e):
                    if new == e:
                        continue
                    name = f"{target}: {words}"
                    if name in found:
                        raise ValueError(f"two mistakes called {name!r}")
                    m = Mistake(name, kind, part, target, ((part, target, new),))
                    found[name] = m
                    if part == "forward":
                        name += ", in forward only"
                        found[name] = m._replace(name=name, forward_only=True)
                if part == "gradients":
                    for m in self.sums(target, e):
                        found[m.name] = m
        return list(found.values()) + self.known()

    def known(self):
        """Mistakes of several edits that real programs made."""
        if self.d.kernel != "blstmp":
            return []
        edits = tuple(
            (part, target, shifted(getattr(self.right, part)[target], name, -1))
            for part, target, name in (("backward", "dba.f", "bc"), ("gradients", "dbWr", "br")))
        return [Mistake("Kaldi's: bc[t-1] and br[t-1] in the backward direction", "known",
                        "backward", "dba.f", edits)]

    def edits(self, part, target, e):
        """(kind, words, new tree) of every edit of one equation."""
        if e[0] == "ref" and not e[3]:
            return  # another name for the same thing
        if part != "gradients" and e[0] in ("mul", "mat", "untaps"):
            yield "term doubled", "doubled", ("mul", (("num", 2), e))
            yield "term negated", "negated", ("sum", ((-1, e),))
        for path, x in walk(e):
            for kind, words, new in self.local(part, target, e, path, x):
                yield kind, words, replaced(e, path, new)

    def local(self, part, target, e, path, x):
        kind = x[0]
        if kind == "sum":
            yield from sum_edits(x)
            yield from exchanged_gate(x)
        elif kind == "mul":
            for j, factor in enumerate(x[1]):
                rest = x[1][:j] + x[1][j + 1:]
                yield ("factor left out", f"{show(factor)} left out of {show(x)}",
                       rest[0] if len(rest) == 1 else ("mul", rest))
                other = (factor[1][1][1] if is_complement(factor) else complement(factor)
                         if factor[0] == "ref" and factor[1] in self.gates else None)
                if other:
                    yield ("complement", f"{show(other)} for {show(factor)} in {show(x)}",
                           ("mul", x[1][:j] + (other,) + x[1][j + 1:]))
        elif kind == "mat":
            yield from self.weight_edits(x)
        elif kind == "fn":
            for other in EXCHANGED[x[1]]:
                new = ("fn", other, x[2])
                words = (f"{show(new)} for {show(x)}" if x[1].startswith("slope")
                         else f"{other} for {x[1]}")
                yield "function", words, new
        elif kind == "ref":
            yield from self.reading_edits(x, context(e, path))
        elif kind in ("taps", "untaps"):
            for words, reach in self.reach_edits(x[1], x[2]):
                yield "taps", f"{words} in {show(x)}", (kind, x[1], reach, x[3])
        elif kind == "tap sums":
            for words, reach in self.reach_edits(target[1:], x[1]):
                yield "taps", f"{words} in {show(x)}", (kind, reach, *x[2:])
        elif kind == "outer" and self.square(target[1:]):
            words = "each square block transposed" if self.square(target[1:]) > 1 else "transposed"
            yield "transposed", words, ("turned outer", *x[1:])

    def square(self, weight):
        """How many square blocks a weight consists of; 0 if its blocks are not square."""
        rows, columns = self.shapes[weight]
        count = len(self.layer.blocks.get(weight, "1"))
        return count if columns == count * rows else 0

    def weight_edits(self, x):
        transposed = x[2][0] == "T"
        w = x[2][1] if transposed else x[2]
        if self.square(w[1]):
            new = ("blockT", w)
            words = "each square block of " * (self.square(w[1]) > 1) + w[1] + " transposed"
            yield ("transposed", f"{words} in {show(x)}",
                   ("mat", x[1], ("T", new) if transposed else new))

    def reading_edits(self, x, place):
        _, name, block, dt, dk = x
        base = name.partition(".")[0]
        steps = {-1: (0, 1), 0: (-1, 1), 1: (0, -1)}[dt] if base in self.shifted else ()
        for step in steps:
            new = (*x[:3], step, dk)
            yield "frame", f"{show(new)} for {show(x)}{place}", new
        for step in (0, -dk) if dk else ():
            new = (*x[:4], step)
            yield "frequency block", f"{show(new)} for {show(x)}{place}", new
        for other in self.layer.blocks.get(name, "") if block else "":
            if other != block:
                new = (*x[:2], other, dt, dk)
                yield "block", f"{show(new)} for {show(x)}{place}", new

    def reach_edits(self, name, reach):
        yield "each filter row one frame too near", reach._replace(near=0)
        yield "one term too many", reach._replace(extra=1)
        yield "one term too few", reach._replace(extra=-1)
        yield "positions ignored", reach._replace(position=None)
        yield "the other direction", reach._replace(sign=-reach.sign)
        if reach.first:
            yield "filter rows one too low", reach._replace(first=reach.first - 1)
        else:
            yield "filter rows one too high", reach._replace(first=1)
        others = {"bposition": "fposition", "fposition": "bposition"}
        if reach.position in others:
            yield "the other positions", reach._replace(position=others[reach.position])

    def sums(self, target, e):
        """A gradient scaled, or taken from one frame."""
        if self.T > 1:
            for words, frame in (("of the first frame alone", 0), ("of the last frame alone", -1)):
                yield Mistake(f"{target}: {words}", "not accumulated", "gradients", target,
                              (("gradients", target, e),), only=frame)
        yield Mistake(f"{target}: clipped", "clipped", "gradients", target,
                      (("gradients", target, e),), clipped=True)
        for words, scale in SCALES.items():
            factor = scale(self.N, self.T)
            if factor == 1 or words == "mean over all" and 1 in (self.N, self.T):
                continue
            new = ("sum", tuple((s, ("mul", (("num", factor), x))) for s, x in
                                (e[1] if e[0] == "sum" else ((1, e),))))
            yield Mistake(f"{target}: {words}", "scaled", "gradients", target,
                          (("gradients", target, new),))

    def program(self, mistake=None, dtype=np.float32, given=None, by_chain_rule=False):
        """The program that makes it, or the right one; Circular if there can be none."""
        parts = self.right._asdict()
        for part, target, new in mistake.edits if mistake else ():
            parts[part] = {**parts[part], target: new}
        chain = by_chain_rule or (
            bool(mistake) and mistake.part == "forward" and not mistake.forward_only)
        return Program(self.d, Equations(**parts), chain, mistake, dtype, given)


def pairs(catalogue, count, dice):
    """So many mistakes of two edits in different equations, of the forward pass alone or backward."""
    single = [m for m in catalogue.mistakes()
              if m.kind not in ("known", "clipped", "not accumulated")
              and (m.part != "forward" or m.forward_only)]
    found = []
    while len(found) < count:
        one, other = dice.sample(single, 2)
        if one.target != other.target:
            found.append(Pair(f"{one.name}; {other.name}", "pair", one.part, one.target,
                              one.edits + other.edits, True, None, False, (one, other)))
    return found


def complement(e):
    return ("sum", ((1, ("num", 1)), (-1, e)))


def is_complement(e):
    return e[0] == "sum" and e == complement(e[1][-1][1]) and e[1][1][1][0] == "ref"


def walk(e, path=()):
    """Every tree within, with its path."""
    yield path, e
    if e[0] in ("T", "blockT"):
        return
    for i, x in enumerate(e[1:], 1):
        if isinstance(x, Reach) or not isinstance(x, tuple):
            continue
        if e[0] == "sum":
            for j, (_, y) in enumerate(x):
                yield from walk(y, path + (i, j, 1))
        elif e[0] == "mul":
            for j, y in enumerate(x):
                yield from walk(y, path + (i, j))
        elif not (e[0] == "mat" and i == 2):
            yield from walk(x, path + (i,))


def sum_edits(x):
    terms = x[1]
    for j, (sign, term) in enumerate(terms):
        rest = terms[:j] + terms[j + 1:]
        words = show(term) if len(terms) > 1 and term[0] != "num" else f"{show(term)} of {show(x)}"
        if rest:
            yield ("term left out", f"{words} left out", rest[0][1] if len(rest) == 1 and
                   rest[0][0] > 0 else ("sum", rest))
        yield ("term doubled", f"{words} doubled", ("sum", terms[:j] + (
            (sign, ("mul", (("num", 2), term))),) + terms[j + 1:]))
        yield "term negated", f"{words} negated", ("sum", terms[:j] + ((-sign, term),) + terms[j + 1:])


def exchanged_gate(x):
    """f * a + (1 - f) * b read the other way round."""
    products = [(j, y) for j, (_, y) in enumerate(x[1]) if y[0] == "mul"]
    for j, left in products:
        for k, right_ in products:
            for gate in left[1]:
                if j != k and complement(gate) in right_[1]:
                    terms = list(x[1])
                    terms[j] = (terms[j][0], swapped(left, gate, complement(gate)))
                    terms[k] = (terms[k][0], swapped(right_, complement(gate), gate))
                    yield ("complement", f"{show(gate)} and {show(complement(gate))} exchanged",
                           ("sum", tuple(terms)))


def swapped(product, old, new):
    return ("mul", tuple(new if y == old else y for y in product[1]))


def context(e, path):
    """The product, or product of matrices, that a reading stands in, where there are several."""
    for cut in range(len(path) - 1, -1, -1):
        x = e
        for i in path[:cut]:
            x = x[i]
        if isinstance(x, tuple) and x and x[0] in ("mul", "mat", "outer"):
            return f" in {show(x)}"
    return ""


def shifted(e, name, dt):
    """Every reading of `name` moved to frame t+dt."""
    for path, x in walk(e):
        if x[0] == "ref" and x[1] == name:
            e = replaced(e, path, (*x[:3], dt, x[4]))
    return e


def view(catalogue, mistake=None, quantities=False):
    """The Kaldi view of the program: name → (matrix, is it a result); or each quantity beside it."""
    given = {k: v if k.endswith("position") else np.asarray(v, np.float32)
             for k, v in catalogue.d.inputs().items()}
    with np.errstate(all="ignore"):
        program = catalogue.program(mistake, given=given)
        whole = catalogue.d.kaldi_view(given, program.results())
        if quantities:
            whole |= {name: (m, True) for name, m in program.quantities().items()}
    return whole


def dump(catalogue, mistake, outdir, quantities=False):
    """Writes the whole Kaldi view, buffers included, in float32 at 7 digits."""
    os.makedirs(outdir, exist_ok=True)
    for name, (m, _) in view(catalogue, mistake, quantities).items():
        with open(os.path.join(outdir, name + ".txt"), "w") as f:
            f.write(kaldi_text(m))


def main():
    words = [w for w in sys.argv[1:] if w != "--quantities"]
    if len(words) not in (1, 3):
        sys.exit(__doc__)
    d = Description.read(words[0]) if os.path.isdir(words[0]) else Description(words[0])
    catalogue = Catalogue(d)
    named = {m.name: m for m in catalogue.mistakes()} | {"": None}
    if len(words) == 1:
        for m in filter(None, named.values()):
            print(f"{m.kind:18s} {m.name}")
    elif words[1] not in named:
        sys.exit(f"no mistake called {words[1]!r} in {d.kernel}")
    else:
        try:
            dump(catalogue, named[words[1]], words[2], "--quantities" in sys.argv)
        except Circular as name:
            sys.exit(f"no program makes this mistake: {name} would wait for itself")


if __name__ == "__main__":
    main()
