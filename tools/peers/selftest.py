"""Checks the peers themselves: printed values of the notebooks, real Kaldi dumps, finite differences.

    python selftest.py [KALDI_DUMPS]
"""

import os
import sys

import numpy as np

import equations_selftest
import kaldi_dumps
import layers
from cases import CASES, Description, read_kaldi, time_major
from numbers_ import Exact, Floats, ORDERS

failures = 0
DOUBLE = Floats(np.float64)


def expect(what, ok, detail=""):
    global failures
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'} {what} {detail}")


def printed(what, values, text, decimals=8):
    expected = np.array([float(v) for v in text.split()])
    error = np.abs(np.ravel(values) - expected).max()
    expect(what, error <= 0.5000001 * 10.0 ** -decimals, f"{error:.1e}")


def notebooks():
    r = {c: Description(c).evaluate(DOUBLE) for c in CASES}
    printed("lstm-step next_h", r["lstm-step"]["next_h"],
            "0.24635157 0.28610883 0.32240467 0.35525807 0.38474904 0.49223563 0.55611431 "
            "0.61507696 0.66844003 0.7159181 0.56735664 0.66310127 0.74419266 0.80889665 0.858299")
    printed("lstm-step next_c", r["lstm-step"]["next_c"],
            "0.32986176 0.39145139 0.451556 0.51014116 0.56717407 0.66382255 0.76674007 "
            "0.87195994 0.97902709 1.08751345 0.74192008 0.90592151 1.07717006 1.25120233 "
            "1.42395676")
    printed("lstm out", r["lstm"]["out"],
            "0.01764008 0.01823233 0.01882671 0.0194232 0.11287491 0.12146228 0.13018446 "
            "0.13902939 0.31358768 0.33338627 0.35304453 0.37250975 0.45767879 0.4761092 "
            "0.4936887 0.51041945 0.6704845 0.69350089 0.71486014 0.7346449 0.81733511 0.83677871 "
            "0.85403753 0.86935314")
    out, dx = time_major(r["tflstm"]["out"]), time_major(r["tflstm"]["dx"])
    printed("tflstm out first", out[0],
            "0.04662942 0.05057702 0.05469498 0.05276928 0.06095797 0.06962654")
    printed("tflstm out last", out[-1],
            "0.4109416 0.54324051 0.66706117 0.56601571 0.71869179 0.82716888")
    printed("tflstm dx first", dx[0], "0.11938887 -0.45243866 -0.39861172")
    printed("tflstm dx last", dx[-1], "-0.03206199 0.29631486 0.25675242")
    c, b = r["compact-vfsmn"], r["bi-compact-vfsmn"]
    printed("vfsmn memory 12", c["memory"][12], "213.4 237.6 262.6 288.4 315")
    printed("vfsmn memory 0-4", c["memory"][:5],
            "1 2 3 4 5 6.1 7.4 8.9 10.6 12.5 12.2 14.8 17.8 21.2 25 21.8 26.7 32.2 38.3 45 "
            "37.4 45.6 54.6 64.4 75")
    printed("vfsmn dhidden 0", c["dhidden"][0], "275 295.2 314.6 333.2 351")
    printed("vfsmn dfilter 0", c["dfilter"][0], "10030 10126 10198 10246 10270")
    printed("bi memory 0-1", b["memory"][:2, :],
            "123.13571429 138.9 155.50714286 172.95714286 191.25 "
            "182.27142857 200.94285714 220.65714286 241.41428571 %r" % float(b["memory"][1, 4]))
    printed("bi memory 9", b["memory"][9],
            "674.55714286 714.08571429 754.65714286 796.27142857 838.92857143")
    printed("bi dbfilter 0", b["dbfilter"][0], "14600 14645 14660 14645 14600")
    printed("bi dffilter 2", b["dffilter"][2], "11990 12126 12248 12356 12450")


def real_kaldi(dumps):
    for case in ("sru", "tflstm", "compact-vfsmn", "bi-compact-vfsmn"):
        d = Description(case)
        given = d.inputs()
        # Kaldi's test typed its inputs to 8 decimals
        view = d.kaldi_view(given, d.evaluate(DOUBLE, given))
        paired, worst = 0, (0.0, "")
        for file in sorted(os.listdir(os.path.join(dumps, case))):
            stem = file.rsplit(".", 1)[0]
            name = stem.removeprefix("param-")
            if name.startswith("grad-"):
                name = name[5:] + "_corr"
            if name == "fposition" and case == "compact-vfsmn":
                continue
            if name == "bposition" and case == "compact-vfsmn":
                name = "position"
            if name not in view:
                if file != "model.nnet":
                    expect(f"{case}/{file}", False, "has no counterpart")
                continue
            actual = read_kaldi(os.path.join(dumps, case, file), strict=False)
            m = view[name][0]
            if m.shape != actual.shape:
                expect(f"{case}/{file}", False, f"{m.shape} {actual.shape}")
                continue
            paired += 1
            error = np.abs(m - actual).max() / np.abs(m).max()
            worst = max(worst, (error, name))
        expect(f"Kaldi {case}: {paired} tensors of {len(view)}", worst[0] < 2e-6 and paired == len(view),
               f"worst {worst[0]:.1e} of the largest element in {worst[1]}")


def kaldi_double(dumps):
    """A random double TF-LSTM of real Kaldi, S>1 or not: the streams and sizes come from the files."""
    folder = os.path.join(dumps, "tflstm-double")
    read = lambda n: read_kaldi(os.path.join(folder, n), strict=False)
    words = open(os.path.join(folder, "model.nnet")).read().split()
    F = int(words[words.index("<F>") + 1])
    S = int(words[words.index("<S>") + 1])
    N, T = 2, 4
    batch = lambda m: m.reshape(T, N, -1).transpose(1, 0, 2)
    names = {"Wx": "w_gifo_x", "Wh": "w_gifo_r", "Wk": "w_gifo_k"}
    p = {k: read(f"param-{v}.mat").T for k, v in names.items()}
    vectors = {"b": "bias", "pi": "peephole_i_c", "pf": "peephole_f_c", "po": "peephole_o_c"}
    p.update({k: read(f"param-{v}.vec") for k, v in vectors.items()})
    p["x"], p["dout"] = batch(read("in.mat")), batch(read("out_diff.mat"))
    p["h0"] = np.zeros((N, p["dout"].shape[2]))
    r = layers.tflstm(DOUBLE, p, F, S, "gifo")
    pairs = [(time_major(r["out"]), read("out.mat")), (time_major(r["dx"]), read("in_diff.mat"))]
    pairs += [(r["d" + k].T, read(f"grad-{v}.mat")) for k, v in names.items()]
    pairs += [(r["d" + k], read(f"grad-{v}.vec")) for k, v in vectors.items()]
    worst = max(np.abs(a - b).max() / np.abs(b).max() for a, b in pairs)
    expect("Kaldi tflstm-double", worst < 1e-14, f"worst {worst:.1e} of the largest element")


def finite_differences():
    """Central differences of the float64 forward against backward, on random data, off the linspace."""
    upstream = {"next_h": "dnext_h", "next_c": "dnext_c", "out": "dout", "memory": "dmemory"}
    settings = [(c, None, None) for c in CASES] + [
        ("tflstm", {"D": 6, "F": 3, "S": 2, "H": 4, "T": 4}, "ofgi"),
        ("tflstm-step", {"D": 7, "F": 3, "S": 4, "H": 3}, "gifo"), ("lstm", {"N": 3}, "gifo"),
        ("lstmp", {"N": 3, "T": 5, "D": 2, "R": 5}, "ofgi"), ("blstmp", {"T": 5, "R": 2}, "ifog"),
        ("gru", {"N": 3, "T": 5}, "rnz"), ("gru-after", {"N": 3, "T": 5}, "nzr")]
    for case, dims, order in settings:
        random = np.random.default_rng(7)
        d = Description(case, dims, order=order)
        given = {k: v if k.endswith("position") else random.standard_normal(v.shape)
                 for k, v in d.inputs().items()}
        r = d.evaluate(DOUBLE, given)

        def loss():
            q = d.evaluate(DOUBLE, given)
            return sum((q[k] * given[u]).sum() for k, u in upstream.items() if k in q)

        worst, h = (0.0, ""), 1e-5
        for name in given:
            if "d" + name not in r:
                continue
            g = r["d" + name]
            flat = given[name].reshape(-1) if given[name].flags.c_contiguous else None
            for k in random.choice(given[name].size, min(12, given[name].size), replace=False):
                at = np.unravel_index(k, given[name].shape)
                old = given[name][at]
                given[name][at] = old + h
                up = loss()
                given[name][at] = old - h
                down = loss()
                given[name][at] = old
                worst = max(worst, (abs((up - down) / (2 * h) - g[at]) / np.abs(g).max(), name))
        expect(f"finite differences {case} {dims or ''} {order or ''}", worst[0] < 1e-7,
               f"{worst[0]:.1e} of the largest element in {worst[1]}")


def elementary():
    """Every form of sigmoid and tanh stays within 4u of the truth; every program runs."""
    x = np.concatenate([np.linspace(-30, 30, 600001), np.geomspace(1e-30, 30, 20001),
                        -np.geomspace(1e-30, 30, 20001)]).astype(np.float32)
    wide = x.astype(np.float64)
    for form in ("logistic", "kaldi", "tanh", "high", "low"):
        y = Floats(sigmoid=form).sigmoid(x)
        error = np.abs(y - 1 / (1 + np.exp(-wide))).max() * 2 ** 24
        expect(f"sigmoid {form}", error <= 4, f"{error:.2f} u")
    for form in ("libm", "kaldi", "sigmoid", "high", "low"):
        y = Floats(tanh=form).tanh(x)
        error = np.abs(y - np.tanh(wide)).max() * 2 ** 24
        expect(f"tanh {form}", error <= 4, f"{error:.2f} u")


def agreement():
    """All float64 programs agree, and the exact numbers with them."""
    for case in CASES:
        d = Description(case)
        exact = d.evaluate(Exact())
        worst = 0.0
        for order in ORDERS:
            for flag in (False, True):
                r = d.evaluate(Floats(np.float64, order=order, by_frame=flag, advance=not flag))
                for name, m in r.items():
                    e = np.array(exact[name]).astype(float)
                    worst = max(worst, np.abs(np.array(m) - e).max() / max(np.abs(e).max(), 1e-300))
        expect(f"forms agree with the balls: {case}", worst < 1e-13, f"{worst:.1e}")


def spaced():
    random = np.random.default_rng(3)
    same = all((layers.linspace(a, b, n) == np.linspace(a, b, n)).all()
               for a, b, n in ((*random.uniform(-3, 3, 2), random.integers(1, 400))
                               for _ in range(2000)))
    expect("linspace is NumPy's", same)


if __name__ == "__main__":
    notebooks()
    spaced()
    elementary()
    agreement()
    finite_differences()
    equations_selftest.check(sys.argv[1] if len(sys.argv) > 1 else None, expect)
    if len(sys.argv) > 1:
        real_kaldi(sys.argv[1])
        kaldi_double(sys.argv[1])
        kaldi_dumps.check(sys.argv[1], expect)
    print(f"{failures} failures")
    sys.exit(failures > 0)
