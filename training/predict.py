"""Items of new articles, and models -> what each model says of each item, where it stands, and how sure it is."""

from collections import Counter
from pathlib import Path

from corpus.errors import ContractError
from corpus.partitions import Task, build, put_up
from corpus.shell import shell
from corpus.tables import parts
from corpus.whole import whole
from training.labelling import LINES, TABLE, label_part
from training.tables import PREDICTED


def main(codebook_file: Path, item_file: Path, sentence_file: Path, models: Path, out: Path, lines: Path) -> None:
    """Read items part by part, write what the models say of them, as a table in parts and as one file of JSON lines."""
    kept = sorted(path.absolute() for path in models.glob("*.skops"))
    if not kept:
        raise ContractError(f"There are no models in {models}. Run `make baseline` first.")
    code = sorted(Path(__file__).absolute().parent.glob("*.py"))
    known = [codebook_file.absolute(), *kept, *(path.with_suffix(".json") for path in kept), *code]
    pairs = zip(parts(item_file), parts(sentence_file), strict=False)  # behind them is one of items drawn from them all
    tasks = [
        Task((*pair, models.absolute(), codebook_file.absolute()), (*pair, *known))
        for pair in ((items.absolute(), sentences.absolute()) for items, sentences in pairs)
    ]
    made = build(label_part, tasks, out, "predict")
    put_up(PREDICTED, [place / TABLE for place, _ in made], out)
    joined([place / LINES for place, _ in made], lines)
    told = sum((Counter(one) for _, one in made), Counter[str]())
    PREDICTED.say(told["rows"], out, f"{told['unsure']:,} unsure; the same in {lines}")


def joined(files: list[Path], out: Path) -> None:
    """Put files behind one another, a little of each in memory at a time."""
    with whole(out) as beside, beside.open("wb") as together:
        for path in files:
            with path.open("rb") as one:
                while some := one.read(1 << 20):
                    together.write(some)


if __name__ == "__main__":
    shell(main)
