"""What the Swift side calls the peers' faults. A name that is missing here is the same on both.

A tuple holds names of which any is right. `None`: the Swift side has no such fault, or its like is
not counted; it is left out of the trial.
"""

SWIFT = {
    "gradient-doubled": "doubled",
    "gradient-negated": "sign flipped",
    "gradient-mean-over-streams": "divided by N",
    "gradient-mean-over-frames": "divided by T",
    "gradient-mean-over-all": "divided by (N*T)",
    "frames-batch-major": "batch-major for time-major",
    "frames-shifted": "one frame late",
    "frames-reversed": ("frames reversed", "rows reversed"),  # rows are frames in an FSMN
    "columns-reversed": "columns reversed",
    "backward-not-computed": "backward not computed",
}


def swift_names(fault):
    """The names that count as right; none if the fault is left out."""
    names = SWIFT.get(fault, fault)
    return () if names is None else (names,) if isinstance(names, str) else names
