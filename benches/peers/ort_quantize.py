#!/usr/bin/env python3
"""Makes int8 of a float model with ONNX Runtime's own quantizer, as its documentation has it for convolutional
networks: static, QDQ, bytes for activations, signed bytes for weights, one scale for each output channel.

It is calibrated on noise: the file is for time, which depends on no value, and not for reading.
"""

import argparse
import logging
import pathlib
import tempfile

import numpy
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

LINES = 8


class Noise(CalibrationDataReader):
    """Lines of noise, each as wide as it will be measured."""

    def __init__(self, model, columns):
        taken = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0]
        _, channels, height, _ = taken.shape
        dice = numpy.random.default_rng(1)
        shape = (1, channels, height, columns)
        self.lines = iter([{taken.name: dice.standard_normal(shape, dtype=numpy.float32)} for _ in range(LINES)])

    def get_next(self):
        return next(self.lines, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="float ONNX model")
    parser.add_argument("out", help="int8 ONNX model to write")
    parser.add_argument("--columns", type=int, default=200, help="width of a line for calibration (200)")
    args = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        prepared = str(pathlib.Path(folder) / "prepared.onnx")
        quant_pre_process(args.model, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            args.out,
            Noise(args.model, args.columns),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


if __name__ == "__main__":
    main()
