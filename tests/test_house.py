"""The rules of the house."""

import ast
import re
from pathlib import Path

import pytest

from tests.house import ROOT

STAGES = ["corpus", "labeling", "training"]  # each may import itself and those before it
MODULES = sorted(path.relative_to(ROOT) for stage in STAGES for path in (ROOT / stage).glob("*.py"))
MAKEFILE = (ROOT / "Makefile").read_text()
NOUNS = re.findall(r"^([a-z]+): +\$\(DATA\)/\1\b", MAKEFILE, re.MULTILINE)
STEPS = [module for module in MODULES if "\nif __name__ ==" in (ROOT / module).read_text()]
LIBRARIES = {
    "label_studio_sdk": "labeling/studio.py",
    "huggingface_hub": "training/hub.py",
    "httpcore": "corpus/web.py",
    "distributed": "corpus/engine.py",
}
LONGEST = 20  # lines of a function's body, without its docstring


def imports(module: Path) -> list[str]:
    """The full names of what a module imports."""
    found = []
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_stage_imports_only_itself_and_the_stages_before_it(module):
    later = STAGES[STAGES.index(module.parent.name) + 1 :]

    assert [name for name in imports(module) if name.split(".")[0] in later] == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_step_is_imported_by_no_step(module):
    steps = {".".join(step.with_suffix("").parts) for step in STEPS}

    assert [name for name in imports(module) if name in steps or name.rpartition(".")[0] in steps] == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_outside_service_has_one_door(library):
    through = [str(module) for module in MODULES if any(name.split(".")[0] == library for name in imports(module))]

    assert set(through) <= {LIBRARIES[library]}


@pytest.mark.parametrize("settings", sorted(ROOT.glob("[clt]*/*.toml")), ids=lambda path: path.name)
def test_every_settings_file_is_read_by_the_module_beside_it(settings):
    assert settings.with_suffix(".py").relative_to(ROOT) in MODULES


def test_make_names_settings_so_that_a_workspace_may_have_its_own():
    lines = [line for line in MAKEFILE.splitlines() if not line.startswith("#")]

    assert {place for line in lines for place in re.findall(r"\w+/\w+\.toml", line)} == {"corpus/splitting.toml"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_module_reads_a_file_or_the_environment_when_imported(module):
    at_import = [node for node in ast.parse((ROOT / module).read_text()).body if not defines(node)]
    called = {ast.unparse(call.func) for node in at_import for call in ast.walk(node) if isinstance(call, ast.Call)}

    assert [
        name for name in called if re.search(r"\b(open|read_text|read_bytes|read_table|load|loads|getenv)$", name)
    ] == []
    assert [node for node in at_import if "os.environ" in ast.unparse(node)] == []


def defines(node: ast.stmt) -> bool:
    """Whether a statement only defines something, or is the shell at the end."""
    return isinstance(node, ast.FunctionDef | ast.ClassDef) or (
        isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)
    )


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_a_target_a_module_and_a_file(noun):
    (module,) = [module for module in MODULES if module.stem == noun]

    assert re.search(rf"^\$\(DATA\)/{noun}\b[^:]*: {module} ", MAKEFILE, re.MULTILINE)


def test_make_help_names_every_noun_of_the_design():
    assert NOUNS == [
        "articles", "repeated", "sentences", "duplicates", "items",
        "interface", "relabel", "checks", "batch", "assignments", "annotations", "agreement",
        "rulings", "gold", "annotators", "adjudication", "status", "recall", "plan",
        "splits", "dataset", "card", "baseline", "probabilities", "curve", "heldout", "report", "edition",
    ]  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_functions_body_fits_in_the_eye(module):
    tree = ast.parse((ROOT / module).read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    assert {node.name: length(node) for node in functions if length(node) > LONGEST} == {}


def length(function: ast.FunctionDef) -> int:
    """Lines of a function's body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("name", ["requirements.lock", "installer.lock", "tools.lock"])
def test_a_lock_names_packages_versions_and_hashes_and_no_address(name):
    lines = (ROOT / name).read_text().splitlines()
    wrong = [line for line in lines if not re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==|\s+--hash=sha256:|\s*#", line)]

    assert wrong == []
    assert not any("://" in line for line in lines)
