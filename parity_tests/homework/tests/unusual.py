"""Right functions as nobody else writes them. Each text defines `relu_forward` and `relu_backward`."""

FUNCTIONS = {
    "prints": """
def relu_forward(x):
    print("relu", x.shape, "\\u2713")
    return np.maximum(x, 0), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "remembers by content": """
known = {}
def relu_forward(x):
    key = x.tobytes(), x.shape
    if key not in known: known[key] = np.maximum(x, 0)
    return known[key], x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "gives what cannot be written to": """
def relu_forward(x):
    y = np.maximum(x, 0); y.flags.writeable = False
    return y, x
def relu_backward(dout, cache):
    return np.broadcast_to(dout * (cache > 0), dout.shape)
""",
    "gives columns": """
def relu_forward(x): return np.asfortranarray(np.maximum(x, 0)), x
def relu_backward(dout, cache): return np.asfortranarray(dout * (cache > 0))
""",
    "gives it backwards": """
def relu_forward(x): return np.maximum(x, 0)[::-1].copy()[::-1], x
def relu_backward(dout, cache): return (dout * (cache > 0))[..., ::-1].copy()[..., ::-1]
""",
    "gives every second": """
def relu_forward(x):
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1])); wide[..., ::2] = np.maximum(x, 0)
    return wide[..., ::2], x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "gives lists": """
def relu_forward(x): return [np.maximum(x, 0), x]
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "works in threads": """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(4)
def relu_forward(x):
    rows = pool.map(lambda row: np.maximum(row, 0), list(x))
    return np.stack(list(rows)), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "goes on in the background": """
import threading, time
threading.Thread(target=lambda: [time.sleep(0.01) for _ in iter(int, 1)], daemon=True).start()
def relu_forward(x): return np.maximum(x, 0), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "has types and a class for its cache": """
from dataclasses import dataclass
from typing import NamedTuple
@dataclass(frozen=True)
class Cache:
    positive: np.ndarray
class Result(NamedTuple):
    out: np.ndarray
    cache: Cache
def relu_forward(x: np.ndarray) -> tuple[np.ndarray, Cache]: return tuple(Result(x * (x > 0), Cache(x > 0)))
def relu_backward(dout: np.ndarray, cache: Cache) -> np.ndarray: return dout * cache.positive
""",
    "is made of lambdas": """
relu_forward = lambda x: (np.where(x > 0, x, 0), x)
relu_backward = lambda dout, cache: np.where(cache > 0, dout, 0)
""",
    "is a part of something": """
from functools import partial
def clipped(x, low): return np.clip(x, low, None), x
relu_forward = partial(clipped, low=0)
relu_backward = partial(lambda factor, dout, cache: factor * dout * (cache > 0), 1.0)
""",
    "is decorated": """
from functools import wraps
def counted(function):
    @wraps(function)
    def wrapper(*arguments, **keywords):
        wrapper.calls += 1
        return function(*arguments, **keywords)
    wrapper.calls = 0
    return wrapper
@counted
def relu_forward(x): return np.maximum(x, 0), x
@counted
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "are methods": """
class ReLU:
    @staticmethod
    def forward(x): return np.maximum(x, 0), x
    def backward(self, dout, cache): return dout * (cache > 0)
relu_forward, relu_backward = ReLU.forward, ReLU().backward
""",
    "is an object": """
class Forward:
    def __call__(self, x): return np.maximum(x, 0), x
relu_forward = Forward()
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "is made in a loop": """
for name, function in (("forward", lambda x: (np.maximum(x, 0), x)), ("backward", lambda d, x: d * (x > 0))):
    if name == "forward": relu_forward = function
    else: relu_backward = function
""",
    "is made by exec": """
exec("def relu_forward(x): return np.maximum(x, 0), x")
exec("def relu_backward(dout, cache): return dout * (cache > 0)")
""",
    "is defined under a condition": """
import sys
if sys.version_info > (3,):
    def relu_forward(x): return np.maximum(x, 0), x
    def relu_backward(dout, cache): return dout * (cache > 0)
if __name__ == "__main__":
    raise SystemExit("a script")
""",
    "goes through every number": """
def relu_forward(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape): y[index] = max(x[index], 0.0)
    return y, x
def relu_backward(dout, cache):
    return np.array([d if v > 0 else 0.0 for d, v in zip(dout.ravel(), cache.ravel())]).reshape(dout.shape)
""",
    "calls itself": """
def relu_forward(x):
    if len(x) == 1: return np.maximum(x, 0), x
    return np.concatenate([relu_forward(x[:1])[0], relu_forward(x[1:])[0]]), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "counts its calls": """
count = 0
def relu_forward(x):
    global count
    count += 1
    return np.maximum(x, 0), (x, count)
def relu_backward(dout, cache): return dout * (cache[0] > 0)
""",
    "works in place": """
def relu_forward(x):
    cache = x.copy(); x[x < 0] = 0
    return x, cache
def relu_backward(dout, cache):
    dout[cache <= 0] = 0
    return dout
""",
    "uses generators": """
def rows(x):
    for row in x: yield np.maximum(row, 0)
def relu_forward(x): return np.array(list(rows(x))), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
    "sets seeds and warnings": """
import random, warnings
np.random.seed(231); random.seed(0); np.seterr(all="raise"); warnings.simplefilter("error")
def relu_forward(x): return np.maximum(x, 0), x
def relu_backward(dout, cache): return dout * (cache > 0)
""",
}

AROUND = {
    "cs231n/__init__.py": "print('a package that speaks')\n",
    "cs231n/tools/__init__.py": "from .positive import *\n",
    "cs231n/tools/positive.py": "__all__ = ['positive']\ndef positive(x): return x * (x > 0)\n",
    "cs231n/layers.py": """
import argparse, os, sys, time
import numpy as np
import matplotlib.pyplot as plt
from numba import njit
from scipy.signal import convolve2d
try:
    import cupy as cp
except ImportError:
    cp = np
from .tools import positive
from cs231n.tools.positive import positive as again
from past.builtins import xrange

arguments = argparse.ArgumentParser().parse_known_args()[0]
try:
    table = np.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "table.npz"))
except (OSError, FileNotFoundError):
    table = None
plt.rcParams["figure.figsize"] = (10.0, 8.0)
time.sleep(0.5)

def relu_forward(x): return positive(x), x
def relu_backward(dout, cache): return dout * (again(cache) > 0)
""",
}
"""What a file may ask for at its import."""
