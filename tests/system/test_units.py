# SPDX-License-Identifier: LGPL-2.1-or-later
"""Units of different shapes with the generator's output, as the booted systemd sees them."""
from lib.rig.policies import sleep_policy

WRAPPER = "/usr/libexec/ringfence-exec"
SLEEPER = sleep_policy()


def test_a_unit_without_a_policy_is_untouched(machine):
    """Another unit is fenced, so that the generator has something to do."""
    before = machine.run("systemctl", "show", "redis-server.service", "-p", "ExecStart",
                         "-p", "DropInPaths", "-p", "NotifyAccess").stdout
    text = machine.cat("redis-server.service")
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    assert machine.cat("redis-server.service") == text
    after = machine.run("systemctl", "show", "redis-server.service", "-p", "ExecStart",
                        "-p", "DropInPaths", "-p", "NotifyAccess").stdout
    assert strip_times(after) == strip_times(before)
    generated = machine.run("find", "/run/systemd/generator", "/run/systemd/generator.early",
                            "/run/systemd/generator.late", "-name", "*ringfence*",
                            check=False).stdout.split()
    assert {path.split("/")[-2] for path in generated if path.endswith(".conf")} \
        == {"nginx.service.d"}


def strip_times(text):
    return [line.split("start_time")[0] for line in text.splitlines()]


def test_reload_without_a_change_changes_nothing(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    path = "/run/systemd/generator/nginx.service.d/~ringfence.conf"
    first = machine.read(path)
    machine.reload()
    assert machine.read(path) == first
    machine.restart("nginx.service")
    assert machine.show("nginx.service", "NeedDaemonReload") == "no"


def test_the_policy_taken_away_the_fence_is_gone(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.restart("nginx.service")
    assert WRAPPER in machine.cat("nginx.service")
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=\n", name="60-off.conf")
    assert WRAPPER not in machine.cat("nginx.service")


def test_a_program_without_execute_right_is_203(machine):
    """inherit = false, because otherwise the generator allows the program of the unit."""
    machine.policy("locked", 'version = 1\ndescription = "nothing"\nabi = 7\ninherit = false\n'
                   '\n[filesystem]\nread = ["/etc/hostname"]\n')
    machine.unit("locked.service",
                 "[Service]\nX-LandlockPolicy=locked\nExecStart=/usr/bin/sleep 1\n")
    machine.start("locked.service", check=False)
    machine.wait_state("locked.service", "failed")
    assert machine.show("locked.service", "ExecMainStatus") == "203"
    assert "status=203/EXEC" in machine.status("locked.service")
    message = machine.fence("locked.service")["MESSAGE"]
    assert "/usr/bin/sleep" in message and "Permission denied" in message, message
    assert message in machine.status("locked.service")


def test_templates_and_instances(machine):
    """An instance's own drop-in for ExecStart= must be fenced, too. It must not undo the fence."""
    machine.policy("sleeper", SLEEPER)
    machine.unit("nap@.service",
                 "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep 10%i\n")
    machine.drop_in("nap@2.service", "[Service]\nExecStart=\nExecStart=/usr/bin/sleep 20%i\n")
    machine.run("systemctl", "start", "nap@1.service", "nap@2.service")
    for instance, argument in (("nap@1.service", "101"), ("nap@2.service", "202")):
        assert machine.fence(instance)["LANDLOCK_STATUS"] == "enforced"
        pid = machine.show(instance, "MainPID")
        machine.wait_for(lambda: machine.read(f"/proc/{pid}/cmdline").split("\0")[:2]
                         == ["/usr/bin/sleep", argument], what=instance)
    machine.run("systemctl", "stop", "nap@1.service", "nap@2.service")


def test_only_an_instance_is_fenced(machine):
    machine.policy("sleeper", SLEEPER)
    machine.unit("nap@.service", "[Service]\nExecStart=/usr/bin/sleep 10%i\n")
    machine.drop_in("nap@2.service", "[Service]\nX-LandlockPolicy=sleeper\n")
    machine.run("systemctl", "start", "nap@1.service", "nap@2.service")
    assert WRAPPER not in machine.cat("nap@1.service")
    assert machine.fence("nap@2.service")["LANDLOCK_STATUS"] == "enforced"
    machine.run("systemctl", "stop", "nap@1.service", "nap@2.service")


def test_an_alias_leads_past_the_file_of_an_instance(machine):
    """Like autovt@.service, an alias of getty@.service, with a unit file for one terminal. By its own name the
    instance asks for nothing. By the alias it is an instance of the template, and is fenced."""
    machine.policy("sleeper", SLEEPER)
    machine.link("/etc/systemd/system/doze@.service", "nap@.service")
    machine.unit("nap@2.service", "[Service]\nExecStart=/usr/bin/sleep 20%i\n")
    machine.unit("nap@.service",
                 "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep 10%i\n")
    machine.start("doze@2.service")
    assert machine.show("doze@2.service", "FragmentPath") == "/etc/systemd/system/nap@.service"
    assert machine.fence("doze@2.service")["LANDLOCK_STATUS"] == "enforced"
    machine.run("systemctl", "stop", "doze@2.service")
    machine.reload()  # forgets the unit and its names
    machine.start("nap@2.service")
    assert machine.show("nap@2.service", "FragmentPath") == "/etc/systemd/system/nap@2.service"
    assert WRAPPER not in machine.cat("nap@2.service")
    machine.run("systemctl", "stop", "nap@2.service")


def test_a_fleet_in_one_file(machine):
    """X-LandlockPolicy=-%p in service.d fences the services that have a policy, and no others."""
    machine.write("/etc/systemd/system/service.d/50-landlock.conf",
                  "[Service]\nX-LandlockPolicy=-%p\n")
    machine.reload()
    machine.restart("nginx.service")
    machine.restart("redis-server.service")
    for unit in ("nginx.service", "redis-server.service"):
        assert machine.fence(unit)["LANDLOCK_STATUS"] == "enforced"
    assert WRAPPER not in machine.cat("systemd-logind.service")
    machine.undo()
    machine.reload()
    machine.restart("nginx.service")
    machine.restart("redis-server.service")
