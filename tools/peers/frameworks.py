#!/usr/bin/env python3
"""Other frameworks run an LSTM from files that `copy --gate-order` made, and give the golden values.

    tools/peers/frameworks.py .build/release/nnet-oracle [--settings 50]

For each of 50 random settings of the peephole LSTM, ONNX Runtime's LSTM runs from the weights in
ONNX's order; for each of 50 of the plain LSTM, JAX's `lstm_ref` (written by PyTorch's equations, in
PyTorch's layout) runs forward and backward from those in PyTorch's order, its gradients carried
back by `copy`; NumPy runs Keras' and TensorFlow's layouts. All in float32, judged by the golden
cases' own float32 bounds.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from jax.experimental.rnn import lstm_ref  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from golden import golden  # noqa: E402

# N, T, D, H; few shapes, since JAX compiles for each.
SHAPES = [(1, 1, 1, 1), (2, 3, 5, 4), (3, 7, 2, 6), (1, 12, 4, 3), (4, 5, 8, 8)]


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def case(oracle, kernel, folder, shape, seed):
    """A golden case of random numbers."""
    streams, frames, inputs, units = shape
    sets = {"N": streams, "T": frames, "D": inputs, "H": units}
    names = ["x", "h0", "Wx", "Wh", "b", "dout"]
    if kernel == "tflstm":
        # One block that sees the whole input: a plain LSTM with peepholes.
        sets.update({"F": inputs, "S": 1, "Wk": "0:0"})
        names += ["pi", "pf", "po"]
    for place, name in enumerate(names):
        width = 0.8 if name.startswith("W") else 1
        sets[name] = f"random:{100 * seed + place}:-{width}:{width}"
    words = [word for key, value in sets.items() for word in ("--set", f"{key}={value}")]
    run(oracle, "dump", kernel, *words, "--out", folder)
    return golden(pathlib.Path(folder) / kernel)


def weights(oracle, g, order, is_wrong=False):
    """A golden case's weights in another order, through a safetensors file.

    Wrong ones have the gates of the input's weights moved on by one, to see that it is noticed.
    """
    path = os.path.join(g.folder, order + ".safetensors")
    run(oracle, "copy", g.folder, path, "--gate-order", order)
    loaded = load_file(path)
    for name in ("W", "weight_ih_l0", "kernel") if is_wrong else ():
        if name in loaded:
            loaded[name] = np.roll(loaded[name], g.h0.shape[1], axis=-1 if name == "kernel" else -2)
    return loaded


def float32(array):
    return np.ascontiguousarray(array, dtype=np.float32)


def check_torch(oracle, g, is_wrong=False):
    """JAX's LSTM in PyTorch's layout, forward and backward."""
    w = weights(oracle, g, "torch", is_wrong)
    streams, frames, inputs = g.x.shape
    units = g.h0.shape[1]
    lengths = np.full((streams,), frames, np.int32)
    rest = (lengths, inputs, units, 1, 0.0, False)

    def forward(x, h0, w):
        c0 = np.zeros((1, streams, units), np.float32)
        return lstm_ref(
            x, h0[None], c0, {0: w["weight_ih_l0"]}, {0: w["weight_hh_l0"]}, {0: w["bias_ih_l0"]},
            {0: w["bias_hh_l0"]}, *rest)[0]

    out, back = jax.vjp(forward, float32(g.x), float32(g.h0), w)
    dx, dh0, dw = back(float32(g.dout))
    assert np.array_equal(dw["bias_ih_l0"], dw["bias_hh_l0"])
    dw = {name: np.asarray(value) for name, value in dw.items()}
    dw["bias_hh_l0"] = np.zeros_like(dw["bias_hh_l0"])
    there, here = (os.path.join(g.folder, name) for name in ("torch-dw.safetensors", "dw.safetensors"))
    save_file(dw, there)
    run(oracle, "copy", there, here, "--gate-order", g.description["gateOrder"])
    gradients = {"d" + name: value for name, value in load_file(here).items()}
    g.check_all({"out": out, "dx": dx, "dh0": dh0, **gradients}, require_all=True)


def check_onnx(oracle, g, is_wrong=False):
    """ONNX Runtime's LSTM with peepholes."""
    w = weights(oracle, g, "onnx", is_wrong)
    streams, frames, inputs = g.x.shape
    units = g.h0.shape[1]
    x = float32(g.x.transpose(1, 0, 2))
    state = {"h0": float32(g.h0)[None], "c0": np.zeros((1, streams, units), np.float32)}
    feed = {"X": x, **{name: w[name] for name in "WRBP"}, **state}
    node = onnx.helper.make_node(
        "LSTM", ["X", "W", "R", "B", "", "h0", "c0", "P"], ["Y"], hidden_size=units)
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [node], "lstm",
        [value(name, onnx.TensorProto.FLOAT, array.shape) for name, array in feed.items()],
        [value("Y", onnx.TensorProto.FLOAT, (frames, 1, streams, units))])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"])
    (y,) = session.run(["Y"], feed)
    g.check("out", y[:, 0].transpose(1, 0, 2))


def sigmoid(x):
    return (1 / (1 + np.exp(-x))).astype(np.float32)


def run_columns(g, pre, gates, peepholes):
    """An LSTM whose gates stand in columns, in the order of the letters, in NumPy."""
    x, h = float32(g.x), float32(g.h0)
    c = np.zeros_like(h)
    pi, pf, po = peepholes
    out = np.zeros(g.out.shape, np.float32)
    for t in range(x.shape[1]):
        a = dict(zip(gates, np.split(pre(x[:, t], h), 4, axis=1)))
        i, f, u = sigmoid(a["i"] + pi * c), sigmoid(a["f"] + pf * c), np.tanh(a["g"])
        c = f * c + i * u
        h = sigmoid(a["o"] + po * c) * np.tanh(c)
        out[:, t] = h
    return out


def check_keras(oracle, g, is_wrong=False):
    """Keras: kernel, recurrent_kernel, bias; i, f, c, o."""
    w = weights(oracle, g, "keras", is_wrong)
    pre = lambda x, h: x @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"]  # noqa: E731
    g.check("out", run_columns(g, pre, "ifgo", np.zeros(3, np.float32)))


def check_tensorflow(oracle, g, is_wrong=False):
    """TensorFlow's LSTMCell with peepholes: one kernel, i, j, f, o."""
    w = weights(oracle, g, "tensorflow", is_wrong)
    pre = lambda x, h: np.concatenate([x, h], 1) @ w["kernel"] + w["bias"]  # noqa: E731
    peepholes = [w[f"w_{gate}_diag"] for gate in "ifo"]
    g.check("out", run_columns(g, pre, "igfo", peepholes))


def refuse_wrong_order(check, oracle, g):
    """A check must fail with the gates in another order."""
    try:
        check(oracle, g, is_wrong=True)
    except AssertionError:
        return
    sys.exit(f"gates in a wrong order were not noticed: {check.__doc__}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("oracle")
    parser.add_argument("--settings", type=int, default=50)
    options = parser.parse_args()
    os.environ["NNET_ORACLE"] = options.oracle
    passed = 0
    for seed in range(options.settings):
        shape = SHAPES[seed % len(SHAPES)]
        for kernel, checks in [("lstm", [check_torch, check_keras]), ("tflstm", [check_onnx, check_tensorflow])]:
            with tempfile.TemporaryDirectory() as folder:
                g = case(options.oracle, kernel, folder, shape, seed)
                for check in checks:
                    try:
                        check(options.oracle, g)
                    except AssertionError as error:
                        sys.exit(f"setting {seed}, N T D H = {shape}, {check.__doc__}\n{error}")
                    passed += 1
                    if seed == 1:
                        refuse_wrong_order(check, options.oracle, g)
    versions = f"JAX {jax.__version__}, ONNX Runtime {onnxruntime.__version__}, NumPy {np.__version__}"
    print(f"{options.settings} settings each: {passed} runs from copied weights match ({versions})")


if __name__ == "__main__":
    main()
