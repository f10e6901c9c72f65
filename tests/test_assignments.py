"""Who answers what."""

import pytest

from corpus.errors import ContractError
from labeling.assignments import assign, load


def test_every_annotator_is_asked_every_item():
    found = assign(["a.1@topic", "a.2@topic"], ["annotator-1", "annotator-2"], "1")

    assert found["assignment_id"].tolist() == [
        "a.1@topic/annotator-1/1",
        "a.2@topic/annotator-1/1",
        "a.1@topic/annotator-2/1",
        "a.2@topic/annotator-2/1",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(
            'annotators = ["Jane Doe"]',
            "{}: 'Jane Doe' is no pseudonym; use small letters, digits and hyphens.",
            id="a name",
        ),
        pytest.param("annotators = []", "{}: `annotators` names nobody, or somebody twice. Correct it.", id="nobody"),
        pytest.param(
            'annotators = ["a", "a"]',
            "{}: `annotators` names nobody, or somebody twice. Correct it.",
            id="somebody twice",
        ),
        pytest.param("", "{} lacks 'annotators'. Name the annotators and run `make assignments`.", id="an empty file"),
        pytest.param(
            "annotators",
            "{} is no TOML: Expected '=' after a key in a key/value pair (at end of document). "
            "Correct it and run the same command again.",
            id="broken TOML",
        ),
    ],
)
def test_a_mistake_in_assignments_toml_is_told_in_one_line(tmp_path, source, message):
    path = tmp_path / "assignments.toml"
    path.write_text(source)

    with pytest.raises(ContractError) as error:
        load(path)

    assert str(error.value) == message.format(path)
