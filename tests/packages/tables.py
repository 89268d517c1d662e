# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of verbs and options, as --help shows them: it is made from them."""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Option:
    name: str         # "--json"
    letter: str       # "-o", or ""
    argument: str     # "FILE", or ""


def verbs(help_text):
    listed = help_text().partition("Verbs:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^  ([a-z]+) ", listed, re.M)
    assert len(found) > 5
    return found


def options(help_text, verb):
    listed = help_text(verb).partition("Options:\n")[2].partition("\n\n")[0]
    found = [Option(name, letter, argument) for letter, name, argument in
             re.findall(r"^  (?:(-\w),|   ) (--[\w-]+)(?:=(\S+))? ", listed, re.M)]
    assert found
    return found


def manual(help_text, verb):
    """ "ringfence-check" """
    return re.search(r"^(ringfence[\w-]*)\(1\) has more", help_text(verb), re.M)[1]
