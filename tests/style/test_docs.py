# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documents say the same as the tables in the code."""
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
REPORT = (TOP / "src/landlock/report.h").read_text()
MESSAGE_IDS = dict(re.findall(r'message_(\w+)\[\] = "([0-9a-f]{32})"', REPORT))
MAN_EXEC = (TOP / "packaging/man/ringfence-exec.1").read_text().replace("\\-", "-")
CATALOG = (TOP / "packaging/catalog/ringfence.catalog").read_text()


def table(header, name):
    """The first column of a table in a header."""
    text = (TOP / "src" / header).read_text()
    body = re.search(re.escape(name) + r"\[\] = \{(.*?)\n\};", text, re.S).group(1)
    rows = re.findall(r'^\s*\{"([^"]+)"', body, re.M)
    assert rows, f"{name} of {header} has no rows"
    return rows


OPTIONS = (table("exec/options.h", "option_rows") + table("landlock/groups.h", "path_groups")
           + table("landlock/groups.h", "port_groups"))


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_in_the_manual(option):
    assert re.search(rf"--{option}(=|\n|\\f|$)", MAN_EXEC, re.M), f"ringfence-exec(1) lacks --{option}"


def test_the_manual_has_no_option_that_is_not():
    named = set(re.findall(r"--([a-z][a-z0-9-]+)(?==|\b)", MAN_EXEC))
    assert named <= {*OPTIONS, "help", "version", "serve", "suggest"}


@pytest.mark.parametrize("name", MESSAGE_IDS)
def test_every_message_is_explained(name):
    assert len(MESSAGE_IDS) == 4
    assert f"-- {MESSAGE_IDS[name]}\nSubject: " in CATALOG
    assert MESSAGE_IDS[name] in MAN_EXEC


def test_the_catalog_names_only_fields_of_the_report():
    fields = set(re.findall(r"//   (LANDLOCK_\w+|ERRNO)=", REPORT)) | {"_SYSTEMD_UNIT"}
    assert set(re.findall(r"@(\w+)@", CATALOG)) <= fields


@pytest.mark.parametrize("name", ["exit_usage", "exit_cannot_enforce", "exit_refused", "exit_exec"])
def test_exit_statuses_are_in_the_manual(name):
    value = re.search(rf"{name} = (\d+);", REPORT).group(1)
    assert f".B {value}\n" in MAN_EXEC
