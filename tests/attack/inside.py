#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""inside.py STAGE.json ACTION [ARGUMENT]: one attack, inside the fence or, as its control, outside.

Prints {"error": null} if the attack succeeded, {"error": "EACCES", "text": …} if it was stopped, and
{"missing": …} if the kernel lacks what the attack needs.
"""
import errno
import json
import sys
from types import SimpleNamespace

import capabilities
import execution
import files
import mounts
import processes
import sockets
from syscalls import Missing

MODULES = (files, mounts, processes, sockets, execution, capabilities)


def find(name):
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise LookupError(f"no action {name}")


def main(stage, name, *arguments):
    with open(stage) as file:
        context = SimpleNamespace(**json.load(file))
    try:
        find(name)(context, *arguments)
    except Missing as missing:
        return {"missing": str(missing)}
    except OSError as error:
        return {"error": errno.errorcode.get(error.errno, str(error)), "text": str(error)}
    return {"error": None}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])), flush=True)
