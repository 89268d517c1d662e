// SPDX-License-Identifier: LGPL-2.1-or-later
// A scratch tree with policies in a search path of two directories, and helpers that resolve them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/resolve/resolve.h"
#include "scratch.h"

namespace ringfence::policy {

/// Each problem as "FILE:LINE:COLUMN: MESSAGE; HINT".
inline std::vector<std::string> texts(const Diagnostics& problems) {
    std::vector<std::string> all;
    for (const Diagnostic& problem : problems)
        all.push_back(to_string(problem));
    return all;
}

class Tree : public ScratchTest {
  protected:
    /// Writes a policy in /usr/p. The lines that every policy needs are put before `text`.
    void policy(const std::string& name, const std::string& text, int abi = 10) {
        write("/usr/p/" + name + ".toml",
              "version = 1\nabi = " + std::to_string(abi) + "\n" + text);
    }
    void abstraction(const std::string& name, const std::string& text) {
        write("/usr/p/abstractions/" + name + ".toml", "version = 1\n" + text);
    }
    void drop_in(const std::string& name, const std::string& file, const std::string& text) {
        write("/etc/p/" + name + ".toml.d/" + file, "version = 1\n" + text);
    }

    Result<std::optional<Rules>> resolve_names(const std::vector<std::string>& names) const {
        std::vector<Name> all;
        unsigned column = 0;
        for (const std::string& name : names) {
            const bool optional = !name.empty() && name[0] == '-';
            all.push_back(
                {optional ? name.substr(1) : name, optional, {"/unit.conf", 2, ++column}});
        }
        return resolve(root(), {"/etc/p", "/usr/p"}, all);
    }
    /// The rules. If there are none, the test fails and the rules are empty.
    Rules rules(const std::vector<std::string>& names) const {
        const auto result = resolve_names(names);
        if (!result) {
            ADD_FAILURE() << testing::PrintToString(texts(result.error()));
            return Rules{.layers = {Layer{}}};
        }
        EXPECT_TRUE(result->has_value());
        return result->value_or(Rules{.layers = {Layer{}}});
    }
    Rules rules(const char* name) const { return rules(std::vector<std::string>{name}); }

    /// The rules of a whole file. If there are none, the test fails and shows the text.
    Rules rules_of_text(const std::string& text, const char* suffix = ".toml") {
        std::filesystem::remove(directory_ / "usr/p/x.toml");
        std::filesystem::remove(directory_ / "usr/p/x.json");
        write(std::string("/usr/p/x") + suffix, text);
        Rules resolved = rules("x");
        if (HasFailure()) ADD_FAILURE() << text;
        return resolved;
    }

    /// The problems. If the policy resolves, the test fails and there are none.
    std::vector<std::string> problems(const std::vector<std::string>& names) const {
        const auto result = resolve_names(names);
        if (!result) return texts(result.error());
        ADD_FAILURE() << "resolved";
        return {};
    }
    std::vector<std::string> problems(const char* name) const {
        return problems(std::vector<std::string>{name});
    }
};

/// The rule on `path`. nullptr if there is none.
inline const PathRule* find_rule(const Layer& layer, const std::string& path,
                                 bool optional = false) {
    for (const PathRule& rule : layer.paths)
        if (rule.path == path && rule.optional == optional) return &rule;
    return nullptr;
}

/// "net.bind_tcp 80-81, net.connect_tcp 443-443".
std::string ports_of(const Layer& layer);

}  // namespace ringfence::policy
