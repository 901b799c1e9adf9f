#!/usr/bin/env python3
"""jax_steps.py MNIST DEVICE [--quick] - the jobs of jobs.py in JAX: a compiled step, compiled loops of steps; several runs by vmap.
A line of JSON each; see jobs.py."""
import os
import sys
import time

if len(sys.argv) > 2 and sys.argv[2] == "cpu":
    os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp

import jobs

FOLDER, GPU, IS_QUICK = jobs.arguments()
if GPU is not None:
    if jax.default_backend() == "cpu":
        raise SystemExit("JAX has no GPU here: pip install 'jax[cuda13]'")
    jax.config.update("jax_default_device", jax.devices()[GPU])
jax.config.update("jax_default_matmul_precision", "highest")  # fp32, as initlab
IMAGES, LABELS = map(jnp.asarray, jobs.mnist(FOLDER))
EPOCH = len(LABELS) // jobs.BATCH
STEPS = 8 if IS_QUICK else EPOCH
ORDER = jax.random.permutation(jax.random.key(0), len(LABELS))[:EPOCH * jobs.BATCH].reshape(EPOCH, jobs.BATCH)


def loss_of(layers, x, y):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i + 1 < len(layers):
            x = jax.nn.relu(x)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1))


def update(layers, x, y):
    loss, gradients = jax.value_and_grad(loss_of)(layers, x, y)
    return jax.tree.map(lambda tensor, slope: tensor - jobs.RATE * slope, layers, gradients), loss


def measure(mode, widths, runs):
    of_runs = jax.vmap(update, (0, None, None)) if runs > 1 else update

    def step(layers, images, labels, batch):
        return of_runs(layers, images[batch], labels[batch])

    def loop(layers, images, labels, order):
        return jax.lax.scan(lambda kept, batch: step(kept, images, labels, batch), layers, order)

    # images are given, not closed over: as a constant they would be compiled
    one, many = jax.jit(step, donate_argnums=0), jax.jit(loop, donate_argnums=0)
    state = {"layers": jax.tree.map(jnp.asarray, jobs.weights(widths, runs)), "sum": 0.0}

    def steps(n):
        if mode == "scan":
            state["layers"], losses = many(state["layers"], IMAGES, LABELS, ORDER[:n])
            state["sum"] = losses.reshape(n, -1)[:, 0].mean()
            return
        losses = []
        for s in range(n):
            state["layers"], loss = one(state["layers"], IMAGES, LABELS, ORDER[s])
            losses.append(loss)
        state["sum"] = sum(loss.reshape(-1)[0] for loss in losses) / n

    def done():
        jax.block_until_ready((state["layers"], state["sum"]))

    steps(STEPS)
    cost = None if IS_QUICK else state["sum"]
    done()
    us = clock_epochs(steps, done) if mode == "scan" else jobs.clock(steps, STEPS, done)
    jobs.tell(f"JAX {jax.__version__}", mode + (", vmap" if runs > 1 else ""), widths, runs, len(LABELS), us, cost)


def clock_epochs(steps, done):
    """A loop is compiled for one length: the epoch's."""
    begin, epochs = time.perf_counter(), 0
    while epochs == 0 or (epochs < 5 and time.perf_counter() - begin < jobs.SECONDS):
        steps(STEPS)
        done()
        epochs += 1
    return 1e6 * (time.perf_counter() - begin) / epochs / STEPS


good = 0
for job in jobs.QUICK if IS_QUICK else jobs.JOBS:
    for way in ["jit", "scan"]:
        good += jobs.attempt(f"{way}, {job}", lambda: measure(way, *job))
raise SystemExit(0 if good else 1)
