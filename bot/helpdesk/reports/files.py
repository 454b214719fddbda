"""Reports as files: CSV with all rows, XLSX with the figures as formulas over the rows. Pure.

A spreadsheet takes a cell that begins with one of a few signs for a formula. Names come from people, so in a
CSV such cells get an apostrophe in front, and in a XLSX strings are written as strings.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from bot.helpdesk.models import JSON
from bot.helpdesk.reports.figures import Material
from bot.helpdesk.reports.records import By
from bot.helpdesk.reports.rows import Cell, Table, tables
from bot.helpdesk.rules.ladder import CAUSES
from bot.helpdesk.texts import STAFF_LOCALE, Texts

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(material: Material, definitions: JSON, texts: Texts) -> bytes:
    """All rows in one table, the kind of each in the column ``record``; definitions at the end.

    UTF-8 with a byte order mark, by which spreadsheets know it.
    """
    listed = tables(material, texts.get(STAFF_LOCALE, "nobody"))
    columns = list(dict.fromkeys(name for table in listed for name in table.columns))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["record", *columns, "definition"])
    for table in listed:
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            values = [_harmless(cells.get(name)) for name in columns]
            writer.writerow([table.name.removesuffix("s"), *values, ""])
    for name, words in definitions.items():
        writer.writerow(["definition", name, *[""] * (len(columns) - 1), words])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS):
        return f"'{cell}"
    return "" if cell is None else cell


def as_xlsx(
    material: Material, by: By, total: JSON, rows: Sequence[JSON], definitions: JSON, texts: Texts
) -> bytes:
    """A workbook: figures as formulas, their definitions, and the rows they are computed from."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        sheets = {name: texts.get(STAFF_LOCALE, f"sheet_{name}") for name in _SHEETS}
        made = {name: book.add_worksheet(title) for name, title in sheets.items()}
        nobody = texts.get(STAFF_LOCALE, "nobody")
        listed = tables(material, nobody)
        for table in listed:
            _write_table(made[table.name], table)
        formulas = _Formulas(by, listed, sheets)
        _write_figures(made["figures"], formulas, [total, *rows], texts)
        for row, (name, words) in enumerate(definitions.items()):
            made["definitions"].write_row(row, 0, [texts.find(STAFF_LOCALE, name) or name, words])
        made["definitions"].set_column(0, 0, 24)
        made["definitions"].set_column(1, 1, 90)
    return out.getvalue()


_SHEETS = ("figures", "definitions", "requests", "conversations", "tickets")


def _write_table(sheet: Worksheet, table: Table) -> None:
    sheet.write_row(0, 0, table.columns)
    for number, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            if cell is not None:  # a blank stays blank: formulas take "" for text
                sheet.write(number, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)


# --- formulas ---------------------------------------------------------------------------------------------


class _Formulas:
    """Formulas of figures; ``key`` is the cell that holds a row's key, None for the total."""

    def __init__(self, by: By, listed: Sequence[Table], sheets: dict[str, str]) -> None:
        self.by = by
        self._tables = {table.name: table for table in listed}
        self._sheets = sheets

    def column(self, table: str, name: str) -> str:
        """A column of a table without its header."""
        at = self._tables[table]
        letter = xl_col_to_name(list(at.columns).index(name))
        return f"'{self._sheets[table]}'!${letter}$2:${letter}${max(2, len(at.rows) + 1)}"

    def chosen(self, table: str, key: str | None) -> str:
        """1 for the rows that count, as a factor."""
        return "1" if key is None else f"({self.column(table, self.by)}={key})"

    def total(self, table: str, name: str, key: str | None) -> str:
        """The sum of a column over the rows that count."""
        return f"SUMPRODUCT({self.chosen(table, key)}*{self.column(table, name)})"

    def count(self, table: str, key: str | None) -> str:
        """How many rows count."""
        return f'SUMPRODUCT({self.chosen(table, key)}*({self.column(table, "id")}<>""))'

    def equal(self, name: str, value: str, key: str | None) -> str:
        """How many requests have ``value`` in a column."""
        return f'SUMPRODUCT({self.chosen("requests", key)}*({self.column("requests", name)}="{value}"))'

    def among(self, function: str, name: str, key: str | None, *more: str) -> str:
        """A function of the numbers of a column of requests, over the rows that count."""
        column = self.column("requests", name)
        numbers = f"IF({self.chosen('requests', key)}*ISNUMBER({column}),{column})"
        return f'IFERROR({function}({",".join([numbers, *more])}),"")'


def _ratio(part: str, whole: str) -> str:
    return f'IF({whole}=0,"",{part}/{whole})'


Make = Callable[[_Formulas, str | None], str]


def _summed(name: str) -> Make:
    return lambda f, key: f.total("requests", name, key)


def _conversations(count: Callable[[_Formulas, str | None], str]) -> Make:
    """Conversations belong to days only."""
    return lambda f, key: count(f, key) if key is None or f.by == "day" else "0"


_FIGURES: dict[str, Make] = {
    "requests": lambda f, key: f.count("requests", key),
    "answered": _summed("answered"),
    "within": _summed("within"),
    "rate_base": _summed("rate_base"),
    "median_seconds": lambda f, key: f.among("MEDIAN", "response_seconds", key),
    "p95_seconds": lambda f, key: f.among("PERCENTILE", "response_seconds", key, "0.95"),
    "breached": _summed("breached"),
    "closed": _summed("closed"),
    "resolved": _summed("resolved"),
    "resolution_base": _summed("resolution_base"),
    "abandoned": _summed("abandoned"),
    "by_ticket": _summed("by_ticket"),
    "conversations": _conversations(lambda f, key: f.count("conversations", key)),
    "bot_solved": _conversations(lambda f, key: f.total("conversations", "bot_solved", key)),
    "rated": _summed("rated"),
    "mean_stars": lambda f, key: f.among("AVERAGE", "stars", key),
    "satisfied": _summed("satisfied"),
    "tickets": lambda f, key: f.count("tickets", key),
    "mean_handling_seconds": lambda f, key: f.among("AVERAGE", "handling_seconds", key),
    "median_pickup_seconds": lambda f, key: f.among("MEDIAN", "pickup_seconds", key),
}
#: Each rate with its numerator and denominator.
RATES = {
    "rate": ("within", "rate_base"),
    "resolution_rate": ("resolved", "resolution_base"),
    "abandonment_rate": ("abandoned", "requests"),
    "bot_solved_rate": ("bot_solved", "conversations"),
    "satisfied_rate": ("satisfied", "rated"),
}


def _write_figures(sheet: Worksheet, formulas: _Formulas, rows: Sequence[JSON], texts: Texts) -> None:
    reasons = sorted({reason for row in rows for reason in row["reasons"]})
    names = [*_FIGURES, *RATES, *CAUSES, *(f"reason:{reason}" for reason in reasons)]
    columns = {name: xl_col_to_name(place) for place, name in enumerate(names, 1)}
    heads = [texts.find(STAFF_LOCALE, name) or name for name in ("key", *names)]
    sheet.write_row(0, 0, heads)
    for number, row in enumerate(rows, 1):
        key = None if number == 1 else f"$A${number + 1}"
        word = "total" if number == 1 else "nobody"
        sheet.write_string(
            number, 0, texts.get(STAFF_LOCALE, word) if key is None or row["key"] is None else row["key"]
        )
        for place, name in enumerate(names, 1):
            formula = _formula(name, formulas, key, columns, number + 1)
            _write_formula(sheet, number, place, formula, _value(row, name))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(names), 14)


def _formula(name: str, formulas: _Formulas, key: str | None, columns: dict[str, str], line: int) -> str:
    if name in RATES:
        part, whole = (f"{columns[each]}{line}" for each in RATES[name])
        return _ratio(part, whole)
    if name in CAUSES:
        return formulas.equal("cause", name, key)
    if name.startswith("reason:"):
        return formulas.equal("reason", name.removeprefix("reason:"), key)
    return _FIGURES[name](formulas, key)


def _value(row: JSON, name: str) -> Any:
    """The figure as computed here, which the workbook shows until it is computed again."""
    if name in CAUSES:
        return row["breaches"][name]
    if name.startswith("reason:"):
        return row["reasons"].get(name.removeprefix("reason:"), 0)
    return "" if row[name] is None else row[name]


def _write_formula(sheet: Worksheet, row: int, column: int, formula: str, value: Any) -> None:
    if formula.startswith("IFERROR("):
        sheet.write_array_formula(row, column, row, column, f"{{={formula}}}", None, value)
    else:
        sheet.write_formula(row, column, f"={formula}", None, value)
