"""The layers' equations, forward and backward, each written once.

Every function takes first the *numbers* it runs in (see numbers_.py): exact balls, float64,
or one of many float32 programs. `total` adds plain terms, tuples (elementwise products) and
`P(A, B)` (matrix products) in whatever order those numbers prefer, so that the text here fixes
the mathematics and nothing else.

Legend: N streams, T frames, D inputs, H cells, B frequency blocks, F filter width, S stride.
Sequences are arrays (N, T, ·); weights are input-major (D × 4H).
"""

from collections import namedtuple

import numpy as np

P = namedtuple("P", "left right")  # a matrix product


def linspace(first, last, shape):
    """NumPy's linspace over a whole tensor, spelled out."""
    count = int(np.prod(shape))
    if count == 1:
        return np.full(shape, float(first))
    step = (float(last) - float(first)) / (count - 1)
    values = np.array([i * step + float(first) for i in range(count)], dtype=np.float64)
    values[-1] = last
    return values.reshape(shape)


def blocks_of(matrix, names, width):
    """The columns (last axis) of each named gate."""
    return {g: matrix[..., k * width:(k + 1) * width] for k, g in enumerate(names)}


def stacked(parts, names):
    return np.concatenate([parts[g] for g in names], axis=-1)


# ---------------------------------------------------------------- LSTM


def lstm_cell(ar, x, h0, c0, w, order):
    """One frame: everything a backward pass needs, by name."""
    H = h0.shape[1]
    a = blocks_of(ar.total(P(x, w["Wx"]), P(h0, w["Wh"]), w["b"]), order, H)
    v = {g: (ar.tanh if g == "g" else ar.sigmoid)(a[g]) for g in "ifog"}
    v["c"] = ar.total((v["f"], c0), (v["i"], v["g"]))
    v["n"] = ar.tanh(v["c"])
    v["h"] = ar.times(v["o"], v["n"])
    v.update(x=x, h0=h0, c0=c0)
    return v


def lstm_cell_backward(ar, v, dh, dc_terms, order):
    """`dc_terms`: what reaches the new cell from later frames, as terms of one sum."""
    d = {"h": dh}
    d["n"] = ar.times(dh, v["o"], ar.tanh_slope(v["n"]))
    d["c"] = ar.total(*dc_terms, d["n"])
    d["i"] = ar.times(d["c"], v["g"], ar.sigmoid_slope(v["i"]))
    d["f"] = ar.times(d["c"], v["c0"], ar.sigmoid_slope(v["f"]))
    d["o"] = ar.times(dh, v["n"], ar.sigmoid_slope(v["o"]))
    d["g"] = ar.times(d["c"], v["i"], ar.tanh_slope(v["g"]))
    d["a"] = stacked(d, order)
    return d


def lstm_step(ar, p, order="ifog"):
    v = lstm_cell(ar, p["x"], p["prev_h"], p["prev_c"], p, order)
    d = lstm_cell_backward(ar, v, p["dnext_h"], [p["dnext_c"]], order)
    return {
        "next_h": v["h"], "next_c": v["c"],
        "dx": ar.total(P(d["a"], p["Wx"].T)), "dprev_h": ar.total(P(d["a"], p["Wh"].T)),
        "dprev_c": ar.times(d["c"], v["f"]), "dWx": ar.collect([(p["x"], d["a"])]),
        "dWh": ar.collect([(p["prev_h"], d["a"])]), "db": ar.gather([d["a"]]),
    }


def lstm(ar, p, order="ifog"):
    x, w = p["x"], p
    N, T, _ = x.shape
    h, c, trace = p["h0"], ar.zeros(p["h0"].shape), []
    for t in range(T):
        trace.append(lstm_cell(ar, x[:, t], h, c, w, order))
        h, c = trace[-1]["h"], trace[-1]["c"]
    back, later_h, later_c = [None] * T, [], []
    for t in reversed(range(T)):
        v = trace[t]
        back[t] = d = lstm_cell_backward(
            ar, v, ar.total(p["dout"][:, t], *later_h), later_c, order)
        later_h, later_c = [P(d["a"], w["Wh"].T)], [(d["c"], v["f"])]
        if not ar.advance:  # step by step: dprev_h and dprev_c are rounded before they are added
            later_h, later_c = [ar.total(*later_h)], [ar.total(*later_c)]
    return {
        "out": np.stack([v["h"] for v in trace], 1),
        "dx": np.stack([ar.total(P(d["a"], w["Wx"].T)) for d in back], 1),
        "dh0": ar.total(P(back[0]["a"], w["Wh"].T)),
        "dWx": ar.collect([(v["x"], d["a"]) for v, d in zip(trace, back)]),
        "dWh": ar.collect([(v["h0"], d["a"]) for v, d in zip(trace, back)]),
        "db": ar.gather([d["a"] for d in back]),
        "propagate": [stacked(v, order + "cnh") for v in trace],
        "backpropagate": [stacked(d, order + "cnh") for d in back],
    }


# ---------------------------------------------------------------- SRU


def sru_cell(ar, a, c0, bf, br):
    """`a`: the products x·W of the four blocks x f r h, biases not yet added."""
    v = {"x": a["x"], "h": a["h"], "c0": c0}
    v["f"], v["r"] = ar.sigmoid(a["f"]), ar.sigmoid(a["r"])
    v["c"] = ar.blend(v["f"], c0, v["x"])
    v["out"] = ar.blend(v["r"], v["c"], v["h"])
    return v


def sru_products(ar, x, w, H):
    """Pre-activations of the four blocks for any number of rows."""
    if "Wf" in w:
        W = {"x": w["W"], "f": w["Wf"], "r": w["Wr"], "h": w["Wh"]}
    else:
        W = blocks_of(w["W"], "xfrh", H)
    return {"x": ar.total(P(x, W["x"])), "f": ar.total(P(x, W["f"]), w["bf"]),
            "r": ar.total(P(x, W["r"]), w["br"]), "h": ar.total(P(x, W["h"]))}


def sru_cell_backward(ar, v, dh, dc_terms):
    d = {"out": dh, "dcr": ar.times(dh, v["r"])}
    d["c"] = ar.total(*dc_terms, d["dcr"])
    d["x"] = ar.rest(v["f"], d["c"])
    d["f"] = ar.times(d["c"], ar.total(v["c0"], -v["x"]), ar.sigmoid_slope(v["f"]))
    d["r"] = ar.times(dh, ar.total(v["c"], -v["h"]), ar.sigmoid_slope(v["r"]))
    d["h"] = ar.rest(v["r"], dh)
    d["a"] = stacked(d, "xfrh")
    return d


def sru_gradients(ar, frames, w):
    """dx of each frame and the weights' gradients, from (x, d) of each frame."""
    if "Wf" in w:
        names = {"x": "W", "f": "Wf", "r": "Wr", "h": "Wh"}
        dx = [ar.total(*[P(d[g], w[names[g]].T) for g in "xfrh"]) for _, d in frames]
        result = {"d" + names[g]: ar.collect([(x, d[g]) for x, d in frames]) for g in "xfrh"}
    else:
        dx = [ar.total(P(d["a"], w["W"].T)) for _, d in frames]
        result = {"dW": ar.collect([(x, d["a"]) for x, d in frames])}
    result["dbf"] = ar.gather([d["f"] for _, d in frames])
    result["dbr"] = ar.gather([d["r"] for _, d in frames])
    return dx, result


def sru_step(ar, p):
    H = p["bf"].shape[0]
    v = sru_cell(ar, sru_products(ar, p["x"], p, H), p["prev_c"], p["bf"], p["br"])
    d = sru_cell_backward(ar, v, p["dnext_h"], [p["dnext_c"]])
    dx, result = sru_gradients(ar, [(p["x"], d)], p)
    result.update(next_h=v["out"], next_c=v["c"], dx=dx[0], dprev_c=ar.times(d["c"], v["f"]))
    return result


def sru(ar, p):
    x, H = p["x"], p["bf"].shape[0]
    N, T, _ = x.shape
    c, trace = ar.zeros((N, H)), []
    for t in range(T):
        trace.append(sru_cell(ar, sru_products(ar, x[:, t], p, H), c, p["bf"], p["br"]))
        c = trace[-1]["c"]
    back, later = [None] * T, []
    for t in reversed(range(T)):
        back[t] = d = sru_cell_backward(ar, trace[t], p["dout"][:, t], later)
        later = [(d["c"], trace[t]["f"])]
        if not ar.advance:
            later = [ar.total(*later)]
    dx, result = sru_gradients(ar, [(x[:, t], back[t]) for t in range(T)], p)
    result.update(
        out=np.stack([v["out"] for v in trace], 1), dx=np.stack(dx, 1),
        propagate=[np.concatenate([v[k] for k in ("x", "f", "r", "h", "c", "c", "out")], 1)
                   for v in trace],
        backpropagate=[np.concatenate([d[k] for k in ("x", "f", "r", "h", "c", "dcr", "out")], 1)
                       for d in back])
    return result


# ---------------------------------------------------------------- TF-LSTM with peepholes


def tflstm_frame(ar, x, h0, c0, w, order, F, S):
    """One frame, blocks from the lowest up; the list of the blocks' quantities."""
    H = w["pi"].shape[0]
    B = (x.shape[1] - F) // S + 1
    Wx, Wh, Wk, b = (blocks_of(w[k], order, H) for k in ("Wx", "Wh", "Wk", "b"))
    below, blocks = ar.zeros((x.shape[0], H)), []
    for k in range(B):
        v = {"x": x[:, k * S:k * S + F], "p": below,
             "h0": h0[:, k * H:(k + 1) * H], "c0": c0[:, k * H:(k + 1) * H]}

        def preactivation(g, *peephole):
            return ar.total(P(v["x"], Wx[g]), P(v["h0"], Wh[g]), P(v["p"], Wk[g]), b[g], *peephole)

        v["i"] = ar.sigmoid(preactivation("i", (w["pi"], v["c0"])))
        v["f"] = ar.sigmoid(preactivation("f", (w["pf"], v["c0"])))
        v["g"] = ar.tanh(preactivation("g"))
        v["c"] = ar.total((v["f"], v["c0"]), (v["i"], v["g"]))
        v["o"] = ar.sigmoid(preactivation("o", (w["po"], v["c"])))
        v["n"] = ar.tanh(v["c"])
        v["h"] = below = ar.times(v["o"], v["n"])
        blocks.append(v)
    return blocks


def tflstm_frame_backward(ar, blocks, dh_terms, dc_terms, w, order):
    """`dh_terms[k]`, `dc_terms[k]`: what reaches block k from above and from later frames."""
    back, from_above = [None] * len(blocks), []
    for k in reversed(range(len(blocks))):
        v = blocks[k]
        d = {"h": ar.total(*dh_terms[k], *from_above)}
        d["o"] = ar.times(d["h"], v["n"], ar.sigmoid_slope(v["o"]))
        d["n"] = ar.times(d["h"], v["o"], ar.tanh_slope(v["n"]))
        d["c"] = ar.total(*dc_terms[k], d["n"], (w["po"], d["o"]))
        d["i"] = ar.times(d["c"], v["g"], ar.sigmoid_slope(v["i"]))
        d["f"] = ar.times(d["c"], v["c0"], ar.sigmoid_slope(v["f"]))
        d["g"] = ar.times(d["c"], v["i"], ar.tanh_slope(v["g"]))
        d["a"] = stacked(d, order)
        from_above = [P(d["a"], w["Wk"].T)]
        if not ar.advance:
            from_above = [ar.total(*from_above)]
        back[k] = d
    return back


def tflstm_dx(ar, back, w, D, F, S):
    """Overlapping blocks of the input: each column is one sum over the blocks that saw it."""
    WxT, columns = w["Wx"].T, []
    for j in range(D):
        terms = [P(d["a"], WxT[:, j - k * S:j - k * S + 1]) for k, d in enumerate(back)
                 if 0 <= j - k * S < F]
        columns.append(ar.total(*terms) if terms else ar.zeros((back[0]["a"].shape[0], 1)))
    return np.concatenate(columns, 1)


def tflstm_dc_before(v, d, w):
    """What a block's new cell hands back to the cell of the frame before."""
    return [(d["c"], v["f"]), (w["pi"], d["i"]), (w["pf"], d["f"])]


def tflstm_gradients(ar, pairs):
    """`pairs`: (v, d) of every frame and block, in the order a program meets them."""
    return {
        "dWx": ar.collect([(v["x"], d["a"]) for v, d in pairs]),
        "dWh": ar.collect([(v["h0"], d["a"]) for v, d in pairs]),
        "dWk": ar.collect([(v["p"], d["a"]) for v, d in pairs]),
        "db": ar.gather([d["a"] for _, d in pairs]),
        "dpi": ar.gather([(d["i"], v["c0"]) for v, d in pairs]),
        "dpf": ar.gather([(d["f"], v["c0"]) for v, d in pairs]),
        "dpo": ar.gather([(d["o"], v["c"]) for v, d in pairs]),
    }


def split(matrix, B):
    return [matrix[:, k] for k in np.split(np.arange(matrix.shape[1]), B)]


def tflstm_step(ar, p, F, S, order="ifog"):
    blocks = tflstm_frame(ar, p["x"], p["prev_h"], p["prev_c"], p, order, F, S)
    B = len(blocks)
    back = tflstm_frame_backward(
        ar, blocks, [[m] for m in split(p["dnext_h"], B)], [[m] for m in split(p["dnext_c"], B)],
        p, order)
    result = tflstm_gradients(ar, list(zip(blocks, back))[::-1])
    result.update(
        next_h=np.concatenate([v["h"] for v in blocks], 1),
        next_c=np.concatenate([v["c"] for v in blocks], 1),
        dx=tflstm_dx(ar, back, p, p["x"].shape[1], F, S),
        dprev_h=np.concatenate([ar.total(P(d["a"], p["Wh"].T)) for d in back], 1),
        dprev_c=np.concatenate(
            [ar.total(*tflstm_dc_before(v, d, p)) for v, d in zip(blocks, back)], 1))
    return result


def tflstm(ar, p, F, S, order="gifo"):
    x, H = p["x"], p["pi"].shape[0]
    N, T, D = x.shape
    B = (D - F) // S + 1
    h, c, trace = p["h0"], ar.zeros(p["h0"].shape), []
    for t in range(T):
        trace.append(tflstm_frame(ar, x[:, t], h, c, p, order, F, S))
        h = np.concatenate([v["h"] for v in trace[t]], 1)
        c = np.concatenate([v["c"] for v in trace[t]], 1)
    back = [None] * T
    later_h, later_c = [[] for _ in range(B)], [[] for _ in range(B)]
    for t in reversed(range(T)):
        own = split(p["dout"][:, t], B)
        back[t] = tflstm_frame_backward(
            ar, trace[t], [[own[k], *later_h[k]] for k in range(B)], later_c, p, order)
        later_h = [[P(d["a"], p["Wh"].T)] for d in back[t]]
        later_c = [tflstm_dc_before(v, d, p) for v, d in zip(trace[t], back[t])]
        if not ar.advance:
            later_h = [[ar.total(*terms)] for terms in later_h]
            later_c = [[ar.total(*terms)] for terms in later_c]
    result = tflstm_gradients(
        ar, [(trace[t][k], back[t][k]) for t in reversed(range(T)) for k in reversed(range(B))])
    zero = ar.zeros((N, H))
    result.update(
        out=np.stack([np.concatenate([v["h"] for v in frame], 1) for frame in trace], 1),
        dx=np.stack([tflstm_dx(ar, frame, p, D, F, S) for frame in back], 1),
        dh0=np.concatenate([ar.total(P(d["a"], p["Wh"].T)) for d in back[0]], 1))

    def buffer(frame, names):
        edge = ar.zeros((N, 8 * H))
        inner = [np.concatenate([zero if g == "0" else v[g] for g in names], 1) for v in frame]
        return np.concatenate([edge, *inner, edge], 1)

    result["propagate"] = [buffer(frame, order + "cnhh") for frame in trace]
    result["backpropagate"] = [buffer(frame, order + "cnh0") for frame in back]
    return result


# ---------------------------------------------------------------- FSMN


def compact_vfsmn(ar, p):
    hidden, filt, dmemory = p["hidden"], p["filter"], p["dmemory"]
    T, N = hidden.shape[0], filt.shape[0]
    memory = [[hidden[r]] for r in range(T)]
    dhidden = [[dmemory[r]] for r in range(T)]
    dfilter = [[] for _ in range(N)]
    for r in range(T):
        for i in range(min(int(p["position"][r]), N)):
            memory[r].append((filt[i], hidden[r - i - 1]))
            dhidden[r - i - 1].append((filt[i], dmemory[r]))
            dfilter[i].append((hidden[r - i - 1], dmemory[r]))
    return fsmn_result(ar, hidden, memory=memory, dhidden=dhidden, dfilter=dfilter)


def bi_compact_vfsmn(ar, p):
    memory, dhidden, dbfilter, dffilter = memory_sums(p["hidden"], p, p["dmemory"])
    return fsmn_result(
        ar, p["hidden"], memory=memory, dhidden=dhidden, dbfilter=dbfilter, dffilter=dffilter)


def memory_sums(hidden, p, dmemory):
    """The terms of each row of memory, dhidden, dbfilter, dffilter."""
    bfilter, ffilter = p["bfilter"], p["ffilter"]
    T, N1, N2 = hidden.shape[0], bfilter.shape[0] - 1, ffilter.shape[0]
    memory = [[hidden[r], (bfilter[0], hidden[r])] for r in range(T)]
    dhidden = [[dmemory[r], (bfilter[0], dmemory[r])] for r in range(T)]
    dbfilter = [[(hidden[r], dmemory[r]) for r in range(T)]] + [[] for _ in range(N1)]
    dffilter = [[] for _ in range(N2)]
    for r in range(T):
        for i in range(min(int(p["bposition"][r]), N1)):
            memory[r].append((bfilter[i + 1], hidden[r - i - 1]))
            dhidden[r - i - 1].append((bfilter[i + 1], dmemory[r]))
            dbfilter[i + 1].append((hidden[r - i - 1], dmemory[r]))
        for i in range(min(int(p["fposition"][r]), N2)):
            memory[r].append((ffilter[i], hidden[r + i + 1]))
            dhidden[r + i + 1].append((ffilter[i], dmemory[r]))
            dffilter[i].append((hidden[r + i + 1], dmemory[r]))
    return memory, dhidden, dbfilter, dffilter


def deep_fsmn(ar, p):
    """Kaldi's DeepFsmn: a rectified layer, a projection, its memory, and the input added to that."""
    x, dout = p["x"], p["dout"]
    hid = ar.relu(ar.total(P(x, p["Wh"]), p["bh"]))
    projected = ar.total(P(hid, p["Wp"]))
    memory, dprojected, dbfilter, dffilter = memory_sums(projected, p, dout)
    result = fsmn_result(
        ar, projected, out=[[*terms, x[r]] for r, terms in enumerate(memory)], dp_out=dprojected,
        dbfilter=dbfilter, dffilter=dffilter)
    dp = result["dp_out"]
    dhid = ar.times(ar.total(P(dp, p["Wp"].T)), ar.relu_slope(hid))
    result.update(
        dx=ar.total(P(dhid, p["Wh"].T), dout), dWh=ar.collect([(x, dhid)]), dbh=ar.gather([dhid]),
        dWp=ar.collect([(hid, dp)]), h_out=hid, p_out=projected, dh_out=dhid)
    return result


def fsmn_result(ar, hidden, **sums):
    """Each row of each result is one sum; a filter row that nothing reached is zero."""
    zero = ar.zeros(hidden.shape[1:])
    return {name: np.stack([ar.total(*terms) if terms else zero for terms in rows])
            for name, rows in sums.items()}
