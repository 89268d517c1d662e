# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forbidden actions from inside a service's fence. The kernel must deny them, and the review must show them.

The attack runs as the program of a copy of the service. The copy has the same policy and the same generated
options, and a test policy that lets the Python interpreter run (test_the_fence_is_the_services checks that
there is nothing else). The control is the same unit without a fence: every action must succeed there, because
otherwise its denial would prove nothing. The copy has none of the unit's own sandboxing, which could hide that
Landlock alone does not deny an action.
"""
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from lib import rig

ATTACK = Path(rig.__file__).parent / "attack.py"
VICTIM = "/srv/victim"  # it belongs to the service's user, so that only the fence denies anything

INTERPRETER_POLICY = """\
version = 1
description = "Python, for the attack program of the tests"
abi = 11

[filesystem]
execute = ["/usr/bin/python3", "/usr/lib/python3.11", "/usr/lib/x86_64-linux-gnu"]
read = ["/usr/lib/ringfence-rig"]
"""

PREPARE = f"""
rm -rf {VICTIM} /etc/cron.d/victim /etc/victim
mkdir -p {VICTIM}/from {VICTIM}/to {VICTIM}/empty
for name in file removed from/moved; do echo secret >{VICTIM}/$name; done
echo secret >/etc/victim
chown -R USER: {VICTIM}
"""


@dataclass(frozen=True)
class Action:
    """An action, its object, and the expected denial: the rights, and a member of the denied object ("path",
    "port", "comm" of a process, "name" of a socket) with its value."""

    name: str
    target: str
    rights: str
    part: str
    value: object

    def matches(self, denial):
        return (",".join(denial["rights"]) == self.rights
                and denial["object"].get(self.part) == self.value)

    def __str__(self):
        return f"{self.name}={self.target}"


@dataclass(frozen=True)
class Service:
    unit: str
    policy: str
    user: str
    actions: tuple

    @property
    def attack(self):
        return f"{self.policy}-attack.service"

    @property
    def control(self):
        return f"{self.policy}-control.service"


def on_files(directory):
    """An action for each right on files, in a tree that the service's user owns."""
    return (
        Action("read_dir", f"{directory}/empty", "fs.read_dir", "path", f"{directory}/empty"),
        Action("write_file", f"{directory}/file", "fs.write_file", "path", f"{directory}/file"),
        Action("truncate", f"{directory}/file", "fs.truncate", "path", f"{directory}/file"),
        Action("make_reg", f"{directory}/new", "fs.make_reg", "path", directory),
        Action("make_dir", f"{directory}/new.d", "fs.make_dir", "path", directory),
        Action("make_sym", f"{directory}/new.link", "fs.make_sym", "path", directory),
        Action("make_fifo", f"{directory}/new.fifo", "fs.make_fifo", "path", directory),
        Action("make_sock", f"{directory}/new.sock", "fs.make_sock", "path", directory),
        Action("rename", f"{directory}/from/moved,{directory}/to/moved",
               "fs.remove_file,fs.refer", "path", f"{directory}/from"),
        Action("remove_file", f"{directory}/removed", "fs.remove_file", "path", directory),
        Action("remove_dir", f"{directory}/empty", "fs.remove_dir", "path", directory),
        Action("execute", "/usr/bin/id", "fs.execute,fs.read_file", "path", "/usr/bin/id"),
    )


NGINX = Service("nginx.service", "nginx", "root", (
    Action("read_file", "/etc/shadow", "fs.read_file", "path", "/etc/shadow"),
    Action("read_dir", "/root", "fs.read_dir", "path", "/root"),
    Action("write_file", "/etc/passwd", "fs.write_file", "path", "/etc/passwd"),
    Action("make_reg", "/etc/cron.d/victim", "fs.make_reg", "path", "/etc/cron.d"),
    Action("remove_file", "/etc/victim", "fs.remove_file", "path", "/etc"),
    *on_files(VICTIM),
    Action("make_char", f"{VICTIM}/new.char", "fs.make_char", "path", VICTIM),
    Action("ioctl_dev", "/dev/urandom", "fs.ioctl_dev", "path", "/dev/urandom"),
    Action("mount", VICTIM, "fs.change_topology", "path", VICTIM),
    Action("bind_tcp", "8081", "net.bind_tcp", "port", 8081),
    Action("connect_tcp", "6379", "net.connect_tcp", "port", 6379),
    Action("signal", "1", "scope.signal", "comm", "systemd"),
    Action("ptrace", "TARGET", "ptrace", "comm", "victim"),
    Action("abstract_unix_socket", "victim", "scope.abstract_unix_socket", "name", "victim"),
))

REDIS = Service("redis-server.service", "redis-server", "redis", (
    Action("read_file", f"{VICTIM}/file", "fs.read_file", "path", f"{VICTIM}/file"),
    *on_files(VICTIM),
    Action("ioctl_dev", "/dev/random", "fs.ioctl_dev", "path", "/dev/random"),
    Action("bind_tcp", "8081", "net.bind_tcp", "port", 8081),
    Action("connect_tcp", "80", "net.connect_tcp", "port", 80),
    Action("signal", "TARGET", "scope.signal", "comm", "victim"),
    Action("abstract_unix_socket", "victim", "scope.abstract_unix_socket", "name", "victim"),
))

VICTIM_PROCESS = """\
import socket, time
open("/proc/self/comm", "w").write("victim")
listener = socket.socket(socket.AF_UNIX)
listener.bind("\\0victim")
listener.listen()
while True:
    listener.accept()
"""


def attack_unit(service, arguments, fence):
    return f"""\
[Service]
Type=oneshot
User={service.user}
StandardOutput=truncate:/run/attack.out
{fence}
ExecStart=/usr/bin/python3 -I -S /usr/lib/ringfence-rig/attack.py {arguments}
"""


def attacked(machine, service, unit, fence):
    """Starts a unit with the attack program. Returns the outcome of each action."""
    machine.run(PREPARE.replace("USER", service.user))
    victim = machine.show("victim.service", "MainPID")
    arguments = " ".join(str(action).replace("TARGET", victim) for action in service.actions)
    machine.unit(unit, attack_unit(service, arguments, fence))
    machine.start(unit)
    outcomes = [json.loads(line) for line in machine.read("/run/attack.out").splitlines()]
    assert [outcome["action"] for outcome in outcomes] == [a.name for a in service.actions]
    return {action: outcome["error"] for action, outcome in zip(service.actions, outcomes)}


@dataclass
class Attack:
    service: Service
    control: dict
    fenced: dict
    denials: list


@pytest.fixture(scope="module", params=[NGINX, REDIS], ids=lambda service: service.policy)
def attack(request, shared_machine):
    """Runs all actions once with and once without the fence. The tests look at the outcomes."""
    machine, service = shared_machine, request.param
    machine.write("/usr/lib/ringfence-rig/attack.py", ATTACK.read_text())
    machine.write("/usr/lib/ringfence-rig/victim.py", VICTIM_PROCESS)
    machine.unit("victim.service", f"[Service]\nUser={service.user}\n"
                 "ExecStart=/usr/bin/python3 -I /usr/lib/ringfence-rig/victim.py\n")
    machine.start("victim.service")
    machine.wait_for(lambda: "@victim" in machine.read("/proc/net/unix"), what="its socket")
    machine.policy("rig-python", INTERPRETER_POLICY)
    control = attacked(machine, service, service.control, "")
    fenced = attacked(machine, service, service.attack,
                      f"X-LandlockPolicy={service.policy} rig-python")
    yield Attack(service, control, fenced, machine.settled_denials(service.attack)["denials"])
    machine.undo()


def actions_of(attack):
    return {str(action): action for action in attack.service.actions}


def test_control_succeeds(attack):
    assert {str(action): error for action, error in attack.control.items() if error} == {}


def test_every_action_is_denied(attack):
    assert {str(action): error for action, error in attack.fenced.items()
            if error not in ("EACCES", "EPERM", "EXDEV")} == {}
    assert len(attack.fenced) >= 12


def test_every_denial_is_in_the_review(attack):
    missing = [str(action) for action in attack.service.actions
               if not any(action.matches(denial) for denial in attack.denials)]
    assert missing == [], "\n".join(
        f"{denial['rights']} {denial['object']}" for denial in attack.denials)


def test_denials_name_the_unit_and_its_policy(attack):
    assert {denial["unit"] for denial in attack.denials} == {attack.service.attack}
    assert {denial["confidence"] for denial in attack.denials} == {"tag"}
    for denial in attack.denials:
        assert attack.service.policy in denial["policy"].split("+")


def test_the_fence_is_the_services(attack, shared_machine):
    """The copy must have the options of the service, and otherwise only the paths of the interpreter."""
    shared_machine.drop_in(attack.service.unit,
                           f"[Service]\nX-LandlockPolicy={attack.service.policy}\n")
    original = rules(shared_machine, attack.service.unit)
    copy = rules(shared_machine, attack.service.attack)
    assert len(original) > 5
    assert {rule for rule in original - copy if rule.startswith(("--abi", "--scope"))} == set()
    more = copy - original - {f"--execute={path}" for path in (
        "/usr/bin/python3", "/usr/lib/python3.11", "/usr/lib/x86_64-linux-gnu")} \
        - {"--read=/usr/lib/ringfence-rig"}
    # Settings of the service's unit (PIDFile=, ReadWritePaths=) add rights on paths of the policy.
    # The copy has only the policy's rights. Rules of the policy that they cover have no option in the service's unit.
    comments = re.findall(r"^# Left out.*$", shared_machine.cat(attack.service.unit), re.M)
    left_out = set(re.findall(r" (/\S+) \(", "\n".join(comments)))
    assert {path_of(rule) for rule in more} <= {path_of(rule) for rule in original} | left_out


def path_of(rule):
    return rule.rsplit(":", 1)[-1].rsplit("=", 1)[-1].removeprefix("-")


def rules(machine, unit):
    """The wrapper's options in a unit's generated drop-in, without names and the environment."""
    text = machine.read(f"/run/systemd/generator/{unit}.d/~ringfence.conf")
    return {word for word in text.replace("\\\n", " ").split()
            if word.startswith("--") and word != "--"
            and not word.startswith(("--policy=", "--digest=", "--unset-environment="))}


def test_newer_rights_wait_for_a_newer_kernel(shared_machine):
    abi = int(shared_machine.run(
        "python3", "-c", "import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))").stdout)
    assert abi >= 7
    if abi < 10:
        pytest.skip(f"this kernel has ABI {abi}: resolve_unix needs 9 and UDP 10;"
                    " the qemu layer covers them")
    pytest.fail("the attack program does not try resolve_unix and UDP yet")
