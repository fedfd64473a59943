"""Hostile submissions that reach for what is outside: `f(x, outside, judge, port)` as in `hostile.py`.

`outside` has a file `shared` for everybody. Where nothing stops them they answer "done" or what they have read.
"""

OUTSIDE = {
    "writes a file": "import os\ndef f(x, o, *_): open(o + '/new', 'w').write('x'); return 'done'\n",
    "overwrites a file": "def f(x, o, *_): open(o + '/shared', 'w').write('x'); return 'done'\n",
    "removes a file": "import os\ndef f(x, o, *_): os.remove(o + '/shared'); return 'done'\n",
    "removes everything": "import shutil\ndef f(x, o, *_): shutil.rmtree(o); return 'done'\n",
    "removes what it runs": """
import os, shutil
def f(x, *_):
    for folder in ("../program", "../files", "..", "."): shutil.rmtree(folder, ignore_errors=True)
    return x
""",
    "renames a file": "import os\ndef f(x, o, *_): os.rename(o + '/shared', o + '/s2'); return 'done'\n",
    "truncates a file": "import os\ndef f(x, o, *_): os.truncate(o + '/shared', 0); return 'done'\n",
    "makes a folder": "import os\ndef f(x, o, *_): os.mkdir(o + '/new'); return 'done'\n",
    "links to a file": "import os\ndef f(x, o, *_): os.link(o + '/shared', o + '/l'); return 'done'\n",
    "writes through a link": """
import os
def f(x, o, *_): os.symlink(o, "link"); open("link/shared", "w").write("x"); return "done"
""",
    "leaves links behind": """
import os
def f(x, o, *_):
    os.symlink(o, "folder"); os.symlink(o + "/shared", "file"); os.symlink("/", "root")
    return x
""",
    "makes a pipe": "import os\ndef f(x, o, *_): os.mkfifo(o + '/pipe'); return 'done'\n",
    "a shell": "import os\ndef f(x, o, *_): return 'done' if not os.system(f'echo x > {o}/shared') else x\n",
    "a program": """
import os
def f(x, o, *_): os.execv("/bin/sh", ["sh", "-c", f"echo x > {o}/shared"])
""",
    "raises its own rank": "import os\ndef f(x, *_): os.setuid(0); return x\n",
    "settings of the machine": """
def f(x, *_): open("/proc/sys/kernel/core_pattern", "a").close(); return "done"
""",
    "library": """
import os
def f(x, *_):
    with open(os.path.join(os.path.dirname(os.__file__), "nnparity_attack.py"), "w"): return "done"
""",
    "descriptors": """
import os
def f(x, o, *_):
    for n in range(3, 64):
        try: os.stat(f"/proc/self/fd/{n}"); h = os.open("shared", os.O_WRONLY, dir_fd=n); return "done"
        except OSError: pass
""",
}
READING = {
    "a secret": "def f(x, o, *_): return open(o + '/shared').read()\n",
    "a secret by its link": "import os\ndef f(x, o, *_): os.symlink(o, 'l'); return open('l/shared').read()\n",
    "a secret by a mapping": """
import numpy as np
def f(x, o, *_): return bytes(np.memmap(o + "/shared", mode="r")).decode()
""",
    "names": "import os\ndef f(x, o, *_): return ' '.join(os.listdir(o)).replace('shared', 'SECRET')\n",
    "passwords": "def f(x, *_): return open('/etc/passwd').read() and 'done'\n",
}
JUDGE = {
    "environment": "import os\ndef f(x, *_): return repr(os.environ)\n",
    "the judge's environment": """
def f(x, o, judge, *_): return open(f"/proc/{judge}/environ").read() and "done"
""",
    "the judge's memory": "def f(x, o, judge, *_): open(f'/proc/{judge}/mem', 'rb+').close(); return 'done'\n",
    "the judge's files": "import os\ndef f(x, o, judge, *_): os.listdir(f'/proc/{judge}/fd'); return 'done'\n",
    "a signal": "import os\ndef f(x, o, judge, *_): os.kill(judge, 0); return 'done'\n",
    "a debugger": """
import ctypes
def f(x, o, judge, *_):
    return "done" if ctypes.CDLL(None).ptrace(0x4206, judge, 0, 0) == 0 else x
""",
    "a connection": """
import socket
def f(x, o, judge, port): socket.create_connection(("127.0.0.1", port), 1).send(b"hello"); return "done"
""",
}
BY_ITS_USER = {
    "a mode": "import os\ndef f(x, o, *_): os.chmod(o + '/shared', 0o777); return 'done'\n",
    "the folder's mode": "import os\ndef f(x, o, *_): os.chmod(o, 0); return 'done'\n",
    "an owner": "import os\ndef f(x, o, *_): os.chown(o + '/shared', os.getuid(), -1); return 'done'\n",
    "a limit of the judge": """
import resource
def f(x, o, judge, *_):
    resource.prlimit(judge, resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)); return "done"
""",
}
