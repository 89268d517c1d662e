// SPDX-License-Identifier: LGPL-2.1-or-later
// The manual of the language against the tables that the parser reads.
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "landlock/groups.h"
#include "policy/shape.h"

namespace ringfence::cli {
namespace {

using policy::KeyShape;
using policy::Role;
using policy::Shape;
using ::testing::HasSubstr;

std::string page(const std::string& name) {
    std::ifstream file(std::string(RINGFENCE_MANUALS) + "/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i)  // "\-" becomes "-"
        if (text.compare(i, 2, "\\-") != 0) plain.push_back(text[i]);
    return plain;
}

TEST(Manual, HasTheTableOfRights) {
    const std::string text = page("ringfence.policy.5");
    for (const landlock::Right& right : landlock::rights)
        EXPECT_THAT(text, HasSubstr(fmt::format("\n\\fB{}\\fR;{};{}\n", right.name,
                                                static_cast<int>(right.abi), right.help)));
}

TEST(Manual, HasTheTableOfGroups) {
    const std::string text = page("ringfence.policy.5");
    for (const landlock::PathGroup& group : landlock::path_groups) {
        std::string names;
        for (const landlock::Right& right : landlock::rights)
            if (group.access.contains(right.access()))
                names += (names.empty() ? "" : ", ") + std::string(right.name);
        const bool in_row = text.find(fmt::format("\n{};{}\n", group.key, names)) != text.npos;
        const bool in_block =
            text.find(fmt::format("\n{};T{{\n{}\nT}}\n", group.key, names)) != text.npos;
        EXPECT_TRUE(in_row || in_block) << group.key << " " << names;
    }
}

void collect_keys(const Shape& shape, std::set<std::string>& keys) {
    for (const Shape& part : shape.parts)
        collect_keys(part, keys);
    for (const KeyShape& key : shape.keys) {
        keys.insert(key.key);
        // Its keys are systemd's, whose manuals have them.
        if (key.key != "systemd") collect_keys(key.shape, keys);
    }
}

TEST(Manual, ExplainsEveryKey) {
    const std::string text = page("ringfence.policy.5");
    std::set<std::string> keys;
    for (const Role role : {Role::policy, Role::drop_in, Role::abstraction})
        collect_keys(policy::shape_of(role), keys);
    EXPECT_GT(keys.size(), 25u);
    for (const std::string& key : keys) {
        // A heading, or an entry of its own or with others: ".B key", ".BR a ", " b".
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
    const std::string text = page("ringfence.conf.5");
    for (const KeyShape& key : policy::shape_of(Role::defaults).keys)
        EXPECT_THAT(text, HasSubstr("\n.TP\n.B " + key.key + "\n"));
}

TEST(Manual, SaysWhoMaySayWhat) {
    const std::string text = page("ringfence.policy.5");
    const auto has = [](Role role, const std::string& key) -> const KeyShape* {
        static std::map<Role, Shape> shapes;
        const Shape& shape = shapes.try_emplace(role, policy::shape_of(role)).first->second;
        for (const KeyShape& row : shape.keys)
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
            const KeyShape* shape = has(role, key);
            row += shape == nullptr ? ";-" : shape->required ? ";required" : ";yes";
        }
        EXPECT_THAT(text, HasSubstr(row + "\n"));
    }
}

}  // namespace
}  // namespace ringfence::cli
