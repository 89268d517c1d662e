# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wrapper's budget of system calls: at most 80 for 22 rules without reports. It must not cost much more
than the execve(2) that it adds."""
import re
import subprocess

from lib.build import WRAPPER

DIRECTORIES = ("/etc /usr/share /opt /srv /media /mnt /home /boot /proc /sys /usr/bin /usr/sbin /usr/lib "
               "/usr/lib64 /usr/local /tmp /var/tmp /var/log /var/lib /run").split()


def calls(tmp_path, options, become=()):
    log = tmp_path / "calls"
    subprocess.run([*become, "strace", "-qq", "-e", "signal=none", "-o", log, WRAPPER, "--abi=4", *options,
                    "--report=none", "--", "/bin/true"], check=True)
    lines = [line for line in log.read_text().splitlines() if re.match(r"\w+\(", line)]
    executed = [i for i, line in enumerate(lines) if line.startswith("execve(")]
    return executed[1]  # from the wrapper's first call to its last, execve itself


def test_at_most_80_calls_for_22_rules(tmp_path):
    options = [f"--execute={path}" for path in DIRECTORIES] + ["--bind-tcp=8080", "--connect-tcp=443"]
    count = calls(tmp_path, options)
    print(f"system calls for 22 rules: {count}")
    assert 22 < count <= 80


def test_three_calls_a_directory_and_one_a_port(tmp_path):
    base = ["--execute=/usr"]
    less = calls(tmp_path, base)
    assert calls(tmp_path, base + ["--read=/etc"]) == less + 3
    assert calls(tmp_path, base + ["--bind-tcp=80-89"]) == less + 10
    assert calls(tmp_path, base + ["--read=/etc/passwd"]) == less + 4  # EINVAL, and again with file rights


def test_capabilities(public_directory):
    """Two calls for each capability, two for the sets, and one that checks them. A process that has none of them,
    and cannot gain any, makes one."""
    names = "audit_control,bpf,perfmon,sys_admin,sys_boot,sys_module,sys_rawio"
    drop = f"--drop-capabilities={names}"
    base = ["--execute=/usr"]
    assert calls(public_directory, base + [drop]) == calls(public_directory, base) + 2 * 7 + 3
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    for_nobody = public_directory / "nobody"
    for_nobody.mkdir()
    for_nobody.chmod(0o777)
    assert calls(for_nobody, base + [drop], nobody) == calls(for_nobody, base, nobody) + 1
