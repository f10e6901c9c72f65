"""What the sentence splitter gets right, what it must leave alone, and what it gets wrong today."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.paragraphs import paragraphs
from corpus.splitting import spans
from tests.benchmarks.bench_splitting import DATA, compare, f1, news, ours, transcripts

shared_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


def wrong_today(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=reason)


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Rain fell.", "Talks resumed."], id="two sentences"),
        pytest.param(["Who pays?", "Nobody knows!", "So be it."], id="questions and exclamations"),
        pytest.param(["Prices rose 3.5 percent."], id="a decimal point is no stop"),
        pytest.param(["Talks went on.", "The end is open"], id="no full stop at the end"),
        pytest.param(["Mr. Smith met Brig. Gen. Ann Roe and Sen. Lee."], id="titles"),
        pytest.param(["The U.S. Treasury and U.N. officials met in Washington, D.C. last May."], id="acronyms"),
        pytest.param(["Grain left the U.S.", "The ship sank."], id="an acronym before a word that opens sentences"),
        pytest.param(["John F. Roe and J. A. Doe signed."], id="initials"),
        pytest.param(["Resolution No. 5 and Sec. 3 apply.", "See p. 4 and Art. IV."], id="numbers behind a word"),
        pytest.param(["He said no.", "She agreed."], id="the word no"),
        pytest.param(["It began on Jan. 5 and ended in Feb. 2020."], id="months"),
        pytest.param(["Acme Inc. Chairman Roe left.", "He works for Acme Corp.", "The firm is small."], id="companies"),
        pytest.param(["At 9:30 a.m. Monday he left.", "They met at 6:15 P.M. EDT in Rome."], id="hours"),
        pytest.param(["They sell oil, coal, etc. to others, e.g. Ruritania."], id="small letters go on"),
        pytest.param(["“We have no news,” Maj. Gen. Ann Roe told reporters."], id="a quotation and its speaker"),
        pytest.param(["They will meet, “if needed,” according to the agency."], id="two quoted words"),
        pytest.param(["It comes in “the next days.”", "Nobody knew."], id="a stop inside the quotation"),
        pytest.param(["“Who pays?” Jane Doe asked."], id="a question and its speaker"),
        pytest.param(["“Who pays?” the minister asked.", "“Stop!” she cried."], id="a speaker in small letters"),
        pytest.param(["“We left.", "They stayed,” he said."], id="two sentences in one quotation"),
        pytest.param(["They left.”", "“Why?”"], id="one quotation after the other"),
        pytest.param(["He left (see Sec. 4).", "(Laughter.)", "So did she."], id="brackets"),
        pytest.param(["Well ... we will see.", "Maybe…", "We hope so."], id="ellipses"),
        pytest.param(["we left.", "they stayed."], id="a writer without capitals"),
        pytest.param(["Sales rose.[3]", "Profits fell."], id="a footnote"),
        pytest.param(["iPhone sales rose.", "eBay shares fell."], id="names that begin small"),
        pytest.param(["Shares of Yahoo! rose."], id="a name with a mark"),
        pytest.param(["See example.com/a.b?c=1 for more.", "https://example.org has the rest."], id="addresses"),
        pytest.param(["MR. ROE:  Good morning.", "Q    Is it true?", "MR. ROE:  No."], id="a briefing"),
        pytest.param(["Sec. 3. The Secretary shall report.", "Section 4. This order ends."], id="sections of an order"),
        pytest.param(["(a) The fund under paragraph (b) and (c) is closed."], id="paragraphs of a law"),
        pytest.param(["1. Sell the ships.", "2. Close the port."], id="numbered items"),
        pytest.param(["• 9. The first", "• 10. The second"], id="numbered items without stops"),
        pytest.param(["- Arms were sold.", "- Oil was bought.", "- He left - Roe stayed."], id="bullets"),
        pytest.param(["• Arms were sold", "• Oil was bought"], id="bullets without stops"),
        pytest.param(["They agreed on the text. — Jane Doe, Rome"], id="a dash and the source"),
        pytest.param(["They play in Group F.", "Ruritania won."], id="a letter that is no initial"),
        pytest.param(["He fell in World War I.", "Nobody knew."], id="a numeral that is no initial"),
        pytest.param(["The firm left Annex B.", "Ruritania asked why."], id="an annex"),
        pytest.param(["He writes for Yahoo! News.", "Nobody pays."], id="a name with a mark before a capital"),
        pytest.param(["He sold Yahoo!", "The price was low."], id="a name with a mark at the end"),
        pytest.param(["The order is worth U.S. $5 billion."], id="an acronym and an amount"),
        pytest.param(["It costs (est. €40) less.", "$5 is enough."], id="amounts"),
        pytest.param(["It holds approx. 40 men and 2 tbsp. olive oil."], id="measures"),
        pytest.param(
            ["The Trade Act (12 U.S.C. 34 et seq.) (RTA) applies.", "So be it."], id="a short name behind a reference"
        ),
        pytest.param(["It is on the list (supp. No. 1 to part 7)."], id="a supplement"),
        pytest.param(["“Is it safe?” Jane Doe recalled.", "“It was.”"], id="a speaker who remembers"),
        pytest.param(["Yes. ”", "He left."], id="a closing mark that stands apart"),
        pytest.param(
            ["He left at 6 p.m.", "Mr. Smith stayed."],
            id="an hour before a title",
            marks=wrong_today("“At 6 p.m. Mr.” begins alike"),
        ),
        pytest.param(
            ["He was . . . late . . . I was not."], id="spaced dots", marks=wrong_today("dots end before capitals")
        ),
        pytest.param(["“It rained.", "We left.”", "Jane Doe"], id="the source of a quotation"),
        pytest.param(
            ["He joined the C.I.A.", "Agents wept."], id="an acronym before a noun", marks=wrong_today("may be a name")
        ),
        pytest.param(["That is all. :)", "They left."], id="a smiley", marks=wrong_today("smileys are not known")),
        pytest.param(["We just ... I do not know."], id="a pause", marks=wrong_today("as often it is an end")),
        pytest.param(
            ["He told them, “We wait till he goes. I hope he goes”."],
            id="two sentences in one sentence's quotation",
            marks=wrong_today("most such quotations are cut"),
        ),
        pytest.param(["No, no.", "I was — who? — ha- — happy.", "Go ahead."], id="dashes of a transcript"),
        pytest.param(["2:34 P.M. EDT"], id="the hour of a transcript"),
        pytest.param(
            ["The Japan-U.S. Joint Statement and the ASEAN-U.S. Summit are near."], id="two states in one word"
        ),
        pytest.param(["Ships leave Rome", "Monday, May 6, 2024"], id="a headline and its day"),
        pytest.param(["Monday, May 6, 2024", "The ships left Rome."], id="a day and the first sentence"),
        pytest.param(["The vote is on Monday, May 6, 2024"], id="a day at the end of a sentence"),
        pytest.param(["On Monday, May 6, 2024, the ships left."], id="a day in a sentence"),
        pytest.param(["The port of Rome in May", "Image: Jane Doe."], id="a caption and whose picture it is"),
        pytest.param(["He saw the Image: A Life in the cinema."], id="the name of a picture"),
        pytest.param(["- Photos: The port of Rome"], id="a bullet before a picture"),
        pytest.param(["MS. ROE:  So be it.", "(Laughter.)", "(Applause.)", "Thanks."], id="remarks of a transcript"),
        pytest.param(["Who paid?", "(Inaudible)?", "Nobody did."], id="what nobody heard"),
    ],
)
def test_sentences_are_cut_where_a_reader_would(sentences: list[str]) -> None:
    text = " ".join(sentences)

    assert ours(text) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(
            "A major —   Q    Yes —  MR. ROE:  Issue.",
            ["A major —", "Q    Yes —", "MR. ROE:  Issue."],
            id="another speaks before one ends",
        ),
        pytest.param(
            "1:24 P.M. EDT   MS.  ROE:  All right.",
            ["1:24 P.M. EDT", "MS.  ROE:  All right."],
            id="the hour and who speaks first",
        ),
        pytest.param("MR.  ROE:  All right.", ["MR.  ROE:  All right."], id="two spaces in a name"),
        pytest.param("他走了。她留下。", ["他走了。", "她留下。"], id="Chinese has no spaces"),
        pytest.param(
            "They sold arms.The talks failed.", ["They sold arms.", "The talks failed."], id="a space was lost"
        ),
        pytest.param(
            "“They left.”The talks failed.",
            ["“They left.”", "The talks failed."],
            id="a space was lost behind a quotation",
        ),
        pytest.param(
            "Aid grew in 2024.The talks failed.", ["Aid grew in 2024.", "The talks failed."], id="behind a year"
        ),
        pytest.param("They left Rome.The talks failed.", ["They left Rome.", "The talks failed."], id="behind a name"),
        pytest.param(
            "They work for Acme Inc.One Main Road.", ["They work for Acme Inc.One Main Road."], id="an address"
        ),
        pytest.param("See Amazon.Com for it.", ["See Amazon.Com for it."], id="a name with a full stop"),
        pytest.param("Rain.\r\n\r\nSun.", ["Rain.", "Sun."], id="lines of Windows"),
        pytest.param(
            "It\u00a0rained.\u00a0 We\u00a0left.", ["It\u00a0rained.", "We\u00a0left."], id="spaces that do not break"
        ),
        pytest.param("جاء. ذهب.", ["جاء.", "ذهب."], id="right to left"),
        pytest.param("Great! 🎉 Thanks.", ["Great!", "🎉 Thanks."], id="emoji"),
        pytest.param(" \n \t", [], id="nothing but white space"),
    ],
)
def test_white_space_and_scripts_are_kept_as_they_stand(text: str, sentences: list[str]) -> None:
    assert ours(text) == sentences


WRAPPED = """\
    The minister said on Monday that the ships had left the port and
    that nobody knew where they were going. He did not say who owned
    them.

    Asked about the cargo, she said that the papers were in order and
    that inspectors had been on board.
    -   One ship was empty, and it stayed outside the harbour all the
        night.
    -   Two were not.
"""


WRAPPED_PARAGRAPHS = [
    "The minister said on Monday that the ships had left the port and that nobody knew where they were going. "
    "He did not say who owned them.",
    "Asked about the cargo, she said that the papers were in order and that inspectors had been on board.",
    "- One ship was empty, and it stayed outside the harbour all the night.",
    "- Two were not.",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One.\n\nTwo.", ["One.", "Two."], id="a blank line"),
        pytest.param(
            "It may, “if needed.”\nMore newsLive", ["It may, “if needed.”", "More newsLive"], id="a line of the page"
        ),
        pytest.param("Ships leave\nPrices rise", ["Ships leave", "Prices rise"], id="headlines one below the other"),
        pytest.param("MS. ROE:\nGood morning.", ["MS. ROE:", "Good morning."], id="a speaker on a line of her own"),
        pytest.param(
            "Is that something\n\nthat he wants?", ["Is that something that he wants?"], id="one sentence in two"
        ),
        pytest.param("We met to vote; and\n\nthey left.", ["We met to vote; and", "they left."], id="items of a list"),
        pytest.param(
            "They need:\n\nmore ships now\n\nmore oil",
            ["They need:", "more ships now", "more oil"],
            id="items in small letters",
        ),
        pytest.param(
            "Oil prices fall\nby Jane Doe", ["Oil prices fall", "by Jane Doe"], id="a headline and who wrote it"
        ),
        pytest.param("a. He left\n\nb. She stayed", ["a. He left", "b. She stayed"], id="items with letters"),
        pytest.param(
            "Secretary meets union leaders\nfurther talks planned",
            ["Secretary meets union leaders", "further talks planned"],
            id="a second headline in small letters",
            marks=wrong_today("it looks like a sentence that was broken"),
        ),
        pytest.param(WRAPPED, WRAPPED_PARAGRAPHS, id="wrapped lines, an indent and bullets"),
        pytest.param(WRAPPED.replace("\n", "\r\n"), WRAPPED_PARAGRAPHS, id="the same from Windows"),
    ],
)
def test_a_newline_ends_a_paragraph_unless_the_line_was_full(text: str, expected: list[str]) -> None:
    found = [" ".join(text[start:end].split()) for start, end in paragraphs(text)]

    assert found == expected


def test_a_sentence_goes_on_over_a_wrapped_line() -> None:
    assert " ".join(ours(WRAPPED)[1].split()) == "He did not say who owned them."


PIECES = [
    *("Rain fell", "U.S.", "Mr.", "No.", "5", "(a)", "1.", "2.", "said", "The", "etc.", "Group F.", "Yahoo!", "(RTA)"),
    *(
        "e\u0301",
        "\u0301",
        "\u200d",
        "עברית",
        "\u200f",
        "🎉",
        "👩🏽‍🚀",
        "$",
        "“",
        "”",
        " ”",
        '"',
        "'",
        "‘",
        "’",
        "«",
        "»",
    ),
    *(")", "(", "[1]", "- ", "• ", "* ", ". ", "? ", "! ", "...", "…", "。", "—", " -- ", "Q    ", "MR. ROE:  "),
    *(" ", "\u00a0", "\u202f", "\n", "\r", "\r\n", "\n\n", "\u2028", "\ufeff"),
]
texts = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)


@settings(deadline=None)  # a busy machine is no failure
@given(texts)
@example("a.\x1cB. \x85C")
def test_every_letter_belongs_to_one_sentence_and_no_sentence_begins_or_ends_with_white_space(text: str) -> None:
    found = spans(text)

    assert "".join("".join(text[start:end].split()) for start, end in found) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))


@settings(deadline=None)  # a busy machine is no failure
@given(texts)
def test_no_sentence_crosses_a_paragraph(text: str) -> None:
    inside = [any(start <= one and two <= end for start, end in paragraphs(text)) for one, two in spans(text)]

    assert all(inside)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.sampled_from(["Rain fell.", "Who pays?", "Mr. Roe left the U.S. on Jan. 5.", "“No,” she said."])))
def test_a_sentence_of_plain_prose_is_not_cut_again(sentences: list[str]) -> None:
    found = ours(" ".join(sentences))

    assert found == sentences
    assert [part for sentence in found for part in ours(sentence)] == found


@pytest.mark.parametrize(
    "unit",
    [
        *(
            ".",
            "!?",
            "…",
            '"',
            ' "',
            "“",
            "”",
            " ”",
            ". ”",
            '."',
            '." ',
            "(",
            ")",
            "[",
            "* ",
            "- ",
            ". - ",
            ". - A",
            "• A ",
        ),
        *(
            " ",
            "\n",
            " \n",
            "a",
            "a ",
            "A",
            "A ",
            "a.",
            "A.",
            "A. ",
            "A.B ",
            "U.S. ",
            "Mr. ",
            "7",
            "7.",
            "7. ",
            "$",
            "1. A",
        ),
        *("Image: A", "Q  A", "A:  ", "aa\n", "aa\n\n"),
        *("(a) ", ".) (A", ". ", ".a", ".A", "。", "!A ", '?" A ', "—", " -- ", "\u0301", "\u00a0", "🎉"),
    ],
)
def test_time_grows_with_length_and_not_with_its_square(unit: str) -> None:
    program = "import sys; from corpus.splitting import spans; spans('- ' + sys.argv[1] * (10**6 // len(sys.argv[1])))"

    subprocess.run([sys.executable, "-c", program, unit], check=True, timeout=120)  # with a square, it takes hours


@shared_data
def test_news_is_split_as_people_split_it() -> None:
    assert f1(compare(news(), ours)) >= 98


@shared_data
def test_transcripts_are_split_as_a_person_split_them() -> None:
    assert f1(compare(transcripts(), ours)) >= 99


@shared_data
def test_the_article_the_project_began_from_keeps_its_quotations_whole() -> None:
    (path,) = (DATA / "seed").glob("*.txt")
    text = path.read_text(encoding="utf-8")

    found = ours(text)

    assert len(found) == 23
    assert any("“if necessary,” according to" in sentence for sentence in found)
    assert any("Brig. Gen." in sentence and sentence.startswith("“") for sentence in found)
    assert text.rstrip().endswith(found[-1])
