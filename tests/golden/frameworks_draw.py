#!/usr/bin/env python3
"""Draw from frameworks' initialisers, and write down figures of what they drew.

frameworks_draw.py CSV   draws from PyTorch, timm, Keras, JAX, Flax, Haiku, Sonnet and TensorFlow 1's, whichever are
installed; frameworks.py compares with our laws. A row is a name as we take it (its parameters are theirs: the same
text calls both), a tensor and a shape, and has the figures of at least 80,000 numbers. Where the draw is, to
rounding, shift + scale z with z the framework's own draw of the same seed from N(0, 1), U(-1, 1) or N(0, 1) cut at 2,
then shift and scale tell the law to five digits, which no sample does.
Exit status 77: none of them is installed.
"""
import csv
import importlib
import importlib.util
import os
import platform
import sys

BACKENDS = [name for name in ("jax", "tensorflow", "torch") if importlib.util.find_spec(name)]
os.environ.setdefault("KERAS_BACKEND", (BACKENDS + ["jax"])[0])
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import numpy as np  # noqa: E402  (after the variables, which what it loads may read)

SHAPES = [(784, 256), (100, 1000), (300, 300)]
SAMPLES = 80000
COLUMNS = ["name", "tensor", "fan_in", "fan_out", "kind", "n", "mean", "std", "kurtosis", "min", "max", "unit",
           "shift", "scale"]
ROWS = []


def add(name, tensor, shape, kind, figures):
    ROWS.append({"name": name, "tensor": tensor, "fan_in": shape[0], "fan_out": shape[1], "kind": kind, **figures})


# ---- figures ---------------------------------------------------------------------------------------------

def of_sample(numbers):
    central = numbers - numbers.mean()
    spread = (central**2).mean()
    kurtosis = (central**4).mean() / spread**2 if spread else 0
    return {"n": numbers.size, "mean": numbers.mean(), "std": spread**0.5, "kurtosis": kurtosis, "min": numbers.min(),
            "max": numbers.max()}


def of_orthogonal(matrix):
    """Its gain, and how far its Gram matrix is from that of an orthogonal one."""
    gram = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    gain = gram[0, 0]**0.5
    return {"n": matrix.size, "std": (matrix**2).mean()**0.5, "scale": gain,
            "max": np.abs(gram / gain**2 - np.eye(len(gram))).max()}


def of_places(matrix):
    """An identity: how many numbers are not 0, how many of those on the diagonal, and their bounds."""
    return {"n": np.count_nonzero(matrix), "mean": np.count_nonzero(np.diagonal(matrix)),
            "min": matrix[matrix != 0].min(), "max": matrix[matrix != 0].max()}


def of_sparse(matrix):
    """How many zeros each input's weights have, at least and at most, and the others' spread."""
    zeros = (matrix == 0).sum(1)
    return {"n": np.count_nonzero(matrix), "min": zeros.min(), "max": zeros.max(), "std": matrix[matrix != 0].std()}


def fitted(numbers, bases):
    """unit, shift and scale if numbers are shift + scale z for the draw z of a unit."""
    for unit, z in bases:
        scale, shift = np.polyfit(z.ravel(), numbers.ravel(), 1)
        if np.abs(shift + scale * z - numbers).max() < 1e-5 * (abs(shift) + abs(scale)):
            return {"unit": unit, "shift": shift, "scale": abs(scale)}
    return {}


# ---- draws -----------------------------------------------------------------------------------------------

def sample(draw, shape):
    """At least SAMPLES numbers, from draws of their own seeds."""
    parts = [np.asarray(draw(0, *shape), dtype=np.float64)]
    if parts[0].shape != shape and parts[0].ndim != 1:
        sys.exit(f"shape {parts[0].shape} instead of {shape}")
    while sum(part.size for part in parts) < SAMPLES:
        parts.append(np.asarray(draw(len(parts), *shape), dtype=np.float64))
    return np.concatenate([part.ravel() for part in parts])


def value(text):
    return text if text[0].isalpha() else float(text)


def spelled(text):
    """keras.RandomNormal:1:stddev=2 -> RandomNormal, [1.0], {"stddev": 2.0}"""
    name, *pieces = text.split(":")
    named = dict(piece.split("=") for piece in pieces if "=" in piece)
    return (name.rpartition(".")[2], [value(piece) for piece in pieces if "=" not in piece],
            {key: value(word) for key, word in named.items()})


def run(draw, names, layers, bases=()):
    """
    draw(function, values, named values, seed, fan_in, fan_out) of theirs; layers: name -> (weights, bias); bases: unit
    and the name that draws it.
    """
    def drawn(text):
        function, values, named = spelled(text)
        return lambda seed, n, m: draw(function, values, named, seed, n, m)

    def at(text, shape):
        return np.asarray(drawn(text)(0, *shape), dtype=np.float64)

    for shape in SHAPES:
        units = [(unit, at(text, shape)) for unit, text in bases]
        units = [(unit, 2 * z - 1 if unit == "uniform" and z.min() >= 0 else z) for unit, z in units]
        for text in names:
            name = text.partition(":")[0]
            if "rthogonal" in name:
                add(text, "weights", shape, "orthogonal", of_orthogonal(at(text, shape)))
            elif name.endswith(("eye_", "dentity", "IdentityInitializer")):
                add(text, "weights", shape, "identity", of_places(at(text, shape)))
            elif name.endswith("sparse_"):
                add(text, "weights", shape, "sparse", of_sparse(at(text, shape)))
            else:
                add(text, "weights", shape, "law",
                    {**of_sample(sample(drawn(text), shape)), **fitted(at(text, shape), units)})
        for name, layer in layers.items():
            for index, tensor in enumerate(("weights", "bias")):
                figures = of_sample(sample(lambda s, n, m, d=layer, i=index: d(s, n, m)[i], shape))
                add(name, tensor, shape, "law", figures if index else {**figures, **fitted(layer(0, *shape)[0], units)})
    print(len(names) + len(layers), "names")


TORCH_BASES = [("normal", "torch.normal_"), ("uniform", "torch.uniform_:a=-1:b=1"),
               ("truncated", "torch.trunc_normal_"), ("normal", "torch.trunc_normal_:a=-100:b=100")]


def in_torch(torch, module):
    def draw(name, values, named, seed, n, m):
        torch.manual_seed(seed)
        weights = torch.empty(m, n)  # [out, in] there
        fill = getattr(module, name, None) or getattr(torch.nn.init, name)
        fill(weights, *values, **named)  # timm's return nothing
        return weights.numpy().T
    return draw


def run_torch(torch):
    def linear(seed, n, m):
        torch.manual_seed(seed)
        layer = torch.nn.Linear(n, m)
        return layer.weight.detach().numpy().T, layer.bias.detach().numpy()

    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "leaky_relu:0.2"):
        word, _, slope = name.partition(":")
        gain = torch.nn.init.calculate_gain(word, float(slope) if slope else None)
        add(f"torch.xavier_normal_:gain={name}", "weights", (200, 200), "gain", {"scale": gain})
    run(in_torch(torch, torch.nn.init),
        ["torch.zeros_", "torch.ones_", "torch.constant_:val=0.3", "torch.uniform_", "torch.uniform_:a=-1:b=3",
         "torch.uniform_:-1:3", "torch.normal_", "torch.normal_:mean=1:std=0.5", "torch.normal_:1:0.5",
         "torch.trunc_normal_", "torch.trunc_normal_:std=0.02", "torch.trunc_normal_:std=0.5:a=-1:b=1",
         "torch.trunc_normal_:0:0.5:-1:1", "torch.trunc_normal_:std=1:a=-1:b=1",
         "torch.xavier_uniform_", "torch.xavier_uniform_:2", "torch.xavier_normal_", "torch.xavier_normal_:gain=2",
         "torch.kaiming_uniform_", "torch.kaiming_uniform_:a=2.2360679775", "torch.kaiming_uniform_:a=0.2",
         "torch.kaiming_uniform_:mode=fan_out", "torch.kaiming_uniform_:a=0.2:nonlinearity=leaky_relu",
         "torch.kaiming_uniform_:0.2:fan_out:leaky_relu", "torch.kaiming_uniform_:a=0.2:nonlinearity=relu",
         "torch.kaiming_uniform_:nonlinearity=leaky_relu",
         "torch.kaiming_normal_", "torch.kaiming_normal_:a=0.2", "torch.kaiming_normal_:nonlinearity=relu:mode=fan_out",
         "torch.kaiming_normal_:a=0:mode=fan_out:nonlinearity=relu", "torch.kaiming_normal_:0.2:fan_out:leaky_relu",
         "torch.kaiming_normal_:0:fan_in:relu", "torch.kaiming_normal_:nonlinearity=leaky_relu",
         "torch.kaiming_normal_:a=0.2:nonlinearity=relu", "torch.kaiming_normal_:a=0.2:nonlinearity=tanh",
         "torch.kaiming_normal_:nonlinearity=tanh", "torch.kaiming_normal_:nonlinearity=selu",
         "torch.kaiming_normal_:nonlinearity=sigmoid", "torch.kaiming_normal_:nonlinearity=linear",
         "torch.orthogonal_", "torch.orthogonal_:gain=2", "torch.eye_", "torch.sparse_:sparsity=0.9",
         "torch.sparse_:sparsity=0.5:std=0.2"], {"torch.nn.Linear": linear},
        TORCH_BASES)


def run_timm(timm):
    import timm.layers
    import torch

    run(in_torch(torch, timm.layers),
        ["timm.trunc_normal_", "timm.trunc_normal_:std=0.02", "timm.trunc_normal_:std=0.02:a=-0.04:b=0.04",
         "timm.trunc_normal_:0:0.02:-0.04:0.04", "timm.trunc_normal_tf_", "timm.trunc_normal_tf_:std=0.02",
         "timm.trunc_normal_tf_:std=0.02:a=-2:b=2", "timm.trunc_normal_tf_:mean=0.5:std=0.02:a=-1:b=1",
         "timm.trunc_normal_tf_:0:0.02:-2:2", "timm.variance_scaling_", "timm.variance_scaling_:scale=2:mode=fan_out",
         "timm.variance_scaling_:distribution=truncated_normal", "timm.variance_scaling_:distribution=uniform",
         "timm.lecun_normal_"], {},
        TORCH_BASES + [("truncated", "timm.trunc_normal_tf_"), ("truncated", "timm.trunc_normal_"),
                       ("normal", "timm.trunc_normal_:a=-100:b=100")])


def run_keras(keras):
    def draw(name, values, named, seed, n, m):
        make = getattr(keras.initializers, name)
        seeded = name not in ("Zeros", "Ones", "Constant", "Identity", "IdentityInitializer")
        return np.asarray(make(*values, **named, **({"seed": seed} if seeded else {}))(shape=(n, m)))

    def dense(seed, n, m):
        keras.utils.set_random_seed(seed)
        layer = keras.layers.Dense(m)
        layer.build((None, n))
        return tuple(np.asarray(w) for w in layer.get_weights())

    run(draw, ["keras.Zeros", "keras.Ones", "keras.Constant", "keras.Constant:value=0.3", "keras.RandomUniform",
               "keras.RandomUniform:minval=-1:maxval=3", "keras.RandomNormal", "keras.RandomNormal:mean=1:stddev=2",
               "keras.TruncatedNormal", "keras.TruncatedNormal:mean=-1:stddev=2", "keras.VarianceScaling",
               "keras.VarianceScaling:scale=2:mode=fan_avg:distribution=uniform",
               "keras.VarianceScaling:mode=fan_out:distribution=normal",
               "keras.VarianceScaling:distribution=truncated_normal",
               "keras.VarianceScaling:distribution=untruncated_normal", "keras.GlorotUniform", "keras.GlorotNormal",
               "keras.HeUniform", "keras.HeNormal", "keras.he_normal", "keras.LecunUniform", "keras.LecunNormal",
               "keras.Orthogonal", "keras.Orthogonal:gain=2", "keras.OrthogonalInitializer", "keras.Identity",
               "keras.IdentityInitializer"],
        {"keras.Dense": dense},
        [("normal", "keras.RandomNormal:stddev=1"), ("uniform", "keras.RandomUniform:minval=-1:maxval=1"),
         ("truncated", "keras.TruncatedNormal:stddev=1")])


def run_jax(jax):
    def draw(name, values, named, seed, n, m):
        make = getattr(jax.nn.initializers, name)
        make = make if name in ("zeros", "ones") else make(*values, **named)
        return np.asarray(make(jax.random.PRNGKey(seed), (n, m), "float32"))

    scaling = "jax.variance_scaling:scale=2:mode="
    run(draw, ["jax.zeros", "jax.ones", "jax.constant:value=0.3", "jax.uniform", "jax.uniform:scale=2", "jax.normal",
               "jax.normal:stddev=2", "jax.truncated_normal", "jax.truncated_normal:stddev=2",
               "jax.truncated_normal:stddev=0.02:lower=-2:upper=2", "jax.truncated_normal:lower=-2:upper=2",
               "jax.truncated_normal:stddev=0.02:lower=-1:upper=1", "jax.truncated_normal:0.02:float32:-1:3",
               "jax.glorot_uniform",
               "jax.glorot_normal", "jax.xavier_uniform", "jax.xavier_normal", "jax.he_uniform", "jax.he_normal",
               "jax.kaiming_uniform", "jax.kaiming_normal", "jax.lecun_uniform", "jax.lecun_normal", "jax.orthogonal",
               "jax.orthogonal:scale=2",
               scaling + "fan_in:distribution=truncated_normal", scaling + "fan_avg:distribution=normal",
               scaling + "fan_geo_avg:distribution=uniform", "jax.variance_scaling:2:fan_in:normal"], {},
        [("normal", "jax.normal:stddev=1"), ("truncated", "jax.truncated_normal:stddev=1"),
         ("uniform", "jax.uniform:scale=1")])


def run_flax(flax):
    import flax.linen
    import flax.nnx
    import jax

    def dense(seed, n, m):
        p = flax.linen.Dense(m).init(jax.random.PRNGKey(seed), np.zeros((1, n), "float32"))["params"]
        return np.asarray(p["kernel"]), np.asarray(p["bias"])

    def linear(seed, n, m):
        layer = flax.nnx.Linear(n, m, rngs=flax.nnx.Rngs(seed))
        return np.asarray(layer.kernel[...]), np.asarray(layer.bias[...])

    run(None, [], {"flax.Dense": dense, "flax.nnx.Linear": linear})


def run_haiku(hk):
    import jax

    def draw(name, values, named, seed, n, m):
        f = hk.transform(lambda: getattr(hk.initializers, name)(*values, **named)((n, m), np.float32))
        return np.asarray(f.apply({}, jax.random.PRNGKey(seed)))

    def linear(seed, n, m):
        f = hk.transform(lambda x: hk.Linear(m)(x))
        p = f.init(jax.random.PRNGKey(seed), np.zeros((1, n), "float32"))["linear"]
        return np.asarray(p["w"]), np.asarray(p["b"])

    run(draw, ["haiku.Constant:constant=0.3", "haiku.RandomUniform", "haiku.RandomUniform:minval=-1:maxval=3",
               "haiku.RandomNormal", "haiku.RandomNormal:stddev=2:mean=1", "haiku.TruncatedNormal",
               "haiku.TruncatedNormal:stddev=2:mean=1", "haiku.TruncatedNormal:2:1:-1:0.5", "haiku.VarianceScaling",
               "haiku.VarianceScaling:scale=2:mode=fan_avg:distribution=normal",
               "haiku.VarianceScaling:2:fan_out:uniform", "haiku.UniformScaling", "haiku.UniformScaling:scale=1.5",
               "haiku.Orthogonal", "haiku.Orthogonal:scale=2", "haiku.Identity"],
        {"haiku.Linear": linear},
        [("normal", "haiku.RandomNormal"), ("uniform", "haiku.RandomUniform:minval=-1:maxval=1"),
         ("truncated", "haiku.TruncatedNormal")])


def run_sonnet(snt):
    import tensorflow

    def draw(name, values, named, seed, n, m):
        tensorflow.random.set_seed(seed)
        return getattr(snt.initializers, name)(*values, **named)((n, m), tensorflow.float32).numpy()

    def linear(seed, n, m):
        tensorflow.random.set_seed(seed)
        layer = snt.Linear(m)
        layer(tensorflow.zeros((1, n)))
        return layer.w.numpy(), layer.b.numpy()

    run(draw, ["sonnet.Zeros", "sonnet.Ones", "sonnet.Constant:value=0.3", "sonnet.RandomUniform",
               "sonnet.RandomUniform:minval=-1:maxval=3", "sonnet.RandomNormal", "sonnet.RandomNormal:mean=1:stddev=2",
               "sonnet.TruncatedNormal", "sonnet.VarianceScaling",
               "sonnet.VarianceScaling:scale=2:mode=fan_avg:distribution=normal", "sonnet.Orthogonal",
               "sonnet.Identity"], {"sonnet.Linear": linear},
        [("normal", "sonnet.RandomNormal"), ("uniform", "sonnet.RandomUniform:minval=-1:maxval=1"),
         ("truncated", "sonnet.TruncatedNormal")])


def run_tf1(tensorflow):
    tf1 = tensorflow.compat.v1

    def draw(name, values, named, seed, n, m):
        seeded = name not in ("zeros", "ones", "constant", "identity")
        make = getattr(tf1.initializers, name)(*values, **named, **({"seed": seed} if seeded else {}))
        return make((n, m)).numpy()

    # variance_scaling and glorot_normal are left out: here they are TensorFlow's up to 1.8
    run(draw, ["tf1.zeros", "tf1.ones", "tf1.constant:value=0.3", "tf1.random_normal",
               "tf1.random_normal:mean=1:stddev=2", "tf1.random_uniform", "tf1.random_uniform:minval=-1:maxval=3",
               "tf1.truncated_normal", "tf1.uniform_unit_scaling", "tf1.glorot_uniform", "tf1.orthogonal",
               "tf1.identity"], {},
        [("normal", "tf1.random_normal"), ("uniform", "tf1.random_uniform:minval=-1:maxval=1"),
         ("truncated", "tf1.truncated_normal")])


# ---- all of them -----------------------------------------------------------------------------------------

def text_of(number):
    """Seven digits, as many as float32 has; counts whole."""
    return number if isinstance(number, str) else f"{number:.0f}" if number == int(number) else f"{number:.7g}"


def main():
    versions = [f"python {platform.python_version()}", f"numpy {np.__version__}"]
    for name, draw in (("torch", run_torch), ("timm", run_timm), ("keras", run_keras), ("jax", run_jax),
                       ("flax", run_flax), ("haiku", run_haiku), ("sonnet", run_sonnet), ("tensorflow", run_tf1)):
        if importlib.util.find_spec(name) is None:
            print(name, "is not installed")
            continue
        module = importlib.import_module(name)
        versions.append(f"{name} {module.__version__}")
        print(versions[-1], end=": ", flush=True)
        draw(module)
    if not ROWS:
        sys.exit(77)
    with open(sys.argv[1], "w", encoding="ascii", newline="") as file:
        file.write("# tools/test --frameworks: " + ", ".join(versions) + "\n")
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows({key: text_of(cell) for key, cell in row.items()} for row in ROWS)


if __name__ == "__main__":
    main()
