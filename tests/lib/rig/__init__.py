# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real systemd, booted in about a second from a clean tree with ringfence installed.

tree.py     builds and caches the Debian tree
image.py    the tree with the packages, or with a build, installed on top
machine.py  boots an image and talks to it
policies.py policies for services of the tests
audit.py    switches the kernel's audit on and off again
room.py     runs commands in a tree that is not booted
"""
from .audit import Audit
from .image import Image
from .machine import CommandError, Machine
from .tree import Tree

__all__ = ["Audit", "CommandError", "Image", "Machine", "Tree"]
