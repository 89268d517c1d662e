#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""demo.py --build|--packages DIRECTORY: runs the steps of packaging/demo on a freshly booted Debian, with what a
build directory installs or with the .debs of a directory."""
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from lib.rig import Audit, CommandError, Image, Machine, Tree  # noqa: E402

DROP_IN = "/etc/systemd/system/nginx.service.d/50-landlock.conf"
REVIEW = "/etc/ringfence/policies/nginx.toml.d/50-review.toml"
ATTACK = "curl -s -H 'Host: app' --data-binary @/root/attack.lua http://localhost/"


class Story:
    """Prints headings, commands and their output; remembers the step for the failure message."""

    def __init__(self, machine):
        self.machine = machine
        self.step = "start"
        self._number = 0

    def heading(self, text):
        self._number += 1
        self.step = text
        bar = "─" * max(0, 74 - len(text))
        print(f"\n── {self._number}. {text} {bar}\n", flush=True)

    @staticmethod
    def say(text):
        print(text, flush=True)

    def show(self, command, check=True):
        print(f"$ {command}", flush=True)
        done = self.machine.run("sh", "-c", command, check=check)
        print(done.stdout, flush=True)
        return done.stdout

    def write(self, path, text):
        self.machine.write(path, text)
        print(f"$ cat {path}\n{text}", flush=True)

    def expect(self, condition, what):
        if not condition:
            raise AssertionError(what)


def prepare(machine):
    """Gives nginx an application with a hole. Its worker runs as root, which is the worst case. Returns
    what the attack achieves without a fence."""
    machine.run("cd /etc/nginx/modules-enabled && ln -s /usr/share/nginx/modules-available/"
                "mod-http-ndk.conf 10-ndk.conf && ln -s /usr/share/nginx/modules-available/"
                "mod-http-lua.conf 50-lua.conf")
    machine.run("sed -i 's/^user www-data;/user root;/' /etc/nginx/nginx.conf")
    machine.write("/etc/nginx/conf.d/app.conf", (HERE / "app.conf").read_text())
    machine.write("/root/attack.lua", (HERE / "attack.lua").read_text())
    machine.restart("nginx.service")
    unfenced = outcomes(machine.run("sh", "-c", ATTACK).stdout)
    machine.run("rm", "-f", "/etc/cron.d/backdoor")
    return unfenced


def outcomes(text):
    return dict(line.split("\t") for line in text.splitlines())


def fence(story):
    story.heading("The line an administrator writes")
    story.write(DROP_IN, "[Service]\nX-LandlockPolicy=nginx\n")
    story.show("systemctl daemon-reload && systemctl restart nginx.service")

    story.heading("What systemd made of it")
    story.show("systemctl cat nginx.service | sed -n '/50-landlock/,$p'")
    status = story.show("systemctl status --no-pager nginx.service | sed '/CGroup:/,$d'")
    story.expect("nginx enforced" in status, "no status line of the fence")

    story.heading("nginx serves")
    page = story.show("curl -s http://localhost/ | sed -n '4p'")
    story.expect("nginx" in page, "no page")


def attack(story, unfenced):
    story.heading("An attack from inside nginx's own worker")
    story.say("The site has a hole: /etc/nginx/conf.d/app.conf runs all Lua code that it receives, in a\n"
              "worker that runs as root. attack.lua calls the kernel directly. The column \"unfenced\" is\n"
              "the same request to the same nginx, sent before the drop-in was written.\n")
    print(f"$ {ATTACK}")
    fenced = outcomes(story.machine.run("sh", "-c", ATTACK).stdout)
    print(f"{'':32}{'unfenced':28}fenced")
    for name, before in unfenced.items():
        print(f"{name:32}{before:28}{fenced.get(name, 'no answer')}")
    story.expect(set(unfenced.values()) == {"done"}, "the unfenced control was denied something")
    story.expect(fenced.keys() == unfenced.keys() and "done" not in fenced.values(),
                 "the fence let something through")

    story.heading("What the fence denied, by unit")
    table = story.show("ringfence denials nginx.service")
    for name in ("/etc/shadow", "/root", "/etc/cron.d", "6379", "4444", "scope.signal"):
        story.expect(name in table, f"{name} is not among the denials")


def next_second(machine):
    """Waits for the next second and returns it for --since, so that earlier denials are left out."""
    time.sleep(1.0 - time.time() % 1.0)
    return machine.run("date", "+%T").stdout.strip()


def change(story):
    story.heading("A legitimate change: a new document root, /srv/www")
    story.machine.write("/srv/www/index.html", "<h1>Hello from /srv/www</h1>\n")
    story.write("/etc/nginx/conf.d/www.conf",
                "server {\n    listen 80;\n    server_name www;\n    root /srv/www;\n}\n")
    story.show("systemctl reload nginx.service")
    since = next_second(story.machine)
    page = "curl -s -o /dev/null -w '%{http_code}\\n' -H 'Host: www' http://localhost/"
    story.machine.wait_for(lambda: story.machine.run("sh", "-c", page).stdout == "403\n",
                           what="403, the fence's answer")
    story.show(page)
    suggestion = story.show(f"ringfence denials nginx.service --since {since} --suggest")
    story.expect("/srv/www" in suggestion, "nothing suggested for /srv/www")

    story.say("An administrator reviews it, allows the directory instead of the file, and saves it:\n")
    story.write(REVIEW, 'version = 1\n\n[filesystem]\nread = ["/srv/www"]   # the shop\'s document root\n')
    story.show("systemctl daemon-reload && systemctl restart nginx.service")
    served = story.show("curl -s -H 'Host: www' http://localhost/")
    story.expect("Hello" in served, "the page is still not served")


def main(kind, directory):
    start = time.monotonic()
    tree = Tree()
    print("== Debian tree … ", end="", flush=True)
    tree.ensure()
    print(f"{time.monotonic() - start:.0f} s", flush=True)
    with Audit(), Image(tree.ensure(), **{kind.lstrip("-"): directory}) as image, Machine(image) as machine:
        print(f"== boot … {machine.boot_seconds:.1f} s", flush=True)
        story = Story(machine)
        try:
            unfenced = prepare(machine)
            fence(story)
            attack(story, unfenced)
            change(story)
        except (AssertionError, TimeoutError, subprocess.TimeoutExpired) as error:
            print(f"\ndemo failed at step \"{story.step}\": {error}\n", file=sys.stderr)
            print(machine.run("journalctl", "-q", "-n", "40", "--no-pager").stdout, file=sys.stderr)
            return 1
    print("\nThat is all. The container is gone, and nothing on this machine was changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
