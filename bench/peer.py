# PyTorch's training rate on the networks of `netloom bench`. Reads a line per round from stdin, answers with one JSON line:
# {"<threads> threads, <layout>": images per second, ...}, or {"<layout>": ...} on a CUDA card in float32 without TF32.
# Usage: peer.py <lenet|mlp|vgg-small> <seconds per measurement> [processor|cuda]
import json
import os
import sys
import time

import torch
import torch.nn as nn


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 256), nn.ReLU(), nn.Linear(256, 10),
    )


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))


def vgg():
    def conv(i, o):
        return [nn.Conv2d(i, o, 3, padding=1), nn.ReLU()]

    return nn.Sequential(
        *conv(3, 64), *conv(64, 64), nn.MaxPool2d(2), *conv(64, 128), *conv(128, 128), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(8192, 256), nn.ReLU(), nn.Linear(256, 10),
    )


NETS = {'lenet': (lenet, (1, 28, 28), 128), 'mlp': (mlp, (1, 28, 28), 128), 'vgg-small': (vgg, (3, 32, 32), 32)}


def trainer(name, channels_last, device):
    make, shape, batch = NETS[name]
    model, x, y = make().to(device), torch.randn(batch, *shape, device=device), torch.randint(0, 10, (batch,), device=device)
    if channels_last:
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer, criterion = torch.optim.Adam(model.parameters(), 1e-3), nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()

    for _ in range(3):
        step()
    return step, batch


def rate(step, batch, seconds):
    start, steps = time.perf_counter(), 0
    while steps == 0 or time.perf_counter() - start < seconds:
        for _ in range(every):
            step()
        wait()
        steps += every
    return batch * steps / (time.perf_counter() - start)


name, seconds = sys.argv[1], float(sys.argv[2])
cuda = len(sys.argv) > 3 and sys.argv[3] == 'cuda'
if cuda and not torch.cuda.is_available():
    sys.exit('There is no CUDA card here.')
# A graphics card is waited for every 32 steps, as with the others.
wait, every = (torch.cuda.synchronize, 32) if cuda else (lambda: None, 1)
if cuda:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
torch.manual_seed(0)
cores = os.cpu_count() or 1
layouts = [False] if name == 'mlp' else [False, True]
threads = [1] if cuda else sorted({1, min(2, cores), min(cores, torch.get_num_threads())})
cases = {(t, last): trainer(name, last, 'cuda' if cuda else 'cpu') for t in threads for last in layouts}
print(json.dumps({'version': torch.__version__}), flush=True)
for _ in sys.stdin:
    found = {}
    for (t, last), (step, batch) in cases.items():
        torch.set_num_threads(t)
        step()
        wait()
        layout = 'channels last' if last else 'channels first'
        found[layout if cuda else f"{t} thread{'s' if t > 1 else ''}, {layout}"] = rate(step, batch, seconds)
    print(json.dumps(found), flush=True)
