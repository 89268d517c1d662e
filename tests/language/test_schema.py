# SPDX-License-Identifier: LGPL-2.1-or-later
"""The JSON Schemas and the parser are made from one table. The schema accepts everything that the parser
accepts. The parser refuses more, but only what no schema can express."""
import datetime
import json
import re
import tomllib

import jsonschema
import pytest
from case import HERE, PLACES, cases, lay_out, show, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GOOD = {str(case): case for case in cases("good")}
POLICIES = HERE.parent.parent / "policies"
SCHEMAS = {"policy.toml": "policy", "drop-in.toml": "drop-in",
           "abstraction.toml": "abstraction", "ringfence.conf": "ringfence.conf"}

# These mistakes depend on other values or on other files.
BEYOND = re.compile(
    r"needs abi = |above the policy's abi|there is no abstraction|in a circle|older than the abi|"
    r"ends before it begins|connect to port 0|is unrestricted and has ports|"
    r"there is no rule on|no rule allows|more than 16 layers")


def pattern_to_its_end(validator, pattern, instance, schema):
    """In ECMA's expressions "$" is the end of the text. In Python's it also matches before a last newline."""
    if validator.is_type(instance, "string") and not re.search(
            re.sub(r"\$$", r"\\Z", pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match")


Validator = jsonschema.validators.extend(jsonschema.Draft7Validator,
                                         {"pattern": pattern_to_its_end})


@pytest.fixture(scope="session")
def validators(build):
    found = {}
    for file, name in SCHEMAS.items():
        schema = json.loads((build / f"src/cli/{name}.schema.json").read_text())
        Validator.check_schema(schema)
        found[file] = Validator(schema)
    return found


def as_json(value):
    """TOML's floats and dates are neither integers nor strings of JSON Schema."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, (float, datetime.date, datetime.time)):
        return None
    return value


def schema_takes(validator, data):
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return False
    return validator.is_valid(as_json(document))


def check_agreement(ringfence, validator, root, file, data):
    """Returns whether both accept it. A schema cannot see mistakes in other files."""
    status, _, text = show(ringfence, root, "--json")
    taken = schema_takes(validator, data)
    if status == 0:
        assert taken, "the parser takes it, the schema does not"
    elif taken:
        heads = [line for line in text.splitlines() if " error: " in line]
        own = [line for line in heads if line.startswith(f"/etc/ringfence/{PLACES[file][0]}:")]
        assert heads and all(BEYOND.search(line) for line in own), text
    return status == 0


@pytest.mark.parametrize("case", GOOD.values(), ids=str)
def test_good_files_are_taken_by_both(case, ringfence, validators, tmp_path):
    lay_out(case, tmp_path)
    status, _, text = show(ringfence, tmp_path)
    assert status == 0, text
    assert schema_takes(validators[case.kind], case.data)


@pytest.mark.parametrize("case", cases("bad"), ids=str)
def test_bad_files_are_refused_by_both(case, ringfence, validators, tmp_path):
    lay_out(case, tmp_path)
    assert not check_agreement(ringfence, validators[case.kind], tmp_path, case.kind, case.data)


def test_most_bad_files_are_within_the_schemas_reach(validators):
    refused = sum(not schema_takes(validators[case.kind], case.data)
                  for case in cases("bad"))
    assert refused >= 0.8 * len(cases("bad"))


@pytest.mark.parametrize("file", sorted(POLICIES.glob("*.toml")), ids=lambda file: file.name)
def test_shipped_policies(file, validators):
    assert schema_takes(validators["policy.toml"], file.read_bytes())


@pytest.mark.parametrize("file", sorted(POLICIES.glob("abstractions/*.toml")),
                         ids=lambda file: file.name)
def test_shipped_abstractions(file, validators):
    assert schema_takes(validators["abstraction.toml"], file.read_bytes())


# Documents that are nearly right.

WORDS = ["/etc/app", "-/x", "%S/a", "%i", "${A}/b", "$A", "/a/../b", "~", "/a%%", "%", "", "-", "all",
         "base", ".x", "a.service", "fs.read_file", "fs.refer", "net.bind_tcp", "bind_tcp", "80",
         "1-2", "70000-70001", "-80", "x\n", "a\\", " a", "yes", "journal", "read", "/..", "%C", "%%/a"]
LEAVES = st.one_of(st.sampled_from(WORDS), st.integers(-2, 12), st.sampled_from([80, 65535, 65536]),
                   st.booleans(), st.just(1.5), st.text(max_size=5))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
KEYS = ["version", "description", "documentation", "units", "extends", "abi", "minimum_abi",
        "inherit", "trust_links", "forbid_landlock", "stand_ins", "reports", "filesystem", "network", "scope", "log",
        "layer", "systemd", "capabilities", "keep", "read", "execute", "write", "connect_unix", "rule",
        "unrestricted", "remove", "bind_tcp",
        "connect_tcp", "bind_udp", "connect_udp", "signal", "abstract_unix_socket", "quiet", "path",
        "allow", "reason", "Environment", "ExecStart", "TasksMax", "nonsense"]


def good_document(file):
    name = {"policy.toml": "policies/everything", "drop-in.toml": "drop-ins/drop-in-removes",
            "abstraction.toml": "abstractions/abstraction",
            "ringfence.conf": "defaults/conf-everything"}[file]
    return tomllib.loads(GOOD[name].data.decode())


def containers(value):
    """Every table and list in a document, beginning with the document itself."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    elif isinstance(value, list):
        yield value
    else:
        return
    for item in value:
        yield from containers(item)


@st.composite
def nearly_right(draw, file):
    document = json.loads(json.dumps(good_document(file)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(containers(document))
        place = places[draw(st.integers(0, len(places) - 1))]
        if isinstance(place, list):
            index = draw(st.integers(0, len(place)))
            place[index:index + draw(st.integers(0, 1))] = [draw(VALUES)]
        elif place and draw(st.booleans()):
            key = draw(st.sampled_from(sorted(place)))
            if draw(st.booleans()):
                del place[key]
            else:
                place[key] = draw(VALUES)
        else:
            place[draw(st.sampled_from(KEYS))] = draw(VALUES)
    return document


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are also TOML's, except for DEL and halves of surrogate pairs.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return "{" + ", ".join(f"{toml_value(k)} = {toml_value(v)}" for k, v in value.items()) + "}"


def toml(document):
    lines = (f"{toml_value(key)} = {toml_value(value)}\n" for key, value in document.items())
    return "".join(lines).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("file", sorted(PLACES))
def test_agree_on_what_is_nearly_right(file, ringfence, validators, tmp_path_factory):
    seen = {True: 0, False: 0}
    root = tmp_path_factory.mktemp("root")
    for part in ("part", "other-part.2"):
        write(root / f"etc/ringfence/policies/abstractions/{part}.toml", b"version = 1\n")

    @settings(max_examples=300, deadline=None, derandomize=True,
              suppress_health_check=list(HealthCheck))
    @given(nearly_right(file))
    def check(document):
        data = toml(document)
        place, policy = PLACES[file]
        write(root / "etc/ringfence" / place, data)
        if policy:
            write(root / "etc/ringfence/policies/p.toml", policy.encode())
        seen[check_agreement(ringfence, validators[file], root, file, data)] += 1

    check()
    # Neither of them may accept everything or refuse everything.
    assert seen[True] >= 5 and seen[False] >= 5, seen
