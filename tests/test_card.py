"""The card says what is in the release, and what it may not be used for."""

import pytest
import yaml

from corpus.errors import ContractError
from tests.world import BOOK, build_card, build_dataset, world
from training.card import license_of, load, span


def head(card):
    """The card's YAML head."""
    return yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])


def test_the_head_names_every_file_of_the_folder_and_no_other(tmp_path):
    folder = build_dataset(world().write(tmp_path))

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
    assert "| The Daily \\| Wire | CC-BY-4.0 | 1 | 2024 |" in card


@pytest.mark.parametrize(
    ("stated", "license_name"),
    [
        pytest.param(["CC-BY-4.0", "CC-BY-4.0"], "cc-by-4.0", id="one that the Hub knows"),
        pytest.param(["CC-BY-4.0", "MIT"], "other", id="two"),
        pytest.param(["all rights reserved"], "other", id="one that the Hub does not know"),
        pytest.param(["", "MIT"], "other", id="some not stated"),
        pytest.param(["", ""], "unknown", id="none stated"),
    ],
)
def test_the_licence_is_one_the_hub_knows_or_other(stated, license_name):
    articles = world(articles=len(stated)).articles.assign(license=stated)

    assert license_of(articles) == license_name


def test_years_are_a_span():
    assert [span([]), span(["2024"]), span(["2019", "2024"])] == ["unknown", "2024", "2019 to 2024"]


def test_settings_without_a_contact_are_refused(tmp_path):
    settings = tmp_path / "card.toml"
    settings.write_text('name = "Sanction stance"\n')

    with pytest.raises(ContractError) as error:
        load(settings)

    assert str(error.value) == (
        f"{settings} must give a name and a contact and nothing else: "
        "Settings.__init__() missing 1 required positional argument: 'contact'. Correct it."
    )
