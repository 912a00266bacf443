#!/usr/bin/env python3
"""labelcam and ONNX Runtime side by side, in turns, on one model and one thread. Started by run.sh.

Each round measures every width once with either engine, so that a machine that slows down slows both. A figure is the
median of the rounds' medians; the ratio is the median of the rounds' ratios.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import time

import numpy
import onnxruntime


def main():
    args = arguments()
    contract = contract_of(args)
    session = ort_session(args.model)
    load = os.getloadavg()[0]
    rounds = {width: [] for width in args.widths}
    for turn in range(args.rounds):
        for width in args.widths:
            ours = labelcam_ms(args, width)
            theirs = ort_ms(session, shape_of(contract, width), args.seconds)
            rounds[width].append((ours, theirs))
            progress(f"round {turn + 1} of {args.rounds}, {width} px: {ours:.3f} ms, {theirs:.3f} ms")
    progress("")
    report(args, contract, rounds, load)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelcam", required=True, help="the program to measure")
    parser.add_argument("--model", required=True, help="ONNX model that carries its contract, or with --spec")
    parser.add_argument("--spec", help="TOML file that describes a model made elsewhere")
    parser.add_argument("--widths", type=int, nargs="+", default=[100, 200, 400], help="px at the model's height")
    parser.add_argument("--seconds", type=float, default=3.0, help="a measurement takes this long (default: 3)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each engine (default: 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, not a table")
    args = parser.parse_args()
    if args.rounds < 1 or args.seconds <= 0 or min(args.widths) < 4:
        parser.error("--rounds must be 1 or more, --seconds above 0 and --widths 4 or more")
    return args


def contract_of(args):
    """The input part of the model's contract: height, channels, width-multiple, ..."""
    lines = labelcam(args, "inspect", args.model, *spec_of(args)).splitlines()
    return json.loads(next(line for line in lines if line.startswith("input ")).split(None, 1)[1])


def shape_of(contract, width):
    """What labelcam's preprocessing makes of a line of this width: padded to the next multiple."""
    multiple = contract["width-multiple"]
    return (1, contract["channels"], contract["height"], -(-width // multiple) * multiple)


def labelcam_ms(args, width):
    options = ["--model", args.model, *spec_of(args), "--width", str(width), "--seconds", str(args.seconds)]
    return json.loads(labelcam(args, "bench", "--json", *options))["median_ms"]


def labelcam(args, *command):
    return subprocess.run([args.labelcam, *command], check=True, stdout=subprocess.PIPE, text=True).stdout


def spec_of(args):
    return ["--spec", args.spec] if args.spec else []


def ort_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def ort_ms(session, shape, seconds):
    """The median milliseconds of a run, after a tenth of the time to warm up, as `labelcam bench` does it."""
    name = session.get_inputs()[0].name
    line = numpy.random.default_rng(1).standard_normal(shape, dtype=numpy.float32)
    run_for(seconds / 10, lambda: session.run(None, {name: line}))
    return statistics.median(run_for(seconds, lambda: session.run(None, {name: line})))


def run_for(seconds, work):
    end = time.perf_counter() + seconds
    times = []
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def report(args, contract, rounds, load):
    ours = labelcam(args, "--version").strip()
    theirs = f"onnxruntime {onnxruntime.__version__}"
    rows = [
        {
            "width_px": width,
            "input": list(shape_of(contract, width)),
            "labelcam_ms": statistics.median(our for our, _ in pairs),
            "onnxruntime_ms": statistics.median(their for _, their in pairs),
            "ratio": statistics.median(our / their for our, their in pairs),
            "ratio_range": [min(o / t for o, t in pairs), max(o / t for o, t in pairs)],
        }
        for width, pairs in rounds.items()
    ]
    if args.json:
        machine = {"cpu": cpu(), "load_before": load, "model": args.model, "labelcam": ours, "peer": theirs}
        print(json.dumps({**machine, "threads": 1, "rounds": args.rounds, "seconds": args.seconds, "rows": rows}))
        return
    print(f"cpu      {cpu()}, {os.cpu_count()} threads, load {load:.1f} before")
    print(f"model    {args.model} ({os.path.getsize(args.model)} bytes)")
    print(f"engines  {ours}; {theirs}; one thread each")
    print(f"rounds   {args.rounds}, in turns, {args.seconds:g} s a measurement\n")
    head = f"{'line':>7}  {'input':>15}  {'labelcam':>10}  {'onnxruntime':>12}  {'ratio':>6}  lowest-highest"
    print(head + "\n" + "-" * len(head))
    for row in rows:
        shape = "x".join(map(str, row["input"]))
        low, high = row["ratio_range"]
        print(
            f"{row['width_px']:>4} px  {shape:>15}  {row['labelcam_ms']:>7.3f} ms  {row['onnxruntime_ms']:>9.3f} ms"
            f"  {row['ratio']:>6.2f}  {low:.2f}-{high:.2f}"
        )
    print("\nMedian ms a line; ratio = labelcam / onnxruntime, below 1 where labelcam is faster.")
    if load > os.cpu_count() - 1:
        # A run longer than the scheduler's slice is interrupted nearly always, a shorter one seldom.
        print("The machine was busy, which favours the engine with the shorter runs: measure again on an idle one.")
    print("labelcam: grey picture to text (preprocessing, network, decoding). onnxruntime: the network alone.")


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            fields = dict(line.split(":", 1) for line in info if ":" in line)
    except OSError:
        fields = {}
    names = {key.strip(): value.strip() for key, value in fields.items()}
    return names.get("model name") or names.get("Model") or platform.processor() or platform.machine()


def progress(text):
    """One line on standard error, rewritten in place; nothing where that is no terminal."""
    if os.isatty(2):
        os.write(2, f"\r\033[K{text}".encode())


if __name__ == "__main__":
    main()
