# SPDX-License-Identifier: LGPL-2.1-or-later
"""What systemd, the kernel and the journal derive from the command in ExecStart=, with and without a fence: the table
"What is derived from ExecStart=" in ARCHITECTURE.md has a row for each test."""
import json
import os
import re

import pytest

from lib.rig.policies import sleep_policy
from test_enable import clean  # noqa: F401

UNIT = "derived.service"
WRAPPER = "/usr/libexec/ringfence-exec"
ASKS = "X-LandlockPolicy=derived\n"
POLICY = sleep_policy().replace("execute = [", 'execute = ["/usr/bin", "/opt", ').replace(
    "read = [", 'read = ["/usr", "/opt", "/etc", "/proc", "/dev", ')
SPAWN_FAILED = "641257651c1b4ec9a8624d7a40a9e1e7"

# Prints what it is, twice. The kernel, tools and journald look a process up in these files.
FACTS = """\
import json, os, time
def read(name):
    try:
        return open(f"/proc/self/{name}").read().rstrip("\\n")
    except OSError as error:
        return error.strerror
facts = {name: read(name) for name in ("comm", "cmdline", "loginuid", "cgroup", "attr/current", "personality")}
facts["exe"] = os.readlink("/proc/self/exe")
facts["exec_pid"] = os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid())
facts["pam"] = os.environ.get("FROM_PAM")
print("FACTS", json.dumps(facts), flush=True)
time.sleep(2.5)
print("later", flush=True)
time.sleep(600)
"""


@pytest.fixture
def derived(clean):  # noqa: F811
    clean.write("/opt/facts.py", FACTS)
    clean.policy("derived", POLICY)
    yield clean
    clean.run("systemctl", "stop", UNIT, check=False)
    clean.run("rm -rf /opt/facts.py /opt/as-owner /opt/capable /etc/pam.d/derived /opt/pam_env")


def with_and_without(machine, text, look):
    """What `look` sees of the unit without and with the fence."""
    seen = []
    for asks in ("", ASKS):
        start = machine.now()
        machine.unit(UNIT, "[Service]\n" + text + asks)
        assert (WRAPPER in machine.show(UNIT, "ExecStart")) == bool(asks)
        machine.restart(UNIT, check=False)
        seen.append(look(machine, start))
        machine.run("systemctl", "stop", UNIT, check=False)
        machine.run("systemctl", "reset-failed", UNIT, check=False)
    return seen


def printed(machine, start, text):
    """The entry that begins with this text. If the process has ended, journald may not know its unit."""
    def found():
        return [entry for entry in machine.journal(since=start) if str(entry.get("MESSAGE", "")).startswith(text)]
    return machine.wait_for(found, what=f"the line {text!r}")[0]


def facts(machine, start):
    return json.loads(printed(machine, start, "FACTS")["MESSAGE"].removeprefix("FACTS "))


RUNS = "ExecStart=/usr/bin/python3 /opt/facts.py\n"


def test_name_program_and_arguments(derived):
    """/proc/PID/comm, exe and cmdline: ps, coredumps, the OOM killer, $0. No process is between systemd and the program:
    $SYSTEMD_EXEC_PID, and with it $LISTEN_PID, $WATCHDOG_PID and the sender of notifications."""
    bare, fenced = with_and_without(derived, RUNS, facts)
    assert fenced == bare
    assert bare["comm"] == "python3" and bare["exec_pid"], bare


def status_lines(machine, start):
    printed(machine, start, "FACTS")
    text = machine.status(UNIT)
    main = re.search(r"^ *Main PID: (\d+) (.*)$", text, re.M)
    tree = text[text.index("CGroup:"):].split("\n\n")[0]
    # The log that follows has other lines.
    return main[2], re.sub(r"\d+", "N", tree), machine.show(UNIT, "ControlGroup")


def test_lines_of_systemctl_status(derived):
    """Main PID: and CGroup: are the program's."""
    bare, fenced = with_and_without(derived, RUNS, status_lines)
    assert fenced == bare and bare[0] == "(python3)", (bare, fenced)


ENDS = {  # the line Process: and the properties ExecMain*: how it ended
    "success": "Type=oneshot\nExecStart=/usr/bin/sh -c 'exit 0'\n",
    "failure": "Type=oneshot\nExecStart=/usr/bin/sh -c 'exit 7'\n",
    "signal": "Type=oneshot\nExecStart=/usr/bin/sh -c 'kill -TERM $$$$'\n",
    "ignored": "Type=oneshot\nExecStart=-/usr/bin/sh -c 'exit 7'\n",
    "missing": "Type=oneshot\nExecStart=/usr/bin/missing\n",
    "several": "Type=oneshot\nExecStart=/usr/bin/sh -c 'exit 0'\nExecStart=/usr/bin/sh -c 'exit 3'\n",
}


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ended(derived, name):
    """ExecMainCode=, ExecMainStatus= and Result=. The line Process: has the command of the unit, which is the wrapper's,
    and the same status."""
    def look(machine, _):
        ended = re.findall(r"^ *Process: \d+ ExecStart=\S+.*\((.*)\)$", machine.status(UNIT), re.M)
        return [machine.show(UNIT, word) for word in ("Result", "ExecMainCode", "ExecMainStatus")] + ended
    bare, fenced = with_and_without(derived, ENDS[name], look)
    assert fenced == bare
    assert len(bare) > 3 or name in ("success", "ignored")


def test_pam_session(derived):
    """PAMName= names the service of PAM; nothing there comes from the command. The variables of its modules arrive."""
    if derived.run("test -e /usr/lib/*/security/pam_env.so", check=False).returncode != 0:
        pytest.skip("no PAM modules in this image")
    derived.write("/opt/pam_env", "FROM_PAM=yes\n")
    derived.write("/etc/pam.d/derived", "account required pam_permit.so\nauth required pam_permit.so\n"
                  "session required pam_env.so envfile=/opt/pam_env\nsession optional pam_loginuid.so\n")
    bare, fenced = with_and_without(derived, RUNS + "User=nobody\nPAMName=derived\n", facts)
    assert fenced == bare and bare["pam"] == "yes", (bare, fenced)


def test_utmp(derived):
    """UtmpIdentifier= and UtmpMode=: systemd writes the record before the wrapper runs, with the same process."""
    if derived.run("test -w /run/utmp && command -v utmpdump", check=False).returncode != 0:
        pytest.skip("no /run/utmp, or no utmpdump(1), in this image")

    def look(machine, start):
        printed(machine, start, "FACTS")
        dump = machine.run("utmpdump", "/run/utmp").stdout
        pid = int(machine.show(UNIT, "MainPID"))
        lines = [line for line in dump.splitlines() if "[rfut]" in line]
        assert len(lines) == 1 and f"[{pid:05}]" in lines[0], dump
        return re.sub(r"\[[^]]*[:,][^]]*\]", "[TIME]", lines[0].replace(f"[{pid:05}]", "[PID]"))
    bare, fenced = with_and_without(derived, RUNS + "UtmpIdentifier=rfut\nUtmpMode=user\n", look)
    assert fenced == bare


def test_what_journald_looks_up(derived):
    """_COMM=, _EXE= and _CMDLINE= are those of a process when journald looked, at most once a second. So messages of the
    first second have the wrapper's after 3 of 12 starts; later ones have the program's. SYSLOG_IDENTIFIER= and the unit
    are always right."""
    def look(machine, start):
        early, later = printed(machine, start, "FACTS"), printed(machine, start, "later")
        assert early["SYSLOG_IDENTIFIER"] == later["SYSLOG_IDENTIFIER"]
        assert early["_SYSTEMD_UNIT"] == later["_SYSTEMD_UNIT"] == UNIT
        assert re.fullmatch(r"rf[0-9a-f]{13}|\(?[a-z0-9-]+\)?", early["_COMM"]), early
        return [later.get(name) for name in ("SYSLOG_IDENTIFIER", "_COMM", "_EXE", "_CMDLINE")]
    bare, fenced = with_and_without(derived, RUNS, look)
    assert fenced == bare
    assert bare[:2] == ["python3", "python3"]


def test_a_failure_before_the_command(derived):
    """If systemd itself fails before it executes the command, its message names the wrapper. The unit is the same."""
    def look(machine, start):
        found = machine.wait_for(lambda: machine.journal(since=start, MESSAGE_ID=SPAWN_FAILED), what="systemd's message")
        machine.wait_state(UNIT, "failed")
        return found[0]["UNIT"], found[0]["EXECUTABLE"], machine.show(UNIT, "ExecMainStatus")
    bare, fenced = with_and_without(derived, RUNS + "WorkingDirectory=/no-such-directory\n", look)
    assert bare == (UNIT, "/usr/bin/python3", "200")
    assert fenced == (UNIT, WRAPPER, "200")


PRINTS_STATUS = "Type=oneshot\nRemainAfterExit=yes\nExecStart=/opt/{} -E \"^(Uid|CapEff)\" /proc/self/status\n"


def ids_and_capabilities(machine, start):
    uid, capabilities = printed(machine, start, "Uid:"), printed(machine, start, "CapEff:")
    return uid["MESSAGE"].split()[2], int(capabilities["MESSAGE"].split()[1], 16)


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_set_user_id_program(derived, user):
    """The kernel gives the program its owner, as without a fence, where Landlock does not need no_new_privs: with
    CAP_SYS_ADMIN. Otherwise it does not, and the record of the start says why."""
    derived.run("install -d /opt && install -o man -m 4755 /usr/bin/grep /opt/as-owner")
    bare, fenced = with_and_without(derived, PRINTS_STATUS.format("as-owner") + f"User={user}\n", ids_and_capabilities)
    owner, nobody = (derived.run("id", "-u", name).stdout.strip() for name in ("man", "nobody"))
    assert bare[0] == owner
    assert fenced[0] == (owner if user == "root" else nobody)
    derived.start(UNIT)
    assert ("no_new_privs set" in derived.fence(UNIT)["MESSAGE"]) == (user == "nobody")


def test_file_capabilities(derived):
    """The same for the extended attribute security.capability of the program."""
    derived.run("install", "-m", "755", "/usr/bin/grep", "/opt/capable")
    derived.run("python3", "-c", "import os, struct; os.setxattr('/opt/capable', 'security.capability', "
                "struct.pack('<5I', 0x02000001, 1 << 10, 0, 0, 0))")  # CAP_NET_BIND_SERVICE, effective
    bare, fenced = with_and_without(derived, PRINTS_STATUS.format("capable") + "User=nobody\n", ids_and_capabilities)
    assert bare[1] == 1 << 10
    assert fenced[1] == 0


# Security modules that decide by the executed file. Where the kernel has none of them, these are skipped. -------------

def label(machine, start):
    return facts(machine, start)["attr/current"]


def test_apparmor(derived):
    """A profile that is attached to the program's path."""
    enabled = "/sys/module/apparmor/parameters/enabled"
    if not os.path.exists(enabled) or open(enabled, encoding="ascii").read().strip() != "Y":
        pytest.skip("this kernel has no AppArmor")
    derived.run("apparmor_parser", "-r", input="profile derived /opt/confined flags=(complain) { file, }\n")
    derived.run("install", "-m", "755", "/usr/bin/python3", "/opt/confined")
    bare, fenced = with_and_without(derived, "ExecStart=/opt/confined /opt/facts.py\n", label)
    derived.run("rm", "/opt/confined")
    assert fenced == bare and "derived" in bare


def test_selinux(derived):
    """The domain of the service, which the policy of SELinux derives from the type of the executed file."""
    if not os.path.exists("/sys/fs/selinux/enforce"):
        pytest.skip("this kernel has no SELinux")
    bare, fenced = with_and_without(derived, RUNS, label)
    assert fenced == bare


def test_smack(derived):
    """SmackProcessLabel= is the unit's; without it, systemd reads security.SMACK64EXEC of the command's file."""
    if not os.path.exists("/sys/fs/smackfs/load2"):
        pytest.skip("this kernel has no Smack")
    bare, fenced = with_and_without(derived, RUNS + "SmackProcessLabel=Derived\n", label)
    assert fenced == bare
