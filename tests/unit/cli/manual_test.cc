// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares the manuals with the tables that the parsers of policies and of the command line use.
#include "manual.h"

#include <map>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/verbs.h"
#include "landlock/capabilities.h"
#include "landlock/groups.h"
#include "policy/language/schema.h"

namespace ringfence::cli {
namespace {

using policy::KeySchema;
using policy::Role;
using policy::Schema;
using ::testing::HasSubstr;

// Whether a table has a row. The last column may be a text block, which tbl(1) breaks into lines.
bool has_row(const std::string& text, const std::string& columns, const std::string& last) {
    return text.find(fmt::format("\n{};{}\n", columns, last)) != text.npos ||
           text.find(fmt::format("\n{};T{{\n{}\nT}}\n", columns, last)) != text.npos;
}

TEST(Manual, HasTheTableOfRights) {
    const std::string text = manual_text("ringfence.policy.5");
    for (const landlock::Right& right : landlock::rights)
        EXPECT_TRUE(has_row(text,
                            fmt::format("\\fB{}\\fR;{}", right.name, static_cast<int>(right.abi)),
                            right.help))
            << right.name;
}

TEST(Manual, HasTheTableOfGroups) {
    const std::string text = manual_text("ringfence.policy.5");
    for (const landlock::PathGroup& group : landlock::path_groups) {
        std::string names;
        for (const landlock::Right& right : landlock::rights)
            if (group.access.contains(right.access()))
                names += (names.empty() ? "" : ", ") + std::string(right.name);
        EXPECT_TRUE(has_row(text, group.key, names)) << group.key << " " << names;
    }
}

TEST(Manual, HasTheTableOfCapabilities) {
    const std::string text = manual_text("ringfence.policy.5");
    for (const landlock::Capability& row : landlock::capabilities)
        EXPECT_TRUE(has_row(text, row.name, row.way_out)) << row.name;
}

void collect_keys(const Schema& schema, std::set<std::string>& keys) {
    for (const Schema& part : schema.parts)
        collect_keys(part, keys);
    for (const KeySchema& key : schema.keys) {
        keys.insert(key.key);
        // systemd's manuals document the keys of this table.
        if (key.key != "systemd") collect_keys(key.schema, keys);
    }
}

TEST(Manual, ExplainsEveryKey) {
    const std::string text = manual_text("ringfence.policy.5");
    std::set<std::string> keys;
    for (const Role role : {Role::policy, Role::drop_in, Role::abstraction})
        collect_keys(policy::schema_of(role), keys);
    EXPECT_GT(keys.size(), 25u);
    for (const std::string& key : keys) {
        // A key has a heading, an entry, or a part of an entry: ".B key", ".BR a ", " b".
        bool found = text.find(fmt::format(".SH [{}]", key)) != text.npos ||
                     text.find(fmt::format(".SH [[{}]]", key)) != text.npos ||
                     text.find(fmt::format(".B [[filesystem.{}]]", key)) != text.npos;
        for (std::size_t at = 0; !found && (at = text.find("\n.TP\n", at)) != text.npos; ++at) {
            const std::size_t line = at + 5;
            const std::string entry = " " + text.substr(line, text.find('\n', line) - line) + " ";
            found = entry.find(" " + key + " ") != entry.npos;
        }
        EXPECT_TRUE(found) << key;
    }
}

TEST(Manual, ExplainsEveryKeyOfTheDefaults) {
    const std::string text = manual_text("ringfence.conf.5");
    for (const KeySchema& key : policy::schema_of(Role::defaults).keys)
        EXPECT_THAT(text, HasSubstr("\n.TP\n.B " + key.key + "\n"));
}

TEST(Manual, SaysWhoMaySayWhat) {
    const std::string text = manual_text("ringfence.policy.5");
    const auto has = [](Role role, const std::string& key) -> const KeySchema* {
        static std::map<Role, Schema> schemas;
        const Schema& schema = schemas.try_emplace(role, policy::schema_of(role)).first->second;
        for (const KeySchema& row : schema.keys)
            if (row.key == key) return &row;
        return nullptr;
    };
    for (const char* key :
         {"version", "abi", "units", "minimum_abi", "inherit", "scope", "layer"}) {
        const std::string name = key == std::string("scope")   ? "[scope]"
                                 : key == std::string("layer") ? "[[layer]]"
                                                               : key;
        std::string row = "\n" + name;
        for (const Role role : {Role::policy, Role::drop_in, Role::abstraction}) {
            const KeySchema* schema = has(role, key);
            row += schema == nullptr ? ";-" : schema->required ? ";required" : ";yes";
        }
        EXPECT_THAT(text, HasSubstr(row + "\n"));
    }
}

// "ringfence-check(1)" → "ringfence-check.1".
std::string page_of(const Verb& verb) {
    const std::string manual = verb.manual;
    const std::size_t section = manual.find('(');
    return manual.substr(0, section) + "." + manual.substr(section + 1, 1);
}

std::set<std::string> matches(const std::string& text, const char* expression) {
    const std::regex pattern(expression);
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

TEST(Manual, HasTheOptionsOfEveryVerb) {
    std::map<std::string, std::set<std::string>> options;  // by page: two verbs may share one
    for (const Verb* verb : verbs())
        for (const Option& option : verb->syntax.options)
            options[page_of(*verb)].insert(option.name);
    // Only entries of lists count, because the text may also name options of other programs.
    for (const auto& [name, expected] : options)
        EXPECT_EQ(matches(manual_text(name), "\\n\\.TP\\n\\.B[IR]? [^\\n]*?--([a-z][a-z-]+)"),
                  expected)
            << name;
}

TEST(Manual, HasTheExitStatusesOfEveryVerb) {
    std::map<std::string, std::set<std::string>> statuses;
    for (const Verb* verb : verbs())
        for (const ExitStatus& row : verb->statuses)
            statuses[page_of(*verb)].insert(std::to_string(row.status));
    for (const auto& [name, expected] : statuses) {
        const std::string text = manual_text(name);
        const std::size_t begin = text.find("\n.SH EXIT STATUS\n");
        ASSERT_NE(begin, text.npos) << name;
        const std::string section = text.substr(begin, text.find("\n.SH ", begin + 1) - begin);
        EXPECT_EQ(matches(section, "\n\\.B ([0-9]+)"), expected) << name;
    }
}

TEST(Manual, NamesEveryVerb) {
    const std::string text = manual_text("ringfence.1");
    for (const Verb* verb : verbs()) {
        EXPECT_THAT(text, HasSubstr(std::string(verb->name))) << verb->name;
        EXPECT_THAT(text, HasSubstr(page_of(*verb).substr(0, page_of(*verb).find('.'))));
    }
}

}  // namespace
}  // namespace ringfence::cli
