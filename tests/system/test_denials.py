# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ringfence denials` on a machine: every kind of denial of a real kernel. At the same time, twenty other fenced
services are denied other things, and forgers pretend to be one of them."""
import json
import subprocess
import threading
import time
from pathlib import Path

import pytest

from lib.rig import kinds
from test_forged_reports import FORGE


LOADERS = 20
DENIALS_EACH = 60
PYTHON = ["/usr/bin/python3", "/usr/lib/python3.11", "/usr/lib/x86_64-linux-gnu"]

POLICY = """\
version = 1
abi = 11
[filesystem]
execute = {python}
read = ["/usr/lib/ringfence-rig", "/usr/lib/locale", "/usr/share/zoneinfo", "/etc/ld.so.cache",
        "/dev/random", "/dev/urandom"]
write = ["/dev/null"]
[capabilities]
keep = ["sys_admin"]
reason = "without it the kernel refuses mounts before it asks Landlock, and records nothing"
""".format(python=json.dumps(PYTHON))

LOADER = """\
import sys, time
denied = 0
while denied < int(sys.argv[2]):
    try:
        open(sys.argv[1])
    except PermissionError:
        denied += 1
    time.sleep(0.02)
print(denied)
"""


def service(command, fence, output, more=""):
    return (f"[Service]\nType=oneshot\nStandardOutput=truncate:{output}\n{fence}\n{more}"
            f"ExecStart=/usr/bin/python3 -I -S /usr/lib/ringfence-rig/{command}\n")


@pytest.fixture(scope="module")
def review(shared_machine):
    """Causes all denials at once. The tests look at the output of `ringfence denials`."""
    machine = shared_machine
    for name, text in (("kinds.py", Path(kinds.__file__).read_text()), ("loader.py", LOADER)):
        machine.write(f"/usr/lib/ringfence-rig/{name}", text)
    machine.policy("kinds", POLICY)
    machine.policy("load", POLICY)
    machine.run("python3", "/usr/lib/ringfence-rig/kinds.py", "prepare")
    machine.unit("victim.service", "[Service]\nExecStart=/usr/bin/python3 -I -S "
                 "/usr/lib/ringfence-rig/kinds.py victim\nExecStopPost=/bin/rm -f /run/victim.stream /run/victim.datagram\n")
    machine.start("victim.service")
    machine.wait_for(lambda: "@victim-datagram" in machine.read("/proc/net/unix"), what="its socket")
    pid = machine.show("victim.service", "MainPID")
    machine.run(f"mkdir -p /srv/load; for i in $(seq {LOADERS}); do echo x >/srv/load/$i; done")
    machine.unit("load@.service", service(f"loader.py /srv/load/%i {DENIALS_EACH}",
                                          "X-LandlockPolicy=load", "/run/load-%i.out"))
    machine.unit("kinds-control.service", service(f"kinds.py {pid}", "", "/run/control.out"))
    machine.unit("kinds.service", service(f"kinds.py {pid}", "X-LandlockPolicy=kinds",
                                          "/run/kinds.out"))
    loaders = [f"load@{i}.service" for i in range(1, LOADERS + 1)]
    machine.run("systemctl", "start", "--no-block", *loaders)
    machine.start("kinds.service")
    for loader in loaders:
        machine.wait_for(lambda: machine.show(loader, "ActiveState") in ("inactive", "failed"), 60,
                         loader, 0.2)
    yield machine.settled_denials()
    machine.undo()


def outcomes(machine, name):
    return {row["kind"]: row["error"]
            for row in map(json.loads, machine.read(f"/run/{name}.out").splitlines())}


def test_thirty_kinds_are_denied(review, shared_machine):
    denied = outcomes(shared_machine, "kinds")
    assert set(denied) >= {kind for kind in kinds.KINDS if kind not in kinds.FIRST_ABI}
    assert {kind: error for kind, error in denied.items()
            if error not in ("EACCES", "EPERM", "EXDEV")} == {}
    assert len(denied) >= 30


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_each_is_read_back(review, shared_machine, kind):
    if kind not in outcomes(shared_machine, "kinds"):
        pytest.skip(f"{kind} needs Landlock ABI {kinds.FIRST_ABI[kind]}: tests/unit/journal reads"
                    " its records of a newer kernel")
    expected = kinds.KINDS[kind][1]

    def matches(denial):
        return (denial["rights"] == expected["rights"]
                and expected["object"].items() <= denial["object"].items())

    mine = [denial for denial in review["denials"] if denial["unit"] == "kinds.service"]
    found = [denial for denial in mine if matches(denial)]
    assert found, "\n".join(f"{denial['rights']} {denial['object']}" for denial in mine)
    for denial in found:
        assert denial["program"] == "/usr/bin/python3.11"
        assert denial["policy"] == "kinds"
        assert denial["command_line"][:2] == ["/usr/bin/python3", "-I"]
    assert not [denial for denial in review["denials"]
                if matches(denial) and denial["unit"] != "kinds.service"]


def test_nothing_is_attributed_wrongly_under_load(review):
    wrong = [denial for denial in review["denials"]
             if denial["unit"].startswith("load@")
             and denial["object"].get("path")
             != "/srv/load/" + denial["unit"][len("load@"):-len(".service")]]
    assert wrong == []
    counts = {denial["unit"]: denial["count"] for denial in review["denials"]
              if denial["unit"].startswith("load@")}
    assert counts == {f"load@{i}.service": DENIALS_EACH for i in range(1, LOADERS + 1)}
    # All machines share the kernel's audit, so denials on paths of others are not ours.
    assert [denial for denial in review["unattributed"]
            if denial["object"].get("path", "").startswith(("/srv/load", kinds.TREE))] == []


def test_the_kernel_counted_the_same(review):
    for unit in review["units"]:
        assert unit["missing"] == 0, unit
    assert review["lost_records"]["audit"] == 0


def test_the_review_is_safe_on_a_terminal(review, shared_machine):
    for options in ([], ["-v"], ["--summary"], ["--suggest"]):
        out = shared_machine.run("ringfence", "denials", "--no-pager", *options).stdout
        assert "\x1b" not in out and "\x07" not in out
        assert "\nline" not in out
    assert "new\\x0aline" in shared_machine.run("ringfence", "denials", "--no-pager").stdout


# Forging


def test_forgers_never_get_into_the_victims_review(machine):
    """The real wrapper runs with the victim's invocation ID, which everybody may know: inside a fence of its own,
    as root without a fence, and as another user. The tag does not come from there, so each finds itself. Another
    user also sends reports with the victim's tag, which change nothing."""
    machine.policy("kinds", POLICY)
    machine.policy("forger", POLICY.replace(
        'execute = [', 'execute = ["/usr/bin/env", "/usr/bin/cat", "/usr/libexec/ringfence-exec", '
        '"/usr/bin/dash", "/bin/sh", "/usr/lib", "/lib64", '))
    machine.write("/usr/lib/ringfence-rig/loader.py", LOADER)
    machine.write("/srv/forge/own", "x")
    for who in ("inside", "root", "user"):
        machine.write(f"/srv/forge/{who}", "x")
    machine.unit("victim-fenced.service", "[Service]\nExecStart=/usr/bin/python3 -I -S "
                 "/usr/lib/ringfence-rig/loader.py /srv/forge/own 100000\n"
                 "X-LandlockPolicy=kinds\n")
    machine.start("victim-fenced.service")
    invocation = machine.show("victim-fenced.service", "InvocationID")
    forged = (f"/usr/bin/env INVOCATION_ID={invocation} /usr/libexec/ringfence-exec --policy=kinds"
              " --abi=7 --execute=/usr --execute=/lib64 --read=/etc/ld.so.cache"
              " -- /usr/bin/cat /srv/forge/")
    for who, setting in (("inside", "X-LandlockPolicy=forger\n"), ("root", ""),
                         ("user", "User=nobody\n")):
        machine.unit(f"forge-{who}.service",
                     f"[Service]\nType=oneshot\n{setting}ExecStart=-{forged}{who}\n")
        machine.start(f"forge-{who}.service")
    forgeries = {f"/srv/forge/{who}" for who in ("inside", "root", "user")}

    def all_forgeries():
        review = machine.denials()
        objects = {denial["object"].get("path"): denial.get("unit")
                   for denial in review["denials"] + review["unattributed"]}
        return (review, objects) if forgeries <= objects.keys() else None

    review, objects = machine.wait_for(all_forgeries, what="a denial of each forger")
    for path in forgeries:
        assert objects[path] != "victim-fenced.service"
    # Denials of the victim are shown as the victim's or without a unit. None is lost.
    assert "/srv/forge/own" in objects
    victims = [denial for denial in review["denials"]
               if denial["unit"] == "victim-fenced.service"]
    assert {denial["object"]["path"] for denial in victims} <= {"/srv/forge/own"}
    assert objects["/srv/forge/own"] == "victim-fenced.service"
    tag = machine.fence("victim-fenced.service")["LANDLOCK_TAG"]
    machine.write("/usr/lib/ringfence-rig/forge.py", FORGE)
    machine.unit("forge-report.service", "[Service]\nUser=nobody\n"
                 f"ExecStart=/usr/bin/python3 /usr/lib/ringfence-rig/forge.py kinds 00 {tag}\n")
    machine.start("forge-report.service")
    machine.wait_for(lambda: machine.journal(LANDLOCK_TAG=tag)[-1].get("_SYSTEMD_UNIT") == "forge-report.service",
                     what="the forged report")
    review = machine.denials("victim-fenced.service")
    assert {denial["object"]["path"] for denial in review["denials"]} == {"/srv/forge/own"}


# Following

class Follower:
    """Runs `ringfence denials --follow` and notes the time of each line."""

    def __init__(self, machine, *options):
        self.lines = []
        self._process = subprocess.Popen(
            ["nsenter", "-t", str(machine.leader), "-a", "-r", "-w", "ringfence", "denials",
             "--follow", "--json", *options], stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append((time.time(), json.loads(line)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()


TIMED = """\
import sys, time
for i in range(10):
    time.sleep(0.2)
    try:
        print(time.time(), flush=True)
        open(sys.argv[1])
    except PermissionError:
        pass
"""


def test_follow_prints_within_200_ms(machine):
    machine.policy("kinds", POLICY)
    machine.write("/usr/lib/ringfence-rig/timed.py", TIMED)
    machine.write("/srv/timed", "x")
    machine.unit("timed.service", service("timed.py /srv/timed", "X-LandlockPolicy=kinds",
                                          "/run/timed.out"))
    with Follower(machine, "timed") as follower:
        time.sleep(1)
        machine.start("timed.service")
        machine.wait_for(lambda: len(follower.lines) == 10, 10, "ten lines")
        denied = [float(line) for line in machine.read("/run/timed.out").splitlines()]
        delays = [line[0] - at for line, at in zip(follower.lines, denied)]
    print("delays in ms:", *(f"{delay * 1000:.0f}" for delay in delays))
    for _, denial in follower.lines:
        assert denial["unit"] == "timed.service"
        assert denial["object"]["path"] == "/srv/timed"
        assert denial["program"] == "/usr/bin/python3.11"
        assert denial["count"] == 1
    assert sorted(delays)[len(delays) // 2] < 0.2


def test_follow_since_prints_older_ones_first(machine):
    machine.policy("kinds", POLICY)
    machine.write("/usr/lib/ringfence-rig/loader.py", LOADER)
    machine.write("/srv/before", "x")
    machine.unit("before.service", service("loader.py /srv/before 3", "X-LandlockPolicy=kinds",
                                           "/run/before.out"))
    start = machine.now()
    machine.start("before.service")
    with Follower(machine, "before", "--since", f"@{start:.3f}") as follower:
        machine.wait_for(lambda: len(follower.lines) == 3, 10, "three lines")
    assert {denial["unit"] for _, denial in follower.lines} == {"before.service"}


# From a denial to a policy change, on real services

def apply_and_repeat(machine, unit, policy, work, paths):
    """`work` must be denied something on `paths`, and nothing there after --apply."""
    def denied():
        review = machine.settled_denials(unit, "--since", f"@{since:.3f}")
        return {denial["object"].get("path") or denial["object"].get("port")
                for denial in review["denials"]}

    machine.reload()
    since = machine.now()
    machine.restart(unit)
    work()
    assert paths <= denied()
    shown = machine.run("ringfence", "denials", unit, "--since", f"@{since:.3f}", "--apply")
    review = f"/etc/ringfence/policies/{policy}.toml.d/50-review.toml"
    machine._undo.append(lambda: machine.run("rm", "-rf", Path(review).parent))
    assert f"+++ {review}" in shown.stdout
    machine.reload()
    since = machine.now()
    machine.restart(unit)
    work()
    assert not denied() & paths
    text = machine.read(review)
    machine.run("ringfence", "denials", "--undo", f"--policy={policy}")
    assert machine.run("test", "-e", review, check=False).returncode != 0
    return text


def test_applying_the_suggestion_for_nginx(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.write("/srv/site/index.html", "hello\n")
    machine.write("/srv/site/news-2026-11-20.html", "old news\n")
    machine.write("/srv/site/news-2026-11-21.html", "news\n")
    machine.write("/etc/nginx/conf.d/site.conf", "server { listen 8090; root /srv/site; }\n")
    machine.policy("nginx.toml.d/40-port", "version = 1\n[network]\nbind_tcp = [8090]\n")

    def work():
        for page in ("index.html", "news-2026-11-20.html", "news-2026-11-21.html"):
            machine.run("curl", "-s", f"http://127.0.0.1:8090/{page}")

    text = apply_and_repeat(machine, "nginx.service", "nginx", work,
                            {"/srv/site/index.html", "/srv/site/news-2026-11-20.html"})
    assert "dated names" in text


def test_applying_the_suggestion_for_redis(machine):
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=redis-server\n")
    machine.run("install -d -o redis -g redis /srv/dumps")
    machine._undo.append(lambda: machine.run("rm", "-rf", "/srv/dumps"))
    machine.drop_in("redis-server.service", "[Service]\nReadWritePaths=-/srv/dumps\n",
                    "60-paths.conf")
    machine.policy("redis-server.toml.d/40-own", "version = 1\ninherit = false\n[filesystem]\n"
                   "execute = [\"/usr/bin/redis-check-rdb\", \"/usr/bin/redis-server\"]\n"
                   "write = [\"-/run/redis\"]\n")
    # This switches saving off. Otherwise redis would not end while it cannot write its dump.
    machine.run("printf 'dir /srv/dumps\\nsave \"\"\\n' >>/etc/redis/redis.conf")
    machine._undo.append(lambda: machine.run("sed -i '/^dir .srv.dumps$/,$d' /etc/redis/redis.conf"))

    def work():
        machine.run("redis-cli", "set", "key", "value")
        machine.run("redis-cli", "save", check=False)

    apply_and_repeat(machine, "redis-server.service", "redis-server", work, {"/srv/dumps"})
