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


def equation_names(kernel, mistake):
    """The names of an edit of the equations (mistakes.py) that count as right: so far, our own."""
    return (mistake.name,)
