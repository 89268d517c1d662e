// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials --suggest` refuses exactly the rules that `ringfence check` warns about.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "../lint/machine.h"
#include "base/escape.h"
#include "base/path.h"
#include "example.h"
#include "journal/suggest.h"
#include "journal/suspicion.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "lint/check.h"
#include "places/access.h"
#include "places/places.h"
#include "policy/model/right_names.h"

namespace ringfence {
namespace {

using journal::PathProposal;
using landlock::Access;

// The questions for both -------------------------------------------------------------------------

// AddressSanitizer takes minutes for all paths, and sees all of the code with one path in ten.
#ifndef __has_feature  // of clang, which compiles the sanitizers' build
#define __has_feature(name) 0
#endif
constexpr std::size_t one_in = __has_feature(address_sanitizer) ? 10 : 1;

// For each row: its path, a path beneath it, one beside it, and all paths above it.
std::vector<std::string> all_paths() {
    std::set<std::string> paths;
    for (const places::Place& place : places::table()) {
        const std::string path = places::example_of(place.glob);
        if (!path.starts_with('/')) continue;  // a denial has no specifiers
        for (const std::string& parent : with_parents(path))
            paths.insert(parent);
        const std::string in = path == "/" ? "" : path;
        paths.insert(in + "/x");
        paths.insert(path + "x");
    }
    // Other names of the same places, and ordinary paths.
    for (const char* path :
         {"/bin", "/bin/sh", "/lib", "/lib64/x", "/var/run", "/var/run/systemd/system", "/var/lock",
          "/var/lib/private", "/var/lib/private/app", "/srv/app", "/opt/app/bin/app",
          "/var/log/app.log", "/var/log/app/app.log", "/var/log/app/more/app.log"})
        paths.insert(path);
    std::vector<std::string> some;
    std::size_t count = 0;
    for (const std::string& path : paths)
        if (count++ % one_in == 0) some.push_back(path);
    return some;
}

// Each right, each group of rights, and the rights to fill and execute a file.
std::vector<Access> all_accesses() {
    std::vector<Access> all;
    for (const landlock::Right& right : landlock::rights)
        if (right.family == landlock::Family::fs) all.push_back(right.access());
    for (const landlock::PathGroup& group : landlock::path_groups)
        all.push_back(group.access);
    all.push_back(landlock::access_of("fs.write_file") | landlock::access_of("fs.execute"));
    return all;
}

std::string text_of(const std::string& path, const Access& access) {
    return path + " " + policy::joined_right_names(access, ",");
}

// Collects disagreements and shows the first few.
class Disagreements {
  public:
    void add(const std::string& text) {
        constexpr std::size_t enough = 12;
        if (++count_ <= enough) first_ += "\n  " + text;
    }
    ~Disagreements() {
        if (count_ != 0) ADD_FAILURE() << count_ << " disagreements, such as" << first_;
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
};

// `check` -----------------------------------------------------------------------------------------

bool is_warned_about(const std::string& written, const Access& access) {
    policy::Rules rules;
    rules.name = "app";
    rules.layers.resize(1);
    rules.layers[0].abi = landlock::newest_abi;
    policy::PathRule rule;
    rule.path = written;
    rule.access = access;
    rules.layers[0].paths.push_back(rule);
    const auto findings = lint::check({rules, rules});
    return std::any_of(findings.begin(), findings.end(), [&](const lint::Finding& finding) {
        return finding.severity != Severity::note &&
               simplify_path(finding.subject) == simplify_path(written);
    });
}

// `denials --suggest` -----------------------------------------------------------------------------

journal::Denial denial_of(const std::string& path, const Access& access) {
    journal::Denial denial;
    denial.attribution.reason = journal::Reason::attributed;
    denial.attribution.policy = "app";
    denial.what.blockers.rights = access;
    denial.what.type = journal::ObjectType::path;
    denial.what.path = path;
    denial.tally.count = 1;
    return denial;
}

std::vector<PathProposal> proposals(const std::vector<journal::Denial>& denials, bool force) {
    journal::SuggestOptions options;
    if (force) options.forced = {"/"};
    std::vector<PathProposal> all;
    for (const journal::Suggestion& suggestion : journal::suggest(denials, options))
        all.insert(all.end(), suggestion.paths.begin(), suggestion.paths.end());
    return all;
}

// -------------------------------------------------------------------------------------------------

TEST(Agreement, SuggestRefusesExactlyWhereCheckWarns) {
    Disagreements disagreements;
    std::size_t refused = 0, proposed = 0;
    for (const std::string& path : all_paths())
        for (const Access& access : all_accesses()) {
            const auto denial = denial_of(path, access);
            const auto would_be = proposals({denial}, true);
            ASSERT_EQ(would_be.size(), 1u) << text_of(path, access);
            const bool warned = is_warned_about(would_be[0].written, would_be[0].grants);
            const bool is_refused = proposals({denial}, false).empty();
            if (warned != is_refused)
                disagreements.add(text_of(path, access) +
                                  (warned ? ": check warns, suggest proposes"
                                          : ": suggest refuses, check is silent"));
            // A forced proposal names its reason.
            EXPECT_EQ(would_be[0].suspicion.empty(), !is_refused) << text_of(path, access);
            (is_refused ? refused : proposed) += 1;
        }
    EXPECT_GE(refused, 3000 / one_in);
    EXPECT_GE(proposed, 3000 / one_in);
}

TEST(Agreement, OfOneRuleHoweverItIsWritten) {
    Disagreements disagreements;
    for (std::size_t row = 0; row < places::table().size(); row += one_in)
        for (const Access& access : all_accesses()) {
            const std::string path = places::example_of(places::table()[row].glob);
            const bool suspected = !journal::suspicion(path, access).empty();
            if (is_warned_about(path + "/", access) != suspected ||
                journal::suspicion(path + "/", access).empty() == suspected)
                disagreements.add(text_of(path + "/", access));
        }
}

// Several denials together can lead to a wider rule on the directory.
TEST(Agreement, CheckWarnsAboutNothingThatIsProposed) {
    Disagreements disagreements;
    std::size_t proposed = 0;
    const std::vector<std::vector<std::string>> names = {{"tmp.Ab3xYz", "tmp.Qq81Lm"},
                                                         {"1", "2", "3", "4"}};
    for (const std::string& path : all_paths())
        for (const auto& list : names)
            for (const Access& access : {places::reads, places::makes_files, places::executes}) {
                std::vector<journal::Denial> denials;
                for (const std::string& name : list)
                    denials.push_back(denial_of(path + (path == "/" ? "" : "/") + name, access));
                for (const PathProposal& proposal : proposals(denials, false)) {
                    ++proposed;
                    if (is_warned_about(proposal.written, proposal.grants))
                        disagreements.add(text_of(proposal.written, proposal.grants));
                }
            }
    EXPECT_GE(proposed, 1000 / one_in);
}

// In the shipped policies, suggest would refuse exactly the rules that the policies justify.
class ShippedPolicies : public lint::ScratchMachine {};

TEST_F(ShippedPolicies, WhatIsJustifiedIsTheOnlyDifference) {
    const char* policies = std::getenv("RINGFENCE_POLICIES");
    ASSERT_NE(policies, nullptr) << "meson test sets it";
    std::filesystem::create_directories(directory_ / "usr/lib/ringfence");
    std::filesystem::copy(policies, directory_ / "usr/lib/ringfence/policies",
                          std::filesystem::copy_options::recursive);
    const Root root = Root::open(directory_).value();
    std::size_t justified = 0;
    std::vector<std::string> names = dropin::policy_names(root, search_);
    for (const auto& entry : std::filesystem::directory_iterator(
             directory_ / "usr/lib/ringfence/policies/abstractions"))
        names.push_back(entry.path().stem());
    for (const std::string& name : names) {
        // An abstraction is checked in a policy that extends it.
        const std::string text = "version = 1\nextends = ['" + name + "']\n";
        const bool is_abstraction = std::filesystem::exists(
            directory_ / "usr/lib/ringfence/policies/abstractions" / (name + ".toml"));
        const auto rules =
            is_abstraction ? policy::resolve_text(root, search_, "x", "x.toml", text + "abi = 10\n")
                           : [&]() -> Result<policy::Rules> {
            auto resolved = policy::resolve(root, search_, {{name, true, {name, 0, 0}}});
            if (!resolved) return tl::unexpected(resolved.error());
            return **std::move(resolved);
        }();
        ASSERT_TRUE(rules.has_value()) << name << ": " << to_string(rules.error().front());
        std::set<std::string> refused, warned;
        for (const policy::PathRule& rule : rules->layers[0].paths)
            if (!journal::suspicion(rule.path, rule.access).empty()) refused.insert(rule.path);
        for (const lint::Finding& finding : lint::check({*rules, *rules}))
            if (finding.severity != Severity::note) warned.insert(finding.subject);
        EXPECT_EQ(refused, warned) << name;
        for (const std::string& path : refused) {
            EXPECT_TRUE(std::any_of(
                rules->exceptions.begin(), rules->exceptions.end(),
                [&](const policy::Exception& exception) { return exception.path == path; }))
                << name << " does not justify " << path;
            ++justified;
        }
    }
    EXPECT_GE(justified, 10u);
}

}  // namespace
}  // namespace ringfence
