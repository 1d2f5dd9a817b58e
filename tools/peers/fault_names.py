"""What the Swift side calls the peers' faults. A name that is missing here is the same on both.

`None`: the Swift side has no such fault, or its like is not counted; it is left out of the trial.
"""

SWIFT = {}


def swift_name(fault):
    return SWIFT.get(fault, fault)
