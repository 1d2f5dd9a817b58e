"""Bugs of real programs that no edit of an equation makes, each after a public report or discussion.

    python program_bugs.py                            the bugs, their reports and layers
    python program_bugs.py LAYER                      those of a layer; `bug_trial.py BIN --list`
                                                      names the equation that each makes wrong first
    python program_bugs.py GOLDEN/CASE NAME OUTDIR [--without-buffers]

Each is written anew for these layers from what its report says goes wrong, in numbers small enough
for them. It sits in one step of the evaluation (faulty_run.py), so the equations themselves stay
right, the backward pass among them.
"""

import sys
from collections import namedtuple

import numpy as np

from cases import Description
from faulty_run import HOOKS, FaultyProgram, dump
from mistakes import walk
from numbers_ import keep_bits, to_float16

# `right`: what a cause may say of it besides "undetermined", as a pattern; "" is nothing.
Bug = namedtuple("Bug", "name source words layers right hook change")

FSMN = ("compact-vfsmn", "bi-compact-vfsmn", "deepfsmn")
CELLS = ("lstm", "tflstm", "sru", "lstmp", "blstmp")
GATED = (*CELLS, "gru", "gru-after")
RECURRENT = (*GATED, "elman")
PRODUCT = tuple(layer for layer in RECURRENT if layer != "sru")  # with a recurrent product
ALL = RECURRENT + FSMN
BUGS, NONE = {}, Bug("", "", "no bug", ALL, "", "", None)


def bug(name, source, words, layers=RECURRENT, right=""):
    """Enters the function as a bug; its name says where it sits."""
    def entered(change):
        assert change.__name__ in HOOKS and name not in BUGS
        BUGS[name] = Bug(name, source, words, layers, right, change.__name__, change)
        return change
    return entered


def read_elsewhere(trees, among):
    return {x[1] for e in trees.values() for _, x in walk(e)
            if x[0] == "ref" and x[3] and x[1] in among}


def states(run):
    """Quantities that a later frame reads."""
    return read_elsewhere(run.layer.forward, run.layer.forward)


def carried(run):
    """Derivatives that an earlier frame reads."""
    names = {x[1] for e in run.layer.backward.values() for _, x in walk(e) if x[0] == "ref"}
    return read_elsewhere(run.layer.backward, names - set(run.layer.forward))


def final(run, name, t, k):
    """The state that a right run of the same sequence ends with, on the side of frame t."""
    return run.clean.value(name, run.T - 1 if t < 0 else 0, k)


def wide(run, name, m):
    """A matrix that may be a zero of any width in the quantity's own."""
    return np.array(np.broadcast_to(m, (run.N, run.widths[name])))


def forget_gates(run):
    return [name for name in ("f", "ff", "bf") if name in run.layer.forward]


def tail(width):
    """The columns or rows beyond the last full vector of four."""
    return 4 * (width // 4) if width > 4 else width


# ---------------------------------------------------------------- states


@bug("state-not-reset", "soumith/cudnn.torch #348", "the last frame's state starts the next pass: "
     "the reset has no effect", right="state.carried")
def edge(run, name, t, k, m):
    return final(run, name, t, k) if name in states(run) else m


@bug("streams-chained", "nntrainer/nntrainer #1038", "each stream starts from the state that the "
     "stream before it ended with")
def edge(run, name, t, k, m):
    if name not in states(run):
        return m
    return np.concatenate([wide(run, name, m)[:1], final(run, name, t, k)[:-1]])


@bug("cell-starts-from-hidden", "onnx/onnx-tensorflow #408", "without an initial cell the initial "
     "hidden state is taken for it", ("lstm", "tflstm"), right="initial.cell")
def edge(run, name, t, k, m):
    return run.clean.edge("h", t, k) if name == "c" else m


@bug("one-start-for-all", "pytorch/pytorch #95137", "every stream starts from the first stream's "
     "initial state", ("lstm", "tflstm"))
def edge(run, name, t, k, m):
    return np.repeat(m[:1], run.N, 0) if t == -1 and name in run.layer.states else m


@bug("start-not-cleared", "zhangj111/astnn #28", "the state before the first frame is "
     "whatever its memory held, here 0.125")
def edge(run, name, t, k, m):
    if name not in states(run) - set(run.layer.states):
        return m
    return wide(run, name, m) * 0 + np.float32(0.125)


@bug("streams-rotated", "onnx/keras-onnx #123", "each stream goes on from its neighbour's state: "
     "right for one stream only")
def reading(run, name, t, k, dt, m):
    return np.roll(m, 1, 0) if dt and name in states(run) else m


@bug("state-lost-at-chunk", "kaldi-asr/kaldi #1190", "a chunk's first frame does not see the state of "
     "the chunk before")
def reading(run, name, t, k, dt, m):
    return m * 0 if dt and name in states(run) and max(t, t + dt) == run.T // 2 else m


@bug("stale-state", "modelscope/FunASR #2385", "the cache holds the state of two frames ago")
def reading(run, name, t, k, dt, m):
    return run.value(name, t + 2 * dt, k) if dt and name in states(run) else m


@bug("masked-frame-holds-state", "tensorflow/tensorflow #49241", "a frame of one stream is "
     "taken for masked: its states are those of the frame before")
def value(run, name, t, k, m):
    if t == 2 and name in states(run):
        m = m.copy()
        m[0] = run.value(name, t + 1 if name in ("bc", "br") else t - 1, k)[0]
    return m


@bug("truncated-backward", "kaldi-asr/kaldi #1126", "derivatives are not carried over every third "
     "frame's boundary")
def reading(run, name, t, k, dt, m):
    return m * 0 if dt and name in carried(run) and max(t, t + dt) % 3 == 0 else m


@bug("carried-derivative-clipped", "kaldi-asr/kaldi #122", "the derivative that goes on to the frame "
     "before is clipped at 0.25", right=r"clip.* 0?\.25")
def value(run, name, t, k, m):
    own = {"dc", "dfc", "dbc"} & set(run.equations) or {"dh"}
    return np.clip(m, -0.25, 0.25) if name in own else m


@bug("recurrent-dropout-left-on", "tensorflow/tensorflow #40215", "the state is masked by 0 or 2 "
     "before the recurrent product", PRODUCT)
def reading(run, name, t, k, dt, m):
    if not dt or name not in states(run) - {"c", "fc", "bc"}:
        return m
    return m * np.random.default_rng(5).choice([0, 2], (run.N, m.shape[1])).astype(m.dtype)


# ---------------------------------------------------------------- numerics


@bug("clipped-cell-for-output", "microsoft/onnxruntime #27224", "the cell is clipped at 0.3 on its "
     "way to the output, not in the recurrence", ("lstm", "tflstm", "lstmp", "blstmp"),
     right=r"clip.* 0?\.3\b")
def value(run, name, t, k, m):
    cells = {"n": "c"} if "n" in run.equations else {"h": "c", "fh": "fc", "bh": "bc"}
    return np.tanh(np.clip(run.value(cells[name], t, k), -0.3, 0.3)) if name in cells else m


@bug("rational-tanh", "sdatkinson/NeuralAmpModelerCore #43", "tanh by a rational function, off by "
     "up to 0.02", PRODUCT, right="approximat|rational")
def applied(run, function, a, m):
    if function != "tanh":
        return m
    return np.clip(a * (27 + a * a) / (27 + 9 * a * a), -1, 1)


@bug("sigmoid-by-softsign", "tphakala/simd #39", "0.5 + 0.5 a / (1 + |a|) for the sigmoid", GATED,
     right="approximat|rational|softsign")
def applied(run, function, a, m):
    return 0.5 + 0.5 * a / (1 + np.abs(a)) if function == "sigmoid" else m


@bug("other-tanh-in-the-tail", "wvabrinskas/Neuron #132", "a / (1 + |a|) for tanh in the columns "
     "beyond the last full vector", PRODUCT)
def applied(run, function, a, m):
    return np.where(np.arange(a.shape[1]) < tail(a.shape[1]), m, a / (1 + np.abs(a))) if (
        function == "tanh") else m


@bug("wrong-numerator-in-vectors", "wvabrinskas/Neuron #133", "a / (e^a + e^-a) for tanh in full "
     "vectors, tanh in the rest", PRODUCT)
def applied(run, function, a, m):
    full = 4 * (a.shape[1] // 4)
    return np.where(np.arange(a.shape[1]) < full, a / (np.exp(a) + np.exp(-a)), m) if (
        function == "tanh") else m


@bug("half-for-large", "clab/dynet #1525", "the sigmoid of what is large is 0.5", GATED)
def applied(run, function, a, m):
    return np.where(a > 1.25, np.float32(0.5), m) if function == "sigmoid" else m


@bug("slope-by-bfloat16", "tenstorrent/tt-metal #55724", "s (1 - s) of an s rounded to eight bits",
     GATED)
def applied(run, function, a, m):
    s = keep_bits(8)(a)
    return s * (1 - s) if function == "slope_sigmoid" else m


@bug("tf32-recurrence", "microsoft/onnxruntime #20338", "the recurrent product alone in TF32",
     PRODUCT, right="TF32|reduced precision")
def product(run, left, right, weight, m):
    rounded = keep_bits(11)
    own = weight[0] == "ref" and weight[1] in ("Wh", "Wr", "Wn", "fWr", "bWr")
    return rounded(left) @ rounded(right) if own else m


@bug("float16-state", "asappresearch/sru #166", "what goes on to the next frame is kept in float16",
     right="stored in float16|reduced precision")
def value(run, name, t, k, m):
    return to_float16(m) if name in states(run) else m


@bug("bfloat16-gradient-sums", "NVIDIA/Megatron-LM #372", "parameters' gradients are accumulated "
     "frame by frame in bfloat16", ALL,
     right=r"(stored|sums?|accumulat\w*) in bfloat16|reduced precision")
def sums(run, name, parts):
    total = 0
    for part in parts[::-1]:
        total = keep_bits(8)(total + part.sum((0, 1)))
    return total


@bug("activations-in-int8", "danmcleran/tinymind #156", "sigmoid in steps of 1/256, tanh in steps "
     "of 1/128", GATED, right="int8|quanti[sz]|1/256|steps")
def applied(run, function, a, m):
    steps = {"sigmoid": 256, "tanh": 128}.get(function)
    return np.round(m * steps) / np.float32(steps) if steps else m


@bug("inner-tail-dropped", "flame/blis #60", "of a product's inner sum only full groups of four are "
     "added", (*RECURRENT, "deepfsmn"))
def product(run, left, right, weight, m):
    full = tail(left.shape[1])
    return left[:, :full] @ right[:full]


@bug("column-tail-unwritten", "tile-ai/tilelang #2537", "a product's columns beyond the last full "
     "group of four stay zero", ("gru", "gru-after", "elman", "lstmp", "blstmp", "deepfsmn", "tflstm"))
def product(run, left, right, weight, m):
    return np.where(np.arange(m.shape[1]) < tail(m.shape[1]), m, np.float32(0))


@bug("not-a-number-leaks", "uxlfoundation/oneDNN #5717", "one element of frame 1 is computed from "
     "memory that was never written", ALL, right=r"(?i)not a number|\bnan\b")
def value(run, name, t, k, m):
    if t == 1 and name in run.layer.outputs:
        m = m.copy()
        m[-1, -1] = np.nan
    return m


@bug("product-on-top-of-the-last", "microsoft/onnxruntime #3893", "from the third stream on the "
     "buffer still holds the recurrent product of the frame before",
     PRODUCT)
def value(run, name, t, k, m):
    for _, x in walk(run.equations[name]):
        if x[0] == "mat" and x[1][0] == "ref" and x[1][3] and x[1][1] in states(run):
            before = t + x[1][3]
            if 0 <= before < run.T:
                m = m.copy()
                m[2:] += run.ev(x, before, k)[2:]
    return m


# ---------------------------------------------------------------- indexing


@bug("rows-by-another-stride", "kaldi-asr/kaldi #985", "row n of a frame's input is read n elements "
     "late")
def given(run, name, t, k, m):
    if name != run.layer.input:
        return m
    flat = np.arange(m.shape[0])[:, None] * (m.shape[1] + 1) + np.arange(m.shape[1])
    return m.ravel()[flat % m.size]


@bug("upstream-taken-as-contiguous", "pytorch/pytorch #620", "a transposed upstream derivative is "
     "read in the order of its memory")
def given(run, name, t, k, m):
    if name != run.layer.upstream:
        return m
    whole = run.given[name].transpose(1, 0, 2).reshape(run.given[name].shape)
    return whole[:, t, k * m.shape[1]:(k + 1) * m.shape[1]]


@bug("first-frame-lost", "alumae/gst-kaldi-nnet2-online #85", "the first frame is dropped: each "
     "frame sees the input of the next")
def given(run, name, t, k, m):
    return run.given[name][:, min(t + 1, run.T - 1)] if name == run.layer.input else m


@bug("second-block-off-by-one", "PaddlePaddle/Paddle #55656", "the second gate's columns start one "
     "too early", GATED)
def columns(run, name, block, whole, m):
    at = run.order[name].index(block) * m.shape[-1]
    moved = name in run.layer.forward and run.order[name].index(block) == 1
    return whole[..., at - 1:at - 1 + m.shape[-1]] if moved and m.shape[-1] > 1 else m


@bug("both-directions-with-one-weight", "pytorch/pytorch #95563", "the backward direction takes the "
     "forward direction's input weights", ("blstmp",))
def product(run, left, right, weight, m):
    return left @ run.given["fWx"] if weight == ("ref", "bWx", None, 0, 0) else m


@bug("reversed-along-streams", "tensorflow/tensorflow #39635", "the backward direction's output is "
     "turned along the streams", ("blstmp",))
def results(run, results):
    out = results["out"].copy()
    half = out.shape[2] // 2
    out[..., half:] = out[::-1, :, half:]
    return results | {"out": out}


@bug("backward-half-left-reversed", "microsoft/onnxruntime #4187", "the backward direction's output "
     "is left in the order it was computed in", ("blstmp",),
     right="(half|direction).*reverse|reverse.*(half|direction)")
def results(run, results):
    out = results["out"].copy()
    half = out.shape[2] // 2
    out[..., half:] = out[:, ::-1, half:]
    return results | {"out": out}


@bug("forward-half-twice", "ematvey/tensorflow-seq2seq-tutorials #1", "the output is the forward "
     "direction's, twice", ("blstmp",))
def results(run, results):
    half = results["out"].shape[2] // 2
    return results | {"out": np.tile(results["out"][..., :half], 2)}


@bug("padded-on-one-side", "wenet-e2e/wekws #207", "room for the look-ahead is made before the first "
     "frame: every tap is so many frames early", ("bi-compact-vfsmn", "deepfsmn"))
def links(run, name, reach, r, links):
    ahead = run.given["ffilter"].shape[0]
    return [(i, other - ahead) for i, other in links if other >= ahead]


@bug("filter-flipped", "keras-team/keras #3015", "the filter's rows are applied in reverse",
     FSMN, right="flip|filter.*reverse|reverse.*filter")
def links(run, name, reach, r, links):
    last = run.given[name].shape[0] - 1
    return [(last - (i - reach.first), other) for i, other in links]


@bug("every-second-tap", "deeplearning4j/deeplearning4j #8678", "taps two frames apart: the dilation "
     "of another layer", FSMN)
def links(run, name, reach, r, links):
    reached = {other for _, other in links}
    return [(reach.first + i, r + reach.sign * (2 * i + 1)) for i in range(len(links))
            if r + reach.sign * (2 * i + 1) in reached]


@bug("negative-index-wraps", "INRIA/geoarches #28", "before the first frame the look-back meets the "
     "last frames of the matrix", FSMN)
def links(run, name, reach, r, links):
    if reach.sign > 0:
        return links
    count = run.given[name].shape[0] - reach.first
    return links + [(reach.first + i, run.T + r - i - 1) for i in range(r, count)]


@bug("last-rows-unwritten", "1bit-MONSTER/1bit-MONSTER #678", "rows of the output beyond the last "
     "full eight are never written", ALL, right=r"(?i)\bzeros?\b|^partly 0$")
def results(run, results):
    name = run.layer.upstream[1:]
    rows = np.arange(run.T)[None, :] * run.N + np.arange(run.N)[:, None]
    kept = rows < 8 * (run.T * run.N // 8)
    kept = kept[..., None] if run.streams else kept[0][:, None]
    return results | {name: results[name] * kept}


# ---------------------------------------------------------------- accumulation


@bug("lost-update", "flagos-ai/FlagGems #5246", "of what is added to a gradient at once only the last "
     "stream's arrives, or every second frame's", ALL)
def sums(run, name, parts):
    kept = parts[:, :, -1:] if run.N > 1 else parts[1::2]
    return kept.sum((0, 1, 2))


@bug("sum-of-sixteen-rows", "kaldi-asr/kaldi #4024", "a vector's gradient sums the first sixteen rows",
     RECURRENT)
def sums(run, name, parts):
    if run.given[name].ndim > 1:
        return parts.sum((0, 1, 2))
    rows = np.arange(run.T)[:, None] * run.N + np.arange(run.N)
    return (parts * (rows < 16).reshape(run.T, 1, run.N, 1)).sum((0, 1, 2))


@bug("on-top-of-the-last-call", "uxlfoundation/oneDNN #3995", "gradients are added to those of a call "
     "before, of half the upstream", ALL, right=r"1\.5|3/2")
def gradient(run, name, m):
    return m * np.float32(1.5)


@bug("bias-gradient-misplaced", "asappresearch/sru #52", "vectors' gradients are written one element "
     "late", (*RECURRENT, "deepfsmn"), right="shifted by (1|one)")
def gradient(run, name, m):
    return np.roll(m, 1) if m.ndim == 1 else m


@bug("last-part-unsynchronised", "apache/mxnet #16391", "the input's derivative of the first frame is "
     "read before the backward direction's part is there", ("blstmp",))
def value(run, name, t, k, m):
    if name != "dx" or t != 0:
        return m
    return run.ev(run.equations["dx"][1][0][1], t, k)


# ---------------------------------------------------------------- conversion


@bug("biases-merged", "apple/coremltools #1124", "the candidate's two biases are added into one, "
     "outside the reset gate", ("gru-after",))
def value(run, name, t, k, m):
    bias = run.columns("bh", "n", run.given["bh"])
    if name == "s":
        own = [bias if g == "n" else bias * 0 for g in run.order["s"]]
        return m - np.concatenate(own)
    if name != "n":
        return m
    s, a = (run.columns(q, "n", run.value(q, t, k)) for q in "sa")
    return np.tanh(a + bias + run.value("r", t, k) * s)


@bug("reset-before-the-product", "microsoft/onnxscript #2852", "the reset gate acts on the state, not "
     "on the product", ("gru-after",))
def value(run, name, t, k, m):
    if name != "n":
        return m
    state = run.value("r", t, k) * run.value("h", t - 1, k)
    Wh, bh, a = (run.columns(q, "n", w) for q, w in (
        ("Wh", run.given["Wh"]), ("bh", run.given["bh"]), ("a", run.value("a", t, k))))
    return np.tanh(a + wide(run, "h", state) @ Wh + bh)


@bug("reset-after-the-product", "onnx/onnx-tensorflow #227", "the reset gate acts on the product, not "
     "on the state", ("gru",))
def value(run, name, t, k, m):
    if name != "n":
        return m
    a = run.columns("a", "n", run.value("a", t, k))
    before = wide(run, "h", run.value("h", t - 1, k)) @ run.given["Wn"]
    return np.tanh(a + run.value("r", t, k) * before)


@bug("forget-bias-on-later-frames", "apple/coremltools #309", "1 is added to the forget gate of every "
     "frame but the first", CELLS)
def value(run, name, t, k, m):
    first = run.T - 1 if name == "bf" else 0
    if name not in forget_gates(run) or t == first:
        return m
    return 1 / (1 + np.exp(-1) * (1 - m) / m)


@bug("cell-for-output", "neulab/xnmt #223", "cell and hidden state come in the other order: the output "
     "is the cell", ("lstm", "tflstm", "sru"),
     right="cell for the output|output is the cell|cell-for-output")
def results(run, results):
    cells = [np.concatenate([run.value("c", t, k) for k in range(run.B)], 1) for t in range(run.T)]
    return results | {"out": np.stack(cells, 1)}


@bug("dropout-left-on", "kaldi-asr/kaldi #4423", "every element of the output is 0 or 1.25 times what "
     "it should be", ALL, right=r"1\.25|dropout|mask")
def results(run, results):
    name = run.layer.upstream[1:]
    kept = np.random.default_rng(6).random(results[name].shape) < 0.8
    return results | {name: results[name] * np.where(kept, np.float32(1.25), np.float32(0))}


@bug("output-held-back", "apache/mxnet #18669", "by a mask of its own the output is that of the frame "
     "before, while the state goes on")
def results(run, results):
    out = results["out"].copy()
    held = np.random.default_rng(7).random(out.shape) < 0.3
    held[:, 0] = False
    return results | {"out": np.where(held, np.roll(results["out"], 1, 1), out)}


@bug("label-delay", "kaldi-asr/kaldi #1012", "the output comes two frames late", ALL,
     right="(2|two) frames")
def results(run, results):
    name, axis = run.layer.upstream[1:], 1 if run.streams else 0
    out = np.roll(results[name], 2, axis)
    out[(slice(None), slice(0, 2)) if run.streams else slice(0, 2)] = 0
    return results | {name: out}


@bug("padding-not-cleared", "microsoft/onnxruntime #1361", "the last stream is taken for two frames "
     "shorter; its output there is what the memory held, 7.5", right=r"7\.5")
def results(run, results):
    out = results["out"].copy()
    out[-1, -2:] = 7.5
    return results | {"out": out}


def of_layer(kernel):
    """The bugs that a layer can have."""
    kernel = {"tflstm-ifog": "tflstm", "sru-separate": "sru"}.get(kernel, kernel)
    return [b for b in BUGS.values() if kernel in b.layers]


def main():
    words = [w for w in sys.argv[1:] if w != "--without-buffers"]
    if len(words) == 3:
        d, own = Description.read(words[0]), BUGS[words[1]]
        wrong, _ = FaultyProgram(d, own, given=d.inputs()).views()
        dump(wrong, words[2], "--without-buffers" not in sys.argv)
        return
    kernel = words[0] if words else None
    for b in of_layer(kernel) if kernel else BUGS.values():
        print(f"{b.name:32s} {b.source:42s} {b.words}"
              + ("" if kernel else f"  [{' '.join(b.layers)}]"))


if __name__ == "__main__":
    main()
