# Runs exported networks in the libraries they are meant for and compares with tfjs's answers. Reads a JSON list of
# {"network", "format", "folder"} from stdin; prints one JSON line per row: the row with "difference", "relative" (to the largest answer) and "same_class", or "error".
# Usage: run.py <keras|torch|onnx>, which takes the rows of that library.
import importlib.util
import json
import os
import struct
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def read_safetensors(path):
    data = Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        found[name] = np.frombuffer(data[start + begin : start + end], "<f4").reshape(entry["shape"])
    return found


def load_source(path):
    spec = importlib.util.spec_from_file_location(f"exported_{abs(hash(str(path)))}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def only(folder, ending):
    found = sorted(folder.rglob(f"*{ending}"))
    if len(found) != 1:
        raise FileNotFoundError(f"{len(found)} files end in {ending}")
    return found[0]


def listed(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def run_keras(folder, inputs):
    import keras

    model = keras.saving.load_model(only(folder, ".keras"), compile=False)
    return listed(model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0))


def run_keras_python(folder, inputs):
    model = load_source(folder / "model.py").build_model()
    weights = read_safetensors(folder.parent / "keras-weights.safetensors")
    for layer in model.layers:
        own = [weights[f"{layer.name}/{i}"] for i in range(sum(name.rsplit("/", 1)[0] == layer.name for name in weights))]
        # Keras counts the seed of a dropout among a layer's variables, but not among its weights.
        if own:
            layer.set_weights(own)
    return listed(model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0))


def run_pytorch(folder, inputs):
    module = load_source(folder / "model.py")
    return [y.numpy() for y in module.predict_nhwc(module.load_model(), *inputs)]


def run_onnx(folder, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(only(folder, ".onnx")), providers=["CPUExecutionProvider"])
    return session.run(None, {put.name: x for put, x in zip(session.get_inputs(), inputs)})


RUNNERS = {
    "keras": {"keras": run_keras, "keras-python": run_keras_python},
    "torch": {"pytorch": run_pytorch},
    "onnx": {"onnx": run_onnx},
}


def compared(row, run):
    folder = Path(row["folder"])
    known = read_safetensors(folder.parent / "expected.safetensors")
    inputs = [known[f"input_{i}"] for i in range(sum(name.startswith("input_") for name in known))]
    wanted = [known[f"output_{i}"] for i in range(len(known) - len(inputs))]
    found = [np.asarray(y) for y in run(folder, inputs)]
    if [y.shape for y in found] != [y.shape for y in wanted]:
        return {"error": f"gives shapes {[y.shape for y in found]}, not {[y.shape for y in wanted]}"}
    flat = [(a.reshape(len(a), -1), b.reshape(len(b), -1)) for a, b in zip(found, wanted)]
    return {
        "difference": float(max(np.abs(a - b).max() for a, b in flat)),
        "relative": float(max(np.abs(a - b).max() / max(np.abs(b).max(), 1e-30) for a, b in flat)),
        "same_class": all(bool((a.argmax(1) == b.argmax(1)).all()) for a, b in flat),
    }


for row in json.load(sys.stdin):
    run = RUNNERS[sys.argv[1]].get(row["format"])
    if not run:
        continue
    try:
        answer = compared(row, run)
    except Exception as error:  # whatever a library says is the answer for this row
        answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
    print(json.dumps({**row, **answer}), flush=True)
