"""A release's tables -> croissant.json: what is in which file, for machines, as Croissant 1.0 defines it."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from datasets import ClassLabel, Features, Value

TYPES = {"string": "sc:Text", "bool": "sc:Boolean", "int64": "sc:Integer", "float64": "sc:Float"}
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip

Meanings = Mapping[str, Mapping[str, str]]  # config to column to its meaning


def croissant(
    files: Mapping[str, pa.Table], hashes: Mapping[str, str], meanings: Meanings, about: Mapping[str, str]
) -> bytes:
    """The description: one file object a file, one set of records a config and split."""
    told = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **about,
        "distribution": [file_object(name, sha256) for name, sha256 in hashes.items()],
        "recordSet": [records(name, table, meanings[name.partition("/")[0]]) for name, table in files.items()],
    }
    return f"{json.dumps(told, indent=2, ensure_ascii=False)}\n".encode()


def file_object(name: str, sha256: str) -> dict[str, str]:
    """One file, by its place in the folder."""
    kind = {"@type": "cr:FileObject", "@id": name, "name": name}
    return {**kind, "contentUrl": name, "encodingFormat": "application/x-parquet", "sha256": sha256}


def records(file: str, table: pa.Table, meanings: Mapping[str, str]) -> dict[str, Any]:
    """The rows of one file, column by column; of a label its name, the numbers' names stand in its description."""
    config, _, split = file.partition("/")
    name = f"{config}/{split.split('-')[0]}"
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": f"{name}/{column}",
            "description": described(meanings.get(column, ""), feature),
            "dataType": TYPES["int64" if isinstance(feature, ClassLabel) else feature.dtype],
            "source": {"fileObject": {"@id": file}, "extract": {"column": column}},
        }
        for column, feature in Features.from_arrow_schema(table.schema).items()
    ]
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields}


def described(meaning: str, feature: ClassLabel | Value) -> str:
    """What a column means, and of a label what its numbers stand for."""
    if not isinstance(feature, ClassLabel):
        return meaning
    return f"{meaning}: {', '.join(f'{number} {name}' for number, name in enumerate(feature.names))}"
