"""A real Label Studio: started and stopped for certain, reached through its door, filled, answered and read."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from corpus.errors import ContractError
from labeling import studio
from labeling.ports import free_port
from labeling.server import Server, serve, surroundings, wait
from tests.house import ROOT
from tests.workspace import door

SERVING = [sys.executable, "-m", "labeling.server"]
real = pytest.mark.studio


def refused(url: str, key: str) -> str:
    """What is said when the door stays shut."""
    with pytest.raises(ContractError) as error:
        door(url, key)
    return str(error.value)


def ends(folder: Path) -> bool:
    """Whether the folder is free of servers within ten seconds: the lock lasts as long as a server's process."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            with serve(folder, patience=0):
                pass
        except ContractError as error:
            if "running on" not in str(error):
                return True
        time.sleep(0.1)
    return False


def ready(process: subprocess.Popen[str]) -> str:
    """What a command that a server was started for says first."""
    assert process.stdout
    return process.stdout.readline().strip()


@real
def test_a_server_listens_on_one_loopback_address_only(studio_server):
    port = int(studio_server.url.rsplit(":")[-1])

    with socket.socket() as loopback, socket.socket() as elsewhere:
        assert loopback.connect_ex(("127.0.0.1", port)) == 0
        assert elsewhere.connect_ex(("127.0.0.2", port)) != 0  # a server on all interfaces would answer here


@real
def test_the_second_start_takes_a_new_key_and_password_and_forgets_the_old_ones(first_start, studio_server):
    _, old_key, old_password = first_start

    assert door(studio_server.url, studio_server.api_key).account == 1
    assert refused(studio_server.url, old_key) == (
        f"{studio_server.url} does not accept LABEL_STUDIO_API_KEY, a legacy token (40 hex digits). Export the one "
        "`make studio` printed; a Label Studio of your own may have legacy tokens switched off: then export a "
        "personal token (Account & Settings, Personal Access Token)."
    )
    for password, let_in in ((studio_server.password, True), (old_password, False)):
        with studio.browser(studio_server.url) as client:
            login = {"email": studio_server.username, "password": password}
            assert studio.submitted(client, "/user/login/", login) is let_in


@real
def test_what_a_server_keeps_is_readable_by_its_owner_only(studio_server):
    folder = studio_server.log.parent

    assert oct((folder / "label_studio.sqlite3").stat().st_mode)[-3:] == "600"
    assert studio_server.api_key not in studio_server.log.read_text()
    assert studio_server.password not in studio_server.log.read_text()


@real
def test_an_invitation_stands_in_no_log(studio_server):
    opened = door(studio_server.url, studio_server.api_key)

    httpx.post(f"{studio_server.url}/user/signup/?token=wrong", trust_env=False)
    opened.own("annotator-0")

    assert opened.invite_link() == f"{studio_server.url}/user/signup/?token={opened.invitation()}"
    assert opened.invitation() not in studio_server.log.read_text()


@real
def test_the_server_finds_no_way_out(studio_server):
    tips = httpx.get(f"{studio_server.url}/heidi-tips/", trust_env=False)

    assert (tips.status_code, tips.text) == (404, "{}")


def test_the_server_inherits_nothing_that_could_lead_it_elsewhere(monkeypatch, tmp_path):
    for name in ("DJANGO_DB", "POSTGRE_HOST", "HOST", "DEBUG", "LABEL_STUDIO_DATABASE_NAME", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "elsewhere")

    found = surroundings(tmp_path, ("admin@sanction-stance.example", "password", "key"), dict(os.environ))

    assert {name for name, value in found.items() if value == "elsewhere"} == set()
    assert [found[name] for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")] == ["http://127.0.0.1:9"] * 3
    assert (found["HOME"], found["DJANGO_DB"], found["DEBUG"]) == (str(tmp_path / "home"), "sqlite", "false")


def test_the_server_is_led_to_a_postgresql_only_by_label_studios_own_word_for_it(tmp_path):
    environ = {"DJANGO_DB": "default", "POSTGRE_HOST": "db.example", "POSTGRE_PASSWORD": "open sesame", "HOST": "other"}

    found = surroundings(tmp_path, ("admin@sanction-stance.example", "password", "key"), environ)

    assert {name: found[name] for name in environ if name in found} == {
        "DJANGO_DB": "default",
        "POSTGRE_HOST": "db.example",
        "POSTGRE_PASSWORD": "open sesame",
    }


@real
def test_a_second_server_on_the_same_folder_is_refused(studio_server):
    folder = studio_server.log.parent

    with pytest.raises(ContractError) as error, serve(folder):
        pass

    assert str(error.value) == f"A Label Studio is running on {folder} already. Stop it first, with Ctrl-C."


@real
def test_a_port_that_somebody_else_has_is_refused(studio_server, studio_folder):
    port = int(studio_server.url.rsplit(":")[-1])

    with pytest.raises(ContractError) as error, serve(studio_folder, port):
        pass

    assert str(error.value) == f"Port {port} is taken. Name another, e.g. {port + 1}, or none to get a free one."


def test_a_taken_port_is_passed_over_where_any_will_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert free_port(port) > port


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param(
            "pass",
            "Label Studio ended before it was up; it said last: migrating | key … refused, password … too "
            "(all of it: {}). Mend that, and run the same again.",
            id="it ended",
        ),
        pytest.param(
            "input()",
            "Label Studio was not up after 0.5 s; it said last: migrating | key … refused, password … too "
            "(all of it: {}). On a slow machine give it longer: LABEL_STUDIO_PATIENCE=600.",
            id="it took too long",
        ),
    ],
)
def test_a_server_that_does_not_come_up_is_told_with_its_last_words_and_no_secret(tmp_path, code, message):
    log = tmp_path / "server.log"
    log.write_text("migrating\nkey 0123abcd refused, password opensesame too\n")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        server = Server(process, log, "http://127.0.0.1:9", "admin", "opensesame", "0123abcd")

        with pytest.raises(ContractError) as error:
            wait(server, patience=0.5)

    assert str(error.value) == message.format(log)


@real
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda ending: ending.name)
def test_no_server_outlives_who_started_it(studio_folder, ending):
    command = [sys.executable, "-c", "import os; print(os.environ['LABEL_STUDIO_URL'], flush=True); input()"]
    with subprocess.Popen(
        [*SERVING, studio_folder, "--", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        url = ready(process)
        assert studio.healthy(url)

        process.send_signal(ending)
        assert ends(studio_folder)
        assert not studio.healthy(url)


@real
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT], ids=lambda ending: ending.name)
def test_no_server_outlives_a_start_that_was_broken_off(studio_folder, ending):
    log = studio_folder / "server.log"
    log.unlink()
    with subprocess.Popen([*SERVING, studio_folder, "--", "true"], stderr=subprocess.PIPE, cwd=ROOT) as process:
        while not (log.exists() and log.read_text()):
            time.sleep(0.05)

        process.send_signal(ending)
        assert ends(studio_folder)


@real
def test_a_command_gets_the_servers_address_and_key_and_its_exit_code_is_kept(studio_folder):
    command = "import os, sys; from labeling.studio import connect; sys.exit(6 + connect(os.environ).account)"

    ended = subprocess.run([*SERVING, studio_folder, "--", sys.executable, "-c", command], cwd=ROOT, check=False)

    assert ended.returncode == 7


@real
def test_people_are_told_how_to_get_in(studio_folder):
    given = {**os.environ, "LABEL_STUDIO_API_KEY": "ab" * 20, "LABEL_STUDIO_PASSWORD": "correct horse"}
    with subprocess.Popen(
        [*SERVING, studio_folder, str(free_port())], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=given
    ) as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(10)]
        process.send_signal(signal.SIGINT)
        told += process.stdout.readlines()

    url = told[0].split()[-1]
    assert re.sub(r"token=\w+", "token=…", "".join(told)) == (
        f"Label Studio runs at {url}\n"
        "  administrator:   admin@sanction-stance.example   password: correct horse\n"
        f"  for annotators:  {url}/user/signup/?token=…\n\n"
        "In a second terminal, before `make push` and `make pull`:\n\n"
        f"  export LABEL_STUDIO_URL={url}\n"
        f"  export LABEL_STUDIO_API_KEY={'ab' * 20}\n\n"
        "Ctrl-C stops it. Everything is kept, and is there at the next start.\n"
        "Label Studio stopped.\n"
    )
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["port"], "it takes FOLDER [PORT] [-- COMMAND...]. See how the Makefile calls it.", id="no port"),
        pytest.param(["--"], "it takes FOLDER [PORT] [-- COMMAND...]. See how the Makefile calls it.", id="no command"),
    ],
)
def test_words_that_make_no_sense_are_refused_before_anything_starts(tmp_path, words, message):
    ended = subprocess.run(
        [*SERVING, tmp_path / "studio", *words], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert (ended.returncode, ended.stderr) == (1, f"server: {message}\n")
    assert not (tmp_path / "studio").exists()


@real
@pytest.mark.parametrize(
    ("key", "said"),
    [
        pytest.param(
            "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln",
            "a personal token (three parts between dots). It is revoked, expired, or of another Label Studio: "
            "make a new one (Account & Settings, Personal Access Token) and export it.",
            id="a personal token that expired",
        ),
        pytest.param(
            "0123",
            "which is neither a legacy token (40 hex digits) nor a personal token (three parts between dots). "
            "Copy the whole of it again.",
            id="half a token",
        ),
    ],
)
def test_a_key_that_is_refused_is_told_by_its_kind_and_never_shown(studio_server, key, said):
    assert refused(studio_server.url, key) == f"{studio_server.url} does not accept LABEL_STUDIO_API_KEY, {said}"


@pytest.mark.parametrize(
    ("url", "key", "message"),
    [
        pytest.param(
            "",
            "0" * 40,
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not both set. Run `make studio` in another terminal and "
            "copy the two export lines it prints, or export those of your own Label Studio.",
            id="no address",
        ),
        pytest.param(
            "localhost:8080",
            "0" * 40,
            "LABEL_STUDIO_URL is 'localhost:8080', which is no address as http://host:port. Correct it.",
            id="half an address",
        ),
        pytest.param(
            "http://127.0.0.1:9",
            "two words",
            "LABEL_STUDIO_API_KEY holds a character that no key has. Copy the whole of it again.",
            id="something else",
        ),
        pytest.param(
            "http://127.0.0.1:9",
            "0" * 40,
            "Nobody answers at http://127.0.0.1:9. Start Label Studio with `make studio`, or correct LABEL_STUDIO_URL.",
            id="a closed port",
        ),
    ],
)
def test_an_address_without_a_label_studio_is_refused(url, key, message):
    assert refused(url, key) == message


def test_white_space_around_address_and_key_does_no_harm():
    found = studio.named({"LABEL_STUDIO_URL": " http://127.0.0.1:9/ ", "LABEL_STUDIO_API_KEY": "0123\n"})

    assert found == ("http://127.0.0.1:9", "0123")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(
            '{"release": "1.12.1"}',
            "http://studio.example is Label Studio 1.12; 1.23 or newer is needed. Upgrade it.",
            id="an old one",
        ),
        pytest.param(
            "<html>", "http://studio.example answers, but is no Label Studio. Correct LABEL_STUDIO_URL.", id="another"
        ),
    ],
)
def test_what_is_no_label_studio_of_today_is_refused(monkeypatch, answer, message):
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=answer))
    monkeypatch.setattr(studio, "browser", lambda url: httpx.Client(base_url=url, transport=transport))

    assert refused("http://studio.example", "0" * 40) == message


@real
def test_without_legacy_tokens_an_annotators_account_gets_a_personal_one(studio_folder):
    with serve(studio_folder) as server:
        opened = door(server.url, server.api_key)
        with studio.browser(server.url) as client:
            studio.submitted(client, "/user/login/", {"email": server.username, "password": server.password})
            personal = client.post("/api/token/").json()["token"]
            client.post("/api/jwt/settings", json={"api_tokens_enabled": True, "legacy_api_tokens_enabled": False})

        assert opened.account == 1
        modern = door(server.url, personal)
        assert modern.own("annotator-1").account == modern.own("annotator-1").account != 1
