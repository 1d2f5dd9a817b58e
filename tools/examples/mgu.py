"""A minimal gated unit in NumPy and float32, forward and backward: the program to be judged.

    python3 mgu.py GOLDEN/mgu/numpy OUT

reads its inputs and weights from a golden case, and writes what it computes as Kaldi text matrices.
"""

import sys
from pathlib import Path

import numpy as np

N, T = 2, 5


def read(name):
    words = (source / f"{name}.txt").read_text().strip(" []\n")
    rows = [line.split() for line in words.splitlines()]
    return np.array(rows if len(rows) > 1 else rows[0], np.float32)


def write(name, values):
    rows = [" ".join(f"{v:.9g}" for v in row) for row in np.atleast_2d(values)]
    text = rows[0] if values.ndim == 1 else "\n  " + "\n  ".join(rows)
    (target / f"{name}.txt").write_text(f" [ {text} ]\n")


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
x, dout = (read(name).reshape(N, T, -1) for name in ("x", "dout"))
Wf, Uf, bf, Wn, Un, bn = (read(name) for name in ("Wf", "Uf", "bf", "Wn", "Un", "bn"))

h = np.zeros((N, T + 1, Uf.shape[0]), np.float32)  # h[:, t + 1] is frame t, h[:, 0] zero
f, q, n = (np.zeros_like(h[:, 1:]) for _ in range(3))
for t in range(T):
    old = h[:, t]
    f[:, t] = sigmoid(x[:, t] @ Wf + old @ Uf + bf)
    q[:, t] = f[:, t] * old
    n[:, t] = np.tanh(x[:, t] @ Wn + q[:, t] @ Un + bn)
    h[:, t + 1] = (1 - f[:, t]) * old + f[:, t] * n[:, t]

dx = np.zeros_like(x)
dWf, dUf, dbf, dWn, dUn, dbn = (np.zeros_like(w) for w in (Wf, Uf, bf, Wn, Un, bn))
carried = np.zeros_like(h[:, 0])
for t in reversed(range(T)):
    old, g = h[:, t], f[:, t]
    dh = dout[:, t] + carried
    da_n = dh * g * (1 - n[:, t] ** 2)
    dq = da_n @ Un.T
    da_f = (dh * (n[:, t] - old) + dq * old) * g * (1 - g)
    dx[:, t] = da_f @ Wf.T + da_n @ Wn.T
    dWf += x[:, t].T @ da_f
    dUf += old.T @ da_f
    dbf += da_f.sum(0)
    dWn += x[:, t].T @ da_n
    dUn += q[:, t].T @ da_n
    dbn += da_n.sum(0)
    carried = dh * (1 - g) + da_f @ Uf.T + dq * g

write("out", h[:, 1:].reshape(N * T, -1))
write("dx", dx.reshape(N * T, -1))
for name, gradient in zip(("Wf", "Uf", "bf", "Wn", "Un", "bn"), (dWf, dUf, dbf, dWn, dUn, dbn)):
    write(f"d{name}", gradient)
