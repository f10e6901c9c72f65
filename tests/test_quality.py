"""What an article's words lack is flagged, and why its sentences are not asked about is said."""

import pytest

from corpus import boilerplate, quality
from corpus.errors import ContractError
from corpus.language import recognise
from tests.house import ROOT

GOOD = quality.load(ROOT / "corpus/quality.toml")
LINES = boilerplate.load(ROOT / "corpus/boilerplate.toml")
LONG = "The port authority was fined on Monday for letting a banned tanker unload, a court said in the capital. " * 2


@pytest.mark.parametrize(
    ("text", "flags", "left_out"),
    [
        pytest.param(LONG, [], "", id="an article"),
        pytest.param("Rain fell.", ["too short"], "", id="too few words, which are asked about all the same"),
        pytest.param(LONG + "\nThe court also…", ["truncated"], "", id="cut off by dots"),
        pytest.param(LONG + "\nThe ruling, which [+2312 chars]", ["truncated"], "", id="cut off by an interface"),
        pytest.param(LONG + "\nContinue reading at the Herald", ["truncated"], "", id="goes on elsewhere"),
        pytest.param(LONG + "\nHe read more.", [], "", id="a man who reads"),
        pytest.param(
            LONG + "\nSubscribe to continue reading.", ["paywall stub"], "paywall stub", id="a teaser before a paywall"
        ),
        pytest.param(
            LONG * 10 + "\nThis article is for subscribers.", [], "", id="a long article that says it was behind one"
        ),
        pytest.param(
            "Advertisement\n\nSign up for our newsletter",
            ["boilerplate only", "too short"],
            "boilerplate only",
            id="nothing but boilerplate",
        ),
        pytest.param(
            "Le port a été condamné lundi pour avoir laissé un pétrolier interdit décharger sa cargaison, a annoncé un "
            "tribunal de la capitale, et ses avocats ont fait appel du jugement.",
            ["wrong language"],
            "wrong language",
            id="another language",
        ),
    ],
)
def test_an_article_is_flagged_for_what_it_lacks(text, flags, left_out):
    found = GOOD.flags(text, GOOD.language(text), LINES)

    assert found == flags
    assert GOOD.reason(found) == left_out


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("The minister said on Monday that the sanctions would stay.", "en", id="English"),
        pytest.param("Министр заявил, что санкции останутся в силе.", "ru", id="Russian"),
        pytest.param("وقال الوزير إن العقوبات ستبقى سارية.", "ar", id="Arabic"),
        pytest.param("外交部长表示制裁将继续。", "zh", id="Chinese"),
        pytest.param("12:30 – 14:00", "", id="no letters"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_carried_model_tells_a_language_or_that_it_cannot(text, language):
    assert recognise(text, 0.6) == language


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        pytest.param("De krant The Guardian meldt dat het schip in de haven is of was.", "nl", id="Dutch, with a name"),
        pytest.param(
            "Der Minister will, dass alles so bleibt, was in Berlin vereinbart worden war.", "de", id="German"
        ),
        pytest.param("Ministeren sagde, at sanktionerne skal fortsætte for Ruslands vedkommende.", "da", id="Danish"),
        pytest.param("Le ministre a dit que les sanctions seraient maintenues sans limite.", "fr", id="French"),
        pytest.param("The minister said that the sanctions would stay in place.", "", id="English"),
        pytest.param(
            "Ships waited offshore while inspectors boarded one vessel.", "", id="English without a small word"
        ),
        pytest.param("Ja, das stimmt.", "", id="too short to tell"),
    ],
)
def test_a_sentence_in_another_language_is_told_though_it_shares_words_with_english(sentence, language):
    assert GOOD.foreign(sentence) == language


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            ('"paywall stub"]', '"pay wall"]'),
            " leaves out 'pay wall', but the flags are wrong language, boilerplate only, paywall stub, truncated, "
            "too short. Correct it and run `make articles`.",
            id="a flag that is none",
        ),
        pytest.param(
            ("short = 20", "brief = 20"),
            ":17: brief is read by nobody. Correct it to one of left_out, languages, certainty, sentence_certainty, "
            "sentence_letters, english_words, english_sentence_words, short, stub, truncated, paywall, or take it out.",
            id="a setting that is none",
        ),
        pytest.param(
            ("chars?", "chars?("),
            ":24: truncated (number 2) is no regular expression: missing ), unterminated subpattern at position 16. "
            "Correct it.",
            id="a broken pattern",
        ),
    ],
)
def test_a_mistake_in_the_settings_is_told_in_one_line(tmp_path, change, message):
    path = tmp_path / "quality.toml"
    path.write_text((ROOT / "corpus/quality.toml").read_text().replace(*change))

    with pytest.raises(ContractError) as error:
        quality.load(path)

    assert str(error.value) == f"{path}{message}"
