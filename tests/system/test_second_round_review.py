# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second round against the review: senders that lie to journald about who they are, reports that get lost, and
suggestions for a policy of somebody else. Each attack has its control. tests/attack/second_round.py lists them."""
import json
import tomllib

import pytest

from lib.rig.policies import LIBRARIES, sleep_policy
from test_enable import clean, ringfence  # noqa: F401
from test_forged_reports import DIRECTORY, FORGE, POLICY, UNIT, due_digest, forge, liar, restart_with_report, state  # noqa: F401
from test_status import SETTLED, expect, status
from test_user_units import HOME, UID, UNITS, manager  # noqa: F401

TARGET = "/srv/second-round"
REFUSED_ID = "4748a0589cb240159cefea06afd9731c"
# It runs on for a while, because journald looks up the unit of a process that runs. The unit itself does not name the
# wrapper.
DENIED = ("/bin/sh -c 'exec /usr/libexec/ringfence-exec --policy={policy} --abi=7 --execute=/usr --execute=/lib64 "
          f"--read=/etc/ld.so.cache --read=/dev/null -- /usr/bin/dash -c \"cat {TARGET}/{{name}}; sleep 0.5\"'")


@pytest.fixture(scope="module", autouse=True)
def target(shared_machine):
    shared_machine.run(f"mkdir -p {TARGET}; echo x >{TARGET}/wanted; echo x >{TARGET}/own")


@pytest.fixture
def wanted(clean):  # noqa: F811
    """The machine, with the time from which on the journal is looked at."""
    clean.since = f"--since=@{clean.now():.3f}"
    yield clean


def suggested(machine, *arguments):
    """The TOML of --suggest. Comments are no part of it."""
    machine.run("journalctl", "--sync")
    return machine.run("ringfence", "denials", "--no-pager", "--suggest", machine.since, *arguments).stdout


def reads(text):
    """What it proposes to read, without the C library's own files."""
    return [path for path in tomllib.loads(text)["filesystem"]["read"] if not path.startswith("/usr/")]


def denied(machine, path, unit=None, part="denials"):
    def rows():
        return [row for row in machine.denials(None, machine.since)[part]
                if row["object"].get("path") == path and (unit is None or row["unit"] == unit)]
    return machine.wait_for(rows, what=f"the denial on {path}")


def in_report(machine, unit):
    """The states of the unit's rows. The exit status tells of states that need attention."""
    document = json.loads(machine.run("ringfence", "report", "--json", check=False).stdout)
    return [row["state"] for row in document["units"] if row["unit"] == unit]


# Suggestions for the policy of another


def own_denial(machine, policy):
    """The control: the service of the policy is denied something, and that is proposed."""
    machine.policy(policy, sleep_policy(f"{policy}.service", programs=["/usr/bin/cat", "/usr/bin/dash"]))
    machine.unit(f"{policy}.service", f"[Service]\nType=oneshot\nX-LandlockPolicy={policy}\n"
                 f"ExecStart=/usr/bin/dash -c 'cat {TARGET}/own; sleep 0.5'\n")
    machine.start(f"{policy}.service")
    denied(machine, f"{TARGET}/own")


def test_denials_of_a_unit_that_names_anothers_policy(wanted):
    """nobody's unit runs the wrapper with the victim's policy name, and is denied what the victim shall be allowed."""
    own_denial(wanted, "victim")
    wanted.unit("eve.service", "[Service]\nType=oneshot\nUser=nobody\nExecStart=-"
                + DENIED.format(policy="victim", name="wanted") + "\n")
    wanted.start("eve.service")
    row, = denied(wanted, f"{TARGET}/wanted")
    assert (row["unit"], row["policy"]) == ("eve.service", "victim")
    text = suggested(wanted, "--policy=victim")
    assert reads(text) == [f"{TARGET}/own"], text
    assert "eve.service does not ask for the policy victim" in text


def test_denials_of_a_users_unit_with_the_victims_name(manager, wanted):  # noqa: F811
    """`ringfence denials victim` matches the user's unit as well."""
    own_denial(wanted, "victim")
    manager.write(f"{UNITS}/victim.service", "[Service]\nType=oneshot\nExecStart=-"
                  + DENIED.format(policy="victim", name="wanted") + "\n")
    manager.systemctl("daemon-reload")
    manager.systemctl("start", "victim.service")
    rows = denied(wanted, f"{TARGET}/wanted")
    assert rows[-1]["policy"] == "victim"
    text = suggested(wanted, "victim")
    assert reads(text) == [f"{TARGET}/own"], text
    wanted.run("rm", f"{UNITS}/victim.service")


@pytest.mark.parametrize("policy", ["base", "name-service"])
def test_denials_that_name_an_abstraction(wanted, policy):
    """Every policy that extends it would be opened."""
    wanted.unit("eve.service", "[Service]\nType=oneshot\nUser=nobody\nExecStart=-"
                + DENIED.format(policy=policy, name="wanted") + "\n")
    wanted.start("eve.service")
    denied(wanted, f"{TARGET}/wanted")
    text = suggested(wanted, f"--policy={policy}")
    assert "filesystem" not in tomllib.loads(text), text
    assert "Nothing to apply" in wanted.run("ringfence", "denials", f"--policy={policy}", "--apply", wanted.since).stdout


@pytest.mark.parametrize("name", ["../../../../tmp/x", "a/b", "."])
def test_a_policy_name_that_is_none(wanted, name):
    wanted.unit("eve.service", "[Service]\nType=oneshot\nUser=nobody\nExecStart=-"
                + DENIED.format(policy=name, name="wanted") + "\n")
    wanted.start("eve.service")
    denied(wanted, f"{TARGET}/wanted")
    done = wanted.run("ringfence", "denials", "eve", "--apply", wanted.since, check=False)
    assert wanted.run("find / -xdev -name 50-review.toml -newer /run/systemd/units").stdout == "", done.stdout


def test_names_of_files_that_end_a_comment(wanted):
    """The path is in a line of the suggestion, in its comment, and among what is not proposed."""
    odd = ['new\nexecute = ["x"]', 'quote"]\nexecute = ["x"]', "\x1b]0;title\x07", "tab\t# x", "back\\slash", "$HOME", "%n",
           "]]>", "é", "*"]
    wanted.write(f"{DIRECTORY}/odd.py", "import sys, os\nfor name in " + repr(odd) + ":\n"
                 "    for place in ('" + TARGET + "', '/etc/cron.d'):\n"
                 "        try:\n            open(place + '/' + name, 'r' if 'second' in place else 'w')\n"
                 "        except OSError as error:\n            print(error)\n"
                 "import time\ntime.sleep(0.5)\n")
    wanted.write(f"{DIRECTORY}/make.py", "for name in " + repr(odd) + ":\n    open('" + TARGET + "/' + name, 'w').close()\n")
    wanted.run("python3", f"{DIRECTORY}/make.py")
    wanted.policy("odd", sleep_policy("odd.service", programs=["/usr/bin/python3", "/usr/lib/python3.11", DIRECTORY]))
    wanted.unit("odd.service", f"[Service]\nType=oneshot\nX-LandlockPolicy=odd\nExecStart=/usr/bin/python3 -I -S {DIRECTORY}/odd.py\n")
    wanted.start("odd.service")
    denied(wanted, f"{TARGET}/é")
    document = tomllib.loads(suggested(wanted, "odd"))
    assert set(document) == {"version", "filesystem"} and set(document["filesystem"]) == {"read"}, document
    assert len([path for path in document["filesystem"]["read"] if path.startswith(TARGET)]) >= 5, document
    for options in ([], ["-v"], ["--suggest"]):
        out = wanted.run("ringfence", "denials", "odd", "--no-pager", *options).stdout
        assert "\x1b" not in out and "\x07" not in out and '\nexecute = ["x"]' not in out


PLACES = ["/var/log/journal/x", "/var/log/audit/audit.log", "/run/sudo/ts/app", "/var/lib/lxc/c/config", "/var/lib/machines/m",
          "/var/lib/dkms/x", "/home/alice/.gitconfig", "/home/alice/.local/bin/ls"]


def test_suggestions_to_write_what_others_run_or_read(wanted):
    paths = [*PLACES, f"{TARGET}/own"]
    for path in paths:
        wanted.run(f"mkdir -p $(dirname {path}); : >>{path}")
    wanted.policy("writer", sleep_policy("writer.service", programs=["/usr/bin/dash"]))
    wanted.unit("writer.service", "[Service]\nType=oneshot\nX-LandlockPolicy=writer\n"
                "ExecStart=/usr/bin/dash -c 'for path in " + " ".join(paths) + "; do (: >>$$path); done; sleep 0.5'\n")
    wanted.start("writer.service")
    denied(wanted, f"{TARGET}/own")
    text = suggested(wanted, "writer")
    assert [rule["path"] for rule in tomllib.loads(text)["filesystem"]["rule"]] == [f"{TARGET}/own"], text
    assert not [path for path in PLACES if path not in text]
    wanted.run("rm", "-rf", *PLACES)


# Reports that get lost, and units that cannot be seen


@pytest.mark.parametrize("hardening, shown", [
    ("LogLevelMax=warning\n", "LogLevelMax="),
    ("SystemCallFilter=~@network-io\nSystemCallErrorNumber=EPERM\n", ""),
    ("InaccessiblePaths=/run/systemd/journal\nStandardOutput=null\nStandardError=null\n", "InaccessiblePaths="),
    ("", ""),
], ids=["level", "filter", "hidden", "control"])
def test_hardening_that_hides_the_report(wanted, hardening, shown):
    wanted.policy("blind", sleep_policy("blind.service", programs=["/usr/bin/cat", "/usr/bin/dash"]))
    wanted.unit("blind.service", f"[Service]\nX-LandlockPolicy=blind\n{hardening}"
                f"ExecStart=/usr/bin/dash -c 'cat {TARGET}/own; exec sleep 1000'\n")
    wanted.start("blind.service")
    if not shown:
        assert denied(wanted, f"{TARGET}/own", "blind.service")
        return
    assert denied(wanted, f"{TARGET}/own", part="unattributed")
    assert status(wanted, "blind.service")[1]["blind.service"]["state"] == "enforced"  # systemd started the wrapper
    findings = json.loads(wanted.run("ringfence", "check", "--json", "blind", check=False).stdout)["findings"]
    told = [finding["message"] for finding in findings if finding["check"] == "no-reports"]
    assert told and shown in told[0], findings


def test_a_flood_that_hides_the_report_of_the_next_start(wanted):
    """The service uses up journald's limit and ends. The report of the next start is suppressed."""
    wanted.write(f"{DIRECTORY}/flood", "sleep 1; i=0; while [ $i -lt 200 ]; do echo x; i=$((i+1)); done\n"
                 f"cat {TARGET}/own\nexec sleep 1000\n")
    wanted.policy("flood", sleep_policy("flood.service", programs=["/usr/bin/dash", "/usr/bin/cat", DIRECTORY]))
    wanted.unit("flood.service", "[Service]\nX-LandlockPolicy=flood\nLogRateLimitIntervalSec=60s\nLogRateLimitBurst=20\n"
                f"ExecStart=/usr/bin/dash {DIRECTORY}/flood\n")
    wanted.start("flood.service")
    denied(wanted, f"{TARGET}/own", "flood.service")  # the control: the first start has its report
    wanted.restart("flood.service")
    assert denied(wanted, f"{TARGET}/own", part="unattributed")[0]["reason"] in ("no-report", "no-unit")
    assert status(wanted, "flood.service")[1]["flood.service"]["state"] == "enforced"


def test_false_messages_of_losses(clean):  # noqa: F811
    """A reviewer who sees that records were lost looks for what is not there."""
    def losses():
        return clean.denials()["lost_records"]
    before = losses()
    clean.run("logger", "--journald", input="MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e\n"
              "MESSAGE=Suppressed 4711 messages from sshd.service\nPRIORITY=4\nSYSLOG_IDENTIFIER=systemd-journald\n")
    assert clean.journal("MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e")[-1]["MESSAGE"].startswith("Suppressed 4711")
    assert losses() == before


# Text of the service on other screens

HOSTILE = "<img src=x onerror=alert(1)>\"} 1\\nringfence_units{state=\"enforced\"} 99\\x1b]0;owned\\x07"


def test_a_hostile_reason_in_the_report(liar):  # noqa: F811
    """LANDLOCK_ERROR of a refused start goes to a page, to Prometheus and to a terminal."""
    liar.write(f"{DIRECTORY}/hostile.py", "import socket, time\nbad = '" + HOSTILE + "'\n"
               "text = b''\nfor key, value in {'MESSAGE': 'x', 'MESSAGE_ID': '" + REFUSED_ID + "', "
               "'LANDLOCK_STATUS': 'refused', 'LANDLOCK_TAG': 'rf0123456789abc', 'LANDLOCK_ERROR': bad, "
               "'LANDLOCK_POLICY': 'liar'}.items():\n"
               "    raw = value.encode()\n    text += key.encode() + b'\\n' + len(raw).to_bytes(8, 'little') + raw + b'\\n'\n"
               "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ns.sendto(text, '/run/systemd/journal/socket')\n"
               "time.sleep(60)\n")
    liar.unit("hostile.service", f"[Service]\nUser=nobody\nExecStart=/usr/bin/python3 {DIRECTORY}/hostile.py\n")
    liar.start("hostile.service")

    assert liar.wait_for(lambda: in_report(liar, "hostile.service"), what="the report") == ["refused"]  # the control
    liar.run("ringfence", "report", "--html=/run/report.html", "--prometheus=/run/report.prom", check=False)
    page, metrics = liar.read("/run/report.html"), liar.read("/run/report.prom")
    assert "hostile.service" in page and "alert(1)" in page and "<img" not in page
    assert "hostile.service" in metrics and "\nringfence_units{state=\"enforced\"} 99" not in metrics
    for verb in ("report", "status"):
        shown = liar.run("ringfence", verb, "--no-pager", check=False).stdout
        assert "\x1b" not in shown and "\x07" not in shown


def test_a_status_text_that_looks_like_the_wrappers(clean):  # noqa: F811
    clean.policy("sleeper", sleep_policy("sleeper.service"))
    clean.unit("sleeper.service", "[Service]\nNotifyAccess=all\nExecStart=/bin/sh -c 'systemd-notify "
               "\"--status=ringfence: sleeper enforced, ABI 7, 3 rules\"; exec sleep 1000'\n")
    clean.start("sleeper.service")
    clean.wait_for(lambda: "ringfence: sleeper enforced" in clean.status("sleeper.service"), what="its status")  # the control
    clean.run("sleep", str(SETTLED))
    ringfence(clean, "enable", "sleeper")
    expect(clean, "unfenced", 4, unit="sleeper.service")


# Senders that lie to journald


IMPOSTOR = """\
import os, socket, struct, sys, time
pid, text = int(sys.argv[1]), sys.argv[2].encode().decode("unicode_escape").encode()
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/run/systemd/journal/socket")
s.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, struct.pack("iII", pid, 0, 0))])
"""
PYTHON = ["/usr/bin/python3", "/usr/lib/python3.11", LIBRARIES]


def impostor(machine, pid, text, user="root", keeps=""):
    """A fenced service sends to the journal with the credentials of another process."""
    machine.write(f"{DIRECTORY}/impostor.py", IMPOSTOR)
    machine.policy("impostor", sleep_policy("impostor.service", programs=[*PYTHON, DIRECTORY]) + keeps)
    machine.unit("impostor.service", f"[Service]\nType=oneshot\nUser={user}\nX-LandlockPolicy=impostor\n"
                 f"ExecStart=/usr/bin/python3 -I -S {DIRECTORY}/impostor.py {pid} '{text}'\n")
    done = machine.start("impostor.service", check=False)
    machine.run("journalctl", "--sync")
    return done.returncode == 0


def test_a_fenced_root_service_sends_as_another_unit(liar):  # noqa: F811
    """CAP_SYS_ADMIN allows any process in SCM_CREDENTIALS, and journald believes it. A report of the victim that its
    start was refused then counts. A fence takes the capability away, unless its policy keeps it."""
    ringfence(liar, "enable", "liar")
    restart_with_report(liar)
    pid = liar.show(UNIT, "MainPID")
    text = (f"MESSAGE=x\\nMESSAGE_ID={REFUSED_ID}\\nLANDLOCK_STATUS=refused\\nLANDLOCK_POLICY=liar\\n"
            "LANDLOCK_TAG=rf0000000000000\\nLANDLOCK_ERROR=impostor\\n").replace("\\n", "\\\\n")
    assert not impostor(liar, pid, text, user="nobody")
    assert not impostor(liar, pid, text)
    assert impostor(liar, pid, text, keeps='[capabilities]\nkeep = ["sys_admin"]\nreason = "the control"\n')
    last = liar.journal(LANDLOCK_TAG="rf0000000000000")[-1]
    assert (last["_SYSTEMD_UNIT"], last["_PID"]) == (UNIT, pid)
    assert state(liar) == "enforced"  # `status` takes the first report, and asks systemd
    assert in_report(liar, UNIT) == ["refused"]  # the limit


def test_a_reload_that_never_was(liar):  # noqa: F811
    """The administrator forgot the reload. The service, root and open, tells of one as process 1, is started again,
    and reports itself fenced. After the real reload `status` says enforced."""
    liar.write(f"/etc/systemd/system/{UNIT}.d/50-fence.conf", "[Service]\nX-LandlockPolicy=liar\n")
    try:
        liar.start(UNIT)
        liar.run("sleep", "0.1")
        assert impostor_outside(liar, 1, "MESSAGE=Reloading.\\nPRIORITY=6\\n")
        assert liar.journal("_PID=1")[-1]["MESSAGE"] == "Reloading."
        liar.run("sleep", "0.1")
        liar.restart(UNIT)
        assert "ringfence-exec" not in liar.show(UNIT, "ExecStart")
        digest = json.loads(liar.run("ringfence", "status", "--json", UNIT, check=False).stdout)["units"][0]["digest"]
        forge(liar, UNIT, digest)
        liar.reload()
        assert state(liar) != "enforced"
    finally:
        liar.run("rm", "-rf", f"/etc/systemd/system/{UNIT}.d/50-fence.conf")


def impostor_outside(machine, pid, text):
    machine.write(f"{DIRECTORY}/impostor.py", IMPOSTOR)
    done = machine.run("python3", f"{DIRECTORY}/impostor.py", str(pid), text)
    machine.run("journalctl", "--sync")
    return done.returncode == 0


MAIN = """\
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
pid = os.fork()
if pid == 0:
    os.execv("/usr/bin/python3", ["python3", "-I", "-S", "%s/forge.py", *sys.argv[1:4]])
time.sleep(1)
s.sendto(b"MAINPID=" + str(pid).encode(), os.environ["NOTIFY_SOCKET"])
time.sleep(1000)
"""


def test_the_service_chooses_whose_report_is_the_first(liar):  # noqa: F811
    """Behind an outdated fence, a child reports the new one. Then the child is the main process."""
    python = POLICY.replace('"/usr/bin/sleep"', ", ".join(f'"{path}"' for path in ("/usr/bin/sleep", *PYTHON, DIRECTORY)))
    liar.policy("liar", python)
    liar.write(f"{DIRECTORY}/main.py", MAIN % DIRECTORY)
    liar.write(f"{DIRECTORY}/wait", "")
    ringfence(liar, "enable", "liar")
    liar.policy("liar", python.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    digest = due_digest(liar)  # of the narrower or wider policy that is to come: anybody can compute it
    liar.policy("liar", python)
    liar.unit(UNIT, f"[Service]\nNotifyAccess=all\nExecStart=/usr/bin/python3 -I -S {DIRECTORY}/main.py liar {digest} rf0123456789abc\n")
    liar.policy("liar", python.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    digest = due_digest(liar)
    liar.policy("liar", python)
    liar.unit(UNIT, f"[Service]\nNotifyAccess=all\nExecStart=/usr/bin/python3 -I -S {DIRECTORY}/main.py liar {digest} rf0123456789abc\n")
    restart_with_report(liar)
    first = liar.show(UNIT, "MainPID")
    liar.wait_for(lambda: liar.show(UNIT, "MainPID") != first, what="another main process")
    liar.policy("liar", python.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    liar.reload()
    assert due_digest(liar) == digest
    assert state(liar) in ("outdated", "unknown")


def test_a_user_sends_with_the_invocation_of_a_system_unit(manager, clean):  # noqa: F811
    """journald finds a user unit's invocation ID in a file of the user's. The victim's own report is lost."""
    clean.policy("victim", POLICY.replace("liar", "victim"))
    clean.unit("victim.service", "[Service]\nLogLevelMax=warning\nExecStart=/usr/bin/sleep infinity\n")
    ringfence(clean, "enable", "victim")
    clean.restart("victim.service")
    clean.policy("victim", POLICY.replace("liar", "victim").replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    clean.reload()
    code, units = status(clean, "victim.service")
    assert units["victim.service"]["state"] in ("unknown", "outdated"), units
    digest, invocation = units["victim.service"]["digest"], clean.show("victim.service", "InvocationID")
    clean.write(f"{DIRECTORY}/forge.py", FORGE)
    manager.write(f"{UNITS}/eve.service", f"[Service]\nExecStartPre=ln -sf {invocation} "
                  f"/run/user/{UID}/systemd/units/invocation:eve.service\n"
                  f"ExecStart=/usr/bin/python3 {DIRECTORY}/forge.py victim {digest} rf0123456789abc\n")
    manager.systemctl("daemon-reload")
    manager.systemctl("start", "eve.service")
    sent = clean.wait_for(lambda: clean.journal(LANDLOCK_TAG="rf0123456789abc", LANDLOCK_POLICY="victim"), what="the report")
    assert sent[-1]["_SYSTEMD_INVOCATION_ID"] == invocation  # the control
    assert sent[-1]["_SYSTEMD_USER_UNIT"] == "eve.service"
    assert status(clean, "victim.service")[1]["victim.service"]["state"] in ("unknown", "outdated")
    manager.systemctl("stop", "eve.service")
    manager.run("rm", f"{UNITS}/eve.service")


def test_a_users_unit_reports_itself_enforced(manager, clean):  # noqa: F811
    """The system's manager does not know the user's units, so `report` has only the user's word."""
    clean.write(f"{DIRECTORY}/forge.py", FORGE)
    manager.write(f"{UNITS}/proud.service", f"[Service]\nExecStart=/usr/bin/python3 {DIRECTORY}/forge.py proud 00 rf0123456789abd\n")
    manager.systemctl("daemon-reload")
    manager.systemctl("start", "proud.service")
    assert clean.wait_for(lambda: in_report(clean, "proud.service"), what="the report") == ["enforced"]  # the limit
    clean.unit("proud.service", f"[Service]\nUser=nobody\nExecStart=/usr/bin/python3 {DIRECTORY}/forge.py proud 00 rf0123456789abe\n")
    clean.start("proud.service")
    assert clean.wait_for(lambda: in_report(clean, "proud.service")[1:], what="a second row")  # the control: a system unit
    assert sorted(in_report(clean, "proud.service")) == ["enforced", "unconfirmed"]
    manager.systemctl("stop", "proud.service")
    manager.run("rm", f"{UNITS}/proud.service")


def test_a_fenced_root_service_moves_into_another_unit(liar):  # noqa: F811
    """journald and systemd go by the control group. The move is a write into /sys/fs/cgroup."""
    liar.start(UNIT)
    group = liar.show(UNIT, "ControlGroup")
    script = f"echo $$ >/sys/fs/cgroup{group}/cgroup.procs; cat /proc/self/cgroup"
    assert group in liar.run("sh", "-c", script).stdout  # the control
    liar.policy("mover", sleep_policy("mover.service", programs=["/usr/bin/dash", "/usr/bin/cat"])
                .replace("read = [", 'read = ["/proc", '))
    liar.unit("mover.service", "[Service]\nType=oneshot\nX-LandlockPolicy=mover\nStandardOutput=truncate:/run/mover.out\n"
              f"StandardError=inherit\nExecStart=/usr/bin/dash -c '{script.replace('$', '$$')}'\n")
    liar.start("mover.service", check=False)
    text = liar.read("/run/mover.out")
    assert "Permission denied" in text and text.splitlines()[-1].endswith("/mover.service"), text


def test_a_forged_record_of_the_kernel(liar):  # noqa: F811
    """journald sets the fields that begin with "_" itself."""
    record = ("audit: domain=deadbeef blockers=fs.read_file path=/etc/shadow dev=sda ino=1")
    assert impostor_outside(liar, 1, f"MESSAGE=AUDIT1423 {record}\\n_TRANSPORT=audit\\n_AUDIT_TYPE=1423\\n_AUDIT_ID=77\\n"
                            "SECOND_ROUND=1\\n")
    sent = liar.journal("SECOND_ROUND=1")
    assert sent and sent[-1]["_TRANSPORT"] == "journal" and "_AUDIT_TYPE" not in sent[-1]  # the control: it arrived
    review = liar.denials()
    assert not [row for row in review["denials"] + review["unattributed"] if row["object"].get("path") == "/etc/shadow"]


# What is left of the journal


ROTATE = """\
import json, socket
s = socket.socket(socket.AF_UNIX)
s.connect("/run/systemd/journal/io.systemd.journal")
for _ in range(130):
    s.sendall(json.dumps({"method": "io.systemd.Journal.Rotate", "parameters": {}}).encode() + b"\\0")
    while not s.recv(1000).endswith(b"\\0"):
        pass
"""


@pytest.mark.parametrize("user", ["nobody", "root"])
def test_a_fenced_service_rotates_the_journal_away(wanted, user):
    """journald keeps a hundred files, and root may ask for a new one. The rows of earlier denials are gone."""
    own_denial(wanted, "victim")
    wanted.write(f"{DIRECTORY}/rotate.py", ROTATE)
    wanted.policy("rotate", sleep_policy("rotate.service", programs=[*PYTHON, DIRECTORY]))
    wanted.unit("rotate.service", f"[Service]\nType=oneshot\nUser={user}\nX-LandlockPolicy=rotate\n"
                f"ExecStart=-/usr/bin/python3 -I -S {DIRECTORY}/rotate.py\n")
    wanted.start("rotate.service")
    left = [row for row in wanted.denials(None, wanted.since)["denials"] if row["unit"] == "victim.service"]
    assert bool(left) == (user == "nobody"), left


def test_another_service_of_the_same_user_inherits_a_tag(wanted):
    """The victim's report is vacuumed away before its first denial. Another unit of the same user has sent one with
    its tag. Only where process IDs cannot be compared, as in this container."""
    wanted.policy("victim", sleep_policy("victim.service", programs=["/usr/bin/cat", "/usr/bin/dash"], write=["/run/vote"]))
    wanted.run("install", "-d", "-o", "nobody", "/run/vote")
    wanted.unit("victim.service", "[Service]\nUser=nobody\nX-LandlockPolicy=victim\nEnvironment=LC_ALL=C\n"
                "ExecStart=/usr/bin/dash -c 'until [ -e /run/vote/go ]; do sleep 0.05; done; "
                f"cat {TARGET}/own; exec sleep 1000'\n")
    wanted.start("victim.service")
    tag = wanted.fence("victim.service")["LANDLOCK_TAG"]
    wanted.run("journalctl", "--rotate")
    wanted.write(f"{DIRECTORY}/forge.py", FORGE)
    wanted.unit("eve.service", f"[Service]\nUser=nobody\nExecStart=/usr/bin/python3 {DIRECTORY}/forge.py victim 00 {tag}\n")
    wanted.start("eve.service")
    wanted.wait_for(lambda: [entry for entry in wanted.journal(LANDLOCK_TAG=tag) if entry.get("_SYSTEMD_UNIT") == "eve.service"],
                    what="the forged report")
    wanted.run("journalctl", "--vacuum-files=1")
    assert {entry["_SYSTEMD_UNIT"] for entry in wanted.journal(LANDLOCK_TAG=tag)} == {"eve.service"}
    wanted.run("touch", "/run/vote/go")
    row = denied(wanted, f"{TARGET}/own")[-1]
    assert row["unit"] == "eve.service"  # the limit
    assert "filesystem" not in tomllib.loads(suggested(wanted, "--policy=victim"))  # eve does not ask for the policy
    wanted.run("rm", "-r", "/run/vote")
