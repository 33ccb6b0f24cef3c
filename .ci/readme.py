"""Run a command of README.md exactly as it is written there: `readme.py main` or `readme.py test`.

The commands are the fenced blocks after the comments `<!-- main -->` and `<!-- test -->`. The main command serves
until it is stopped: it is given three minutes to answer, asked for its plan page's address, and then interrupted.
"""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

MINUTES_TO_SERVE = 3


def command(name: str) -> str:
    """The text of the fenced block after `<!-- name -->`."""
    text = Path("README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\s*```sh\n(.*?)```", text, re.DOTALL)
    if not found:
        sys.exit(f"README.md has no command after <!-- {name} -->")
    return found[1].strip()


def run_main(line: str) -> int:
    """Run the main command until its server answers; 0 when it does in time and stops cleanly."""
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S602  (the README's line is a line for a shell)
        line, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout is not None
    url = None
    for out in process.stdout:
        print(out, end="", flush=True)
        if found := re.search(r"http://127\.0\.0\.1:\d+", out):
            url = found[0]
            break
        if time.monotonic() - started > MINUTES_TO_SERVE * 60:
            break
    answered = url is not None and ready(url)
    print(f"served: {answered}, after {time.monotonic() - started:.0f} s", flush=True)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    in_time = time.monotonic() - started < MINUTES_TO_SERVE * 60
    return 0 if answered and in_time else 1


def ready(url: str) -> bool:
    """Whether the server says it is ready, and its front door is a page."""
    for path, marker in (("/ready", ""), ("/", "<html")):
        for _ in range(100):
            try:
                with urllib.request.urlopen(url + path, timeout=5) as answer:  # noqa: S310  (a loopback address)
                    body = answer.read().decode()
                    break
            except OSError:
                time.sleep(0.2)
        else:
            return False
        if marker not in body:
            return False
    return True


if __name__ == "__main__":
    text = command(sys.argv[1])
    print(f"$ {text}", flush=True)
    sys.exit(run_main(text) if sys.argv[1] == "main" else subprocess.run(text, shell=True, check=False).returncode)  # noqa: S602
