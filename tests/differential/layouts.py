# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes random layouts of units in three directories of a load path: fragments, drop-ins at every level,
aliases, templates and instances, masks and links."""
import os

DIRECTORIES = ["high", "middle", "low"]  # highest priority first
STEMS = ["a", "b-c", "b-c-d", "b", "e-"]
WITNESS = "ExecReload"  # a setting that shows, in what systemd loaded, whether the unit asks
INSTANCES = ["", "x", "y-z"]
FILES = ["10-a.conf", "50-b.conf", "override.conf", "zz-late.conf", "zzz.conf", "~t.conf", "A.conf",
         "bad.conf.bak", ".hidden.conf"]


def names(random):
    """Plain names, templates and instances."""
    stem = random.choice(STEMS)
    kind = random.random()
    if kind < 0.5 and not stem.endswith("-"):
        return f"{stem}.service"
    instance = random.choice(INSTANCES)
    return f"{stem.rstrip('-')}@{instance}.service"


def dropin_directories(random, name):
    """The name itself, or one of those that apply to it."""
    stem, at, rest = name[:-len(".service")].partition("@")
    choices = [name, name, "service"]
    if at:
        choices.append(f"{stem}@.service")
    parts = stem.split("-")
    for count in range(1, len(parts)):
        prefix = "-".join(parts[:count]) + "-"
        choices += [f"{prefix}.service"] + ([f"{prefix}@.service", f"{prefix}@{rest}.service"] if at else [])
    return random.choice(choices)


def command(grammar):
    random = grammar.random
    return grammar.value() if random.random() < 0.3 else b"/bin/%d %%i $A 'x y'" % random.randrange(1000)


class Files:
    """Names for drop-ins. systemd searches the aliases of a unit in the order of a hash table. So a unit has
    at most one alias, or a file name is used for only one name of a unit."""

    def __init__(self, random):
        self.random = random
        self.one_alias = random.random() < 0.5
        self.places = {}

    def choose(self, place):
        if self.one_alias:
            return self.random.choice(FILES)
        return self.random.choice([name for name in FILES
                                   if self.places.get(name, place) == place] or [f"50-{place}.conf"])

    def path(self, root, tag, place):
        name = self.choose(place)
        self.places[name] = place
        return f"{root}/{self.random.choice(DIRECTORIES)}/{tag}{place}.d/{name}"


def request(random, fragment):
    """A line that attaches a policy, or a reset. The witness gets the same line. Both settings are lists, so
    systemd shows whether the request is in effect."""
    kind = random.random()
    if kind < 0.25:
        return f"X-LandlockPolicy=all\n{WITNESS}=/asked\n".encode()
    return f"X-LandlockPolicy=\n{WITNESS}=\n".encode() if kind > 0.9 and not fragment else b""


def body(grammar, fragment, ask):
    random = grammar.random
    text = b"[Service]\n" + (request(random, fragment) if ask else b"")
    if fragment:
        text += b"Type=oneshot\nRemainAfterExit=yes\nExecStop=/bin/stop\n"
    for _ in range(random.choice([1, 1, 2]) if fragment else random.choice([0, 1, 1, 2, 3])):
        kind = random.random()
        if kind < 0.2 and not fragment:
            text += b"ExecStart=\n"
        elif kind < 0.85:
            text += b"ExecStart=" + command(grammar) + b"\n"
        elif kind < 0.88 and not fragment:
            text += random.choice([b"Environment=A=\xff\n", b"[Service\n", b"ExecStop=/dir/\n", b"User=a:b\n",
                                   b"WorkingDirectory=relative\n", b"nonsense\n", b"[Unit]\n[Service]\n"])
        elif kind < 0.92:
            text += b"[X-Other]\nExecStart=/not/me\n[Service]\n"
        else:
            text += b"ExecStopPost=/bin/post\n"
    return text


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def link(path, target):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.lexists(path):
        os.symlink(target, path)


def layout(grammar, root, tag, ask=False, aliases_share=0.3):
    """Writes one layout under `root` and returns the names to load. All names begin with `tag`, so that layouts
    stay apart. With `ask`, some files attach a policy. `aliases_share`: the share of files with an alias."""
    random = grammar.random
    loaded, aliases, files = set(), set(), Files(random)
    for _ in range(random.randint(1, 3)):
        name = tag + names(random)
        directory = random.choice(DIRECTORIES)
        write(f"{root}/{directory}/{name}", body(grammar, True, ask))
        loaded.add(name)
        if random.random() < 0.1:
            link(f"{root}/{random.choice(DIRECTORIES)}/{tag}{names(random)}", "/dev/null")
        for _ in range(random.randint(0, 4)):
            place = dropin_directories(random, name[len(tag):])
            if place == "service":
                continue  # would apply to all other layouts
            write(files.path(root, tag, place), body(grammar, False, ask))
        if random.random() < aliases_share and not (files.one_alias and aliases):
            alias = tag + names(random)
            if alias.startswith(tag + "e-"):
                continue
            link(f"{root}/{random.choice(DIRECTORIES)}/{alias}", f"{root}/{directory}/{name}")
            aliases.add(alias)
            if random.random() < 0.5:
                write(files.path(root, tag, alias[len(tag):]), body(grammar, False, ask))
    return instances_of(loaded | aliases)


def instances_of(names_of_files):
    """The names that are loaded: instances, but not templates."""
    out = set()
    for name in names_of_files:
        stem, at, instance = name[:-len(".service")].partition("@")
        out.update([name] if instance or not at else
                   [f"{stem}@{i}.service" for i in ("x", "y-z", "new")])
    return out
