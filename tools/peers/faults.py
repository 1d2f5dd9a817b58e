"""Faulty float32 programs: what the mistakes people make in these layers really compute.

    python faults.py                        the faults and the layers they apply to
    dump("golden/lstm/case.json", "gradient-doubled", "out")

Plain NumPy, written apart from layers.py. A fault of the model ("sigmoid-for-tanh") is a program
that computes the wrong layer and differentiates that layer rightly; the same name with
"-forward" is the mistake in the forward pass alone, the backward pass being the right text run on
the wrong trace. Without a fault every program here is correct.
"""

import itertools
import os
import sys

import numpy as np

from cases import STEPS, Description, kaldi_text

FLOAT = np.float32  # what the programs compute in; a test of their gradients sets float64
ONE = np.float32(1)
LSTM = ("lstm-step", "lstm", "tflstm-step", "tflstm-ifog", "tflstm")
TF = ("tflstm-step", "tflstm-ifog", "tflstm")
SRU = ("sru-step", "sru-step-separate", "sru", "sru-separate")
FSMN = ("compact-vfsmn", "bi-compact-vfsmn")
SEQUENCES = ("lstm", "tflstm-ifog", "tflstm")
FRAMES = SEQUENCES + ("sru", "sru-separate")
ALL = LSTM + SRU + FSMN

MODEL = {  # each also as NAME-forward
    "recurrent-blocks-transposed": (LSTM, "each H×H block of Wh is transposed"),
    "bias-twice": (LSTM + SRU, "the biases are added twice"),
    "bias-left-out": (LSTM + SRU, "the biases are not added"),
    "hard-sigmoid": (LSTM + SRU, "clip(0.2·a + 0.5, 0, 1) for the sigmoid"),
    "sigmoid-for-tanh": (LSTM, "the candidate g goes through the sigmoid"),
    "tanh-for-sigmoid": (LSTM, "the gates i f o go through tanh"),
    "output-tanh-left-out": (LSTM, "h = o·c"),
    "cell-tanh": (SRU, "h = r·tanh(c) + (1-r)·ah"),
    "highway-left-out": (SRU, "h = r·c"),
    "forget-complement-swapped": (SRU, "c = (1-f)·c' + f·ax"),
    "reset-complement-swapped": (SRU, "h = (1-r)·c + r·ah"),
    "peephole-input-left-out": (TF, "i does not see the cell"),
    "peephole-forget-left-out": (TF, "f does not see the cell"),
    "peephole-output-left-out": (TF, "o does not see the cell"),
    "peephole-output-on-old-cell": (TF, "o sees the previous cell"),
    "block-weights-from-previous-time": (TF, "Wk is fed by the block below of the frame before"),
    "identity-left-out": (FSMN, "the current frame does not enter with weight one"),
    "filter-off-by-one": (FSMN, "every filter row acts one frame too near"),
    "positions-ignored": (FSMN, "every frame sees as far as the matrix reaches"),
    "one-term-too-many": (FSMN, "each filter reaches one frame beyond the position"),
    "one-term-too-few": (FSMN, "each filter stops one frame early"),
    "directions-swapped": (("bi-compact-vfsmn",), "the look-back rows look ahead, and the reverse"),
}
OTHER = {
    "forget-bias-plus-one": (LSTM + SRU, "1 is added to the forget gate's bias"),
    "biases-swapped": (SRU, "bf and br exchanged, their gradients too"),
    "blocks-reversed": (TF, "frequency blocks run from the top down"),
    "last-block-dropped": (TF, "the highest block is not computed"),
    "overlap-overwritten": (TF, "dx of overlapping blocks is overwritten, not added"),
    "initial-state-ignored": (("lstm", "tflstm-ifog"), "h0 is not used"),
    "final-state-carried": (SEQUENCES, "the case's final h and c are the initial ones"),
    "sequence-reversed": (FRAMES, "frames run from the last to the first"),
    "weight-gradient-from-current-state": (SEQUENCES, "dWh from h_t for h_{t-1}"),
    "last-frame-gradient-only": (FRAMES, "weights' gradients of frame T-1 only"),
    "gradient-overwritten": (FRAMES, "= for += over frames: frame 0 remains"),
    "recurrent-gradient-left-out": (SEQUENCES, "dh of the next frame is not carried"),
    "cell-gradient-left-out": (FRAMES, "dc of the next frame is not carried"),
    "gradient-with-current-forget": (FRAMES, "dc_{t+1}·f_t for dc_{t+1}·f_{t+1}"),
    "peephole-input-path-left-out": (TF, "pi·da_i is missing in the carried dc"),
    "peephole-forget-path-left-out": (TF, "pf·da_f is missing in the carried dc"),
    "peephole-output-path-left-out": (TF, "po·da_o is missing in dc"),
    "peephole-gradients-on-new-cell": (TF, "dpi and dpf taken against the new cell"),
    "peephole-gradient-on-old-cell": (TF, "dpo taken against the previous cell"),
    "identity-left-out-backward": (FSMN, "dhidden without dmemory itself"),
    "backward-not-computed": (FSMN, "in_diff and the filters' gradients are zero"),
    "gradient-mean-over-streams": (LSTM + SRU, "weights' gradients times 1/N"),
    "gradient-mean-over-frames": (FRAMES, "weights' gradients times 1/T"),
    "gradient-mean-over-all": (FRAMES, "weights' gradients times 1/(N·T)"),
    "gradient-doubled": (ALL, "weights' gradients times 2"),
    "gradient-negated": (ALL, "weights' gradients times -1"),
    "frames-batch-major": (FRAMES, "out and in_diff written n·T + t"),
    "frames-shifted": (FRAMES + FSMN, "out one frame late, frame 0 zero"),
    "frames-reversed": (FRAMES + FSMN, "out written from the last frame to the first"),
    "columns-reversed": (FRAMES + FSMN, "out written with its columns reversed"),
}
FAULTS = dict(OTHER)
for _name, (_layers, _words) in MODEL.items():
    FAULTS[_name] = (_layers, _words)
    FAULTS[_name + "-forward"] = (_layers, _words + ", in forward only")
for _order in map("".join, itertools.permutations("ifog")):
    FAULTS["gates-read-as-" + _order] = (LSTM, f"weights' and bias's blocks taken as {_order}")
    for _tensor in ("Wx", "Wh", "Wk", "b"):
        FAULTS[f"gates-of-{_tensor}-read-as-{_order}"] = (
            TF if _tensor == "Wk" else LSTM, f"{_tensor}'s blocks taken as {_order}")
for _order in map("".join, itertools.permutations("xfrh")):
    if _order != "xfrh":
        FAULTS["blocks-read-as-" + _order] = (
            ("sru-step", "sru"), f"W's column blocks taken as {_order}")
# "frames-reversed" and "columns-reversed" of a symmetric result would be no fault; none is.


def applies(fault, d):
    """Whether the fault changes anything in this case."""
    if d.kernel not in FAULTS[fault][0] or fault.endswith("read-as-" + str(d.order)):
        return False
    n = d.dimensions
    size = {"gradient-mean-over-streams": n.get("N"), "gradient-mean-over-frames": n.get("T"),
            "gradient-mean-over-all": n.get("N", 1) * n.get("T", 1)}
    return size.get(fault, 2) > 1


def sigmoid(a):
    return ONE / (ONE + np.exp(-a))


def hard(a):
    return np.clip(np.float32(0.2) * a + np.float32(0.5), 0, 1)


def slope(y, kind):
    """The derivative of an activation, from its output."""
    if kind == "tanh":
        return ONE - y * y
    if kind == "hard":
        return np.where((y > 0) & (y < 1), np.float32(0.2), np.float32(0))
    return y * (ONE - y)


ACTIVATIONS = {"tanh": np.tanh, "hard": hard, "sigmoid": sigmoid}


def gate_kinds(fault):
    kinds = dict(i="sigmoid", f="sigmoid", o="sigmoid", g="tanh")
    if fault == "hard-sigmoid":
        kinds.update(i="hard", f="hard", o="hard")
    if fault == "sigmoid-for-tanh":
        kinds["g"] = "sigmoid"
    if fault == "tanh-for-sigmoid":
        kinds.update(i="tanh", f="tanh", o="tanh")
    return kinds


def recurrent(w, x, h0, c0, dout, dc_last, order, F, S, fault):
    """LSTM and TF-LSTM alike: an LSTM is one block without Wk and peepholes."""
    fw, bw = fault.removesuffix("-forward"), "" if fault.endswith("-forward") else fault
    N, T, D = x.shape
    H = w["pi"].shape[0]
    B = (D - F) // S + 1
    dropped = B - 1 if fw == "last-block-dropped" else None
    place = {}
    for tensor in ("Wx", "Wh", "Wk", "b"):
        own = order
        if fw.startswith(("gates-read-as-", f"gates-of-{tensor}-read-as-")):
            own = fw[-4:]
        place[tensor] = {g: slice(own.index(g) * H, own.index(g) * H + H) for g in "ifog"}

    def weight(tensor, g, who):
        m = w[tensor][..., place[tensor][g]]
        if tensor == "Wh" and who == "recurrent-blocks-transposed":
            return m.T
        return m

    def bias(g):
        b = w["b"][place["b"][g]]
        b = b * 2 if fw == "bias-twice" else b * 0 if fw == "bias-left-out" else b
        return b + ONE if fw == "forget-bias-plus-one" and g == "f" else b

    def peephole(name, who):
        gone = {"pi": "input", "pf": "forget", "po": "output"}[name]
        return w[name] * 0 if who == f"peephole-{gone}-left-out" else w[name]

    kinds, back_kinds = gate_kinds(fw), gate_kinds(bw)
    times = range(T)[::-1] if fw == "sequence-reversed" else range(T)
    climb = range(B)[::-1] if fw == "blocks-reversed" else range(B)

    def forward(h, c):
        trace = {}
        for t in times:
            below, h_new, c_new = np.zeros((N, H), FLOAT), h.copy(), c.copy()
            previous_below = np.zeros((N, H), FLOAT)
            for k in climb:
                if k == dropped:
                    h_new[:, k * H:(k + 1) * H] = c_new[:, k * H:(k + 1) * H] = 0
                    continue
                v = {"x": x[:, t, k * S:k * S + F], "h0": h[:, k * H:(k + 1) * H],
                     "c0": c[:, k * H:(k + 1) * H], "p": below}
                if fw == "block-weights-from-previous-time":
                    v["p"] = previous_below
                    previous_below = v["h0"]
                a = {g: v["x"] @ weight("Wx", g, fw) + v["h0"] @ weight("Wh", g, fw)
                     + v["p"] @ weight("Wk", g, fw) + bias(g) for g in "ifog"}
                act = {g: ACTIVATIONS[kinds[g]] for g in "ifog"}
                v["i"] = act["i"](a["i"] + peephole("pi", fw) * v["c0"])
                v["f"] = act["f"](a["f"] + peephole("pf", fw) * v["c0"])
                v["g"] = act["g"](a["g"])
                v["c"] = v["f"] * v["c0"] + v["i"] * v["g"]
                seen = v["c0"] if fw == "peephole-output-on-old-cell" else v["c"]
                v["o"] = act["o"](a["o"] + peephole("po", fw) * seen)
                v["n"] = v["c"] if fw == "output-tanh-left-out" else np.tanh(v["c"])
                v["h"] = below = v["o"] * v["n"]
                h_new[:, k * H:(k + 1) * H], c_new[:, k * H:(k + 1) * H] = v["h"], v["c"]
                trace[t, k] = v
            h, c = h_new, c_new
        return trace, h, c

    if fw == "initial-state-ignored":
        h0 = np.zeros_like(h0)
    trace, h_last, c_last = forward(h0, c0)
    if fw == "final-state-carried":
        trace, h_last, c_last = forward(h_last, c_last)

    r = {"d" + k: np.zeros_like(w[k]) for k in w}
    r["dx"] = np.zeros_like(x)
    r["out"] = np.zeros((N, T, B * H), FLOAT)
    dh_next, dc_next = np.zeros((N, B * H), FLOAT), dc_last
    for t in list(times)[::-1]:
        dp = np.zeros((N, H), FLOAT)
        dh_prev, dc_prev = np.zeros_like(dh_next), np.zeros_like(dc_next)
        late_p = None
        for k in list(climb)[::-1]:
            if k == dropped:
                continue
            s, v = slice(k * H, (k + 1) * H), trace[t, k]
            r["out"][:, t, s] = v["h"]
            dh = dout[:, t, s] + dh_next[:, s] + dp
            d = {"o": dh * v["n"] * slope(v["o"], back_kinds["o"])}
            through = ONE if bw == "output-tanh-left-out" else ONE - v["n"] * v["n"]
            dc = dc_next[:, s] + dh * v["o"] * through
            on_old = bw == "peephole-output-on-old-cell"
            to_cell = peephole("po", bw) * d["o"]
            if bw == "peephole-output-path-left-out":
                to_cell = to_cell * 0
            if not on_old:
                dc = dc + to_cell
            d["i"] = dc * v["g"] * slope(v["i"], back_kinds["i"])
            d["f"] = dc * v["c0"] * slope(v["f"], back_kinds["f"])
            d["g"] = dc * v["i"] * slope(v["g"], back_kinds["g"])
            backward = {m: sum(d[g] @ weight(m, g, bw).T for g in "ifog")
                        for m in ("Wx", "Wh", "Wk")}
            if bw == "overlap-overwritten":
                r["dx"][:, t, k * S:k * S + F] = backward["Wx"]
            else:
                r["dx"][:, t, k * S:k * S + F] += backward["Wx"]
            dh_prev[:, s] += backward["Wh"]
            if bw == "block-weights-from-previous-time":
                if k > 0:
                    dh_prev[:, s.start - H:s.start] += backward["Wk"]
            else:
                dp = backward["Wk"]
            forget = v["f"]
            if bw == "gradient-with-current-forget":
                forget = trace[t - 1, k]["f"] if t > 0 else v["f"] * 0
            carried = dc * forget
            if on_old:
                carried = carried + to_cell
            if bw != "peephole-input-path-left-out":
                carried = carried + peephole("pi", bw) * d["i"]
            if bw != "peephole-forget-path-left-out":
                carried = carried + peephole("pf", bw) * d["f"]
            dc_prev[:, s] = carried
            if bw == "last-frame-gradient-only" and t != T - 1:
                continue
            if bw == "gradient-overwritten" and t != 0:
                continue
            state = v["h"] if bw == "weight-gradient-from-current-state" else v["h0"]
            for g in "ifog":
                r["dWx"][:, place["Wx"][g]] += v["x"].T @ d[g]
                part = state.T @ d[g]
                r["dWh"][:, place["Wh"][g]] += (
                    part.T if bw == "recurrent-blocks-transposed" else part)
                r["dWk"][:, place["Wk"][g]] += v["p"].T @ d[g]
                factor = {"bias-twice": 2, "bias-left-out": 0}.get(bw, 1)
                r["db"][place["b"][g]] += d[g].sum(0) * np.float32(factor)
            new, old = v["c"], v["c0"]
            on_new = bw == "peephole-gradients-on-new-cell"
            of_output = old if on_old or bw == "peephole-gradient-on-old-cell" else new
            for name, g, cell in (("pi", "i", new if on_new else old),
                                  ("pf", "f", new if on_new else old), ("po", "o", of_output)):
                if peephole(name, bw) is w[name]:
                    r["d" + name] += (d[g] * cell).sum(0)
        dh_next, dc_next = dh_prev, dc_prev
        if bw == "recurrent-gradient-left-out" and t != list(times)[0]:
            dh_next = dh_next * 0
        if bw == "cell-gradient-left-out":
            dc_next = dc_next * 0
    r["dprev_h"], r["dprev_c"], r["dh0"] = dh_next, dc_next, dh_next
    if fw == "initial-state-ignored":
        r["dh0"] = dh_next * 0
    r["next_h"], r["next_c"] = h_last, c_last
    return r


def simple_recurrent(w, x, c0, dout, dc_last, fault):
    """SRU, compact weights (D × 4H) or four of them."""
    fw, bw = fault.removesuffix("-forward"), "" if fault.endswith("-forward") else fault
    N, T, _ = x.shape
    H = w["bf"].shape[0]
    separate = "Wf" in w
    order = fw[-4:] if fw.startswith("blocks-read-as-") else "xfrh"
    column = {g: slice(order.index(g) * H, order.index(g) * H + H) for g in "xfrh"}
    W = ({"x": w["W"], "f": w["Wf"], "r": w["Wr"], "h": w["Wh"]} if separate
         else {g: w["W"][:, column[g]] for g in "xfrh"})
    bf, br = (w["br"], w["bf"]) if fw == "biases-swapped" else (w["bf"], w["br"])
    factor = {"bias-twice": 2, "bias-left-out": 0}.get(fw, 1)
    bf, br = bf * np.float32(factor), br * np.float32(factor)
    if fw == "forget-bias-plus-one":
        bf = bf + ONE
    gate = hard if fw == "hard-sigmoid" else sigmoid
    kind = "hard" if bw == "hard-sigmoid" else "sigmoid"
    times = range(T)[::-1] if fw == "sequence-reversed" else range(T)

    def forward(c):
        trace = {}
        for t in times:
            xt = x[:, t]
            v = {"x": xt @ W["x"], "f": gate(xt @ W["f"] + bf), "r": gate(xt @ W["r"] + br),
                 "h": xt @ W["h"], "c0": c}
            f, r = v["f"], v["r"]
            if fw == "forget-complement-swapped":
                v["c"] = (ONE - f) * c + f * v["x"]
            else:
                v["c"] = f * c + (ONE - f) * v["x"]
            v["n"] = np.tanh(v["c"]) if fw == "cell-tanh" else v["c"]
            if fw == "reset-complement-swapped":
                v["out"] = (ONE - r) * v["n"] + r * v["h"]
            elif fw == "highway-left-out":
                v["out"] = r * v["n"]
            else:
                v["out"] = r * v["n"] + (ONE - r) * v["h"]
            c = v["c"]
            trace[t] = v
        return trace, c

    trace, c_last = forward(c0)
    d = {}
    dc_next = dc_last
    for t in list(times)[::-1]:
        v, dh = trace[t], dout[:, t]
        f, r = v["f"], v["r"]
        swapped = bw == "reset-complement-swapped"
        to_n = dh * (ONE - r if swapped else r)
        # the right text knows no tanh: it takes the cell itself
        own = v["n"] if bw == "cell-tanh" else v["c"]
        e = {}
        if bw == "cell-tanh":
            to_n = to_n * (ONE - own * own)
        dc = to_n + dc_next
        gone = bw == "highway-left-out"
        e["h"] = dh * (0 if gone else r if swapped else ONE - r)
        difference = own if gone else (v["h"] - own if swapped else own - v["h"])
        e["r"] = dh * difference * slope(r, kind)
        if bw == "forget-complement-swapped":
            e["x"], e["f"] = dc * f, dc * (v["x"] - v["c0"]) * slope(f, kind)
            keep = ONE - f
        else:
            e["x"], e["f"] = dc * (ONE - f), dc * (v["c0"] - v["x"]) * slope(f, kind)
            keep = f
        if bw == "gradient-with-current-forget":
            keep = trace[t - 1]["f"] if t > 0 else keep * 0
        dc_next = dc * keep
        if bw == "cell-gradient-left-out":
            dc_next = dc_next * 0
        d[t] = e
    frames = {"last-frame-gradient-only": [T - 1], "gradient-overwritten": [0]}.get(bw, range(T))
    rows = np.concatenate([x[:, t] for t in frames])
    of = {g: np.concatenate([d[t][g] for t in frames]) for g in "xfrh"}
    factor = {"bias-twice": 2, "bias-left-out": 0}.get(bw, 1)
    dbf, dbr = of["f"].sum(0) * np.float32(factor), of["r"].sum(0) * np.float32(factor)
    r = {"dbf": dbr, "dbr": dbf} if bw == "biases-swapped" else {"dbf": dbf, "dbr": dbr}
    if separate:
        r.update({"d" + name: rows.T @ of[g] for name, g in
                  (("W", "x"), ("Wf", "f"), ("Wr", "r"), ("Wh", "h"))})
    else:
        r["dW"] = np.concatenate([rows.T @ of[g] for g in order], 1)
    r["dx"] = np.stack([sum(d[t][g] @ W[g].T for g in "xfrh") for t in range(T)], 1)
    r["out"] = np.stack([trace[t]["out"] for t in range(T)], 1)
    r["next_h"], r["next_c"], r["dprev_c"] = r["out"][:, -1], c_last, dc_next
    return r


def memory_block(p, fault):
    """Both FSMN layers, through a list of (row, filter name, filter row, other row)."""
    fw, bw = fault.removesuffix("-forward"), "" if fault.endswith("-forward") else fault
    hidden, dmemory = p["hidden"], p["dmemory"]
    T, both = hidden.shape[0], "bfilter" in p
    filters = {k: p[k] for k in ("filter", "bfilter", "ffilter") if k in p}

    def links(who):
        back, ahead = (-1, 1) if who != "directions-swapped" else (1, -1)
        extra = {"one-term-too-many": 1, "one-term-too-few": -1}.get(who, 0)
        near = 1 if who == "filter-off-by-one" else 0
        sides = ([("bfilter", 1, back, "bposition"), ("ffilter", 0, ahead, "fposition")] if both
                 else [("filter", 0, back, "position")])
        result = [(r, "bfilter", 0, r) for r in range(T)] if both else []
        for name, first, sign, position in sides:
            count = filters[name].shape[0] - first
            for r in range(T):
                reach = int(p[position][r]) + extra
                if who == "positions-ignored":
                    reach = T
                for i in range(min(reach, count)):
                    other = r + sign * (i + 1 - near)
                    if 0 <= other < T:
                        result.append((r, name, i + first, other))
        return result

    memory = hidden.copy() if fw != "identity-left-out" else np.zeros_like(hidden)
    for r, name, i, other in links(fw):
        memory[r] += filters[name][i] * hidden[other]
    result = {"memory": memory, "dhidden": dmemory.copy()}
    if bw in ("identity-left-out", "identity-left-out-backward"):
        result["dhidden"][:] = 0
    result.update({"d" + name: np.zeros_like(m) for name, m in filters.items()})
    for r, name, i, other in links(bw):
        result["dhidden"][other] += filters[name][i] * dmemory[r]
        result["d" + name][i] += hidden[other] * dmemory[r]
    if bw == "backward-not-computed":
        for name in result:
            if name != "memory":
                result[name][:] = 0
    return result


def run(d, fault=""):
    """(inputs, results) of the program with this fault, under the notebooks' names, float32."""
    p = {k: np.asarray(v, FLOAT) for k, v in d.inputs().items()}
    if d.kernel in FSMN:
        return p, memory_block(p, fault)
    step = d.kernel in STEPS
    x = p["x"][:, None] if step else p["x"]
    dout = p["dnext_h"][:, None] if step else p["dout"]
    zero = np.zeros((dout.shape[0], dout.shape[2]), FLOAT)
    c0, dc_last = (p["prev_c"], p["dnext_c"]) if step else (zero, zero)
    if d.kernel in SRU:
        r = simple_recurrent(p, x, c0, dout, dc_last, fault)
    else:
        H = d.dimensions["H"]
        w = {k: p[k] for k in ("Wx", "Wh", "Wk", "b", "pi", "pf", "po") if k in p}
        if "Wk" not in w:
            w["Wk"] = np.zeros((H, 4 * H), FLOAT)
            w.update({k: np.zeros(H, FLOAT) for k in ("pi", "pf", "po")})
        F, S = (d.dimensions["F"], d.dimensions["S"]) if d.kernel in TF else (x.shape[2], 1)
        r = recurrent(w, x, p["prev_h"] if step else p["h0"], c0, dout, dc_last, d.order, F, S,
                      fault)
    if step:
        r["dx"] = r["dx"][:, 0]
    return p, r


def outside(d, fault, view):
    """Faults of scale and layout, done to the finished view: name → (matrix, is it a result)."""
    N, T = d.dimensions.get("N", 1), d.dimensions.get("T", 1)
    scale = {"gradient-mean-over-streams": 1 / N, "gradient-mean-over-frames": 1 / T,
             "gradient-mean-over-all": 1 / (N * T), "gradient-doubled": 2,
             "gradient-negated": -1}.get(fault)
    if scale is not None:
        data = ("dx", "dprev_h", "dprev_c", "dh0", "h0_corr")
        for name, (m, is_result) in view.items():
            gradient = name.endswith("_corr") if d.kernel not in STEPS else name.startswith("d")
            if is_result and gradient and name not in data:
                view[name] = (m * np.float32(scale), True)
    streams = 1 if d.kernel in FSMN else N
    out = view["out"][0] if "out" in view else None
    if fault == "frames-batch-major":
        for name in ("out", "in_diff"):
            m = view[name][0]
            view[name] = (m.reshape(T, N, -1).transpose(1, 0, 2).reshape(N * T, -1), True)
    elif fault == "frames-shifted":
        view["out"] = (np.concatenate([out[:streams] * 0, out[:-streams]]), True)
    elif fault == "frames-reversed":
        view["out"] = (out.reshape(T, streams, -1)[::-1].reshape(out.shape), True)
    elif fault == "columns-reversed":
        view["out"] = (out[:, ::-1], True)
    return view


def faulty_view(d, fault=""):
    """What a user of the faulty program has to compare, without internals."""
    p, r = run(d, fault)
    wanted = (d.numpy_view if d.kernel in STEPS else d.kaldi_view)
    if d.kernel in STEPS:
        letters = {"dnext_h", "dnext_c"}
        known = {"next_h", "next_c", "dprev_h", "dprev_c", "dx"} | {"d" + k for k in p}
        r = {k: v for k, v in r.items() if k in known - letters}
        if d.kernel in SRU:
            r.pop("dprev_h", None)
    return outside(d, fault, wanted(p, r))


def dump(case_json, fault, outdir):
    """Writes the faulty program's tensors as Kaldi text at 7 digits (step cases: NumPy names)."""
    d = Description.read(os.path.dirname(os.path.abspath(case_json)))
    os.makedirs(outdir, exist_ok=True)
    for name, (m, _) in faulty_view(d, fault).items():
        with open(os.path.join(outdir, name + ".txt"), "w") as f:
            f.write(kaldi_text(m))


if __name__ == "__main__":
    for _fault, (_layers, _words) in FAULTS.items():
        print(f"{_fault:42s} {_words}  [{' '.join(_layers)}]")
    sys.exit(0)
