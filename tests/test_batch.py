"""What is asked: a random sample that no model has touched, then what teaches a model most; all with their reasons."""

import dataclasses
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from corpus.errors import ContractError
from corpus.tables import CONTRASTS, DUPLICATES, ITEMS
from labeling.batch import (
    Settings,
    batch,
    is_held,
    load,
    main,
    number,
    one_each,
    prepared,
    same_sample,
    sample,
    spared,
    told,
)
from labeling.picks import diverse, rare_class, twins, uncertainty
from labeling.tables import BATCH, PROBABILITIES
from tests.house import ROOT
from tests.world import step

SHARES = {"random": 20, "uncertainty": 40, "rare class": 20, "contrast": 0, "diversity": 20}
SMALL = Settings("s", 20, 40, 1000, SHARES)
LARGE = Settings("s", 20, 40, 0, SHARES)
NOTHING = BATCH.frame([])
NO_COPIES = pd.DataFrame({"sentence_id": [], "group_id": []})
NO_MODEL = PROBABILITIES.frame([])


def items(articles: int, each: int = 3, first: int = 0) -> pd.DataFrame:
    """So many articles with so many sentences each, asked about one target."""
    sentences = [f"a{article}.{at}" for article in range(first, first + articles) for at in range(each)]
    return pd.DataFrame(
        {
            "item_id": [f"{sentence}@iran" for sentence in sentences],
            "sentence_id": sentences,
            "article_id": [sentence.partition(".")[0] for sentence in sentences],
            "text": [
                f"Minister {sentence} spoke of word{at % 7} and word{at % 5}." for at, sentence in enumerate(sentences)
            ],
            "drawn": "cues",
        }
    )


def copies(*groups: tuple[str, ...]) -> pd.DataFrame:
    """DUPLICATES, each group given by its sentences."""
    return pd.DataFrame(
        [(sentence, min(group)) for group in groups for sentence in group], columns=["sentence_id", "group_id"]
    )


def draw(asked, former=NOTHING, more=0, settings=LARGE, alike=NO_COPIES, pairs=(), model=NO_MODEL):
    """What is asked afterwards."""
    contrasts = pd.DataFrame(pairs, columns=["sentence_a", "sentence_b"])
    return batch(former, prepared(asked, alike, settings), twins(contrasts, alike), model, more, settings)


def held(asked, settings=LARGE):
    """The articles that are held for the sample."""
    return {article for article in asked["article_id"] if is_held(article, settings)}


def model(asked, sure=0.9, **said):
    """Probabilities of three labels: the first is likely, but for the items of which something else is said."""
    rows = [
        {
            "probability_id": f"{item}/stance",
            "item_id": item,
            "question": "stance",
            "fold": -1,
            "probabilities": said.get(item.replace("@iran", "").replace(".", "_"), [sure, 0.08, 0.02]),
        }
        for item in asked["item_id"]
    ]
    return PROBABILITIES.frame(rows)


def test_a_small_workspace_is_asked_whole_its_held_articles_as_the_sample():
    asked = items(50)

    found = draw(asked, settings=SMALL)

    assert set(found["item_id"]) == set(asked["item_id"])
    assert set(found.loc[found["reason"] == "sample", "article_id"]) == held(asked)
    assert found.groupby("reason")["batch"].unique().map(list).to_dict() == {"sample": [1], "all": [2]}
    assert found.groupby("reason")["probability"].unique().map(list).to_dict() == {"sample": [0.2], "all": [0.8]}


def test_of_a_large_workspace_the_sample_alone_is_asked_at_first():
    asked = items(200)

    found = draw(asked)

    of = 3 * len(held(asked))
    assert set(found["article_id"]) <= held(asked)
    assert found[["batch", "reason", "population", "copies", "withdrawn"]].drop_duplicates().values.tolist() == [
        [1, "sample", of, 1, ""]
    ]
    assert found["place"].tolist() == list(range(40))
    assert found["probability"].tolist() == pytest.approx([0.2 * 40 / of] * 40)


def test_over_many_draws_an_item_is_in_the_sample_as_often_as_its_probability_says():
    asked, alike = items(60), copies(("a1.0", "a2.0", "a3.0"), ("a4.1", "a4.2"))
    settings = [dataclasses.replace(LARGE, salt=str(at), sample=20) for at in range(200)]
    rows = [prepared(asked, alike, one) for one in settings]
    drawn = pd.concat(
        [sample(one_each(all_[all_["held"]]), set(), one) for all_, one in zip(rows, settings, strict=True)]
    )

    assert (1 / drawn["probability"]).sum() / 200 == pytest.approx(len(asked), rel=0.05)
    stood_for = drawn[drawn["item_id"].isin(["a1.0@iran", "a2.0@iran", "a3.0@iran"])]
    assert (1 / stood_for["probability"]).sum() / 200 == pytest.approx(3, rel=0.2)


def test_later_articles_join_the_sample_and_move_nothing():
    few, many = items(100), items(300)
    before = draw(few)

    after = draw(many, before)

    joined = after[len(before) :]
    assert after[: len(before)].equals(before)
    assert set(joined["article_id"]) <= held(many) - held(few)
    assert set(joined["batch"]) == {2}
    assert joined["probability"].tolist() == pytest.approx([0.2 * 40 / (3 * len(held(many)))] * len(joined))
    assert 10 < len(joined) < 40


def test_what_was_drawn_stays_drawn_and_nothing_is_drawn_twice():
    asked = items(100)
    before = draw(asked, more=50)

    assert draw(asked, before).equals(before)
    assert draw(asked, before, more=30)["item_id"].is_unique


def test_a_larger_sample_keeps_the_smaller_and_makes_all_of_it_likelier():
    asked = items(200)
    before = draw(asked)

    after = draw(asked, before, settings=dataclasses.replace(LARGE, sample=80))

    assert after["item_id"].tolist()[:40] == before["item_id"].tolist()
    assert len(after) == 80
    assert after["probability"].tolist() == pytest.approx([0.2 * 80 / (3 * len(held(asked)))] * 80)


def test_an_item_that_is_gone_stays_and_is_asked_no_more():
    asked = items(50)
    before = draw(asked, settings=SMALL)

    after = draw(asked[asked["article_id"] != "a7"], before, settings=SMALL)

    assert after["item_id"].tolist() == before["item_id"].tolist()
    assert after.loc[after["article_id"] == "a7", "withdrawn"].unique().tolist() == ["no item any more"]
    assert draw(asked, after, settings=SMALL)["withdrawn"].unique().tolist() == [""]


def test_of_copies_one_is_asked_and_stands_for_the_others():
    asked, alike = items(50), copies(("a1.0", "a2.0", "a3.0"), ("a4.1", "a5.1"))

    found = draw(asked, settings=SMALL, alike=alike).set_index("item_id")

    left = set(asked["item_id"]) - set(found.index)
    assert left == {"a2.0@iran", "a3.0@iran", "a5.1@iran"}
    assert found.loc["a1.0@iran", ["copies", "probability"]].tolist() == pytest.approx([3, 0.8**3 / 3])


@pytest.mark.parametrize("size", [20, 500])  # fewer than are held, and more
def test_over_many_draws_of_a_small_workspace_all_that_is_asked_stands_for_all_there_is(size):
    asked = items(60)
    alike = copies(*((f"a{at}.0", f"a{at + 1}.0", f"a{at + 2}.0", f"a{at + 3}.0") for at in range(0, 60, 4)))
    settings = [dataclasses.replace(SMALL, salt=str(at), sample=size) for at in range(200)]

    drawn = pd.concat([draw(asked, settings=one, alike=alike) for one in settings])

    rest = drawn[drawn["reason"] == "all"]
    assert (1 / rest["probability"]).sum() / 200 == pytest.approx(len(asked), rel=0.03)


def test_how_many_copies_are_not_asked_is_said():
    alike = copies(("a1.0", "a2.0", "a3.0"), ("a4.1", "a5.1"))
    found = draw(items(50), settings=SMALL, alike=alike)

    count = spared(found, prepared(items(50), alike, SMALL))

    assert count == 150 - len(found) == 3
    assert told(found, 0, 0, True, count).endswith("; 3 others ask the same of copies, and are not asked")


def test_the_same_sentence_is_asked_about_every_target_it_names():
    asked = pd.concat([items(20), items(20).assign(item_id=lambda rows: rows["sentence_id"] + "@russia")])

    assert len(draw(asked, settings=SMALL)) == len(asked) == 120


def test_no_model_chooses_from_the_articles_of_the_sample_nor_what_would_be_set_aside_with_them():
    asked = items(100)
    test = sorted(held(asked))[0]
    free = sorted(set(asked["article_id"]) - held(asked))
    alike, pairs = copies((f"{test}.0", f"{free[0]}.0")), [(f"{free[1]}.1", f"{test}.1")]

    found = draw(asked, more=10_000, alike=alike, pairs=pairs)

    chosen = found[found["reason"] != "sample"]
    assert set(chosen["article_id"]).isdisjoint(held(asked))
    assert set(asked["item_id"]) - set(found["item_id"]) - set(
        asked.loc[asked["article_id"].isin(held(asked)), "item_id"]
    ) == {
        f"{free[0]}.0@iran",
        f"{free[1]}.1@iran",
    }


def test_a_later_draw_keeps_the_shares_and_says_why_each_was_drawn():
    asked = items(100)

    found = draw(asked, more=50, model=model(asked))

    later = found[found["batch"] == 2]
    assert Counter(later["reason"]) == {"random": 10, "uncertainty": 20, "rare class": 10, "diversity": 10}
    assert sorted(later["place"]) == list(range(50))
    free = 3 * (100 - len(held(asked)))
    assert later.groupby("reason")["probability"].agg(lambda of: of.iloc[0]).to_dict() == pytest.approx(
        {"random": 10 / free, "uncertainty": np.nan, "rare class": np.nan, "diversity": np.nan}, nan_ok=True
    )
    assert later.groupby("reason")["population"].first().to_dict() == {
        "random": free, "uncertainty": free - 10, "rare class": free - 30, "diversity": free - 40,
    }  # fmt: skip


def test_a_random_draw_takes_as_readily_what_was_left_before_as_what_came_since():
    few, many = items(300), items(600)
    only = dataclasses.replace(LARGE, shares={**dict.fromkeys(SHARES, 0), "random": 1})
    before = draw(few, more=400, settings=only)

    after = draw(many, before, more=400, settings=only)

    drawn = after[after["batch"] == after["batch"].max()]
    left, came = (
        rows["item_id"].isin(drawn["item_id"]).mean()
        for rows in (
            few[~few["item_id"].isin(before["item_id"]) & ~few["article_id"].isin(held(few))],
            many[300 * 3 :][lambda rows: ~rows["article_id"].isin(held(many))],
        )
    )
    assert left == pytest.approx(came, abs=0.08)
    assert drawn["probability"].iloc[0] == pytest.approx(came, abs=0.05)


def test_of_the_items_the_model_is_least_sure_of_those_unlike_each_other_are_drawn_with_their_score():
    asked = items(100)
    free = sorted(set(asked["article_id"]) - held(asked))[:10]
    doubtful = {f"{article}_0": [0.4 + at / 100, 0.4, 0.2 - at / 100] for at, article in enumerate(free)}
    kinds = {f"{article}.0": f"oil oil {at}" if at % 2 else f"arms arms {at}" for at, article in enumerate(free)}
    asked["text"] = asked["sentence_id"].map(kinds).fillna(asked["text"])
    only = dataclasses.replace(LARGE, shares={**dict.fromkeys(SHARES, 0), "uncertainty": 1})

    found = draw(asked, more=2, model=model(asked, **doubtful), settings=only)

    chosen = found[found["reason"] == "uncertainty"]
    assert {kinds[item.removesuffix("@iran")].split()[0] for item in chosen["item_id"]} == {"oil", "arms"}
    sure = {f"{article}.0@iran": 1 - at / 100 for at, article in enumerate(free)}
    assert chosen["score"].tolist() == pytest.approx([sure[item] for item in chosen["item_id"]])


def test_the_least_sure_question_of_an_item_counts():
    rows = [("a/stance", "a", "stance", [0.9, 0.1]), ("a/violation", "a", "violation", [0.4, 0.5, 0.1])]
    columns = ["probability_id", "item_id", "question", "probabilities"]

    assert uncertainty(pd.DataFrame(rows, columns=columns)).to_dict() == pytest.approx({"a": 0.9})


def test_rare_labels_take_turns():
    asked = items(100)
    free = sorted(set(asked["article_id"]) - held(asked))
    said = {f"{free[0]}_0": [0.1, 0.1, 0.8], f"{free[1]}_0": [0.2, 0.1, 0.7], f"{free[2]}_0": [0.5, 0.5, 0.0]}
    only = dataclasses.replace(LARGE, shares={**dict.fromkeys(SHARES, 0), "rare class": 1})

    found = draw(asked, more=2, model=model(asked, **said), settings=only)

    chosen = found[found["reason"] == "rare class"].sort_values("item_id")
    assert chosen["item_id"].tolist() == sorted([f"{free[0]}.0@iran", f"{free[2]}.0@iran"])
    assert sorted(chosen["score"]) == [0.5, 0.8]


def test_how_rare_a_label_is_the_answered_items_say():
    answered = model(items(2), sure=0.5).assign(fold=0)
    unasked = model(items(1, first=9), sure=0.9)
    answered["probabilities"] = [[0.1, 0.8, 0.1]] * 6

    found = rare_class(pd.concat([answered, unasked]))

    assert sorted(found["label"].unique()) == ["stance/0", "stance/2"]


def test_what_looks_like_an_asked_item_and_says_something_else_is_worth_asking():
    asked = items(100)
    before = draw(asked, more=20)
    one = before.loc[before["reason"] == "diversity", "item_id"].iloc[0].removesuffix("@iran")
    spare = sorted(
        set(asked["item_id"])
        - set(before["item_id"])
        - set(asked.loc[asked["article_id"].isin(held(asked)), "item_id"])
    )
    twin = spare[0].removesuffix("@iran")
    only = dataclasses.replace(LARGE, shares={**dict.fromkeys(SHARES, 0), "contrast": 1})

    after = draw(asked, before, more=1, pairs=[(one, twin)], settings=only)

    assert after[["item_id", "reason"]].values.tolist()[-1] == [f"{twin}@iran", "contrast"]


def test_a_model_chooses_one_item_of_a_sentence_at_a_time():
    asked = pd.concat([items(60), items(60).assign(item_id=lambda rows: rows["sentence_id"] + "@russia")])
    only = dataclasses.replace(LARGE, shares={**dict.fromkeys(SHARES, 0), "uncertainty": 1})

    found = draw(asked, more=100, model=model(asked), settings=only)

    chosen = found[found["reason"] == "uncertainty"]["item_id"].str.partition("@")[0]
    assert len(chosen) == 100
    assert chosen.is_unique


def test_without_a_model_later_draws_are_diverse_and_random():
    found = draw(items(100), more=40)

    assert Counter(found[found["batch"] == 2]["reason"]) == {"random": 20, "diversity": 20}


def test_a_diverse_draw_takes_one_of_each_kind():
    texts = [f"{kind} and {kind} again number {at}" for at in range(8) for kind in ("oil", "arms", "coal")]
    units = pd.DataFrame({"text": texts})

    chosen = diverse(units, 3)

    assert sorted(text.split()[0] for text in chosen["text"]) == ["arms", "coal", "oil"]
    assert diverse(units, 3).equals(chosen)


def test_of_texts_that_are_all_alike_as_many_are_drawn_as_are_wanted():
    units = pd.DataFrame({"text": ["oil and arms"] * 9})

    assert len(diverse(units, 3)) == 3


def test_more_than_there_is_draws_all_there_is():
    asked = items(30)

    found = draw(asked, more=10_000, model=model(asked))

    assert set(found["item_id"]) == set(asked["item_id"])


def test_items_that_show_what_the_cues_miss_are_asked_outside_the_sample():
    asked = items(100)
    asked.loc[asked["sentence_id"].str.endswith(".2"), "drawn"] = "audit"

    found = draw(asked)

    audited = found[found["reason"] == "audit"]
    assert len(audited) == 100 - len(held(asked))
    assert audited["probability"].isna().all()


def test_another_salt_for_a_workspace_that_has_begun_is_refused(tmp_path):
    before = draw(items(50), settings=SMALL)
    other = dataclasses.replace(SMALL, salt="t")
    wrong = [
        item
        for item, reason, article in before[["item_id", "reason", "article_id"]].values
        if is_held(article, other) != (reason == "sample")
    ]

    with pytest.raises(ContractError) as error:
        same_sample(before, tmp_path, other)

    assert str(error.value) == (
        f"{tmp_path} draws another sample than the workspace began with: {len(wrong)} items were drawn otherwise, the "
        f"first {wrong[0]} as 'sample'. Put salt and percent back as they were."
    )


@pytest.mark.parametrize("more", ["-3", "many", "3.5"])
def test_more_is_a_number(more):
    with pytest.raises(ContractError) as error:
        number(more)

    assert (
        str(error.value) == f"MORE is {more!r}, and no number. Say how many more items to draw: `make batch MORE=300`."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "percent = 20", "percent = 0", ": percent is 0, but it is above 0 and below 100. Correct it.",
            id="no sample",
        ),
        pytest.param("sample = 500", "", ":1: the file lacks sample. Add it.", id="a missing key"),
        pytest.param(
            "sample = 500", "sample = '500'", ":5: sample is '500'. Make it a whole number.", id="a number in quotes",
        ),
        pytest.param(
            "sample = 500", "sample = -1", ": sample is -1, but it is 0 or more. Correct it.", id="a number below 0"
        ),
        pytest.param(
            "sample = 500", "sample = 500\nsize = 3",
            ":6: size is read by nobody. Correct it to one of salt, percent, sample, all_up_to, shares, or take "
            "it out.",
            id="a strange key",
        ),
        pytest.param(
            "random = 20", "randomly = 20",
            ": [shares] are random, uncertainty, rare class, contrast, diversity, each 0 or more. Correct it.",
            id="a strange share",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_batch_toml_is_told_in_one_line(tmp_path, old, new, message):
    path = tmp_path / "batch.toml"
    path.write_text((ROOT / "labeling/batch.toml").read_text().replace(old, new))

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == f"{path}{message}"


def test_batch_goes_on_from_its_own_file_and_says_what_it_drew(tmp_path, capsys):
    rows = items(400).assign(target="iran", demonstration=False)
    for shown in ("proposition", "before", "after", "title", "outlet", "published"):
        rows[shown] = ""
    for table, frame in ((ITEMS, rows), (DUPLICATES, DUPLICATES.frame([])), (CONTRASTS, CONTRASTS.frame([]))):
        table.save(table.arrow(frame), tmp_path / f"{table.name}.parquet")

    def run(more: str) -> str:
        paths = [tmp_path / f"{name}.parquet" for name in ("items", "duplicates", "contrasts", "probabilities")]
        words = [ROOT / "labeling/batch.toml", *paths, more, tmp_path / "batch.parquet"]
        step(main, *words)
        return str(capsys.readouterr().out)

    of = 3 * sum(is_held(f"a{at}", load(ROOT / "labeling/batch.toml")) for at in range(400))
    where = tmp_path / "batch.parquet"
    assert run("") == f"batch: {of} rows -> {where} (drawn now: {of} sample)\n"
    assert run("30") == (
        f"batch: {of + 30} rows -> {where} "
        "(drawn now: 15 random, 15 diversity; no probabilities yet, so by diversity and at random)\n"
    )
    same = where.read_bytes()
    assert run("") == f"batch: {of + 30} rows -> {where} (drawn now: none)\n"
    assert where.read_bytes() == same
    assert run("5000").startswith(f"batch: 1,200 rows -> {where} (drawn now: ")
    rest = "all others were drawn before, or are of the sample's articles, or like what is"
    assert run("7") == f"batch: 1,200 rows -> {where} (drawn now: none; of 7 more, 0 were left to draw: {rest})\n"
