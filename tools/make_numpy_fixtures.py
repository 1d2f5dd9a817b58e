#!/usr/bin/env python3
"""Writes Tests/Fixtures/numpy: small arrays as NumPy itself saves and prints them.

Run from the repository's root; needs NumPy (2.4.6 made what is committed). The fixtures hold
values that every element type has exactly, so that the tests can state them by formula.
"""
import pathlib
import zipfile

import numpy as np
from numpy.lib import format as npy

folder = pathlib.Path("Tests/Fixtures/numpy")
folder.mkdir(parents=True, exist_ok=True)

# Element (i, j) of every 3x4 array is 4 i + j - 5, divided by 4 for floats; unsigned adds 5.
base = np.arange(12).reshape(3, 4) - 5
for name, array in {
    "f2": (base / 4).astype("<f2"), "f4": (base / 4).astype("<f4"), "f8": (base / 4).astype("<f8"),
    "f4-big": (base / 4).astype(">f4"), "f8-big": (base / 4).astype(">f8"),
    "i1": base.astype("i1"), "i2": base.astype("<i2"), "i4": base.astype("<i4"),
    "i8": base.astype("<i8"), "i4-big": base.astype(">i4"), "u1": (base + 5).astype("u1"),
    "u2": (base + 5).astype("<u2"), "u8": (base + 5).astype("<u8"),
    "bool": base % 2 == 0, "f8-fortran": np.asfortranarray(base / 4),
}.items():
    np.save(folder / f"{name}.npy", array)

# Rank 3 (2, 3, 4), elements 0...23 in C order, in both orders; ranks 0 and 1; no elements.
cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
np.save(folder / "cube.npy", cube)
np.save(folder / "cube-fortran.npy", np.asfortranarray(cube))
np.save(folder / "scalar.npy", np.float64(2.5))
np.save(folder / "vector.npy", np.array([1, 2.5, -3], "<f8"))
np.save(folder / "empty.npy", np.zeros((0, 4), "<f4"))
for version in (2, 3):
    with open(folder / f"version{version}.npy", "wb") as file:
        npy.write_array(file, base / 4, version=(version, 0))
np.savez(folder / "pair.npz", W=cube[0], b=np.array([1, 2.5, -3], "<f8"))
np.savez_compressed(folder / "compressed.npz", W=cube[0])
with zipfile.ZipFile(folder / "strange.npz", "w") as file:
    file.writestr("note.txt", "not an array")

rng = np.random.default_rng(7)
wide = rng.normal(size=(2, 20)).round(6)
with open(folder / "printed.txt", "w") as file:
    print("dWx", file=file)
    print(wide, file=file)
    print("db:", wide[0], file=file)
    print("cube", cube, file=file)
np.save(folder / "printed-wide.npy", wide)
with open(folder / "truncated.txt", "w") as file:
    print("big", np.zeros((100, 100)), file=file)
