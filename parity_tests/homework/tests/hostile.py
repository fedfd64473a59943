"""Hostile submissions. Each has `f(x, outside, judge, port)`, of which x + 1 is wanted; none of them computes that.

`outside` is a folder that everybody may write to, `judge` a process, `port` one that it listens on.
"""

_FORGE = """
import struct, sys, threading
import numpy as np
from parity_tests.homework.worker import serve, wire
CHANNEL = int(sys.argv[1])
def message(nonce, x):
    payload = wire.encode({"values": (np.zeros_like(x),)})
    return wire.HEADER.pack(nonce, len(payload)) + payload
"""

IN_THE_ANSWER = {
    "equal to everything": """
class Equal:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    def __array__(self, *a, **k): return self
def f(x, *_): return Equal()
""",
    "an array of a class of its own": """
import numpy as np
class Liar(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.zeros(3)
    def __le__(self, other): return True
def f(x, *_): return x.view(Liar)
""",
    "an array of objects": """
import numpy as np
class Zero(float):
    def __rsub__(self, other): return 0.0
    def __sub__(self, other): return 0.0
def f(x, *_): return np.array([Zero(v) for v in x.ravel()], object).reshape(x.shape)
""",
    "nan": "import numpy as np\ndef f(x, *_): return np.full_like(x, np.nan)\n",
    "infinity": "import numpy as np\ndef f(x, *_): return np.full_like(x, np.inf)\n",
    "masked": "import numpy as np\ndef f(x, *_): return np.ma.masked_all(x.shape)\n",
    "an empty array": "import numpy as np\ndef f(x, *_): return np.zeros((0,) + x.shape[1:])\n",
    "one number for all": "import numpy as np\ndef f(x, *_): return np.float64(1)\n",
    "more numbers than memory": """
import numpy as np
def f(x, *_): return np.broadcast_to(np.float64(0), (10**12,))
""",
    "text for numbers": "def f(x, *_): return (x + 0).astype(str)\n",
    "the answer of another shape": "def f(x, *_): return (x * 2)[None]\n",
    "a list that holds itself": "def f(x, *_):\n    a = [x]; a.append(a); return a\n",
    "endless": "import itertools\ndef f(x, *_): return itertools.count()\n",
    "a pickle that runs": """
class P:
    def __reduce__(self): return (print, ("run",))
def f(x, *_): return P()
""",
    "patched numpy": """
import numpy as np
for name in ("allclose", "array_equal", "isclose"): setattr(np, name, lambda *a, **k: True)
np.ndarray = object
np.max = np.abs = lambda *a, **k: 0.0
np.testing.assert_allclose = lambda *a, **k: None
def f(x, *_): return x * 0
""",
    "patched builtins": """
import builtins
def f(x, *_):
    builtins.len = lambda *_: 0
    builtins.type = lambda *_: tuple
    builtins.isinstance = lambda *_: True
    builtins.all = builtins.any = lambda *_: True
    return x * 0
""",
    "patched loop": _FORGE
    + """
def f(x, *_):
    serve.encode = lambda reply: wire.encode({"values": (True,), "error": "", "passed": True})
    return x
""",
    "patched struct and os": """
import os, struct, time
os.write = os.read = struct.pack = time.perf_counter = lambda *a: 0
def f(x, *_): return x
""",
    "profile of the loop": """
import sys
def spy(frame, event, argument):
    if "reply" in frame.f_locals: frame.f_locals["reply"] = {"values": (True,)}
def f(x, *_): sys.setprofile(spy); sys.settrace(spy); return x
""",
    "a guess at the seed": """
import random
import numpy as np
def f(x, *_):
    random.seed(0); np.random.seed(231)
    return np.random.randn(*x.shape)
""",
    "expected values in frames and memory": """
import gc, sys
import numpy as np
def f(x, *_):
    frame, found = sys._getframe(), []
    while frame: found += frame.f_locals.values(); frame = frame.f_back
    found += [o for o in gc.get_objects() if isinstance(o, np.ndarray)]
    return [a for a in found if isinstance(a, np.ndarray) and a.shape == x.shape and a is not x][:1]
""",
}

IN_THE_CHANNEL = {
    "a reply of its own": _FORGE
    + "def f(x, *_):\n    serve._write(CHANNEL, message(bytes(16), x)); return x\n",
    "a reply too many": _FORGE
    + """
def f(x, *_):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals: frame = frame.f_back
    data = message(frame.f_locals["nonce"], x)
    serve._write(CHANNEL, data + data); return x
""",
    "noise": _FORGE
    + """
import os
def f(x, *_):
    for n in range(64):
        try: os.write(n, b"PASS" * 1000)
        except OSError: pass
""",
    "a thread that goes on replying": _FORGE
    + """
import time
def f(x, *_):
    def forge():
        while True: serve._write(CHANNEL, message(bytes(16), x))
    threading.Thread(target=forge, daemon=True).start(); time.sleep(0.05); return x
""",
    "a reply that never ends": _FORGE
    + "def f(x, *_):\n    serve._write(CHANNEL, bytes(16) + struct.pack('<Q', 2**60))\n",
    "a closed channel": "import os, time\ndef f(x, *_): os.closerange(0, 200); time.sleep(100)\n",
    "the channel in the place of its output": _FORGE
    + "import os\ndef f(x, *_): os.dup2(CHANNEL, 1); print('PASS', flush=True); return x\n",
}

IN_ITS_END = {
    "exit": "import sys\ndef f(x, *_): sys.exit(0)\n",
    "exit at once": "import os\ndef f(x, *_): os._exit(0)\n",
    "exit by another name": "class E(SystemExit): pass\ndef f(x, *_): raise E(0)\n",
    "interrupt": "def f(x, *_): raise KeyboardInterrupt\n",
    "interrupt later": "import _thread\ndef f(x, *_): _thread.interrupt_main(); return x\n",
    "an error that cannot be read": """
class E(BaseException):
    def __str__(self): raise E
    __repr__ = __str__
def f(x, *_): raise E
""",
    "an error that takes for ever": """
class E(Exception):
    def __str__(self):
        while True: pass
def f(x, *_): raise E
""",
    "an error without end": "def f(x, *_): raise ValueError('\\udc80\\0' * 10**6)\n",
    "segmentation fault": "import ctypes\ndef f(x, *_): ctypes.string_at(0)\n",
    "a stack without end": """
import sys
sys.setrecursionlimit(10**9)
def f(x, *_): return f(x)
""",
    "abort": "import os\ndef f(x, *_): os.abort()\n",
    "kills itself": "import os\ndef f(x, *_): os.kill(os.getpid(), 9)\n",
    "kills its group": "import os\ndef f(x, *_): os.killpg(os.getpgrp(), 9)\n",
    "at exit": """
import atexit, os, sys
def f(x, outside, *_):
    atexit.register(lambda: open(os.path.join(outside, "exit"), "w")); sys.exit(0)
""",
    "deaf to signals": """
import signal
for n in range(1, 65):
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
def f(x, *_):
    while True: pass
""",
    "an alarm": """
import signal
def f(x, *_): signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001); return x
""",
    "sleeps": "import time\ndef f(x, *_): time.sleep(10**6)\n",
    "waits for input": "def f(x, *_): return input()\n",
    "a lock for ever": """
import threading
def f(x, *_): l = threading.Lock(); l.acquire(); l.acquire()
""",
}

IN_WHAT_IT_TAKES = {
    "memory": "def f(x, *_):\n    a = []\n    while True: a.append(bytearray(10**7))\n",
    "mapped memory": "import mmap\ndef f(x, *_): return [mmap.mmap(-1, 2**28) for _ in range(100)]\n",
    "memory that is a file": """
import os
def f(x, *_):
    n = os.memfd_create("m"); chunk = bytes(2**20)
    for _ in range(64): os.write(n, chunk)
    return "filled"
""",
    "shared memory": """
import os
def f(x, *_):
    with open(f"/dev/shm/nnparity-attack-{os.getpid()}", "wb") as file: file.write(bytes(10))
    os.unlink(file.name)
    return "filled"
""",
    "prints for ever": "def f(x, *_):\n    while True: print('x' * 10**5)\n",
    "writes for ever": "import os\ndef f(x, *_):\n    while True: os.write(2, b'x' * 10**6)\n",
    "a large file": "def f(x, *_):\n    with open('a', 'wb') as a:\n        while True: a.write(bytes(10**6))\n",
    "many files": """
def f(x, *_):
    for i in range(10**9):
        with open(f"f{i}", "wb") as a: a.write(bytes(10**5))
""",
    "open files": "def f(x, *_): return len([open('/dev/null') for _ in range(10**4)])\n",
    "deep folders": """
import os
def f(x, *_):
    for i in range(1200): os.mkdir("d" * 200); os.chdir("d" * 200)
""",
    "a folder that cannot be removed": """
import os
def f(x, *_):
    os.makedirs("a/b"); open("a/b/c", "w").close()
    for name in ("a/b/c", "a/b", "a", "."): os.chmod(name, 0)
""",
    "threads": """
import threading, time
def f(x, *_):
    for _ in range(10**4): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
""",
    "processes": """
import os, time
def f(x, *_):
    for _ in range(300):
        if os.fork() == 0: time.sleep(1000)
""",
    "a fork that comes back": "import os\ndef f(x, *_): os.fork(); return x\n",
    "a process that gets away": """
import os, time
def f(x, outside, *_):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    return x
""",
    "a process with the channel": """
import os, time
def f(x, *_):
    if os.fork() == 0: time.sleep(1000)
    os._exit(0)
""",
    "multiprocessing": """
import multiprocessing, time
def f(x, *_):
    p = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,)); p.start(); return x
""",
    "more than its limits": """
import resource
def f(x, *_):
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (2**40, 2**40))
    return "raised"
""",
}
