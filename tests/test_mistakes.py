"""Mistakes of a person that need no more than a file or a variable: each is told whole, and none shows a traceback."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from corpus import engine, fetch, partitions, toml
from corpus.errors import ContractError
from corpus.tables import Table
from labeling import answer, server, studio
from labeling.server import Server, prepared
from tests.house import ROOT
from training import hub, keeping, release, trace

URL = "http://studio.example"
LOADING = """
import os, signal, sys, time
sys.argv[0] = "-m"  # as it is while `python -m` looks for a step
import corpus
os.kill(os.getpid(), signal.SIGINT)
time.sleep(9)
"""


def said(script: str) -> tuple[int, str]:
    """How a main ends that does this, and what it says then."""
    words = f"from corpus.shell import shell\ndef main():\n    {script}\nshell(main)\n"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_fault_of_the_disk_is_told_with_its_place():
    assert said(f"raise OSError({errno.ENOSPC}, 'No space left on device', 'data/gold.parquet')") == (
        1,
        "-c: No space left on device at data/gold.parquet. Mend it and run the same again.\n",
    )


def test_whoever_is_stopped_says_how_to_go_on():
    assert said("raise KeyboardInterrupt") == (130, "-c: stopped. Run the same command again to go on.\n")


def test_ctrl_c_when_all_is_done_but_python_has_not_ended_is_passed_over():
    late = "import atexit, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGINT)"

    assert said(late) == (0, "")


def test_ctrl_c_while_a_step_is_still_loading_ends_it_without_a_word():
    step = [sys.executable, "-c", LOADING]
    told = subprocess.run(step, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (told.returncode, told.stderr) == (-signal.SIGINT, "")


def test_who_reads_no_further_ends_a_step_without_a_traceback():
    assert said("raise BrokenPipeError") == (1, "")


def test_settings_that_are_not_there_are_told(tmp_path):
    path = tmp_path / "gold.toml"

    with pytest.raises(ContractError) as error:
        toml.read(path)

    assert str(error.value) == f"{path} cannot be read: No such file or directory. Put it back, or mend its rights."


def test_a_setting_of_fetch_that_is_of_the_wrong_kind_is_told(tmp_path):
    path = tmp_path / "fetch.toml"
    settings = (ROOT / "corpus/fetch.toml").read_text()
    path.write_text(settings.replace("depth = ", "depth = -"))

    with pytest.raises(ContractError) as error:
        fetch.load(path)

    depth = fetch.load(ROOT / "corpus/fetch.toml").manners.depth
    assert str(error.value) == (
        f"{path}: depth in [manners] is {-depth}, and should be a whole number, 0 or more. "
        "Correct it and run `make fetch` again."
    )


def test_a_workspace_that_another_run_holds_is_left_alone(tmp_path):
    with (tmp_path / partitions.RUNNING).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ContractError) as error:
            partitions.hold(tmp_path)

    assert str(error.value) == (
        f"Another run is at work in {tmp_path}. Wait until it has ended, or work in another folder: DATA=folder."
    )


def test_a_folder_without_recorded_answers_is_told(tmp_path):
    with pytest.raises(ContractError) as error:
        answer.main("demo", tmp_path, tmp_path, tmp_path, ROOT / "labeling/codebook.toml")

    assert str(error.value) == (
        f"There are no recorded answers (annotator.jsonl) in {tmp_path}. "
        "Name another folder: `make answer ANSWERS=folder`."
    )


def test_a_place_that_cannot_hold_a_label_studio_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ContractError) as error:
        prepared(tmp_path / "file" / "studio")

    assert str(error.value) == (
        f"{tmp_path}/file/studio cannot hold a Label Studio: Not a directory. Name another folder."
    )


def test_a_key_that_the_embedded_label_studio_cannot_take_is_told():
    with pytest.raises(ContractError) as error:
        server.administrator({"LABEL_STUDIO_API_KEY": "abc"})

    assert str(error.value) == (
        "LABEL_STUDIO_API_KEY is not 40 hex digits, so the embedded Label Studio cannot take it. "
        "Unset it, and a fresh one is made."
    )


def test_a_patience_that_is_no_number_is_told():
    with pytest.raises(ContractError) as error:
        server.seconds("long")

    assert str(error.value) == "LABEL_STUDIO_PATIENCE is 'long', and no number. Give seconds, e.g. 600."


def test_a_label_studio_that_ends_by_itself_says_its_last_words(tmp_path, monkeypatch):
    log = tmp_path / "server.log"
    log.write_text("out of memory\n")
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        running = Server(process, log, URL, "admin", "password", "0" * 40)
        monkeypatch.setattr(server, "connect", lambda _: Linked())
        with pytest.raises(ContractError) as error:
            server.stay(running)

    assert str(error.value) == (
        f"Label Studio ended by itself; it said last: out of memory (all of it: {log}). Run `make studio` again."
    )


class Linked:
    """A Label Studio of which the link is known."""

    def invite_link(self) -> str:
        return f"{URL}/user/signup/"


@pytest.fixture
def opened(monkeypatch) -> studio.Studio:
    """A Label Studio that has two projects of one title, takes no task, and lets nobody else in."""
    twins = [
        {"id": number, "title": "demo", "label_config": "", "created_at": "", "task_number": 1} for number in (3, 5)
    ]
    told = {
        "/api/current-user/whoami": {"id": 1},
        "/api/projects/": {"results": twins},
        "/api/projects/3/import": {"task_count": 0},
        "/api/invite": {"token": "secret"},
    }

    def answered(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=told.get(request.url.path, {}))

    transport = httpx.MockTransport(answered)
    monkeypatch.setattr(studio, "browser", lambda url, auth=None: httpx.Client(base_url=url, transport=transport))
    return studio.Studio(URL, "0" * 40)


def test_two_projects_of_one_title_are_told(opened):
    with pytest.raises(ContractError) as error:
        opened.find("demo")

    assert str(error.value) == f"{URL} has two projects 'demo', 3 and 5. Delete the one without answers."


def test_tasks_that_were_not_taken_are_told(opened):
    project = studio.Project(opened, {"id": 3, "title": "demo", "label_config": "", "created_at": ""})

    with pytest.raises(ContractError) as error:
        project.add([{"key": "a"}])

    assert str(error.value) == "'demo' took 0 of 1 tasks. Run `make push` again."


def test_an_account_of_another_password_is_told(opened):
    with pytest.raises(ContractError) as error:
        opened.own("annotator-1")

    assert str(error.value) == (
        f"The account of annotator-1 is at {URL} with another password. "
        "Reset the invite link (Organization, Invite People) and run the same command again."
    )


@pytest.mark.parametrize(
    "response",
    [httpx.Response(200, text="<html>Sign in</html>"), httpx.Response(302, headers={"location": "/login"})],
    ids=["a page to sign in", "a redirect to one"],
)
def test_a_gateway_before_label_studio_is_told(monkeypatch, response):
    transport = httpx.MockTransport(lambda _: response)
    monkeypatch.setattr(studio, "browser", lambda url, auth=None: httpx.Client(base_url=url, transport=transport))

    with pytest.raises(ContractError) as error:
        studio.Studio(URL, "0" * 40)

    assert str(error.value) == (
        f"{URL} refused the request (HTTP {response.status_code}: its answer is none of Label Studio's, so something "
        "stands before it, such as a page to sign in)."
    )


def test_a_clock_that_makes_no_sense_is_passed_over(monkeypatch):
    reply = httpx.Response(200, json={"id": 1}, headers={"date": "yesterday"})
    transport = httpx.MockTransport(lambda _: reply)
    monkeypatch.setattr(studio, "browser", lambda url, auth=None: httpx.Client(base_url=url, transport=transport))

    assert studio.Studio(URL, "0" * 40).account == 1


@pytest.mark.parametrize("address", ["junk", "http://127.0.0.1:1", "tcp://127.0.0.1:port"])
def test_an_address_that_no_scheduler_has_is_told(address):
    with pytest.raises(ContractError) as error:
        engine.cluster(address, 1)

    assert str(error.value) == (
        f"DASK_SCHEDULER is {address!r}, which is no address as tcp://host:port. "
        "Correct it, or unset it to work on this machine."
    )


@pytest.mark.parametrize("address", ["http://[here", "https://hub.example:port", "hub.example"])
def test_an_address_that_no_hub_has_is_told(address, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", address)

    with pytest.raises(ContractError) as error:
        hub.endpoint()

    assert str(error.value) == (
        f"HF_ENDPOINT is {address!r}, which is no address as https://host:port. Correct or unset it."
    )


def test_a_token_that_the_hub_cannot_have_given_is_told_without_it(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_ümlaut")

    with pytest.raises(ContractError) as error:
        hub.key()

    assert str(error.value) == "HF_TOKEN holds a character that no token has. Copy the whole of it again."


def test_a_broken_table_is_told_when_an_id_is_traced(tmp_path):
    (tmp_path / "items.parquet").write_text("no table")

    with pytest.raises(ContractError) as error:
        trace.tables(tmp_path)

    assert str(error.value) == f"{tmp_path}/items.parquet is no Parquet file. Delete it and make it again."


def test_a_release_or_a_model_that_is_not_there_is_told_with_what_makes_it(tmp_path):
    told = []
    for read in (lambda: release.manifest(tmp_path), lambda: keeping.load(tmp_path / "stance.skops")):
        with pytest.raises(ContractError) as error:
            read()
        told.append(str(error.value))

    assert told == [
        f"There is no release at {tmp_path}: it has no manifest.json. Run `make edition`, or name another.",
        f"There is no model at {tmp_path}/stance.skops. Run `make baseline` first.",
    ]


def made(*words: str | Path) -> str:
    """What make says when it is asked for something that cannot be, with everything else up to date."""
    command = ["make", "--no-print-directory", "-o", ".venv/ready", *words]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    return done.stderr.splitlines()[0]


def test_make_says_itself_what_it_is_not_told(tmp_path):
    here = f"DATA={tmp_path}"

    assert made(here, f"{tmp_path}/answers.parquet") == (
        f"There are no answers at {tmp_path}/answers.parquet yet. Run `make push`, let the annotators label, "
        "then `make pull`."
    )
    assert made(here, "-o", f"{tmp_path}/baseline.parquet", "predict") == (
        "No new articles are named. Name them: make predict RAW=folder"
    )
    assert made(here, f"DATASET={tmp_path}", "report") == (
        "No question is named. Name it too: make report DATASET=folder QUESTION=its-config"
    )
    assert made(here, "-o", f"{tmp_path}/items.parquet", "contamination") == (
        "No benchmarks are named. Name their folder: make contamination BENCHMARKS=folder"
    )
    assert made(here, "keep") == "There is no baseline yet. Run `make baseline` first."
    assert made(here, "diff") == "No releases are named. Name one or two: make diff A=v1 B=v2 REPO=org/name"
    assert made(here, "rehydrate") == "No release is named. Name one: make rehydrate RELEASE=folder"
    assert "DATA is 'my data', and a workspace's name has no space. Give it another." in made("DATA=my data", "help")
    assert "DATA is empty. Name a folder for the workspace." in made("DATA=", "help")
    assert "RAW is empty. Name the folder of the articles." in made("RAW=", "help")
    assert made("VENV=" + str(tmp_path), "PYTHON3=false", f"{tmp_path}/ready") == (
        "Python 3.11, 3.12 or 3.13 is needed. Name it: make PYTHON3=/path/to/python3.12 ..."
    )


def test_goals_behind_a_verb_are_made_one_by_one_since_it_changes_what_they_are_made_from(tmp_path):
    shown = subprocess.run(
        ["make", "--no-print-directory", "-o", ".venv/ready", f"DATA={tmp_path}", "pull", "diff", "status"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    words = ["make", "-n", f"DATA={tmp_path}", "MORE=9", "pull", "batch"]
    alone = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "diff" not in shown.stdout
    assert [line for line in alone.stdout.splitlines() if line.startswith("make ")] == [
        "make --no-print-directory pull MORE=",
        "make --no-print-directory batch ",
    ]


def test_a_reason_comes_as_it_was_written_whatever_make_and_the_shell_make_of_such_words(tmp_path):
    reason = f"""He said "no" for $100, isn't it $(HOME) `touch {tmp_path}/run`"""
    seen = tmp_path / "python"
    seen.write_text('#!/bin/sh\nprintf "%s" "$4" > "$0.said"\n')
    seen.chmod(0o755)
    words = ["-o", f"{tmp_path}/items.parquet", f"PYTHON={seen}", f"DATA={tmp_path}", "ID=x", f"REASON={reason}"]

    subprocess.run(["make", "-o", ".venv/ready", *words, "withdraw"], cwd=ROOT, capture_output=True, check=True)

    assert (tmp_path / "python.said").read_text() == reason
    assert not (tmp_path / "run").exists()


TABLES = [
    table
    for stage in ("corpus", "labeling", "training")
    for table in vars(__import__(f"{stage}.tables", fromlist=["tables"])).values()
    if isinstance(table, Table)
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_makes_a_table_is_a_target_of_make(table):
    target = table.remedy.strip("`").removeprefix("make ")

    assert f"\n{target}: " in (ROOT / "Makefile").read_text()
