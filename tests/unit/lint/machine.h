// SPDX-License-Identifier: LGPL-2.1-or-later
// A scratch machine with policies and units, and the findings about it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/run.h"
#include "scratch.h"

namespace ringfence::lint {

class ScratchMachine : public ScratchTest {
  protected:
    /// Writes a file at a path such as "/etc/app.conf".
    void write(const std::string& path, const std::string& text = "x") const {
        scratch_.write(path, text);
    }
    void setuid(const std::string& path) {
        write(path);
        std::filesystem::permissions(scratch_.at(path), std::filesystem::perms(04755));
    }
    /// Writes /etc/ringfence/policies/NAME.toml, with the lines that every policy needs.
    void policy(const std::string& text, int abi = 10, const std::string& name = "app") {
        write("/etc/ringfence/policies/" + name + ".toml",
              "version = 1\nabi = " + std::to_string(abi) + "\n" + text);
    }
    void abstraction(const std::string& name, const std::string& text) {
        write("/etc/ringfence/policies/abstractions/" + name + ".toml",
              "version = 1\nabi = 10\n" + text);
    }
    /// Writes app.service, fenced by the policy "app", with further lines in [Service].
    void unit(const std::string& lines) {
        write("/usr/lib/systemd/system/app.service",
              "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/app\n" + lines);
    }

    struct Look {
        dropin::Plan plan;
        Report report;
    };
    Look look_at(const std::filesystem::path& directory, const Selection& selection = {}) const {
        const Root root = Root::open(directory).value();
        const unit::LoadPath units = unit::load_path(
            unit::Scope::system, [](const auto&) { return std::optional<std::string>(); });
        const auto defaults = policy::read_defaults(root, search_);
        const auto resolver = [&] { return policy::make_resolver(root, search_, {}); };
        dropin::Plan plan = dropin::make_plan(
            root, units, {resolver, dropin::policy_names(root, search_), defaults},
            {"/usr/libexec/wrapper"});
        Report report = run({root, units, search_, plan, defaults}, selection);
        return {std::move(plan), std::move(report)};
    }
    Report report(const Selection& selection = {}) const {
        return look_at(directory_, selection).report;
    }

    /// The findings of one check, each as "FILE:LINE:COLUMN: MESSAGE".
    std::vector<std::string> found(const std::string& id) {
        std::vector<std::string> texts;
        for (const Finding& finding : report().findings)
            if (finding.id == id)
                texts.push_back(
                    to_string(Diagnostic{finding.problem.where, finding.problem.message, ""}));
        return texts;
    }
    std::size_t count(const std::string& id) { return found(id).size(); }
    /// What the first of these findings tells to do.
    std::string hint_of(const std::string& id) {
        for (const Finding& finding : report().findings)
            if (finding.id == id) return finding.problem.hint;
        return "no finding";
    }

    policy::SearchPath search_ = policy::system_search_path();
};

}  // namespace ringfence::lint
