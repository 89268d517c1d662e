# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a site has besides the packages: a service that says whether it is fenced, and its policy."""

POLICY = """\
version = 1
description = "may read little"
abi = 1

[filesystem]
execute = ["/usr/bin/sleep", "/usr/bin/dash", "/usr/lib/x86_64-linux-gnu"]
read = ["/etc/ld.so.cache"]
write = ["/var/lib/probe"]
"""
UNIT = """\
[Service]
StateDirectory=probe
ExecStart=/bin/sh -c 'if read line </etc/hostname; then echo open; else echo shut; fi \
>/var/lib/probe/%p-%i; exec /usr/bin/sleep infinity'
"""
BY_HAND = "[Service]\nX-LandlockPolicy=probe\n"


def place(machine, names, request=BY_HAND):
    """probe services of these names, which ask for a fence by hand: without the assertion of `enable`."""
    for name in names:
        machine.write(f"/etc/systemd/system/{name}.service", UNIT)
        if request:
            machine.write(f"/etc/systemd/system/{name}.service.d/50-fence.conf", request)
    machine.reload()


def restarted(machine, name):
    """What the service could do after a restart: "open", "shut", or "refused" if it did not start."""
    unit = f"{name}.service"
    path = f"/var/lib/probe/{name}-"
    machine.run("rm", "-f", path)
    started = machine.restart(unit, check=False).returncode == 0
    if not started or machine.show(unit, "ActiveState") != "active":
        assert machine.run("test", "-s", path, check=False).returncode != 0, f"{unit} failed, and ran"
        return "refused"
    machine.wait_for(lambda: machine.run("test", "-s", path, check=False).returncode == 0
                     or machine.show(unit, "ActiveState") != "active", what=path)
    if machine.show(unit, "ActiveState") != "active":
        return "refused"
    return machine.read(path).strip()
