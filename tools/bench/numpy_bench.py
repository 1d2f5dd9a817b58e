"""Times the layers in NumPy, float64, as an engineer would write them: the peer of `nnet-oracle bench`.

    python numpy_bench.py [--shape sru:N=2,T=10,D=3,H=6]… [--seconds 0.3] [--sections]

Three styles: "notebook" (a step function per frame with its cache, the sigmoid by sign, gradients
added step by step); "leaner" (one product for all frames where the recurrence allows it,
1/(1+exp(-z)), the weights' gradients as one product, the gates still frame by frame); "leanest"
(gates, too, over all frames at once where they can be, arrays reused). Prints
{"results": [{"kernel", "style", "pass", "N", …, "medianNanoseconds", "spread"}]}.
--sections adds the notebook's three timing sections under their names. Environment variables that
choose OpenBLAS's kernels are left as they are; the caller sets them.
"""

import argparse
import json
import os
import statistics
import time

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_by_sign(z):
    """The notebook's form, safe for large negative arguments."""
    positive = z >= 0
    e = np.zeros_like(z)
    e[positive] = np.exp(-z[positive])
    e[~positive] = np.exp(z[~positive])
    top = np.ones_like(z)
    top[~positive] = e[~positive]
    return top / (1 + e)


# ------------------------------------------------------------ SRU, leanest


def sru_forward(x, W, bf, br):
    N, T, D = x.shape
    H = bf.shape[0]
    a = (x.transpose(1, 0, 2).reshape(T * N, D) @ W).reshape(T, N, 4 * H)
    ax, ah = a[:, :, :H], a[:, :, 3 * H:]
    f = sigmoid(a[:, :, H:2 * H] + bf)
    r = sigmoid(a[:, :, 2 * H:3 * H] + br)
    g = (1 - f) * ax
    c = np.empty((T + 1, N, H))
    c[0] = 0
    for t in range(T):
        np.multiply(f[t], c[t], out=c[t + 1])
        c[t + 1] += g[t]
    out = r * c[1:] + (1 - r) * ah
    return out.transpose(1, 0, 2), (x, W, ax, ah, f, r, c)


def sru_backward(dout, cache):
    x, W, ax, ah, f, r, c = cache
    T, N, H = f.shape
    dh = dout.transpose(1, 0, 2)
    dc = dh * r
    for t in range(T - 2, -1, -1):
        dc[t] += dc[t + 1] * f[t + 1]
    da = np.empty((T, N, 4 * H))
    da[:, :, :H] = dc * (1 - f)
    da[:, :, H:2 * H] = dc * (c[:-1] - ax) * f * (1 - f)
    da[:, :, 2 * H:3 * H] = dh * (c[1:] - ah) * r * (1 - r)
    da[:, :, 3 * H:] = dh * (1 - r)
    flat = da.reshape(T * N, 4 * H)
    dx = (flat @ W.T).reshape(T, N, -1).transpose(1, 0, 2)
    dW = x.transpose(1, 0, 2).reshape(T * N, -1).T @ flat
    db = flat.sum(0)
    return dx, dW, db[H:2 * H], db[2 * H:3 * H]


# ------------------------------------------------------------ LSTM (gates i f o g), leanest


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    a = (x.transpose(1, 0, 2).reshape(T * N, D) @ Wx + b).reshape(T, N, 4 * H)
    s, g = np.empty((T, N, 3 * H)), np.empty((T, N, H))
    c, h, n = np.zeros((T + 1, N, H)), np.empty((T + 1, N, H)), np.empty((T, N, H))
    h[0] = h0
    for t in range(T):
        z = a[t] + h[t] @ Wh
        s[t] = sigmoid(z[:, :3 * H])
        g[t] = np.tanh(z[:, 3 * H:])
        c[t + 1] = s[t, :, H:2 * H] * c[t] + s[t, :, :H] * g[t]
        n[t] = np.tanh(c[t + 1])
        h[t + 1] = s[t, :, 2 * H:] * n[t]
    return h[1:].transpose(1, 0, 2), (x, Wx, Wh, s, g, c, h, n)


def lstm_backward(dout, cache):
    x, Wx, Wh, s, g, c, h, n = cache
    T, N, H = g.shape
    i, f, o = s[:, :, :H], s[:, :, H:2 * H], s[:, :, 2 * H:]
    slope, through, tanh_slope = s * (1 - s), o * (1 - n * n), 1 - g * g
    da = np.empty((T, N, 4 * H))
    dh_next, dc_next = 0, 0
    for t in range(T - 1, -1, -1):
        dh = dout[:, t] + dh_next
        dc = dc_next + dh * through[t]
        da[t, :, :H] = dc * g[t]
        da[t, :, H:2 * H] = dc * c[t]
        da[t, :, 2 * H:3 * H] = dh * n[t]
        da[t, :, :3 * H] *= slope[t]
        da[t, :, 3 * H:] = dc * i[t] * tanh_slope[t]
        dh_next, dc_next = da[t] @ Wh.T, dc * f[t]
    flat = da.reshape(T * N, 4 * H)
    dx = (flat @ Wx.T).reshape(T, N, -1).transpose(1, 0, 2)
    dWx = x.transpose(1, 0, 2).reshape(T * N, -1).T @ flat
    return dx, dh_next, dWx, h[:-1].reshape(T * N, H).T @ flat, flat.sum(0)


# ------------------------------------------------------------ TF-LSTM (gates g i f o), leanest


def tflstm_forward(x, h0, Wx, Wh, Wk, b, pi, pf, po, F, S):
    N, T, D = x.shape
    H = pi.shape[0]
    B = (D - F) // S + 1
    columns = (np.arange(B) * S)[:, None] + np.arange(F)
    xk = x.transpose(1, 0, 2)[:, :, columns].transpose(0, 2, 1, 3)  # T B N F
    a = (xk.reshape(-1, F) @ Wx + b).reshape(T, B, N, 4 * H)
    gates = np.empty((T, B, N, 4 * H))
    c, h = np.zeros((T + 1, B, N, H)), np.zeros((T + 1, B + 1, N, H))  # block 0 of h: nothing
    h[0, 1:] = h0.reshape(N, B, H).transpose(1, 0, 2)
    n = np.empty((T, B, N, H))
    peephole = np.concatenate([pi, pf])
    for t in range(T):
        z = a[t] + (h[t, 1:].reshape(-1, H) @ Wh).reshape(B, N, 4 * H)
        z[:, :, H:3 * H] += np.concatenate([c[t], c[t]], 2) * peephole
        for k in range(B):
            zk, gk = z[k] + h[t + 1, k] @ Wk, gates[t, k]
            gk[:, :H] = np.tanh(zk[:, :H])
            gk[:, H:3 * H] = sigmoid(zk[:, H:3 * H])
            ck = gk[:, 2 * H:3 * H] * c[t, k] + gk[:, H:2 * H] * gk[:, :H]
            gk[:, 3 * H:] = sigmoid(zk[:, 3 * H:] + po * ck)
            n[t, k] = np.tanh(ck)
            c[t + 1, k], h[t + 1, k + 1] = ck, gk[:, 3 * H:] * n[t, k]
    out = h[1:, 1:].transpose(2, 0, 1, 3).reshape(N, T, B * H)
    return out, (xk, Wx, Wh, Wk, pi, pf, po, gates, c, h, n, columns, D)


def tflstm_backward(dout, cache):
    xk, Wx, Wh, Wk, pi, pf, po, gates, c, h, n, columns, D = cache
    T, B, N, H = n.shape
    g, i, f, o = (gates[..., k * H:(k + 1) * H] for k in range(4))
    slope_i, slope_f, slope_o = i * (1 - i), f * (1 - f), o * (1 - o) * n
    through, slope_g = o * (1 - n * n), (1 - g * g) * i
    dh_all = dout.reshape(N, T, B, H).transpose(1, 2, 0, 3)
    da = np.empty((T, B, N, 4 * H))
    dh_next, dc_next = np.zeros((B, N, H)), np.zeros((B, N, H))
    for t in range(T - 1, -1, -1):
        dp, dcs = 0, np.empty((B, N, H))
        dh_next = dh_next + dh_all[t]
        for k in range(B - 1, -1, -1):
            dh, d = dh_next[k] + dp, da[t, k]
            d[:, 3 * H:] = dh * slope_o[t, k]
            dc = dcs[k] = dc_next[k] + dh * through[t, k] + po * d[:, 3 * H:]
            d[:, :H] = dc * slope_g[t, k]
            d[:, H:2 * H] = dc * g[t, k] * slope_i[t, k]
            d[:, 2 * H:3 * H] = dc * c[t, k] * slope_f[t, k]
            dp = d @ Wk.T
        dh_next = (da[t].reshape(-1, 4 * H) @ Wh.T).reshape(B, N, H)
        dc_next = dcs * f[t] + pi * da[t, :, :, H:2 * H] + pf * da[t, :, :, 2 * H:3 * H]
    flat = da.reshape(-1, 4 * H)
    dxk = (flat @ Wx.T).reshape(T, B, N, -1)
    dx = np.zeros((T, N, D))
    for k in range(B):
        dx[:, :, columns[k]] += dxk[:, k]
    return (dx.transpose(1, 0, 2), dh_next.transpose(1, 0, 2).reshape(N, B * H),
            xk.reshape(-1, xk.shape[-1]).T @ flat, h[:-1, 1:].reshape(-1, H).T @ flat,
            h[1:, :-1].reshape(-1, H).T @ flat, flat.sum(0),
            (da[..., H:2 * H] * c[:-1]).sum((0, 1, 2)),
            (da[..., 2 * H:3 * H] * c[:-1]).sum((0, 1, 2)),
            (da[..., 3 * H:] * c[1:]).sum((0, 1, 2)))


# ------------------------------------------------------------ FSMN, leanest


def vfsmn_forward(hidden, filt, position):
    memory = hidden.copy()
    for i in range(filt.shape[0]):
        rows = np.flatnonzero(position > i)
        memory[rows] += filt[i] * hidden[rows - i - 1]
    return memory, (hidden, filt, position)


def vfsmn_backward(dmemory, cache):
    hidden, filt, position = cache
    dhidden, dfilter = dmemory.copy(), np.zeros_like(filt)
    for i in range(filt.shape[0]):
        rows = np.flatnonzero(position > i)
        dhidden[rows - i - 1] += filt[i] * dmemory[rows]
        dfilter[i] = (hidden[rows - i - 1] * dmemory[rows]).sum(0)
    return dhidden, dfilter


# ------------------------------------------------------------ leaner: one product, gates by frame


def sru_forward_leaner(x, W, bf, br):
    N, T, D = x.shape
    H = bf.shape[0]
    a = (x.reshape(N * T, D) @ W).reshape(N, T, 4 * H)
    out, c, cache = np.zeros((N, T, H)), np.zeros((N, H)), []
    for t in range(T):
        ax, ah = a[:, t, :H], a[:, t, 3 * H:]
        f = sigmoid(a[:, t, H:2 * H] + bf)
        r = sigmoid(a[:, t, 2 * H:3 * H] + br)
        prev_c = c
        c = f * prev_c + (1 - f) * ax
        out[:, t] = r * c + (1 - r) * ah
        cache.append((ax, ah, f, r, prev_c, c))
    return out, (x, W, cache)


def sru_backward_leaner(dout, saved):
    x, W, cache = saved
    N, T, H = dout.shape
    da, dc_next = np.zeros((N, T, 4 * H)), np.zeros((N, H))
    for t in range(T)[::-1]:
        ax, ah, f, r, prev_c, c = cache[t]
        dh = dout[:, t]
        dc = dh * r + dc_next
        da[:, t, :H] = dc * (1 - f)
        da[:, t, H:2 * H] = dc * (prev_c - ax) * f * (1 - f)
        da[:, t, 2 * H:3 * H] = dh * (c - ah) * r * (1 - r)
        da[:, t, 3 * H:] = dh * (1 - r)
        dc_next = dc * f
    flat = da.reshape(N * T, 4 * H)
    db = flat.sum(0)
    return ((flat @ W.T).reshape(x.shape), x.reshape(N * T, -1).T @ flat, db[H:2 * H],
            db[2 * H:3 * H])


def lstm_forward_leaner(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    a = (x.reshape(N * T, D) @ Wx + b).reshape(N, T, 4 * H)
    out, h, c, cache = np.zeros((N, T, H)), h0, np.zeros((N, H)), []
    for t in range(T):
        z = a[:, t] + h @ Wh
        i, f, o = sigmoid(z[:, :H]), sigmoid(z[:, H:2 * H]), sigmoid(z[:, 2 * H:3 * H])
        g = np.tanh(z[:, 3 * H:])
        prev_c = c
        c = f * prev_c + i * g
        n = np.tanh(c)
        h = o * n
        out[:, t] = h
        cache.append((i, f, o, g, prev_c, n))
    return out, (x, h0, Wx, Wh, out, cache)


def lstm_backward_leaner(dout, saved):
    x, h0, Wx, Wh, out, cache = saved
    N, T, H = dout.shape
    da, dh_next, dc_next = np.zeros((N, T, 4 * H)), np.zeros((N, H)), np.zeros((N, H))
    for t in range(T)[::-1]:
        i, f, o, g, prev_c, n = cache[t]
        dh = dout[:, t] + dh_next
        dc = dc_next + dh * o * (1 - n * n)
        da[:, t, :H] = dc * g * i * (1 - i)
        da[:, t, H:2 * H] = dc * prev_c * f * (1 - f)
        da[:, t, 2 * H:3 * H] = dh * n * o * (1 - o)
        da[:, t, 3 * H:] = dc * i * (1 - g * g)
        dh_next, dc_next = da[:, t] @ Wh.T, dc * f
    flat = da.reshape(N * T, 4 * H)
    before = np.concatenate([h0[:, None], out[:, :-1]], 1).reshape(N * T, H)
    return ((flat @ Wx.T).reshape(x.shape), dh_next, x.reshape(N * T, -1).T @ flat,
            before.T @ flat, flat.sum(0))


def tflstm_forward_leaner(x, h0, Wx, Wh, Wk, b, pi, pf, po, F, S):
    N, T, D = x.shape
    H = pi.shape[0]
    B = (D - F) // S + 1
    blocks = [x[:, :, k * S:k * S + F].reshape(N * T, F) for k in range(B)]
    a = [(m @ Wx + b).reshape(N, T, 4 * H) for m in blocks]
    out, h, c = np.zeros((N, T, B * H)), np.split(h0, B, 1), [np.zeros((N, H))] * B
    cache = []
    for t in range(T):
        below, new_h, new_c = np.zeros((N, H)), [], []
        for k in range(B):
            z = a[k][:, t] + h[k] @ Wh + below @ Wk
            g = np.tanh(z[:, :H])
            i = sigmoid(z[:, H:2 * H] + pi * c[k])
            f = sigmoid(z[:, 2 * H:3 * H] + pf * c[k])
            ck = f * c[k] + i * g
            o = sigmoid(z[:, 3 * H:] + po * ck)
            n = np.tanh(ck)
            hk = o * n
            cache.append((g, i, f, o, c[k], ck, n, h[k], below))
            below = hk
            new_h.append(hk)
            new_c.append(ck)
            out[:, t, k * H:(k + 1) * H] = hk
        h, c = new_h, new_c
    return out, (x, blocks, Wx, Wh, Wk, pi, pf, po, cache, B, F, S)


def tflstm_backward_leaner(dout, saved):
    x, blocks, Wx, Wh, Wk, pi, pf, po, cache, B, F, S = saved
    N, T, _ = dout.shape
    H = pi.shape[0]
    da = np.zeros((B, N, T, 4 * H))
    hs, ps = np.zeros((B, N, T, H)), np.zeros((B, N, T, H))
    dh_next, dc_next = [np.zeros((N, H))] * B, [np.zeros((N, H))] * B
    dpi, dpf, dpo = np.zeros(H), np.zeros(H), np.zeros(H)
    for t in range(T)[::-1]:
        dp = np.zeros((N, H))
        new_h, new_c = [None] * B, [None] * B
        for k in range(B)[::-1]:
            g, i, f, o, prev_c, c, n, hs[k, :, t], ps[k, :, t] = cache[t * B + k]
            dh = dout[:, t, k * H:(k + 1) * H] + dh_next[k] + dp
            do = dh * n * o * (1 - o)
            dc = dc_next[k] + dh * o * (1 - n * n) + po * do
            di = dc * g * i * (1 - i)
            df = dc * prev_c * f * (1 - f)
            d = da[k, :, t]
            d[:, :H], d[:, H:2 * H] = dc * i * (1 - g * g), di
            d[:, 2 * H:3 * H], d[:, 3 * H:] = df, do
            new_h[k], dp = d @ Wh.T, d @ Wk.T
            new_c[k] = dc * f + pi * di + pf * df
            dpi += (di * prev_c).sum(0)
            dpf += (df * prev_c).sum(0)
            dpo += (do * c).sum(0)
        dh_next, dc_next = new_h, new_c
    flat = da.reshape(-1, 4 * H)
    dx, dxk = np.zeros(x.shape), (flat @ Wx.T).reshape(B, N, T, F)
    for k in range(B):
        dx[:, :, k * S:k * S + F] += dxk[k]
    return (dx, np.concatenate(dh_next, 1), np.concatenate(blocks).T @ flat,
            hs.reshape(-1, H).T @ flat, ps.reshape(-1, H).T @ flat, flat.sum(0), dpi, dpf, dpo)


# ------------------------------------------------------------ the notebook's style


def sru_step_separate(x, prev_c, W, Wf, Wr, Wh, bf, br):
    ax = np.dot(x, W)
    f = sigmoid_by_sign(np.dot(x, Wf) + bf)
    r = sigmoid_by_sign(np.dot(x, Wr) + br)
    ah = np.dot(x, Wh)
    c = f * prev_c + (1 - f) * ax
    return r * c + (1 - r) * ah, c, (x, prev_c, W, Wf, Wr, Wh, ax, f, r, ah, c)


def sru_step_separate_backward(dh, dc, cache):
    x, prev_c, W, Wf, Wr, Wh, ax, f, r, ah, c = cache
    dc = dc + dh * r
    dax, dah = dc * (1 - f), dh * (1 - r)
    daf = dc * (prev_c - ax) * f * (1 - f)
    dar = dh * (c - ah) * r * (1 - r)
    dx = np.dot(dax, W.T) + np.dot(daf, Wf.T) + np.dot(dar, Wr.T) + np.dot(dah, Wh.T)
    return (dx, dc * f, np.dot(x.T, dax), np.dot(x.T, daf), np.dot(x.T, dar), np.dot(x.T, dah),
            daf.sum(0), dar.sum(0))


def sru_step_compact(x, prev_c, W, bf, br):
    H = bf.shape[0]
    a = np.dot(x, W)
    ax, ah = a[:, :H], a[:, 3 * H:]
    f = sigmoid_by_sign(a[:, H:2 * H] + bf)
    r = sigmoid_by_sign(a[:, 2 * H:3 * H] + br)
    c = f * prev_c + (1 - f) * ax
    return r * c + (1 - r) * ah, c, (x, prev_c, W, ax, f, r, ah, c)


def sru_step_compact_backward(dh, dc, cache):
    x, prev_c, W, ax, f, r, ah, c = cache
    dc = dc + dh * r
    da = np.hstack((dc * (1 - f), dc * (prev_c - ax) * f * (1 - f),
                    dh * (c - ah) * r * (1 - r), dh * (1 - r)))
    H = f.shape[1]
    db = da.sum(0)
    return np.dot(da, W.T), dc * f, np.dot(x.T, da), db[H:2 * H], db[2 * H:3 * H]


def lstm_step(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    i, f = sigmoid_by_sign(a[:, :H]), sigmoid_by_sign(a[:, H:2 * H])
    o, g = sigmoid_by_sign(a[:, 2 * H:3 * H]), np.tanh(a[:, 3 * H:])
    c = f * prev_c + i * g
    n = np.tanh(c)
    return o * n, c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, n)


def lstm_step_backward(dh, dc, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, n = cache
    dc = dc + dh * o * (1 - n ** 2)
    da = np.hstack((dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dh * n * o * (1 - o),
                    dc * i * (1 - g ** 2)))
    return (np.dot(da, Wx.T), np.dot(da, Wh.T), dc * f, np.dot(x.T, da), np.dot(prev_h.T, da),
            da.sum(0))


def sru_forward_notebook(x, *weights):
    """Separate with four weights, compact with one: one step a frame."""
    N, T, _ = x.shape
    H = weights[-1].shape[0]
    step = sru_step_compact if len(weights) == 3 else sru_step_separate
    out, c, caches = np.zeros((N, T, H)), np.zeros((N, H)), []
    for t in range(T):
        out[:, t], c, cache = step(x[:, t], c, *weights)
        caches.append(cache)
    return out, caches


def sru_backward_notebook(dout, caches):
    step = sru_step_compact_backward if len(caches[0]) == 8 else sru_step_separate_backward
    N, T, H = dout.shape
    dc, dx, totals = np.zeros((N, H)), np.zeros((N, T, caches[0][0].shape[1])), None
    for t in range(T)[::-1]:
        dx[:, t], dc, *grads = step(dout[:, t], dc, caches[t])
        totals = grads if totals is None else [a + b for a, b in zip(totals, grads)]
    return (dx, *totals)


def lstm_forward_notebook(x, h0, Wx, Wh, b):
    N, T, _ = x.shape
    out, h, c, caches = np.zeros((N, T, h0.shape[1])), h0, np.zeros_like(h0), []
    for t in range(T):
        h, c, cache = lstm_step(x[:, t], h, c, Wx, Wh, b)
        out[:, t] = h
        caches.append(cache)
    return out, caches


def lstm_backward_notebook(dout, caches):
    N, T, H = dout.shape
    dh, dc = np.zeros((N, H)), np.zeros((N, H))
    dx, totals = np.zeros((N, T, caches[0][0].shape[1])), None
    for t in range(T)[::-1]:
        dx[:, t], dh, dc, *grads = lstm_step_backward(dout[:, t] + dh, dc, caches[t])
        totals = grads if totals is None else [a + b for a, b in zip(totals, grads)]
    return (dx, dh, *totals)


# ------------------------------------------------------------ timing


def median_time(call, seconds):
    """Median nanoseconds of one call, and the spread of the middle half; warmed up, in batches."""
    call()
    start = time.perf_counter_ns()
    call()
    once = max(1, time.perf_counter_ns() - start)
    batch = max(1, int(200_000 / once))
    samples, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(samples) < 5:
        start = time.perf_counter_ns()
        for _ in range(batch):
            call()
        samples.append((time.perf_counter_ns() - start) / batch)
    samples.sort()
    return statistics.median(samples), samples[3 * len(samples) // 4] - samples[len(samples) // 4]


PROGRAMS = {
    "sru": {"notebook": (sru_forward_notebook, sru_backward_notebook),
            "leaner": (sru_forward_leaner, sru_backward_leaner),
            "leanest": (sru_forward, sru_backward)},
    "lstm": {"notebook": (lstm_forward_notebook, lstm_backward_notebook),
             "leaner": (lstm_forward_leaner, lstm_backward_leaner),
             "leanest": (lstm_forward, lstm_backward)},
    "tflstm": {"leaner": (tflstm_forward_leaner, tflstm_backward_leaner),
               "leanest": (tflstm_forward, tflstm_backward)},
    "compact-vfsmn": {"leanest": (vfsmn_forward, vfsmn_backward)},
}


def arguments(kernel, d):
    """The forward arguments at dimensions d: seeded normal data, weights scaled by their fan-in."""
    normal = np.random.default_rng(0).standard_normal
    if kernel == "compact-vfsmn":
        return normal((d["T"], d["D"])), normal((d["N"], d["D"])), np.arange(d["T"]) % 50
    N, T, D, H = (d[k] for k in "NTDH")
    x, scale = normal((N, T, D)), 1 / np.sqrt(max(D, H))
    if kernel == "sru":
        return x, normal((D, 4 * H)) * scale, normal(H), normal(H)
    if kernel == "lstm":
        return (x, normal((N, H)), normal((D, 4 * H)) * scale, normal((H, 4 * H)) * scale,
                normal(4 * H))
    F, S = d["F"], d["S"]
    B = (D - F) // S + 1
    return (x, normal((N, B * H)), normal((F, 4 * H)) * scale, normal((H, 4 * H)) * scale,
            normal((H, 4 * H)) * scale, normal(4 * H), normal(H), normal(H), normal(H), F, S)


def layers_of(kernel, d):
    """style → (forward, backward), each a call without arguments."""
    if kernel not in PROGRAMS:
        raise SystemExit(f"unknown kernel {kernel}")
    p, calls = arguments(kernel, d), {}
    for style, (forward, backward) in PROGRAMS[kernel].items():
        out, cache = forward(*p)
        up = np.random.default_rng(1).standard_normal(out.shape)
        calls[style] = (lambda forward=forward: forward(*p),
                        lambda backward=backward, up=up, cache=cache: backward(up, cache))
    return calls


def sections(seconds):
    """The notebook's three timing sections, by name."""
    random = np.random.default_rng(1)
    normal = random.standard_normal
    N, D, T, H = 2, 3, 10, 6
    x, four = normal((N, T, D)), [normal((D, H)) for _ in range(4)]
    bf, br, h0 = normal(H), normal(H), normal((N, H))
    Wx, Wh, b = normal((D, 4 * H)), normal((H, 4 * H)), normal(4 * H)
    yield "SRU vs LSTM", {"SRU": lambda: sru_forward_notebook(x, *four, bf, br),
                          "LSTM": lambda: lstm_forward_notebook(x, h0, Wx, Wh, b)}
    N, D = 4, 5
    xs, c, parts = normal((N, D)), normal((N, H)), [normal((D, H)) for _ in range(4)]
    whole = np.hstack(parts)
    yield "SRU step: compact weight matrix", {
        "time 1": lambda: sru_step_separate(xs, c, *parts, bf, br),
        "time 2": lambda: sru_step_compact(xs, c, whole, bf, br)}
    all4 = np.hstack(four)
    yield "SRU compact forward", {"SRU": lambda: sru_forward_notebook(x, *four, bf, br),
                                  "SRU compact": lambda: sru_forward_notebook(x, all4, bf, br)}


SHAPES = ("sru:N=2,T=10,D=3,H=6", "lstm:N=2,T=10,D=3,H=6", "tflstm:N=2,T=10,D=3,H=6,F=2,S=1",
          "sru:N=16,T=100,D=512,H=512", "lstm:N=16,T=100,D=512,H=512",
          "tflstm:N=16,T=100,D=40,H=64,F=8,S=4", "compact-vfsmn:T=1000,D=512,N=20")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", action="append")
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--sections", action="store_true")
    options = parser.parse_args()
    results = []
    for shape in options.shape or SHAPES:
        kernel, words = shape.split(":")
        d = {k: int(v) for k, v in (w.split("=") for w in words.split(","))}
        for style, passes in layers_of(kernel, d).items():
            for name, call in zip(("forward", "backward"), passes):
                median, spread = median_time(call, options.seconds)
                results.append({"kernel": kernel, "style": style, "pass": name, **d,
                                "scalar": "Double", "medianNanoseconds": round(median),
                                "spread": round(spread)})
    if options.sections:
        for title, calls in sections(options.seconds):
            for name, call in calls.items():
                median, spread = median_time(call, options.seconds)
                results.append({"section": title, "name": name, "scalar": "Double",
                                "medianNanoseconds": round(median), "spread": round(spread)})
    print(json.dumps({"numpy": np.__version__,
                      "threads": os.environ.get("OPENBLAS_NUM_THREADS"), "results": results},
                     indent=1))


if __name__ == "__main__":
    main()
