# SPDX-License-Identifier: LGPL-2.1-or-later
"""Units of a user manager. They are fenced without any privilege, by files in the user's home."""
import json
import os

import pytest

from lib.rig.policies import sleep_policy

USER, UID, HOME = "alice", "1000", "/home/alice"
UNITS, POLICIES = f"{HOME}/.config/systemd/user", f"{HOME}/.config/ringfence/policies"
REQUEST = f"{UNITS}/app.service.d/50-ringfence.conf"
UNIT = """\
[Service]
ExecStart=/bin/sh -c 'if read line </etc/hostname; then echo open; else echo shut; fi >%h/state/read; \
exec /usr/bin/sleep infinity'
"""
POLICY = sleep_policy("app.service", programs=["/usr/bin/dash"], write=["%h/state"])


class UserManager:
    def __init__(self, machine):
        self.machine = machine

    def run(self, *command, check=True, input=None):
        return self.machine.run(
            "setpriv", f"--reuid={UID}", f"--regid={UID}", "--init-groups", "env", f"HOME={HOME}",
            f"USER={USER}", f"XDG_RUNTIME_DIR=/run/user/{UID}", *command, check=check, input=input)

    def systemctl(self, *arguments, check=True):
        return self.run("systemctl", "--user", *arguments, check=check)

    def ringfence(self, verb, *arguments, status=0):
        self.machine.run("journalctl", "--sync")
        done = self.run("ringfence", verb, "--user", *arguments, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def write(self, path, text):
        self.run("mkdir", "-p", os.path.dirname(path))
        self.run("tee", path, input=text)

    def show(self, prop):
        return self.systemctl("show", "--value", "-p", prop, "app.service").stdout.strip()

    def report(self):
        """The wrapper's record of the last start, as the journal has it."""
        records = [record for record in self.machine.journal(_SYSTEMD_USER_UNIT="app.service")
                   if "LANDLOCK_STATUS" in record
                   and record["_SYSTEMD_INVOCATION_ID"] == self.show("InvocationID")]
        assert records
        return records[-1]

    def state(self):
        done = self.run("ringfence", "status", "--user", "--json", "app", check=False)
        return json.loads(done.stdout)["units"][0]["state"], done.returncode


@pytest.fixture(scope="module")
def manager(shared_machine):
    """Starts a user manager without a login, as lingering does."""
    machine = shared_machine
    machine.run("useradd", "-m", "-u", UID, "-G", "systemd-journal", USER)
    # libpam-systemd would set the variable, but the tree does not have it.
    machine.run("install", "-D", "/dev/stdin", "/etc/systemd/system/user@.service.d/rig.conf",
                input="[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", f"user@{UID}.service")
    yield UserManager(machine)
    machine.run("systemctl", "stop", f"user@{UID}.service")


@pytest.fixture
def app(manager, machine):
    machine.concern(f"user@{UID}.service")
    manager.run("mkdir", "-p", f"{HOME}/state")
    manager.write(f"{UNITS}/app.service", UNIT)
    manager.write(f"{POLICIES}/app.toml", POLICY)
    yield manager
    manager.systemctl("stop", "app.service", check=False)
    machine.run("rm", "-rf", f"{HOME}/.config", f"{HOME}/state")
    manager.systemctl("daemon-reload")
    manager.systemctl("reset-failed", check=False)


def what_it_read(app):
    path = f"{HOME}/state/read"
    app.machine.wait_for(lambda: app.run("test", "-s", path, check=False).returncode == 0, what=path)
    return app.machine.read(path).strip()


def test_without_a_fence_it_reads(app):
    """The control."""
    app.systemctl("restart", "app.service")
    assert what_it_read(app) == "open"


def test_fenced_without_privileges(app):
    text = app.ringfence("enable", "app")
    assert text == (f"app.service: policy app, as {POLICIES}/app.toml says\n  wrote {REQUEST}\n")
    app.systemctl("restart", "app.service")
    assert what_it_read(app) == "shut"
    record = app.report()
    assert record["LANDLOCK_STATUS"] == "enforced" and record["_UID"] == UID
    assert record["_SYSTEMD_UNIT"] == f"user@{UID}.service"
    # Without CAP_SYS_ADMIN, Landlock needs no_new_privs, and the report says so.
    assert "no_new_privs set" in record["MESSAGE"]
    assert "NoNewPrivs:\t1\n" in app.machine.read(f"/proc/{app.show('MainPID')}/status")
    assert app.show("StatusText").startswith("ringfence: app enforced")
    assert app.state() == ("enforced", 0)


def test_after_a_reload_only_a_restart_proves_the_fence(app):
    """A user's manager forgets at a reload which command it executed, and keeps no record. A service that started
    open can send the report that is looked for, so a report alone is never enough."""
    app.ringfence("enable", "app")
    app.systemctl("restart", "app.service")
    assert app.state() == ("enforced", 0)
    app.systemctl("daemon-reload")
    assert app.state() == ("unknown", 1)
    assert "systemctl --user restart app.service" in app.ringfence("status", "app", status=1)
    assert "may run without this fence until: systemctl --user restart" in app.ringfence("enable", "app")
    app.systemctl("restart", "app.service")
    assert app.state() == ("enforced", 0)


def test_the_denial_is_the_users_units(app):
    app.ringfence("enable", "app")
    app.systemctl("restart", "app.service")
    assert what_it_read(app) == "shut"
    denial, = [denial for denial in app.machine.settled_denials("app.service")["denials"]
               if denial["object"]["path"] == "/etc/hostname"][-1:]
    assert denial["rights"] == ["fs.read_file"]


def test_a_broken_policy_refuses(app):
    app.ringfence("enable", "app")
    app.write(f"{POLICIES}/app.toml", POLICY.replace("write", "wriet"))
    app.systemctl("daemon-reload")
    app.systemctl("restart", "app.service", check=False)
    app.machine.wait_for(lambda: app.show("ActiveState") == "failed", what="failed")
    record = app.report()
    assert record["LANDLOCK_STATUS"] == "refused"
    assert f"{POLICIES}/app.toml:9:1: " in record["LANDLOCK_ERROR"]
    assert app.run("test", "-e", f"{HOME}/state/read", check=False).returncode == 1
    assert app.state() == ("refused", 4)
    assert "did you mean `write`?" in app.ringfence("enable", "app", status=1)


def test_without_the_user_generator_it_refuses(app):
    app.ringfence("enable", "app")
    app.systemctl("restart", "app.service")
    app.machine.write("/etc/systemd/user-generators/ringfence-generator", "")
    app.systemctl("daemon-reload")
    assert app.systemctl("restart", "app.service", check=False).returncode != 0
    assert app.show("AssertResult") == "no"
    assert app.state() == ("not-generated", 4)


def test_disable(app):
    app.ringfence("enable", "app")
    app.systemctl("restart", "app.service")
    assert f"removed {REQUEST}" in app.ringfence("disable", "app")
    app.run("rm", f"{HOME}/state/read")
    app.systemctl("restart", "app.service")
    assert what_it_read(app) == "open"
    assert app.state()[1] == 4


def test_a_link_in_the_home_leads_to_a_rule(app):
    """Everything belongs to the user there, so the wrapper follows the user's links, but none that the service
    may change."""
    app.run("mkdir", f"{HOME}/real")
    app.run("ln", "-s", "real", f"{HOME}/data")
    try:
        app.write(f"{POLICIES}/app.toml", POLICY.replace('read = [', f'read = ["{HOME}/data", '))
        app.ringfence("enable", "app")
        app.systemctl("restart", "app.service")
        assert what_it_read(app) == "shut"
        assert "--trust-links=own" in app.systemctl("cat", "app.service").stdout
        app.write(f"{POLICIES}/app.toml",
                  POLICY.replace('read = [', f'read = ["{HOME}/state/data", '))
        app.run("ln", "-s", "/", f"{HOME}/state/data")
        app.systemctl("daemon-reload")
        app.systemctl("restart", "app.service", check=False)
        app.machine.wait_for(lambda: app.show("ActiveState") == "failed", what="failed")
        assert f"the rule on {HOME}/state lets the service change it" in app.report()["LANDLOCK_ERROR"]
    finally:
        app.machine.run("rm", "-r", f"{HOME}/real", f"{HOME}/data")
