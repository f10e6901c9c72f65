"""Sentences meet targets and become the questions to be asked."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import audit, targets
from corpus.errors import ContractError
from corpus.items import items, main, sieved
from corpus.tables import ARTICLES, AUDIT, COVERAGE, ITEMS, SENTENCES, Table
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


DRAW = '[audit]\ndrawn = 1\nasked = 0\nsalt = "s"\n'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            "cues = ",
            " is no TOML: Invalid value (at end of document). Correct it and run the same command again.",
            id="broken TOML",
        ),
        pytest.param(
            'topic = ["oil"]\n[cues]\ngas = ["gas"]\n[target]\n',
            ":1: topic (number 1) is 'oil', which is no cue list. Make it one of gas.",
            id="a list that is not there",
        ),
        pytest.param(
            'topic = []\n[cues]\noil = ["*"]\n[target]\n',
            ":3: cues.oil is empty or holds an empty cue. Add one, or take it out.",
            id="a cue that matches everything",
        ),
        pytest.param(
            'topic = []\n[cues]\n[target.topic]\nproposition = "x"\nall_of = []\n',
            ":3: target.topic is the id of items without a target. Take another.",
            id="a name that is taken",
        ),
        pytest.param(
            'topic = []\n[cues]\n[target."night ferry"]\nproposition = "x"\nall_of = []\n',
            ":3: target.night ferry is no id. Make it of small letters, digits and hyphens.",
            id="a name that no id may end in",
        ),
        pytest.param(
            'topic = []\n[cues]\n[target.oil]\nproposition = "x"\nall_of = []\n',
            ":5: target.oil.all_of is empty. Name a cue list.",
            id="a target that every sentence would name",
        ),
    ],
)
def test_a_mistake_in_targets_toml_is_told_in_one_line(tmp_path, source, message):
    path = tmp_path / "targets.toml"
    path.write_text(f"{source}{DRAW}" if "target" in source else source)

    with pytest.raises(ContractError) as error:
        targets.load(path)

    assert str(error.value) == f"{path}{message}"


SALT = targets.Audit(drawn=2, asked=1, salt="audit-1")


def workspace(folder: Path, *parts: tuple[str, ...]) -> Path:
    """Articles and sentences in as many parts, a sentence each; in the second part the last is left out."""
    for name, table in (("articles", ARTICLES), ("sentences", SENTENCES)):
        for number, texts in enumerate(parts):
            rows = [row(table, f"{number:09}{at}", text) for at, text in enumerate(texts)]
            if name == "sentences" and number == 1:
                rows[-1]["left_out"] = "boilerplate"
            table.save(table.arrow(table.frame(rows)), folder / f"{name}.parquet" / f"part-{number:05}.parquet")
    return folder


def row(table: Table, name: str, text: str) -> dict[str, object]:
    """One row of ARTICLES or SENTENCES, with nothing in it but its name and its words."""
    blank: dict[str, object] = {
        column: False if pa.types.is_boolean(kind) else 0 if pa.types.is_integer(kind) else ""
        for column, (kind, _) in table.columns.items()
    }
    known = {"article_id": name, "sentence_id": f"{name}.000000", "text": text}
    return blank | {column: value for column, value in known.items() if column in blank}


def run(folder: Path, target_file: Path = ROOT / "corpus/targets.toml") -> None:
    """Run the step on a workspace."""
    made = [folder / f"{name}.parquet" for name in ("sentences", "articles", "items", "coverage", "audit")]
    main(made[0], made[1], target_file, *made[2:])


def test_the_step_pairs_part_by_part_counts_what_cues_reach_and_asks_nothing_of_what_is_left_out(tmp_path, capsys):
    workspace(
        tmp_path,
        ("Russia faces sanctions.", "The minister had lunch."),
        ("Iran faces sanctions.", "Iran faces an embargo."),
    )

    run(tmp_path)

    assert ITEMS.read(tmp_path / "items.parquet")[["text", "target", "drawn"]].values.tolist() == [
        ["Russia faces sanctions.", "sanctions-russia", "cues"],
        ["Iran faces sanctions.", "sanctions-iran", "cues"],
    ]
    coverage = COVERAGE.read(tmp_path / "coverage.parquet").set_index("target")
    assert coverage.loc[["sanctions-russia", "aid-ukraine"], ["sentences", "matched"]].values.tolist() == [
        [3, 1],
        [3, 0],
    ]
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"items: 2 rows -> {tmp_path}/items.parquet (of 2 sentences; 1 sentences name no target and are off topic)"
    )


def test_the_draw_of_what_cues_miss_is_the_same_however_the_sentences_lie_in_parts():
    some = sentences(*(f"Sentence {number} has no cue." for number in range(50)))
    target = ASKED.targets[0]

    whole = audit.sample([audit.drawn(some, target, SALT)], SALT)
    cut = audit.sample([audit.drawn(some.iloc[at : at + 7], target, SALT) for at in range(49, -7, -7) if at >= 0], SALT)
    other = audit.sample([audit.drawn(some, target, replace(SALT, salt="audit-2"))], SALT)

    assert len(whole) == 2
    assert whole[["item_id", "rank", "asked"]].values.tolist()[0][1:] == [0, True]
    assert set(cut["item_id"]) <= set(some["sentence_id"] + f"@{target.id}")
    assert whole["item_id"].tolist() != other["item_id"].tolist()


def test_sentences_of_the_draw_are_asked_about_when_the_settings_say_so(tmp_path):
    workspace(tmp_path, ("Russia faces sanctions.", "Moscow said nothing.", "The minister had lunch."))
    asking = (ROOT / "corpus/targets.toml").read_text().replace("asked = 0 ", "asked = 1 ")
    (tmp_path / "targets.toml").write_text(asking)

    run(tmp_path, tmp_path / "targets.toml")

    found = ITEMS.read(tmp_path / "items.parquet")
    drawn = AUDIT.read(tmp_path / "audit.parquet")
    extra = found[found["drawn"] == "audit"]
    assert extra["target"].tolist() == sorted(target.id for target in ASKED.targets)
    assert extra["item_id"].tolist() == drawn.loc[drawn["asked"], "item_id"].tolist()
    assert "Russia faces sanctions." not in extra.loc[extra["target"] == "sanctions-russia", "text"].tolist()


@given(
    st.text() | st.lists(st.sampled_from(["Iran", "iran", "é", "sanction", "D.P.R.K.", " ", "-", "un ", "resolution"]))
)
def test_the_sieve_holds_back_no_sentence_that_names_a_target_or_the_topic(words):
    text = "".join(words)
    let_through = sieved([text])

    for target in ASKED.targets:
        assert all(let_through(sieve)[0] for sieve in target.sieves) or not target.named_in(text)
    assert any(let_through(sieve)[0] for sieve in ASKED.topic_sieves) or not ASKED.on_topic(text)
