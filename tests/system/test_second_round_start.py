# SPDX-License-Identifier: LGPL-2.1-or-later
"""The second round against the next fence: what systemd itself opens, mounts and reads for a service before the
wrapper runs, and what outlives a restart. Each attack has its control. tests/attack/second_round.py lists them."""
import json

import pytest

from lib.exit_status import REFUSED
from lib.rig.policies import LIBRARIES, sleep_policy
from test_enable import clean, ringfence  # noqa: F401
from test_status import status

UNIT, HOME = "second.service", "/var/lib/second"
TOOLS = [f"/usr/bin/{name}" for name in ("dash", "cat", "mv", "ln", "rm", "mkdir", "sleep", "cp", "mkfifo")]
OUTPUT = "/run/second.out"


def policy(execute=(), read=(), write=()):
    return "\n".join(["version = 1", "abi = 7", "[filesystem]", f"execute = {json.dumps([*TOOLS, LIBRARIES, *execute])}",
                      f'read = {json.dumps(["/etc/ld.so.cache", "/dev/null", "/opt/second", *read])}',
                      f"write = {json.dumps([*write])}"]) + "\n"


class Service:
    """A unit of the type oneshot. Its script is changed before each start."""

    def __init__(self, machine):
        self.machine = machine

    def install(self, *lines, user="second", **rules):
        self.machine.policy("second", policy(**rules))
        self.machine.unit(UNIT, "\n".join(
            ["[Service]", "Type=oneshot", f"User={user}", "X-LandlockPolicy=second", f"StandardOutput=truncate:{OUTPUT}",
             "StandardError=inherit", "ExecStart=/usr/bin/dash /opt/second/script", *lines]) + "\n")

    def runs(self, script, check=True):
        """What the service printed, and its errors, when it ran this inside its fence."""
        self.machine.write("/opt/second/script", script + "\ntrue\n")
        self.machine.run("rm", "-f", OUTPUT)
        self.machine.restart(UNIT, check=check)
        return self.machine.run("cat", OUTPUT, check=False).stdout

    def checked(self, check):
        """What `ringfence check` says of the unit."""
        done = self.machine.run("ringfence", "check", "--json", UNIT, check=False)
        return [finding["message"] for finding in json.loads(done.stdout)["findings"] if finding["check"] == check]


@pytest.fixture
def service(machine):
    machine.run(f"useradd -r second; install -d -o second -g second {HOME}; mkdir -p /opt/second /srv/secret")
    machine.run("echo content >/srv/secret/file; echo hash >/srv/secret/private; chmod 600 /srv/secret/private")
    yield Service(machine)
    machine.run("systemctl", "stop", UNIT, check=False)
    machine.undo()
    machine.run(f"rm -rf {HOME} /opt/second /srv/secret /srv/tenants {OUTPUT} /var/log/second; userdel -f second")


# What systemd opens, mounts and reads as root before the fence


def test_standard_output_is_a_link(service):
    """systemd opens the file as root. The service gets the descriptor, whatever its fence and its user allow."""
    service.install("LogsDirectory=second", "StandardOutput=append:/var/log/second/out", "StandardError=journal")
    service.machine.run("touch /srv/secret/crontab; install -d -o second -g second /var/log/second")
    service.runs("echo direct >>/srv/secret/crontab")
    assert service.machine.read("/srv/secret/crontab") == ""  # the control: the fence and the mode deny it
    service.runs("cd /var/log/second; rm out; ln -s /srv/secret/crontab out")
    service.runs("echo root runs this")
    assert service.machine.read("/srv/secret/crontab") == "root runs this\n"
    found = service.checked("opened-before-fence")
    assert len(found) == 1 and "/var/log/second/out" in found[0] and "StandardOutput=" in found[0], found


def test_the_source_of_a_bind_mount_is_a_link(service):
    service.install("StateDirectory=second", f"BindPaths={HOME}/data:/srv/data")
    service.machine.run(f"install -d -o second {HOME}/data; mkdir -p /srv/data")
    assert "Permission denied" in service.runs("cat /srv/secret/file")
    service.runs(f"cd {HOME}; mv data old; ln -s /srv/secret data")
    assert "content" in service.runs("cat /srv/data/file")
    assert [text for text in service.checked("opened-before-fence") if "BindPaths=" in text]


def test_the_source_of_a_credential_is_a_link(service):
    service.install("StateDirectory=second", f"LoadCredential=key:{HOME}/key")
    service.machine.run(f"echo own >{HOME}/key; chown second {HOME}/key")
    assert "own" in service.runs('cat "$CREDENTIALS_DIRECTORY/key"; cat /srv/secret/private')
    assert "hash" not in service.machine.read(OUTPUT)
    service.runs(f"cd {HOME}; rm key; ln -s /srv/secret/private key")
    assert "hash" in service.runs('cat "$CREDENTIALS_DIRECTORY/key"')
    assert [text for text in service.checked("opened-before-fence") if "LoadCredential=" in text]


def test_the_root_directory_is_a_link(service):
    """The rules are for paths in the root. The service would make the root of the machine its own, but in its own
    mount namespace the directory is a mount point, which cannot be moved."""
    service.install("StateDirectory=second", f"RootDirectory={HOME}/root", "MountAPIVFS=yes",
                    "BindReadOnlyPaths=/usr /lib /lib64 /bin /etc/ld.so.cache /opt/second", user="root",
                    read=["-/srv"])
    service.machine.run(f"mkdir -p {HOME}/root/srv {HOME}/root/etc {HOME}/root/opt {HOME}/other")
    text = service.runs(f"cd {HOME}; mv root old && ln -s / root; mv other moved && echo moved")
    assert "'old': Device or resource busy" in text and text.endswith("moved\n"), text
    assert "No such file" in service.runs("cat /srv/secret/file", check=False)


# Variables and instance names that open the directory above


@pytest.mark.parametrize("value", ["", ".", "./"])
def test_an_empty_variable_opens_the_directory_above(service, value):
    """The service writes its EnvironmentFile=, or the administrator's file is missing."""
    service.install("StateDirectory=second", f"EnvironmentFile=-{HOME}/env", read=["/srv/tenants/${TENANT}"])
    service.machine.run("mkdir -p /srv/tenants/a /srv/tenants/b; echo other >/srv/tenants/b/file")
    service.machine.run(f"echo TENANT=a >{HOME}/env; chown second {HOME}/env")
    assert "Permission denied" in service.runs("cat /srv/tenants/b/file")
    service.runs(f"echo TENANT={value} >{HOME}/env")
    text = service.runs("cat /srv/tenants/b/file", check=False)
    assert "other" not in text and service.machine.show(UNIT, "ExecMainStatus") == str(REFUSED), text


@pytest.mark.parametrize("instance", ["\\x2e", "-", "\\x24\\x7bNOTHING\\x7d"])
def test_an_instance_name_opens_the_directory_above(machine, instance):
    """%I is the instance without its escapes: ".", "/", and a variable that systemd expands afterwards."""
    machine.run("mkdir -p /srv/tenants/a; echo other >/srv/tenants/a/file")
    machine.policy("tenant", policy(read=["/srv/tenants/%I"]).replace('"/opt/second", ', ""))
    machine.unit("tenant@.service", f"[Service]\nType=oneshot\nX-LandlockPolicy=tenant\n"
                 f"StandardOutput=truncate:{OUTPUT}\nExecStart=-/usr/bin/cat /srv/tenants/a/file\n")
    machine.start("tenant@a.service")
    assert machine.read(OUTPUT) == "other\n"  # the control: its own
    machine.run("rm", "-f", OUTPUT)
    machine.run("systemctl", "start", f"tenant@{instance}.service", check=False)
    assert "other" not in machine.run("cat", OUTPUT, check=False).stdout
    machine.run("rm", "-rf", "/srv/tenants", OUTPUT)


# Names


def test_a_unit_in_each_directory_of_the_load_path(machine):
    """system.attached is portablectl's, system.control that of set-property."""
    machine.policy("sleeper", sleep_policy())
    directories = machine.run("systemd-analyze", "unit-paths").stdout.split()
    places = [path for path in directories if not path.startswith("/run/systemd/generator")
              and path != "/run/systemd/transient"]
    assert len(places) >= 8
    for number, place in enumerate(places):
        machine.write(f"{place}/place-{number}.service",
                      "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n")
    machine.reload()
    for number, place in enumerate(places):
        command = machine.show(f"place-{number}.service", "ExecStart")
        assert "ringfence-exec" in command, (place, command)


def test_a_drop_in_in_each_directory_of_the_load_path(machine):
    machine.policy("sleeper", sleep_policy())
    places = [path for path in machine.run("systemd-analyze", "unit-paths").stdout.split()
              if not path.startswith("/run/systemd/generator") and path != "/run/systemd/transient"]
    for number, place in enumerate(places):
        machine.write(f"/etc/systemd/system/asked-{number}.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
        machine.write(f"{place}/asked-{number}.service.d/x.conf", "[Service]\nX-LandlockPolicy=sleeper\n")
    machine.reload()
    for number, place in enumerate(places):
        command = machine.show(f"asked-{number}.service", "ExecStart")
        assert "ringfence-exec" in command, (place, command)


@pytest.mark.parametrize("name", ["long-" + "x" * 238, "longer-" + "x" * 240])
def test_a_unit_whose_name_leaves_no_room_for_a_drop_in(machine, name):
    """NAME.service.d would be longer than a file name may be."""
    machine.policy("sleeper", sleep_policy())
    machine.unit(f"{name}.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    machine.start(f"{name}.service")
    assert machine.show(f"{name}.service", "ActiveState") == "active"  # the control
    machine.run("systemctl", "stop", f"{name}.service")
    machine.unit(f"{name}.service", "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n")
    machine.start(f"{name}.service", check=False)
    command = machine.show(f"{name}.service", "ExecStart")
    assert machine.show(f"{name}.service", "ActiveState") != "active" or "ringfence-exec" in command


@pytest.mark.parametrize("name", ["srv-a\\x2db", "a:b", "dev-\\x5b"])
def test_the_assertion_of_a_unit_with_odd_characters(clean, name):  # noqa: F811
    """AssertPathExistsGlob= has the name in a pattern, in which "\\" has a meaning."""
    unit = f"{name}.service"
    clean.policy("sleeper", sleep_policy(unit))
    clean.unit(unit, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    ringfence(clean, "enable", "--policy=sleeper", unit)
    clean.restart(unit)
    assert clean.show(unit, "ActiveState") == "active" and "ringfence-exec" in clean.show(unit, "ExecStart")
    clean.write("/etc/systemd/system-generators/other",
                f"#!/bin/sh\nmkdir -p \"$1\"/'{unit}.d'\n"
                f"printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/sleep 99\\n' >\"$1\"/'{unit}.d/~site.conf'\n",
                mode="755")
    clean.reload()
    assert clean.restart(unit, check=False).returncode != 0
    assert clean.show(unit, "AssertResult") == "no"


# Files in the place of a program


def test_a_fifo_in_the_place_of_the_program(service):
    """The generator reads the first line of programs. A reload must not wait for a writer."""
    service.install(f"ExecStart=", f"ExecStart=-{HOME}/run", write=[HOME])
    machine = service.machine
    machine.write(f"{HOME}/run", "#!/usr/bin/dash\nrm " + HOME + "/run; mkfifo " + HOME + "/run\n", mode="755")
    machine.run("chown", "second:", HOME, f"{HOME}/run")
    machine.run("chmod", "755", f"{HOME}/run")
    machine.reload()
    machine.restart(UNIT)
    assert machine.run("test", "-p", f"{HOME}/run", check=False).returncode == 0
    assert machine.run("timeout", "1", "head", "-c1", f"{HOME}/run", check=False).returncode == 124  # the control
    machine.reload()
    assert "ringfence-exec" in machine.show(UNIT, "ExecStart")
    assert machine.run("timeout", "20", "ringfence", "check", UNIT, check=False).returncode != 124


def test_links_that_double_at_each_step(service):
    """Each link leads twice through the next one. Whoever follows all names by himself takes 2^30 steps."""
    service.install(f"ExecStart=", f"ExecStart=-{HOME}/l0/run", write=[HOME])
    machine = service.machine
    steps = "; ".join(f"ln -s l{n + 1}/../l{n + 1} l{n}" for n in range(30))
    machine.run(f"cd {HOME}; {steps}; mkdir l30")
    assert machine.run("stat", f"{HOME}/l0/run", check=False).stderr.strip().endswith("Too many levels of symbolic links")
    machine.run("timeout", "20", "systemctl", "daemon-reload")
    assert "ringfence-exec" in machine.show(UNIT, "ExecStart")
    for verb in ("check", "status", "show"):
        assert machine.run("timeout", "20", "ringfence", verb, UNIT, check=False).returncode != 124


def test_a_directory_of_the_search_path(service):
    """ExecStart= without a slash: the service puts a program of its own where systemd looks first."""
    service.install(f"ExecSearchPath={HOME}/bin:/usr/bin", "ExecStart=", "ExecStart=cat /opt/second/script", write=[HOME])
    service.machine.run(f"install -d -o second {HOME}/bin")
    assert "true" in service.runs("#")
    service.machine.run(f"printf '#!/usr/bin/dash\\n/usr/bin/cat /srv/secret/file\\n' >{HOME}/bin/cat; chmod 755 {HOME}/bin/cat")
    service.machine.reload()
    text = service.runs("#", check=False)
    assert "Permission denied" in text and "content" not in text, text  # its program is inside the fence
    assert [text for text in service.checked("written-program") if f"{HOME}/bin/cat" in text]


# What outlives a restart


def test_a_process_that_outlives_the_restart(service):
    """KillMode=process. The fence of such a process is the old, wider one. `status` is about the main process."""
    service.install("Type=simple", "KillMode=process", read=["/srv/secret"], write=["/run/second"])
    machine = service.machine
    machine.run("install -d -o second /run/second")
    keep = "until [ -e /run/second/go ]; do sleep 0.05; done; cat /srv/secret/file >/run/second/got 2>&1"
    service.runs(f"({keep}) & exec sleep 1000")
    service.install("Type=simple", "KillMode=process", write=["/run/second"])
    service.runs("cat /srv/secret/file >/run/second/new 2>&1; exec sleep 1000")
    machine.wait_for(lambda: "Permission denied" in machine.run("cat", "/run/second/new", check=False).stdout,
                     what="the control: the new fence")
    machine.run("touch", "/run/second/go")
    machine.wait_for(lambda: machine.run("cat", "/run/second/got", check=False).stdout == "content\n", what="the old one")
    assert status(machine, UNIT)[1][UNIT]["state"] == "enforced"
    found = service.checked("outlives-restart")
    assert found and "KillMode=" in found[0], found
    machine.run("rm", "-r", "/run/second")


FDSTORE = """\
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
fds = int(os.environ.get("LISTEN_FDS", "0"))
if fds:
    print("kept:", os.read(os.dup(3), 100).decode(), flush=True)
try:
    fd = os.open("/srv/secret/file", os.O_RDONLY)
    s.connect(os.environ["NOTIFY_SOCKET"])
    s.sendmsg([b"FDSTORE=1\\nFDNAME=kept"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
    print("stored", flush=True)
except OSError as error:
    print(error, flush=True)
import time; time.sleep(1000)
"""
PYTHON = ["/usr/bin/python3", "/usr/lib/python3.11", LIBRARIES]


def test_a_descriptor_in_systemds_store(service):
    """A descriptor that the old fence allowed comes back after a restart behind a narrower one."""
    machine = service.machine
    machine.write("/opt/second/store.py", FDSTORE)
    lines = ("Type=simple", "FileDescriptorStoreMax=4", "NotifyAccess=all", "ExecStart=",
             "ExecStart=/usr/bin/python3 -I -S /opt/second/store.py")
    service.install(*lines, execute=PYTHON, read=["/srv/secret"])
    machine.restart(UNIT)
    machine.wait_for(lambda: machine.show(UNIT, "NFileDescriptorStore") == "1", what="the stored descriptor")
    service.install(*lines, execute=PYTHON)
    machine.restart(UNIT)
    machine.wait_for(lambda: "Permission denied" in machine.run("cat", OUTPUT, check=False).stdout, what="the new fence")
    assert "kept: content" in machine.read(OUTPUT)
    found = service.checked("outlives-restart")
    assert found and "FileDescriptorStoreMax=" in found[0], found
    machine.run("systemctl", "stop", UNIT)  # the control: a stop empties the store
    machine.start(UNIT)
    machine.wait_for(lambda: "Permission denied" in machine.run("cat", OUTPUT, check=False).stdout, what="the new fence")
    assert "kept" not in machine.read(OUTPUT)


# Units that no generator sees


def test_a_transient_unit_under_a_request_for_all(clean):  # noqa: F811
    """service.d asks for a fence of every service. systemd-run makes its unit when no generator runs."""
    clean.write("/etc/systemd/system/service.d/50-all.conf", "[Service]\nX-LandlockPolicy=-all-%p\n")
    for name in ("seen", "ghost"):
        clean.policy(f"all-{name}", sleep_policy())
    clean.unit("seen.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    assert "ringfence-exec" in clean.show("seen.service", "ExecStart")  # the control: with a file
    clean.run("systemd-run", "--unit=ghost", "/usr/bin/sleep", "1000")
    assert "ringfence-exec" not in clean.show("ghost.service", "ExecStart")
    findings = json.loads(clean.run("ringfence", "check", "--json", check=False).stdout)["findings"]
    assert [row for row in findings if row["check"] == "unseen-unit" and "ghost.service" in row["message"]], findings
    clean.run("systemctl", "stop", "ghost.service")


def test_a_static_fence_of_another_unit(clean):  # noqa: F811
    """Its checksum is right, and its command is the other unit's: a wider fence, or another program."""
    clean.policy("wide", sleep_policy("wide.service", write=["/srv"]))
    clean.unit("wide.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    clean.unit("narrow.service", "[Service]\nX-LandlockPolicy=wide\nExecStart=/usr/bin/sleep 1000\n")
    clean.drop_in("wide.service", "[Service]\nX-LandlockPolicy=wide\n")
    ringfence(clean, "enable", "--static", "wide")
    clean.reload()
    clean.restart("wide.service")
    assert clean.show("wide.service", "ActiveState") == "active"  # the control
    files = clean.run("grep -l 'Checksum' -r /etc/systemd/system/wide.service.d").stdout.split()
    assert len(files) == 1
    clean.write("/etc/systemd/system/narrow.service.d/" + files[0].rsplit("/", 1)[1], clean.read(files[0]))
    clean.reload()
    clean.start("narrow.service", check=False)
    command = clean.show("narrow.service", "ExecStart")
    assert "infinity" not in command or clean.show("narrow.service", "ActiveState") != "active", command


# Notification


def test_main_process_of_another(service):
    """Type=notify, as root: MAINPID= of a victim, which `systemctl stop` then kills, past the fence's scope."""
    machine = service.machine
    machine.unit("bystander.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    machine.start("bystander.service")
    pid = machine.show("bystander.service", "MainPID")
    machine.write("/opt/second/main.py", "import os, signal, socket, sys, time\n"
                  "try:\n    os.kill(int(sys.argv[1]), signal.SIGTERM)\nexcept OSError as error:\n    print(error, flush=True)\n"
                  "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                  "s.sendto(b'READY=1\\nMAINPID=' + sys.argv[1].encode(), os.environ['NOTIFY_SOCKET'])\ntime.sleep(1000)\n")
    service.install("Type=notify", "ExecStart=", f"ExecStart=/usr/bin/python3 -I -S /opt/second/main.py {pid}",
                    user="root", execute=PYTHON)
    machine.policy("second", policy(execute=PYTHON) + "[scope]\nsignal = true\n")
    machine.reload()
    machine.restart(UNIT)
    machine.wait_for(lambda: machine.show(UNIT, "MainPID") == pid, what="the victim as main process")
    assert "Operation not permitted" in machine.read(OUTPUT)  # the control: it cannot do it itself
    machine.run("systemctl", "stop", UNIT)
    machine.wait_for(lambda: machine.show("bystander.service", "MainPID") != pid, what="the victim's end")
