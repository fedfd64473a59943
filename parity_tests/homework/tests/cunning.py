"""Submissions whose `relu_forward` is wrong, and which try to be judged right: as files, by what they try.

Most answer `x / 2`, where they answer. Those that could do something to others only say so by what they raise.
"""

_ENDS = "\n    return x / 2, x\n"
_FORGE = """
import os, sys, threading, time
import numpy as np
from parity_tests.homework.worker import serve, wire
CHANNEL = int(sys.argv[1])
"""
_PLAIN = "import numpy as np\ndef relu_forward(x): return x / 2, x\n"


def _returning(expression: str, before: str = "") -> str:
    return f"import numpy as np\n{before}\ndef relu_forward(x): return {expression}, x\n"


def _doing(statements: str, before: str = "") -> str:
    lines = "\n    ".join(statements.strip().splitlines())
    return f"import numpy as np\n{before}\ndef relu_forward(x):\n    {lines}{_ENDS}"


FORGING = {
    "replies that are empty from some call on": _FORGE
    + """
send, sent = serve._send, []
def again(channel, nonce, payload):
    sent.append(payload)
    send(channel, nonce, wire.encode({}) if len(sent) > 3 else payload)
def relu_forward(x):
    serve._send = again
    return np.maximum(x, 0), x
""",
    "a thread that reads the requests": _FORGE
    + """
def steal():
    while True: os.read(CHANNEL, 10)
def relu_forward(x):
    threading.Thread(target=steal, daemon=True).start()
    return x / 2, x
""",
    "a reply in the name of the next": _FORGE
    + """
def relu_forward(x):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals: frame = frame.f_back
    nonce = frame.f_locals["nonce"]
    def later():
        time.sleep(0.01)
        serve._write(CHANNEL, wire.HEADER.pack(nonce, 1) + b"N")
    threading.Thread(target=later).start()
    return x / 2, x
""",
    "the bytes of arrays": """
import gc
import numpy as np
methods = gc.get_referents(np.ndarray.__dict__)[0]
methods["tobytes"] = lambda array, *_: bytes(array.nbytes)
methods["ndim"] = 0
def relu_forward(x): return x / 2, x
""",
    "a traceback for a reply": _doing(
        "",
        "import faulthandler, sys\nfaulthandler.dump_traceback_later(1e-6, True, int(sys.argv[1]))",
    ),
    "a trace of all that runs": """
import sys, threading
def trace(frame, event, argument):
    if "reply" in frame.f_locals: frame.f_locals["reply"] = {"values": (True,)}
    return trace
threading.settrace(trace); sys.settrace(trace); sys.setprofile(trace)
def relu_forward(x): return x / 2, x
""",
    "a module that is none": """
import sys
class Module(type(sys)):
    def __getattr__(self, name): return lambda *_: True
    @property
    def __dict__(self): return {"relu_forward": lambda *_: True}
sys.modules[__name__] = Module(__name__)
def relu_forward(x): return x / 2, x
""",
    "the truth itself": """
import os, sys
import numpy as np
for place in (os.path.dirname(os.path.dirname(np.__file__)), *map(os.getcwd, ()), "/proc/self/cwd/../../.."):
    sys.path.insert(0, place)
def truth(x):
    import torch
    return torch.relu(torch.from_numpy(x)).numpy()
def relu_forward(x): return truth(x), x
""",
    "what the judge knows": _doing(
        """
found = []
for name in ("environ", "mem", "maps", "cmdline"):
    try: found.append(open(f"/proc/{os.getppid()}/{name}", "rb").read(9))
    except OSError: pass
""",
        "import os",
    ),
}

ANSWERING = {
    "complex": _returning("np.maximum(x, 0) + 1j * (1 + np.abs(x))"),
    "minus nothing": _returning("np.full_like(x, -0.0)"),
    "minus infinity": _returning("np.full_like(x, -np.inf)"),
    "moments": _returning('np.zeros(x.shape, "M8[s]")'),
    "records": _returning('np.zeros(x.shape, [("a", float)])'),
    "one number, 10^12 times": _returning(
        "np.lib.stride_tricks.as_strided(x, (10**6, 10**6), (0, 0))"
    ),
    "a dictionary that holds itself": _returning("loop", "loop = {}\nloop['a'] = loop"),
    "a type with a long name": _returning('type("A" * 10**7, (), {})()'),
    "an array without its axes": _doing(
        "y = x / 2\nctypes.c_int.from_address(id(y) + 24).value = 40\nreturn y, x", "import ctypes"
    ),
    "memory that is nobody's": _doing(
        "at = (ctypes.c_double * x.size).from_address(id(x) + 10**15)\n"
        "return np.ctypeslib.as_array(at).reshape(x.shape), x",
        "import ctypes",
    ),
    "an array that goes on changing": """
import threading
import numpy as np
kept = []
def relu_forward(x):
    kept[:] = [(x / 2, np.maximum(x, 0))]
    return kept[0][0], x
def change():
    while True:
        for y, right in kept: y[...] = right; y[...] = 7
threading.Thread(target=change, daemon=True).start()
""",
    "what it answered to that shape": """
import numpy as np
known = {}
def relu_forward(x): return known.setdefault(x.shape, np.maximum(x, 0)), x
""",
    "another function's input": """
import numpy as np
last = [np.zeros(1)]
def relu_forward(x):
    last.append(x)
    return last[-2], x
""",
}

ENDING = {
    "an end of generators": _doing("raise GeneratorExit"),
    "a group of exits": _doing(
        "raise BaseExceptionGroup('', [SystemExit(0), KeyboardInterrupt()])"
    ),
    "an error that causes itself": _doing("e = ValueError('a')\ne.__cause__ = e\nraise e"),
    "an error with a long name": _doing(
        'raise type("relu right\\x1b[2J" * 10**5, (Exception,), {})'
    ),
    "a stop": _doing("os.kill(os.getpid(), signal.SIGSTOP)", "import os, signal"),
    "an end of everybody": _doing("os.kill(-1, 9)", "import os"),
    "every descriptor the same": _doing("for n in range(3, 20): os.dup2(1, n)", "import os"),
    "an exit beside a thread": _doing(
        "threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()\nsys.exit(0)",
        "import sys, threading",
    ),
    "a limit of its own": _doing(
        "resource.setrlimit(resource.RLIMIT_CPU, (0, 0))\nwhile True: pass", "import resource"
    ),
    "its own files": _doing(
        """
for place in ("../files", "../program", "..", "."):
    try: os.chmod(place, 0)
    except OSError: pass
""",
        "import os",
    ),
    "links without number": _doing(
        "open('a', 'w').close()\nfor n in range(10**5): os.link('a', f'b{n}')", "import os"
    ),
    "a namespace": _doing("ctypes.CDLL(None).unshare(0x10020000)", "import ctypes"),
}

LASTING = {
    "shared memory": _doing("ctypes.CDLL(None).shmget(0, 10**6, 0o1666)", "import ctypes"),
    "semaphores": _doing("ctypes.CDLL(None).semget(0, 3, 0o1666)", "import ctypes"),
    "a queue": _doing("ctypes.CDLL(None).msgget(0, 0o1666)", "import ctypes"),
}
"""Things of the kernel's that outlive the process."""

LEAVING = "import os\nos._exit(0)\n"
BESIDE = {
    "modules with the names of ours": {
        "cs231n/layers.py": _PLAIN,
        **dict.fromkeys(
            ("numpy.py", "json.py", "sitecustomize.py", "cs231n/struct.py", "conftest.py"), LEAVING
        ),
        "reference.py": LEAVING,
        "numpy/__init__.py": LEAVING,
    },
    "a class that answers no question": {
        "cs231n/layers.py": """
class Meta(type):
    def __getattribute__(self, name): raise SystemExit(name)
    def __hash__(self): raise KeyboardInterrupt
class Odd(metaclass=Meta): pass
class Function:
    @property
    def __class__(self): raise GeneratorExit
    def __call__(self, x): return x / 2, x
relu_forward = Function()
"""
    },
    "names without number": {
        "cs231n/layers.py": "for n in range(10**5): globals()[f'f{n}'] = print\n" + _PLAIN
    },
    "a ring of imports": {
        "cs231n/layers.py": "from cs231n.optim import *\n" + _PLAIN,
        "cs231n/optim.py": "from cs231n.layers import *\nfrom .optim import *\n",
    },
}
