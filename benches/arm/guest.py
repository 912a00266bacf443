"""Runs in the guest: counts instructions for each job of jobs.json and prints a JSON object a line.

The guest's clock counts instructions (one a nanosecond), so a millisecond is a million of them. Every count is made in
a process of its own, on one thread.
"""

import json
import os
import subprocess
import sys

MARK = "COUNTED "


def main():
    with open("jobs.json", encoding="utf-8") as file:
        plan = json.load(file)
    say({"cpu_features": features()})
    # By float model: the columns that labelcam pads its line to, for every engine and every file of that model.
    columns = {}
    for job in plan["jobs"]:
        try:
            say({"job": job["name"], **counts(job, plan, columns)})
        except subprocess.CalledProcessError as error:
            say({"job": job["name"], "error": (error.stderr or str(error)).strip()})
        except KeyError:
            say({"job": job["name"], "error": "its float model could not be run"})
    say({"end": True})


def say(result):
    print(MARK + json.dumps(result), flush=True)


def features():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        return next(line.split(":")[1].split() for line in info if line.startswith("Features"))


def counts(job, plan, known):
    """Millions of instructions a line: ours whole and network alone with its operators, and the peer's."""
    result = {}
    if job["labelcam"]:
        # None of the processes sees the environment of the machine outside.
        options = ["--model", job["model"], "--width", str(job["width"]), "--seconds", str(plan["seconds"]), "--json"]
        whole = json.loads(run(["./labelcam", "bench", *options], plan["environment"]))
        alone = json.loads(run(["./labelcam", "bench", "--network", "--profile", *options], plan["environment"]))
        known[job["float"]] = alone["input_width"]
        operators = [[o["operator"], o["node"], o["median_ms"], o["share"]] for o in alone["operators"]]
        result = {"labelcam": whole["median_ms"], "labelcam_network": alone["median_ms"], "operators": operators}
    columns = known[job["float"]]
    peer = [sys.executable, "guest.py", job["model"], str(columns), str(plan["seconds"])]
    return {**result, "columns": columns, "onnxruntime": json.loads(run(peer, {}))}


def run(command, environment):
    environment = {**os.environ, **environment}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def peer(model, columns, seconds):
    """The median of ONNX Runtime's runs, after a tenth of the time to warm up, as `labelcam bench` does it."""
    import statistics
    import time

    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3  # the guest has no PCI bus for it to look for a GPU on
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    _, channels, height, _ = taken.shape
    line = numpy.random.default_rng(1).standard_normal((1, channels, height, columns), dtype=numpy.float32)

    def run_for(seconds):
        end = time.monotonic_ns() + int(1e9 * seconds)
        times = []
        while not times or time.monotonic_ns() < end:
            start = time.monotonic_ns()
            session.run(None, {taken.name: line})
            times.append(1e-6 * (time.monotonic_ns() - start))
        return times

    run_for(seconds / 10)
    print(statistics.median(run_for(seconds)))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        peer(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    else:
        main()
