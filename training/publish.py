"""The edition, and the models if asked -> the Hub: one commit and one tag that never moves, whole or not at all."""

import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

from corpus import toml
from corpus.errors import ContractError
from corpus.shell import shell
from labeling import codebook
from training import baselines, changes, gate, hub, profiles, release, withdrawn
from training.changes import Published
from training.gate import Known
from training.hub import ATTRIBUTES, Busy, NotThere, State, same
from training.release import MANIFEST

CHANGELOG = "CHANGELOG.md"
TITLE = "# What changed\n"
TAG = re.compile(r"[A-Za-z0-9][\w.-]*")
SECRET = ("HF_TOKEN", "LABEL_STUDIO_API_KEY", "LABEL_STUDIO_PASSWORD", "LABEL_STUDIO_USERNAME", "LABEL_STUDIO_URL")
FULL = (27, 28, 122)  # errno: file too large, no space left, quota exceeded

Told = TypeVar("Told")


class Repo(Protocol):
    """What publishing needs of a repository."""

    name: str
    kind: str

    @property
    def url(self) -> str: ...  # noqa: D102 - as training.hub.Repo says
    def check_token(self) -> None: ...  # noqa: D102
    def state(self) -> State: ...  # noqa: D102
    def files(self, revision: str) -> dict[str, str]: ...  # noqa: D102
    def tags(self) -> dict[str, str]: ...  # noqa: D102
    def history(self) -> list[str]: ...  # noqa: D102
    def create(self) -> None: ...  # noqa: D102
    def commit(self, files: Mapping[str, bytes], gone: Collection[str], parent: str, title: str, words: str) -> str: ...  # noqa: D102
    def tag(self, name: str, revision: str) -> None: ...  # noqa: D102
    def gate(self) -> None: ...  # noqa: D102
    def open(self) -> None: ...  # noqa: D102
    def fetch(self, revision: str, paths: Collection[str], folder: Path) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Settings:
    """What publish.toml says; waits are in seconds."""

    repo: str
    model: str
    open: bool
    tries: int
    backoff: float
    max_wait: float


@dataclass(frozen=True)
class Going:
    """What is to stand in a repository under a tag: its files; of a dataset also what it is, for the changelog."""

    tag: str
    files: Mapping[str, bytes]
    told: Published | None = None
    gated: bool = False


@dataclass(frozen=True)
class Plan:
    """What one commit would change, on top of which head, and what the changelog says of it."""

    head: str
    put: Mapping[str, bytes] = field(default_factory=dict)
    take: Collection[str] = ()
    words: str = ""
    new: Collection[str] = ()  # of what is put, what was not there


def load(path: Path) -> Settings:
    """Read the settings, or say what in the file is wrong."""
    return toml.settings(path, Settings)


def plan(repo: Repo, head: str, going: Going) -> Plan:
    """What is to be changed at the head, so that it holds what is going and nothing else."""
    tags, there = repo.tags(), repo.files(head)
    if going.tag in tags:
        return standing(repo, tags[going.tag], going)
    files, words = dict(going.files), going.tag
    if going.told:
        said, words = changelog(repo, head, going, there, tags)
        files[CHANGELOG] = said.encode()
    put = {name: content for name, content in files.items() if not same(content, there.get(name, ""))}
    put = {name: content for name, content in put.items() if name not in known_models(files, there)}
    take = sorted(set(there) - set(files) - {ATTRIBUTES})
    return Plan(head, put, take, words, sorted(set(put) - set(there)))


def standing(repo: Repo, commit: str, going: Going) -> Plan:
    """Nothing to do, since the tag stands where it should; or the refusal to move it."""
    if other := strangers(going, repo.files(commit)):
        raise ContractError(
            f"{repo.name} has another release as {going.tag}: {len(other):,} files differ, {other[0]} first. "
            "A tag never moves: publish under the next one, TAG=..."
        )
    return Plan(commit)


def strangers(going: Going, there: Mapping[str, str]) -> list[str]:
    """The files that differ between what is going and what is there, but for the changelog, which tells a history."""
    mine = {name for name, content in going.files.items() if not same(content, there.get(name, ""))}
    theirs = set(there) - set(going.files) - {CHANGELOG, ATTRIBUTES}
    return sorted((mine | theirs) - known_models(going.files, there))


def known_models(files: Mapping[str, bytes], there: Mapping[str, str]) -> set[str]:
    """The models of which the Hub has one made of the same: their bytes are others every time they are written."""
    return {
        name
        for name in files
        if name.endswith(baselines.BINARY) and name in there
        and same(files[about := name.removesuffix(baselines.BINARY) + baselines.ABOUT], there.get(about, ""))
    }  # fmt: skip


def changelog(
    repo: Repo, head: str, going: Going, there: Mapping[str, str], tags: Mapping[str, str]
) -> tuple[str, str]:
    """The changelog with this release's entry on top, and the entry.

    It tells what changed against the release at the head; or, if that is this very release, whose tag was not set when
    the last run was cut off, against the newest tag.
    """
    assert going.told  # noqa: S101 - only a dataset has one
    with TemporaryDirectory() as folder:
        before = former(repo, head, going.tag, tags, Path(folder))
        if before is None:
            told, older = changes.first(going.tag, going.told), ""
        else:
            told = changes.entry(changes.compare(before, going.told))
            older = (Path(folder) / CHANGELOG).read_text(encoding="utf-8").removeprefix(TITLE).strip() + "\n"
    return f"{TITLE}\n{told}\n{older}".rstrip() + "\n", told


def former(repo: Repo, head: str, tag: str, tags: Mapping[str, str], folder: Path) -> Published | None:
    """The release before this one, fetched into a folder; None if this is the first."""
    named = {commit: name for name, commit in tags.items()}
    for commit in [head, *(one for one in repo.history() if one in named)]:
        paths = [
            name for name in repo.files(commit) if name.endswith((".parquet", ".jsonl", ".toml", CHANGELOG, MANIFEST))
        ]
        if CHANGELOG not in paths or MANIFEST not in paths:
            continue
        repo.fetch(commit, [CHANGELOG], folder)
        heading = re.search(r"^## (\S+)", (folder / CHANGELOG).read_text(encoding="utf-8"), re.MULTILINE)
        if heading and heading[1] != tag:
            repo.fetch(commit, paths, folder)
            return changes.load(folder, heading[1])
    return None


def publish(repo: Repo, going: Going, settings: Settings) -> tuple[str, str]:
    """Make the repository hold what is going under its tag, whatever it held; the commit, and what was done.

    Done twice, or begun again after a fault, it does what is left to do.
    """
    repo.check_token()
    try:
        state = repo.state()
    except NotThere:
        repo.create()
        state = repo.state()
    if going.gated and not state.gated:
        repo.gate()
    todo = plan(repo, state.head, going)
    commit = todo.head
    if todo.put or todo.take:
        commit = repo.commit(todo.put, todo.take, todo.head, going.tag, todo.words)
    verify(repo, commit, going)
    if going.tag not in repo.tags():
        repo.tag(going.tag, commit)
    if settings.open and state.private:
        repo.open()
    changed = len(todo.put) + len(todo.take)
    return commit, f"{changed:,} files changed, one commit" if changed else "nothing had changed, no commit"


def verify(repo: Repo, commit: str, going: Going) -> None:
    """Refuse to go on if the Hub holds other bytes than were sent."""
    there = repo.files(commit)
    wrong = {name for name, content in going.files.items() if not same(content, there.get(name, ""))}
    wrong -= known_models(going.files, there)
    if wrong:
        raise Busy(f"{repo.name} holds other bytes than were sent: {len(wrong):,} files, {min(wrong)} first")


def asked(what: Callable[[], Told], settings: Settings, sleep: Callable[[float], None] = time.sleep) -> Told:
    """Do it, again and again while the Hub is busy, more slowly each time."""
    wait = settings.backoff
    for left in reversed(range(settings.tries)):
        try:
            return what()
        except Busy as busy:
            seconds = busy.wait or wait
            if not left or seconds > settings.max_wait:
                raise ContractError(
                    f"the Hub did not take it: {busy}. Nothing is half published; run the same command again, "
                    "it goes on where it stopped."
                ) from busy
            print(f"publish: {busy}; again in {seconds:.0f} s", flush=True)
            sleep(seconds)
            wait *= 2
    raise ContractError("publish.toml: tries is below 1. Correct it.")


def following(repo: Repo, folder: Path) -> str:
    """The tag that comes next: the newest number and one, or the newest tag itself if nothing changed since."""
    try:
        tags = repo.tags()
    except NotThere:
        return "v1"
    numbers = [int(tag[1:]) for tag in tags if re.fullmatch(r"v\d+", tag)]
    newest = max(numbers, default=0)
    if newest and not strangers(reading(folder, f"v{newest}"), repo.files(tags[f"v{newest}"])):
        return f"v{newest}"
    return f"v{newest + 1}"


def rehearsed() -> bool:
    """Whether it is only to be said what would be done."""
    return bool(os.environ.get("DRY_RUN"))


def rehearse(repo: Repo, going: Going, settings: Settings) -> str:
    """What publishing would do, to the file; it asks and changes nothing."""
    try:
        state = repo.state()
    except NotThere:
        lines = [f"{repo.name} would be made, seen by nobody until it is whole.", ""]
        todo = Plan(
            "", going.files, words=changes.first(going.tag, going.told) if going.told else "", new=[*going.files]
        )
    else:
        lines, todo = [], plan(repo, state.head, going)
    signs = {name: "+" if name in todo.new else "~" for name in todo.put} | dict.fromkeys(todo.take, "-")
    lines += [
        f"  {sign} {name}{f'  {len(todo.put[name]):,} bytes' if name in todo.put else ''}"
        for name, sign in sorted(signs.items())
    ]
    lines += ["", todo.words.rstrip()] if signs and todo.words else []
    last = f"one commit, then the tag {going.tag}" if signs else f"nothing but the tag {going.tag}, if it is not there"
    seen = "then everybody sees it" if settings.open else "it stays private"
    return "\n".join([f"{repo.url} (rehearsal: nothing is sent)", "", *lines, "", f"{last}, {seen}."])


def reading(folder: Path, tag: str) -> Going:
    """The edition as it goes out."""
    told = release.manifest(folder)
    names = [*told["files"], MANIFEST]
    files = {name: (folder / name).read_bytes() for name in names}
    return Going(tag, files, changes.load(folder, tag), "quote" in told["profiles"].values())


def secrets() -> dict[str, str]:
    """What of this machine's environment must not go out."""
    return {name: os.environ[name] for name in SECRET if os.environ.get(name)}


def send(repo: Repo, going: Going, settings: Settings) -> str:
    """Publish, or say what would be, if DRY_RUN is set; the commit."""
    if rehearsed():
        print(asked(lambda: rehearse(repo, going, settings), settings), flush=True)
        return "the commit to come"
    try:
        commit, done = asked(lambda: publish(repo, going, settings), settings)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise ContractError(
            f"this machine's disk is full: {error.strerror}. Nothing is half published; make room and run it again."
        ) from error
    print(f"publish: {repo.name} {going.tag} is at {repo.url}/tree/{going.tag} ({done})", flush=True)
    return commit


def main(
    setting_file: Path,
    gate_file: Path,
    profile_file: Path,
    tombstones: Path,
    codebook_file: Path,
    name_file: Path,
    folder: Path,
    models: Path,
    numbers: Path,
    repo: str,
    model: str,
    tag: str,
) -> None:
    """Send the edition past the gate, then the models if a repository is named for them."""
    settings = load(setting_file)
    settings = replace(settings, tries=1) if rehearsed() else settings  # a rehearsal asks once, and waits for nobody
    where, baseline = repo or settings.repo, model or settings.model
    if not where or not TAG.fullmatch(tag or "v1"):
        raise ContractError(
            "No repository is named, or TAG is no tag. Say where and under which name: "
            "`make publish REPO=org/name TAG=v1`."
        )
    gone = withdrawn.ids(withdrawn.load(tombstones))
    known = Known(codebook.load(codebook_file), profiles.load(profile_file), gone, gate.names(name_file), secrets())
    gate.check(folder, gate.load(gate_file), known)
    door = hub.connect(where, "dataset", not rehearsed())
    going = reading(folder, tag or asked(lambda: following(door, folder), settings))
    commit = send(door, going, settings)
    if baseline:
        tags = release.headed(going.files["README.md"].decode())[0]["tags"]
        data = baselines.Data(where, going.tag, commit, release.manifest(folder)["dataset_sha256"], tags)
        made = baselines.files(models, numbers, baseline, data)
        send(hub.connect(baseline, "model", not rehearsed()), Going(going.tag, made), settings)


if __name__ == "__main__":
    shell(main)
