"""The sequence layers as editable trees: forward, backward and gradients' sums, each by hand.

Backward texts are the papers' and Kaldi's own (the quantities of its buffers: dh and dn before the
tanh, da of the gates before theirs), not derived from the forward ones; selftest.py holds them
against the chain rule and against layers.py. `[t-1]` the frame before, `[k-1]` the block below.
"""

from collections import namedtuple

import numpy as np

from equation_trees import parse
from equations_peer import Run

# buffers: name → (forward columns, backward columns), "*" for the gates in order, "0" for zeros;
# internals: Kaldi's name → quantity. `starts`: gradients of initial states.
Layer = namedtuple("Layer", "input upstream outputs states blocks forward backward gradients starts "
                            "buffers internals")
Equations = namedtuple("Equations", "forward backward gradients starts")


def equations(text):
    lines = (line.split("=", 1) for line in text.strip().splitlines())
    return {name.strip(): parse(right) for name, right in lines}


def layer(forward, backward, gradients, outputs="h", blocks=None, starts="", states=None,
          input="x", upstream="dout", buffers=None, internals=None):
    named = {name: letters for names, letters in (blocks or {}).items() for name in names.split()}
    columns = {k: tuple(c.split() for c in v) for k, v in (buffers or {}).items()}
    return Layer(input, upstream, outputs.split(), states or {}, named, equations(forward),
                 equations(backward), equations(gradients), equations(starts), columns,
                 internals or {})


LSTM = dict(
    blocks={"a da Wx Wh b": "ifog"}, states={"h": "h0"}, starts="dh0 = da[t+1] @ Wh.T",
    forward="""
        a = x @ Wx + h[t-1] @ Wh + b
        i = sigmoid(a.i)
        f = sigmoid(a.f)
        o = sigmoid(a.o)
        g = tanh(a.g)
        c = f * c[t-1] + i * g
        n = tanh(c)
        h = o * n""",
    backward="""
        dh = dout + da[t+1] @ Wh.T
        dn = dh * o * slope_tanh(n)
        dc = dc[t+1] * f[t+1] + dn
        da.i = dc * g * slope_sigmoid(i)
        da.f = dc * c[t-1] * slope_sigmoid(f)
        da.o = dh * n * slope_sigmoid(o)
        da.g = dc * i * slope_tanh(g)
        dx = da @ Wx.T""",
    gradients="""
        dWx = outer(x, da)
        dWh = outer(h[t-1], da)
        db = rows(da)""",
    buffers={"": ("* c n h", "* dc dn dh")})

SRU = """
        s = c
        h = r * s + (1 - r) * u.h"""
SRU_BUFFERS = {"": ("u.x f r u.h c s h", "du.x du.f du.r du.h dc ds dh")}
SRU_BACKWARD = """
        dh = dout
        ds = dh * r
        dc = ds + dc[t+1] * f[t+1]
        du.x = dc * (1 - f)
        du.f = dc * (c[t-1] - u.x) * slope_sigmoid(f)
        du.r = dh * (s - u.h) * slope_sigmoid(r)
        du.h = dh * (1 - r)"""

TFLSTM = dict(
    blocks={"a da Wx Wh Wk b": "ifog"}, states={"h": "h0"}, starts="dh0 = da[t+1] @ Wh.T",
    forward="""
        a = window(x) @ Wx + h[t-1] @ Wh + h[k-1] @ Wk + b
        i = sigmoid(a.i + pi * c[t-1])
        f = sigmoid(a.f + pf * c[t-1])
        g = tanh(a.g)
        c = f * c[t-1] + i * g
        o = sigmoid(a.o + po * c)
        n = tanh(c)
        h = o * n""",
    backward="""
        dh = dout + da[t+1] @ Wh.T + da[k+1] @ Wk.T
        da.o = dh * n * slope_sigmoid(o)
        dn = dh * o * slope_tanh(n)
        dc = dc[t+1] * f[t+1] + pi * da.i[t+1] + pf * da.f[t+1] + dn + po * da.o
        da.i = dc * g * slope_sigmoid(i)
        da.f = dc * c[t-1] * slope_sigmoid(f)
        da.g = dc * i * slope_tanh(g)
        dx = spread(da @ Wx.T)""",
    gradients="""
        dWx = outer(window(x), da)
        dWh = outer(h[t-1], da)
        dWk = outer(h[k-1], da)
        db = rows(da)
        dpi = rows(da.i * c[t-1])
        dpf = rows(da.f * c[t-1])
        dpo = rows(da.o * c)""",
    buffers={"": ("* c n h h", "* dc dn dh 0")})

PROJECTED = dict(
    forward="""
        Pa = x @ PWx + Pr[t-1] @ PWr + Pb
        Pg = tanh(Pa.g)
        Pi = sigmoid(Pa.i + Ppi * Pc[t-1])
        Pf = sigmoid(Pa.f + Ppf * Pc[t-1])
        Pc = Pg * Pi + Pf * Pc[t-1]
        Po = sigmoid(Pa.o + Ppo * Pc)
        Ph = tanh(Pc)
        Pm = Ph * Po
        Pr = Pm @ PWm""",
    backward="""
        dPr = UP + dPa[t+1] @ PWr.T
        dPm = dPr @ PWm.T
        dPh = dPm * Po * slope_tanh(Ph)
        dPa.o = dPm * Ph * slope_sigmoid(Po)
        dPc = dPh + dPc[t+1] * Pf[t+1] + Ppi * dPa.i[t+1] + Ppf * dPa.f[t+1] + Ppo * dPa.o
        dPa.f = dPc * Pc[t-1] * slope_sigmoid(Pf)
        dPa.i = dPc * Pg * slope_sigmoid(Pi)
        dPa.g = dPc * Pi * slope_tanh(Pg)""",
    gradients="""
        dPWx = outer(x, dPa)
        dPWr = outer(Pr[t-1], dPa)
        dPb = rows(dPa)
        dPpi = rows(dPa.i * Pc[t-1])
        dPpf = rows(dPa.f * Pc[t-1])
        dPpo = rows(dPa.o * Pc)
        dPWm = outer(Pm, dPr)""")


def projected(part, prefix, upstream="dout"):
    text = PROJECTED[part].replace("UP", upstream)
    if prefix == "b":  # the same recurrence, from the last frame to the first
        text = text.replace("[t-1]", "[t~1]").replace("[t+1]", "[t-1]").replace("[t~1]", "[t+1]")
    return text.replace("P", prefix)


def projected_columns(P):
    gates = [g for g in "gifo"]
    return (" ".join([f"{P}{q}" for q in gates + list("chmr")]),
            " ".join([f"d{P}a.{g}" for g in gates] + [f"d{P}{q}" for q in "chmr"]))


GRU_FORWARD = """
        z = sigmoid(a.z + s.z)
        r = sigmoid(a.r + s.r)
        {}
        h = z * h[t-1] + (1 - z) * n"""
GRU_BACKWARD = """
        da.n = dh * (1 - z) * slope_tanh(n)
        da.z = dh * (h[t-1] - n) * slope_sigmoid(z)
        ds.z = da.z
        ds.r = da.r
        dx = da @ Wx.T"""
FSMN = dict(input="hidden", upstream="dmemory", outputs="memory")

LAYERS = {
    "lstm": layer(**LSTM),
    "sru": layer(
        blocks={"u du W": "xfrh"},
        forward="""
        u = x @ W
        f = sigmoid(u.f + bf)
        r = sigmoid(u.r + br)
        c = f * c[t-1] + (1 - f) * u.x""" + SRU,
        backward=SRU_BACKWARD + """
        dx = du @ W.T""",
        gradients="""
        dW = outer(x, du)
        dbf = rows(du.f)
        dbr = rows(du.r)""", buffers=SRU_BUFFERS),
    "tflstm": layer(**TFLSTM),
    "lstmp": layer(
        projected("forward", ""), projected("backward", "") + """
        dx = da @ Wx.T""", projected("gradients", ""), outputs="r",
        blocks={"a da Wx Wr b": "gifo"}, buffers={"": projected_columns("")}),
    "blstmp": layer(
        projected("forward", "f") + projected("forward", "b"),
        projected("backward", "f", "dout.f") + projected("backward", "b", "dout.b") + """
        dx = dfa @ fWx.T + dba @ bWx.T""",
        projected("gradients", "f") + projected("gradients", "b"), outputs="fr br",
        blocks={"fa dfa fWx fWr fb ba dba bWx bWr bb": "gifo", "dout": "fb"},
        buffers={"f_": projected_columns("f"), "b_": projected_columns("b")}),
    "elman": layer(
        forward="""
        a = x @ Wx + h[t-1] @ Wh + b
        h = tanh(a)""",
        backward="""
        dh = dout + da[t+1] @ Wh.T
        da = dh * slope_tanh(h)
        dx = da @ Wx.T""",
        gradients="""
        dWx = outer(x, da)
        dWh = outer(h[t-1], da)
        db = rows(da)""", internals={"out_diff_bptt": "da"}),
    "gru": layer(
        blocks={"a da Wx b": "zrn", "s ds Wh": "zr"},
        forward="""
        a = x @ Wx + b
        s = h[t-1] @ Wh""" + GRU_FORWARD.format("""q = r * h[t-1]
        n = tanh(a.n + q @ Wn)"""),
        backward="""
        dh = dout + dh[t+1] * z[t+1] + dq[t+1] * r[t+1] + ds[t+1] @ Wh.T
        dq = da.n @ Wn.T
        da.r = dq * h[t-1] * slope_sigmoid(r)""" + GRU_BACKWARD,
        gradients="""
        dWx = outer(x, da)
        dWh = outer(h[t-1], ds)
        dWn = outer(q, da.n)
        db = rows(da)""", buffers={"": ("* q h", "* dq dh")}),
    "gru-after": layer(
        blocks={"a da Wx Wh bx bh s ds": "rzn"},
        forward="""
        a = x @ Wx + bx
        s = h[t-1] @ Wh + bh""" + GRU_FORWARD.format("n = tanh(a.n + r * s.n)"),
        backward="""
        dh = dout + dh[t+1] * z[t+1] + ds[t+1] @ Wh.T
        ds.n = da.n * r
        da.r = da.n * s.n * slope_sigmoid(r)""" + GRU_BACKWARD,
        gradients="""
        dWx = outer(x, da)
        dWh = outer(h[t-1], ds)
        dbx = rows(da)
        dbh = rows(ds)""", buffers={"": ("* s.n h", "* ds.n dh")}),
    "compact-vfsmn": layer(
        "memory = hidden + behind(filter, 0, position, hidden)",
        "dhidden = dmemory + unbehind(filter, 0, position, dmemory)",
        "dfilter = behind_sums(0, position, hidden, dmemory)", **FSMN),
    "bi-compact-vfsmn": layer(
        "memory = hidden + bfilter[0] * hidden + behind(bfilter, 1, bposition, hidden)"
        " + ahead(ffilter, 0, fposition, hidden)",
        "dhidden = dmemory + bfilter[0] * dmemory + unbehind(bfilter, 1, bposition, dmemory)"
        " + unahead(ffilter, 0, fposition, dmemory)",
        "dbfilter = filter_row(0, hidden * dmemory) + behind_sums(1, bposition, hidden, dmemory)\n"
        "dffilter = ahead_sums(0, fposition, hidden, dmemory)", **FSMN),
    "deepfsmn": layer(
        """
        u = relu(x @ Wh + bh)
        p = u @ Wp
        y = p + bfilter[0] * p + behind(bfilter, 1, bposition, p) + ahead(ffilter, 0, fposition, p) + x
        """,
        """
        dp = dout + bfilter[0] * dout + unbehind(bfilter, 1, bposition, dout) + unahead(ffilter, 0, fposition, dout)
        du = dp @ Wp.T * slope_relu(u)
        dx = du @ Wh.T + dout
        """,
        """
        dWh = outer(x, du)
        dbh = rows(du)
        dWp = outer(u, dp)
        dbfilter = filter_row(0, p * dout) + behind_sums(1, bposition, p, dout)
        dffilter = ahead_sums(0, fposition, p, dout)
        """, outputs="y",
        internals={"h_out": "u", "p_out": "p", "dh_out": "du", "dp_out": "dp"}),
}
LAYERS["tflstm-ifog"] = LAYERS["tflstm"]
LAYERS["sru-separate"] = layer(
    forward="""
        ux = x @ W
        uf = x @ Wf + bf
        ur = x @ Wr + br
        uh = x @ Wh
        f = sigmoid(uf)
        r = sigmoid(ur)
        c = f * c[t-1] + (1 - f) * ux""" + SRU.replace("u.", "u"),
    backward=SRU_BACKWARD.replace("u.", "u") + """
        dx = dux @ W.T + duf @ Wf.T + dur @ Wr.T + duh @ Wh.T""",
    gradients="""
        dW = outer(x, dux)
        dWf = outer(x, duf)
        dWr = outer(x, dur)
        dWh = outer(x, duh)
        dbf = rows(duf)
        dbr = rows(dur)""",
    buffers={k: tuple(c.replace("u.", "u") for c in v) for k, v in SRU_BUFFERS.items()})


def right(kernel):
    """The layer's equations without a mistake."""
    own = LAYERS[kernel]
    return Equations(own.forward, own.backward, own.gradients, own.starts)


class Program:
    """A layer's program, right or edited, run on a case's inputs in float32 (or `dtype`).

    With `by_chain_rule` the gradients are those of the forward equations as they stand, so that an
    edited layer is differentiated rightly; else the backward equations run on the forward's trace.
    `mistake` is asked for what is no equation: a sum of one frame alone, or clipped.
    """

    def __init__(self, d, equations=None, by_chain_rule=False, mistake=None, dtype=np.float32,
                 given=None, make_run=Run):
        self.d, self.layer = d, LAYERS[d.kernel]
        self.equations = equations or right(d.kernel)
        self.given, self.mistake = given if given is not None else d.inputs(), mistake
        trees = dict(self.equations.forward)
        if not by_chain_rule:
            trees |= self.equations.backward
        self.chain = by_chain_rule
        own = (self.given, d.order, d.dimensions.get("F"), d.dimensions.get("S"), dtype)
        plain = Run(self.layer, self.layer.forward | self.layer.backward, *own)
        widths = {name: plain.value(name, 0).shape[1] for name in plain.equations}
        self.run = make_run(self.layer, trees, *own, widths)
        if by_chain_rule:
            self.run.reversed_mode()

    def quantity(self, name, t, k=0):
        """A quantity of one frame, or d-something: what reaches it, before its own function."""
        run, (base, _, block) = self.run, name.partition(".")
        if name == "0":
            return None
        gate = self.gate(base, block)
        if self.chain and gate:
            return run.inside[gate, t, k]
        if self.chain and base in self.layer.backward | self.layer.gradients or (
                self.chain and f"{base}.{block}" in self.layer.backward):
            m = run.inside[base[1:], t, k] if (base[1:], t, k) in run.inside else run.zero()
        else:
            m = run.value(name if name in run.equations else base, t, k)
            block = "" if name in run.equations else block
        return run.columns(base, block, m) if block else m

    def gate(self, base, block):
        """The gate before whose function `base`'s block is the derivative, as Kaldi's buffers hold it."""
        name = base[1:-1] + block if block and base[-1:] in ("a", "u") else base[2:]
        right = self.layer.forward.get(name)
        is_own = block or base == f"du{name}"
        return name if base[:1] == "d" and is_own and right and right[0] == "fn" else None

    def frames(self, name):
        """(T, N, width), blocks side by side."""
        return [np.concatenate([self.quantity(name, t, k) for k in range(self.run.B)], 1)
                for t in range(self.run.T)]

    def sequence(self, frames):
        return np.stack(frames, 1) if self.run.streams else np.concatenate(frames)

    def results(self):
        """All results under the names and in the shapes of layers.py."""
        own, run = self.layer, self.run
        result = {own.upstream[1:]: self.sequence(
            [np.concatenate(parts, 1) for parts in zip(*map(self.frames, own.outputs))])}
        dinput = "d" + own.input
        if self.chain:
            result |= {"d" + name: m for name, m in run.gradients.items()
                       if name != own.upstream and not name.endswith("position")}
        else:
            result[dinput] = self.sequence([run.value(dinput, t) for t in range(run.T)])
            for name, e in self.equations.gradients.items():
                wrong = self.mistake if self.mistake and self.mistake.target == name else None
                m = run.gradient(name[1:], e, wrong.only if wrong else None)
                limit = np.abs(m).max() / 2 if wrong and wrong.clipped else np.inf
                result[name] = np.clip(m, -limit, limit)
            for name, e in self.equations.starts.items():
                result[name] = np.concatenate([run.ev(e, -1, k) for k in range(run.B)], 1)
        for prefix, sides in own.buffers.items():
            for side, columns in zip(("propagate", "backpropagate"), sides):
                result[prefix + side] = [self.buffer(columns, t) for t in range(run.T)]
        for name, quantity in own.internals.items():
            result[name] = self.sequence(self.frames(quantity))
        return result

    def buffer(self, columns, t):
        names = []
        for name in columns:
            backward = columns[-2].startswith("d")
            names += [f"da.{g}" if backward else g for g in self.d.order] if name == "*" else [name]
        blocks = []
        for k in range(self.run.B):
            own = [self.quantity(name, t, k) for name in names]
            width = max(m.shape[1] for m in own if m is not None)
            blocks.append(np.concatenate(
                [np.zeros((self.run.N, width), self.run.dtype) if m is None else m for m in own], 1))
        if self.d.dimensions.get("F"):  # Kaldi's TfLstm keeps an empty block at either end
            edge = np.zeros_like(blocks[0])
            blocks = [edge, *blocks, edge]
        return np.concatenate(blocks, 1)

    def quantities(self):
        """Every quantity by its name in the equations, T·N rows, time-major; backward ones too."""
        names = [*self.equations.forward, *self.equations.backward]
        names += {n.partition(".")[0]: None for n in names if "." in n}  # the blocks as one
        names.remove("d" + self.layer.input)
        return {n: np.concatenate(self.frames(n)) for n in names}
