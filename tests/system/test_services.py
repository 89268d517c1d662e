# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shipped policies with the real services. The services must work behind their fences, and report them."""
import re

import pytest

FENCED = {"nginx.service": "nginx", "redis-server.service": "redis-server"}
ENFORCED = "24d70d8d2bc94cfc835749197d384851"  # src/landlock/report.h


@pytest.fixture(params=FENCED)
def unit(request, machine):
    machine.drop_in(request.param, f"[Service]\nX-LandlockPolicy={FENCED[request.param]}\n")
    machine.restart(request.param)
    return request.param


def test_the_wrapper_reports(machine, unit):
    record = machine.fence(unit)
    assert record["_SYSTEMD_UNIT"] == unit
    assert record["LANDLOCK_POLICY"] == FENCED[unit]
    assert record["LANDLOCK_STATUS"] == "enforced"
    assert record["MESSAGE_ID"] == ENFORCED
    assert re.fullmatch("rf[0-9a-f]{13}", record["LANDLOCK_TAG"])
    assert not machine.show(unit, "InvocationID").startswith(record["LANDLOCK_TAG"][2:])
    assert int(record["LANDLOCK_RULES"]) > 5
    assert int(record["LANDLOCK_ABI"]) >= 7


def test_no_new_privs_is_only_what_the_unit_says(machine, unit):
    """The wrapper runs with CAP_SYS_ADMIN in nginx, and redis-server.service sets it itself."""
    pid = machine.show(unit, "MainPID")
    expected = {"nginx.service": "0", "redis-server.service": "1"}[unit]
    assert f"NoNewPrivs:\t{expected}\n" in machine.read(f"/proc/{pid}/status")


# At each stop, nginx is denied removing its PID file; policies/nginx.toml says why.
DOCUMENTED_DENIALS = {("nginx.service", "fs.remove_file", "/run")}


def test_the_service_runs_without_denials(machine, unit):
    """A shipped policy must not deny anything that the service does by itself. Serving is tested below."""
    request(machine, unit)
    start = machine.show(unit, "InvocationID")
    denials = {(unit, ",".join(denial["rights"]), denial["object"].get("path"))
               for denial in machine.settled_denials(unit)["denials"]}
    assert denials <= DOCUMENTED_DENIALS, start


def test_restart_and_reload_work(machine, unit):
    main = machine.show(unit, "MainPID")
    if machine.show(unit, "CanReload") == "yes":
        machine.run("systemctl", "reload", unit)
        assert machine.show(unit, "MainPID") == main
        request(machine, unit)
    machine.restart(unit)
    assert machine.show(unit, "MainPID") != main
    request(machine, unit)
    machine.run("systemctl", "stop", unit)
    assert machine.show(unit, "Result") == "success"


def request(machine, unit):
    if unit == "nginx.service":
        page = machine.run("curl", "-sf", "http://127.0.0.1/").stdout
        assert "Welcome to nginx" in page or "Debian" in page
        return
    assert machine.run("redis-cli", "set", "key", "value").stdout == "OK\n"
    assert machine.run("redis-cli", "get", "key").stdout == "value\n"


def test_nginx_shows_the_fence_in_its_status(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.restart("nginx.service")
    assert machine.show("nginx.service", "StatusText").startswith("ringfence: nginx ")
    assert 'Status: "ringfence: nginx ' in machine.status("nginx.service")


def test_nginx_serves_many_at_once_and_logs(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.restart("nginx.service")
    machine.run("seq 50 | xargs -P 8 -I{} curl -sf -o /dev/null 'http://127.0.0.1/?{}'")
    assert machine.run("grep -c 'GET /?' /var/log/nginx/access.log").stdout == "50\n"
    assert machine.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                       "http://127.0.0.1/none").stdout == "404"


def test_nginx_rotates_its_logs(machine):
    """Does the same as Debian's logrotate snippet: it renames the log and runs `invoke-rc.d nginx rotate`."""
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.restart("nginx.service")
    machine.run("mv /var/log/nginx/access.log /var/log/nginx/access.log.1;"
                " kill -USR1 $(cat /run/nginx.pid)")
    machine.wait_for(lambda: machine.run("test", "-e", "/var/log/nginx/access.log",
                                         check=False).returncode == 0, what="the new log")
    request(machine, "nginx.service")
    machine.wait_for(lambda: "GET /" in machine.read("/var/log/nginx/access.log"), what="an entry")


def test_redis_saves_and_loads(machine):
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=redis-server\n")
    machine.restart("redis-server.service")
    machine.run("redis-cli", "set", "kept", "across restarts")
    assert machine.run("redis-cli", "save").stdout == "OK\n"
    assert "started" in machine.run("redis-cli", "bgsave").stdout
    assert machine.run("redis-cli", "config", "set", "appendonly", "yes").stdout == "OK\n"
    # Until redis has written its first append-only file, it ignores SIGTERM, also without a fence,
    # and Debian's unit waits for it without a limit (TimeoutStopSec=0).
    machine.wait_for(lambda: saved(machine), what="the end of redis's saves")
    machine.restart("redis-server.service")
    assert machine.run("redis-cli", "get", "kept").stdout == "across restarts\n"


def saved(machine):
    """Whether no save is running or waiting, and the last ones succeeded."""
    facts = dict(line.split(":", 1) for line in
                 machine.run("redis-cli", "info", "persistence").stdout.splitlines() if ":" in line)
    assert facts["rdb_last_bgsave_status"] == facts["aof_last_bgrewrite_status"] == "ok"
    return all(facts[name] == "0" for name in (
        "rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled"))
