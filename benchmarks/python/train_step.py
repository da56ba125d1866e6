"""One training step of ConStyle NAFNet in Python, for the benchmark `training`.

The networks are the authors' own, imported from a clone of https://github.com/Dongqi-Fan/IRConStyle that --authors names;
the loop is theirs (models/ConStyle_model.py) with gradient clipping. Prints "ready"; then, for each line with a number N on
standard input, runs N steps and prints seconds and resident memory in kilobytes.
"""
import argparse
import importlib.util
import os
import sys
import time
import types

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--authors", required=True)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)


class Registry:
    def register(self):
        return lambda kind: kind


def module(name, path=None):
    if path is None:
        made = types.ModuleType(name)
        sys.modules[name] = made
        return made
    spec = importlib.util.spec_from_file_location(name, os.path.join(options.authors, path))
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


# The networks need the registry's decorator alone; the rest of their packages asks for libraries and CUDA.
module("utils")
module("utils.registry").ARCH_REGISTRY = Registry()
module("archs")
module("archs.ConStyle_arch", "archs/ConStyle_arch.py")
torch.Tensor.cuda = lambda tensor, *_, **__: tensor
arch = module("archs.ConStyle_NAFNet_arch", "archs/ConStyle_NAFNet_arch.py")

torch.manual_seed(0)
size = dict(dim=24, left_blk_num=[2, 2, 2], bottom_blk_num=2, right_blk_num=[2, 2, 2], Train=True)
network = arch.ConStyleNAFNet(**size).train()
average = arch.ConStyleNAFNet(**size).eval()
average.load_state_dict(network.state_dict())
live, kept = dict(network.named_parameters()), dict(average.named_parameters())
optimizer = torch.optim.AdamW(
    [p for p in network.parameters() if p.requires_grad], lr=3e-4, betas=(0.9, 0.999), weight_decay=1e-4)
clean = torch.rand(8, 3, 64, 64)
degraded = clean + 0.1 * torch.randn_like(clean)
pixel, entropy, square = torch.nn.L1Loss(), torch.nn.CrossEntropyLoss(), torch.nn.MSELoss()


def step():
    optimizer.zero_grad()
    query, positive, negative, logits, labels, features = network.ConStyle(degraded, clean)
    output = network(degraded, query[1], features)
    total = pixel(output, clean) + entropy(logits, labels) + square(query[1], positive)
    for latent, other in zip(query, negative):
        n = latent.shape[-1] * latent.shape[-2]
        total = total - square(latent @ latent.T / n, other @ other.T / n)
    for name in kept:
        kept[name].data.mul_(0.999).add_(live[name].data, alpha=0.001)
    total.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(total)


def resident():
    with open("/proc/self/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return lines["VmRSS"].split()[0], lines["VmHWM"].split()[0]


print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - start, *resident(), flush=True)
