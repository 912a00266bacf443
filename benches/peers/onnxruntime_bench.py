#!/usr/bin/env python3
"""labelcam and ONNX Runtime side by side, float and int8, in turns, on one thread. Started by run.sh.

Each round measures every file once with either engine, so that a machine that slows down slows all. A figure is the
median of the rounds' medians; a ratio is the median of the rounds' ratios. Both engines run the network alone.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import time

import numpy
import onnxruntime

# The columns: what is measured, and the file beside the float model that it runs.
FILES = {"float": "", "int8": "-int8", "ort-int8": "-ort-int8"}
COLUMNS = {
    "our float": ("labelcam", "float"),
    "ORT float": ("onnxruntime", "float"),
    "our int8": ("labelcam", "int8"),
    "ORT int8": ("onnxruntime", "int8"),
    "ORT own int8": ("onnxruntime", "ort-int8"),
}
# The ratios that matter, the first over the second.
RATIOS = {
    "our int8 / our float": ("our int8", "our float"),
    "our int8 / ORT int8": ("our int8", "ORT int8"),
    "our int8 / ORT own int8": ("our int8", "ORT own int8"),
    "our float / ORT float": ("our float", "ORT float"),
}


def main():
    args = arguments()
    load = os.getloadavg()[0]
    cases = [case_of(args, model) for model in args.models]
    for turn in range(args.rounds):
        for case in cases:
            for column in case["columns"]:
                took = measured(args, case, *COLUMNS[column])
                case["ms"].setdefault(column, []).append(took)
                progress(f"round {turn + 1} of {args.rounds}, {case['name']}, {column}: {took:.3f} ms")
    progress("")
    report(args, cases, load)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    models_help = "float ONNX model, and the width of its line (200)"
    parser.add_argument("models", nargs="+", metavar="MODEL[:PX]", help=models_help)
    parser.add_argument("--labelcam", required=True, help="the program to measure")
    parser.add_argument("--spec", help="TOML file that describes models made elsewhere")
    parser.add_argument("--seconds", type=float, default=3.0, help="a measurement takes this long (3)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each engine (5)")
    kernels = os.environ.get("LABELCAM_KERNELS")
    parser.add_argument("--kernels", default=kernels, help="labelcam's kernels, by name (the best of this machine)")
    parser.add_argument("--json", action="store_true", help="print one JSON object, not tables")
    args = parser.parse_args()
    if args.rounds < 1 or args.seconds <= 0:
        parser.error("--rounds must be 1 or more, --seconds above 0")
    if args.kernels:
        os.environ["LABELCAM_KERNELS"] = args.kernels
    return args


def case_of(args, argument):
    """A float model with the int8 ones beside it, loaded once for ONNX Runtime."""
    name, _, width = argument.partition(":")
    path = pathlib.Path(name)
    files = {kind: path.with_name(f"{path.stem}{ending}.onnx") for kind, ending in FILES.items()}
    files = {kind: str(file) for kind, file in files.items() if kind == "float" or file.is_file()}
    case = {"name": path.stem, "width_px": int(width or 200), "files": files, "ms": {}}
    case["columns"] = [column for column, (_, kind) in COLUMNS.items() if kind in files]
    case["sessions"] = {kind: ort_session(file) for kind, file in files.items()}
    # What labelcam's preprocessing makes of a line of this width: padded to the contract's multiple.
    columns = labelcam(args, case, "float", 0.01)["input_width"]
    _, channels, height, _ = case["sessions"]["float"].get_inputs()[0].shape
    case["input"] = [1, channels, height, columns]
    return case


def measured(args, case, engine, kind):
    if engine == "labelcam":
        return labelcam(args, case, kind, args.seconds)["median_ms"]
    return ort_ms(case["sessions"][kind], case["input"], args.seconds)


def labelcam(args, case, kind, seconds):
    spec = ["--spec", args.spec] if args.spec else []
    options = ["--model", case["files"][kind], *spec, "--width", str(case["width_px"]), "--seconds", str(seconds)]
    command = [args.labelcam, "bench", "--network", "--json", *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


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


def ratios(case):
    """{name: (median, lowest, highest)} over the rounds, of the ratios whose parts were measured."""
    found = {}
    for name, (ours, theirs) in RATIOS.items():
        if ours in case["ms"] and theirs in case["ms"]:
            each = [o / t for o, t in zip(case["ms"][ours], case["ms"][theirs])]
            found[name] = (statistics.median(each), min(each), max(each))
    return found


def report(args, cases, load):
    version = subprocess.run([args.labelcam, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    theirs = f"onnxruntime {onnxruntime.__version__}"
    kernels = args.kernels or "the best of this machine"
    if args.json:
        rows = [
            {
                "model": case["name"],
                "input": case["input"],
                "median_ms": {column: statistics.median(times) for column, times in case["ms"].items()},
                "ratios": {name: dict(zip(("median", "lowest", "highest"), of)) for name, of in ratios(case).items()},
            }
            for case in cases
        ]
        machine = {"cpu": cpu(), "load_before": load, "labelcam": version, "kernels": kernels, "peer": theirs}
        print(json.dumps({**machine, "threads": 1, "rounds": args.rounds, "seconds": args.seconds, "rows": rows}))
        return
    print(f"cpu      {cpu()}, {os.cpu_count()} threads, load {load:.1f} before")
    print(f"engines  {version} (kernels: {kernels}); {theirs}; one thread each, the network alone")
    print(f"rounds   {args.rounds}, in turns, {args.seconds:g} s a measurement; medians")
    for case in cases:
        print(f"\n{case['name']}, {'x'.join(map(str, case['input']))}")
        for column, times in case["ms"].items():
            size = os.path.getsize(case["files"][COLUMNS[column][1]])
            print(f"  {column:<24}{statistics.median(times):>9.3f} ms   {size:>9} bytes")
        for name, (median, lowest, highest) in ratios(case).items():
            print(f"  {name:<24}{median:>9.2f}      {lowest:.2f}-{highest:.2f}")
    if load > os.cpu_count() - 1:
        # A run longer than the scheduler's slice is interrupted nearly always, a shorter one seldom.
        print("\nThe machine was busy, which favours the engine with the shorter runs: measure again on an idle one.")


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
