"""The one door to the Hugging Face Hub: a repository, what it holds at a revision, and one commit to it at a time."""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from corpus.errors import ContractError
from corpus.safety import shown

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError
    from huggingface_hub.hf_api import RepoFile

HUB = "https://huggingface.co"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
GONE = 404
REFUSALS = {  # by the HTTP status
    401: "{endpoint} does not accept HF_TOKEN: it was mistyped, revoked or has run out. Make one with the write role "
    "in your settings there, export it as HF_TOKEN and run the same command again.",
    403: "HF_TOKEN may not do this at {endpoint}: {said}. Use a token with the write role, of an account that may "
    "write to this repository, and run the same command again.",
}
OTHER = (
    "{endpoint} refused it: HTTP {status}, {said}. Nothing is half published; correct that, and run the same command "
    "again."
)
PASSING = {408, 409, 412, 423, 425, 429, 500, 502, 503, 504}  # that asking again may mend
ATTRIBUTES = ".gitattributes"  # the Hub's own file

Told = TypeVar("Told")
Words = ParamSpec("Words")


class Busy(Exception):
    """The Hub did not do it this time, or its answer was lost; `wait` is the seconds it asks for, 0 for none."""

    def __init__(self, reason: str, wait: float = 0) -> None:  # noqa: D107 - the class says it
        super().__init__(reason)
        self.wait = wait


class NotThere(Exception):
    """There is no such repository or revision, or it is hidden from this token."""


@dataclass(frozen=True)
class State:
    """A repository now: the commit at its head, and who may see it."""

    head: str
    private: bool
    gated: bool


@contextmanager
def told(endpoint: str) -> Iterator[None]:
    """Turn what the client raises into what a person can act on, or into Busy where asking again may mend it."""
    from httpx2 import HTTPError
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        raise answered(endpoint, error) from error
    except (HTTPError, ConnectionError, TimeoutError, RuntimeError, JSONDecodeError) as error:
        raise Busy(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from error


def answered(endpoint: str, error: "HfHubHTTPError") -> Exception:
    """What an answer means that is no 200."""
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    status, said = error.response.status_code, error.server_message or error.response.reason_phrase
    if isinstance(error, RepositoryNotFoundError | RevisionNotFoundError) or status == GONE:
        return NotThere(said)
    if status in PASSING:
        wait = error.response.headers.get("retry-after", "")
        return Busy(f"HTTP {status}, {said}", float(wait) if wait.isdecimal() else 0)
    return ContractError(REFUSALS.get(status, OTHER).format(endpoint=endpoint, status=status, said=said))


def asking(method: "Callable[Concatenate[Repo, Words], Told]") -> "Callable[Concatenate[Repo, Words], Told]":
    """A method that asks the Hub, with its errors told."""

    @wraps(method)
    def asked(self: "Repo", /, *args: Words.args, **kwargs: Words.kwargs) -> Told:
        with told(self.api.endpoint):
            return method(self, *args, **kwargs)

    return asked


class Repo:
    """A dataset's or a model's repository on the Hub."""

    def __init__(self, api: "HfApi", name: str, kind: str) -> None:  # noqa: D107 - the class says it
        self.api, self.name, self.kind = api, name, kind
        self.which: dict[str, Any] = {"repo_id": name, "repo_type": kind}

    @property
    def url(self) -> str:
        """Where people find it."""
        return f"{self.api.endpoint}/{'datasets/' if self.kind == 'dataset' else ''}{self.name}"

    @asking
    def check_token(self) -> None:
        """Refuse a token that the Hub does not know; of a repository it would only say that there is none."""
        self.api.whoami()

    @asking
    def state(self) -> State:
        """Its state now."""
        info = self.api.repo_info(**self.which)
        return State(str(info.sha), bool(info.private), bool(info.gated))

    @asking
    def files(self, revision: str) -> dict[str, str]:
        """Every file at a revision by its path: the sha256 of a large one, the git-sha1 of another."""
        from huggingface_hub.hf_api import RepoFile

        found = self.api.list_repo_tree(**self.which, revision=revision, recursive=True)
        return {one.path: oid(one) for one in found if isinstance(one, RepoFile)}

    @asking
    def tags(self) -> dict[str, str]:
        """Each tag with the commit it stands at."""
        return {one.name: one.target_commit for one in self.api.list_repo_refs(**self.which).tags}

    @asking
    def history(self) -> list[str]:
        """The commits that lead to the head, the newest first."""
        return [one.commit_id for one in self.api.list_repo_commits(**self.which)]

    @asking
    def create(self) -> None:
        """Make it, seen by nobody else; that it is there already is no fault."""
        self.api.create_repo(**self.which, private=True, exist_ok=True)

    @asking
    def commit(self, files: Mapping[str, bytes], gone: Collection[str], parent: str, title: str, words: str) -> str:
        """Put files in and take others out, all at once, on top of parent and nothing else; the new commit's id."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        put = [CommitOperationAdd(path, content) for path, content in files.items()]
        take = [CommitOperationDelete(path) for path in gone]
        done = self.api.create_commit(
            **self.which, operations=[*put, *take], commit_message=title, commit_description=words, parent_commit=parent
        )
        return str(done.oid)

    @asking
    def tag(self, name: str, revision: str) -> None:
        """Give a commit a name; the Hub refuses one that is taken."""
        self.api.create_tag(**self.which, tag=name, revision=revision)

    @asking
    def gate(self) -> None:
        """Have readers ask first; whoever asks is let in, and known."""
        self.api.update_repo_settings(**self.which, gated="auto")

    @asking
    def open(self) -> None:
        """Let everybody see it."""
        self.api.update_repo_settings(**self.which, private=False)

    @asking
    def fetch(self, revision: str, paths: Collection[str], folder: Path) -> None:
        """Bring files of a revision into a folder."""
        for path in paths:
            self.api.hf_hub_download(**self.which, filename=path, revision=revision, local_dir=folder)


def oid(file: "RepoFile") -> str:
    """What a file is known by on the Hub."""
    return str(file.lfs.sha256 if file.lfs else file.blob_id)


def same(content: bytes, known: str) -> bool:
    """Whether a file's bytes are those that the Hub knows by this oid."""
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return known in (hashlib.sha256(content).hexdigest(), blob)


def endpoint() -> str:
    """Where the Hub is, as HF_ENDPOINT says; nothing is sent to it unencrypted, except on this machine."""
    address = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half of brackets
        whole = False
    if not whole:
        raise ContractError(
            f"HF_ENDPOINT is {shown(address)!r}, which is no address as https://host:port. Correct or unset it."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ContractError(f"HF_ENDPOINT is {shown(address)!r}, and would send HF_TOKEN unencrypted. Use https://.")
    return address


def key() -> str:
    """HF_TOKEN, "" if it is not set."""
    token = os.environ.get("HF_TOKEN", "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise ContractError("HF_TOKEN holds a character that no token has. Copy the whole of it again.")
    return token


def whoami(patience: float) -> dict[str, Any]:
    """What the Hub says of the account and the rights of HF_TOKEN; {} without one, if the Hub answers at all."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    address, token = endpoint(), key()
    with told(address):
        headers = build_hf_headers(token=token or False)
        answer = get_session().get(f"{address}/api/whoami-v2", headers=headers, timeout=patience)
        if not token:
            return {}
        hf_raise_for_status(answer)
        said: dict[str, Any] = answer.json()
    return said


def connect(name: str, kind: str, write: bool = True) -> Repo:
    """A repository at HF_ENDPOINT, asked with HF_TOKEN; who only reads what is public needs none."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils.tqdm import disable_progress_bars

    address, token = endpoint(), key()
    if write and not token:
        raise ContractError(
            "HF_TOKEN is not set. Export a token of the Hub with the write role, and run the same command again."
        )
    if not is_name(name):
        raise ContractError(f"{name!r} is no repository of the Hub. Name it as its address does: REPO=org/name.")
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it says again what we say
    return Repo(HfApi(endpoint=address, token=token or False), name, kind)


def is_name(name: str) -> bool:
    """Whether a repository may have this name, an organisation's or a person's before it.

    >>> is_name("org/name"), is_name("name"), is_name("org/na me")
    (True, False, False)
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, not declared

    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return name.count("/") == 1


def found(name: str, folder: Path, repo: str = "") -> Path:
    """The folder of a release: a folder of this machine, or org/name@revision, or a tag of repo, which is fetched."""
    if Path(name).is_dir():
        return Path(name)
    where, _, revision = name.rpartition("@") if "@" in name else (repo, "", name)
    if not where or not revision:
        raise ContractError(
            f"{name!r} is neither a folder nor a release of the Hub. Name one: a folder, org/name@v1, or v1 with "
            "REPO=org/name."
        )
    door = connect(where, "dataset", write=False)
    try:
        door.fetch(revision, [path for path in door.files(revision) if path != ATTRIBUTES], folder)
    except NotThere as error:
        raise ContractError(
            f"{door.url} has no {revision}, or HF_TOKEN may not read it. See its tags there."
        ) from error
    except Busy as error:
        raise ContractError(f"{door.url} could not be read: {error}. Run the same command again.") from error
    return folder
