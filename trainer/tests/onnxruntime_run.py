"""Runs lines through a model with ONNX Runtime: onnxruntime_run.py MODEL FOLDER.

FOLDER/list has a row `name height width` a line; FOLDER/name.in is its input as raw 32-bit floats, and FOLDER/name.out
becomes the output.
"""
import sys
from pathlib import Path

import numpy
import onnxruntime

model, folder = sys.argv[1], Path(sys.argv[2])
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
(inputs,) = session.get_inputs()
for row in (folder / "list").read_text().splitlines():
    name, height, width = row.split()
    line = numpy.fromfile(folder / f"{name}.in", dtype="<f4").reshape(1, 1, int(height), int(width))
    (output,) = session.run(None, {inputs.name: line})
    output.astype("<f4").tofile(folder / f"{name}.out")
