"""A table keeps its contract at both ends."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import ContractError
from corpus.shell import arguments
from corpus.tables import Table
from labeling import tables

PORTS = Table(
    name="ports",
    key="port",
    columns={
        "port": (pa.string(), "its name"),
        "berths": (pa.int64(), "ships it takes"),
        "depth": (pa.float64(), "metres, NaN where nobody measured"),
        "flags": (pa.list_(pa.string()), "whose ships call"),
    },
)


def ports(**more: object) -> pd.DataFrame:
    """Two ports."""
    return pd.DataFrame(
        {"port": ["Aden", "Busan"], "berths": [3, 9], "depth": [11.5, float("nan")], "flags": [["YE"], []], **more}
    )


def test_what_is_written_is_read_back_and_said_in_one_line(tmp_path, capsys):
    PORTS.write(ports(), tmp_path / "deep" / "ports.parquet", "one measured")

    found = PORTS.read(tmp_path / "deep" / "ports.parquet")

    assert found["port"].tolist() == ["Aden", "Busan"]
    assert [list(flags) for flags in found["flags"]] == [["YE"], []]
    assert capsys.readouterr().out == f"ports: 2 rows -> {tmp_path}/deep/ports.parquet (one measured)\n"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["ports.parquet"]


def test_the_file_holds_the_meaning_of_every_column(tmp_path):
    PORTS.write(ports(), tmp_path / "ports.parquet")

    schema = pq.read_schema(tmp_path / "ports.parquet")

    assert {field.name: field.metadata[b"meaning"].decode() for field in schema} == {
        column: meaning for column, (_, meaning) in PORTS.columns.items()
    }
    assert not any(field.nullable for field in schema)


def test_the_same_rows_are_the_same_bytes_however_the_frame_was_made(tmp_path):
    PORTS.write(ports(), tmp_path / "one.parquet")
    PORTS.write(pd.concat([ports().iloc[:1], ports().iloc[1:]])[::1], tmp_path / "other.parquet")

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(
            ports().drop(columns="depth"),
            "ports: the column depth is missing. Run `make ports` again.",
            id="a column lacks",
        ),
        pytest.param(
            ports(berths=[3, None]),
            "ports: berths has no value in row Busan, and no column may be empty. Run `make ports` again.",
            id="a value lacks",
        ),
        pytest.param(
            ports(port=["Aden", "Aden"]),
            "ports: port Aden stands twice, and every key stands once. Run `make ports` again.",
            id="a key stands twice",
        ),
    ],
)
def test_a_broken_contract_names_the_table_the_place_and_the_next_step(tmp_path, frame, message):
    with pytest.raises(ContractError) as error:
        PORTS.write(frame, tmp_path / "ports.parquet")

    assert str(error.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_not_there_or_is_no_table_says_how_to_make_it(tmp_path):
    (tmp_path / "broken.parquet").write_text("PAR")

    with pytest.raises(ContractError) as absent:
        PORTS.read(tmp_path / "ports.parquet")
    with pytest.raises(ContractError) as broken:
        PORTS.read(tmp_path / "broken.parquet")

    assert str(absent.value) == f"There is no ports table at {tmp_path}/ports.parquet. Run `make ports` first."
    assert str(broken.value) == f"{tmp_path}/broken.parquet is no Parquet file. Delete it and run `make ports`."


def test_of_a_broken_table_that_nothing_makes_anew_a_copy_is_asked_for(tmp_path):
    (tmp_path / "broken.parquet").write_text("PAR")

    with pytest.raises(ContractError) as broken:
        replace(PORTS, grown=True).read(tmp_path / "broken.parquet")

    assert str(broken.value) == (
        f"{tmp_path}/broken.parquet is no Parquet file. Put a copy of it back: it cannot be made anew."
    )
    grown = [table.name for table in vars(tables).values() if isinstance(table, Table) and table.grown]
    assert grown == ["batch", "assignments", "adjudication", "forecasts"]


def test_the_words_of_the_command_line_become_what_main_declares():
    def main(name: str, count: int, *more: str) -> None:
        """Take a name, a count and more."""

    assert arguments(main, ["a", "2", "x", "y"]) == ["a", 2, "x", "y"]
    with pytest.raises(ContractError) as error:
        arguments(main, ["a"])
    assert str(error.value) == "it takes name, count, more. See how the Makefile calls it."


OPEN = Table(name="ports", key="port", columns={**PORTS.columns, "note": (pa.string(), "a remark")}, open="note")


def test_an_open_table_is_written_with_the_columns_that_close_it_and_read_as_it_stands(tmp_path):
    cargo = {"cargo": (pa.list_(pa.string()), "what it takes")}
    rows = ports(cargo=[["oil"], []], note="")

    OPEN.closed(cargo).write(OPEN.check(rows), tmp_path / "ports.parquet")

    assert list(OPEN.closed(cargo).columns) == ["port", "berths", "depth", "flags", "cargo", "note"]
    assert list(OPEN.read(tmp_path / "ports.parquet").columns) == list(OPEN.closed(cargo).columns)
    assert pq.read_schema(tmp_path / "ports.parquet").field("cargo").metadata == {b"meaning": b"what it takes"}
    with pytest.raises(TypeError):
        OPEN.write(rows, tmp_path / "ports.parquet")


def test_an_open_table_still_wants_its_own_columns():
    with pytest.raises(ContractError) as error:
        OPEN.frame([{"port": "Aden", "cargo": []}])

    assert str(error.value) == "ports: the column berths is missing. Run `make ports` again."
