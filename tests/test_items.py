"""Sentences meet targets and become the questions to be asked."""

import pandas as pd
import pytest

from corpus import targets
from corpus.errors import ContractError
from corpus.items import items
from tests.house import ROOT

ASKED = targets.load(ROOT / "corpus/targets.toml")


def sentences(*texts: str, left_out: str = "") -> pd.DataFrame:
    """Sentences of one article, one after the other."""
    return pd.DataFrame(
        {
            "sentence_id": [f"a.{at}" for at, _ in enumerate(texts)],
            "article_id": "a",
            "text": texts,
            "before": "",
            "after": "",
            "left_out": left_out,
        }
    )


ARTICLE = pd.DataFrame(
    {"article_id": ["a"], "title": ["Talks"], "outlet": ["Herald"], "published": ["2024-01-02"], "demonstration": False}
)


def test_a_sentence_is_paired_with_every_target_it_names():
    told = sentences("Moscow and Pyongyang said the sanctions on both must go.")

    found = items(told, ARTICLE, ASKED)

    assert found[["item_id", "target"]].values.tolist() == [
        ["a.0@sanctions-russia", "sanctions-russia"],
        ["a.0@sanctions-dprk", "sanctions-dprk"],
        ["a.0@dprk-russia-arms", "dprk-russia-arms"],
    ]


def test_a_sentence_on_topic_without_a_target_is_asked_about_violation_alone():
    told = sentences("The tanker had evaded the embargo for a year.", "The minister had lunch.")

    found = items(told, ARTICLE, ASKED)

    assert found[["item_id", "target", "proposition", "text"]].values.tolist() == [
        ["a.0@topic", "", "", "The tanker had evaded the embargo for a year."]
    ]


def test_a_sentence_that_was_left_out_is_not_asked_about():
    told = sentences("Russia faces sanctions.", left_out="boilerplate")

    found = items(told, ARTICLE, ASKED)

    assert found["item_id"].tolist() == []


def test_an_item_shows_the_articles_headline_outlet_and_day():
    found = items(sentences("Kyiv asked for more ammunition."), ARTICLE, ASKED)

    assert found[["target", "title", "outlet", "published"]].values.tolist() == [
        ["aid-ukraine", "Talks", "Herald", "2024-01-02"]
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("The price cap on Russian oil holds.", ["sanctions-russia"], id="a measure and a country"),
        pytest.param("Russian oil is cheap.", [], id="a country without a measure"),
        pytest.param("Tehran wants the asset freezes lifted.", ["sanctions-iran"], id="a capital, a plural"),
        pytest.param("Iranians fear export-control rules.", ["sanctions-iran"], id="a hyphen for a space"),
        pytest.param("The prussian embargo of 1806 failed.", [], id="a country inside another word"),
        pytest.param("U.S. and Kyiv agreed on air defence.", ["aid-ukraine"], id="another spelling"),
        pytest.param(
            "Kiev got new tanks.",
            ["aid-ukraine"],
            id="an old spelling",
            marks=pytest.mark.xfail(strict=True, reason="the cues know Kyiv only"),
        ),
        pytest.param(
            "It must face more of these measures, Moscow was told.",
            ["sanctions-russia"],
            id="a measure by a pronoun",
            marks=pytest.mark.xfail(strict=True, reason="cues look at the sentence alone"),
        ),
    ],
)
def test_a_target_is_named_by_one_cue_of_each_of_its_lists(text, named):
    assert [target.id for target in ASKED.targets if target.named_in(text)] == named


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            "cues = ",
            "is no TOML: Invalid value (at end of document). Correct it and run the same command again.",
            id="broken TOML",
        ),
        pytest.param(
            'topic = ["oil"]\n[cues]\n[target]\n',
            "names 'oil', which it does not hold. Add it and run `make items`.",
            id="a list that is not there",
        ),
        pytest.param(
            'topic = []\n[cues]\noil = ["*"]\n[target]\n',
            ": the cue list 'oil' is empty or holds an empty cue. Correct it and run `make items`.",
            id="a cue that matches everything",
        ),
        pytest.param(
            'topic = []\n[cues]\n[target.topic]\nproposition = "x"\nall_of = []\n',
            ": the target id 'topic' is taken by items without a target. Correct it and run `make items`.",
            id="a name that is taken",
        ),
    ],
)
def test_a_mistake_in_targets_toml_is_told_in_one_line(tmp_path, source, message):
    path = tmp_path / "targets.toml"
    path.write_text(source)

    with pytest.raises(ContractError) as error:
        targets.load(path)

    assert str(error.value) == f"{path}{'' if message[0] == ':' else ' '}{message}"
