"""Runs lines through a model with another engine: peer_run.py onnxruntime|opencv MODEL FOLDER.

FOLDER/list has a row `name height width` a line; FOLDER/name.in is its input as raw 32-bit floats, and FOLDER/name.out
becomes the output.
"""
import sys
from pathlib import Path

import numpy


def onnx_runtime(model):
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (inputs,) = session.get_inputs()
    return lambda line: session.run(None, {inputs.name: line})[0]


def opencv(model):
    import cv2

    # The engine of OpenCV 5, without its way out to the older one.
    net = cv2.dnn.readNetFromONNX(model, cv2.dnn.ENGINE_NEW)

    def run(line):
        net.setInput(line)
        return net.forward()

    return run


engine, model, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
run = {"onnxruntime": onnx_runtime, "opencv": opencv}[engine](model)
for row in (folder / "list").read_text().splitlines():
    name, height, width = row.split()
    line = numpy.fromfile(folder / f"{name}.in", dtype="<f4").reshape(1, 1, int(height), int(width))
    run(line).astype("<f4").tofile(folder / f"{name}.out")
