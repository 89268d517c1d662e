# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packages for RPM and for Arch Linux: built with their own tools on Debian 12, and installed in its tree. There
the programs run and fence, and a removal stops while a unit asks for a fence."""
import dataclasses
import re
from pathlib import Path

import pytest
from lib import debs
from site_files import POLICY

TOP = Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Kind:
    """One package manager. Debian 12 has no packages that it could require."""
    name: str
    recipe: str
    version: str   # where the recipe has it
    files: str
    install: str
    remove: str
    listing: str

    def build(self):
        return debs.build("bookworm", "--quick", script=f"packaging/{self.name}/build")

    def run(self, *lines):
        """What these lines of shell say, in a fresh tree of Debian with the packages installed."""
        files = sorted(path.name for path in self.build().glob(self.files))
        assert len(files) == 2, files
        install = f"cd /build\n{self.install} {' '.join(files)}"
        return debs.room(self.build()).run(["sh", "-euc", "\n".join([install, *lines])])


KINDS = (
    Kind("rpm", "ringfence.spec", r"^Version: +(\S+)$", "*.rpm", "rpm --initdb\nrpm --install --nodeps",
         "rpm --erase --nodeps", "rpm --query --list ringfence ringfence-policies"),
    Kind("arch", "PKGBUILD", r"^pkgver=(\S+)$", "*.pkg.tar*", "pacman --noconfirm -Udd", "pacman --noconfirm -Rdd",
         "pacman -Qlq ringfence ringfence-policies"),
)

# A service, and the command that the generator makes of it, which is run here: "runs", and "open" or "shut".
FENCE = f"""
mkdir -p /etc/ringfence/policies /run/systemd/generator
cat >/etc/ringfence/policies/probe.toml <<'END'
{POLICY}END
printf '[Service]\\nExecStart=/bin/sh -c "echo runs; read line </etc/hostname"\\nX-LandlockPolicy=probe\\n' \
    >/etc/systemd/system/probe.service
mkdir -p /var/lib/probe
echo machine >/etc/hostname
cd /run
mkdir normal early late
SYSTEMD_SCOPE=system $(pkg-config --variable=systemgeneratordir ringfence)/ringfence-generator normal early late
sed -n 's/^ExecStart=\\(.\\)/\\1/; t start; b; :start; :more; /\\\\$/ {{ N; b more }}; p' \
    normal/probe.service.d/*ringfence.conf >/run/command
grep "^$(pkg-config --variable=wrapper ringfence) " /run/command
if sh /run/command; then echo open; else echo shut; fi
"""


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request):
    return request.param


def test_the_version_is_that_of_the_project(kind):
    version = re.search(r"version: '(.*?)'", (TOP / "meson.build").read_text())[1]
    text = (TOP / "packaging" / kind.name / kind.recipe).read_text()
    assert re.search(kind.version, text, re.M)[1] == version


def test_rpmlint_has_nothing_to_say():
    rpm = KINDS[0]
    said = debs.room(rpm.build()).run(["sh", "-c", "rpmlint --config /src/packaging/rpm/rpmlint.toml /build/*.rpm"])
    assert " 0 errors, 0 warnings" in said, said


def test_the_wrapper_with_the_flags_of_fedora(tmp_path):
    """The packages above are built quickly, without the distributions' flags. These are hard on a program without a C
    library, for example link-time optimization, which Arch Linux has as well."""
    debs.tree("bookworm").ensure()
    said = debs.room(tmp_path).run(["sh", "-euc", r"""
        of() { rpm --load=/src/packaging/rpm/macros.fedora --eval "$1"; }
        export CXXFLAGS="$(of %optflags)" LDFLAGS="$(of %build_ldflags) $(of %optflags)"
        meson setup --buildtype=plain -Dwrapper_only=true /build/wrapper /src
        ninja -C /build/wrapper
        /build/wrapper/src/exec/ringfence-exec --policy=p --abi=1 --minimum-abi=1 --execute=/usr --read=/lib             --report=none -- /bin/sh -c 'echo "$0"; read line </etc/hostname' runs || echo shut"""])
    assert "runs" in said.splitlines() and said.splitlines()[-1] == "shut", said


def test_it_has_the_files_of_the_debian_packages(kind, unpacked):
    """Besides those that only one package manager has."""
    def common(paths):
        return {re.sub(r"\.gz$", "", path.replace("vendor-completions", "site-functions")) for path in paths
                if re.search(r"/(bin|man\d|schema|system|system-generators|completions|site-functions|"
                             r"vendor\S*|catalog)/[^/]*ringfence|schema\.json$", path)}

    here = common(kind.run(kind.listing).splitlines())
    debian = common(re.sub("^/lib/", "/usr/lib/", f"/{path.relative_to(unpacked)}") for path in unpacked.rglob("*"))
    assert debian <= {re.sub("^/lib/", "/usr/lib/", path) for path in here}, debian - here


def test_the_programs_run_and_fence(kind):
    said = kind.run(FENCE, "ringfence --version")
    assert "runs" in said.splitlines() and "shut" in said.splitlines(), said
    assert "ringfence 0." in said


def test_a_removal_stops_while_a_unit_asks(kind):
    said = kind.run(FENCE, f"if {kind.remove} ringfence; then echo removed; fi", "ringfence --version")
    assert "removed" not in said.splitlines()
    assert re.search(r"these units ask for a Landlock fence.*\n    probe\.service\n", said), said


def test_a_forced_removal_leaves_nothing_open(kind):
    said = kind.run(FENCE, f"RINGFENCE_REMOVE=refuse {kind.remove} ringfence",
                    "cat /etc/systemd/system/probe.service.d/zzz-ringfence-removed.conf",
                    "if ringfence --version; then echo there; fi")
    assert "AssertPathExistsGlob=/run/systemd/generator/probe.service.d/" in said
    assert "there" not in said.splitlines()


def test_policies_that_go_are_said(kind):
    said = kind.run("printf '[Service]\\nExecStart=/usr/sbin/nginx\\nX-LandlockPolicy=nginx\\n' "
                    ">/etc/systemd/system/nginx.service", f"{kind.remove} ringfence-policies")
    assert re.search(r"these units lose their policy.*\n    nginx\.service\n", said), said
