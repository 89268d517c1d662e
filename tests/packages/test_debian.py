# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian packages on a booted system: installed, updated, downgraded, removed and purged. A unit
that asks for a fence runs behind it or does not run, whatever the package manager does."""
import re
from pathlib import Path

import pytest
from site_files import place, restarted

TOP = Path(__file__).resolve().parents[2]
BOTH = ("/debs/ringfence.deb", "/debs/ringfence-policies.deb")
SITE = "/debs/site-policies_1.deb"

# For what no release of dpkg or systemd does in a way of its own.
on_one_release = pytest.mark.parametrize("machine", ["bookworm"], indirect=True)


def apt(machine, *arguments, refuse=False, check=True):
    """What apt-get said."""
    done = machine.run("env", "DEBIAN_FRONTEND=noninteractive", *["RINGFENCE_REMOVE=refuse"] * refuse,
                       "apt-get", "-y", "-q", *arguments, check=check, timeout=120)
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == check, said
    return said


def install(machine, *files):
    return apt(machine, "install", "--allow-downgrades", *files)


def named(said, start):
    """The units that packaging/maintain.in lists below a line that begins with `start`."""
    match = re.search(re.escape(start) + r"[^\n]*\n((?:ringfence: [^\n]*\n)?(?:    \S+\.service\n)+)", said)
    assert match, f"nothing below {start!r} in:\n{said}"
    return re.findall(r"^    (\S+)$", match[1], re.M)


def files_of(machine):
    """All files that a package could leave, without the package manager's own."""
    return set(machine.run(
        "find /etc /usr /var /root /run/systemd/generator* /lib/systemd -xdev"
        " -not -path '/var/lib/dpkg/*' -not -path '/var/lib/apt/*' -not -path '/var/cache/*' -not -path '/var/log/*'"
        " -not -path '/var/lib/systemd/*' -not -path '/var/tmp/*' -not -path '/etc/ld.so.cache'").stdout.splitlines())


def main_pids(machine, names):
    return {name: machine.show(f"{name}.service", "MainPID") for name in names}


# Installed


def test_the_second_screen_of_the_readme(machine):
    """It is run as it is written there, but for the question whether to go on."""
    line = re.search(r"^apt install \./ringfence_.*$", (TOP / "README.md").read_text(), re.M)[0]
    machine.run("sh", "-c", "cd /debs && " + line.replace("apt ", "apt -y "), timeout=120)
    assert "nginx" in machine.run("curl", "-s", "http://127.0.0.1/").stdout
    assert "ringfence-exec" in machine.show("nginx.service", "ExecStart")
    status = machine.run("ringfence", "status", "nginx").stdout
    assert re.search(r"^nginx\.service +enforced ", status, re.M), status
    assert machine.show("nginx.service", "Documentation") == '"man:nginx(8)" "man:ringfence(1)"'
    assert machine.run("systemd-analyze", "verify", "--man=no", "nginx.service").stderr == ""


@on_one_release
def test_the_autopkgtest(machine):
    install(machine, *BOTH)
    machine.write("/usr/local/bin/fence", (TOP / "packaging/debian/tests/fence").read_text(), mode="755")
    machine.run("/usr/local/bin/fence", timeout=120)


# Policies of packages come, change and go


def test_a_package_with_a_policy_reloads_the_generators(machine):
    place(machine, ["probe", "early"])
    assert restarted(machine, "early") == "open"  # nothing is installed
    assert "early.service" in named(install(machine, *BOTH), "these units do not start")
    assert restarted(machine, "probe") == "refused"  # its policy does not exist yet
    early = main_pids(machine, ["early"])
    assert named(install(machine, SITE), "these services run behind an older fence") == ["early.service"]
    assert main_pids(machine, ["early"]) == early, "it was restarted"
    assert restarted(machine, "probe") == restarted(machine, "early") == "shut"

    said = install(machine, SITE.replace("_1", "_2"))
    assert named(said, "these services run behind an older fence") == ["early.service", "probe.service"]
    assert restarted(machine, "probe") == "open"  # the new policy lets it read the file
    assert "WITHOUT" not in apt(machine, "remove", "site-policies")
    assert restarted(machine, "probe") == "refused"


@on_one_release
def test_an_optional_policy_that_goes_is_said_before(machine):
    install(machine, *BOTH)
    place(machine, ["strict"], "[Service]\nX-LandlockPolicy=nginx\n")
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=-%p\n")
    said = apt(machine, "remove", "ringfence-policies")
    assert named(said, "and at the next start they run WITHOUT a fence") == ["nginx.service"]
    assert named(said, "these units lose their policy, and do not start any more") == ["strict.service"]
    assert said.index("WITHOUT a fence") < said.index("Processing triggers for ringfence")
    assert restarted(machine, "strict") == "refused"
    machine.restart("nginx.service")
    assert "ringfence-exec" not in machine.show("nginx.service", "ExecStart")

    install(machine, BOTH[1])
    said = apt(machine, "remove", "ringfence-policies", refuse=True)
    assert named(said, "these units lose their policy, and do not start any more") == [
        "nginx.service", "strict.service"]
    assert machine.restart("nginx.service", check=False).returncode != 0
    install(machine, BOTH[1])
    machine.restart("nginx.service")
    assert "ringfence-exec" in machine.show("nginx.service", "ExecStart")


# Other versions


def test_updates_and_downgrades_while_services_run(machine):
    names = [f"probe{number}" for number in range(20)]
    install(machine, *BOTH, SITE)
    place(machine, names)
    machine.run("ringfence", "enable", "nginx")
    machine.restart("nginx.service")
    machine.run("systemctl", "start", *names)
    running = {**main_pids(machine, names), **main_pids(machine, ["nginx"])}
    for folder in ("newer", "older"):
        said = install(machine, *(path.replace("/debs", f"/debs/{folder}") for path in BOTH))
        assert {**main_pids(machine, names), **main_pids(machine, ["nginx"])} == running, "one was restarted"
        # The policy for nginx is another; that of the others is the same.
        assert named(said, "these services run behind an older fence") == ["nginx.service"]
        assert restarted(machine, names[0]) == "shut"
        running |= main_pids(machine, names[:1])
    assert "nginx" in machine.run("curl", "-s", "http://127.0.0.1/").stdout


@on_one_release
def test_nothing_starts_open_between_unpacking_and_the_reload(machine):
    """The worst moment: files are new, and systemd still has the drop-ins of the old generator."""
    install(machine, *BOTH, SITE)
    place(machine, ["probe"])
    machine.run("dpkg", "--unpack", "/debs/newer/ringfence.deb")
    assert restarted(machine, "probe") in ("shut", "refused")
    machine.reload()
    assert restarted(machine, "probe") in ("shut", "refused")
    machine.run("dpkg", "--configure", "-a")
    assert restarted(machine, "probe") == "shut"


# Removed


def test_a_removal_is_refused_while_a_unit_asks(machine):
    install(machine, *BOTH, SITE)
    place(machine, ["probe", "broken"])
    machine.drop_in("broken.service", "[Service]\nX-LandlockPolicy=probe missing\n")
    machine.run("ringfence", "enable", "nginx")
    for action in ("remove", "purge"):
        said = apt(machine, action, "ringfence", check=False)
        assert named(said, "these units ask for a Landlock fence") == [
            "broken.service", "nginx.service", "probe.service"]
        assert machine.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", "ringfence").stdout == "ii "
        assert restarted(machine, "probe") == "shut"
        assert restarted(machine, "broken") == "refused"


def test_a_forced_removal_leaves_nothing_open(machine):
    install(machine, *BOTH, SITE)
    place(machine, ["probe", "dash\\x2dprobe"])
    machine.write("/etc/systemd/system/instance@.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n"
                  "X-LandlockPolicy=probe\n")
    machine.write("/etc/systemd/user/usual.service", "[Service]\nExecStart=/usr/bin/true\nX-LandlockPolicy=probe\n")
    machine.run("ringfence", "enable", "nginx")
    machine.reload()
    assert restarted(machine, "probe") == "shut"
    said = apt(machine, "purge", "ringfence", refuse=True)
    assert named(said, "these units do not start until") == [
        "dash\\x2dprobe.service", "instance@.service", "nginx.service", "probe.service", "usual.service"]
    assert "AssertPathExistsGlob=%t/" in machine.read("/etc/systemd/user/usual.service.d/zzz-ringfence-removed.conf")
    for _ in range(2):
        assert restarted(machine, "probe") == restarted(machine, "dash\\x2dprobe") == "refused"
        assert machine.restart("nginx.service", check=False).returncode != 0
        assert machine.start("instance@one.service", check=False).returncode != 0 or \
            machine.show("instance@one.service", "AssertResult") == "no"
        machine.reload()

    said = install(machine, *BOTH)
    assert restarted(machine, "probe") == "shut"
    assert machine.run("find /etc/systemd -name 'zzz-*'").stdout == ""
    machine.restart("nginx.service")
    assert "ringfence-exec" in machine.show("nginx.service", "ExecStart")


@on_one_release
def test_the_control(machine):
    """Without the step in prerm, the unit that asks by hand would start open."""
    install(machine, *BOTH, SITE)
    place(machine, ["probe"])
    machine.write("/var/lib/dpkg/info/ringfence.prerm", "#!/bin/sh\n", mode="755")
    apt(machine, "remove", "ringfence")
    assert restarted(machine, "probe") == "open"


def test_a_purge_leaves_nothing(machine):
    before = files_of(machine)
    install(machine, *BOTH)
    machine.run("ringfence", "enable", "nginx")
    machine.restart("nginx.service")
    machine.write("/etc/ringfence/policies/nginx.toml.d/50-site.toml", "version = 1\n")
    timers = ("ringfence-report.timer", "ringfence-metrics.timer")
    machine.run("systemctl", "preset", *timers)  # as `systemctl preset-all` does, which enables what no preset names
    assert machine.run("systemctl", "is-enabled", *timers, check=False).stdout.split() == ["disabled", "disabled"]
    machine.run("systemctl", "start", "ringfence-report.service")
    machine.run("systemctl", "enable", "--now", "ringfence-report.timer")
    machine.run("ringfence", "disable", "nginx")
    apt(machine, "purge", "ringfence", "ringfence-policies")
    assert files_of(machine) - before == set()
    machine.restart("nginx.service")
    assert "ringfence" not in machine.cat("nginx.service")
    assert machine.run("systemctl", "list-units", "--all", "ringfence*").stdout.count("0 loaded units") == 1
