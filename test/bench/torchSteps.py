#!/usr/bin/env python3
"""Peer: images/s of SGD, SAM and ESAM steps in PyTorch, on the same shapes as bench.ts.

ResNet-18 (CIFAR form), random 32x32 images. ESAM as in the paper's algorithm: per-tensor mask drawn with probability beta,
masked-norm perturbation rho/beta, selection forward, top gamma*b examples forwarded again.

Eager and compiled (torch.compile) in turn. A compiled graph computes every gradient: there the mask only says what is perturbed.

Needs: pip install torch==2.13.0 and, to compile, a C++ compiler
Run: torchSteps.py [--batch 128] [--repeats 5] [--threads 2] [--layout channels_last|nchw] [--bf16] [--eager]
Prints one JSON line: {"eager": {"sgd": images/s, "sam": ..., "esam": ...}, "compiled": the same or null, "torch": version}
"""
import argparse, json, statistics, sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F

a = argparse.ArgumentParser()
a.add_argument("--batch", type=int, default=128)
a.add_argument("--repeats", type=int, default=5)
a.add_argument("--threads", type=int, default=2)
a.add_argument("--layout", default="channels_last")
a.add_argument("--bf16", action="store_true")
a.add_argument("--eager", action="store_true")
a = a.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o)
        self.c2, self.b2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.short = nn.Sequential() if s == 1 and i == o else nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        return F.relu(self.b2(self.c2(F.relu(self.b1(self.c1(x))))) + self.short(x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        i, blocks = 64, []
        for o, s in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]:
            blocks.append(Block(i, o, s))
            i = o
        self.blocks, self.fc = nn.Sequential(*blocks), nn.Linear(512, 10)

    def forward(self, x):
        return self.fc(self.blocks(self.stem(x)).mean((2, 3)))


fmt = torch.channels_last if a.layout == "channels_last" else torch.contiguous_format
x = torch.randn(a.batch, 3, 32, 32).contiguous(memory_format=fmt)
y = torch.randint(0, 10, (a.batch,))
cast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16)


def make(compiles):
    m = ResNet18().to(memory_format=fmt)
    if compiles:
        m.compile(dynamic=False)
    return m, torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-3)


def losses(m, x, y):
    with cast:
        return F.cross_entropy(m(x), y, reduction="none")


def gradients(m, o, x, y):
    o.zero_grad(set_to_none=True)
    per = losses(m, x, y)
    per.mean().backward()
    return per.detach()


def sgd(m, o, compiles):
    gradients(m, o, x, y)
    o.step()


def perturbed(m, o, rho, beta, gamma, compiles):
    ps = list(m.parameters())
    chosen = [beta >= 1 or torch.rand(()).item() < beta for _ in ps]
    for p, c in zip(ps, chosen):
        p.requires_grad_(c or compiles)
    before = gradients(m, o, x, y)
    with torch.no_grad():
        norm = torch.stack([p.grad.norm() for p, c in zip(ps, chosen) if c]).norm()
        old = [p.clone() for p in ps]
        for p, c in zip(ps, chosen):
            if c:
                p.add_(p.grad, alpha=(rho / beta / norm).item())
    xs, ys = x, y
    if gamma < 1:
        with torch.no_grad():
            keep = torch.topk(losses(m, x, y) - before, int(len(y) * gamma)).indices
        xs, ys = x[keep], y[keep]
    for p in ps:
        p.requires_grad_(True)
    gradients(m, o, xs, ys)
    with torch.no_grad():
        for p, q in zip(ps, old):
            p.copy_(q)
    o.step()


runs = {
    "sgd": sgd,
    "sam": lambda m, o, compiles: perturbed(m, o, 0.05, 1, 1, compiles),
    "esam": lambda m, o, compiles: perturbed(m, o, 0.05, 0.6, 0.5, compiles),
}
kinds = {"eager": False} if a.eager else {"eager": False, "compiled": True}
made = {(kind, k): make(compiles) for kind, compiles in kinds.items() for k in runs}
try:
    for k, step in runs.items():
        if "compiled" in kinds:
            step(*made["compiled", k], True)
except Exception as e:
    print(f"torch.compile failed, only eager is measured: {e}", file=sys.stderr)
    del kinds["compiled"]
times = {(kind, k): [] for kind in kinds for k in runs}
for r in range(a.repeats + 1):
    for k, step in runs.items():
        for kind, compiles in kinds.items():
            t = time.perf_counter()
            step(*made[kind, k], compiles)
            if r:
                times[kind, k].append(time.perf_counter() - t)
speeds = {kind: {k: round(a.batch / statistics.median(times[kind, k]), 1) for k in runs} for kind in kinds}
print(json.dumps({"compiled": None, **speeds, "torch": torch.__version__, "layout": a.layout, "bf16": a.bf16}))
