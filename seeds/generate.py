"""Make the sample company: `python seeds/generate.py [--out DIR]`."""

import argparse
import json
import shutil
from pathlib import Path

from generator.company import build_company
from generator.dirt import spoil
from generator.layout import lay_out
from generator.planted import list_oddities
from generator.readme import make_readme
from generator.truth import customer_lines, identity_lines, make_truth
from generator.writing import as_line, write


def _write_lines(path: Path, lines: list[list[str]]) -> None:
    path.write_text("".join(as_line(line) + "\n" for line in lines), encoding="utf-8", newline="\n")


def generate(out: Path) -> None:
    """Write the company, the truth about it and the page that explains both."""
    company = build_company()
    files = lay_out(company)
    stains = spoil(files)
    oddities = list_oddities(company, files, stains)
    shutil.rmtree(out / "company", ignore_errors=True)
    for file in files:
        write(file, out / "company")
    truth = json.dumps(make_truth(company, files, stains, oddities), ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(truth + "\n", encoding="utf-8", newline="\n")
    (out / "README.md").write_text(make_readme(oddities), encoding="utf-8", newline="\n")
    _write_lines(out / "truth_customers.csv", customer_lines(company))
    _write_lines(out / "truth_identities.csv", identity_lines(company))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    generate(parser.parse_args().out)


if __name__ == "__main__":
    main()
