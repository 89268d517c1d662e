# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fenced service leaves a symbolic link behind where a rule of its next start leads.

tests/attack/test_next_fence.py tries the wrapper alone. Here are the units of real attacks: systemd restarts the
service, expands its settings, and shows the refusal.
"""
import json

import pytest

from lib.exit_status import REFUSED
from lib.rig.policies import LIBRARIES

UNIT, HOME = "next.service", "/var/lib/next"
TOOLS = ["/usr/bin/dash", "/usr/bin/cat", "/usr/bin/mv", "/usr/bin/ln", "/usr/bin/sleep"]

# It reads what the fence must deny, and then waits for the order to attack.
SCRIPT = f"""\
cat /etc/hostname /srv/secret >>{HOME}/read 2>&1
echo end >>{HOME}/read
until [ -e {HOME}/attack ]; do sleep 0.05; done
cd {HOME} && . ./attack; mv attack attacked; kill $$
"""


def policy(write=(HOME,), read=(), execute=(), more=""):
    return "\n".join(["version = 1", "abi = 7", more, "[filesystem]",
                      f"execute = {json.dumps([*TOOLS, *execute])}",
                      f'read = {json.dumps(["/etc/ld.so.cache", LIBRARIES, "/opt/next", *read])}',
                      f"write = {json.dumps([*write])}"]) + "\n"


class Service:
    def __init__(self, machine):
        self.machine = machine

    def install(self, policy_text, *lines, restart="always"):
        self.machine.policy("next", policy_text)
        self.machine.unit(UNIT, "\n".join(
            ["[Service]", "User=next", "X-LandlockPolicy=next", f"Restart={restart}", "RestartSec=0",
             "ExecStart=/usr/bin/dash /opt/next/script", *lines]) + "\n")

    def start(self):
        """Starts it, and returns what it could read."""
        self.machine.run("rm", "-f", f"{HOME}/read")
        self.machine.restart(UNIT)
        return self.wait_for_read()

    def wait_for_read(self):
        def complete():
            done = self.machine.run("cat", f"{HOME}/read", check=False)
            return done.stdout.removesuffix("end\n") if done.stdout.endswith("end\n") else None
        return self.machine.wait_for(complete, what="what it read")

    def attack(self, commands):
        """The service runs these commands inside its fence and ends; systemd starts it again."""
        self.machine.run("rm", "-f", f"{HOME}/read")
        self.machine.run("tee", f"{HOME}/order", input=commands + "\n")
        self.machine.run("chown", "next:", f"{HOME}/order")
        self.machine.run("mv", f"{HOME}/order", f"{HOME}/attack")
        self.machine.wait_for(lambda: self.machine.run("test", "-e", f"{HOME}/attacked", check=False)
                              .returncode == 0, what="the attack")

    def wait_refused(self, *words):
        self.machine.wait_state(UNIT, "failed")
        record = self.machine.fence(UNIT)
        assert record["LANDLOCK_STATUS"] == "refused", record
        for word in words:
            assert word in record["LANDLOCK_ERROR"], record
        assert self.machine.run("test", "-e", f"{HOME}/read", check=False).returncode == 1
        assert "refused: the rule on " in self.machine.status(UNIT)
        assert self.machine.show(UNIT, "ExecMainStatus") == str(REFUSED)


@pytest.fixture
def service(machine):
    machine.run(f"useradd -r next; install -d -o next -g next {HOME} {HOME}/plugins; mkdir /opt/next")
    machine.write("/opt/next/script", SCRIPT)
    machine.write("/srv/secret", "content\n")
    yield Service(machine)
    machine.run("systemctl", "stop", UNIT, check=False)
    machine.run(f"rm -rf {HOME} /opt/next; userdel next")


def assert_kept_out(text):
    assert text.count("Permission denied") == 2 and "content" not in text, text


def test_the_attack_pays(service):
    """The control: the same link, made by root where the service cannot make one, opens everything."""
    service.machine.run("ln", "-s", "/", "/opt/next/plugins")
    service.install(policy(read=["/opt/next/plugins"]))
    assert "content\n" in service.start()


def test_link_in_a_writable_place(service):
    service.install(policy(read=[f"{HOME}/plugins"]))
    assert_kept_out(service.start())
    service.attack("mv plugins old; ln -s / plugins")
    service.wait_refused(f"the rule on {HOME}/plugins leads through the symbolic link {HOME}/plugins, and the rule "
                         f"on {HOME} lets the service change it",
                         "write the link's target into the policy, or move the link")


def test_link_in_the_state_directory(service):
    """The unit's own setting lets it write. The policy's rule grants more than that, and leads through the link."""
    service.install(policy(write=(), execute=[f"{HOME}/plugins"]), "StateDirectory=next")
    assert_kept_out(service.start())
    service.attack("mv plugins old; ln -s / plugins")
    service.wait_refused(f"symbolic link {HOME}/plugins, and the rule on {HOME} lets the service change it")


@pytest.mark.parametrize("setting, link, target", [
    ("PIDFile={home}/run/next.pid", "run", "/etc"), ("WorkingDirectory={home}/work", "work", "/srv"),
    ("WorkingDirectory=-%S/next/work", "work", "/"), ("ReadWritePaths={home}/run", "run", "/srv"),
])
def test_what_the_state_directory_allows_already(service, setting, link, target):
    """Such a rule is not even made, so a link there does no harm: also not to releases of one's own."""
    service.machine.run(f"install -d -o next {HOME}/{link}")
    service.install(policy(write=()), "StateDirectory=next", setting.format(home=HOME))
    assert_kept_out(service.start())
    service.attack(f"mv {link} old; ln -s {target} {link}")
    assert_kept_out(service.wait_for_read())
    assert service.machine.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"


@pytest.mark.parametrize("more", ["", 'trust_links = "root"'])
def test_planted_before_there_was_a_fence(service, more):
    """The policy does not let it write beside the link; it owns the directory all the same."""
    service.machine.run(f"rmdir {HOME}/plugins; ln -s / {HOME}/plugins; chown -h next {HOME}/plugins")
    service.install(policy(write=[], read=[f"{HOME}/plugins"], more=more), restart="no")
    service.machine.restart(UNIT, check=False)
    who = "somebody else than root" if more else "the service's own user or group"
    service.wait_refused(f"symbolic link {HOME}/plugins, and {who} can change {HOME}")


@pytest.mark.parametrize("more, refused", [("", False), ('trust_links = "root"', True)])
def test_links_of_a_deployment(service, more, refused):
    """/usr/local belongs to the group staff, and current -> releases/5 to whoever deploys."""
    service.machine.run("install -d -g staff -m 2775 /usr/local/next /usr/local/next/5; "
                        "ln -s 5 /usr/local/next/current; chown -h :staff /usr/local/next/current")
    try:
        service.install(policy(execute=["/usr/local/next/current"], more=more), restart="no")
        if refused:
            service.machine.restart(UNIT, check=False)
            service.wait_refused("somebody else than root can change /usr/local", '(trust_links is "root")')
        else:
            assert_kept_out(service.start())
    finally:
        service.machine.run("rm", "-r", "/usr/local/next")


def test_dynamic_user(service):
    """systemd makes /var/lib/next-dynamic a link to private/next-dynamic."""
    service.install(policy(write=(HOME,)), "DynamicUser=yes", "User=next-dynamic", "StateDirectory=next-dynamic",
                    "ExecStart=", "ExecStart=/usr/bin/dash -c 'echo written >/var/lib/next-dynamic/file; "
                    "exec sleep infinity'", restart="no")
    service.machine.restart(UNIT)
    service.machine.wait_for(lambda: service.machine.run("cat", "/var/lib/private/next-dynamic/file", check=False)
                             .stdout == "written\n", what="the file")
    service.machine.run("systemctl", "stop", UNIT)
    service.machine.run("rm", "-r", "/var/lib/next-dynamic", "/var/lib/private/next-dynamic")


# The calls of dash, cat and the C library, and those of the wrapper for a policy without links. The generator adds
# those that the wrapper needs besides.
NARROW = """access arch_prctl brk close dup2 execve exit exit_group fadvise64 faccessat2 fcntl fstat getcwd getegid
geteuid getgid getpid getppid getrandom getuid lseek mmap mprotect munmap newfstatat open openat poll pread64 prctl
prlimit64 read rename renameat2 rseq rt_sigaction rt_sigprocmask rt_sigreturn set_robust_list set_tid_address stat
clone clone3 vfork wait4 clock_nanosleep kill uname write sendto socket connect futex""".split()


@pytest.mark.parametrize("names", [["@system-service"], NARROW], ids=["system-service", "narrow"])
def test_the_filter_is_an_allow_list(service, names):
    """The wrapper opens paths with openat2(2), and needs more calls if a path leads through a link."""
    service.install(policy(read=["/var/run", "/var/lock", "/lib"]), f"SystemCallFilter={' '.join(names)}",
                    restart="no")
    assert_kept_out(service.start())
    assert "openat2" in service.machine.show(UNIT, "SystemCallFilter").split()


@pytest.mark.parametrize("file, path", [("PLACE=../../..", "${PLACE}"), ("PLACE=..", "${PLACE}/etc"),
                                        ("PLACE=x/../..", "${PLACE}")])
def test_a_variable_that_climbs(service, file, path):
    """The environment file is in the StateDirectory=."""
    service.machine.run("tee", f"{HOME}/environment", input=file + "\n")
    service.install(policy(read=[f"/opt/next/{path}"]), f"EnvironmentFile={HOME}/environment", restart="no")
    service.machine.restart(UNIT, check=False)
    service.machine.wait_state(UNIT, "failed")
    assert 'the path must not contain ".."' in service.machine.fence(UNIT)["LANDLOCK_ERROR"]


def test_check_finds_the_nested_rule(service):
    service.install(policy(execute=[f"{HOME}/plugins"]))
    done = service.machine.run("ringfence", "check", UNIT, check=False)
    assert done.returncode != 0
    assert "error[nested-grant]: " in done.stdout and f'a rule on "{HOME}/plugins" in it' in done.stdout
