# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual pages of the verbs have the options of the tables, and no others."""
import re
from pathlib import Path

import tables

MAN = Path(__file__).resolve().parents[2] / "packaging/man"


def documented(text):
    """The options that have an entry in the section OPTIONS: (letter, name) pairs, and names with their argument."""
    section = re.search(r"^\.SH OPTIONS\n(.*?)^\.SH ", text.replace("\\-", "-"), re.M | re.S)[1]
    entries = set()
    for line in re.findall(r"^\.TP\n(.*)", section, re.M):
        words = re.sub(r'^\.\w+ |["\\,]|\\f[A-Z]|fR|fI', " ", line)
        name = re.search(r"(--[\w-]+)(?:= *(\w+))?", words)
        letter = re.search(r"(?<!-)(-\w)\b", words)
        if name:
            entries.add(tables.Option(name[1], letter[1] if letter else "", name[2] or ""))
    return entries


def differences(help_text):
    """Yields a line for each option that only one of page and table has."""
    pages = {}
    for verb in tables.verbs(help_text):
        pages.setdefault(tables.manual(help_text, verb), set()).update(tables.options(help_text, verb))
    for page, in_tables in pages.items():
        in_page = documented((MAN / f"{page}.1").read_text())
        for option in in_tables - in_page:
            yield f"{page}(1) lacks {option}"
        for option in in_page - in_tables:
            yield f"{page}(1) has {option}"


def test_manuals_and_tables_agree(help_text):
    assert sorted(differences(help_text)) == []


def test_every_verb_is_in_the_overview(help_text):
    section = re.search(r"^\.SH VERBS\n(.*?)^\.SH ", (MAN / "ringfence.1").read_text(), re.M | re.S)[1]
    for verb in tables.verbs(help_text):
        assert re.search(rf"^\.BR? .*\b{verb}\b", section, re.M), f"ringfence(1) lacks {verb}"


def test_a_difference_is_found(help_text):
    def another(*verb):
        return help_text(*verb).replace("--static ", "--statik ")
    assert [line.partition(" Option")[0] for line in sorted(differences(another))] == [
        "ringfence-enable(1) has", "ringfence-enable(1) lacks"]
