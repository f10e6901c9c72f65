"""Every message that a person's mistake can bring, found in the code -> docs/errors.md."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeGuard

from tests.house import ROOT

PAGE = ROOT / "docs/errors.md"
MADE = re.compile(r"\$[@(]\w*\)?")  # what make puts in
STAGES = ("corpus", "labeling", "training")
MISTAKES = ("ContractError", "Lost", "Wrong")  # what a person's mistake is raised as
PIECES = re.compile(r"\w*fault|\w*faults|refusal|refusals|lost|remedy|undeclared")  # functions that say what is wrong
WORDS = ("REFUSALS", "OTHER", "REMEDIES", "OTHERWISE", "MORE")  # constants that say it
HEAD = """# What went wrong, and what to do

Every message that a mistake of a person can bring, made from the code by `make catalogue`. Each is one line: what is
wrong, where, and what to do next. Before it stands the program that says it, as in `gold: There is no ...`. What
differs from one mistake to the next stands in ‹angles›; a line that begins with … is the part of a message in which the
angles of another stand. `make doctor` looks for what is wrong before anything breaks.

A message that is not here, and every traceback, is a fault of ours: please tell us.
"""


@dataclass(frozen=True)
class Message:
    """A message, or a piece of one, and where it is said; every second part is the name of what differs."""

    module: str
    line: int
    parts: tuple[str, ...]
    whole: bool

    @property
    def shown(self) -> str:
        """The message as people read it."""
        return "".join(f"‹{part}›" if at % 2 else part for at, part in enumerate(self.parts))

    @property
    def bare(self) -> bool:
        """Whether it is nothing but what other messages say."""
        return not re.search(r"\w", "".join(self.parts[::2]))

    @property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like in a test, where the place in front of it may be named apart from it."""
        fixed = [r".+?" if at % 2 else re.escape(part) for at, part in enumerate(self.parts)]
        if not self.parts[0]:
            fixed[:3] = [r"(?:.*?[: ])??", re.escape(self.parts[2].lstrip(": "))]
        if not self.parts[-1]:
            fixed[-2] = ".*"
        return re.compile("".join(fixed), re.DOTALL)

    def is_compared(self, said: str) -> bool:
        """Whether a text of a test is this message, whole; a piece may stand in one."""
        if self.whole:
            return self.pattern.fullmatch(re.sub(r"^[a-z]+: |\n$", "", said)) is not None or bool(
                self.pattern.fullmatch(said)
            )
        return self.pattern.search(said) is not None


def messages() -> list[Message]:
    """Every message, in the order of the code."""
    found = [one for stage in STAGES for path in sorted((ROOT / stage).glob("*.py")) for one in of_module(path)]
    return [one for one in [*found, *of_makefile()] if not one.bare]


def of_module(path: Path) -> Iterator[Message]:
    """The messages of a module."""
    tree, module = ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(ROOT))
    calls = [node for node in ast.walk(tree) if is_call(node, MISTAKES)]
    for call in sorted(calls, key=lambda call: call.lineno):
        yield Message(module, call.lineno, parts(call.args[-1]), not is_call(call, ("Wrong",)))
    for call in (node for node in ast.walk(tree) if is_call(node, ("print",)) and "sys.stderr" in ast.unparse(node)):
        yield Message(module, call.lineno, parts(call.args[0]), True)
    for text in pieces(tree) if calls else ():
        yield Message(module, text.lineno, parts(text) if isinstance(text, ast.JoinedStr) else filled(text), False)


def is_call(node: object, names: tuple[str, ...]) -> TypeGuard[ast.Call]:
    """Whether a node calls one of these with something to say."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and bool(node.args)


def pieces(tree: ast.Module) -> Iterator[ast.expr]:
    """The texts that a module makes messages of: what its functions say is wrong, and its constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and PIECES.fullmatch(node.name):
            yield from texts(ast.Module(node.body[1:], []))
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in WORDS:
            yield from texts(node.value)


def texts(node: ast.AST) -> Iterator[ast.expr]:
    """The outermost texts of a node that hold at least two words, but for what calls of Wrong say."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        if " " in "".join(parts(node)[::2]).strip():
            yield node
    elif not is_call(node, MISTAKES):
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def parts(text: ast.expr) -> tuple[str, ...]:
    """A text in parts: words and, in every second place, the name of what differs."""
    found = [""]
    for piece in text.values if isinstance(text, ast.JoinedStr) else [text]:
        if isinstance(piece, ast.Constant):
            found[-1] += str(piece.value)
        else:
            found += [named(piece), ""]
    return tuple(found)


def filled(text: ast.expr) -> tuple[str, ...]:
    """The parts of a text that is filled in later, by the names between braces."""
    return tuple(part.strip("{}") for part in re.split(r"(\{\w+\})", "".join(parts(text))))


def named(piece: ast.AST) -> str:
    """What to call a thing that differs: by the last name that it goes by."""
    inside = piece.value if isinstance(piece, ast.FormattedValue) else piece
    if isinstance(inside, ast.Call) and inside.args:
        return named(inside.args[0])
    if isinstance(inside, ast.Attribute):
        return inside.attr
    if isinstance(inside, ast.Name):
        return inside.id
    return next((named(child) for child in ast.iter_child_nodes(inside) if isinstance(child, ast.expr)), "…")


def of_makefile() -> Iterator[Message]:
    """What make itself says."""
    for number, line in enumerate((ROOT / "Makefile").read_text(encoding="utf-8").splitlines(), 1):
        for said in re.findall(r"echo '([^']+)' >&2", line):
            split = MADE.split(said)
            yield Message("Makefile", number, tuple(part for one in split for part in (one, "file"))[:-1], True)


def page() -> str:
    """The catalogue as a page, by the module that says it."""
    sections = [
        f"\n## {module}\n\n" + "".join(f"- {'' if one.whole else '… '}{one.shown}\n" for one in those)
        for module, those in groupby(messages(), lambda one: one.module)
    ]
    return HEAD + "".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"catalogue: {len(messages()):,} messages -> {PAGE.relative_to(ROOT)}")
