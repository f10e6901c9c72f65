"""Lines that return in an outlet's articles are found from the data."""

from collections import Counter

import pytest

from corpus.boilerplate import folded, lines
from corpus.errors import ContractError
from corpus.repeated import load, main
from corpus.tables import ARTICLES, REPEATED
from tests.house import ROOT


def articles(*texts: tuple[str, str]) -> list[dict[str, object]]:
    """Articles by outlet and words."""
    blank = {**dict.fromkeys(ARTICLES.columns, ""), "demonstration": False}
    return [
        {**blank, "article_id": f"{number:010x}", "outlet": outlet, "text": text}
        for number, (outlet, text) in enumerate(texts)
    ]


def found(folder, *parts: list[dict[str, object]]) -> list[list[object]]:
    """Run the step on articles in parts."""
    for number, some in enumerate(parts):
        ARTICLES.save(ARTICLES.arrow(ARTICLES.frame(some)), folder / "articles.parquet" / f"part-{number:05}.parquet")
    (folder / "repeated.toml").write_text("articles = 3\nshare = 0.5\n")
    main(
        folder / "articles.parquet",
        ROOT / "corpus/boilerplate.toml",
        folder / "repeated.toml",
        folder / "repeated.parquet",
    )
    return REPEATED.read(folder / "repeated.parquet")[["outlet", "line", "articles", "of"]].values.tolist()


def test_a_line_that_returns_in_its_outlet_is_found_across_parts_whatever_its_date_and_case(tmp_path):
    some = articles(
        ("Herald", "Herald World Desk, 3 May\nRain fell."),
        ("Herald", "HERALD WORLD DESK, 17 May\nIt was late."),
        ("Herald", "Herald world desk,  4 May\nTalks resumed.\nTalks resumed.\nTalks resumed."),
        ("Herald", "The port reopened."),
        ("Gazette", "Herald World Desk, 3 May"),
    )

    assert found(tmp_path, some[:2], some[2:]) == [["Herald", "herald world desk, 0 may", 3, 4]]


def test_a_line_in_a_small_share_of_its_outlets_articles_is_not_its_furniture(tmp_path):
    some = [("Herald", "Rain fell.")] * 3 + [("Herald", f"Story {chr(97 + number)}.") for number in range(4)]

    assert found(tmp_path, articles(*some)) == []


def test_articles_of_long_paragraphs_alone_have_no_lines_that_return(tmp_path):
    assert found(tmp_path, articles(("Herald", "word " * 100))) == []


def test_a_line_is_found_where_it_stands_and_folded_as_it_returns():
    text = "  Rain fell. \n\n\tSun 3\r\n"

    assert [text[start:end] for start, end in lines(text)] == ["Rain fell.", "Sun 3"]
    assert Counter(map(folded, ["Page 1 of 20", "PAGE 13  of 2"])) == {"page 0 of 0": 2}


def test_a_setting_that_is_unknown_is_refused(tmp_path):
    (tmp_path / "repeated.toml").write_text("article = 3\n")

    with pytest.raises(ContractError) as error:
        load(tmp_path / "repeated.toml")

    assert str(error.value) == (
        f"{tmp_path}/repeated.toml:1: article is read by nobody. Correct it to one of articles, share, or take it out."
    )
