"""One real Label Studio for all tests that are marked `studio`, and one workspace for all that only read it."""

import shutil
import signal
from pathlib import Path

import pytest

from labeling.server import serve
from tests.workspace import Workspace
from tests.world import build_report, world

# A shell that starts us in the background has us ignore Ctrl-C, and whoever we start would ignore it too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def first_start(tmp_path_factory):
    """What a first start leaves: its folder, with the database made, and the key and password of that start."""
    folder = tmp_path_factory.mktemp("studio") / "first"
    with serve(folder) as server:
        return folder, server.api_key, server.password


@pytest.fixture
def studio_folder(first_start, tmp_path) -> Path:
    """A folder of a Label Studio that was started before, for one test alone."""
    return Path(shutil.copytree(first_start[0], tmp_path / "studio"))


@pytest.fixture(scope="session")
def studio_server(first_start, tmp_path_factory):
    """A running Label Studio, in its second start."""
    folder = shutil.copytree(first_start[0], tmp_path_factory.mktemp("studio") / "second")
    with serve(folder) as server:
        yield server


@pytest.fixture
def workspace(tmp_path, studio_server, monkeypatch) -> Workspace:
    """An empty workspace whose verbs talk to the running Label Studio."""
    monkeypatch.setenv("LABEL_STUDIO_URL", studio_server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio_server.api_key)
    return Workspace(tmp_path)


@pytest.fixture(scope="session")
def reported(tmp_path_factory) -> Path:
    """The workspace of a demonstration with everything up to its report; to be read and not changed."""
    folder: Path = world(demonstration=True).write(tmp_path_factory.mktemp("reported"))
    build_report(folder)
    return folder
