"""What the Swift side calls the peers' faults. A name that is missing here is the same on both.

A tuple holds names of which any is right. `None`: the Swift side has no such fault, or its like is
not counted; it is left out of the trial.
"""

SWIFT = {
    # An empty gradient is told in the words that say what to look for.
    "backward-not-computed": "backward not computed",
    # There the two sides' right backward passes differ: this one takes dWk from the block input that
    # the faulty forward pass kept, the Swift one from the outputs themselves.
    "block-weights-from-previous-time-forward": None,
}


def swift_names(fault):
    """The names that count as right; none if the fault is left out."""
    names = SWIFT.get(fault, fault)
    return () if names is None else (names,) if isinstance(names, str) else names



# Mistakes that have short names of old, as edits of the equations (mistakes.py); the edit in the
# forward pass alone is the short name with "-forward". selftest.py holds each pair to the same numbers.
RECURRENT = {
    "bias-left-out": "a: b left out",
    "bias-twice": "a: b doubled",
    "recurrent-blocks-transposed": "a: each square block of Wh transposed in h[t-1] @ Wh",
    "sigmoid-for-tanh": "g: sigmoid for tanh",
    "output-tanh-left-out": "n: identity for tanh",
    "recurrent-gradient-left-out": "dh: da[t+1] @ Wh.T left out",
    "gradient-with-current-forget": "dc: f for f[t+1] in dc[t+1] * f[t+1]",
    "weight-gradient-from-current-state": "dWh: h for h[t-1] in outer(h[t-1], da)",
}
SIMPLE = {
    "cell-gradient-left-out": "dc: dc[t+1] * f[t+1] left out",
    "gradient-with-current-forget": "dc: f for f[t+1] in dc[t+1] * f[t+1]",
    "forget-complement-swapped": "c: f and (1 - f) exchanged",
    "reset-complement-swapped": "h: r and (1 - r) exchanged",
}
WELL_KNOWN = {
    "lstm": RECURRENT | {"cell-gradient-left-out": "dc: dc[t+1] * f[t+1] left out"},
    "tflstm": RECURRENT | {
        "peephole-input-left-out": "i: pi * c[t-1] left out",
        "peephole-forget-left-out": "f: pf * c[t-1] left out",
        "peephole-output-left-out": "o: po * c left out",
        "peephole-output-on-old-cell": "o: c[t-1] for c in po * c",
        "block-weights-from-previous-time": "a: h[t-1,k-1] for h[k-1] in h[k-1] @ Wk",
        "blocks-reversed": "a: h[k+1] for h[k-1] in h[k-1] @ Wk",
        "peephole-input-path-left-out": "dc: pi * da.i[t+1] left out",
        "peephole-forget-path-left-out": "dc: pf * da.f[t+1] left out",
        "peephole-output-path-left-out": "dc: po * da.o left out",
        "peephole-gradient-on-old-cell": "dpo: c[t-1] for c in da.o * c"},
    "sru": SIMPLE | {
        "sequence-reversed": "c: c[t+1] for c[t-1] in f * c[t-1]",
        "highway-left-out": "h: (1 - r) * u.h left out"},
    "sru-separate": SIMPLE | {
        "sequence-reversed": "c: c[t+1] for c[t-1] in f * c[t-1]",
        "highway-left-out": "h: (1 - r) * uh left out"},
    "compact-vfsmn": {
        "identity-left-out": "memory: hidden left out",
        "identity-left-out-backward": "dhidden: dmemory left out",
        "filter-off-by-one":
            "memory: each filter row one frame too near in taps(filter, behind, hidden)",
        "positions-ignored": "memory: positions ignored in taps(filter, behind, hidden)",
        "one-term-too-many": "memory: one term too many in taps(filter, behind, hidden)",
        "one-term-too-few": "memory: one term too few in taps(filter, behind, hidden)"},
    "bi-compact-vfsmn": {
        "identity-left-out": "memory: hidden left out",
        "identity-left-out-backward": "dhidden: dmemory left out"},
}
WELL_KNOWN["tflstm-ifog"] = WELL_KNOWN["tflstm"]
