# SPDX-License-Identifier: LGPL-2.1-or-later
"""Imports a unit's own directives. The generator must accept the draft, and the service must run behind it."""


def test_redis_runs_behind_its_own_draft(machine):
    unit = "redis-server.service"
    draft = machine.run("ringfence", "import", unit).stdout
    assert "# ReadWritePaths= (redis-server.service:" in draft
    machine.policy("draft", draft)
    machine.drop_in(unit, "[Service]\nX-LandlockPolicy=draft\n")
    machine.restart(unit)
    assert machine.fence(unit)["LANDLOCK_POLICY"] == "draft"
    assert machine.run("redis-cli", "set", "key", "value").stdout == "OK\n"
    assert machine.run("redis-cli", "save").stdout == "OK\n"


def test_a_draft_gives_what_the_directives_say_and_no_more(machine):
    machine.run("mkdir", "-p", "/srv/out")
    machine.unit("drafted.service", """[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo written > /srv/out/given; read x < /etc/shadow || echo denied > /srv/out/shadow'
ReadWritePaths=/srv/out
RestrictAddressFamilies=AF_UNIX
""")
    machine.policy("drafted", machine.run("ringfence", "import", "drafted.service").stdout)
    machine.drop_in("drafted.service", "[Service]\nX-LandlockPolicy=drafted\n")
    machine.start("drafted.service")
    assert machine.read("/srv/out/given") == "written\n"
    assert machine.read("/srv/out/shadow") == "denied\n"
    denials = machine.settled_denials("drafted.service")["denials"]
    assert [denial["object"].get("path") for denial in denials] == ["/etc/shadow"]


def test_an_exported_policy_is_one_by_itself(machine):
    """Exports a policy and names the landlockconfig file in the unit without changing it."""
    exported = machine.run("ringfence", "export", "--format=json", "redis-server").stdout
    machine.write("/etc/ringfence/policies/exported.json", exported)
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=exported\n")
    machine.restart("redis-server.service")
    assert machine.fence("redis-server.service")["LANDLOCK_POLICY"] == "exported"
    assert machine.run("redis-cli", "ping").stdout == "PONG\n"
