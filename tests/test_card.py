"""The card says what is in the release, and what it may not be used for."""

from dataclasses import replace

import pytest
import yaml
from huggingface_hub import DatasetCard, DatasetCardData

from corpus.errors import ContractError
from tests.house import ROOT
from tests.world import BOOK, build_card, build_edition, settings_of, world
from training.card import load, span

SAID = (ROOT / "training/card.toml").read_text(encoding="utf-8")
BY_SOURCE = {"license": "other", "license_name": "by-source", "license_link": "LICENSE"}


def head(card):
    """The card's YAML head."""
    return yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])


def test_the_head_names_every_file_of_the_folder_and_no_other(tmp_path):
    folder = build_edition(world(demonstration=True).write(tmp_path))

    configs = head(folder / "README.md")["configs"]

    named = {
        path.relative_to(folder) for one in configs for file in one["data_files"] for path in folder.glob(file["path"])
    }
    assert named == {path.relative_to(folder) for path in folder.rglob("*.parquet")}
    assert all(list(folder.glob(file["path"])) for one in configs for file in one["data_files"])
    assert [(one["config_name"], one.get("default", False)) for one in configs] == [
        ("stance", True),
        ("sanction_violation", False),
        ("annotations", False),
        ("splits", False),
    ]


def test_the_head_says_what_the_hub_asks(tmp_path):
    found = head(build_card(world().write(tmp_path)))

    assert {key: value for key, value in found.items() if key != "configs"} == {
        "pretty_name": "Sanction stance",
        "language": ["en"],
        "license": "cc-by-4.0",
        "task_categories": ["text-classification"],
        "task_ids": ["multi-class-classification"],
        "tags": ["stance-detection", "sanctions", "news"],
        "size_categories": ["n<1K"],
    }


def test_a_dataset_without_rows_has_no_card(tmp_path):
    here = world(articles=2)
    folder = replace(here, annotations=here.annotations[:0]).write(tmp_path)

    with pytest.raises(ContractError) as error:
        build_card(folder)

    assert str(error.value) == (
        f"The dataset at {folder}/dataset has no rows yet, so there is nothing to describe. "
        "Let the annotators label, then run `make pull`."
    )


def test_a_demonstration_says_so_before_anything_else(tmp_path):
    card = build_card(world(demonstration=True).write(tmp_path))

    body = card.read_text(encoding="utf-8").split("---\n")[2]
    assert body.startswith("\n# DEMONSTRATION: Sanction stance\n\n> **This is a demonstration, not data.** ")
    assert head(card)["pretty_name"] == "DEMONSTRATION: Sanction stance"
    assert head(card)["tags"][0] == "DEMONSTRATION"


def test_a_card_of_real_articles_does_not_speak_of_a_demonstration(tmp_path):
    card = build_card(world().write(tmp_path)).read_text(encoding="utf-8")

    body = card.replace("written for the demonstration; no real news", "")  # the meaning of a column
    assert "demonstration" not in body.replace("`demonstration`", "").lower()


def test_every_label_stands_in_the_card_with_its_meaning_and_every_outcome_with_its_count(tmp_path):
    here = world(articles=1)
    first = here.items["item_id"][0]
    tie = {f"{first}/annotator-1": {"stance": "none"}, f"{first}/annotator-2": {"stance": "against"}}

    card = build_card(here.saying(tie).write(tmp_path)).read_text(encoding="utf-8")

    for question in BOOK.questions.values():
        for label in question.labels:
            assert f"| `{label}` |" in card
    assert BOOK.rule in card
    assert "| `stance` | published | 4 |\n| `stance` | tied | 1 |\n| `sanction_violation` | published | 5 |\n" in card
    assert "| The Daily \\| Wire | CC-BY-4.0 | full | 1 | 2024 |" in card


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        pytest.param(["CC-BY-4.0", "CC-BY-4.0"], {"license": "cc-by-4.0"}, id="text under the labels' licence"),
        pytest.param(["CC-BY-4.0", "CC0-1.0"], BY_SOURCE, id="text under another too"),
        pytest.param(["CC-BY-4.0", ""], BY_SOURCE, id="some text stays at home"),
        pytest.param(["all rights reserved", ""], {"license": "cc-by-4.0"}, id="all text stays at home"),
    ],
)
def test_the_licence_is_that_of_the_labels_or_told_by_source(tmp_path, stated, told):
    here = world(articles=len(stated))
    mixed = "CC0-1.0" if "" in stated and "CC-BY-4.0" in stated else ""
    articles = here.articles.assign(license=[mixed if one == "CC-BY-4.0" and mixed else one for one in stated])

    found = head(build_card(replace(here, articles=articles).write(tmp_path)))

    assert {key: value for key, value in found.items() if key.startswith("license")} == told


def test_years_are_a_span():
    assert [span([]), span(["2024"]), span(["2019", "2024"])] == ["unknown", "2024", "2019 to 2024"]


def test_settings_without_a_contact_are_refused(tmp_path):
    settings = tmp_path / "card.toml"
    settings.write_text("".join(line for line in SAID.splitlines(keepends=True) if not line.startswith("contact")))

    with pytest.raises(ContractError) as error:
        load(settings)

    assert str(error.value) == f"{settings}:1: the file lacks contact. Add it."


def test_a_licence_without_a_text_to_link_to_is_refused(tmp_path):
    settings = tmp_path / "card.toml"
    settings.write_text(SAID.replace("CC-BY-4.0", "mine"))

    with pytest.raises(ContractError) as error:
        load(settings)

    assert str(error.value) == (
        f"{settings}: license is 'mine'; it is one of CC0-1.0, CC-BY-4.0, CC-BY-SA-4.0, ODC-By-1.0, PDDL-1.0. "
        "Correct it."
    )


def test_a_setting_left_empty_is_marked_for_the_gate_to_refuse(tmp_path):
    card = build_card(world(articles=1).write(tmp_path), settings_of(tmp_path, card=SAID)).read_text(encoding="utf-8")

    assert "\nTO BE FILLED IN: `annotators` in card.toml\n" in card


def test_the_head_is_what_the_hubs_own_classes_read(tmp_path):
    card = build_card(world().write(tmp_path))

    told = DatasetCard.load(card).data

    assert isinstance(told, DatasetCardData)
    assert told.to_dict() == head(card)


def test_what_was_withdrawn_is_listed(tmp_path):
    here = world(articles=2)
    (article, _) = here.articles["article_id"]
    stone = f'[[withdrawn]]\nid = "{article}"\nday = "2026-01-02"\nreason = "the outlet asked | for it"\n'

    card = build_card(here.write(tmp_path), settings_of(tmp_path, withdrawn=stone)).read_text(encoding="utf-8")

    assert f"| `{article}` | 2026-01-02 | the outlet asked \\| for it |\n" in card
    assert "| `stance` | withdrawn | 5 |\n" in card
