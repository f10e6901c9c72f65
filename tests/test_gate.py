"""Nothing goes out that must stay at home, and a refusal names the rule and the rows."""

import json
import re
import shutil

import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from labeling import codebook
from tests.house import ROOT
from tests.world import BOOK, build_edition, settings_of, world
from training import gate, profiles, release
from training.gate import Known, check, load, shortened

SAID = (ROOT / "training/card.toml").read_text(encoding="utf-8")
CARD = SAID.replace('annotators = ""', 'annotators = "Three students of politics."')
RULES = load(ROOT / "training/gate.toml")
PROFILES = profiles.load(ROOT / "training/profiles.toml")
TRAIN = "stance/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An edition that may go out."""
    folder = tmp_path_factory.mktemp("made")
    return build_edition(world(articles=16).write(folder), settings_of(folder, card=CARD))


@pytest.fixture
def edition(made, tmp_path):
    """An edition that a test may spoil."""
    return shutil.copytree(made, tmp_path / "edition")


def refused(folder, rules=RULES, **known):
    """What the gate says of a folder, a line a rule."""
    with pytest.raises(ContractError) as error:
        check(folder, rules, Known(BOOK, PROFILES, **known))
    begin, *lines = str(error.value).splitlines()
    assert begin == "this release may not go out. Each rule it breaks, how often, where, and what to do:"
    remedies = {line.strip().partition(":")[0]: line.rpartition("): ")[2] for line in lines}
    assert remedies == {name: gate.REMEDIES.get(name, gate.OTHERWISE) for name in remedies}
    return [line.strip().rpartition(": ")[0] for line in lines]


def spoil(folder, name, change):
    """Change the rows of a file, as if it had been made so."""
    frame = release.read(folder / name)
    config = name.partition("/")[0]
    columns = release.of_config(config, BOOK)
    kept = {column: columns[column] for column in pq.read_schema(folder / name).names}
    (folder / name).write_bytes(release.parquet(release.arrow(change(frame), kept)))
    sign(folder)


def sign(folder):
    """Write the manifest anew, so that no file looks changed."""
    told = release.manifest(folder)
    there = [path for path in folder.rglob("*") if path.is_file() and path.name != release.MANIFEST]
    told["files"] = {
        path.relative_to(folder).as_posix(): {
            "rows": pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None,
            "sha256": release.sha256(path),
        }
        for path in sorted(there)
    }
    (folder / release.MANIFEST).write_text(json.dumps(told), encoding="utf-8")


def first(folder, name=TRAIN):
    """The first item of a file."""
    return str(release.read(folder / name)["item_id"][0])


def test_a_good_edition_passes(edition):
    check(
        edition, RULES, Known(BOOK, PROFILES, names=["Jane Roe"], secrets={"HF_TOKEN": "hf_abcdefghijklmnopqrstuvwx"})
    )


def test_a_file_that_was_changed_added_or_taken_away_is_named(edition):
    (edition / "LICENSE").write_text("mine", encoding="utf-8")
    (edition / "notes.txt").write_text("", encoding="utf-8")
    (edition / "CITATION.cff").unlink()

    assert refused(edition) == [
        "files: 3 (notes.txt is not in manifest.json; CITATION.cff is missing; LICENSE was changed after it was made)"
    ]


def test_an_article_on_two_sides_is_a_leak(edition):
    article = release.read(edition / "stance/test-00000-of-00001.parquet")["article_id"][0]
    spoil(edition, TRAIN, lambda rows: rows.assign(article_id=[article, *rows["article_id"][1:]]))

    (line,) = refused(edition)

    assert line.startswith("leak: 6 (stance ")
    assert "(article, in test and elsewhere)" in line


def test_copies_and_wordings_on_two_sides_are_a_leak(edition):
    other = release.read(edition / "stance/test-00000-of-00001.parquet").iloc[0]
    item = first(edition)
    spoil(edition, TRAIN, lambda rows: rows.assign(text=[f"{other['text']}!", *rows["text"][1:]]))

    assert refused(edition) == [
        f"leak: 2 (stance {other['item_id']} (wording, in test and elsewhere); "
        f"stance {item} (wording, in train and elsewhere))"
    ]


def test_items_of_the_test_split_that_wait_are_named_and_may_be_allowed(edition):
    told = release.manifest(edition) | {"unsettled_test": ["one/stance", "two/stance"]}
    (edition / release.MANIFEST).write_text(json.dumps(told), encoding="utf-8")

    assert refused(edition) == ["unsettled test items: 2 (one/stance; two/stance)"]
    check(edition, gate.Rules(2, 3, RULES.allowed, RULES.patterns), Known(BOOK, PROFILES))


def test_text_goes_out_only_as_far_as_its_licence_lets_it(edition):
    one, two = release.read(edition / TRAIN)["item_id"][:2]
    spoil(edition, TRAIN, lambda rows: rows.assign(license=["", "all rights reserved", *rows["license"][2:]]))

    assert refused(edition) == [
        f"licence: 2 (stance {one} has text, and its source states no licence; "
        f"stance {two} has text, before, after, title, which 'all rights reserved' does not let go out)"
    ]


def test_a_row_that_is_flagged_to_be_held_back_is_named(edition):
    name = "annotations/train-00000-of-00001.parquet"
    item = first(edition, name)
    flag = "flag_names_private_person"
    spoil(edition, name, lambda rows: rows.assign(**{flag: rows["item_id"] == item}))

    assert refused(edition) == [f"held back: 2 (stance {item}; sanction_violation {item})"]


def test_a_row_that_was_withdrawn_is_named(edition):
    item = first(edition)

    (line,) = refused(edition, gone={item.partition("@")[0]})

    assert line.startswith("withdrawn: ")
    assert line.endswith(f" (stance {item}; sanction_violation {item}; annotations {item}; …)")


def test_label_names_of_card_and_files_are_the_codebooks(edition):
    card = edition / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("| `favor` |", "| `for` |", 1), encoding="utf-8")
    sign(edition)

    assert refused(edition) == [
        "labels: 1 (stance has the labels favor, against, neutral, none; the card has for, against, neutral, none)"
    ]


def test_label_names_in_the_cards_head_must_not_override_the_files(edition):
    names = "          names:\n            '0': against\n            '1': favor\n"
    info = (
        f"dataset_info:\n- config_name: stance\n  features:\n  - name: label\n    dtype:\n      class_label:\n{names}"
    )
    card = edition / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("configs:\n", f"{info}configs:\n", 1), encoding="utf-8")
    sign(edition)

    assert refused(edition) == ["labels: 1 (stance: the card's head names other labels for label than the file)"]


def test_a_card_that_leaves_something_unsaid_is_refused(edition):
    card = edition / "README.md"
    told = card.read_text(encoding="utf-8").replace("language:\n- en\n", "").replace("## Limits", "## Bounds")
    card.write_text(told, encoding="utf-8")
    sign(edition)

    assert refused(edition) == ["card: 2 (README.md has no language in its head; README.md has no section 'Limits')"]


def test_a_setting_of_the_card_that_was_left_empty_is_refused_when_the_edition_is_made(tmp_path):
    with pytest.raises(ContractError, match=r"card: 1 \(README.md: TO BE FILLED IN: `annotators` in card.toml\)"):
        build_edition(world(articles=6).write(tmp_path), settings_of(tmp_path, card=SAID))

    assert not (tmp_path / "edition").exists()


def test_a_demonstration_goes_out_as_one_and_its_own_settings_are_enough(tmp_path):
    folder = build_edition(world(articles=6, demonstration=True).write(tmp_path), settings_of(tmp_path, card=SAID))
    card = folder / "README.md"
    card.write_text(card.read_text(encoding="utf-8").replace("pretty_name: 'DEMONSTRATION: ", "pretty_name: '"))
    sign(folder)

    (line,) = refused(folder)

    assert line.startswith("demonstration: 90 (stance ")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param("e-mail address", "ask jane.roe@wire.example today", id="an e-mail address"),
        pytest.param("token", "hf_AbCdEfGhIjKlMnOpQrStUvWx", id="a token of the Hub"),
        pytest.param("token", "ghp_" + "a1" * 18, id="a token of GitHub"),
        pytest.param("token", "-----BEGIN RSA PRIVATE KEY-----", id="a private key"),
        pytest.param("server address", "http://localhost/projects", id="this machine"),
        pytest.param("server address", "https://labels.wire.example:8080/", id="a port"),
        pytest.param("server address", "http://192.168.4.2/", id="a private network"),
        pytest.param("path of a machine", "read from /home/jane/raw.txt", id="a path"),
    ],
)
def test_a_word_that_must_stay_home_is_found_in_a_cell_and_in_a_file_and_not_repeated(edition, rule, words):
    item = first(edition)
    spoil(edition, TRAIN, lambda rows: rows.assign(title=[words, *rows["title"][1:]]))
    with (edition / "guidelines.html").open("a", encoding="utf-8") as file:
        file.write(words)
    sign(edition)

    lines = refused(edition)

    (line,) = [line for line in lines if line.startswith(f"{rule}: ")]
    assert f"stance {item}, title: " in line
    assert "guidelines.html: " in line
    assert words not in line


def test_words_may_be_allowed(edition):
    spoil(edition, TRAIN, lambda rows: rows.assign(title=["tips@wire.example", *rows["title"][1:]]))

    check(edition, gate.Rules(0, 3, frozenset({"tips@wire.example"}), RULES.patterns), Known(BOOK, PROFILES))


@pytest.mark.parametrize("words", ["Jane Roe", "jane-roe", "JANE_ROE", "said jane  roe, who"])
def test_an_annotators_name_is_found_however_it_is_written_and_not_repeated(edition, words):
    item = first(edition)
    spoil(edition, TRAIN, lambda rows: rows.assign(outlet=[words, *rows["outlet"][1:]]))

    (line,) = refused(edition, names=["Max Poe", "Jane Roe"])

    assert re.fullmatch(rf"annotator's name: \d \(stance {item}, outlet: line 2 of the names.*\)", line)


def test_a_name_within_another_word_is_nobodys(edition):
    spoil(edition, TRAIN, lambda rows: rows.assign(outlet=["Mary-Jane Roebuck", *rows["outlet"][1:]]))

    check(edition, RULES, Known(BOOK, PROFILES, names=["Jane Roe"]))


def test_a_key_of_this_machine_is_found_in_any_byte(edition):
    with (edition / "interface.xml").open("a", encoding="utf-8") as file:
        file.write("<!-- c0ffee11c0ffee11 -->")
    sign(edition)

    assert refused(edition, secrets={"LABEL_STUDIO_API_KEY": "c0ffee11c0ffee11"}) == [
        "secret: 1 (interface.xml: the value of LABEL_STUDIO_API_KEY)"
    ]


def test_a_column_nobody_declared_is_refused(edition):
    table = pq.read_table(edition / TRAIN)
    features = json.loads(table.schema.metadata[b"huggingface"])
    features["info"]["features"]["comment"] = {"dtype": "string", "_type": "Value"}
    more = table.append_column("comment", [["a"] * len(table)])
    pq.write_table(more.replace_schema_metadata({"huggingface": json.dumps(features)}), edition / TRAIN)
    sign(edition)

    assert refused(edition) == [f"columns: 1 ({TRAIN} has the column comment)"]


def test_a_refusal_counts_all_rows_and_shows_the_first():
    assert shortened("jane.roe@wire.example") == "jan… (21 characters)"


def test_names_are_read_from_a_file_that_may_not_be_there(tmp_path):
    (tmp_path / "names.txt").write_text("Jane Roe\n\n Bo \nMax Poe\n", encoding="utf-8")

    assert gate.names(tmp_path / "names.txt") == ["Jane Roe", "Max Poe"]
    assert gate.names(tmp_path / "nowhere.txt") == []


def test_rules_that_cannot_be_read_are_refused(tmp_path):
    (tmp_path / "gate.toml").write_text('unsettled_test = 0\nshown = 3\nallowed = []\n[patterns]\ntoken = "("\n')

    with pytest.raises(ContractError) as error:
        load(tmp_path / "gate.toml")

    assert str(error.value) == (
        f"{tmp_path}/gate.toml:5: patterns.token is no regular expression: missing ), unterminated subpattern at "
        "position 0. Correct it."
    )


def test_the_house_s_own_codebook_is_what_the_tests_use():
    assert codebook.load(ROOT / "labeling/codebook.toml") == BOOK
