"""More recurrent layers, each written once: LSTMP, BLSTMP, Elman's, and the two GRUs.

Kaldi nnet1's own three (LstmProjected, BlstmProjected, RecurrentComponent), Cho et al. 2014 (the
reset gate acts before the product) and cuDNN's and PyTorch's form of it (after the product).
As in layers.py: numbers first, `total` and `P` fix the mathematics and nothing else.

Legend: N streams, T frames, D inputs, H or C cells, R projected outputs. Sequences are (N, T, ·),
weights input-major. All states before the first frame are zero.
"""

from collections import namedtuple

import numpy as np

from layers import P, blocks_of, stacked

# What Kaldi does on top of the equations: clips (0: none; they have no derivative of their own), and
# its two mistakes in BlstmProjected's backward direction, where df and dWr look at frame t-1 though
# the recurrence comes from t+1.
Habits = namedtuple("Habits", "cell_clip diff_clip cell_diff_clip mirrored_df mirrored_dWr",
                    defaults=(0, 0, 0, False, False))


# ---------------------------------------------------------------- LSTM with projection and peepholes


def projected_cell(ar, x, r0, c0, w, order, habits):
    """One frame: everything a backward pass needs, by Kaldi's names."""
    Wx, Wr, b = (blocks_of(w[k], order, c0.shape[1]) for k in ("Wx", "Wr", "b"))

    def preactivation(g, *peephole):
        return ar.total(P(x, Wx[g]), P(r0, Wr[g]), b[g], *peephole)

    v = {"x": x, "r0": r0, "c0": c0}
    v["g"] = ar.tanh(preactivation("g"))
    v["i"] = ar.sigmoid(preactivation("i", (w["pi"], c0)))
    v["f"] = ar.sigmoid(preactivation("f", (w["pf"], c0)))
    v["c"] = ar.clip(ar.total((v["g"], v["i"]), (v["f"], c0)), habits.cell_clip)
    v["o"] = ar.sigmoid(preactivation("o", (w["po"], v["c"])))
    v["h"] = ar.tanh(v["c"])
    v["m"] = ar.times(v["h"], v["o"])
    v["r"] = ar.total(P(v["m"], w["Wm"]))
    return v


def projected_cell_backward(ar, v, dr_terms, dc_terms, w, order, habits):
    """`dr_terms`, `dc_terms`: what reaches r and c from above and from the frame after."""
    d = {"r": ar.total(*dr_terms)}
    d["m"] = ar.total(P(d["r"], w["Wm"].T))
    d["h"] = ar.times(d["m"], v["o"], ar.tanh_slope(v["h"]))
    d["o"] = ar.times(d["m"], v["h"], ar.sigmoid_slope(v["o"]))
    d["c"] = ar.clip(ar.total(d["h"], *dc_terms, (w["po"], d["o"])), habits.cell_diff_clip)
    d["f"] = ar.times(d["c"], v["c_of_df"], ar.sigmoid_slope(v["f"]))
    d["i"] = ar.times(d["c"], v["g"], ar.sigmoid_slope(v["i"]))
    d["g"] = ar.times(d["c"], v["i"], ar.tanh_slope(v["g"]))
    for gate in "gifo":
        d[gate] = ar.clip(d[gate], habits.diff_clip)
    d["a"] = stacked(d, order)
    return d


def projected(ar, x, dout, w, order, times, habits):
    """One direction: (trace, back), both by frame; `times` is the order in which frames are met."""
    N, T, _ = x.shape
    zero_r, zero_c = ar.zeros((N, w["Wm"].shape[1])), ar.zeros((N, w["pi"].shape[0]))
    trace, back, r, c = [None] * T, [None] * T, zero_r, zero_c
    for t in times:
        trace[t] = v = projected_cell(ar, x[:, t], r, c, w, order, habits)
        r, c = v["r"], v["c"]
    for t in times:
        earlier = trace[t - 1] if t > 0 else {"c": zero_c, "r": zero_r}
        trace[t]["c_of_df"] = earlier["c"] if habits.mirrored_df else trace[t]["c0"]
        trace[t]["r_of_dWr"] = earlier["r"] if habits.mirrored_dWr else trace[t]["r0"]
    later_r, later_c = [], []
    for t in reversed(times):
        v = trace[t]
        back[t] = d = projected_cell_backward(
            ar, v, [dout[:, t], *later_r], later_c, w, order, habits)
        later_r = [P(d["a"], w["Wr"].T)]
        later_c = [(d["c"], v["f"]), (w["pi"], d["i"]), (w["pf"], d["f"])]
        if not ar.advance:
            later_r, later_c = [ar.total(*later_r)], [ar.total(*later_c)]
    return trace, back


def projected_gradients(ar, trace, back, prefix=""):
    pairs = list(zip(trace, back))
    result = {
        "Wx": ar.collect([(v["x"], d["a"]) for v, d in pairs]),
        "Wr": ar.collect([(v["r_of_dWr"], d["a"]) for v, d in pairs]),
        "b": ar.gather([d["a"] for d in back]),
        "pi": ar.gather([(d["i"], v["c0"]) for v, d in pairs]),
        "pf": ar.gather([(d["f"], v["c0"]) for v, d in pairs]),
        "po": ar.gather([(d["o"], v["c"]) for v, d in pairs]),
        "Wm": ar.collect([(v["m"], d["r"]) for v, d in pairs]),
    }
    return {"d" + prefix + name: m for name, m in result.items()}


def lstmp(ar, p, order="gifo", habits=Habits()):
    T = p["x"].shape[1]
    trace, back = projected(ar, p["x"], p["dout"], p, order, range(T), habits)
    result = projected_gradients(ar, trace, back)
    result.update(
        out=np.stack([v["r"] for v in trace], 1),
        dx=np.stack([ar.total(P(d["a"], p["Wx"].T)) for d in back], 1),
        propagate=[stacked(v, order + "chmr") for v in trace],
        backpropagate=[stacked(d, order + "chmr") for d in back])
    return result


def blstmp(ar, p, order="gifo", habits=Habits()):
    """Forward direction with the weights f…, backward with b…; Kaldi's mistakes are in the latter."""
    x, T = p["x"], p["x"].shape[1]
    w = {side: {k[1:]: m for k, m in p.items() if k[0] == side} for side in "fb"}
    R = w["f"]["Wm"].shape[1]
    ways = {"f": (range(T), p["dout"][..., :R], habits._replace(mirrored_df=False, mirrored_dWr=False)),
            "b": (range(T)[::-1], p["dout"][..., R:], habits)}
    result, run = {}, {}
    for side, (times, dout, own) in ways.items():
        run[side] = trace, back = projected(ar, x, dout, w[side], order, times, own)
        result.update(projected_gradients(ar, trace, back, side))
        result[side + "_propagate"] = [stacked(v, order + "chmr") for v in trace]
        result[side + "_backpropagate"] = [stacked(d, order + "chmr") for d in back]
    frames = [[run[side][part][t] for side in "fb"] for part in (0, 1) for t in range(T)]
    result.update(
        out=np.stack([np.concatenate([f["r"], b["r"]], 1) for f, b in frames[:T]], 1),
        dx=np.stack([ar.total(P(f["a"], w["f"]["Wx"].T), P(b["a"], w["b"]["Wx"].T))
                     for f, b in frames[T:]], 1))
    return result


# ---------------------------------------------------------------- Elman


def elman(ar, p):
    x, dout = p["x"], p["dout"]
    N, T, _ = x.shape
    states, back, later = [ar.zeros((N, p["b"].shape[0]))], [None] * T, []
    for t in range(T):
        states.append(ar.tanh(ar.total(P(x[:, t], p["Wx"]), P(states[t], p["Wh"]), p["b"])))
    for t in reversed(range(T)):
        dh = ar.total(dout[:, t], *later)
        back[t] = ar.times(dh, ar.tanh_slope(states[t + 1]))
        later = [P(back[t], p["Wh"].T)]
        if not ar.advance:
            later = [ar.total(*later)]
    return {
        "out": np.stack(states[1:], 1),
        "dx": np.stack([ar.total(P(a, p["Wx"].T)) for a in back], 1),
        "dWx": ar.collect([(x[:, t], back[t]) for t in range(T)]),
        "dWh": ar.collect([(states[t], back[t]) for t in range(T)]),
        "db": ar.gather(back),
        "out_diff_bptt": np.stack(back, 1),
    }


# ---------------------------------------------------------------- GRU


def gru(ar, p, order="zrn"):
    """Cho's: n = tanh(x·Wx_n + b_n + (r ⊙ h′)·Wn), h = z ⊙ h′ + (1 - z) ⊙ n.

    The order is that of Wx and b; Wh's two blocks stand as z r whatever it is.
    """
    H = p["Wn"].shape[0]
    gates = "zr"
    Wx, b, Wh = blocks_of(p["Wx"], order, H), blocks_of(p["b"], order, H), blocks_of(
        p["Wh"], gates, H)

    def cell(xt, h0):
        v = {"x": xt, "h0": h0}
        for g in "zr":
            v[g] = ar.sigmoid(ar.total(P(xt, Wx[g]), P(h0, Wh[g]), b[g]))
        v["q"] = ar.times(v["r"], h0)
        v["n"] = ar.tanh(ar.total(P(xt, Wx["n"]), P(v["q"], p["Wn"]), b["n"]))
        return v

    def backward(v, d):
        d["q"] = ar.total(P(d["n"], p["Wn"].T))
        d["r"] = ar.times(d["q"], v["h0"], ar.sigmoid_slope(v["r"]))
        d["zr"] = stacked(d, gates)
        return [(d["h"], v["z"]), (d["q"], v["r"]), P(d["zr"], p["Wh"].T)]

    trace, back, result = unrolled(ar, p, order, cell, backward)
    result.update(
        dWh=ar.collect([(v["h0"], d["zr"]) for v, d in zip(trace, back)]),
        dWn=ar.collect([(v["q"], d["n"]) for v, d in zip(trace, back)]),
        db=ar.gather([d["a"] for d in back]))
    return result


def gru_after(ar, p, order="rzn"):
    """cuDNN's, PyTorch's: n = tanh(x·Wx_n + bx_n + r ⊙ (h′·Wh_n + bh_n)), h as Cho's."""
    H = p["Wh"].shape[0]
    Wx, Wh, bx, bh = (blocks_of(p[k], order, H) for k in ("Wx", "Wh", "bx", "bh"))

    def cell(xt, h0):
        v = {"x": xt, "h0": h0}
        for g in "zr":
            v[g] = ar.sigmoid(ar.total(P(xt, Wx[g]), P(h0, Wh[g]), bx[g], bh[g]))
        v["q"] = ar.total(P(h0, Wh["n"]), bh["n"])
        v["n"] = ar.tanh(ar.total(P(xt, Wx["n"]), bx["n"], (v["r"], v["q"])))
        return v

    def backward(v, d):
        d["q"] = ar.times(d["n"], v["r"])
        d["r"] = ar.times(d["n"], v["q"], ar.sigmoid_slope(v["r"]))
        d["recurrent"] = stacked({**d, "n": d["q"]}, order)
        return [(d["h"], v["z"]), P(d["recurrent"], p["Wh"].T)]

    trace, back, result = unrolled(ar, p, order, cell, backward)
    result.update(
        dWh=ar.collect([(v["h0"], d["recurrent"]) for v, d in zip(trace, back)]),
        dbx=ar.gather([d["a"] for d in back]), dbh=ar.gather([d["recurrent"] for d in back]))
    return result


def unrolled(ar, p, order, cell, backward):
    """What both forms share: the output, the frames there and back, dx and dWx.

    `backward(v, d)` completes d, which has h, z and n, and gives the terms of the frame before's dh.
    """
    x = p["x"]
    N, T, _ = x.shape
    h, trace, back, later = ar.zeros((N, p["Wh"].shape[0])), [], [None] * T, []
    for t in range(T):
        v = cell(x[:, t], h)
        v["h"] = h = ar.blend(v["z"], h, v["n"])
        trace.append(v)
    for t in reversed(range(T)):
        v = trace[t]
        back[t] = d = {"h": ar.total(p["dout"][:, t], *later)}
        d["n"] = ar.times(ar.rest(v["z"], d["h"]), ar.tanh_slope(v["n"]))
        d["z"] = ar.times(d["h"], ar.total(v["h0"], -v["n"]), ar.sigmoid_slope(v["z"]))
        later = backward(v, d)
        if not ar.advance:
            later = [ar.total(*later)]
        d["a"] = stacked(d, order)
    return trace, back, {
        "out": np.stack([v["h"] for v in trace], 1),
        "dx": np.stack([ar.total(P(d["a"], p["Wx"].T)) for d in back], 1),
        "dWx": ar.collect([(v["x"], d["a"]) for v, d in zip(trace, back)]),
        "propagate": [stacked(v, order + "qh") for v in trace],
        "backpropagate": [stacked(d, order + "qh") for d in back],
    }
