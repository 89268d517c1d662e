// SPDX-License-Identifier: LGPL-2.1-or-later
// Adds a suggestion to a drop-in that somebody may have edited, and undoes it.
#include "cli/denials/apply.h"

#include <filesystem>
#include <sstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/denials/line_diff.h"
#include "cli/denials/review_file.h"
#include "landlock/rights.h"
#include "policy/language/document.h"
#include "scratch.h"

namespace ringfence::cli {
namespace {

using journal::PathProposal;
using journal::PortProposal;
using journal::Suggestion;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

PathProposal path_proposal(const std::string& key, const std::string& path, const char* right) {
    PathProposal proposal;
    proposal.key = key;
    proposal.path = proposal.written = path;
    proposal.denied = proposal.grants =
        landlock::find_right(right, std::string_view(right).size())->access();
    proposal.evidence.count = 1;
    proposal.evidence.first = proposal.evidence.last = Time{std::chrono::seconds{1795262400}};
    return proposal;
}

Suggestion suggestion_of(std::vector<PathProposal> paths, std::vector<PortProposal> ports = {}) {
    Suggestion suggestion;
    suggestion.policy = "web";
    suggestion.paths = std::move(paths);
    suggestion.ports = std::move(ports);
    for (PortProposal& port : suggestion.ports) {
        port.evidence.count = 1;
        port.evidence.first = port.evidence.last = Time{std::chrono::seconds{1795262400}};
    }
    return suggestion;
}

const Suggestion all_kinds = suggestion_of(
    {path_proposal("read", "/srv/x", "fs.read_file"), path_proposal("", "/srv/y", "fs.write_file")},
    {{443, "connect_tcp", {}}});

std::string added(const std::string& text, const Suggestion& suggestion) {
    auto result = add_to_review(text, "50-review.toml", suggestion);
    EXPECT_TRUE(result.has_value()) << (result ? "" : to_string(result.error()[0]));
    if (!result) return {};
    EXPECT_TRUE(policy::parse_toml(*result, "").has_value()) << *result;
    return *result;
}

constexpr char line[] = "# denied once, 2026-11-21 12:00:00 UTC";

TEST(ReviewFile, ANewOne) {
    const std::string text = added("", all_kinds);
    EXPECT_THAT(text, StartsWith("#:schema "));
    EXPECT_THAT(text, HasSubstr("version = 1\n\n[filesystem]\nread = [\n    " + std::string(line) +
                                ": fs.read_file\n    \"/srv/x\",\n]\n\n[network]\nconnect_tcp = "
                                "[\n    " +
                                line + "\n    443,\n]\n\n[[filesystem.rule]]\n" + line +
                                ": fs.write_file\npath = \"/srv/y\"\nallow = "
                                "[\"fs.write_file\"]\n"));
}

TEST(ReviewFile, AddingTwiceChangesNothing) {
    const std::string once = added("", all_kinds);
    EXPECT_EQ(added(once, all_kinds), once);
}

TEST(ReviewFile, EverythingThatIsThereStays) {
    const std::string before =
        "# ours: do not touch\nversion = 1 # really\n\n[filesystem] # files\n"
        "read = [ # why\n    \"/a\", # \"]\" is a bracket\n    '/b]#',\n    # the last one\n]\n"
        "[[filesystem.rule]]\npath = \"/srv/y\"\nallow = [\"fs.write_file\"]\n"
        "[network]\nbind_tcp = [80]\n# the end";
    const std::string after = added(before, all_kinds);
    // Every line of the old text must still be there, in the same order.
    std::size_t at = 0;
    std::istringstream lines(before);
    for (std::string each; std::getline(lines, each);) {
        const std::size_t found = after.find(each, at);
        ASSERT_NE(found, std::string::npos) << each << "\n" << after;
        at = found + each.size();
    }
    EXPECT_THAT(after, HasSubstr("'/b]#',\n    # denied once"));
    EXPECT_THAT(after, HasSubstr("[network]\nconnect_tcp = [\n"));
    EXPECT_EQ(after.find("/srv/y"), after.rfind("/srv/y"));  // the rule is there already
}

TEST(ReviewFile, ListsInOneLineAndWithoutComma) {
    EXPECT_THAT(added("version = 1\nfilesystem.read = [\"/a\"]\n",
                      suggestion_of({path_proposal("read", "/b", "fs.read_file")})),
                HasSubstr("filesystem.read = [\"/a\",\n    # denied"));
    EXPECT_THAT(added("[filesystem]\nread = [\n  \"/a\" # x\n]\n",
                      suggestion_of({path_proposal("read", "/b", "fs.read_file")})),
                HasSubstr("  \"/a\", # x\n    # denied"));
    EXPECT_THAT(added("[filesystem]\nread = []\n",
                      suggestion_of({path_proposal("read", "/b", "fs.read_file")})),
                HasSubstr("read = [\n    # denied"));
    EXPECT_THAT(added("[filesystem]\nread = [\"\"\"/a]\"\"\", '''/b\n''']\n",
                      suggestion_of({path_proposal("read", "/b", "fs.read_file")})),
                HasSubstr("'''/b\n''',\n    # denied"));
}

TEST(ReviewFile, WhatCannotBeAddedToIsRefused) {
    const auto refused = [](const char* text) {
        auto result = add_to_review(text, "f.toml", all_kinds);
        EXPECT_FALSE(result.has_value());
        return result ? std::string() : to_string(result.error()[0]);
    };
    EXPECT_THAT(refused("read = ["), HasSubstr("f.toml:1:"));
    EXPECT_THAT(refused("filesystem = { write = [] }"), HasSubstr("cannot be added to"));
}

TEST(ReviewFile, Diff) {
    EXPECT_EQ(line_diff("a\n", "a\n"), "");
    EXPECT_EQ(line_diff("", "a\nb\n"), "+a\n+b\n");
    EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n4\n5\nx\n7\n"),
              "@@\n 3\n 4\n 5\n-6\n+x\n 7\n");
}

class Apply : public ScratchTest {
  protected:
    void SetUp() override {
        write("/usr/lib/ringfence/policies/web.toml",
              "version = 1\nabi = 7\n[filesystem]\nread = [\"/etc/web\"]\n");
    }
    std::string get(const std::string& path) const { return scratch_.read(path); }
    Site site() { return *open_site(directory_, unit::Scope::system); }
    Announce collect() {
        return [this](const std::string& text) { said_ += text; };
    }
    std::vector<std::string> files() {
        std::vector<std::string> names;
        for (const auto& entry : fs::recursive_directory_iterator(directory_ / "etc"))
            if (!entry.is_directory()) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

    static constexpr char review_file[] = "/etc/ringfence/policies/web.toml.d/50-review.toml";
    std::string said_;
};

TEST_F(Apply, WritesShowsAndUndoes) {
    ASSERT_TRUE(apply_suggestion(site(), all_kinds, collect()).has_value());
    EXPECT_THAT(said_, HasSubstr("+    \"/srv/x\",\n"));
    const std::string once = get(review_file);
    EXPECT_THAT(once, HasSubstr("\"/srv/x\""));
    const auto rules = site().resolve({{"web", false, {}}});
    ASSERT_TRUE(rules.has_value());
    EXPECT_EQ((*rules)->layers[0].paths.size(), 3u);
    ASSERT_TRUE(apply_suggestion(site(),
                                 suggestion_of({path_proposal("read", "/srv/z", "fs.read_file")}),
                                 collect())
                    .has_value());
    EXPECT_THAT(get(review_file), HasSubstr("\"/srv/z\""));
    ASSERT_TRUE(undo_suggestion(site(), "web", collect()).has_value());
    EXPECT_EQ(get(review_file), once);
    EXPECT_FALSE(undo_suggestion(site(), "web", collect()).has_value());  // one step
}

// A directory that everybody may write would let everybody change the policy.
TEST_F(Apply, TheUmaskOpensNothing) {
    const mode_t before = ::umask(0);
    const bool applied = apply_suggestion(site(), all_kinds, collect()).has_value();
    ::umask(before);
    ASSERT_TRUE(applied);
    for (const auto& entry : fs::recursive_directory_iterator(directory_ / "etc"))
        EXPECT_EQ(entry.status().permissions() & (fs::perms::group_write | fs::perms::others_write),
                  fs::perms::none)
            << entry.path();
}

// The absolute links of an image are the image's, also if only the host has what they lead to.
TEST_F(Apply, LinksOfAnImageDoNotLeadOut) {
    const Scratch host;
    fs::create_directories(host.at("/policies"));
    for (const char* path :
         {"/etc/ringfence", "/etc/ringfence/policies", "/etc/ringfence/policies/web.toml.d"}) {
        fs::remove_all(directory_ / "etc");
        link(path, host.at("/policies"));
        EXPECT_FALSE(apply_suggestion(site(), all_kinds, collect()).has_value()) << path;
        EXPECT_TRUE(fs::is_empty(host.at("/policies"))) << path;
    }
}

TEST_F(Apply, UndoOfTheFirstLeavesNothing) {
    ASSERT_TRUE(apply_suggestion(site(), all_kinds, collect()).has_value());
    EXPECT_EQ(files(), (std::vector<std::string>{"50-review.toml", "50-review.toml~"}));
    ASSERT_TRUE(undo_suggestion(site(), "web", collect()).has_value());
    EXPECT_TRUE(files().empty());
}

TEST_F(Apply, WhatWouldNotResolveIsNotWritten) {
    write(review_file, "version = 1\n[filesystem]\nunknown = 1\n");
    const std::string before = get(review_file);
    const auto refused = apply_suggestion(site(), all_kinds, collect());
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(to_string(refused.error()[0]),
                HasSubstr("web.toml.d/50-review.toml (as it would be):"));
    EXPECT_EQ(get(review_file), before);
    EXPECT_EQ(files(), std::vector<std::string>{"50-review.toml"});
    EXPECT_EQ(said_, "");
}

TEST_F(Apply, OnlyPoliciesThatExist) {
    // The name comes from the journal. The sender of a forged report must not choose the file.
    for (const char* name : {"../../x", "nginx", "", "a/b"}) {
        Suggestion suggestion = all_kinds;
        suggestion.policy = name;
        EXPECT_FALSE(apply_suggestion(site(), suggestion, collect()).has_value()) << name;
    }
    EXPECT_FALSE(fs::exists(directory_ / "etc"));
    Suggestion two = all_kinds;
    two.policy = "web+other";
    EXPECT_TRUE(apply_suggestion(site(), two, collect()).has_value());
}

TEST_F(Apply, SuggestionsKnowTheUnitAndThePolicy) {
    write("/usr/lib/systemd/system/web@.service",
          "[Service]\nX-LandlockPolicy=web\nExecStart=/usr/bin/web\nStateDirectory=web/data\n");
    journal::Review review;
    for (const char* path :
         {"/etc/web/site.conf", "/var/lib/web/data/x", "/srv/alpha/index", "/srv/other"}) {
        journal::Denial denial;
        denial.attribution.reason = journal::Reason::attributed;
        denial.attribution.unit.name = "web@alpha.service";
        denial.attribution.policy = "web";
        denial.what.blockers.add("fs.read_file");
        denial.what.type = journal::ObjectType::path;
        denial.what.path = path;
        denial.tally.count = 1;
        denial.tally.first = denial.tally.last = Time{};
        review.denials.push_back(denial);
    }
    const Site here = site();
    const auto suggestion = suggestions_for(review, &here, {}).at(0);
    std::vector<std::string> written;
    for (const PathProposal& proposal : suggestion.paths)
        written.push_back(proposal.written);
    EXPECT_THAT(written,
                ::testing::UnorderedElementsAre("%S/web/data/x", "/srv/%i/index", "/srv/other"));
    EXPECT_EQ(suggestion.allowed, 1u);
}

}  // namespace
}  // namespace ringfence::cli
