"""A PostgreSQL of the test's own, on loopback, in a folder that goes with it."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from labeling.ports import HOST, free_port

PROGRAMS = (
    *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
    Path(shutil.which("initdb") or "/").parent,
)
BIN = next((folder for folder in PROGRAMS if (folder / "initdb").exists()), None)
USERS = {user.pw_name for user in pwd.getpwall()}
WHO = ("postgres" if "postgres" in USERS else "nobody") if os.geteuid() == 0 else None  # it refuses to run as root

needed = pytest.mark.skipif(BIN is None, reason="there is no PostgreSQL here (Debian: apt-get install postgresql)")


@contextmanager
def postgres() -> Iterator[Mapping[str, str]]:
    """Run a PostgreSQL, and give the variables by which Label Studio finds it."""
    assert BIN
    folder, port, password = Path(tempfile.mkdtemp(prefix="postgres-")), free_port(), secrets.token_urlsafe(12)
    secret = folder / "password"
    secret.write_text(password)
    if WHO:
        shutil.chown(folder, WHO)
        shutil.chown(secret, WHO)
    data = folder / "data"
    listening = f"-c listen_addresses={HOST} -c port={port} -c unix_socket_directories= -c max_connections=200"
    made: list[str | Path] = [
        "-D",
        data,
        "-U",
        "studio",
        "-A",
        "scram-sha-256",
        f"--pwfile={secret}",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    try:
        subprocess.run([BIN / "initdb", *made], check=True, capture_output=True, user=WHO, cwd=folder)
        start: list[str | Path] = [BIN / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", listening, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, user=WHO, cwd=folder)
        named = {"NAME": "postgres", "USER": "studio", "PASSWORD": password, "HOST": HOST, "PORT": str(port)}
        yield {"DJANGO_DB": "default", **{f"POSTGRE_{name}": value for name, value in named.items()}}
    finally:
        stop: list[str | Path] = [BIN / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, capture_output=True, user=WHO, cwd=folder)
        shutil.rmtree(folder)
