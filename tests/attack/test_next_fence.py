# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service tries to choose its next fence: it puts a symbolic link where a rule's path leads.

Each attack has a control in which the wrapper follows the same link, because the service could not
have made it. What is granted then shows that the attack would pay.
"""
import contextlib
import ctypes
import os
import shutil
import signal
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

import next_fence
from lib.exit_status import REFUSED
from lib import build as built

SERVICE, OTHER = 64000, 64001  # users and groups that no machine has
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin", "LC_ALL": "C.UTF-8"}
# What the wrapper says of a path that an empty variable has shortened.
NAMELESS = 'the path has an empty name or "." in it'
BASE = ["--abi=1", "--execute=/usr", "--read=/etc/ld.so.cache", "--report=none"]
AT_FDCWD, RENAME_EXCHANGE = -100, 2
MS_BIND = 4096


class Place:
    """A directory of root's: secret/file, what a service may write, and what rules lead to."""

    def __init__(self, root):
        self.root = root
        self.make("secret")
        self.make("secret/deep")
        self.file("secret/file")
        self.file("secret/deep/file")
        self.make("app")
        self.make("app/plugins")

    def __str__(self):
        return str(self.root)

    def __truediv__(self, name):
        return self.root / name

    def make(self, name, mode=0o755, user=0, group=0):
        path = self.root / name
        path.mkdir(exist_ok=True)
        os.chown(path, user, group)
        path.chmod(mode)

    def file(self, name):
        (self.root / name).write_text("secret\n")
        (self.root / name).chmod(0o644)

    def link(self, name, target, user=0):
        path = self.root / name
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        path.unlink(missing_ok=True)
        path.symlink_to(str(target).format(place=self.root))
        os.chown(path, user, user, follow_symlinks=False)


@pytest.fixture
def place(as_root):
    """Below /var/lib, since nothing is trusted below a /tmp that everybody may write."""
    root = Path(tempfile.mkdtemp(prefix="ringfence-next-", dir="/var/lib"))
    root.chmod(0o755)
    yield Place(root)
    shutil.rmtree(root)


def start(place, *options, read="secret/file", user=0, groups=(), command=None, prefix=(), **more):
    """A start of the service, which reads the secret."""
    options = [option.format(place=place) for option in options]
    command = command or ["/usr/bin/cat", str(place / read)]
    identity = {} if user == 0 else {"user": user, "group": user}
    return subprocess.run([*prefix, built.WRAPPER, *BASE, *options, "--", *command], cwd="/",
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          extra_groups=list(groups), timeout=60, **identity, **more)


def assert_followed(done):
    assert (done.returncode, done.stdout) == (0, "secret\n"), done


def assert_kept_out(done):
    """It runs, and the rule does not lead to the secret."""
    assert (done.returncode, done.stdout) == (1, "") and "Permission denied" in done.stderr, done


def assert_refused(done, *words):
    assert (done.returncode, done.stdout) == (REFUSED, ""), done
    assert done.stderr.startswith("ringfence-exec: refused: the rule on "), done
    for word in words:
        assert word in done.stderr, done


def assert_system_error(done, text):
    assert (done.returncode, done.stdout) == (REFUSED, ""), done
    assert text in done.stderr, done


@pytest.mark.parametrize("row", next_fence.STOPPED + next_fence.LIMITS, ids=lambda row: row[2])
def test_each_row_of_the_document_has_its_test(row):
    assert callable(globals().get("test_" + row[2]))


# The link in a writable place

RULES = ["--read={place}/app/plugins", "--execute={place}/app/plugins", "--write={place}/app/plugins",
         "--allow=fs.read_file:{place}/app/plugins", "--read=-{place}/app/plugins"]
TARGETS = ["/", "{place}/secret", "../secret", "../app/../secret"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rule", RULES)
def test_link_in_a_writable_place(place, rule, target):
    """The attack of the issue, made by the fenced service itself."""
    fence = ["--write={place}/app", rule]
    assert_kept_out(start(place, *fence))
    script = f'cd {place}/app && mv plugins old && ln -s "$0" plugins'
    attack = start(place, *fence, command=["/usr/bin/sh", "-c", script, target.format(place=place)])
    assert attack.returncode == 0, attack
    assert_refused(start(place, *fence), f"the rule on {place}/app/plugins leads through the symbolic "
                   f"link {place}/app/plugins, and the rule on {place}/app lets the service change it",
                   "write the link's target into the policy, or move the link")
    if (rule, target) == (RULES[2], "/"):  # such a rule lets the service change all links, its own too
        place.link("app/plugins", "{place}/secret")
    assert_followed(start(place, rule))


@pytest.mark.parametrize("rule", RULES)
def test_both_orders_of_the_rules(place, rule):
    place.link("app/plugins", "/")
    assert_refused(start(place, rule, "--write={place}/app"))
    assert_refused(start(place, "--write={place}/app", rule))


def test_the_message_names_the_program_through_a_link(place):
    """--execute=PROGRAM of the generator is a rule like the others."""
    place.link("app/current", "{place}/secret")
    rule = "--execute={place}/app/current/file"
    assert_refused(start(place, "--write={place}/app", rule), f"the rule on {place}/app/current/file "
                   f"leads through the symbolic link {place}/app/current, and the rule on {place}/app")
    assert_followed(start(place, rule))


CHANGING = ["--write={place}/app", "--allow=fs.make_sym:{place}/app", "--allow=fs.make_dir:{place}/app",
            "--write=-{place}/app", "--write={place}", "--write=/var"]
HARMLESS = ["--read={place}/app", "--execute={place}/app", "--allow=fs.make_reg:{place}/app",
            "--allow=fs.remove_file,fs.remove_dir:{place}/app", "--write={place}/secret",
            "--allow=fs.write_file,fs.make_fifo,fs.make_sock,fs.make_char,fs.make_block:{place}/app",
            "--write=-{place}/nowhere", "--write=-{place}/secret/file/nowhere"]


@pytest.mark.parametrize("other", CHANGING)
def test_rules_that_let_a_service_change_links(place, other):
    place.link("app/plugins", "/")
    assert_refused(start(place, other, "--read={place}/app/plugins"))


@pytest.mark.parametrize("other", HARMLESS)
def test_rules_that_do_not(place, other):
    place.link("app/plugins", "{place}/secret")
    assert_followed(start(place, other, "--read={place}/app/plugins"))


def test_a_renamed_directory_has_a_link_deeper(place):
    """fs.make_dir alone: an old directory of root's with a link in it takes the place of another."""
    place.make("app/old")
    place.link("app/old/data", "{place}/secret")
    place.make("app/new")
    place.make("app/new/data")
    fence = ["--read={place}/app/new/data", "--allow=fs.make_dir,fs.remove_dir,fs.read_dir:{place}/app"]
    assert_kept_out(start(place, *fence))
    script = f"cd {place}/app && mv new newer && mv old new"
    attack = start(place, *fence, command=["/usr/bin/sh", "-c", script])
    assert attack.returncode == 0, attack
    assert_refused(start(place, *fence), f"{place}/app/new/data, and the rule on {place}/app lets")
    assert_followed(start(place, "--read={place}/app/new/data"))


@pytest.mark.parametrize("deep", ["plugins/a/b/c", "plugins/a"])
def test_a_link_above_the_last_name(place, deep):
    """StateDirectory= and PIDFile=: the rule is on what lies beneath the link."""
    (place / "secret/a/b/c").mkdir(parents=True)
    place.file("secret/a/b/c/file")
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/" + deep
    assert_refused(start(place, "--write={place}/app", rule), f"symbolic link {place}/app/plugins")
    assert_followed(start(place, rule, read="secret/a/b/c/file"))


def test_pid_file(place):
    """StateDirectory=app, PIDFile=/var/lib/app/run/app.pid, and run -> secret."""
    place.link("app/run", "../secret")
    rule = "--write={place}/app/run"
    assert_refused(start(place, "--write={place}/app", rule))
    assert_followed(start(place, rule))


def test_the_writable_path_itself_is_replaced(place):
    """The nested rule is the one that writes: it would get all rights on what the link leads to."""
    place.link("app/plugins", "{place}/secret")
    assert_refused(start(place, "--write={place}/app", "--write={place}/app/plugins"),
                   f"and the rule on {place}/app lets")


@pytest.mark.parametrize("count", [7, 8, 9, 40])
def test_many_writable_places(place, count):
    """More than the wrapper has room for at first; the last one counts like the others."""
    place.link("app/plugins", "{place}/secret")
    for number in range(count):
        place.make(f"place{number}")
    others = [f"--write={place}/place{number}" for number in range(count)]
    rule = "--read={place}/app/plugins"
    assert_followed(start(place, rule, *others))
    assert_refused(start(place, rule, *others, "--write={place}/app"))
    assert_refused(start(place, "--write={place}/app", *others, rule))


# Chains of links


def test_a_trusted_link_leads_to_a_writable_one(place):
    place.link("current", "app/plugins")
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/current"
    assert_refused(start(place, "--write={place}/app", rule), f"the rule on {place}/current leads through "
                   f"the symbolic link {place}/app/plugins, and the rule on {place}/app lets")
    assert_followed(start(place, rule))


def test_a_writable_link_leads_to_a_trusted_one(place):
    place.link("app/plugins", "{place}/current")
    place.link("current", "secret")
    rule = "--read={place}/app/plugins"
    assert_refused(start(place, "--write={place}/app", rule), f"symbolic link {place}/app/plugins, and")
    assert_followed(start(place, rule))


def test_a_trusted_link_leads_into_a_writable_place_and_no_further(place):
    """systemd's own: /var/lib/app is a link to private/app for DynamicUser=."""
    place.make("private", mode=0o700)
    place.make("private/app", user=SERVICE, group=SERVICE)
    place.file("private/app/file")
    place.link("state", "private/app")
    assert_followed(start(place, "--write={place}/state", read="private/app/file"))


def test_what_is_behind_such_a_link_is_writable_too(place):
    place.make("private")
    place.make("private/app")
    place.link("state", "private/app")
    place.link("private/app/cache", "{place}/secret")
    rule = "--read={place}/state/cache"
    assert_refused(start(place, "--write={place}/state", rule), f"symbolic link {place}/private/app/cache, "
                   f"and the rule on {place}/state lets")
    assert_followed(start(place, rule))


@pytest.mark.parametrize("target", ["sub/../secret", "{place}/app/../secret", "app/../secret"])
def test_a_target_that_climbs_out_of_a_writable_place(place, target):
    """A directory that the service can move has another parent then."""
    place.make("sub")
    place.link("current", target)
    rule = "--read={place}/current"
    assert_followed(start(place, rule))
    if "app" in target:
        assert_refused(start(place, "--write={place}/app", rule), f"leads through {place}/app/.., and")


# The writable place has another name


@contextlib.contextmanager
def bind(source, target):
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mount(str(source).encode(), str(target).encode(), None, MS_BIND, None) == 0, \
        os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        libc.umount2(str(target).encode(), 2)


@pytest.mark.parametrize("writable, walked", [("app", "alias"), ("alias", "app")])
def test_bind_mount_of_the_writable_place(place, writable, walked):
    place.make("alias")
    place.link("app/plugins", "{place}/secret")
    with bind(place / "app", place / "alias"):
        rule = f"--read={place}/{walked}/plugins"
        assert_refused(start(place, f"--write={place}/{writable}", rule),
                       f"symbolic link {place}/{walked}/plugins, and the rule on {place}/{writable} lets")
        assert_followed(start(place, rule))


def test_limit_bind_mount_of_a_part_of_the_writable_place(place):
    """A limit: a mount does not say what lies above its root. Only the owner of the link tells."""
    place.make("alias")
    place.make("app/www", user=SERVICE)
    place.link("app/www/current", "{place}/secret", user=SERVICE)
    with bind(place / "app/www", place / "alias"):
        fence = ["--write={place}/app", "--read={place}/alias/current"]
        assert_followed(start(place, *fence))
        assert_refused(start(place, *fence, user=SERVICE))
        assert_refused(start(place, *fence, "--trust-links=root"))


@pytest.mark.parametrize("writable, walked", [("app", "alias"), ("alias", "app"), ("alias", "alias")])
def test_the_writable_place_behind_another_link(place, writable, walked):
    """/var/run/app is /run/app."""
    place.link("alias", "app")
    place.link("app/plugins", "{place}/secret")
    rule = f"--read={place}/{walked}/plugins"
    assert_refused(start(place, f"--write={place}/{writable}", rule), "symbolic link "
                   f"{place}/app/plugins, and the rule on {place}/{writable} lets the service")
    assert_followed(start(place, rule))


# Layers

LAYER = ["--layer", *BASE[:-1]]


def test_every_layer_lets_it_change_the_place(place):
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    fence = ["--write={place}/app", rule, *LAYER, "--write={place}", rule]
    assert_refused(start(place, *fence))


@pytest.mark.parametrize("free", ["fs.make_sym", "fs.make_dir", "fs.make_sym,fs.make_dir"])
def test_a_further_layer_that_does_not_restrict_links(place, free):
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    layer = ["--layer", "--abi=1", f"--unrestricted={free}", "--execute=/usr", "--read=/etc/ld.so.cache"]
    assert_refused(start(place, "--write={place}/app", rule, *layer, rule))
    assert_followed(start(place, rule, *layer, rule))


def test_the_rule_of_another_layer_leads_through_the_link(place):
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    assert_refused(start(place, "--write={place}/app", *LAYER, "--write={place}/app", rule))


def test_a_further_layer_that_denies_it(place):
    """Control: one layer that denies the making of links is enough, and then they are followed."""
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    fence = ["--write={place}/app", rule, *LAYER, rule]
    assert_followed(start(place, *fence))
    attack = start(place, *fence, command=["/usr/bin/ln", "-s", "/", str(place / "app/new")])
    assert attack.returncode == 1 and "Permission denied" in attack.stderr, attack


def test_two_layers_let_it_change_different_places(place):
    """Neither place can be changed behind both, and yet both lie on the way: that is the same place."""
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    assert_refused(start(place, "--write={place}/app", rule, *LAYER, "--write={place}", rule))
    place.link("first", "{place}/app/plugins")
    assert_followed(start(place, "--write={place}/app", "--read={place}/first", *LAYER,
                          "--write={place}/secret/deep", "--read={place}/first"))


@pytest.mark.parametrize("free", ["fs.make_sym", "fs.make_dir", "fs.make_sym,fs.make_dir,fs.make_reg"])
def test_links_are_not_restricted(place, free):
    """Nothing keeps such a service from any link on the machine, as far as the fence goes."""
    place.link("current", "secret")
    done = start(place, f"--unrestricted={free}", "--read={place}/current")
    assert_refused(done, f"symbolic link {place}/current, and the policy restricts the making of links "
                   "nowhere")
    assert_followed(start(place, f"--unrestricted={free}", "--read={place}/secret"))


# What was planted before the fence came up: directory (mode, user, group), the link's owner, and the
# service's user and supplementary groups.

ROOTS = (0o755, 0, 0)
PLANTED = {
    "nobody else": (ROOTS, 0, SERVICE, (), "root others own"),
    "the directory is the service's": ((0o755, SERVICE, 0), 0, SERVICE, (), "own"),
    "and it has no permission there now": ((0o555, SERVICE, 0), 0, SERVICE, (), "own"),
    "the directory is another user's": ((0o755, OTHER, 0), 0, SERVICE, (), "others own"),
    "the service's group may write": ((0o775, 0, SERVICE), 0, SERVICE, (), "own"),
    "a supplementary group may write": ((0o775, 0, OTHER), 0, SERVICE, (7, OTHER), "own"),
    "another group may write": ((0o2775, 0, OTHER), 0, SERVICE, (7,), "others own"),
    "the service's group may only read": ((0o755, 0, SERVICE), 0, SERVICE, (SERVICE,), "root others own"),
    "everybody may write": ((0o777, 0, 0), 0, SERVICE, (), ""),
    "everybody may add": ((0o1777, 0, 0), 0, SERVICE, (), ""),
    "everybody may add, root's service": ((0o1777, 0, 0), 0, 0, (), ""),
    "others may write and the group may not": ((0o757, 0, 0), 0, SERVICE, (), ""),
    "the link is the service's": (ROOTS, SERVICE, SERVICE, (), "own"),
    "the link is another user's": (ROOTS, OTHER, SERVICE, (), "others own"),
    "root's service, another user's directory": ((0o755, OTHER, OTHER), 0, 0, (), "others own"),
    "root's service, another user's link": (ROOTS, OTHER, 0, (), "others own"),
    "root's service, root's group may write": ((0o775, 0, 0), 0, 0, (), "others own"),
}


@pytest.mark.parametrize("trust", ["root", "others", "own"])
@pytest.mark.parametrize("name", PLANTED)
def test_planted(place, name, trust):
    (mode, user, group), owner, service, groups, trusting = PLANTED[name]
    place.link("app/plugins", "{place}/secret", user=owner)
    place.make("app", mode, user, group)
    options = ["--read={place}/app/plugins"]
    if trust != "others" or len(name) % 2:  # it is the default
        options.append(f"--trust-links={trust}")
    done = start(place, *options, user=service, groups=groups)
    if trust in trusting.split():
        assert_followed(done)
        return
    changed = place / ("app" if (mode, user, group) != ROOTS else "app/plugins")
    who = ("everybody" if mode & 2 else "somebody else than root" if trust == "root" else
           "the service's own user or group")
    assert_refused(done, f"the symbolic link {place}/app/plugins, and {who} can change {changed}")
    assert ('(trust_links is "root")' in done.stderr) == (who == "somebody else than root")


def test_planted_further_up(place):
    """Whoever can rename a directory decides what is beneath."""
    place.make("app/plugins/a")
    place.link("app/plugins/a/b", "{place}/secret")
    rule = "--read={place}/app/plugins/a/b"
    assert_followed(start(place, rule, user=SERVICE))
    place.make("app", user=SERVICE)
    assert_refused(start(place, rule, user=SERVICE),
                   f"link {place}/app/plugins/a/b, and the service's own user or group can change {place}/app;")


def test_planted_with_an_access_control_list(place):
    """setfacl -m u:SERVICE:rwx app; the mode says that the group may write, and names another."""
    place.link("app/plugins", "{place}/secret")
    rule = "--read={place}/app/plugins"
    entries = [(1, 7, -1), (2, 7, SERVICE), (4, 5, -1), (16, 7, -1), (32, 5, -1)]
    attribute = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(place / "app", "system.posix_acl_access", attribute)
    attack = subprocess.run(["/usr/bin/ln", "-s", "/", place / "app/new"], user=SERVICE, group=SERVICE)
    assert attack.returncode == 0
    assert_refused(start(place, rule, user=SERVICE), "the service's own user or group can change")
    assert_followed(start(place, rule, user=OTHER))


@pytest.mark.parametrize("count, group, followed",
                         [(128, 1128, False), (128, 9999, True), (129, 1129, False), (129, 9999, False)])
def test_many_groups(place, count, group, followed):
    """The wrapper keeps 128. With more, every group counts as the service's."""
    place.link("app/plugins", "{place}/secret")
    place.make("app", mode=0o775, group=group)
    done = start(place, "--read={place}/app/plugins", user=SERVICE, groups=range(1001, 1001 + count))
    (assert_followed if followed else assert_refused)(done)


# What has to go on working


def test_links_of_the_distribution(place):
    rules = [f"--execute={path}" for path in ("/bin", "/sbin", "/lib", "/lib64") if Path(path).exists()]
    links = [rule for rule in rules if Path(rule.split("=")[1]).is_symlink()]
    rules += ["--read=-/var/run", "--read=-/var/lock", "--read=-/etc/resolv.conf", "--read=-/etc/localtime",
              "--read=-/etc/os-release", "--read=-/etc/mtab", "--read=/proc/self", "--read=-/dev/fd"]
    for user in (0, SERVICE):
        for trust in ("root", "others", "own"):
            done = start(place, f"--trust-links={trust}", *rules, "--write=/var/lib", "--write=-/run/nowhere",
                         "--read={place}/secret", user=user)
            assert_followed(done)
    print(f"links to directories of programs: {len(links)}")


def test_a_fenced_service_writes_where_links_of_the_distribution_lead(place):
    """/etc/resolv.conf -> ../run/systemd/resolve/stub-resolv.conf, and the service may write /run."""
    place.make("etc")
    place.make("run")
    place.make("run/resolve")
    place.file("run/resolve/stub")
    place.link("etc/resolv.conf", "../run/resolve/stub")
    place.make("var")
    place.link("var/run", "../run")
    assert_followed(start(place, "--read={place}/etc/resolv.conf", read="run/resolve/stub"))
    for rule in ("--read={place}/etc/resolv.conf", "--read={place}/var/run/resolve/stub"):
        assert_followed(start(place, "--write={place}/run", rule, read="run/resolve/stub"))


@pytest.mark.parametrize("mode, user, group, trusting",
                         [(0o2775, 0, 50, "others own"), (0o755, OTHER, OTHER, "others own")])
def test_links_of_a_deployment(place, mode, user, group, trusting):
    """/usr/local of the group staff, and current -> releases/5 of a user for deployments."""
    place.make("local", mode, user, group)
    place.make("local/releases", mode, user, group)
    place.make("local/releases/5", mode, user, group)
    place.file("local/releases/5/file")
    place.link("local/current", "releases/5", user=user)
    for trust in ("root", "others", "own"):
        for service in (0, SERVICE):
            done = start(place, f"--trust-links={trust}", "--execute={place}/local/current", user=service,
                         read="local/releases/5/file")
            (assert_followed if trust in trusting.split() else assert_refused)(done)


def test_links_in_a_home(place):
    """A user manager runs everything as the user, and passes --trust-links=own."""
    place.make("home", user=SERVICE, group=SERVICE, mode=0o700)
    place.make("home/real", user=SERVICE, group=SERVICE)
    place.file("home/real/file")
    place.link("home/data", "real", user=SERVICE)
    rule = "--read={place}/home/data"
    assert_followed(start(place, rule, "--trust-links=own", user=SERVICE, read="home/real/file"))
    assert_refused(start(place, rule, user=SERVICE, read="home/real/file"))
    assert_refused(start(place, rule, "--trust-links=own", "--write={place}/home", user=SERVICE),
                   f"and the rule on {place}/home lets")


def test_a_link_to_a_file(place):
    place.link("file", "secret/file")
    assert_followed(start(place, "--read={place}/file"))


def test_a_link_to_the_root_directory(place):
    place.link("all", "/")
    assert_followed(start(place, "--read={place}/all"))
    place.link("all", "/./")
    assert_followed(start(place, "--read={place}/all"))
    place.link("all", "../../../../../../../..")
    assert_followed(start(place, "--read={place}/all"))


# Paths that climb, loop, or lead nowhere


@pytest.mark.parametrize("path", ["/..", "/../", "/srv/..", "/srv/../..", "/srv/data/../../etc", "/./..",
                                  "/srv//..//x", "{place}/app/../secret"])
@pytest.mark.parametrize("option", ["--read=", "--execute=", "--write=", "--read=-", "--quiet=",
                                    "--allow=fs.read_file:"])
def test_climbing_paths(place, option, path):
    """A variable of an environment file, or an instance name, may hold "..": TENANT=../.."""
    done = start(place, option + path)
    assert_system_error(done, ': the path must not contain ".."')
    assert option + path.format(place=place) in done.stderr


@pytest.mark.parametrize("path", ["{place}/", "{place}//x", "//", "//etc"])
@pytest.mark.parametrize("option", ["--read=", "--write=-", "--allow=fs.read_file:"])
def test_paths_with_an_empty_name(place, option, path):
    """What is left of a rule on /srv/data/${TENANT} or /srv/${TENANT}/data, with TENANT= in an environment file."""
    done = start(place, option + path)
    assert_system_error(done, ": " + NAMELESS)


@pytest.mark.parametrize("name", ["...", "..x", "x..", ".. ", ". ."])
def test_names_with_dots_are_names(place, name):
    place.make(f"secret/{name}")
    assert_kept_out(start(place, f"--read={place}/secret/{name}"))


@pytest.mark.parametrize("path", ["", "-", "etc", "./etc", "$TENANT", "../etc"])
def test_relative_paths(place, path):
    done = start(place, f"--read={path}")
    assert_system_error(done, ": the path must be absolute")


@pytest.mark.parametrize("optional", ["", "-"])
def test_a_dangling_link(place, optional):
    """It leads to nothing, so the rule grants nothing; but only where the link is trusted."""
    place.link("app/plugins", "{place}/nowhere/at/all")
    rule = f"--read={optional}{place}/app/plugins"
    done = start(place, rule)
    if optional:
        assert_kept_out(done)
    else:
        assert_system_error(done, "No such file or directory; create it, or write \"-\" before it")
    assert_refused(start(place, "--write={place}/app", rule))


@pytest.mark.parametrize("optional", ["", "-"])
def test_a_loop_of_links(place, optional):
    place.link("a", "b")
    place.link("b", "{place}/a")
    done = start(place, f"--read={optional}{place}/a")
    assert_system_error(done, "Too many levels of symbolic links")


@pytest.mark.parametrize("count", [40, 41])
def test_as_many_links_as_the_kernel_follows(place, count):
    place.link("link0", "secret")
    for i in range(1, count):
        place.link(f"link{i}", f"link{i - 1}")
    reference = subprocess.run(["/usr/bin/cat", place / f"link{count - 1}/file"], capture_output=True)
    done = start(place, f"--read={place}/link{count - 1}")
    assert reference.returncode == (done.returncode != 0)
    if count > 40:
        assert_system_error(done, "Too many levels of symbolic links")
    else:
        assert_followed(done)


def test_a_file_above(place):
    place.link("file", "secret/file")
    done = start(place, "--read={place}/file/name")
    assert_system_error(done, "Not a directory")
    assert_kept_out(start(place, "--read=-{place}/file/name"))
    assert_system_error(start(place, "--read={place}/file/name"), "Not a directory")


def test_long_names(place):
    place.link("link", "secret")
    assert_system_error(start(place, "--read={place}/link/" + "x" * 256), "File name too long")
    assert_system_error(start(place, "--read={place}/link" + "/x" * 2048), "File name too long")
    place.link("link", "secret" + "/." * 2000)
    assert_followed(start(place, "--read={place}/link"))
    place.link("far", "link" + "/." * 2000)
    assert_followed(start(place, "--read={place}/far"))
    place.link("farther", "far" + "/." * 2000)
    assert_system_error(start(place, "--read={place}/farther/x"), "File name too long")


def test_a_directory_that_the_service_cannot_enter(place):
    place.make("closed", mode=0o700)
    place.make("closed/inner")
    place.link("link", "closed/inner")
    assert_system_error(start(place, "--read={place}/link", user=SERVICE), "Permission denied")


# The wrapper walks every path where a filter does not let it call openat2(2).


@pytest.mark.parametrize("error", ["ENOSYS", "EPERM"])
def test_without_openat2(place, error):
    strace = ["strace", "-qq", "-e", "trace=openat2", "-o", "/dev/null",
              "-e", f"inject=openat2:error={error}"]
    place.link("app/plugins", "{place}/secret")
    assert_followed(start(place, "--read={place}/secret", prefix=strace))
    assert_followed(start(place, "--read={place}/app/plugins", prefix=strace))
    assert_kept_out(start(place, "--read={place}/app", prefix=strace))
    assert_kept_out(start(place, "--read=-{place}/nowhere", prefix=strace))
    assert_refused(start(place, "--write={place}/app", "--read={place}/app/plugins", prefix=strace))


# A process that the service left behind exchanges the directory and a link all the time


@contextlib.contextmanager
def swapper(first, second):
    """Exchanges two names as quickly as it can."""
    libc = ctypes.CDLL(None)
    names = str(first).encode(), str(second).encode()
    pid = os.fork()
    if pid == 0:
        while True:
            libc.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


RACES = {"last name": ("app/plugins", "app/swap", "app/plugins"),
         "above": ("app/plugins", "app/swap", "app/plugins/deep"),
         "behind a trusted link": ("app/plugins", "app/swap", "current/deep")}


@pytest.mark.parametrize("race", RACES)
def test_racing_swapper(place, race):
    first, second, rule = RACES[race]
    place.make("app/plugins/deep")
    place.link("app/swap", "{place}/secret")
    place.link("current", "app/plugins")
    outcomes = {"refused": 0, "kept out": 0}
    with swapper(place / first, place / second):
        for _ in range(300):
            done = start(place, "--write={place}/app", f"--read={place}/{rule}", read="secret/deep/file")
            if done.returncode == REFUSED and "leads through the symbolic link" in done.stderr:
                outcomes["refused"] += 1
            else:
                assert_kept_out(done)
                outcomes["kept out"] += 1
    print(f"{race}: {outcomes}")
    assert all(outcomes.values()), f"the race was not one: {outcomes}"
