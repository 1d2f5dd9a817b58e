"""The golden cases: inputs, evaluation, and the two views of the results, from kernels.md alone."""

import json
import os
import re

import numpy as np

import layers
import recurrent_layers
from recurrent_layers import Habits

STEPS = ("lstm-step", "sru-step", "sru-step-separate", "tflstm-step")

# Tensors in the order of kernels.md's table: name → shape in letters. Inputs, then upstream.
GIVEN = {
    "lstm-step": "x:N,D prev_h:N,H prev_c:N,H Wx:D,4H Wh:H,4H b:4H dnext_h:N,H dnext_c:N,H",
    "lstm": "x:N,T,D h0:N,H Wx:D,4H Wh:H,4H b:4H dout:N,T,H",
    "sru-step": "x:N,D prev_c:N,H W:D,4H bf:H br:H dnext_h:N,H dnext_c:N,H",
    "sru-step-separate": "x:N,D prev_c:N,H W:D,4H bf:H br:H dnext_h:N,H dnext_c:N,H",
    "sru": "x:N,T,D W:D,4H bf:H br:H dout:N,T,H",
    "sru-separate": "x:N,T,D W:D,4H bf:H br:H dout:N,T,H",
    "tflstm-step": "x:N,D prev_h:N,BH prev_c:N,BH Wx:F,4H Wh:H,4H Wk:H,4H b:4H pi:H pf:H po:H "
                   "dnext_h:N,BH dnext_c:N,BH",
    "tflstm": "x:N,T,D h0:N,BH Wx:F,4H Wh:H,4H Wk:H,4H b:4H pi:H pf:H po:H dout:N,T,BH",
    "compact-vfsmn": "hidden:T,D filter:N,D position:T dmemory:T,D",
    "bi-compact-vfsmn": "hidden:T,D bfilter:N1+1,D ffilter:N2,D bposition:T fposition:T "
                        "dmemory:T,D",
    "lstmp": "x:N,T,D Wx:D,4C Wr:R,4C b:4C pi:C pf:C po:C Wm:C,R dout:N,T,R",
    "blstmp": "x:N,T,D " + "".join(
        f"{s}Wx:D,4C {s}Wr:R,4C {s}b:4C {s}pi:C {s}pf:C {s}po:C {s}Wm:C,R " for s in "fb")
        + "dout:N,T,2R",
    "elman": "x:N,T,D Wx:D,H Wh:H,H b:H dout:N,T,H",
    "gru": "x:N,T,D Wx:D,3H Wh:H,2H Wn:H,H b:3H dout:N,T,H",
    "gru-after": "x:N,T,D Wx:D,3H Wh:H,3H bx:3H bh:3H dout:N,T,H",
    "deepfsmn": "x:T,D Wh:D,H bh:H Wp:H,D bfilter:N1+1,D ffilter:N2,D bposition:T fposition:T "
                "dout:T,D",
}
GIVEN["tflstm-ifog"] = GIVEN["tflstm"]

STEP = "x=-0.4:0.6 prev_h=-0.3:0.7 prev_c=-0.4:0.9 "
UPSTREAM = "dnext_h=-0.6:0.6 dnext_c=0.5:-0.4"
SRU = "W=-0.2:0.9 bf=0.2:0.7 br=0.3:0.8 "
TF = ("Wx=-0.2:0.9 Wh=-0.3:0.8 Wk=-0.4:0.7 b=0.2:0.7 pi=0.1:0.6 pf=0.2:0.7 po=0.3:0.8 ")
BEHIND = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 0, 1]
AHEAD = [7, 6, 5, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 1, 0]

# case → (dimensions, ranges, gate order)
DEFAULTS = {
    "lstm-step": ("N3 D4 H5", "x=-0.4:1.2 prev_h=-0.3:0.7 prev_c=-0.4:0.9 Wx=-2.1:1.3 Wh=-0.7:2.2 "
                  "b=0.3:0.7 " + UPSTREAM, "ifog"),
    "lstm": ("N2 T3 D5 H4", "x=-0.4:0.6 h0=-0.4:0.8 Wx=-0.2:0.9 Wh=-0.3:0.6 b=0.2:0.7 "
             "dout=-0.6:0.6", "ifog"),
    "sru-step": ("N4 D5 H6", "x=-0.4:0.6 prev_c=-0.3:0.7 W=-0.2:0.9 bf=0.2:0.7 br=0.3:0.8 "
                 + UPSTREAM, None),
    "sru": ("N2 T3 D3 H3", "x=-0.4:0.6 W=-0.2:0.9 bf=0.2:0.7 br=0.2:0.7 dout=-0.6:0.6", None),
    "sru-separate": ("N2 T10 D3 H6", "x=-0.4:0.6 " + SRU + "dout=-0.6:0.6", None),
    "tflstm-step": ("N4 D5 H6 F2 S1", STEP + TF + UPSTREAM, "ifog"),
    "tflstm-ifog": ("N2 T10 D3 H6 F2 S1", "x=-0.4:0.6 h0=-0.3:0.7 " + TF + "dout=-0.6:0.6", "ifog"),
    "tflstm": ("N2 T3 D3 H3 F2 S1", "x=-0.4:0.6 h0=0 " + TF + "dout=-0.6:0.6", "gifo"),
    "compact-vfsmn": ("T15 D5 N4", "hidden=1:75 filter=0.1:2.0 dmemory=75:1", None),
    "bi-compact-vfsmn": ("T15 D5 N1=4 N2=3", "hidden=1:75 bfilter=0.1:2.5 ffilter=3.0:4.5 "
                         "dmemory=75:1", None),
}
DEFAULTS["sru-step-separate"] = DEFAULTS["sru-step"]
PROJECTED = "Wx=-0.2:0.9 Wr=-0.3:0.8 b=0.2:0.7 pi=0.1:0.6 pf=0.2:0.7 po=0.3:0.8 Wm=-0.4:0.7"
DEFAULTS |= {
    "lstmp": ("N2 T3 D3 C4 R3", f"x=-0.4:0.6 {PROJECTED} dout=-0.6:0.6", "gifo"),
    "blstmp": ("N2 T3 D3 C4 R3", "x=-0.4:0.6 " + " ".join(
        side + word for side in "fb" for word in PROJECTED.split()) + " dout=-0.6:0.6", "gifo"),
    "elman": ("N2 T3 D3 H4", "x=-0.4:0.6 Wx=-0.2:0.9 Wh=-0.3:0.6 b=0.2:0.7 dout=-0.6:0.6", None),
    "gru": ("N2 T3 D3 H4", "x=-0.4:0.6 Wx=-0.2:0.9 Wh=-0.3:0.6 Wn=-0.4:0.7 b=0.2:0.7 "
            "dout=-0.6:0.6", "zrn"),
    "gru-after": ("N2 T3 D3 H4", "x=-0.4:0.6 Wx=-0.2:0.9 Wh=-0.3:0.6 bx=0.2:0.7 bh=-0.3:0.4 "
                  "dout=-0.6:0.6", "rzn"),
    "deepfsmn": ("T15 D5 H7 N1=4 N2=3", "x=-0.7:0.8 Wh=-0.5:0.6 bh=-0.2:0.3 Wp=-0.4:0.5 "
                 "bfilter=0.1:0.6 ffilter=-0.4:0.3 dout=-0.6:0.6", None),
}
CASES = tuple(DEFAULTS)

KALDI_NAMES = {
    "sru": {"W": "w_xfrh", "bf": "bias_f", "br": "bias_r"},
    "tflstm": {"Wx": "w_gifo_x", "Wh": "w_gifo_r", "Wk": "w_gifo_k", "b": "bias",
               "pi": "peephole_i_c", "pf": "peephole_f_c", "po": "peephole_o_c"},
    "compact-vfsmn": {"filter": "filter"},
    "bi-compact-vfsmn": {"bfilter": "bfilter", "ffilter": "ffilter"},
    "lstmp": {"Wx": "w_gifo_x", "Wr": "w_gifo_r", "b": "bias", "pi": "peephole_i_c",
              "pf": "peephole_f_c", "po": "peephole_o_c", "Wm": "w_r_m"},
    "elman": {"Wx": "w_forward", "Wh": "w_recurrent", "b": "bias"},
}
KALDI_NAMES["blstmp"] = {
    side + name: f"{side}_{kaldi}" for side in "fb" for name, kaldi in KALDI_NAMES["lstmp"].items()}
# Per-frame quantities that Kaldi keeps in matrices of their own.
INTERNALS = {"elman": ("out_diff_bptt",), "deepfsmn": ("h_out", "p_out", "dh_out", "dp_out")}


def variant(j):
    """Which of the table's cases a case.json is like: the kernel's family tells, and its tensors."""
    family = j["kernel"]
    if family.endswith("vfsmn") or family not in ("lstm", "sru", "tflstm"):
        return family
    separate = "-separate" if any(t["name"] == "Wf" for t in j["tensors"]) else ""
    if "T" not in j["dimensions"]:
        return family + "-step" + separate
    if family == "tflstm" and not j.get("component"):
        return "tflstm-ifog"
    return family + separate


class Description:
    """A case with its dimensions, settings and gate order: from the table above or a case.json."""

    def __init__(self, case, dimensions=None, settings=None, order=None, folder=None, kernel=None):
        # A case that this table does not know (a probe) runs its kernel's equations on its files.
        self.case, self.folder, self.known = case, folder, case in DEFAULTS
        self.kernel = case if self.known else kernel
        if self.kernel not in DEFAULTS:
            raise ValueError(f"unknown case {case!r} with kernel {kernel!r}")
        dims, ranges, default_order = DEFAULTS[self.kernel]
        self.dimensions, self.settings = {}, {}
        if self.known:
            for word in dims.split():
                key, value = re.fullmatch(r"(N[12](?==)|[A-Z])=?(\d+)", word).groups()
                self.dimensions[key] = int(value)
            self.settings = dict(pair.split("=") for pair in ranges.split())
        self.dimensions.update(dimensions or {})
        self.settings.update(settings or {})
        self.order = order or default_order
        if "F" in self.dimensions:
            d = self.dimensions
            d["B"] = (d["D"] - d["F"]) // d["S"] + 1

    @classmethod
    def read(cls, folder):
        with open(os.path.join(folder, "case.json")) as f:
            j = json.load(f)
        d = cls(j["case"], j["dimensions"], j["settings"], j.get("gateOrder"), folder, variant(j))
        d.json = j
        return d

    def shape(self, letters):
        d = dict(self.dimensions)
        d["BH"], d["N1+1"] = d.get("B", 0) * d.get("H", 0), d.get("N1", 0) + 1
        d |= {f"{n}{k}": n * d[k] for n in (2, 3, 4) for k in "HCR" if k in d}
        return tuple(d[k] for k in letters.split(","))

    def shapes(self):
        return {name: self.shape(letters) for name, letters in
                (word.split(":") for word in GIVEN[self.kernel].split())}

    def inputs(self):
        """Name → float64 array: NumPy's own linspace, zeros, positions, or else the folder's file."""
        result = {}
        for name, shape in self.shapes().items():
            setting = self.settings.get(name)
            if name.endswith("position"):
                if setting is None and not self.known:
                    values = self.stored(name)
                elif setting is None:
                    values = default_positions(shape[0], ahead=name == "fposition")
                else:
                    values = [int(v) for v in setting.split(",")]
                result[name] = np.array(values, dtype=np.float64)
            elif setting == "0":
                result[name] = np.zeros(shape)
            elif re.fullmatch(r"[-+.\deE]+:[-+.\deE]+", setting or ""):
                first, last = map(float, setting.split(":"))
                result[name] = np.linspace(first, last, num=int(np.prod(shape))).reshape(shape)
            elif name == "W" and "separate" in self.kernel:
                result[name] = np.concatenate(
                    [self.stored(part) for part in ("W", "Wf", "Wr", "Wh")], 1)
            else:
                result[name] = self.stored(name).reshape(shape)
        if "separate" in self.kernel:  # the four column blocks of one linspace
            H = self.dimensions["H"]
            W = result.pop("W")
            for k, name in enumerate(("W", "Wf", "Wr", "Wh")):
                result[name] = W[:, k * H:(k + 1) * H]
        return result

    def stored(self, name):
        return read_kaldi(os.path.join(self.folder, "numpy", name + ".txt"))

    def evaluate(self, ar, inputs=None, habits=None):
        """All results under the notebooks' names and shapes, internals included."""
        given = inputs if inputs is not None else self.inputs()
        p = {k: v if k.endswith("position") else ar.given(v) for k, v in given.items()}
        F, S = (self.dimensions.get(k) for k in "FS")
        k = self.kernel
        if k == "lstm-step":
            return layers.lstm_step(ar, p, self.order)
        if k == "lstm":
            return layers.lstm(ar, p, self.order)
        if k in ("sru-step", "sru-step-separate"):
            return layers.sru_step(ar, p)
        if k in ("sru", "sru-separate"):
            return layers.sru(ar, p)
        if k == "tflstm-step":
            return layers.tflstm_step(ar, p, F, S, self.order)
        if k in ("tflstm", "tflstm-ifog"):
            return layers.tflstm(ar, p, F, S, self.order)
        if k in ("lstmp", "blstmp"):
            return getattr(recurrent_layers, k)(ar, p, self.order, habits or Habits())
        if k in ("gru", "gru-after"):
            return getattr(recurrent_layers, k.replace("-", "_"))(ar, p, self.order)
        if k == "elman":
            return recurrent_layers.elman(ar, p)
        if k == "deepfsmn":
            return layers.deep_fsmn(ar, p)
        if k == "compact-vfsmn":
            return layers.compact_vfsmn(ar, p)
        return layers.bi_compact_vfsmn(ar, p)

    def numpy_view(self, given, results):
        """File name → (matrix or vector, is it a result)."""
        view = {}
        for source, is_result in ((given, False), (results, True)):
            for name, m in source.items():
                if not name.endswith("propagate") and name not in INTERNALS.get(self.kernel, ()):
                    view[name] = (m.reshape(-1, m.shape[-1]) if m.ndim == 3 else m, is_result)
        return view

    def kaldi_view(self, given, results, internals=False):
        """Kaldi's names and layout: frames time-major, weights transposed, gates g i f o.

        With `internals` also what real Kaldi keeps in matrices of its own and golden folders leave out.
        """
        if self.kernel in STEPS:
            return {}
        fsmn = self.kernel.endswith("vfsmn")
        source, upstream, out, din = (("hidden", "dmemory", "memory", "dhidden") if fsmn
                                      else ("x", "dout", "out", "dx"))
        view = {"in": (time_major(given[source]), False),
                "out": (time_major(results[out]), True),
                "out_diff": (time_major(given[upstream]), False),
                "in_diff": (time_major(results[din]), True)}
        names = KALDI_NAMES.get(self.kernel) or {
            k: k for k in given if k not in ("x", "dout", "h0") and not k.endswith("position")}
        permute = (lambda m, axis: m)
        if self.kernel in ("tflstm", "lstmp", "blstmp"):
            H = self.dimensions["H" if self.kernel == "tflstm" else "C"]
            columns = np.concatenate([np.arange(H) + H * self.order.index(g) for g in "gifo"])
            permute = (lambda m, axis: np.take(m, columns, axis))
        for name, kaldi in names.items():
            for suffix, m, is_result in (("", given[name], False),
                                         ("_corr", results["d" + name], True)):
                if "gifo" in kaldi or kaldi.endswith("bias"):
                    m = permute(m, m.ndim - 1)
                plain = m.ndim == 1 or name.endswith("filter")
                view[kaldi + suffix] = (m if plain else m.T, is_result)
        for name in given:
            if name.endswith("position"):
                view[name] = (given[name].reshape(-1, 1), False)
        if self.kernel in ("lstm", "tflstm-ifog"):
            view["h0"], view["h0_corr"] = (given["h0"], False), (results["dh0"], True)
        elif self.kernel == "tflstm" and given["h0"].any():  # Kaldi keeps its state, not the gradient
            view["h0"] = (given["h0"], False)
        for name in INTERNALS.get(self.kernel, ()) if internals else ():
            view[name] = (time_major(results[name]), True)
        for name, frames in results.items():
            if name.endswith("propagate"):
                frames = [self.gates_to_kaldi(m) for m in frames]
                edge = np.array(frames[0] * 0)
                start = edge if name != "propagate" else self.given_state(edge, given)
                view[name + "_buf"] = (np.concatenate([start, *frames, edge]), True)
        return view

    def given_state(self, edge, given):
        """The frame before the first, which holds a given h0 in the first column called h."""
        if "h0" not in given:
            return edge
        start, H = np.array(edge), self.dimensions["H"]
        tf = "F" in self.dimensions  # four gates, c, n, h, h again; an empty block at either end
        for k in range(self.dimensions["B"] if tf else 1):
            at = (k + 1) * 8 * H + 6 * H if tf else 6 * H
            start[:, at:at + H] = start[:, at:at + H] + given["h0"][:, k * H:(k + 1) * H]
        return start

    def gates_to_kaldi(self, frame):
        """A frame's buffer columns with the gates in Kaldi's order, where Kaldi has the layer."""
        if self.kernel == "tflstm":
            B, blocks, width = self.dimensions["B"] + 2, 8, self.dimensions["H"]
        elif self.kernel in ("lstmp", "blstmp"):
            B, blocks, width = 1, 7, self.dimensions["C"]
        else:
            return frame
        columns = np.arange(B * blocks * width).reshape(B, blocks, width)
        places = [self.order.index(g) for g in "gifo"] + list(range(4, blocks))
        rest = np.arange(columns.size, frame.shape[1])  # the projection's columns, narrower ones
        return frame[:, np.concatenate([columns[:, places].ravel(), rest])]


def default_positions(T, ahead=False):
    """Those of sentences of 8, 5 and 2 frames, repeated and cut at T."""
    lengths, rows = [8, 5, 2], []
    while sum(len(r) for r in rows) < T:
        left = T - sum(len(r) for r in rows)
        n = min(lengths[len(rows) % 3], left)
        rows.append(list(range(n))[::-1] if ahead else list(range(n)))
    return [v for r in rows for v in r]


def time_major(m):
    return m.transpose(1, 0, 2).reshape(-1, m.shape[-1]) if m.ndim == 3 else m


NUMBER = re.compile(r"-?(\d+(\.\d+)?(e[-+]\d\d+)?)")


def read_kaldi(path, strict=True):
    """A Kaldi text matrix (2-D) or vector (1-D); in strict form as the golden folder writes it."""
    with open(path) as f:
        text = f.read()
    matrix = text.startswith(" [\n")
    if strict:
        ok = text.startswith(" [\n  ") if matrix else text.startswith(" [ ")
        if not ok or not text.endswith("]\n") or "\t" in text or "\r" in text:
            raise ValueError(f"{path}: not the form Kaldi writes")
    body = text.strip()
    if not (body.startswith("[") and body.endswith("]")):
        raise ValueError(f"{path}: no brackets")
    rows = [line.split() for line in body[1:-1].split("\n") if line.strip()]
    if strict:
        for row in rows:
            for word in row:
                if not NUMBER.fullmatch(word):
                    raise ValueError(f"{path}: {word!r} is no plain number")
    if len({len(r) for r in rows}) > 1:
        raise ValueError(f"{path}: ragged rows")
    values = np.array([[float(w) for w in row] for row in rows])
    return values if matrix else values.reshape(-1)


def kaldi_text(m, form="%.7g"):
    if m.ndim == 1:
        return " [ " + "".join(form % v + " " for v in m) + "]\n"
    return " [" + "".join("\n  " + "".join(form % v + " " for v in row) for row in m) + "]\n"


def kaldi_binary(m):
    m = np.ascontiguousarray(m, dtype="<f4")
    head = b"\0BFM " if m.ndim == 2 else b"\0BFV "
    return head + b"".join(b"\x04" + int(n).to_bytes(4, "little") for n in m.shape) + m.tobytes()


def dump_name(file):
    """The Kaldi-view name of a file of a Kaldi dump: param-w_xfrh.mat, grad-bias_f.vec, in.mat."""
    name = file.rsplit(".", 1)[0].removeprefix("param-")
    return name[5:] + "_corr" if name.startswith("grad-") else name


def printed_digits(path, least=6):
    """The significant digits of a text file: the most that any of its numbers shows."""
    with open(path) as f:
        return max(least, *(len(w.split("e")[0].lstrip("-").replace(".", "").lstrip("0"))
                            for w in f.read().split() if w not in "[]"))


def printed_unit(values, digits):
    """What one unit of the last printed digit is worth, element by element."""
    size = np.abs(values)
    safe = np.where(size > 0, size, 1)
    return np.where(size > 0, 10.0 ** (np.floor(np.log10(safe)) - digits + 1), 0)
