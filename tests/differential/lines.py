# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes random values of ExecStart=, valid and invalid, that reach every production of its syntax.

Everything follows from the seed of the given random.Random. Values are bytes, because files are.
"""

PREFIXES = [b"-", b"@", b":", b"+", b"!", b"!!"]
PROGRAMS = [b"/bin/true", b"/usr/bin/env", b"true", b"/opt//a/./b", b"/a b", b"/opt/$A/x", b"/o/$$/x",
            b"/o/${A}", b"/o/%i", b"%h/x", b"%t/x", b"/o/%%", b"/%p", b"/o/100%", b"x$y", b"/o/\xc3\xa9",
            b"/o/..", b"/o/../x", b"bare-name", b"/#x", b"/;x", b"a;b", b"/o/%n", b"/o=p", b"--x"]
BAD_PROGRAMS = [b"/dir/", b"", b"a/b", b".", b"..", b"$A", b"/o/%z", b"|/x", b"/o/.", b"/q\"", b"/\\x01",
                b"/o/%1", b"%i/x", b"/\\", b"$", b"/o/" + b"n" * 256, b"@", b"-", b"!!!", b"+!/x", b"%"]
ATOMS = [b"a", b"b c", b"--opt=value", b"$A", b"${A}", b"$$", b"$", b"${UNSET}", b"$UNSET", b"${B}", b"$B",
         b"$C", b"${C}", b"${A", b"$1", b"$a-b", b"${a-b}", b"x$A", b"x${A}y", b"$A$B", b"${A}${B}", b"$$A",
         b"$${A}", b"${DOLLAR}", b"$DOLLAR", b"%i", b"%p-%n", b"%%", b"%%i", b"%-", b"100%", b"${PERCENT}",
         b"\xc3\xa9\xe2\x82\xac", b"#", b"#x", b";", b"=", b"--", b"--refuse=x", b"'", b'"', b"\\", b"~", b"*",
         b"<", b"&&", b"`id`", b"[x]", b"{}", b"\t"]
ESCAPES = [b"\\a", b"\\b", b"\\f", b"\\n", b"\\r", b"\\t", b"\\v", b"\\\\", b"\\\"", b"\\'", b"\\s", b"\\x41",
           b"\\x24", b"\\x25", b"\\x3b", b"\\xff", b"\\101", b"\\377", b"\\u20ac", b"\\U0001f600", b"\\x00",
           b"\\000", b"\\400", b"\\x4", b"\\q", b"\\$A", b"\\%i", b"\\;", b"\\ ", b"\\ud800", b"\\uffff",
           b"\\U00110000", b"\\8"]
SEPARATORS = [b" "] * 12 + [b"  ", b"\t", b" \\\n", b" \\\n   ", b" \\\n# comment\n", b" \\\n;comment\\\n "]


def quoted(random, text):
    """A text in quotes. Most of the time, characters that would end the quotes are escaped."""
    mark = random.choice([b'"', b"'"])
    if random.random() < 0.95:
        text = text.replace(b"\\", b"\\\\").replace(mark, b"\\" + mark)
    return mark + text + mark


def piece(random):
    kind = random.random()
    if kind < 0.45:
        return random.choice(ATOMS).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(
            b"'", b"\\'") if random.random() < 0.97 else random.choice(ATOMS)
    if kind < 0.7:
        return random.choice(ESCAPES)
    if kind < 0.95:
        return quoted(random, b"".join(random.choice(ATOMS + [b" "]) for _ in range(random.randint(0, 3))))
    return bytes([random.choice([c for c in range(1, 256) if c not in (0, 10, 13)])]) \
        if random.random() < 0.1 else b"x"


def word(random):
    if random.random() < 0.08:
        return random.choice([b"\\;", b'";"', b";x", b"x;", b"\\;x", b'""', b"''", b"\\x3b"])
    return b"".join(piece(random) for _ in range(random.randint(1, 3)))


def program(random):
    text = random.choice(PROGRAMS) if random.random() < 0.93 else random.choice(BAD_PROGRAMS)
    prefixes = b"".join(random.choice(PREFIXES)
                        for _ in range(random.choice([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4])))
    text = prefixes + text
    if b" " in text or random.random() < 0.1:
        return quoted(random, text)
    if random.random() < 0.05:
        return b"".join(b"\\x%02x" % c for c in text)
    return text


def command(random):
    words = [program(random)] + [word(random) for _ in range(random.choice([0, 1, 1, 2, 3, 5]))]
    text = words[0]
    for next_word in words[1:]:
        text += random.choice(SEPARATORS) + next_word
    return text


def value(random):
    """One value of ExecStart=."""
    kind = random.random()
    if kind < 0.01:
        return b""
    text = command(random)
    while random.random() < 0.12:
        text += random.choice([b" ; ", b" ;\t", b" ; ; ", b" ;", b" \";\" "]) + command(random)
    if random.random() < 0.03:
        text = random.choice([b"; ", b"\";\" "]) + text
    if random.random() < 0.03:
        text += random.choice([b" ;", b"\\", b" \\ ", b" '", b' "', b"\\\n", b"  ", b"\r"])
    return text


class Grammar:
    """Yields lines: most are made by the grammar above, some are real ones."""

    def __init__(self, random, real=()):
        self.random = random
        self.real = real

    def value(self):
        if self.real and self.random.random() < 0.15:
            return self.random.choice(self.real)
        return value(self.random)

    def mutate(self, text):
        return mutate(self.random, text)


def mutate(random, text):
    """The line with a few changed bytes, like typing mistakes."""
    text = bytearray(text)
    for _ in range(random.randint(1, 3)):
        at = random.randint(0, len(text))
        kind = random.random()
        if kind < 0.4:
            text[at:at] = random.choice([b"'", b'"', b"\\", b";", b" ", b"$", b"%", b"@", b"-", b"{", b"}"])
        elif kind < 0.8 and text:
            del text[min(at, len(text) - 1)]
        elif text:
            text[min(at, len(text) - 1)] = random.choice(b"'\"\\; $%@-+!:aZ9\t")
    return bytes(text)
