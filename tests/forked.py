"""Commands in processes of their own, without each importing everything anew: they are forks of one that did."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
PARENT = """
import json, os, sys, warnings
import experiments.run, sim.backends.jax_backend, sim.run
from experiments.configured import configured
from experiments.declare import declare
declare(configured(["experiment=pool"]))  # and whatever else is imported when it is needed
warnings.filterwarnings("ignore", message=r"os\\.fork")  # JAX is imported, but has not started
for line in sys.stdin:
    asked = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    for number in (1, 2):
        os.dup2(os.open(f"{asked['said']}/{number}", os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["cwd"])
    sys.argv = ["sherrington", *asked["words"]]
    exec(asked["code"])
    experiments.run.main()
    sys.exit()
"""


class Commands:
    """`sherrington` as a process that has imported what most commands import; JAX starts in each of them."""

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
        environment["PYTHONPATH"] = str(ROOT)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.parent = subprocess.Popen([sys.executable, "-c", PARENT], env=environment, text=True, **pipes)
        return self

    def run(self, *words: str, code: str = "", cwd: Path | str = ROOT) -> subprocess.CompletedProcess[str]:
        """What a command leaves.

        Args:
            words: of its line.
            code: Python that runs before it.
            cwd: where it runs.
        """
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        with tempfile.TemporaryDirectory() as said:
            asked = {"words": words, "code": code, "cwd": str(cwd), "said": said}
            print(json.dumps(asked), file=self.parent.stdin, flush=True)
            answer = self.parent.stdout.readline()
            assert answer, "the parent of the commands has ended"
            out, err = ((Path(said) / name).read_text(encoding="utf-8") for name in "12")
        return subprocess.CompletedProcess(words, int(answer), out, err)

    def __exit__(self, *_: object) -> None:
        self.parent.communicate()  # the end of its input is its end
