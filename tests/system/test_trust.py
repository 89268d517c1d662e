# SPDX-License-Identifier: LGPL-2.1-or-later
"""What decides about the next start, on a booted system: programs that their service writes, drop-ins of other
generators, units without a reload, and other load paths. Each attack has a control."""
import json

import pytest

from lib.rig.policies import sleep_policy
from test_enable import clean, ringfence  # noqa: F401
from test_status import SETTLED, expect, status

UNIT = "sleeper.service"
GENERATED = f"/run/systemd/generator/{UNIT}.d"
DROP_IN = f"{GENERATED}/~ringfence.conf"
OPEN = "[Service]\nExecStart=\nExecStart=/usr/bin/sleep 99\n"


def other_generator(machine, name, where="1"):
    """A generator that changes the command of the service. systemd gives it its directories as $1, $2 and $3."""
    machine.write("/etc/systemd/system-generators/other",
                  f"#!/bin/sh\nmkdir -p \"${where}\"/{UNIT}.d\n"
                  f"printf '{OPEN}' >\"${where}\"/{UNIT}.d/'{name}'\n".replace(OPEN, OPEN.replace("\n", "\\n")),
                  mode="755")
    machine.reload()


@pytest.fixture
def sleeper(clean):  # noqa: F811
    clean.policy("sleeper", sleep_policy(UNIT))
    clean.unit(UNIT, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    yield clean
    clean.run("systemctl", "stop", UNIT, check=False)


def checked(machine, check):
    """The messages of one check about all units."""
    done = machine.run("ringfence", "check", "--json", check=False)
    return [finding["message"] for finding in json.loads(done.stdout)["findings"]
            if finding["check"] == check]


def diagnosed(machine):
    document = json.loads(machine.run("ringfence", "doctor", "--json", check=False).stdout)
    return "\n".join(finding["message"] for finding in document["findings"] if finding["level"] == "problem")


def test_a_service_chooses_no_interpreter(clean):  # noqa: F811
    """It writes "#!/ " into its own program. The reload must not make a rule on "/" of that."""
    clean.write("/srv/app/run", "#!/usr/bin/dash\nsed -i '1s|.*|#!/ |' /srv/app/run\nexec sleep infinity\n", mode="755")
    clean.policy("app", sleep_policy("app.service", programs=["/usr/bin/dash", "/usr/bin/sed"], write=["/srv/app"]))
    clean.drop_in("app.service", "[Service]\nX-LandlockPolicy=app\n")
    clean.unit("app.service", "[Service]\nExecStart=/srv/app/run\n")
    clean.restart("app.service")
    clean.wait_for(lambda: clean.read("/srv/app/run").startswith("#!/ \n"), what="the attack")
    clean.reload()
    text = clean.read("/run/systemd/generator/app.service.d/~ringfence.conf")
    assert "--execute=-/srv/app/run" in text
    assert "--execute=-/ " not in text and "--execute=/ " not in text
    assert any("it may write what it executes" in message for message in checked(clean, "written-program"))


@pytest.mark.parametrize("name", ["~site.conf", "é-site.conf"])
@pytest.mark.parametrize("where", ["1", "3"], ids=["normal", "late"])
def test_a_drop_in_that_sorts_behind_the_fence_refuses(sleeper, name, where):
    ringfence(sleeper, "enable", "sleeper")
    sleeper.restart(UNIT)
    other_generator(sleeper, name, where)
    assert "/usr/bin/sleep" in sleeper.show(UNIT, "ExecStart").partition("argv")[0]
    assert sleeper.restart(UNIT, check=False).returncode != 0
    assert sleeper.show(UNIT, "AssertResult") == "no"
    expect(sleeper, "unfenced", 4, f"{name} replaces the command")
    assert "replaces the command" in diagnosed(sleeper)
    assert checked(sleeper, "foreign-drop-in")


def test_without_the_assertion_it_starts_open(sleeper):
    """The control, and what is said about it."""
    sleeper.drop_in(UNIT, "[Service]\nX-LandlockPolicy=sleeper\n")
    other_generator(sleeper, "~site.conf")
    sleeper.restart(UNIT)
    assert sleeper.show(UNIT, "ActiveState") == "active"
    expect(sleeper, "unfenced", 4, f"{GENERATED}/~site.conf replaces the command")


@pytest.mark.parametrize("name", ["10-autologin.conf", "zzz-site.conf", "zzz-lxc-override.conf"])
def test_usual_names_lose_and_are_named(sleeper, name):
    ringfence(sleeper, "enable", "sleeper")
    other_generator(sleeper, name)
    sleeper.restart(UNIT)
    assert sleeper.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"
    expect(sleeper, "stale", 3, f"{GENERATED}/{name} changes the command")
    assert name in diagnosed(sleeper)
    assert [message for message in checked(sleeper, "foreign-drop-in") if name in message]


def test_a_drop_in_that_takes_the_place_of_the_fences(sleeper):
    sleeper.drop_in(UNIT, "[Service]\nX-LandlockPolicy=sleeper\n")
    other_generator(sleeper, "~ringfence.conf", where="2")
    expect(sleeper, "unfenced", 4, "takes the place of the fence's drop-in")


def test_a_unit_file_of_another_generator_loses_and_is_named(sleeper):
    """generator.early comes before /etc in the load path. The fence keeps the command of the file in /etc."""
    ringfence(sleeper, "enable", "sleeper")
    sleeper.write("/etc/systemd/system-generators/other",
                  f"#!/bin/sh\nprintf '[Service]\\nExecStart=/usr/bin/sleep 99\\n' >\"$2\"/{UNIT}\n", mode="755")
    sleeper.reload()
    sleeper.restart(UNIT)
    assert sleeper.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"
    expect(sleeper, "stale", 3, f"/run/systemd/generator.early/{UNIT} changes the command")


def test_a_name_that_is_not_utf_8_hides_no_other_unit(sleeper):
    ringfence(sleeper, "enable", "sleeper")
    sleeper.restart(UNIT)
    sleeper.unit("other.service", "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n")
    sleeper.run("mkdir -p /etc/systemd/system/other.service.d && printf '[Service]\\nNice=1\\n' "
                ">/etc/systemd/system/other.service.d/$(printf '\\377').conf")
    try:
        sleeper.reload()
        sleeper.run("sleep", str(SETTLED))
        code, units = status(sleeper)
        assert units[UNIT]["state"] == "enforced"
        assert units["other.service"]["state"] == "unknown", units["other.service"]
        assert "not UTF-8" in "\n".join(units["other.service"]["reasons"])
        assert code == 1
    finally:
        sleeper.run("rm", "-r", "/etc/systemd/system/other.service.d")


def test_added_without_a_reload(sleeper):
    """systemd starts it open and says nothing. The assertion refuses."""
    request = f"/etc/systemd/system/{UNIT}.d/50-landlock.conf"
    sleeper.run("systemctl", "stop", UNIT)
    sleeper.write(request, "[Service]\nX-LandlockPolicy=sleeper\n")
    sleeper.start(UNIT)
    assert sleeper.show(UNIT, "ActiveState") == "active"
    code, units = status(sleeper, UNIT)
    assert code == 4 and units[UNIT]["state"] in ("not-generated", "unfenced")
    assert "daemon-reload" in "\n".join(units[UNIT]["reasons"])
    assert f"may be without one: {UNIT}" in diagnosed(sleeper)
    sleeper.run("systemctl", "stop", UNIT)
    sleeper.write("/etc/systemd/system/fresh.service",
                  f"[Unit]\nAssertPathExistsGlob=/run/systemd/generator/fresh.service.d/*ringfence.conf\n"
                  "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n")
    assert sleeper.start("fresh.service", check=False).returncode != 0
    assert sleeper.show("fresh.service", "AssertResult") == "no"


def test_the_load_path_is_the_managers(clean):  # noqa: F811
    """With ManagerEnvironment= the manager and its generators load from elsewhere. The verbs must see the same."""
    clean.policy("elsewhere", sleep_policy("elsewhere.service"))
    clean.write("/opt/units/elsewhere.service",
                "[Service]\nX-LandlockPolicy=elsewhere\nExecStart=/usr/bin/sleep infinity\n")
    clean.write("/etc/systemd/system.conf.d/path.conf",
                "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/opt/units:\n")
    try:
        clean.run("systemctl", "daemon-reexec")
        clean.start("elsewhere.service")
        assert clean.fence("elsewhere.service")["LANDLOCK_STATUS"] == "enforced"
        expect(clean, "enforced", 0, unit="elsewhere.service")
        assert clean.run("ringfence", "check", "elsewhere.service", check=False).returncode in (0, 3)
        clean.run("systemctl", "stop", "elsewhere.service")
    finally:
        clean.run("rm", "/etc/systemd/system.conf.d/path.conf")
        clean.run("systemctl", "daemon-reexec")
