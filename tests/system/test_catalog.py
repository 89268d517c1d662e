# SPDX-License-Identifier: LGPL-2.1-or-later
"""`journalctl -x` explains each record of the wrapper (packaging/catalog)."""
import pytest

UNIT = "explained.service"
CASES = {
    "is enforced on": ("--policy=p --abi=1 --execute=/usr", "/usr/bin/sleep 60"),
    "is enforced in part on": ("--policy=p --abi=1 --execute=/usr --stand-in=fs.resolve_unix:absent:/usr",
                               "/usr/bin/sleep 60"),
    "its Landlock fence cannot be put up": ("--policy=p --refuse=because", "/usr/bin/sleep 60"),
    "its program could not be executed": ("--policy=p --abi=1 --read=/usr", "/usr/bin/sleep 60"),
}


@pytest.mark.parametrize("subject", CASES)
def test_explains(machine, subject):
    options, program = CASES[subject]
    machine.run("journalctl", "--update-catalog")
    machine.unit(UNIT, f"[Service]\nExecStart=/usr/libexec/ringfence-exec {options} -- {program}\n")
    machine.start(UNIT, check=False)

    def explained():
        return machine.run("journalctl", "-x", "-q", "--no-pager", "-t", "ringfence", "-u", UNIT, "-n", "1").stdout

    text = machine.wait_for(lambda: "Subject: " in explained() and explained(), what="an explained record")
    assert subject in text.replace("\n", " ")
    assert "Defined-By: ringfence" in text
