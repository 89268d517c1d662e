// SPDX-License-Identifier: LGPL-2.1-or-later
// A scratch tree with policies below a search path of two directories, and short ways to resolve.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "policy/resolve.h"

namespace ringfence::policy {

/// Each problem as "FILE:LINE:COLUMN: MESSAGE; HINT".
inline std::vector<std::string> texts(const Diagnostics& problems) {
    std::vector<std::string> all;
    for (const Diagnostic& problem : problems)
        all.push_back(to_string(problem));
    return all;
}

class Tree : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/ringfence-policy-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        directory_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    /// Writes a file at a path such as "/etc/p/nginx.toml".
    void write(const std::string& path, const std::string& text) {
        std::filesystem::create_directories((directory_ / path.substr(1)).parent_path());
        std::ofstream(directory_ / path.substr(1)) << text;
    }
    void link(const std::string& path, const std::string& target) {
        std::filesystem::create_directories((directory_ / path.substr(1)).parent_path());
        std::filesystem::create_symlink(target, directory_ / path.substr(1));
    }
    /// A policy in /usr/p with what every policy needs before `text`.
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
        return resolve(Root::open(directory_).value(), {"/etc/p", "/usr/p"}, all);
    }
    /// The rules; a failed test and empty rules when there are none.
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

    /// The rules of a whole file; a failed test shows the text.
    Rules rules_of_text(const std::string& text, const char* suffix = ".toml") {
        std::filesystem::remove(directory_ / "usr/p/x.toml");
        std::filesystem::remove(directory_ / "usr/p/x.json");
        write(std::string("/usr/p/x") + suffix, text);
        Rules resolved = rules("x");
        if (HasFailure()) ADD_FAILURE() << text;
        return resolved;
    }

    /// The problems; none and a failed test when it resolves.
    std::vector<std::string> problems(const std::vector<std::string>& names) const {
        const auto result = resolve_names(names);
        if (!result) return texts(result.error());
        ADD_FAILURE() << "resolved";
        return {};
    }
    std::vector<std::string> problems(const char* name) const {
        return problems(std::vector<std::string>{name});
    }

    std::filesystem::path directory_;
};

/// The rule on `path`; nullptr when there is none.
inline const PathRule* find_rule(const Layer& layer, const std::string& path,
                                 bool optional = false) {
    for (const PathRule& rule : layer.paths)
        if (rule.path == path && rule.optional == optional) return &rule;
    return nullptr;
}

/// "net.bind_tcp 80-81, net.connect_tcp 443-443".
std::string ports_of(const Layer& layer);

}  // namespace ringfence::policy
