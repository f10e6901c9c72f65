"""A release goes to the Hub whole or not at all, and the next run finishes what a fault cut off."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from huggingface_hub import ModelCard

from corpus.errors import ContractError
from labeling.ports import free_port
from tests.house import ROOT
from tests.hub import READER, WRITER, Fault, serving
from tests.world import build_edition, build_report, settings_of, step, world
from training import baselines
from training import hub as door
from training.publish import CHANGELOG, asked, load, main

SAID = (ROOT / "training/card.toml").read_text(encoding="utf-8")
CARD = SAID.replace('annotators = ""', 'annotators = "Three students of politics, paid by the hour."')
QUICK = 'repo = ""\nmodel = ""\nopen = true\ntries = 4\nbackoff = 0.01\nmax_wait = 5.0\n'
COMMIT = "/commit/main"


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """Two editions of one workspace: in the second somebody changed an answer, so that one label is another."""
    folder = tmp_path_factory.mktemp("editions")
    settings = settings_of(folder, card=CARD, publish=QUICK)
    first = world(articles=6)
    item = first.items["item_id"][0]
    said = {f"{item}/annotator-{n}": {"stance": "none", "updated_at": "2024-05-01T10:00:00Z"} for n in (1, 2)}
    for name, here in (("one", first), ("two", first.saying(said))):
        (folder / name).mkdir()
        build_edition(here.write(folder / name), settings)
    return folder


@pytest.fixture(params=["lfs", "xet"])
def hub(request, tmp_path, monkeypatch):
    """A Hub on loopback, that takes large files the one way or the other."""
    with serving(tmp_path / "xet" if request.param == "xet" else None) as server:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", request.param == "lfs")
        monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)  # between the client's own tries
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", WRITER)
        monkeypatch.setenv("HF_XET_CLIENT_RETRY_MAX_ATTEMPTS", "1")  # or a lost token takes a minute, again and again
        monkeypatch.setenv("HF_XET_CLIENT_RETRY_BASE_DELAY", "10ms")
        yield server


def paths(editions, name):
    """What publishing takes, but for repositories and tag."""
    settings = editions / "settings"
    said = [settings / f"{one}.toml" for one in ("publish", "gate", "profiles", "withdrawn")]
    here = editions / name
    return [
        *said,
        ROOT / "labeling/codebook.toml",
        here / "names.txt",
        here / "edition",
        here / "models",
        here / "report.json",
    ]


def publish(editions, name="one", tag="v1", repo="alice/data"):
    """Publish an edition."""
    step(main, *paths(editions, name), repo, "", tag)


def files(editions, name):
    """The files of an edition, as they should stand on the Hub."""
    folder = editions / name / "edition"
    return sorted([CHANGELOG, *(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())])


def holds(hub, editions, name, revision="main"):
    """Whether the repository holds an edition, byte by byte, and nothing else but its changelog."""
    tree, folder = hub.repo().tree(revision), editions / name / "edition"
    return hub.repo().names(revision) == files(editions, name) and all(
        hub.content(tree[path]) == (folder / path).read_bytes() for path in files(editions, name) if path != CHANGELOG
    )


def test_a_first_release_is_one_commit_with_a_tag_and_is_open_when_it_is_whole(hub, editions):
    publish(editions)

    repo = hub.repo()
    assert holds(hub, editions, "one")
    assert (repo.releases, repo.private) == (["v1"], False)
    assert repo.tags == {"v1": repo.refs["refs/heads/main"]}
    order = [path for method, path in hub.asked if method in ("POST", "PUT") and "_lfs" not in path]
    ends = [path for path in order if re.search(r"create|commit|tag|settings", path)]
    assert [path.split("/")[-1 if "tag" not in path else -2] for path in ends] == ["create", "main", "tag", "settings"]
    assert hub.content(repo.tree("v1")[CHANGELOG]).decode() == (
        "# What changed\n\n## v1\n\nThe first release: 30 rows of stance, 30 rows of sanction_violation.\n"
    )


def test_publishing_twice_makes_no_second_commit(hub, editions, capsys):
    publish(editions)
    publish(editions)

    assert hub.repo().releases == ["v1"]
    assert "(nothing had changed, no commit)" in capsys.readouterr().out


def test_the_next_release_is_one_commit_more_and_its_changelog_names_the_votes(hub, editions):
    publish(editions)
    publish(editions, "two", "v2")

    repo = hub.repo()
    assert repo.releases == ["v1", "v2"]
    assert holds(hub, editions, "one", "v1")
    assert holds(hub, editions, "two", "v2")
    told = hub.content(repo.tree("v2")[CHANGELOG]).decode()
    assert re.sub(r"\w{10}\.\w{6}@[\w-]+", "ITEM", told) == (
        "# What changed\n\n## v2\n\nAgainst v1:\n\n- gold labels changed: 1\n"
        "  - ITEM (stance): favor → none, majority; annotator-1 favor → none, annotator-2 favor → none\n\n"
        "## v1\n\nThe first release: 30 rows of stance, 30 rows of sanction_violation.\n"
    )


def test_without_a_tag_the_next_number_is_taken_and_none_if_nothing_changed(hub, editions):
    for name in ("one", "one", "two", "two"):
        publish(editions, name, "")

    assert list(hub.repo().tags) == ["v1", "v2"]
    assert hub.repo().releases == ["v1", "v2"]


def test_a_tag_is_never_moved(hub, editions):
    publish(editions)

    with pytest.raises(ContractError) as error:
        publish(editions, "two", "v1")

    _, number, first = re.split(r"v1: (\d+) files differ, (\S+) first", str(error.value))[:3]
    assert str(error.value) == (
        f"alice/data has another release as v1: {number} files differ, {first} first. "
        "A tag never moves: publish under the next one, TAG=..."
    )
    assert holds(hub, editions, "one")


def test_a_rehearsal_says_what_would_change_and_sends_nothing(hub, editions, capsys, monkeypatch):
    publish(editions)
    monkeypatch.setenv("DRY_RUN", "1")
    hub.asked.clear()
    capsys.readouterr()

    publish(editions, "two", "v2")

    said = capsys.readouterr().out
    assert said.startswith(f"{hub.url}/datasets/alice/data (rehearsal: nothing is sent)\n")
    assert re.search(r"^  ~ stance/\w+-00000-of-00001.parquet  [\d,]+ bytes$", said, re.MULTILINE)
    assert "- gold labels changed: 1" in said
    assert said.endswith("one commit, then the tag v2, then everybody sees it.\n")
    assert [one for one in hub.asked if one[0] != "GET" and one[0] != "HEAD"] == []


def test_a_rehearsal_without_a_hub_ends_at_once_in_one_line(editions, monkeypatch):
    monkeypatch.setenv("DRY_RUN", "1")
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free_port()}")

    for tag in ("v1", ""):
        with pytest.raises(ContractError) as error:
            publish(editions, tag=tag)
        assert re.fullmatch(
            r"the Hub did not take it: ConnectError: [^.]*\. Nothing is half published; run the same command again, "
            r"it goes on where it stopped\.",
            str(error.value),
        )


def test_a_rehearsal_of_a_first_release_makes_no_repository(hub, editions, capsys, monkeypatch):
    monkeypatch.setenv("DRY_RUN", "1")

    publish(editions)

    assert hub.repos == {}
    assert "alice/data would be made, seen by nobody until it is whole." in capsys.readouterr().out


FAULTS = {
    "409 at the commit": [Fault("POST", COMMIT, status=409)],
    "412 at the commit": [Fault("POST", COMMIT, status=412)],
    "429 at the commit": [Fault("POST", COMMIT, status=429, headers={"Retry-After": "0"})],
    "503 at the commit": [Fault("POST", COMMIT, status=503)],
    "503 three times": [Fault("POST", COMMIT, status=503, times=3)],
    "a connection cut at the commit": [Fault("POST", COMMIT, how="cut")],
    "the commit's answer lost": [Fault("POST", COMMIT, how="lost")],
    "the repository's answer lost": [Fault("POST", "/api/repos/create", how="lost")],
    "a connection cut before the tree": [Fault("GET", "/tree/", how="cut", times=2)],
    "503 at the tree": [Fault("GET", "/tree/", times=2)],
    "the tag's answer lost": [Fault("POST", "/tag/", how="lost")],
    "409 at the tag": [Fault("POST", "/tag/", status=409)],
    "the opening's answer lost": [Fault("PUT", "/settings", how="lost")],
    "500 at the opening": [Fault("PUT", "/settings", status=500)],
    "503 before the files": [Fault("POST", "/preupload/")],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_overcome_in_the_same_run_with_one_commit(hub, editions, faults):
    hub.faults += [Fault(**vars(one)) for one in faults]

    publish(editions)

    assert [one.times for one in hub.faults] == [0] * len(faults)
    assert holds(hub, editions, "one", "v1")
    assert (hub.repo().releases, list(hub.repo().tags), hub.repo().private) == (["v1"], ["v1"], False)


BROKEN = {
    "the commit": ("POST", COMMIT),
    "the tag": ("POST", "/tag/"),
    "the tree": ("GET", "/tree/"),
    "what the commit holds": ("POST", "/preupload/"),
    "the large files": ("(PUT|GET)", r"/_lfs/[0-9a-f]+$|xet-write-token"),
}


@pytest.mark.parametrize("how", ["cut", "lost", "status"])
@pytest.mark.parametrize("what", BROKEN)
def test_after_a_fault_that_stays_the_repository_is_old_or_new_and_a_run_finishes_it(hub, editions, what, how):
    publish(editions)
    method, path = BROKEN[what]
    methods = ["PUT", "GET"] if "|" in method else [method]
    hub.faults += [Fault(one, path, how=how, times=1000) for one in methods]

    with contextlib.suppress(ContractError):  # an answer that is lost every time hinders nobody
        publish(editions, "two", "v2")

    assert holds(hub, editions, "one") or holds(hub, editions, "two")
    assert holds(hub, editions, "one", "v1")
    hub.faults.clear()
    publish(editions, "two", "v2")
    assert holds(hub, editions, "two", "v2")
    assert hub.repo().releases == ["v1", "v2"]


def test_a_first_release_that_is_cut_off_is_seen_by_nobody(hub, editions):
    hub.faults.append(Fault("POST", "/tag/", times=1000))

    with pytest.raises(ContractError):
        publish(editions)

    assert hub.repo().private
    hub.faults.clear()
    publish(editions)
    assert not hub.repo().private


def test_several_publishers_of_one_release_make_one_commit(hub, editions):
    failed = []

    def one():
        try:
            publish(editions)
        except ContractError as error:
            failed.append(str(error))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert hub.repo().releases == ["v1"]
    assert holds(hub, editions, "one", "v1")


def test_publishers_of_two_releases_leave_both_each_under_its_tag(hub, editions):
    publish(editions, "one", "v0")
    threads = [threading.Thread(target=publish, args=(editions, *told)) for told in (("two", "v1"), ("two", "v2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(hub.repo().tags) == ["v0", "v1", "v2"]
    assert holds(hub, editions, "one", "v0")
    assert holds(hub, editions, "two", "v1")
    assert holds(hub, editions, "two", "v2")


def test_a_revoked_token_is_refused_with_what_to_do(hub, editions):
    del hub.tokens[WRITER]

    with pytest.raises(ContractError) as error:
        publish(editions)

    assert str(error.value) == (
        f"{hub.url} does not accept HF_TOKEN: it was mistyped, revoked or has run out. Make one with the write role in "
        "your settings there, export it as HF_TOKEN and run the same command again."
    )
    assert hub.repos == {}


def test_a_token_revoked_in_the_middle_leaves_the_old_release(hub, editions):
    publish(editions)
    hub.faults.append(Fault("POST", COMMIT, status=401, times=1000))

    with pytest.raises(ContractError, match="does not accept HF_TOKEN"):
        publish(editions, "two", "v2")

    assert holds(hub, editions, "one")
    hub.faults.clear()
    publish(editions, "two", "v2")
    assert holds(hub, editions, "two", "v2")


def test_a_token_that_may_only_read_is_refused_with_what_to_do(hub, editions, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", READER)

    with pytest.raises(ContractError) as error:
        publish(editions)

    assert str(error.value) == (
        f"HF_TOKEN may not do this at {hub.url}: You don't have the rights to write here. Use a token with the write "
        "role. Use a token with the write role, of an account that may write to this repository, and run the same "
        "command again."
    )


def test_a_hub_that_asks_for_a_long_pause_is_left_alone(hub, editions):
    hub.faults.append(Fault("POST", COMMIT, status=429, headers={"Retry-After": "600"}, times=1000))

    with pytest.raises(ContractError) as error:
        publish(editions)

    assert str(error.value) == (
        "the Hub did not take it: HTTP 429, as the test wants it. Nothing is half published; run the same command "
        "again, it goes on where it stopped."
    )


@pytest.mark.parametrize(
    ("mode", "end"),
    [
        (
            "lfs",
            "publish: this machine's disk is full: File too large. Nothing is half published; make room and run it "
            "again.",
        ),
        ("xet", "Nothing is half published; run the same command again, it goes on where it stopped."),
    ],
)
def test_a_full_disk_leaves_the_old_release_and_a_run_with_room_finishes(mode, end, editions, tmp_path):
    with serving(tmp_path / "store" if mode == "xet" else None) as server:
        words = [*map(str, paths(editions, "one")), "alice/data", "", "v1"]
        env = {**os.environ, "HF_ENDPOINT": server.url, "HF_TOKEN": WRITER, "HF_HOME": str(tmp_path / "home")}
        env |= {"HF_HUB_DISABLE_XET": "1"} if mode == "lfs" else {}
        run = [sys.executable, "-m", "training.publish"]
        assert subprocess.run([*run, *words], cwd=ROOT, env=env, check=False).returncode == 0
        words = [*map(str, paths(editions, "two")), "alice/data", "", "v2"]

        full = subprocess.run(
            ["bash", "-c", 'ulimit -f 4; trap "" XFSZ; exec "$@"', "full", *run, *words],
            cwd=ROOT, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert full.returncode == 1, full.stderr
        assert full.stderr.splitlines()[-1].endswith(end)
        assert server.repo().releases == ["v1"]
        assert holds(server, editions, "one")
        again = subprocess.run([*run, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert again.returncode == 0, again.stderr
        assert holds(server, editions, "two", "v2")


def test_a_stranger_loads_the_release_at_its_tag(hub, editions, tmp_path):
    publish(editions)
    publish(editions, "two", "v2")
    asked_for = (
        "import datasets, json, pandas, sys\n"
        "told = {}\n"
        "for config in ('stance', 'sanction_violation', 'annotations'):\n"
        "    rows = datasets.load_dataset('alice/data', config, revision='v1')\n"
        "    told[config] = sum(part.num_rows for part in rows.values())\n"
        "rows = datasets.load_dataset('alice/data', revision='v2')\n"
        "part = next(iter(rows))\n"
        "told['names'] = rows[part].features['label'].names\n"
        "frame = pandas.read_parquet(f'hf://datasets/alice/data@v1/stance/{part}-00000-of-00001.parquet')\n"
        "told['read'] = len(frame) == rows[part].num_rows and 'text' in frame\n"
        "print(json.dumps(told))\n"
    )
    env = {key: value for key, value in os.environ.items() if key != "HF_TOKEN"}
    env |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "stranger")}
    env |= {} if hub.xet else {"HF_HUB_DISABLE_XET": "1"}

    said = subprocess.run([sys.executable, "-c", asked_for], env=env, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {
        "stance": 30,
        "sanction_violation": 30,
        "annotations": 90,
        "names": ["favor", "against", "neutral", "none"],
        "read": True,
    }


def test_the_model_goes_to_its_own_repository_and_names_data_and_scores(hub, editions, tmp_path):
    settings = settings_of(tmp_path, card=CARD, publish=QUICK)
    here = tmp_path / "here"
    here.mkdir()
    world(articles=16).write(here)
    build_report(here)
    build_edition(here, settings)
    words = [
        settings / "publish.toml",
        settings / "gate.toml",
        settings / "profiles.toml",
        settings / "withdrawn.toml",
    ]
    words += [
        ROOT / "labeling/codebook.toml",
        here / "names.txt",
        here / "edition",
        here / "models",
        here / "report.json",
    ]

    for _ in range(2):
        build_report(here)  # the models' bytes are others every time they are written
        step(main, *words, "alice/data", "alice/baseline", "v1")

    model, data = hub.repo("alice/baseline", "model"), hub.repo()
    assert (model.releases, model.private, list(model.tags)) == (["v1"], False, ["v1"])
    assert [name for name in model.names() if not name.endswith(".json")] == [
        "README.md", "sanction_violation.skops", "stance.skops",
    ]  # fmt: skip
    card = hub.content(model.tree("v1")["README.md"]).decode()
    assert f"learned from its release `v1` (commit `{data.tags['v1']}`)" in card
    assert "| `stance` |" in card
    told = vars(ModelCard(card).data)  # as the Hub's own classes read it
    assert (told["datasets"], told["library_name"]) == (["alice/data"], "sklearn")
    assert {(one.dataset_config, one.dataset_revision) for one in told["eval_results"]} == {
        (question, data.tags["v1"]) for question in ("stance", "sanction_violation")
    }


@pytest.mark.parametrize("address", ["http://hub.example", "ftp://127.0.0.1"])
def test_a_token_is_sent_unencrypted_to_this_machine_alone(monkeypatch, address):
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setenv("HF_TOKEN", WRITER)

    with pytest.raises(ContractError) as error:
        door.connect("alice/data", "dataset")

    assert str(error.value) == f"HF_ENDPOINT is {address!r}, and would send HF_TOKEN unencrypted. Use https://."


def test_what_is_missing_is_named(monkeypatch, editions):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)

    told = []
    for token, repo in (("", "alice/data"), ("", ""), (WRITER, "data"), (WRITER, "alice/my data")):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(ContractError) as error:
            publish(editions, repo=repo)
        told.append(str(error.value))

    assert told == [
        "HF_TOKEN is not set. Export a token of the Hub with the write role, and run the same command again.",
        "No repository is named, or TAG is no tag. Say where and under which name: "
        "`make publish REPO=org/name TAG=v1`.",
        "'data' is no repository of the Hub. Name it as its address does: REPO=org/name.",
        "'alice/my data' is no repository of the Hub. Name it as its address does: REPO=org/name.",
    ]


def test_what_the_hub_refuses_otherwise_is_told_with_its_reason(hub, editions):
    hub.faults.append(Fault("POST", COMMIT, status=413, times=1000))

    with pytest.raises(ContractError) as error:
        publish(editions)

    assert str(error.value) == (
        f"{hub.url} refused it: HTTP 413, as the test wants it. Nothing is half published; correct that, and run the "
        "same command again."
    )


def test_models_of_other_rows_or_none_are_not_sent(tmp_path):
    models, numbers = tmp_path / "models", tmp_path / "report.json"
    models.mkdir()
    for path, content in ((numbers, "{}"), (models / "stance.skops", ""), (models / "stance.json", "{}")):
        path.write_text(content)
    told = []
    for place in (tmp_path, models):
        with pytest.raises(ContractError) as error:
            baselines.files(place, numbers, "alice/model", baselines.Data("alice/data", "v1", "0", "of other rows"))
        told.append(str(error.value))

    assert told == [
        f"There are no models in {tmp_path}, or no report at {numbers}. Run `make report` first.",
        f"{models}/stance.json was learned from other rows than the edition has. Run `make report` first.",
    ]


def test_a_hub_that_may_never_be_asked_is_a_mistake_of_the_settings():
    with pytest.raises(ContractError) as error:
        asked(lambda: None, replace(load(ROOT / "training/publish.toml"), tries=0))

    assert str(error.value) == "publish.toml: tries is below 1. Correct it."


def test_a_release_of_a_hub_that_is_away_is_not_read(hub, tmp_path):
    hub.faults.append(Fault("GET", "/api/", status=503, times=1000))

    with pytest.raises(ContractError) as error:
        door.found("alice/data@v1", tmp_path)

    assert str(error.value) == (
        f"{hub.url}/datasets/alice/data could not be read: HTTP 503, as the test wants it. Run the same command again."
    )


def test_tries_grow_slower_and_end():
    slept: list[float] = []

    def busy():
        raise door.Busy("HTTP 503, Service Unavailable")

    with pytest.raises(ContractError):
        asked(busy, load(ROOT / "training/publish.toml"), slept.append)

    assert slept == [2.0, 4.0, 8.0, 16.0, 32.0]
