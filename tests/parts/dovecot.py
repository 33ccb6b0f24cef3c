"""A real IMAP server for the tests: Dovecot, unprivileged, on loopback, with a mailbox in a folder that goes."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.parts import missing

HOW: Final = "apt-get install dovecot-imapd"
USER: Final = "service@puntal.example"
PASSWORD: Final = "a-password-of-the-tests"
_START_SECONDS: Final = 20.0

_CONFIG: Final = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{home}/mail
mail_uid = {account}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={account} gid={group} home={home}
}}
service anvil {{
  chroot =
}}
service auth {{
  user = {account}
}}
service auth-worker {{
  user = {account}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """The server: where it listens, plainly (with STARTTLS) and by TLS, and who vouches for it."""

    home: Path
    port: int
    tls_port: int
    ca_file: Path
    command: list[str]
    account: str

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        # It drops its privileges by being started without any.
        identity = {"user": self.account, "group": self.account_group, "extra_groups": []} if os.geteuid() == 0 else {}
        self.process = subprocess.Popen(  # type: ignore[call-overload]  # the options are put together
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **identity
        )
        until = time.monotonic() + _START_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as probe:
                if probe.recv(4) == b"* OK":
                    return
            time.sleep(0.02)
        raise RuntimeError(f"Dovecot did not start:\n{(self.home / 'log').read_text()[-2000:]}")

    @property
    def account_group(self) -> int:
        """The group of the account it runs as."""
        return pwd.getpwnam(self.account).pw_gid

    def stop(self) -> None:
        """Ends it."""
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Dovecot]:
    """Dovecot over an empty mailbox in a folder, stopped afterwards; skips, or fails where parts are required."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        missing("Dovecot", HOW)
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    import grp  # not on Windows

    home = folder / "dovecot"
    for name in ("run", "state", "mail"):
        (home / name).mkdir(parents=True)
    port, tls_port = _free_port(), _free_port()
    certificate = _certificate(home)
    text = _CONFIG.format(
        home=home,
        account=entry.pw_name,
        group=grp.getgrgid(entry.pw_gid).gr_name,
        ssl="yes",
        certificate=f"ssl_cert = <{certificate}\nssl_key = <{certificate}",
        password=PASSWORD,
        port=port,
        tls_port=tls_port,
    )
    (home / "dovecot.conf").write_text(text)
    for path in (home, *home.rglob("*")):
        shutil.chown(path, entry.pw_uid, entry.pw_gid)
    server = Dovecot(
        home, port, tls_port, certificate, [program, "-F", "-c", str(home / "dovecot.conf")], entry.pw_name
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _certificate(home: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing("OpenSSL's program", "apt-get install openssl")
    key, certificate = home / "key.pem", home / "server.pem"
    made = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    made += [
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(made, check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    return certificate


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
