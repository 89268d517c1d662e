# SPDX-License-Identifier: LGPL-2.1-or-later
"""The order of drop-ins by their file names. systemd's own code judges. The fence must be the last one."""
import os

import pytest

import judge

# Names that sort behind most others: of generators, and as people choose them to be last.
USUAL = ["0.conf", "10-autologin.conf", "99-last.conf", "Z.conf", "_x.conf", "lxc.conf", "override.conf",
         "zz-lxc-override.conf", "zzz-lxc-override.conf", "zzz-site.conf", "zzzzzz.conf", "{.conf", "|.conf",
         "}.conf"]
# These sort behind "~ringfence.conf" in systemd's order, which is that of the bytes.
BEHIND = ["~s.conf", "~~.conf", "\x7f.conf", "é.conf", "中.conf", "\U0010ffff.conf"]
OURS = "~ringfence.conf"


def commands_in_order(found):
    return [command[0].rpartition("/")[2] for command in found.get("ExecStart", [])]


def write_unit(root, names):
    directory = root / "units/a.service.d"
    directory.mkdir(parents=True)
    (root / "units/a.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/fragment\n")
    for number, name in enumerate(names):
        (directory / name).write_text(f"[Service]\nExecStart=/bin/n{number}\n")


@pytest.mark.parametrize("which", judge.JUDGES)
def test_systemd_sorts_names_by_their_bytes(which, tmp_path):
    if judge.missing(which):
        pytest.skip(judge.missing(which))
    names = USUAL + [OURS] + BEHIND
    write_unit(tmp_path, names)
    found = judge.ask_oracle(which, str(tmp_path / "units"), ["a.service"], tmp_path)
    ordered = sorted(range(len(names)), key=lambda number: os.fsencode(names[number]))
    assert commands_in_order(found["a.service"][2]) == ["fragment", *[f"n{number}" for number in ordered]]
    assert [names[number] for number in ordered] == USUAL + [OURS] + BEHIND


@pytest.mark.parametrize("which", judge.JUDGES)
@pytest.mark.parametrize("other", [USUAL[-1], *BEHIND], ids=ascii)
def test_the_fence_is_last(generator, installed_wrapper, which, other, tmp_path):
    """`other` resets the command and gives another one."""
    if judge.missing(which):
        pytest.skip(judge.missing(which))
    root = tmp_path / "root"
    policies = root / "etc/ringfence/policies"
    policies.mkdir(parents=True)
    (policies / "all.toml").write_text(judge.POLICY)
    write_unit(root, [])
    (root / "units/a.service.d" / other).write_text(
        "[Service]\nX-LandlockPolicy=all\nExecStart=\nExecStart=/bin/other\n")
    judge.generate(generator, "/", [f"{root}/units"], tmp_path / "out", policies)
    path = f"{tmp_path}/out/normal:{root}/units"
    commands = judge.ask_oracle(which, path, ["a.service"], tmp_path)["a.service"][2]
    assert [judge.unwrap(command, installed_wrapper) for command in commands["ExecStart"]] == [
        ("/bin/other", ["/bin/other"])]
