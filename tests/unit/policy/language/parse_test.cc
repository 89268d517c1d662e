// SPDX-License-Identifier: LGPL-2.1-or-later
// Bad policies, with the beginning of each diagnostic that they must lead to.
#include "policy/language/parse.h"

#include <gtest/gtest.h>

#include "policy/interop/parse_policy.h"
#include "policy/language/document.h"
#include "policy/model/policy.h"

namespace ringfence::policy {
namespace {

struct BadText {
    std::string name;
    std::string text;  ///< after a line with version and abi
    std::vector<std::string> problems;
    Role role = Role::policy;
};

void PrintTo(const BadText& bad, std::ostream* out) {
    *out << bad.name;
}

class BadPolicy : public testing::TestWithParam<BadText> {};

TEST_P(BadPolicy, IsRefusedWithPositions) {
    const BadText& bad = GetParam();
    const std::string first =
        bad.role == Role::drop_in ? "version = 1\n" : "version = 1\nabi = 7\n";
    const auto policy = parse_policy(first + bad.text, "f", bad.role);
    ASSERT_FALSE(policy.has_value());
    std::vector<std::string> found;
    for (const Diagnostic& problem : policy.error()) {
        EXPECT_GT(problem.where.line, 0u);
        EXPECT_GT(problem.where.column, 0u);
        EXPECT_EQ(problem.message.back() == '.', false) << problem.message;
        found.push_back(to_string(problem));
    }
    ASSERT_EQ(found.size(), bad.problems.size()) << testing::PrintToString(found);
    for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_EQ(found[i], bad.problems[i]);
}

const BadText top_level[] = {
    {"UnknownKey",
     "extend = []\n",
     {"f:3:1: unknown key \"extend\" at the top level; did you mean `extends`?"}},
    {"UnknownKeyFarFromAny",
     "zzzzzz = []\n",
     {"f:3:1: unknown key \"zzzzzz\" at the top level; valid keys: version, description, "
      "documentation, units, extends, abi, minimum_abi, inherit, trust_links, forbid_landlock, "
      "stand_ins, filesystem, network, scope, log, layer, systemd, capabilities, check"}},
    {"KeyOfATable",
     "read = ['/x']\n",
     {"f:3:1: unknown key \"read\" at the top level; it belongs in [filesystem]"}},
    {"TopKeyInATable",
     "[network]\nextends = ['base']\n",
     {"f:4:1: unknown key \"extends\" in [network]; it belongs at the top level, before the first "
      "[table]"}},
    {"UnknownTrust",
     "trust_links = 'own'\n",
     {"f:3:15: `trust_links` cannot be \"own\"; write \"others\" or \"root\""}},
    {"WrongTypes",
     "extends = 'base'\ndescription = 1\nunits = [1]\ninherit = 'yes'\n"
     "filesystem = 1\nlayer = {}\n",
     {"f:3:11: `extends` must be an array of strings, not a string; write [\"base\"]",
      "f:4:15: `description` must be a string, not an integer",
      "f:5:10: an element of `units` must be a string, not an integer",
      "f:6:11: `inherit` must be true or false, not a string",
      "f:7:14: `filesystem` must be a table, not an integer; write [filesystem], and the keys "
      "below it",
      "f:8:9: `layer` must be an array, not a table; write it as [[layer]]"}},
    {"MinimumAbi",
     "minimum_abi = 12\n",
     {"f:3:15: `minimum_abi` is 12, which this ringfence does not know; write a number from 1 to "
      "11"}},
    {"MinimumAbiText",
     "minimum_abi = 'any'\n",
     {"f:3:15: `minimum_abi` cannot be \"any\"; write a number from 1 to 11, or \"all\""}},
    {"MinimumAbiAboveAbi",
     "minimum_abi = 9\n",
     {"f:3:15: `minimum_abi` is 9, above the policy's abi = 7; raise `abi`: rights newer than it "
      "are not handled on any kernel"}},
    {"Units",
     "units = ['nginx', 'a/b.service', '.service']\n",
     {"f:3:10: \"nginx\" is no name of a service unit; write \"nginx.service\"",
      "f:3:19: \"a/b.service\" is no name of a service unit; write \"b.service\"",
      "f:3:34: \".service\" is no name of a service unit; only services are fenced: write "
      "\"NAME.service\""}},
    {"Extends",
     "extends = ['../x', 'a/b', '']\n",
     {"f:3:12: \"../x\" is no name of an abstraction: it begins with a dot",
      "f:3:20: \"a/b\" is no name of an abstraction: it has a slash, and names are no paths",
      "f:3:27: \"\" is no name of an abstraction: it is empty"}},
    {"DescriptionOfTwoLines",
     "description = \"a\\nb\"\n",
     {"f:3:15: \"a\\x0ab\" has a control character in it; write it in one line"}},
    {"Syntax",
     "extends = [\n[filesystem]\n",
     {"f:4:3: not valid TOML: expected 'false', saw 'fi' (while reading: boolean)"}},
    {"EmptyLayer",
     "[[layer]]\n",
     {"f:3:1: this layer restricts nothing; give it a [layer.filesystem], [layer.network] or "
      "[layer.scope]"}},
    {"LayerKeys",
     "[[layer]]\nabi = 7\n[layer.filesystem]\nremove = []\n",
     {"f:4:1: unknown key \"abi\" in [[layer]]; it belongs at the top level, before the first "
      "[table]",
      "f:6:1: unknown key \"remove\" in [layer.filesystem]; valid keys: read, execute, write, "
      "connect_unix, rule, unrestricted"}},
    {"Log",
     "[log]\nquite = []\nquiet = ['x']\n",
     {"f:4:1: unknown key \"quite\" in [log]; did you mean `quiet`?",
      "f:5:10: \"x\" is not an absolute path; begin it with / or a specifier such as %S (state) or "
      "%t (run time)"}},
    {"DropInKeys",
     "abi = 7\nunits = []\n",
     {"f:2:1: `abi` has no place in a drop-in; it belongs in the policy that the unit names",
      "f:3:1: `units` has no place in a drop-in; it belongs in the policy that the unit names"},
     Role::drop_in},
    {"AbstractionKeys",
     "minimum_abi = 2\n[scope]\nsignal = true\n",
     {"f:3:1: `minimum_abi` has no place in an abstraction; it belongs in the policy that the unit "
      "names",
      "f:4:2: `scope` has no place in an abstraction; it belongs in the policy that the unit "
      "names"},
     Role::abstraction},
};

INSTANTIATE_TEST_SUITE_P(TopLevel, BadPolicy, testing::ValuesIn(top_level),
                         [](const auto& param_info) { return param_info.param.name; });

const BadText rules[] = {
    {"Paths",
     "[filesystem]\nread = ['x', '/ok', '/$HOME']\nwrite = ['/a/../b']\n",
     {"f:4:9: \"x\" is not an absolute path; begin it with / or a specifier such as %S (state) or "
      "%t (run time)",
      "f:4:21: \"/$HOME\" has $HOME, which systemd does not expand in a path; write ${HOME} for "
      "the "
      "variable, or $$HOME for the text",
      "f:5:10: \"/a/../b\" has a .. in it; write the path that it leads to"}},
    {"MisspeltGroup",
     "[filesystem]\nreed = ['/x']\n",
     {"f:4:1: unknown key \"reed\" in [filesystem]; did you mean `read`?"}},
    {"UnknownRight",
     "[[filesystem.rule]]\npath = '/x'\nallow = ['fs.read_fil', 'read_file']\n",
     {"f:5:10: there is no right \"fs.read_fil\"; did you mean `fs.read_file`?",
      "f:5:25: there is no right \"read_file\"; did you mean `fs.read_file`?"}},
    {"NetRightOnAPath",
     "[[filesystem.rule]]\npath = '/x'\nallow = ['net.bind_tcp']\n",
     {"f:5:10: \"net.bind_tcp\" is no right of this table; [network] has ports and [scope] "
      "scopes"}},
    {"NewerRight",
     "[[filesystem.rule]]\npath = '/x'\nallow = ['fs.read_file', 'fs.resolve_unix']\n",
     {"f:5:26: `fs.resolve_unix` needs abi = 9 or newer, this policy says abi = 7; raise `abi` "
      "(and "
      "test the service with it), or leave it out"}},
    {"NewerKeys",
     "[filesystem]\nconnect_unix = ['/x']\n[network]\nbind_udp = [53]\n",
     {"f:6:13: `net.bind_udp` needs abi = 10 or newer, this policy says abi = 7; raise `abi` (and "
      "test the service with it), or leave it out"}},
    {"NewerInALayer",
     "[[layer]]\n[layer.network]\nconnect_udp = [53]\n",
     {"f:5:16: `net.connect_send_udp` needs abi = 10 or newer, this policy says abi = 7; raise "
      "`abi` (and test the service with it), or leave it out"}},
    {"NewerUnrestricted",
     "[network]\nunrestricted = ['connect_udp']\n",
     {"f:4:17: `net.connect_send_udp` needs abi = 10 or newer, this policy says abi = 7; raise "
      "`abi` (and test the service with it), or leave it out"}},
    {"RuleWithoutKeys",
     "[[filesystem.rule]]\nreason = 'x'\n",
     {"f:3:1: `path` is missing in [[filesystem.rule]]; write path = \"/…\"",
      "f:3:1: `allow` is missing in [[filesystem.rule]]; write allow = [\"fs.read_file\"], or "
      "whichever rights the rule gives"}},
    {"RuleWithOtherKeys",
     "[[filesystem.rule]]\npaht = '/x'\npath = '/x'\nallow = []\n",
     {"f:4:1: unknown key \"paht\" in [[filesystem.rule]]; did you mean `path`?",
      "f:6:9: `allow` is empty: this rule would allow nothing; name the rights, or leave the rule "
      "out"}},
    {"RuleOfNoArchitecture",
     "[[filesystem.rule]]\npath = '/x'\nallow = ['fs.execute']\narchitecture = []\n",
     {"f:6:16: `architecture` is empty: no machine would have this rule; name the architectures, "
      "or leave the key out for all of them"}},
    {"RuleOfUnknownArchitectures",
     "[[filesystem.rule]]\npath = '/x'\nallow = ['fs.execute']\n"
     "architecture = ['aarch64', 'x86_64', 'riscv46', 1]\n",
     {"f:6:17: there is no architecture \"aarch64\"; did you mean \"arm64\", as systemd calls it?",
      "f:6:28: there is no architecture \"x86_64\"; did you mean \"x86-64\", as systemd calls it?",
      "f:6:38: there is no architecture \"riscv46\"; did you mean \"riscv64\", as systemd calls "
      "it?",
      "f:6:49: an element of `architecture` must be a string, not an integer"}},
    {"ListsHaveNoArchitecture",
     "[filesystem]\narchitecture = ['arm64']\n",
     {"f:4:1: unknown key \"architecture\" in [filesystem]; valid keys: read, execute, write, "
      "connect_unix, rule, unrestricted"}},
    {"ReferCannotBeUnrestricted",
     "[filesystem]\nunrestricted = ['fs.refer', 'read']\n",
     {"f:4:17: `fs.refer` cannot be unrestricted: the kernel denies it unhandled; allow it on the "
      "directories: [[filesystem.rule]], allow = [\"fs.refer\"]",
      "f:4:29: \"read\" is a group of rights; name its rights: fs.read_file, fs.read_dir"}},
    {"Ports",
     "[network]\nbind_tcp = [70000, -1, '', 'http', '90-80', '1-', '-1', '80-81-82', 1.5, "
     "'0-65535']\n",
     {"f:4:13: 70000 is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:20: -1 is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:24: \"\" is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:28: \"http\" is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:36: the range \"90-80\" ends before it begins; write \"80-90\"",
      "f:4:45: \"1-\" is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:51: \"-1\" is no port; write a number from 0 to 65535, or a range as in \"8080-8089\"",
      "f:4:57: \"80-81-82\" is no port; write a number from 0 to 65535, or a range as in "
      "\"8080-8089\"",
      "f:4:69: a port cannot be a number with a point; write 80 or \"8080-8089\""}},
    {"ConnectToPortZero",
     "[network]\nconnect_tcp = [0, '0-10']\n",
     {"f:4:16: no TCP socket can connect to port 0; leave it out",
      "f:4:19: no TCP socket can connect to port 0; begin the range with 1"}},
    {"PortsAndUnrestricted",
     "[network]\nbind_tcp = [80]\nunrestricted = ['bind_tcp']\n",
     {"f:5:17: `bind_tcp` is unrestricted and has ports as well; keep one of the two"}},
    {"UnrestrictedPorts",
     "[network]\nunrestricted = ['bind-tcp', 'fs.read_file', 'net.bind_tpc']\n",
     {"f:4:17: \"bind-tcp\" cannot be unrestricted; did you mean `bind_tcp`?",
      "f:4:29: \"fs.read_file\" is no right of this table; [filesystem] has the fs. rights",
      "f:4:45: there is no right \"net.bind_tpc\"; did you mean `net.bind_tcp`?"}},
    {"RemoveOutsideADropIn",
     "[filesystem]\nremove = ['/x']\n",
     {"f:4:1: `remove` has no place in a policy; it belongs in a drop-in, NAME.toml.d/*.toml"}},
    {"RemovedPorts",
     "[network]\nremove = ['80']\n[network.extra]\n",
     {"f:3:10: `remove` must be a table, not an array; write [network.remove], and the keys "
      "below it",
      "f:4:10: unknown key \"extra\" in [network]; valid keys: bind_tcp, connect_tcp, bind_udp, "
      "connect_udp, unrestricted, remove"},
     Role::drop_in},
    {"Scopes",
     "[scope]\nsignals = true\nabstract_unix_socket = 1\n",
     {"f:4:1: unknown key \"signals\" in [scope]; did you mean `signal`?",
      "f:5:24: `abstract_unix_socket` must be true or false, not an integer"}},
};

INSTANTIATE_TEST_SUITE_P(Rules, BadPolicy, testing::ValuesIn(rules),
                         [](const auto& param_info) { return param_info.param.name; });

const BadText directives[] = {
    {"Misspelt",
     "[systemd]\nNoNewPriviliges = true\n",
     {"f:4:1: unknown directive \"NoNewPriviliges\" in [systemd]; did you mean "
      "`NoNewPrivileges`?"}},
    {"FarFromAny",
     "[systemd]\nzzzz = 1\n",
     {"f:4:1: unknown directive \"zzzz\" in [systemd]; [systemd] has directives of a unit's "
      "[Service] section; see systemd.exec(5)"}},
    {"Commands",
     "[systemd]\nExecStart = '/x'\nExecStartPre = '/x'\nType = 'simple'\n",
     {"f:4:1: a policy cannot set ExecStart=; commands belong in the unit, where they are fenced",
      "f:5:1: a policy cannot set ExecStartPre=; commands belong in the unit, where they are "
      "fenced",
      "f:6:1: a policy cannot set Type=; the fence is built from what the unit says about it: set "
      "it there"}},
    {"OtherSections",
     "[systemd]\nAfter = 'x'\nConditionPathExists = '/x'\nWantedBy = 'x'\n",
     {"f:4:1: a policy cannot set After=; it belongs in the [Unit] section of a drop-in",
      "f:5:1: a policy cannot set ConditionPathExists=; it belongs in the [Unit] section of a "
      "drop-in",
      "f:6:1: a policy cannot set WantedBy=; it belongs in the [Install] section of the unit"}},
    {"OwnKeys",
     "[systemd]\nX-LandlockPolicy = 'y'\n",
     {"f:4:1: a policy cannot set X-LandlockPolicy=; the fence is built from what the unit says "
      "about it: set it there"}},
    {"Values",
     "[systemd]\nNice = 1.5\nUser = \"a\\nExecStart=/x\"\nGroup = 'a\\'\nUMask = ' 7'\n"
     "ReadWritePaths = [[]]\n",
     {"f:4:8: `Nice` cannot be a number with a point; write a string, an integer, true or false, "
      "or an "
      "array of them",
      "f:5:8: \"a\\x0aExecStart=/x\" has a control character in it; write it in one line",
      "f:6:9: \"a\\\" ends in a backslash; systemd would join the next line to it",
      "f:7:9: \" 7\" begins or ends in a blank; systemd would strip it: leave it out",
      "f:8:19: `ReadWritePaths` cannot be an array; write a string, an integer, true or false, or "
      "an array of them"}},
};

INSTANTIATE_TEST_SUITE_P(Systemd, BadPolicy, testing::ValuesIn(directives),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(Parse, TellsOfAHundredProblems) {
    std::string text = "version = 1\nabi = 7\n";
    for (int i = 0; i < 500; ++i)
        text += "key" + std::to_string(i) + " = 1\n";
    text += "[filesystem]\nread = [" + std::string(500, ' ') + "'x', 'y']\n";
    const auto policy = parse_policy(text, "f", Role::policy);
    ASSERT_FALSE(policy.has_value());
    EXPECT_EQ(policy.error().size(), most_problems);
}

TEST(Parse, MissingKeysPointAtTheBeginning) {
    const auto policy = parse_policy("", "f", Role::policy);
    ASSERT_FALSE(policy.has_value());
    ASSERT_EQ(policy.error().size(), 2u);
    EXPECT_EQ(to_string(policy.error()[0]), "f:1:1: `version` is missing; write version = 1");
    EXPECT_EQ(to_string(policy.error()[1]),
              "f:1:1: `abi` is missing; write abi = 11 or the Landlock ABI that the rules were "
              "tested with");
    EXPECT_TRUE(parse_policy("version = 1", "f", Role::abstraction).has_value());
    EXPECT_TRUE(parse_policy("version = 1", "f", Role::drop_in).has_value());
}

TEST(Parse, VersionsAndAbisAreChecked) {
    const auto policy = parse_policy("version = 2\nabi = 12\n", "f", Role::policy);
    ASSERT_FALSE(policy.has_value());
    ASSERT_EQ(policy.error().size(), 2u);
    EXPECT_EQ(to_string(policy.error()[0]),
              "f:1:11: `version` is 2, which this ringfence does not know; write version = 1");
    EXPECT_EQ(
        to_string(policy.error()[1]),
        "f:2:7: `abi` is 12, which this ringfence does not know; write a number from 1 to 11");
    for (const char* abi : {"0", "-1", "9223372036854775807", "'7'", "7.0"})
        EXPECT_FALSE(
            parse_policy(std::string("version = 1\nabi = ") + abi, "f", Role::policy).has_value());
}

TEST(Parse, EveryValueKeepsItsPosition) {
    const auto policy = parse_policy(R"toml(version = 1
description = "d"
documentation = ["man:x(8)"]
units = ["x.service"]
extends = ["base"]
abi = 10
minimum_abi = "all"
inherit = false
filesystem.read = ["/a",
                   "/b"]
network.bind_tcp = [80]
scope.signal = false
log.quiet = ["/q"]
systemd.Nice = 1
)toml",
                                     "f", Role::policy);
    ASSERT_TRUE(policy.has_value()) << to_string(policy.error().at(0));
    EXPECT_EQ(to_string(policy->description->where), "f:2:15");
    EXPECT_EQ(to_string(policy->documentation.at(0).where), "f:3:18");
    EXPECT_EQ(to_string(policy->units.at(0).where), "f:4:10");
    EXPECT_EQ(to_string(policy->extends.at(0).where), "f:5:12");
    EXPECT_EQ(to_string(policy->abi->where), "f:6:7");
    EXPECT_EQ(to_string(policy->minimum_abi->where), "f:7:15");
    EXPECT_EQ(policy->minimum_abi->value, minimum_abi_all);
    EXPECT_EQ(to_string(policy->inherit->where), "f:8:11");
    EXPECT_EQ(to_string(policy->rules.paths.at(1).where), "f:10:20");
    EXPECT_EQ(to_string(policy->rules.ports.at(0).where), "f:11:21");
    EXPECT_EQ(to_string(policy->rules.scopes.at(0).where), "f:12:16");
    EXPECT_EQ(to_string(policy->quiet.at(0).where), "f:13:14");
    EXPECT_EQ(to_string(policy->systemd.at(0).where), "f:14:16");
}

}  // namespace
}  // namespace ringfence::policy
