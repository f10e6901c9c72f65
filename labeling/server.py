"""An embedded Label Studio on loopback: started, waited for, and stopped for certain.

`python -m labeling.server FOLDER [PORT] [-- COMMAND...]` keeps it running for people, or while COMMAND runs.
"""

import fcntl
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from corpus.errors import ContractError
from corpus.shell import shell
from labeling.ports import FOR_PEOPLE, HOST, free_port
from labeling.studio import connect, healthy

PATIENCE = 180.0  # seconds; the first start makes the database: 40 s on two cores
GRACE = 10.0  # seconds between asking a server to stop and making it
TRIES = 5  # ports, when others take those that were free a moment ago
ADMIN = "admin@sanction-stance.example"
ADMITTED = ("USERNAME", "PASSWORD", "USER_TOKEN")  # as Label Studio calls what an administrator is made of
CLOSED = "http://127.0.0.1:9"  # nobody listens there

POSTGRES = ("DJANGO_DB", "POSTGRE_NAME", "POSTGRE_USER", "POSTGRE_PASSWORD", "POSTGRE_HOST", "POSTGRE_PORT")
INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

# Label Studio also obeys variables as common as HOST or DEBUG, so it gets these and INHERITED, no others.
HARDENED = {
    "PYTHONUNBUFFERED": "1",
    "DEBUG": "false",
    "DJANGO_DB": "sqlite",
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "SSRF_PROTECTION_ENABLED": "true",
    "ENABLE_LOCAL_FILES_STORAGE": "false",
    "CORS_ALLOW_ALL_ORIGINS": "false",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    # One page asks the server for tips that it fetches from outside; no switch turns it off, so it finds no way out.
    "HTTP_PROXY": CLOSED,
    "HTTPS_PROXY": CLOSED,
    "ALL_PROXY": CLOSED,
    "NO_PROXY": "127.0.0.1,localhost",
}


@dataclass(frozen=True)
class Server:
    """A Label Studio, its process, its log and its administrator."""

    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path
    url: str
    username: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)


class PortTaken(Exception):
    """Somebody else listens at the port."""


@contextmanager
def serve(
    folder: Path,
    port: int | None = None,
    environ: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    first: int = 0,
) -> Iterator[Server]:
    """Run a Label Studio with its files in folder while the block runs; on port, or on a free one from first on.

    Its database is an SQLite in the folder, or a PostgreSQL if environ says DJANGO_DB=default and where that is, in
    Label Studio's own POSTGRE_NAME, POSTGRE_USER, POSTGRE_PASSWORD, POSTGRE_HOST and POSTGRE_PORT.

    Who its administrator is may stand in environ: LABEL_STUDIO_USERNAME, LABEL_STUDIO_PASSWORD, LABEL_STUDIO_API_KEY;
    password and key are fresh otherwise.
    """
    folder = prepared(folder)
    with locked(folder) as lock:
        server = started(folder, port, environ or {}, lock, patience, first)
        try:
            yield server
        finally:
            stop(server.process)


def prepared(folder: Path) -> Path:
    """The folder, made if need be, with a home in it, so that the user's own is not touched."""
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "home").mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise ContractError(f"{folder} cannot hold a Label Studio: {error.strerror}. Name another folder.") from None
    return folder


def administrator(environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Username, password and key, as the environment has them or fresh."""
    key = environ.get("LABEL_STUDIO_API_KEY") or secrets.token_hex(20)
    if not re.fullmatch(r"[0-9a-f]{40}", key):
        raise ContractError(
            "LABEL_STUDIO_API_KEY is not 40 hex digits, so the embedded Label Studio cannot take it. "
            "Unset it, and a fresh one is made."
        )
    password = environ.get("LABEL_STUDIO_PASSWORD") or secrets.token_urlsafe(12)
    return environ.get("LABEL_STUDIO_USERNAME") or ADMIN, password, key


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Keep a second server away from the folder. The server's process holds the lock too, so it lasts as long as it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ContractError(f"A Label Studio is running on {folder} already. Stop it first, with Ctrl-C.") from None
        yield lock.fileno()


def started(
    folder: Path, port: int | None, environ: Mapping[str, str], lock: int, patience: float, first: int
) -> Server:
    """Start a server and wait for it; if its port was free a moment ago and is taken now, try another."""
    admin = administrator(environ)
    for _ in range(TRIES):
        chosen = port or free_port(first)
        server = launch(folder, chosen, admin, surroundings(folder, admin, environ), lock)
        try:
            wait(server, patience)
        except PortTaken:
            stop(server.process)
        except BaseException:
            stop(server.process)
            raise
        else:
            return server
        if port:
            break
    raise ContractError(f"Port {chosen} is taken. Name another, e.g. {chosen + 1}, or none to get a free one.")


def launch(folder: Path, port: int, admin: tuple[str, str, str], around: Mapping[str, str], lock: int) -> Server:
    """Start Label Studio in a process group of its own; it ends when we do, since its standard input is our pipe."""
    where = ["--internal-host", HOST, "--port", str(port), "--debug"]  # debug means: this port, and never the next one
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "labeling.embedded", "start", "--no-browser", *where],
            cwd=Path(__file__).parents[1],
            env=around,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock],
            umask=0o077,
        )
    return Server(process, folder / "server.log", f"http://{HOST}:{port}", *admin)


def surroundings(folder: Path, admin: tuple[str, str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server's process: nothing of ours but what every program needs, and its PostgreSQL."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    admitted = {f"LABEL_STUDIO_{name}": value for name, value in zip(ADMITTED, admin, strict=True)}
    database = POSTGRES if environ.get("DJANGO_DB") == "default" else ()
    admitted |= {name: environ[name] for name in database if name in environ}
    return inherited | HARDENED | admitted | {"HOME": str(folder / "home"), "LABEL_STUDIO_BASE_DATA_DIR": str(folder)}


def wait(server: Server, patience: float) -> None:
    """Return when the server answers; raise if it ends before, or takes longer than it has patience for, in seconds."""
    until = time.monotonic() + patience
    # It says so after it has taken the port: before, whoever answers there is somebody else.
    while f"server at {server.url}/" not in said(server.log) or not healthy(server.url):
        if server.process.poll() is not None:
            if "port is already in use" in said(server.log):
                raise PortTaken
            raise ContractError(
                f"Label Studio ended before it was up; {last_lines(server)}. Mend that, and run the same again."
            )
        if time.monotonic() > until:
            raise ContractError(
                f"Label Studio was not up after {patience:g} s; {last_lines(server)}. "
                "On a slow machine give it longer: LABEL_STUDIO_PATIENCE=600."
            )
        time.sleep(0.1)


def said(log: Path) -> str:
    """All that the server has written so far."""
    return log.read_text(encoding="utf-8", errors="replace")


def last_lines(server: Server) -> str:
    """The end of the server's log as one line, without secrets."""
    text = " | ".join(line.strip() for line in said(server.log).strip().split("\n")[-5:])
    for secret in (server.password, server.api_key):
        text = text.replace(secret, "…")
    return f"it said last: {text or 'nothing'} (all of it: {server.log})"


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server's process group to end, and end it if it does not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def end(number: int, frame: FrameType | None) -> None:
    """Leave in good order when told to end, as Ctrl-C does."""
    sys.exit(128 + number)


def run(command: list[str], server: Server) -> int:
    """Run a command that is to talk to the server, and return its exit code."""
    told = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": server.api_key}
    with subprocess.Popen(command, env={**os.environ, **told}) as process:
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    return code if code >= 0 else 128 - code


def stay(server: Server) -> None:
    """Tell people how to get in, and stay until Ctrl-C."""
    link = connect({"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": server.api_key}).invite_link()
    with suppress(KeyboardInterrupt):  # from the first word on: a program may press it as soon as it has read the last
        print(invitation(server, link), flush=True)
        server.process.wait()
        raise ContractError(f"Label Studio ended by itself; {last_lines(server)}. Run `make studio` again.")
    print("Label Studio stopped.", flush=True)


def invitation(server: Server, link: str) -> str:
    """What people must know to get in."""
    return (
        f"Label Studio runs at {server.url}\n"
        f"  administrator:   {server.username}   password: {server.password}\n"
        f"  for annotators:  {link}\n\n"
        "In a second terminal, before `make push` and `make pull`:\n\n"
        f"  export LABEL_STUDIO_URL={server.url}\n"
        f"  export LABEL_STUDIO_API_KEY={server.api_key}\n\n"
        "Ctrl-C stops it. Everything is kept, and is there at the next start."
    )


def seconds(word: str) -> float:
    """How long to wait for the server, as the environment has it."""
    if not re.fullmatch(r"\d+(\.\d+)?", word):
        raise ContractError(f"LABEL_STUDIO_PATIENCE is {word!r}, and no number. Give seconds, e.g. 600.")
    return float(word)


def main(folder: Path, *words: str) -> None:
    """Run a server in folder for people, or, behind --, for a command."""
    own = words[: words.index("--")] if "--" in words else words
    command = list(words[len(own) + 1 :])
    if len(own) > 1 or not all(word.isdigit() for word in own) or ("--" in words and not command):
        raise ContractError("it takes FOLDER [PORT] [-- COMMAND...]. See how the Makefile calls it.")
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, end)
    patience = seconds(os.environ.get("LABEL_STUDIO_PATIENCE") or str(PATIENCE))
    port = int(own[0]) if own else None
    if command:
        with serve(folder, port, patience=patience) as server:
            code = run(command, server)
        sys.exit(code)
    with serve(folder, port, os.environ, patience, FOR_PEOPLE) as server:
        stay(server)


if __name__ == "__main__":
    shell(main)
