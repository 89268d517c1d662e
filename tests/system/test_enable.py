# SPDX-License-Identifier: LGPL-2.1-or-later
"""ringfence enable and disable: the files that they write, the fence of the unit, and the refused start without
the generator."""
import pytest

from lib.exit_status import REFUSED
from lib.rig.policies import sleep_policy

UNIT = "nginx.service"
REQUEST = f"/etc/systemd/system/{UNIT}.d/50-ringfence.conf"
GENERATED = f"/run/systemd/generator/{UNIT}.d/~ringfence.conf"
ENFORCED = "enforced"
WRAPPER = "/usr/libexec/ringfence-exec"
SLEEPER = sleep_policy("slow@.service")


def ringfence(machine, *arguments, status=0):
    done = machine.run("ringfence", *arguments, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def clean(machine):
    """Afterwards, everything that a test enabled is removed, and nginx runs as after the boot."""
    yield machine
    machine.run("find /etc/systemd/system -name '*ringfence.conf' -delete")
    machine.undo()
    machine.reload()
    machine.restart(UNIT)


def is_fenced(machine, unit):
    return WRAPPER in machine.show(unit, "ExecStart")


def without_generator(machine, how):
    """Stops the generator from working, as an administrator, a broken package or a bug could."""
    text = {"masked": "", "crashes": "#!/bin/sh\nkill -SEGV $$\n",
            "fails": "#!/bin/sh\nexit 1\n"}[how]
    machine.write("/etc/systemd/system-generators/ringfence-generator", text, mode="755")


def test_enable_restart_enforced(clean):
    text = ringfence(clean, "enable", "nginx")
    assert text == (f"{UNIT}: policy nginx, as /usr/lib/ringfence/policies/nginx.toml says\n"
                    f"  wrote {REQUEST}\n  runs without this fence until: systemctl restart {UNIT}\n")
    assert is_fenced(clean, UNIT)
    clean.restart(UNIT)
    assert clean.fence(UNIT)["LANDLOCK_STATUS"] == ENFORCED
    before = clean.run("stat", "-c", "%i %Y", REQUEST).stdout
    assert ringfence(clean, "enable", UNIT) == f"{UNIT}: policy nginx, as before\n  enabled already\n"
    assert clean.run("stat", "-c", "%i %Y", REQUEST).stdout == before


@pytest.mark.parametrize("how", ["masked", "crashes", "fails"])
def test_without_the_generator_it_refuses(clean, how):
    ringfence(clean, "enable", "nginx")
    clean.restart(UNIT)
    without_generator(clean, how)
    clean.reload()
    assert clean.run("test", "-e", GENERATED, check=False).returncode == 1
    assert clean.restart(UNIT, check=False).returncode != 0
    assert clean.show(UNIT, "ActiveState") != "active"
    assert clean.show(UNIT, "AssertResult") == "no"
    assert clean.run("pgrep", "-x", "nginx", check=False).returncode == 1
    text = ringfence(clean, "enable", "nginx", status=1)
    assert f"systemd does not have {GENERATED}" in text and "generator did not run" in text


def test_an_uninstalled_package_refuses(clean):
    """The generator's file is removed, so no ExecStart= goes through the wrapper any more."""
    ringfence(clean, "enable", "nginx")
    generator = "/usr/lib/systemd/system-generators/ringfence-generator"
    clean.run("mv", generator, "/root/kept")
    try:
        clean.reload()
        assert clean.restart(UNIT, check=False).returncode != 0
        assert clean.show(UNIT, "AssertResult") == "no"
    finally:
        clean.run("mv", "/root/kept", generator)


def test_disable(clean):
    ringfence(clean, "enable", "nginx")
    clean.restart(UNIT)
    assert ringfence(clean, "disable", "nginx") == (
        f"{UNIT}: disabled\n  removed {REQUEST}\n  stays fenced until: systemctl restart {UNIT}\n")
    assert clean.run("test", "-e", f"/etc/systemd/system/{UNIT}.d", check=False).returncode == 1
    assert not is_fenced(clean, UNIT)
    clean.restart(UNIT)
    assert ringfence(clean, "disable", "nginx") == \
        f"{UNIT}: ringfence enable wrote nothing for it\n"


def test_nothing_is_written_when_the_fence_cannot_be_had(clean):
    clean.policy("bad", "version = 1\ndescription = \"x\"\nabi = 7\n\n[filesystem]\nraed = []\n")
    text = ringfence(clean, "enable", "nginx", "redis-server", "--policy=bad", status=1)
    assert "/etc/ringfence/policies/bad.toml:6:1: " in text and "did you mean `read`?" in text
    assert "no policy \"ngnix\"; did you mean nginx?" in \
        ringfence(clean, "enable", "nginx", "--policy=ngnix", status=1)
    clean.unit("odd.service", "[Service]\nExecStart=@/usr/bin/sleep $ZERO 1\n")
    text = ringfence(clean, "enable", "nginx", "odd", "--policy=nginx", status=1)
    assert "/etc/systemd/system/odd.service:2:" in text
    assert clean.run("find /etc/systemd/system -name '*ringfence*'").stdout == ""


def test_what_others_wrote_is_left_alone(clean):
    clean.drop_in(UNIT, "[Service]\nX-LandlockPolicy=nginx\n", name="50-ringfence.conf")
    assert "ringfence did not write this file" in ringfence(clean, "enable", "nginx", status=1)
    text = ringfence(clean, "disable", "nginx", status=1)
    assert f"{REQUEST}:2:18: {UNIT} still asks for a fence here" in text
    assert clean.read(REQUEST) == "[Service]\nX-LandlockPolicy=nginx\n"
    clean.run("rm", REQUEST)
    ringfence(clean, "enable", "nginx")
    clean.run(f"echo '[Service] ' >> {REQUEST}")
    assert "was changed since" in ringfence(clean, "enable", "nginx", status=1)
    assert "was changed since" in ringfence(clean, "disable", "nginx", status=1)


def test_a_hand_written_request_gets_the_assertion(clean):
    clean.drop_in(UNIT, "[Service]\nX-LandlockPolicy=nginx\n")
    by_hand = f"/etc/systemd/system/{UNIT}.d/50-test.conf"
    assert f"policy nginx, as {by_hand}:2:18 says" in ringfence(clean, "enable", "nginx")
    assert "X-LandlockPolicy" not in clean.read(REQUEST)
    text = ringfence(clean, "enable", "nginx", "--policy=redis-server", status=1)
    assert f"{by_hand}:2:18: {UNIT} has the policy nginx already" in text
    without_generator(clean, "masked")
    clean.reload()
    assert clean.restart(UNIT, check=False).returncode != 0


def test_a_later_drop_in_of_the_administrator_does_not_break_the_assertion(clean):
    ringfence(clean, "enable", "nginx")
    clean.drop_in(UNIT, "[Service]\nNice=5\n", name="~~late.conf")
    clean.restart(UNIT)
    assert clean.fence(UNIT)["LANDLOCK_STATUS"] == ENFORCED
    assert clean.show(UNIT, "Nice") == "5"


def test_templates_instances_and_escapes(clean):
    clean.policy("sleeper", SLEEPER)
    clean.unit("slow@.service", "[Service]\nExecStart=/usr/bin/sleep 10\n")
    ringfence(clean, "enable", "slow@.service")
    name = r"slow@a\x2db.service"
    clean.restart(name)
    assert clean.fence(name)["LANDLOCK_STATUS"] == "enforced"
    clean.run("systemctl", "stop", name)
    ringfence(clean, "disable", "slow@.service")
    ringfence(clean, "enable", name)
    clean.restart(name)
    assert clean.fence(name)["LANDLOCK_STATUS"] == "enforced"
    clean.run("systemctl", "restart", "slow@other.service")
    assert not is_fenced(clean, "slow@other.service")
    without_generator(clean, "masked")
    clean.reload()
    assert clean.restart(name, check=False).returncode != 0
    clean.run("systemctl", "stop", name, "slow@other.service")


OTHER = """\
#!/bin/sh
printf '[Service]\\nExecStart=/usr/bin/sleep %s\\n' "$(cat /etc/other)" >"$1/other.service"
"""


@pytest.fixture
def other(clean):
    """A unit that another generator makes, with a policy."""
    clean.policy("other", SLEEPER.replace("slow@", "other"))
    clean.write("/etc/other", "infinity")
    clean.write("/etc/systemd/system-generators/other", OTHER, mode="755")
    clean.reload()
    yield clean
    clean.run("systemctl", "stop", "other.service")


def test_static_fences_what_another_generator_makes(other):
    directory = "/etc/systemd/system/other.service.d"
    assert "use --static" in ringfence(other, "enable", "other", status=1)
    assert f"wrote {directory}/~ringfence.conf" in ringfence(other, "enable", "--static", "other")
    other.start("other.service")
    assert other.fence("other.service")["LANDLOCK_STATUS"] == "enforced"
    # A static fence does not need ringfence's generator.
    without_generator(other, "masked")
    other.reload()
    other.restart("other.service")
    assert other.fence("other.service")["LANDLOCK_STATUS"] == "enforced"


def test_a_static_fence_that_is_lost_or_overruled_refuses(other):
    directory = "/etc/systemd/system/other.service.d"
    ringfence(other, "enable", "--static", "other")
    late = "[Service]\nExecStart=\nExecStart=/usr/bin/sleep 77\n"
    other.drop_in("other.service", late, name="~~.conf")
    other.start("other.service", check=False)
    other.wait_state("other.service", "failed")
    assert "sorts behind the static fence" in other.fence("other.service")["LANDLOCK_ERROR"]
    text = ringfence(other, "enable", "--static", "other")
    assert f"removed {directory}/~ringfence.conf" in text
    other.restart("other.service")
    assert other.fence("other.service")["LANDLOCK_STATUS"] == "enforced"
    other.run("find", directory, "-name", "~*ringfence.conf", "-delete")
    other.reload()
    other.restart("other.service", check=False)
    other.wait_state("other.service", "failed")
    assert other.show("other.service", "ExecMainStatus") == str(REFUSED)
    ringfence(other, "disable", "other")
    assert other.run("ls", directory).stdout == "~~.conf\n"


def test_a_transient_unit_is_explained(clean):
    clean.run("systemd-run", "--unit=passing", "/usr/bin/sleep", "infinity")
    text = ringfence(clean, "enable", "--static", "--policy=nginx", "passing", status=1)
    assert "transient unit of systemd-run(1)" in text
    clean.run("systemctl", "stop", "passing.service")


def test_without_systemd_files_only(clean):
    """With --root, enable works on an image. It asks no manager, and the next boot has the fence."""
    clean.run("mkdir -p /root/image/usr/lib/systemd /root/image/usr/lib/ringfence")
    clean.run("cp -r /usr/lib/systemd/system /root/image/usr/lib/systemd/")
    clean.run("cp -r /usr/lib/ringfence/policies /root/image/usr/lib/ringfence/")
    text = ringfence(clean, "enable", "--root=/root/image", "nginx")
    assert "at the next boot" in text
    assert "X-LandlockPolicy=nginx" in clean.read(f"/root/image{REQUEST}")
    assert not is_fenced(clean, UNIT)
    ringfence(clean, "disable", "--root=/root/image", "nginx")
    assert clean.run("find /root/image/etc -name '*ringfence*'").stdout == ""
