"""Finds SQL in models that only one engine understands, before an engine does.

A model may call the functions of `portable_functions.py`, which both engines are shown to answer alike, the macros
of this project and dbt's own cross-database macros. What else it needs belongs in `dbt_project/macros/engines/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portable_functions import FUNCTIONS, SYNTAX
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Token, TokenType

from orchestration.home import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DBT_FOLDER = PROJECT_FOLDER / "dbt_project"
ENGINE_MACROS = DBT_FOLDER / "macros" / "engines"
REMEDY = "write it as a macro with a version for each engine in dbt_project/macros/engines/"

ONE_ENGINE_WORDS = {
    "qualify": "rank in a CTE and filter in the next one",
    "window": "write the window at each function",
    "exclude": "name the columns",
    "unnest": REMEDY,
    "ilike": "compare lower(…) with like",
    "interval": "use dbt.dateadd",
    "asof": REMEDY,
    "pivot": REMEDY,
    "semi": "use exists or in",
    "anti": "use not exists",
    "varchar": "write string",
    "text": "write string",
    "float": "write double",
    "real": "write double",
    "numeric": "write decimal(18, 4)",
    "hugeint": "write bigint",
    "timestamptz": "use read_timestamp",
    "uuid": "write string",
    "glob": "use like",
    "similar": "use like",
    "sample": REMEDY,
    "positional": "join on a key",
    "current_date": "use as_of of int_build_clocks_resolved",
    "current_timestamp": "use as_of of int_build_clocks_resolved",
}
ONE_ENGINE_SIGNS = {
    TokenType.DCOLON: "`::`; write cast(… as …)",
    TokenType.L_BRACKET: "`[`; use array_element, or write a macro",
    TokenType.L_BRACE: "`{`; write a macro",
    TokenType.ARROW: f"a lambda; {REMEDY}",
    TokenType.DIV: "`//`; use floor",
    TokenType.TILDE: f"`~`; {REMEDY}",
    TokenType.CARET: "`^`, a power on one engine and bits on the other; use power",
    TokenType.DSTAR: "`**`; use power",
    TokenType.IDENTIFIER: "a name in double quotes, a text on Spark; take another name",
    TokenType.RLIKE: f"a regular expression; {REMEDY}",
}
CALLABLE = FUNCTIONS.keys() | SYNTAX.keys()
NOT_CALLED = {
    "jinja_value",
    "as",
    "in",
    "and",
    "or",
    "on",
    "over",
    "from",
    "by",
    "when",
    "then",
    "not",
    "join",
    "where",
    "select",
}

_EXPRESSION = re.compile(r"{{-?(.*?)-?}}|{%-?(.*?)-?%}|{#.*?#}", re.DOTALL)
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")


@dataclass(frozen=True)
class Finding:
    """Something in a file that the other engine would not take, or would take in another sense."""

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(DBT_FOLDER.parent)}:{self.line}: {self.problem}"


def engine_macros() -> set[str]:
    """Return the macros that have a version for one engine or for each."""
    texts = (path.read_text(encoding="utf-8") for path in ENGINE_MACROS.glob("*.sql"))
    return {name for text in texts for name in re.findall(r"{% macro (?:duckdb__|spark__)(\w+)\(", text)}


def portable_files() -> list[Path]:
    """Return the files that every engine reads."""
    folders = [DBT_FOLDER / name for name in ("models", "tests", "macros")]
    files = (path for folder in folders for path in folder.rglob("*.sql"))
    return sorted(path for path in files if ENGINE_MACROS not in path.parents)


def findings(path: Path, text: str) -> list[Finding]:
    """Return what is wrong with the SQL of a dbt file."""
    found: list[Finding] = []
    for line, sql in _pieces(text):
        tokens = DuckDB().tokenize(sql)
        for place, token in enumerate(tokens):
            problem = _problem(tokens, place)
            if problem:
                found.append(Finding(path, line + token.line - 1, problem))
    return found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and SQL: the file without its Jinja, and each text within the Jinja, for it may hold SQL too."""
    for match in _EXPRESSION.finditer(text):
        inside = match[1] or match[2] or ""
        for part in _TEXT.finditer(inside):
            line = text.count("\n", 0, match.start() + match[0].index(inside) + part.start()) + 1
            yield line, part[1] or part[2] or ""
    yield 1, _EXPRESSION.sub(lambda match: "jinja_value" + "\n" * match[0].count("\n"), text)


def _problem(tokens: list[Token], place: int) -> str | None:
    token = tokens[place]
    if token.token_type in ONE_ENGINE_SIGNS:
        return ONE_ENGINE_SIGNS[token.token_type]
    if token.token_type in (TokenType.STRING, TokenType.NUMBER):
        return None
    word = token.text.lower()
    if word in ONE_ENGINE_WORDS:
        return f"`{word}`; {ONE_ENGINE_WORDS[word]}"
    following = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
    if following == "(":
        return _call_problem(word)
    return _pair_problem(word, following)


def _pair_problem(word: str, following: str) -> str | None:
    if word in ("group by", "order by") and following == "all":
        return f"`{word} all`; name the columns"
    if (word, following) == ("*", "replace"):
        return "`* replace`; name the columns"
    if (word, following) == ("distinct", "on"):
        return "`distinct on`; rank in a CTE"
    if word == "/" and re.fullmatch(r"\d*\.\d+", following):
        return f"division by the decimal {following}; Spark keeps fewer digits: cast it to double"
    return None


def _call_problem(word: str) -> str | None:
    if word in NOT_CALLED or word in CALLABLE or not re.fullmatch(r"[a-z_]\w*", word):
        return None
    return f"`{word}(`: not shown to be the same on DuckDB and Spark; {REMEDY}, or add cases to portable_functions.py"
