#!/usr/bin/env python3
"""Schemes by the names that frameworks give them are what those frameworks draw.

frameworks.py INITLAB   draws from PyTorch, timm, Keras, JAX, Flax, Haiku, Sonnet and TensorFlow 1's
initialisers, whichever are installed, and compares with the law that `initlab schemes NAME` states: mean, standard deviation and shape (kurtosis)
within five standard deviations of the sample's own, bounds never passed and, where the law is uniform,
reached; exact where nothing is random. A name's parameters are theirs: the same text calls both.
Exit status 77: none of them is installed, or no numpy.
"""
import importlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile

BACKENDS = [name for name in ("jax", "tensorflow", "torch") if importlib.util.find_spec(name)]
os.environ.setdefault("KERAS_BACKEND", (BACKENDS + ["jax"])[0])
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SHAPES = [(784, 256), (100, 1000), (300, 300)]
SAMPLES = 80000
KURTOSIS = {"normal": 3, "uniform": 1.8, "truncated normal": 2.3655367}


def found(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


np = found("numpy")
if np is None:
    print("no numpy")
    sys.exit(77)


def law(scheme, shape):
    """What we say: the objects of weights and bias."""
    text = subprocess.run([sys.argv[1], "schemes", scheme, "--fan-in", str(shape[0]), "--fan-out",
                           str(shape[1]), "--json"], check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def ours(scheme, shape):
    """Our own numbers, for schemes whose places count."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], "init", "--layers", f"{shape[0]},{shape[1]},2", "--init", scheme, "--save",
                        os.path.join(folder, "w.npy"), "--device", "cpu"], check=True, stdout=subprocess.DEVNULL)
        return np.load(os.path.join(folder, "w.layer1.weight.npy"))


def check(good, *words):
    if not good:
        print("FAILED:", *words)
        sys.exit(1)


def sample(draw, shape):
    """At least SAMPLES numbers, from draws of their own seeds; orthogonal matrices are one draw."""
    parts = [np.asarray(draw(0, *shape), dtype=np.float64)]
    check(parts[0].shape == shape or parts[0].ndim == 1, "shape", parts[0].shape, shape)
    while sum(p.size for p in parts) < SAMPLES:
        parts.append(np.asarray(draw(len(parts), *shape), dtype=np.float64))
    return np.concatenate([p.ravel() for p in parts])


def compare(name, want, got, shape):
    """Numbers of theirs against our law."""
    n, std = got.size, want["std"]
    high = math.inf if want["high"] is None else want["high"]
    low = -math.inf if want["low"] is None else want["low"]
    where = (name, shape, want)
    if std == 0:
        return check(np.all(got == want["mean"]), *where, "is not constant", got[:3])
    kurtosis = 3 if high - want["mean"] > 5 * std else KURTOSIS[want["law"]]  # bounds so far cut nothing
    check(abs(got.mean() - want["mean"]) <= 5 * std / math.sqrt(n), *where, "mean", got.mean())
    check(abs(got.std() / std - 1) <= 2.5 * math.sqrt((kurtosis - 1) / n), *where, "std", got.std())
    central = got - got.mean()
    check(abs((central**4).mean() / (central**2).mean()**2 - kurtosis) <= 5 * math.sqrt(24 / n), *where, "kurtosis",
          (central**4).mean() / (central**2).mean()**2)
    check(got.max() <= high * (1 + 1e-6) and got.min() >= low - 1e-6 * abs(low), *where, "bounds", got.min(), got.max())
    if want["law"] == "uniform":  # missed by 40 / n of its width: e^-20 by chance
        check(got.max() > high - 40 / n * (high - low) and got.min() < low + 40 / n * (high - low), *where, "reach")


def orthogonal(name, draw, shape):
    a, b = np.asarray(draw(0, *shape), dtype=np.float64), ours(name, shape).astype(np.float64)
    for matrix, whose in ((a, "theirs"), (b, "ours")):
        gram = matrix @ matrix.T if shape[0] < shape[1] else matrix.T @ matrix
        check(np.abs(gram - np.eye(min(shape)) * gram[0, 0]).max() < 1e-4, name, shape, whose, "is not orthogonal")
        check(abs(gram[0, 0] - 1) < 1e-4, name, shape, whose, "has gain", math.sqrt(gram[0, 0]))
    check(abs(law(name, shape)["weights"]["std"] / math.sqrt((a**2).mean()) - 1) < 1e-4, name, shape, "std")


def same_places(name, draw, shape):
    """Identity to the number; sparse by the count of zeros in each row and column."""
    a, b = np.asarray(draw(0, *shape)), ours(name, shape)
    if "sparse_" in name:
        check(sorted(set((a == 0).sum(1))) == sorted(set((b == 0).sum(1))), name, shape, "zeros of each input's weights",
              set((a == 0).sum(1)), set((b == 0).sum(1)))
    else:
        check(np.array_equal(a, b), name, shape, "differs")


def spelled(text):
    """keras.RandomNormal:stddev=2 -> RandomNormal, {"stddev": 2.0}"""
    name, *pieces = text.split(":")
    pairs = (piece.split("=") for piece in pieces)
    return name.rpartition(".")[2], {key: value if value[0].isalpha() else float(value) for key, value in pairs}


def run(draw, names, layers):
    """draw(function, arguments, seed, fan_in, fan_out) of theirs; layers: name -> (weights, bias)."""
    def drawn(text):
        name, arguments = spelled(text)
        return lambda seed, n, m: draw(name, arguments, seed, n, m)

    for text in names:
        name = text.partition(":")[0]
        for shape in SHAPES:
            if "rthogonal" in name:
                orthogonal(text, drawn(text), shape)
            elif name.endswith(("eye_", "dentity", "IdentityInitializer", "sparse_")):
                same_places(text, drawn(text), shape)
            else:
                compare(text, law(text, shape)["weights"], sample(drawn(text), shape), shape)
    for name, layer in layers.items():
        for shape in SHAPES:
            want = law(name, shape)
            compare(name, want["weights"], sample(lambda s, n, m, d=layer: d(s, n, m)[0], shape), shape)
            compare(name + " bias", want["bias"], sample(lambda s, n, m, d=layer: d(s, n, m)[1], shape), shape)
    print(len(names) + len(layers), "names agree")


def in_torch(torch, module):
    def draw(name, arguments, seed, n, m):
        torch.manual_seed(seed)
        return getattr(module, name)(torch.empty(m, n), **arguments).numpy().T  # weights are [out, in] there
    return draw


def run_torch(torch):
    def linear(seed, n, m):
        torch.manual_seed(seed)
        layer = torch.nn.Linear(n, m)
        return layer.weight.detach().numpy().T, layer.bias.detach().numpy()

    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "leaky_relu:0.2"):
        got = law(f"torch.xavier_normal_:gain={name}", (200, 200))["weights"]["std"] * math.sqrt(200)
        word, _, slope = name.partition(":")
        want = torch.nn.init.calculate_gain(word, float(slope) if slope else None)
        check(abs(got / want - 1) < 1e-6, "gain of", name, got, want)
    run(in_torch(torch, torch.nn.init),
        ["torch.zeros_", "torch.ones_", "torch.constant_:val=0.3", "torch.uniform_", "torch.uniform_:a=-1:b=3",
         "torch.normal_", "torch.normal_:mean=1:std=0.5", "torch.trunc_normal_", "torch.trunc_normal_:std=0.02",
         "torch.xavier_uniform_", "torch.xavier_normal_", "torch.xavier_normal_:gain=2", "torch.kaiming_uniform_",
         "torch.kaiming_uniform_:a=2.2360679775", "torch.kaiming_normal_",
         "torch.kaiming_normal_:nonlinearity=relu:mode=fan_out", "torch.orthogonal_", "torch.eye_",
         "torch.sparse_:sparsity=0.9"], {"torch.nn.Linear": linear})


def run_timm(timm):
    import timm.layers
    import torch

    run(in_torch(torch, timm.layers),
        ["timm.trunc_normal_:std=0.02", "timm.trunc_normal_tf_:std=0.02", "timm.variance_scaling_", "timm.lecun_normal_"],
        {})


def run_keras(keras):
    def draw(name, arguments, seed, n, m):
        make = getattr(keras.initializers, name)
        seeded = name not in ("Zeros", "Ones", "Constant", "Identity", "IdentityInitializer")
        return np.asarray(make(**arguments, **({"seed": seed} if seeded else {}))(shape=(n, m)))

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
               "keras.VarianceScaling:distribution=untruncated_normal", "keras.GlorotUniform", "keras.GlorotNormal",
               "keras.HeUniform", "keras.HeNormal", "keras.he_normal", "keras.LecunUniform", "keras.LecunNormal",
               "keras.Orthogonal", "keras.OrthogonalInitializer", "keras.Identity", "keras.IdentityInitializer"],
        {"keras.Dense": dense})


def run_jax(jax):
    def draw(name, arguments, seed, n, m):
        make = getattr(jax.nn.initializers, name)
        make = make if name in ("zeros", "ones") else make(**arguments)
        return np.asarray(make(jax.random.PRNGKey(seed), (n, m), "float32"))

    scaling = "jax.variance_scaling:scale=2:mode="
    run(draw, ["jax.zeros", "jax.ones", "jax.constant:value=0.3", "jax.uniform", "jax.uniform:scale=2", "jax.normal",
               "jax.normal:stddev=2", "jax.truncated_normal", "jax.truncated_normal:stddev=2", "jax.glorot_uniform",
               "jax.glorot_normal", "jax.xavier_uniform", "jax.xavier_normal", "jax.he_uniform", "jax.he_normal",
               "jax.kaiming_uniform", "jax.kaiming_normal", "jax.lecun_uniform", "jax.lecun_normal", "jax.orthogonal",
               scaling + "fan_in:distribution=truncated_normal", scaling + "fan_avg:distribution=normal",
               scaling + "fan_geo_avg:distribution=uniform"], {})


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

    def draw(name, arguments, seed, n, m):
        f = hk.transform(lambda: getattr(hk.initializers, name)(**arguments)((n, m), np.float32))
        return np.asarray(f.apply({}, jax.random.PRNGKey(seed)))

    def linear(seed, n, m):
        f = hk.transform(lambda x: hk.Linear(m)(x))
        p = f.init(jax.random.PRNGKey(seed), np.zeros((1, n), "float32"))["linear"]
        return np.asarray(p["w"]), np.asarray(p["b"])

    run(draw, ["haiku.Constant:constant=0.3", "haiku.RandomUniform", "haiku.RandomUniform:minval=-1:maxval=3",
               "haiku.RandomNormal", "haiku.RandomNormal:stddev=2:mean=1", "haiku.TruncatedNormal",
               "haiku.VarianceScaling", "haiku.VarianceScaling:scale=2:mode=fan_avg:distribution=normal",
               "haiku.UniformScaling", "haiku.UniformScaling:scale=1.5", "haiku.Orthogonal", "haiku.Identity"],
        {"haiku.Linear": linear})


def run_sonnet(snt):
    import tensorflow

    def draw(name, arguments, seed, n, m):
        tensorflow.random.set_seed(seed)
        return getattr(snt.initializers, name)(**arguments)((n, m), tensorflow.float32).numpy()

    def linear(seed, n, m):
        tensorflow.random.set_seed(seed)
        layer = snt.Linear(m)
        layer(tensorflow.zeros((1, n)))
        return layer.w.numpy(), layer.b.numpy()

    run(draw, ["sonnet.Zeros", "sonnet.Ones", "sonnet.Constant:value=0.3", "sonnet.RandomUniform",
               "sonnet.RandomUniform:minval=-1:maxval=3", "sonnet.RandomNormal", "sonnet.RandomNormal:mean=1:stddev=2",
               "sonnet.TruncatedNormal", "sonnet.VarianceScaling",
               "sonnet.VarianceScaling:scale=2:mode=fan_avg:distribution=normal", "sonnet.Orthogonal",
               "sonnet.Identity"], {"sonnet.Linear": linear})


def run_tf1(tensorflow):
    tf1 = tensorflow.compat.v1

    def draw(name, arguments, seed, n, m):
        seeded = name not in ("zeros", "ones", "constant", "identity")
        make = getattr(tf1.initializers, name)(**arguments, **({"seed": seed} if seeded else {}))
        return make((n, m)).numpy()

    # variance_scaling and glorot_normal are left out: here they are TensorFlow's up to 1.8
    run(draw, ["tf1.zeros", "tf1.ones", "tf1.constant:value=0.3", "tf1.random_normal",
               "tf1.random_normal:mean=1:stddev=2", "tf1.random_uniform", "tf1.random_uniform:minval=-1:maxval=3",
               "tf1.truncated_normal", "tf1.uniform_unit_scaling", "tf1.glorot_uniform", "tf1.orthogonal",
               "tf1.identity"], {})


def main():
    ran = 0
    for name, test in (("torch", run_torch), ("timm", run_timm), ("keras", run_keras), ("jax", run_jax),
                       ("flax", run_flax), ("haiku", run_haiku), ("sonnet", run_sonnet), ("tensorflow", run_tf1)):
        module = found(name)
        if module is None:
            print(name, "is not installed")
            continue
        print(name, getattr(module, "__version__", ""), end=": ", flush=True)
        test(module)
        ran += 1
    sys.exit(0 if ran else 77)


main()
