"""A workspace is lived in while everything around it is killed: nothing lost, nothing doubled.

Each round new articles come, items are made of them on a Dask cluster, pushed, answered, some answers are changed, all
is pulled, and an edition is made. Meanwhile make with all that it runs, Label Studio, or a Dask worker is ended by
kill -9 at random moments, and what was ended is run again. Then what people said is held against what Label Studio,
the answers, the annotations and the edition hold.
"""

import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.shell import shell
from corpus.tables import ITEMS
from labeling.answer import COMMENT, result
from labeling.choices import ticked
from labeling.server import end
from labeling.studio import title
from labeling.tables import ANNOTATIONS, ANSWERS, ASSIGNMENTS, CHECKS
from tests import press
from tests.cluster import Cluster
from tests.house import ROOT
from tests.mortal import SLOW, Mortal
from tests.workspace import VERSION
from tests.world import BOOK
from training import release

ARTICLES, SENTENCES, CHANGES = 3, 8, 5  # that come each round, in each of them, and answers that are changed
KILL = 0.6  # how likely it is that somebody dies during a run of make
FIRST = 20.0  # seconds that the first run of make is taken to last

Said = tuple[str, str, str]  # an assignment, the violation that was found, and a comment


class Life:
    """A workspace, its Label Studio and its Dask cluster, and what people said in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Start everything in an empty folder."""
        self.folder, self.chance = folder, random.Random(seed)  # noqa: S311 - a test, no secret
        self.told: dict[str, dict[str, Any]] = {}  # by assignment: what its annotator says
        self.kills: Counter[str] = Counter()
        self.lasted: dict[str, float] = {}  # seconds that making something took last
        (folder / "dask").mkdir(parents=True)
        self.mortal = Mortal(folder / "studio")
        self.cluster = Cluster(folder / "dask")

    def close(self) -> None:
        """End everything."""
        self.cluster.close()
        self.mortal.close()

    def make(self, *nouns: str, victims: tuple[str, ...] = ("client",)) -> None:
        """Make something, however often somebody is killed meanwhile."""
        done = False
        while not done:
            victim = victims[self.kills.total() % len(victims)] if self.chance.random() < KILL else ""
            done = self.attempt(nouns, victim)

    def attempt(self, nouns: tuple[str, ...], victim: str) -> bool:
        """Run make once, kill the victim meanwhile, and return whether all was made."""
        begun, name = time.monotonic(), " ".join(nouns)
        process = self.begin(nouns)
        if victim:
            self.wait(process, self.chance.uniform(0, self.lasted.get(name, FIRST)))
            self.kill(victim, process)
        said, _ = process.communicate(timeout=SLOW)
        if victim == "client":
            return process.returncode == 0
        assert "Traceback" not in said, said
        assert victim or process.returncode == 0, said
        if not victim:
            self.lasted[name] = time.monotonic() - begun
        return process.returncode == 0

    def begin(self, nouns: tuple[str, ...]) -> subprocess.Popen[str]:
        """Start make, which finds Label Studio and the cluster in its environment."""
        server = self.mortal.server
        known = {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": server.api_key, "MAKEFLAGS": ""}
        known |= {"DASK_SCHEDULER": self.cluster.address}
        places = [f"DATA={self.folder}", f"RAW={self.folder / 'raw'}", f"ANSWERS={self.folder / 'told'}"]
        return subprocess.Popen(
            ["make", "--no-print-directory", *places, *nouns],
            cwd=ROOT,
            env={**os.environ, **known},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @staticmethod
    def wait(process: subprocess.Popen[str], seconds: float) -> None:
        """Wait so long, or until the process has ended."""
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)

    def kill(self, victim: str, process: subprocess.Popen[str]) -> None:
        """End somebody by kill -9; server and worker are replaced."""
        if process.poll() is not None:
            return
        self.kills[victim] += 1
        if victim == "client":
            os.killpg(process.pid, signal.SIGKILL)
        elif victim == "server":
            self.mortal.kill()
            self.mortal.start()
        else:
            self.cluster.kill_a_worker()
            self.cluster.add_worker()

    def round(self, number: int) -> None:
        """All that happens to a workspace, once."""
        press.articles(range(number * ARTICLES, (number + 1) * ARTICLES), SENTENCES, self.folder / "raw")
        self.make("assignments", "interface", victims=("client", "worker"))
        self.record()
        self.make("push", victims=("client", "server"))
        self.make("answer", victims=("client", "server"))
        self.change_minds()
        self.make("pull", victims=("client", "server"))
        self.make("annotations", "gold")
        self.make("edition")

    def record(self) -> None:
        """Write down what annotators say to all that they are asked now."""
        shown = {row["item_id"]: row for row in ITEMS.read(self.folder / "items.parquet").to_dict("records")}
        known = {row["item_id"]: row for row in CHECKS.read(self.folder / "checks.parquet").to_dict("records")}
        for one in ASSIGNMENTS.read(self.folder / "assignments.parquet").to_dict("records"):
            if not one["withdrawn"] and one["assignment_id"] not in self.told:
                item = one["item_id"]
                said = expected(known[item]) if item in known else press.reading(shown[item])
                self.told[one["assignment_id"]] = said | ({"again": True} if one["purpose"] == "repeat" else {})
        (self.folder / "told").mkdir(exist_ok=True)
        for who in self.people():
            lines = (json.dumps(said) + "\n" for name, said in self.told.items() if name.split("/")[1] == who)
            (self.folder / "told" / f"{who}.jsonl").write_text("".join(lines), encoding="utf-8")

    def people(self) -> list[str]:
        """Everybody who was asked anything."""
        return sorted({name.split("/")[1] for name in self.told})

    def change_minds(self) -> None:
        """Some people add a comment to an answer that they gave."""
        studio = self.mortal.opened()
        for name in self.chance.sample(sorted(self.told), CHANGES):
            self.told[name] |= {COMMENT: f"after thought {self.chance.random()}"}
            ((_, answer),) = [one for one in self.held(name.split("/")[1]) if one[0] == name]
            studio.ask("PATCH", f"/api/annotations/{answer['id']}/", {"result": result(self.told[name], BOOK)})

    def held(self, who: str) -> list[tuple[str, dict[str, Any]]]:
        """Every answer in somebody's project, by the assignment that it answers."""
        asked = ASSIGNMENTS.read(self.folder / "assignments.parquet")
        names = dict(zip(asked["task_key"], asked["assignment_id"], strict=True))
        project = self.mortal.opened().find(title(self.folder.name, "codebook", VERSION, who))
        assert project
        found, after = [], 0
        while page := project.changed("", after):
            after = page[-1].id
            found += [(names[task.data["key"]], dict(one)) for task in page for one in task.answers]
        return found

    def found(self) -> dict[str, list[Said]]:
        """What everybody said, as each place holds it."""
        held = [said(name, ticked(json.dumps(one["result"]))) for who in self.people() for name, one in self.held(who)]
        answers = ANSWERS.read(self.folder / "answers.parquet")
        standing = answers[answers["gone"] == ""]
        results = zip(standing["assignment_id"], standing["result"], strict=True)
        annotations = ANNOTATIONS.read(self.folder / "annotations.parquet")
        counted = annotations[annotations["left_out"] == ""]
        published = release.configs(self.folder / "edition")["annotations"]
        return {
            "Label Studio": held,
            "answers": [said(name, ticked(text)) for name, text in results],
            "annotations": rows(counted, "sanction_violation", COMMENT),
            "edition": rows(published.assign(comment=""), "sanction_violation", COMMENT),
        }

    def compare(self) -> dict[str, tuple[int, int]]:
        """Of each place: how many answers it lacks, and how many it has too many."""
        given = [(name, one["sanction_violation"], one.get(COMMENT, "")) for name, one in self.told.items()]
        items = set(ITEMS.read(self.folder / "items.parquet", ["item_id"])["item_id"])
        wanted = dict.fromkeys(("Label Studio", "answers", "annotations"), given)
        wanted["edition"] = [(name, violation, "") for name, violation, _ in given if name.split("/")[0] in items]
        return {
            place: (
                (Counter(wanted[place]) - Counter(found)).total(),
                (Counter(found) - Counter(wanted[place])).total(),
            )
            for place, found in self.found().items()
        }


def expected(check: Mapping[Any, Any]) -> dict[str, Any]:
    """The answer to a check that its author expects."""
    return {name: check[name] for name in ("item_id", *BOOK.questions) if check[name]}


def said(name: str, chosen: dict[str, list[str]]) -> Said:
    """What an answer says, in short."""
    return name, chosen["sanction_violation"][0], "".join(chosen.get(COMMENT, []))


def rows(annotations: pd.DataFrame, *columns: str) -> list[Said]:
    """The same of annotations."""
    return list(annotations[["annotation_id", *columns]].itertuples(index=False, name=None))


def closing(rounds: int, life: Life, wrong: Iterable[tuple[int, int]]) -> str:
    """How the workspace has fared so far, in one line."""
    lost, doubled = (max(counts) for counts in zip(*wrong, strict=True))
    kills = ", ".join(f"{who} {count}" for who, count in sorted(life.kills.items())) or "none"
    return f"soak: {rounds} rounds, {len(life.told):,} answers, kills: {kills}; {lost} lost, {doubled} doubled"


def main(folder: Path, minutes: str, seed: str) -> None:
    """Live for so many minutes in a folder, which is emptied first."""
    signal.signal(signal.SIGTERM, end)
    shutil.rmtree(folder, ignore_errors=True)
    life, number = Life(folder.absolute(), int(seed or secrets.randbelow(1000))), 0
    until = time.monotonic() + 60 * float(minutes)
    try:
        while time.monotonic() < until:
            life.round(number)
            number += 1
            wrong = life.compare()
            print(closing(number, life, wrong.values()), flush=True)
            assert set(wrong.values()) == {(0, 0)}, wrong
    finally:
        life.close()


if __name__ == "__main__":
    shell(main)
