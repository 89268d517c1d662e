#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""count.py FILE…: adds up JUnit XML files and prints "PASSED FAILED SKIPPED".

Prints the names of failed and skipped tests on standard error, and the reasons of the skipped ones.
"""
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    """("failed" | "skipped" | "passed", reason) of one <testcase>."""
    for tag in ("failure", "error"):
        if case.find(tag) is not None:
            return "failed", ""
    skipped = case.find("skipped")
    if skipped is not None:
        return "skipped", skipped.get("message") or skipped.text or "no reason given"
    # GoogleTest marks a skipped or disabled test by an attribute and not by an element.
    if case.get("result") in ("skipped", "suppressed") or case.get("status") == "notrun":
        return "skipped", case.get("result", "disabled")
    return "passed", ""


def main(paths):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in paths:
        for case in ElementTree.parse(path).iter("testcase"):
            kind, reason = outcome(case)
            counts[kind] += 1
            if kind != "passed":
                name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
                reason = f": {' '.join(reason.split())}" if reason else ""
                print(f"   {kind} {name}{reason}", file=sys.stderr)
    print(counts["passed"], counts["failed"], counts["skipped"])


if __name__ == "__main__":
    main(sys.argv[1:])
