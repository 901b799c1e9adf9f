#!/usr/bin/env python3
"""Schemes by the names that frameworks give them are what those frameworks draw.

frameworks.py INITLAB   draws from PyTorch, Keras, JAX, Flax and Haiku, whichever are installed, and
compares with the law that `initlab schemes NAME` states: mean, standard deviation and shape (kurtosis)
within five standard deviations of the sample's own, bounds never passed and, where the law is uniform,
reached; exact where nothing is random. Exit status 77: none of them is installed, or no numpy.
"""
import importlib
import json
import math
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")
SHAPES = [(784, 256), (256, 10), (10, 784), (64, 64)]
SAMPLES = 300000
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
    kurtosis = KURTOSIS[want["law"]]
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
    if name.endswith("sparse_"):
        check(sorted(set((a == 0).sum(1))) == sorted(set((b == 0).sum(1))), name, shape, "zeros of each input's weights",
              set((a == 0).sum(1)), set((b == 0).sum(1)))
    else:
        check(np.array_equal(a, b), name, shape, "differs")


def run(table, layers):
    for name, draw in table.items():
        for shape in SHAPES:
            if "rthogonal" in name:
                orthogonal(name, draw, shape)
            elif name.endswith(("eye_", "Identity", "sparse_")):
                same_places(name, draw, shape)
            else:
                compare(name, law(name, shape)["weights"], sample(draw, shape), shape)
    for name, draw in layers.items():
        for shape in SHAPES:
            want = law(name, shape)
            compare(name, want["weights"], sample(lambda s, n, m, d=draw: d(s, n, m)[0], shape), shape)
            compare(name + " bias", want["bias"], sample(lambda s, n, m, d=draw: d(s, n, m)[1], shape), shape)
    print(len(table) + len(layers), "names agree")


def run_torch(torch):
    init = torch.nn.init

    def call(name, *args):
        def draw(seed, n, m):
            torch.manual_seed(seed)
            return getattr(init, name)(torch.empty(m, n), *args).numpy().T  # weights are [out, in] there
        return draw

    def linear(seed, n, m):
        torch.manual_seed(seed)
        layer = torch.nn.Linear(n, m)
        return layer.weight.detach().numpy().T, layer.bias.detach().numpy()

    for name in ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        got = law(f"he_normal:gain={name}", (400, 7))["weights"]["std"] * 20
        check(abs(got / init.calculate_gain(name) - 1) < 1e-6, "gain of", name, got, init.calculate_gain(name))
    names = ["zeros_", "ones_", "uniform_", "normal_", "xavier_uniform_", "xavier_normal_", "orthogonal_", "eye_"]
    table = {f"torch.{name}": call(name) for name in names}
    table["torch.sparse_"] = call("sparse_", .9)
    # their defaults are for leaky_relu with a slope of 0, and we name relu
    table["torch.kaiming_uniform_"] = call("kaiming_uniform_", 0, "fan_in", "relu")
    table["torch.kaiming_normal_"] = call("kaiming_normal_", 0, "fan_in", "relu")
    run(table, {"torch.nn.Linear": linear})


def run_keras(keras):
    def call(name):
        return lambda seed, n, m: np.asarray(_make(name, seed)(shape=(n, m)))

    def _make(name, seed):
        plain = name in ("Zeros", "Ones", "Identity")
        return getattr(keras.initializers, name)(**({} if plain else {"seed": seed}))

    def dense(seed, n, m):
        keras.utils.set_random_seed(seed)
        layer = keras.layers.Dense(m)
        layer.build((None, n))
        return tuple(np.asarray(w) for w in layer.get_weights())

    names = ["Zeros", "Ones", "RandomUniform", "RandomNormal", "VarianceScaling", "GlorotUniform", "GlorotNormal",
             "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "TruncatedNormal", "Orthogonal", "Identity"]
    run({f"keras.{name}": call(name) for name in names}, {"keras.Dense": dense})


def run_jax(jax):
    def call(name, *args):
        make = getattr(jax.nn.initializers, name)
        make = make if name in ("zeros", "ones") else make(*args)
        return lambda seed, n, m: np.asarray(make(jax.random.PRNGKey(seed), (n, m), "float32"))

    names = ["zeros", "ones", "uniform", "normal", "truncated_normal", "glorot_uniform", "glorot_normal",
             "xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "kaiming_uniform", "kaiming_normal",
             "lecun_uniform", "lecun_normal", "orthogonal"]
    table = {f"jax.{name}": call(name) for name in names}
    table["jax.variance_scaling"] = call("variance_scaling", 1.0, "fan_in", "truncated_normal")
    run(table, {})


def run_flax(flax):
    import flax.linen
    import jax

    def dense(seed, n, m):
        p = flax.linen.Dense(m).init(jax.random.PRNGKey(seed), np.zeros((1, n), "float32"))["params"]
        return np.asarray(p["kernel"]), np.asarray(p["bias"])

    run({}, {"flax.Dense": dense})


def run_haiku(hk):
    import jax

    def call(name):
        def draw(seed, n, m):
            f = hk.transform(lambda: getattr(hk.initializers, name)()((n, m), np.float32))
            return np.asarray(f.apply({}, jax.random.PRNGKey(seed)))
        return draw

    def linear(seed, n, m):
        f = hk.transform(lambda x: hk.Linear(m)(x))
        p = f.init(jax.random.PRNGKey(seed), np.zeros((1, n), "float32"))["linear"]
        return np.asarray(p["w"]), np.asarray(p["b"])

    names = ["TruncatedNormal", "RandomNormal", "UniformScaling", "Orthogonal"]
    run({f"haiku.{name}": call(name) for name in names}, {"haiku.Linear": linear})


def main():
    ran = 0
    for name, test in (("torch", run_torch), ("keras", run_keras), ("jax", run_jax), ("flax", run_flax),
                       ("haiku", run_haiku)):
        module = found(name)
        if module is None:
            print(name, "is not installed")
            continue
        print(name, getattr(module, "__version__", ""), end=": ", flush=True)
        test(module)
        ran += 1
    sys.exit(0 if ran else 77)


main()
