# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real shells offer every verb and option of the tables, and the values that are to be had."""
import re
from pathlib import Path

import pytest
import shells
import tables

RIGHTS = re.findall(r'^    \{"((?:fs|net|scope)\.\w+)"',
                    (Path(__file__).resolve().parents[2] / "src/landlock/rights.h").read_text(), re.M)
UNITS = ("apple.service", "apricot.service", "dash\\x2dapple.service")

# Stands for systemctl: the units that this machine has are not known.
SYSTEMCTL = "#!/bin/sh\n" + "".join(f"printf '%s\\n' '{unit} enabled enabled'\n" for unit in UNITS)


@pytest.fixture(scope="module", params=[shells.Bash, shells.Zsh, shells.Fish], ids=lambda shell: shell.__name__)
def shell(request, unpacked, tmp_path_factory):
    directory = tmp_path_factory.mktemp("bin")
    (directory / "systemctl").write_text(SYSTEMCTL)
    (directory / "systemctl").chmod(0o755)
    (directory / "ringfence").symlink_to(unpacked / "usr/bin/ringfence")
    shell = request.param(unpacked, {"PATH": f"{directory}:/usr/bin:/bin"})
    yield shell
    shell.close()


def names(offered):
    """Options without what shells put behind or before them."""
    return {word.removesuffix("=") for word in offered}


def values(offered):
    return {word.rpartition("=")[2] for word in offered}


def test_every_verb(shell, help_text):
    assert set(tables.verbs(help_text)) <= shell.offers("ringfence ")


def test_every_option_of_every_verb(shell, help_text):
    for verb in tables.verbs(help_text):
        wanted = {option.name for option in tables.options(help_text, verb)}
        offered = {word for word in names(shell.offers(f"ringfence {verb} --")) if word.startswith("--")} - {"--"}
        assert offered == wanted, verb


def test_rights_and_abis(shell):
    assert set(RIGHTS) <= values(shell.offers("ringfence denials --right="))
    assert {"net.bind_tcp", "net.bind_udp"} <= values(shell.offers("ringfence denials --right=net.b"))
    assert "fs.execute" not in values(shell.offers("ringfence denials --right=net."))
    assert {"1", "10", "11"} <= values(shell.offers("ringfence show --abi=1"))


def test_choices(shell):
    assert {"toml", "json"} <= values(shell.offers("ringfence export --format="))
    assert {"landlockconfig", "landlockd"} <= values(shell.offers("ringfence import --from=l"))


def test_units(shell):
    assert {"apple.service", "apricot.service"} <= shell.offers("ringfence enable ap")
    assert {"apple.service", "apricot.service"} <= values(shell.offers("ringfence denials --unit=ap"))
    assert {"apple.service", "apricot.service"} <= shell.offers("ringfence status ap")


def test_an_unknown_verb_has_no_options(shell):
    assert not {word for word in shell.offers("ringfence enabled --") if word.startswith("--")} - {"--"}
