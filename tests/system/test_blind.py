# SPDX-License-Identifier: LGPL-2.1-or-later
"""Units whose hardening keeps the wrapper from the journal's socket. Their denials must have their unit all the same."""
import json

import pytest

POLICY = """version = 1
abi = 7
extends = ["base"]
[filesystem]
execute = ["/usr/bin"]
"""

HARDENING = {
    "families": "RestrictAddressFamilies=AF_INET AF_INET6\n",
    "empty-root": "TemporaryFileSystem=/:ro\n"
                  "BindReadOnlyPaths=/usr /lib /lib64 /bin /proc /dev\n",
    "namespace": "LogNamespace=x\n",
    "open": "",  # the control
}


@pytest.mark.parametrize("name", HARDENING)
def test_denials_have_their_unit(machine, name):
    unit = f"blind-{name}.service"
    machine.policy("reader", POLICY)
    machine.unit(unit, "[Service]\nType=oneshot\nRemainAfterExit=yes\nX-LandlockPolicy=reader\n" + HARDENING[name]
                 + "ExecStart=/usr/bin/sh -c '/usr/bin/ls /; /usr/bin/sleep 0.5'\n")
    if name == "namespace":  # systemd 252's journald loses the first datagram that starts it
        machine.start("systemd-journald@x.service")
    machine.start(unit)
    found = machine.wait_for(lambda: machine.denials(unit)["denials"], what="the denial")
    assert [(denial["object"]["path"], denial["policy"]) for denial in found] == [("/", "reader")]


def test_status_needs_no_report(machine):
    unit = "blind-running.service"
    machine.policy("reader", POLICY)
    machine.unit(unit, f"[Service]\nX-LandlockPolicy=reader\n{HARDENING['families']}ExecStart=/usr/bin/sleep 1000\n")
    machine.start(unit)
    document = json.loads(machine.run("ringfence", "status", "--json", unit).stdout)
    assert document["units"][0]["state"] == "enforced"


def test_a_line_never_sets_a_state(machine):
    """The service has the same stream, so it can write every line that the wrapper can."""
    line = ("<5>ringfence: reader enforced, ABI 7, 3 rules; tag=rf0123456789abc layers=1 policy=reader "
            "digest=0011223344556677")
    machine.unit("line.service", f"[Service]\nType=oneshot\nExecStart=/bin/echo '{line}'\n")
    machine.start("line.service")
    document = json.loads(machine.run("ringfence", "report", "--json").stdout)
    assert "line.service" not in [unit["unit"] for unit in document["units"]]


CLIENT = """
import socket, sys
connection = socket.create_connection(("127.0.0.1", 4711))
connection.settimeout(20)
got = b""
while data := connection.recv(4096):
    got += data
print(got)
"""


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "control"])
def test_a_client_learns_nothing(machine, refused):
    """Without AF_UNIX the wrapper reaches no socket, and standard error is the connection."""
    machine.policy("reader", POLICY.replace('["/usr/bin"]', '["/usr/bin", "/srv/secret"]') if refused else POLICY)
    machine.unit("talk.socket", "[Socket]\nListenStream=127.0.0.1:4711\nAccept=yes\n")
    machine.unit("talk@.service", "[Service]\nX-LandlockPolicy=reader\nStandardInput=socket\n"
                 "RestrictAddressFamilies=AF_INET\nExecStart=/usr/bin/echo served\n")
    machine.start("talk.socket")
    assert machine.run("python3", "-c", CLIENT).stdout.strip() == ("b''" if refused else "b'served\\n'")
    machine.run("systemctl", "stop", "talk.socket")
