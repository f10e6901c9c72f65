"""The edition holds of each text what its licence lets go out, and strangers' tools find it in order."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import datasets
import pandas as pd
import pytest

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import BOOK, build_dataset, build_edition, settings_of, world
from training import release
from training.profiles import Profiles, load

CARD = (ROOT / "training/card.toml").read_text(encoding="utf-8").replace('annotators = ""', 'annotators = "Three."')
QUOTED = (ROOT / "training/profiles.toml").read_text(encoding="utf-8") + '"may be quoted" = "quote"\n'
TOOLS = ROOT / ".venv/tools/bin"
TEXT = {"full": ["text", "before", "after", "title"], "quote": ["text"], "standoff": []}


def edition(folder, licences):
    """An edition of articles with these licences, in turn."""
    here = world(articles=12)
    told = [licences[at % len(licences)] for at in range(12)]
    here = replace(here, articles=here.articles.assign(license=told))
    return build_edition(here.write(folder), settings_of(folder, card=CARD, profiles=QUOTED))


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        pytest.param(["CC-BY-4.0"], {"stance": ("full", 60)}, id="all may be given"),
        pytest.param([""], {"stance": ("standoff", 60)}, id="none may be given"),
        pytest.param(["may be quoted"], {"stance": ("quote", 60)}, id="all may be quoted"),
        pytest.param(
            ["CC0-1.0", ""], {"stance": ("standoff", 60), "stance_full": ("full", 30)}, id="some may be given"
        ),
        pytest.param(
            ["CC0-1.0", "may be quoted"], {"stance": ("quote", 60), "stance_full": ("full", 30)}, id="some only quoted"
        ),
        pytest.param(
            ["CC0-1.0", "may be quoted", "all rights reserved"],
            {"stance": ("standoff", 60), "stance_quote": ("quote", 40), "stance_full": ("full", 20)},
            id="all three",
        ),
    ],
)
def test_a_config_holds_all_rows_in_the_most_careful_way_and_more_of_those_that_allow_it(tmp_path, licences, expected):
    folder = edition(tmp_path, licences)

    found = {name: rows for name, rows in release.configs(folder).items() if name.startswith("stance")}

    profiles = release.manifest(folder)["profiles"]
    assert {name: (profiles[name], len(rows)) for name, rows in found.items()} == expected
    for name, rows in found.items():
        assert release.hidden(rows.columns) == TEXT[profiles[name]]
    assert next(iter(release.manifest(folder)["configs"])) == "stance"


def test_what_may_not_go_out_is_in_no_byte_of_the_folder(tmp_path):
    folder = edition(tmp_path, ["all rights reserved"])

    text = str(world(articles=12).items["text"][0]).encode()
    assert [path for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()] == []


def test_two_editions_of_the_same_are_the_same_bytes(tmp_path):
    one, two = (edition(tmp_path / name, ["CC0-1.0", ""]) for name in ("one", "two"))

    files = [
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (one, two)
    ]
    assert files[0] == files[1]


def test_the_licence_says_whose_text_is_under_which(tmp_path):
    mixed, none = (edition(tmp_path / name, told) for name, told in (("mixed", ["CC0-1.0", ""]), ("none", [""])))

    assert (mixed / "LICENSE").read_text(encoding="utf-8") == (
        "Sanction stance\n\n"
        "The labels, annotations, soft labels, splits, guidelines and documentation of this dataset are licensed "
        "under\n\n"
        "    CC-BY-4.0\n    https://creativecommons.org/licenses/by/4.0/legalcode\n\n"
        "The text of the articles is not ours to license. Each row's column `license` names the licence that its "
        "source states:\n\n    not stated: 6 articles\n    CC0-1.0: 6 articles\n\n"
        "A label is an annotator's reading of a sentence. It is not a finding of fact about anybody.\n"
    )
    assert "This dataset holds no text of the articles." in (none / "LICENSE").read_text(encoding="utf-8")


def test_settings_and_codebook_go_out_with_what_made_them(tmp_path):
    folder = edition(tmp_path, ["CC0-1.0"])

    told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))

    assert (folder / "settings/codebook.toml").read_bytes() == (ROOT / "labeling/codebook.toml").read_bytes()
    assert told["settings_sha256"]["settings/codebook.toml"] == release.sha256(folder / "settings/codebook.toml")
    assert told["tables"]["articles"]["rows"] == 12
    assert str(ROOT) not in json.dumps(told)


def test_an_edition_that_is_refused_leaves_the_one_before_it(tmp_path):
    folder = edition(tmp_path, ["CC0-1.0"])
    before = (folder / "manifest.json").read_bytes()

    with pytest.raises(ContractError):
        build_edition(tmp_path, settings_of(tmp_path, card=CARD.replace('"Three."', '""')))

    assert (folder / "manifest.json").read_bytes() == before


def test_a_licence_takes_the_profile_of_the_longest_entry_that_fits(tmp_path):
    known = load(ROOT / "training/profiles.toml")

    assert [known.of(name) for name in ("CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "", "Public Domain (US)")] == [
        "full", "standoff", "standoff", "standoff", "full",
    ]  # fmt: skip
    assert Profiles("full", {"cc-*": "quote", "cc-by-nd*": "standoff"}).of("cc-by-nd-4.0") == "standoff"
    (tmp_path / "profiles.toml").write_text('default = "all"\n[licences]\n')
    with pytest.raises(ContractError) as error:
        load(tmp_path / "profiles.toml")
    assert str(error.value) == (
        f"{tmp_path}/profiles.toml: default is 'all'; it is one of standoff, quote, full. Correct it."
    )


@pytest.mark.parametrize(
    "config", ["stance", "stance_full", "sanction_violation", "sanction_violation_full", "annotations"]
)
def test_every_config_loads(tmp_path, config):
    folder = edition(tmp_path, ["CC0-1.0", ""])

    loaded = datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path / "cache"))

    assert sum(part.num_rows for part in loaded.values()) == len(release.configs(folder)[config])


def run(*words, folder, **env):
    """Run a stranger's tool in the folder."""
    said = subprocess.run(words, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    return said.returncode, said.stderr + said.stdout


def test_the_datasets_command_finds_it_in_order(tmp_path):
    folder = edition(tmp_path, ["CC0-1.0", ""])
    words = [str(Path(sys.executable).with_name("datasets-cli")), "test", ".", "--all_configs"]

    code, said = run(*words, folder=folder, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "home"))

    assert (code, said.count("Test successful.")) == (0, 1), said


def test_the_citation_is_valid(tmp_path):
    code, said = run(str(TOOLS / "cffconvert"), "--validate", folder=edition(tmp_path, [""]))

    assert (code, said) == (0, "Citation metadata are valid according to schema version 1.2.0.\n")


def test_croissant_describes_the_folder_and_reads_its_rows(tmp_path):
    folder = edition(tmp_path, ["CC0-1.0", ""])
    rows = (
        "import mlcroissant\n"
        "told = mlcroissant.Dataset('croissant.json')\n"
        "print(len(list(told.records('stance/train'))), sorted(one.name for one in told.metadata.record_sets))\n"
    )

    code, said = run(str(TOOLS / "mlcroissant"), "validate", "--jsonld", "croissant.json", folder=folder)
    read, counted = run(str(TOOLS / "python"), "-c", rows, folder=folder)

    assert (code, "Found the following 1 error" in said) == (0, False), said
    assert read == 0, counted
    configs = release.configs(folder)
    train = int((configs["stance"]["split"] == "train").sum())
    names = sorted(f"{name}/{split}" for name, some in configs.items() for split in some["split"].unique())
    assert counted.splitlines()[-1] == f"{train} {names}"


def test_further_suites_of_splits_go_out_as_a_config_of_their_own(tmp_path):
    here = world(articles=8)
    folder = build_dataset(here.write(tmp_path))

    outgoing = release.going(folder, BOOK, load(ROOT / "training/profiles.toml"), here.splits)
    files = dict(release.cut("splits", outgoing["splits"][1], release.of_config("splits", BOOK)))

    rows = pd.DataFrame([row for table in files.values() for row in table.to_pylist()])
    assert list(outgoing) == ["stance", "sanction_violation", "annotations", "splits"]
    columns = ["item_id", "suite", "fold", "reason"]
    published = here.splits.rename(columns={"split": "place"})[[*columns, "place"]]
    assert sorted(map(tuple, rows[[*columns, "place"]].values)) == sorted(map(tuple, published.values))
