# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a unit's own settings hide from it or make read-only: `check` must say what systemd does, and a start that fails
because of it must name the setting."""
import json

import pytest

from lib.rig.policies import sleep_policy

FILES = ["/home/db/f", "/root/f", "/run/user/f", "/srv/a/f", "/srv/b/c/f", "/tmp/f", "/var/tmp/f", "/var/lib/app/f",
         "/var/lib/other/f", "/etc/app/f", "/opt/f", "/usr/local/f"]
PROBE = "probe.service"
NAP = "nap.service"
SCRIPT = "/usr/lib/ringfence-rig/probe"
# systemd puts an empty file in the place of an inaccessible one.
PROGRAM = """\
#!/usr/bin/sh
for path; do
    if [ -z "$(cat "$path" 2>&-)" ]; then
        echo "$path hidden"
    else
        error=$({ : >>"$path"; } 2>&1) && echo "$path open"
        case $error in *Read-only*) echo "$path read-only" ;; esac
    fi
done
"""
CASES = [
    "",
    "ProtectHome=yes",
    "ProtectHome=tmpfs",
    "ProtectHome=read-only",
    "ProtectHome=tmpfs\nBindPaths=/home/db",
    "ProtectHome=tmpfs\nBindReadOnlyPaths=/home/db",
    "ProtectHome=yes\nBindPaths=/home/db",
    "ProtectHome=yes\nReadWritePaths=/home/db",
    "ProtectHome=read-only\nReadWritePaths=/home/db",
    "ProtectSystem=yes",
    "ProtectSystem=full",
    "ProtectSystem=strict",
    "ProtectSystem=strict\nReadWritePaths=/srv /etc/app/f",
    "ProtectSystem=strict\nStateDirectory=app",
    "ProtectSystem=strict\nConfigurationDirectory=app",
    "ProtectSystem=strict\nPrivateTmp=yes",
    "ProtectSystem=strict\nBindPaths=/opt:/srv/a",
    "TemporaryFileSystem=/var/lib\nStateDirectory=app",
    "TemporaryFileSystem=/srv:ro\nBindReadOnlyPaths=/srv/b/c",
    "TemporaryFileSystem=/srv\nBindPaths=/srv",
    "TemporaryFileSystem=/\nBindReadOnlyPaths=/usr /lib /lib64\nBindPaths=/opt",
    "PrivateTmp=yes",
    "PrivateTmp=yes\nBindPaths=/tmp/f",
    "InaccessiblePaths=/srv/a",
    "InaccessiblePaths=/srv\nReadWritePaths=/srv/a",
    "InaccessiblePaths=/srv/a/f -/missing",
    "ReadOnlyPaths=/srv\nReadWritePaths=/srv/a",
    "ReadWritePaths=/srv\nReadOnlyPaths=/srv",
    "ReadOnlyPaths=/srv/b\nReadWritePaths=/srv",
    "DynamicUser=yes",
    "DynamicUser=yes\nProtectHome=yes",
    "DynamicUser=yes\nProtectSystem=full",
]


def prepare(machine):
    for path in FILES:
        machine.write(path, "x", mode="666")
    machine.run("chmod", "755", "/root", "/opt", "/srv")
    machine.write(SCRIPT, PROGRAM, mode="755")


def what_happens(machine, lines):
    """What a service finds that has these settings and no fence."""
    machine.unit(PROBE, f"[Service]\nType=oneshot\n{lines}\n"
                 f"ExecStart={SCRIPT} {' '.join(FILES)}\n")
    began = machine.now()
    machine.start(PROBE)
    said = [entry["MESSAGE"].split() for entry in machine.journal(since=began, _SYSTEMD_UNIT=PROBE)
            if entry.get("SYSLOG_IDENTIFIER") == "probe"]
    return {path: word for path, word in said}


def what_check_says(machine, lines):
    machine.policy("nap", sleep_policy(write=FILES))
    machine.unit(NAP, f"[Service]\nX-LandlockPolicy=nap\n{lines}\nExecStart=/usr/bin/sleep 100\n")
    done = machine.run("ringfence", "check", "--json", NAP, check=False)
    words = {"hidden-path": "hidden", "read-only-path": "read-only"}
    found = {finding["subject"]: words[finding["check"]] for finding in json.loads(done.stdout)["findings"]
             if finding["check"] in words}
    return {path: found.get(path, "open") for path in FILES}


@pytest.mark.parametrize("lines", CASES)
def test_check_says_what_systemd_does(machine, lines):
    prepare(machine)
    assert what_check_says(machine, lines) == what_happens(machine, lines)


@pytest.mark.parametrize("lines, setting, path", [
    ("ProtectHome=yes", "ProtectHome= of the unit hides /home", "/home/db/f"),
    ("ProtectHome=yes\nUser=nobody", "ProtectHome= of the unit hides /home", "/home/db/f"),
    ("PrivateTmp=yes", "PrivateTmp= of the unit hides /tmp", "/tmp/f"),
    ("TemporaryFileSystem=/srv", "TemporaryFileSystem= of the unit hides /srv", "/srv/a/f"),
])
def test_a_start_that_fails_names_the_setting(machine, lines, setting, path):
    prepare(machine)
    machine.policy("nap", sleep_policy() + f'write = ["{path}"]\n')
    machine.unit(NAP, f"[Service]\nX-LandlockPolicy=nap\n{lines}\nExecStart=/usr/bin/sleep 100\n")
    began = machine.now()
    machine.start(NAP, check=False)
    machine.wait_state(NAP, "failed")
    messages = [entry["MESSAGE"] for entry in machine.journal(since=began, _SYSTEMD_UNIT=NAP)]
    assert any(path in message and setting in message for message in messages), messages
    # With a leading "-", the service starts, also if it may not even look for the path.
    machine.policy("nap", sleep_policy() + f'write = ["-{path}"]\n')
    machine.reload()
    machine.restart(NAP)
    machine.wait_state(NAP, "active")


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_rule_on_the_hidden_path_itself_has_no_effect(machine, user):
    """systemd leaves a directory without rights at the hidden path, and Landlock can have a rule on it."""
    prepare(machine)
    machine.policy("nap", sleep_policy(write=["/home"]))
    machine.unit(NAP, f"[Service]\nX-LandlockPolicy=nap\nProtectHome=yes\nUser={user}\n"
                 "ExecStart=/usr/bin/sleep 100\n")
    machine.restart(NAP)
    machine.wait_state(NAP, "active")
    assert "the rule has no effect" in machine.run("ringfence", "check", NAP, check=False).stdout
