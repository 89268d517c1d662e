# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each abstraction does what its description says, on Debian 12, 13 and sid, and is needed for it.

A program that uses it runs behind base and the abstraction. Then, as the control, it runs without
the abstraction and must fail.

    RINGFENCE_BUILD=BUILD python3 -m pytest tests/abstractions
"""
import dataclasses
import re
import tomllib

import pytest
import stage
from lib.rig import Tree

SUITES = ("bookworm", "trixie", "sid")


@dataclasses.dataclass
class Use:
    """A use of an abstraction: a command, and what it prints with the abstraction and not without it."""
    abstraction: str
    command: list                     # the program may be a pattern of one file of the tree
    works: str                        # a regular expression
    denied: str = ""                  # what the control must print
    environment: tuple = ()
    prepare: str = ""                 # words of a shell that run in the copy of the tree
    start: tuple = ("base",)          # what the control extends


def port(abstraction, number):
    return Use(abstraction, ["/usr/bin/bash", "-c", f"</dev/tcp/127.0.0.1/{number}"],
               "Connection refused", "Permission denied")


USES = [
    Use("base", ["/usr/bin/true"], r"^$", "Permission denied|cannot execute|denied", start=()),
    Use("locale", ["/usr/bin/ls", "/nowhere"], "Datei oder Verzeichnis", "No such file",
        environment=("LC_ALL=de_DE.UTF-8",), start=("bare",),
        prepare="chroot . localedef -i de_DE -f UTF-8 de_DE.UTF-8"),
    Use("time-zone", ["/usr/bin/date", "-d", "@0", "+%Z"], "^CET$", "^Europe$",
        environment=("TZ=Europe/Berlin",), start=("bare",)),
    Use("users", ["/usr/bin/getent", "passwd", "root"], "^root:x:0:", r"^$"),
    Use("name-service", ["/usr/bin/getent", "hosts", "host.example"], "192.0.2.7", r"^$"),
    port("name-service", 53),
    Use("resolved", ["/usr/bin/cat", "/etc/resolv.conf"], "nameserver 127.0.0.53", "Permission denied",
        prepare="mkdir -p run/systemd/resolve; echo nameserver 127.0.0.53"
                " > run/systemd/resolve/stub-resolv.conf;"
                " ln -sf /run/systemd/resolve/stub-resolv.conf etc/resolv.conf"),
    Use("tls", ["/usr/bin/openssl", "verify", "-CApath", "/etc/ssl/certs",
                "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt"], ": OK$",
        "Permission denied|Can't open|unable to load"),
    # Another program starts Python, and Python compiles the module again: bytecode in /usr/lib is not used.
    Use("python", ["/usr/bin/bash", "-c", "exec python3 -c 'import sitecustomize, ssl, sqlite3, "
                   "ctypes.util, subprocess, sys; print(subprocess.run([sys.executable, \"-c\", "
                   "\"print(6 * 7)\"], capture_output=True, text=True).stdout)'"],
        r"\A42\n\n\Z", "Permission denied", environment=("PYTHONPYCACHEPREFIX=/nowhere",)),
    Use("perl", ["/usr/bin/perl", "-MFile::Temp", "-MPOSIX", "-MEncode", "-MJSON::PP", "-e",
                 "print JSON::PP->new->encode([floor(1.5)])"], r"^\[1\]$", "Can't locate"),
    Use("php", ["/usr/bin/php", "-r", "echo php_ini_loaded_file(), extension_loaded('tokenizer');"],
        r"^/etc/php/.*/cli/php.ini1$", r"^$|^Warning"),
    Use("ruby", ["/usr/bin/ruby", "-e", "puts Gem::Specification.map(&:full_name).sort"],
        "^net-telnet-", "^json-"),
    Use("java", ["/usr/lib/jvm/java-*-openjdk-*/bin/keytool", "-list", "-cacerts", "-storepass",
                 "changeit"], "keystore contains [0-9]+ entries", "Error|rror"),
    Use("dbus-client", ["/usr/bin/dbus-uuidgen", "--get"], "^0123456789abcdef0123456789abcdef$",
        "", prepare="echo 0123456789abcdef0123456789abcdef > etc/machine-id;"
                    " rm -f var/lib/dbus/machine-id"),
    Use("postgresql-client", ["/usr/lib/postgresql/*/bin/psql", "service=here"],
        "port 5432 failed: Connection refused", "service file .* not found",
        environment=("PGSYSCONFDIR=/etc/postgresql-common",),
        prepare="printf '[here]\\nhost=127.0.0.1\\n' > etc/postgresql-common/pg_service.conf"),
    Use("mysql-client", ["/usr/bin/mariadb"], r"127\.0\.0\.1.*\((111|115)\)", "",
        prepare="mkdir -p etc/mysql/conf.d; printf '[client]\\nhost=127.0.0.1\\nprotocol=tcp\\nskip-ssl\\n'"
                " > etc/mysql/conf.d/test.cnf"),
    port("mysql-client", 3306),
    port("redis-client", 6379),
    Use("kerberos-client", ["/usr/bin/kinit", "someone"], "Cannot contact any KDC", "",
        prepare="printf '[libdefaults]\\ndefault_realm = E.EXAMPLE\\n[realms]\\nE.EXAMPLE = "
                "{\\n kdc = 127.0.0.1\\n}\\n' > etc/krb5.conf"),
    port("kerberos-client", 88),
    Use("mail-submission", ["/usr/bin/perl", "-MNet::SMTP", "-e",
                            "Net::SMTP->new('127.0.0.1', Port => 587) or print $@"],
        "Connection refused", "Permission denied", start=("base", "perl")),
    port("mail-submission", 25),
]

# Sockets are mediated by fs.resolve_unix (ABI 9), which this kernel may not know. So these cases are only
# predicted; tests/probing and the matrix under QEMU compare predictions with kernels.
SOCKETS = {
    "journal": ["/run/systemd/journal/socket", "/run/systemd/journal/dev-log",
                "/run/systemd/journal/stdout"],
    "notify": ["%t/systemd/notify"],
    "users": ["/run/systemd/userdb/io.systemd.NameServiceSwitch", "/run/nscd/socket"],
    "name-service": ["/run/systemd/resolve/io.systemd.Resolve"],
    "resolved": ["/run/systemd/resolve/io.systemd.Resolve"],
    "dbus-client": ["/run/dbus/system_bus_socket"],
    "postgresql-client": ["/run/postgresql/.s.PGSQL.5432"],
    "mysql-client": ["/run/mysqld/mysqld.sock"],
    "redis-client": ["/run/redis/redis-server.sock"],
    "kerberos-client": ["/run/.heim_org.h5l.kcm-socket"],
}


@pytest.fixture(scope="session", params=SUITES)
def scene(request, build, tmp_path_factory):
    tree = Tree(request.param, stage.Path(__file__).parent).ensure()
    return stage.Stage(tree, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.abstraction}-{use.command[-1][:20]}")
def test_it_works_and_is_needed(scene, use):
    command = [scene.real(use.command[0]) if "*" in use.command[0] else use.command[0],
               *use.command[1:]]
    start = list(use.start)
    text, status = scene.run(command, [*start, use.abstraction], use.environment, use.prepare)
    assert re.search(use.works, text, re.M), f"status {status}: {text}"
    without, _ = scene.run(command, start, use.environment, use.prepare)
    assert not re.search(use.works, without, re.M) or use.works == "^$", without
    assert re.search(use.denied, without, re.M), without


@pytest.fixture(scope="session")
def scene_without_tree(build, tmp_path_factory):
    return stage.Stage("/", tmp_path_factory.mktemp("predict"))


@pytest.mark.parametrize("name", SOCKETS)
def test_its_sockets_can_be_reached(scene_without_tree, name):
    scene = scene_without_tree
    lines = [f"access connect-stream:{path}" for path in SOCKETS[name]]
    scene.write_policy("", ["base", name])
    assert scene.answers(lines)[1:] == ["allowed"] * len(lines)
    scene.write_policy("", ["base"])
    assert all(answer.startswith("denied fs.resolve_unix") for answer in scene.answers(lines)[1:])


def described():
    return {path.stem: tomllib.loads(path.read_text()) for path in stage.ABSTRACTIONS}


def test_each_abstraction_is_tried():
    assert {use.abstraction for use in USES} | set(SOCKETS) == set(described())


def test_no_path_names_one_architecture():
    loaders = re.compile(r"/ld-|/ld64")
    for name, policy in described().items():
        for paths in policy.get("filesystem", {}).values():
            for path in paths:
                text = path["path"] if isinstance(path, dict) else path
                assert loaders.search(text) or not re.search(
                    r"x86.64|aarch64|linux-gnu|amd64|arm64|riscv|ppc|s390|i[36]86", text), (name, text)


def test_the_manual_lists_them_all():
    """Checks the manual's list: the description of each abstraction, and what it extends."""
    page = (stage.TOP / "packaging/man/ringfence-abstractions.7").read_text().replace("\\-", "-")
    rows = dict(re.findall(r"^\.TP\n\.B (\S+)\n((?:[^.\n].*\n)+)", page, re.M))
    for name, policy in described().items():
        extends = f"(extends {', '.join(policy['extends'])})\n" if "extends" in policy else ""
        assert rows.get(name) == policy["description"] + "\n" + extends, name
    assert set(rows) == set(described())


def test_they_are_all_installed():
    installed = (stage.TOP / "policies/meson.build").read_text()
    assert set(re.findall(r"'abstractions/([\w-]+)\.toml'", installed)) == set(described())


def test_each_says_what_it_is():
    for name, policy in described().items():
        assert policy["description"] and "man:ringfence-abstractions(7)" in policy["documentation"], name
        text = (stage.TOP / f"policies/abstractions/{name}.toml").read_text()
        assert "#" in text.partition("\n")[2], f"{name}: no comment says why"
