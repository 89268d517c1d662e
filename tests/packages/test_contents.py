# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the packages, without a machine."""
import json
import re
import subprocess
from pathlib import Path

from lib import debs

TOP = Path(__file__).resolve().parents[2]
DEBIAN = TOP / "packaging/debian"
MOST_OVERRIDES = 5


def listed(packages, name):
    deb, = packages.glob(f"{name}_*.deb")
    out = subprocess.run(["dpkg-deb", "--contents", deb], check=True, capture_output=True, text=True).stdout
    return {line.split()[5].lstrip("."): line.split()[0] for line in out.splitlines()}


def field(packages, package, name):
    deb, = packages.glob(f"{package}_*.deb")
    return subprocess.run(["dpkg-deb", "--field", deb, name], check=True, capture_output=True, text=True).stdout


def test_lintian_has_nothing_to_say(packages):
    changes, = packages.glob("ringfence_*.changes")
    debs.room(packages).run(["lintian", "--allow-root", "--fail-on", "error,warning", f"/build/{changes.name}"])


def test_overrides_are_few_and_have_reasons():
    overrides = 0
    for path in DEBIAN.glob("*lintian-overrides"):
        lines = path.read_text().splitlines()
        for before, line in zip([""] + lines, lines):
            if line and not line.startswith("#"):
                overrides += 1
                assert before.startswith("#"), f"{path.name}: {line}: the line before does not say why"
    assert overrides <= MOST_OVERRIDES


def test_the_version_is_that_of_the_project():
    version = re.search(r"version: '(.*?)'", (TOP / "meson.build").read_text())[1]
    assert re.match(rf"ringfence \({re.escape(version)}-\d+\)", (DEBIAN / "changelog").read_text())


def test_programs_units_manuals_and_policies_are_where_they_belong(packages):
    programs, policies = listed(packages, "ringfence"), listed(packages, "ringfence-policies")
    for path in ("/usr/bin/ringfence", "/usr/libexec/ringfence-exec", "/usr/libexec/ringfence/maintain",
                 "/usr/share/doc/ringfence/README.Debian", "/usr/lib/systemd/catalog/ringfence.catalog",
                 "/usr/share/ringfence/schema/policy.schema.json", "/usr/share/pkgconfig/ringfence.pc",
                 "/usr/share/man/man1/ringfence.1.gz",
                 "/usr/share/bash-completion/completions/ringfence", "/usr/share/zsh/vendor-completions/_ringfence",
                 "/usr/share/fish/vendor_completions.d/ringfence.fish"):
        assert path in programs
    for path in ("/lib/systemd/system-generators/ringfence-generator", "/lib/systemd/system/ringfence-report.timer"):
        assert path in programs or "/usr" + path in programs
    assert {f"/usr/lib/ringfence/policies/{path.relative_to(TOP / 'policies')}"
            for path in (TOP / "policies").rglob("*.toml")} == {
                path for path in policies if path.endswith(".toml")}
    assert not [path for path in programs if path.startswith("/usr/lib/ringfence")]


def test_the_programs_depend_on_little(packages):
    """The generator runs at boot, and one package installs on all three releases."""
    names = set(re.findall(r"[\w.+-]+(?= \(| *,|$)", field(packages, "ringfence", "Depends"), re.M))
    assert names == {"systemd", "libc6", "libgcc-s1", "libstdc++6", "libsystemd0"}


def schema_of(unpacked, text):
    """The schema that a policy names in its first line, as a file of the package."""
    directive, _, path = text.partition("\n")[0].partition(" ")
    assert directive == "#:schema", text[:200]
    return json.loads((unpacked / path.lstrip("/")).read_text())


def test_policies_name_an_installed_schema(unpacked):
    """An editor finds it by the first line."""
    for path in (TOP / "policies").rglob("*.toml"):
        kind = "ringfence abstraction:" if path.parent.name == "abstractions" else "ringfence policy:"
        assert schema_of(unpacked, path.read_text())["title"].startswith(kind), path


def test_what_is_written_names_an_installed_schema(unpacked, tmp_path):
    foreign = tmp_path / "foreign.toml"
    foreign.write_text('[[path_beneath]]\nallowed_access = ["read_file"]\nparent = ["/usr"]\n')
    made = subprocess.run([unpacked / "usr/bin/ringfence", "import", foreign], check=True, capture_output=True,
                          text=True)
    assert schema_of(unpacked, made.stdout)["title"].startswith("ringfence policy:")
