# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second round against the wrapper: links that it cannot tell from root's, and paths without a last name."""
import struct
import subprocess
from pathlib import Path

import pytest

from lib import build as built
from lib.rig import audit
from second_round import SECOND_ROUND
from test_next_fence import (BASE, ENVIRONMENT, NAMELESS, OTHER, REFUSED, SERVICE, assert_followed, assert_refused,  # noqa: F401
                             place, start)
from stage import host_abi
from test_wrapper import LANDLOCK_ACCESS, AuditLog


@pytest.mark.parametrize("row", SECOND_ROUND, ids=lambda row: row.test)
def test_each_row_of_the_document_has_its_test(row):
    text = (Path(__file__).parents[2] / row.file).read_text()
    assert f"def {row.test}(" in text


def overlay(place, lower):
    """app/ is the writable layer of an overlay, as in a container's image."""
    for name in ("work", "merged", lower):
        place.make(name)
    return subprocess.run(["mount", "-t", "overlay", "none", "-o", f"lowerdir={place}/{lower},upperdir={place}/app,"
                           f"workdir={place}/work", place / "merged"], capture_output=True, text=True)


@pytest.mark.parametrize("user", [0, SERVICE])
def test_the_writable_place_is_a_layer_of_an_overlay(place, user):
    """The merged directory has another device and inode. Only the link's owner tells who made it: the limit."""
    done = overlay(place, "lower")
    if done.returncode != 0:
        pytest.skip(f"no overlay: {done.stderr}")
    try:
        place.link("app/plugins", "{place}/secret", user=user)
        fence = ["--write={place}/app", "--read={place}/merged/plugins"]
        if user == 0:
            assert_followed(start(place, *fence))
        else:
            assert_refused(start(place, *fence, user=user), f"{place}/merged/plugins, and the service's own user")
    finally:
        subprocess.run(["umount", place / "merged"], check=True)


@pytest.mark.parametrize("rights", ["fs.make_reg,fs.refer,fs.remove_file", "fs.make_reg,fs.refer,fs.remove_file,fs.make_sym"])
def test_a_hard_link_of_roots_link(place, rights):
    """The service cannot make a link, but finds one of root's. A second name for it needs fs.make_sym, too."""
    place.make("links")
    place.link("links/etc", "{place}/secret")
    done = subprocess.run([built.WRAPPER, "--abi=2", *BASE[1:], f"--allow={rights}:{place}/app", f"--allow={rights}:{place}/links",
                           "--", "/usr/bin/ln", "-P", f"{place}/links/etc", f"{place}/app/etc"],
                          env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode == 0) == ("make_sym" in rights), done
    assert (place / "app/etc").is_symlink() == ("make_sym" in rights)


@pytest.mark.parametrize("trust", ["others", "root"])
def test_a_link_of_another_services_user(place, trust):
    """Two services work together. The one that can write the directory opens the fence of the other, which is root's."""
    place.make("site", user=OTHER, group=OTHER)
    place.make("site/current", user=OTHER)
    place.link("site/current", "{place}/secret", user=OTHER)
    fence = ["--read={place}/site/current", f"--trust-links={trust}"]
    done = start(place, *fence)
    if trust == "root":
        assert_refused(done, "somebody else than root can change")
    else:
        assert_followed(done)  # the limit


@pytest.mark.parametrize("end", ["", "/", "/.", "//", "/./"])
def test_a_path_without_a_last_name(place, end):
    """A variable without a value, and an instance named "."."""
    done = start(place, "--read={place}/secret" + end)
    if end:
        assert done.returncode == REFUSED and NAMELESS in done.stderr, done
    else:
        assert_followed(done)


def test_the_root_is_a_path(place):
    assert_followed(start(place, "--read=/"))


AUDIT_ADD_RULE, AUDIT_DEL_RULE = 1011, 1012


def audit_rule(kind, user):
    """auditctl -a always,exclude -F msgtype=1423 -F uid=USER: struct audit_rule_data."""
    fields, values, flags = [12, 1], [1423, user], [0x40000000] * 2
    rows = [struct.pack("=64I", *row, *[0] * 62) for row in (fields, values, flags)]
    audit._request(kind, struct.pack("=III", 5, 2, 2) + struct.pack("=64I", *[0xffffffff] * 64) + b"".join(rows) + bytes(4))


@pytest.mark.parametrize("excluded", [False, True])
def test_an_audit_rule_hides_the_denials(place, excluded):
    """CAP_AUDIT_CONTROL is enough for one that drops the records of denials. Auditing stays on."""
    if host_abi() < 7:
        pytest.skip("Landlock logs to audit from ABI 7 on")
    log = AuditLog()
    with audit.Audit():
        try:
            if excluded:
                audit_rule(AUDIT_ADD_RULE, SERVICE)
            done = start(place, "--execute=/usr", command=["/usr/bin/cat", str(place / "secret/file")], user=SERVICE)
            text = subprocess.run([built.RINGFENCE, "doctor", "--json"], capture_output=True, text=True).stdout
        finally:
            if excluded:
                audit_rule(AUDIT_DEL_RULE, SERVICE)
    assert "Permission denied" in done.stderr, done
    logged = [record for kind, record in log.records(1) if kind == LANDLOCK_ACCESS and str(place) in record]
    assert bool(logged) != excluded
    assert ("an audit rule drops records of denials" in text) == excluded, text
