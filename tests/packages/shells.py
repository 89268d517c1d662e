# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shells, and what they offer for the end of a line: bash and zsh on a terminal where somebody presses the
tabulator key, and fish, which tells without one."""
import os
import pty
import re
import select
import signal
import subprocess
import time

READY = "ready>"
HOME = "/proc"    # where no shell can leave files: other tests rely on /nonexistent
SILENCE = 1.0     # seconds without output after which an answer is complete, on a machine that is not busy


def silence():
    """A shell thinks longer where others compute."""
    return SILENCE * max(1.0, os.getloadavg()[0] / os.cpu_count())


class Shell:
    """`command` starts it, `setup` are lines that make it load the completion."""

    def __init__(self, command, setup, environment):
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execvpe(command[0], command, {"TERM": "dumb", "LC_ALL": "C.UTF-8", "HOME": HOME,
                                             "COLUMNS": "200", "LINES": "100", **environment})
        for line in setup:
            self._write(line + "\n")
        self.answer("")  # what the shell said so far

    def _write(self, text):
        os.write(self._terminal, text.encode())

    def answer(self, typed):
        """What is shown after this was typed, without the echo of it. The line is given up then."""
        self._write(typed)
        shown = b""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if not select.select([self._terminal], [], [], silence())[0]:
                break
            shown += os.read(self._terminal, 65536)
        self._write("\x15")  # erases the line
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\a|\x08", "", shown.decode(errors="replace"))

    def close(self):
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)


class Bash:
    def __init__(self, directory, environment):
        self._shell = Shell(["bash", "--noprofile", "--norc", "-i"], [
            "PS1='ready>'", "bind 'set show-all-if-ambiguous on'", "bind 'set page-completions off'",
            "bind 'set completion-query-items 0'", "bind 'set enable-bracketed-paste off'",
            f"source {directory}/usr/share/bash-completion/completions/ringfence"], environment)

    def offers(self, line):
        """The words that are offered for the end of the line, or the one that was put there."""
        shown = self._shell.answer(line + "\t")
        return set(shown.replace(READY, " ").split()) - set(line.split()[:-1])

    def close(self):
        self._shell.close()


class Zsh:
    def __init__(self, directory, environment):
        self._shell = Shell(["zsh", "-f", "-i"], [
            "PROMPT='ready>'", "zstyle ':completion:*' verbose no", "unsetopt ZLE_BRACKETED_PASTE 2>/dev/null; unset zle_bracketed_paste",
            f"fpath=({directory}/usr/share/zsh/vendor-completions $fpath)", "autoload -Uz compinit && compinit -u -D",
            "setopt NO_LIST_BEEP AUTO_LIST NO_AUTO_MENU NO_LIST_AMBIGUOUS", "LISTMAX=0",
            "bindkey '^U' kill-whole-line"], environment)

    offers = Bash.offers
    close = Bash.close


class Fish:
    """fish itself tells what it would offer."""

    def __init__(self, directory, environment):
        self._script = f"{directory}/usr/share/fish/vendor_completions.d/ringfence.fish"
        self._environment = environment

    def offers(self, line):
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {self._script}; complete -C $argv[1]", line],
            env={"HOME": HOME, "LC_ALL": "C.UTF-8", **self._environment}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return {row.split("\t")[0] for row in done.stdout.splitlines()}

    def close(self):
        pass
