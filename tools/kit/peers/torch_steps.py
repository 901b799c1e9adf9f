#!/usr/bin/env python3
"""torch_steps.py MNIST DEVICE [--quick] - the jobs of jobs.py in PyTorch: eager, compiled, as a CUDA graph; several runs by vmap.
A line of JSON each; see jobs.py."""
import torch
import torch.nn.functional as F

import jobs

FOLDER, GPU, IS_QUICK = jobs.arguments()
PLACE = torch.device("cpu" if GPU is None else f"cuda:{GPU}")
if GPU is not None:
    torch.cuda.set_device(PLACE)
torch.backends.cuda.matmul.allow_tf32 = False
IMAGES, LABELS = (torch.from_numpy(part).to(PLACE) for part in jobs.mnist(FOLDER))
STEPS = 8 if IS_QUICK else len(LABELS) // jobs.BATCH


def done():
    if GPU is not None:
        torch.cuda.synchronize()


def loss_of(layers, x, y):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i + 1 < len(layers):
            x = torch.relu(x)
    return F.cross_entropy(x, y)


class Training:
    """A step on a batch that lies in one place, as a recorded one has it."""

    def __init__(self, widths, runs):
        self.layers = [tuple(torch.from_numpy(t).to(PLACE) for t in layer) for layer in jobs.weights(widths, runs)]
        self.x, self.y = IMAGES[:jobs.BATCH].clone(), LABELS[:jobs.BATCH].clone()
        self.sum = torch.zeros((), device=PLACE)
        self.order, self.at = torch.randperm(len(LABELS), device=PLACE), 0
        gradient = torch.func.grad_and_value(loss_of)
        self.gradient = torch.func.vmap(gradient, (0, None, None)) if runs > 1 else gradient

    def update(self):
        gradients, loss = self.gradient(self.layers, self.x, self.y)
        with torch.no_grad():
            for layer, of_layer in zip(self.layers, gradients):
                for tensor, slope in zip(layer, of_layer):
                    tensor.sub_(slope, alpha=jobs.RATE)
            self.sum.add_(loss.flatten()[0])

    def steps(self, count, update):
        for _ in range(count):
            if self.at + jobs.BATCH > len(LABELS):
                self.at = 0
            batch = self.order[self.at:self.at + jobs.BATCH]
            self.at += jobs.BATCH
            self.x.copy_(IMAGES[batch])
            self.y.copy_(LABELS[batch])
            update()


def graph_of(training):
    """The update as a CUDA graph, after some on a stream of its own, as PyTorch's documents ask for. The weights are as before."""
    kept = [tuple(t.clone() for t in layer) for layer in training.layers]
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            training.update()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        training.update()
    for layer, before in zip(training.layers, kept):
        for tensor, value in zip(layer, before):
            tensor.copy_(value)
    training.sum.zero_()
    return graph.replay


def measure(mode, widths, runs):
    training = Training(widths, runs)
    update = {"eager": lambda: training.update, "compiled": lambda: torch.compile(training.update),
              "CUDA graph": lambda: graph_of(training)}[mode]()
    training.steps(STEPS, update)
    cost = None if IS_QUICK else training.sum.item() / STEPS
    us = jobs.clock(lambda n: training.steps(n, update), STEPS, done)
    jobs.tell(f"PyTorch {torch.__version__}", mode + (", vmap" if runs > 1 else ""), widths, runs, len(LABELS), us, cost)


good = 0
for way in ["eager"] + ([] if GPU is None else ["CUDA graph"]) + ([] if IS_QUICK else ["compiled"]):  # the slowest to begin last
    for job in jobs.QUICK if IS_QUICK else jobs.JOBS:
        good += jobs.attempt(f"{way}, {job}", lambda: measure(way, *job))
raise SystemExit(0 if good else 1)
