"""What the Swift side calls the peers' faults. A name that is missing here is the same on both.

`None`: the Swift side has no such fault, or its like is not counted; it is left out of the trial.
"""

SWIFT = {
    "gradient-doubled": "doubled",
    "gradient-negated": "sign flipped",
    "gradient-mean-over-streams": "divided by N",
    "gradient-mean-over-frames": "divided by T",
    "gradient-mean-over-all": "divided by (N*T)",
    "frames-batch-major": "batch-major for time-major",
    "frames-shifted": "one frame late",
    "frames-reversed": "frames reversed",
    "columns-reversed": "columns reversed",
    "backward-not-computed": "backward not computed",
}


def swift_name(fault):
    return SWIFT.get(fault, fault)
