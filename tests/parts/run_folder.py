"""A folder that all test processes of one run share, and that goes when the run ends, however it ends."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Waits until the run closes the pipe, or dies; then ends the server that a test may have started in the folder.
_CLEAN_UP = """
read -r _
if [ -f "$1/pg/data/postmaster.pid" ]; then
    server=$(head -n 1 "$1/pg/data/postmaster.pid")
    kill -QUIT "$server"
    while [ -f "$1/pg/data/postmaster.pid" ] && kill -0 "$server" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$1"
"""


class RunFolder:
    """The folder, and the process that removes it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="dispatch-tests-", dir=_base()))
        self.path.chmod(0o755)
        self._cleaner: subprocess.Popen[bytes] | None = None
        if sys.platform != "win32":
            self._cleaner = subprocess.Popen(
                ["/bin/sh", "-c", _CLEAN_UP, "sh", str(self.path)], stdin=subprocess.PIPE, start_new_session=True
            )

    def remove(self) -> None:
        """Ends what runs in the folder, and removes it."""
        if self._cleaner is None:
            shutil.rmtree(self.path)
        else:
            self._cleaner.communicate()


def _base() -> str | None:
    # In memory where there is room: a database for many a test keeps a disk busy. Never under the user's own temporary
    # folder: the path of a socket must be short.
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30:
        return str(memory)
    return "/tmp" if Path("/tmp").is_dir() else None
