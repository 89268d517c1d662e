// SPDX-License-Identifier: LGPL-2.1-or-later
// The files that enable writes, and how it recognizes them.
#include "cli/enable/enable.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/site/enable_files.h"
#include "cli/site/site_files.h"
#include "scratch.h"

namespace ringfence::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char request[] = "/etc/systemd/system/a.service.d/50-ringfence.conf";

class Enable : public ScratchTest {
  protected:
    void SetUp() override {
        write("/usr/lib/systemd/system/a.service", "[Service]\nExecStart=/usr/bin/a\n");
        write("/usr/lib/systemd/system/b@.service", "[Service]\nExecStart=/usr/bin/b %i\n");
        write("/usr/lib/ringfence/policies/app.toml",
              "version = 1\nabi = 7\ndescription = \"x\"\nunits = [\"a.service\"]\n");
        write("/usr/lib/ringfence/policies/b.toml", "version = 1\nabi = 7\ndescription = \"x\"\n");
    }
    Result<std::vector<EnableChange>> plan(const std::string& unit, const EnableOptions& options) {
        auto site = open_site(directory_, unit::Scope::system);
        return plan_enable(*site, nullptr, {unit}, options);
    }
    // The only change. If there is none, the test fails and the result is empty.
    EnableChange change(const std::string& unit, const EnableOptions& options = {}) {
        auto changes = plan(unit, options);
        if (changes && changes->size() == 1) return changes->front();
        ADD_FAILURE() << (changes ? "no change" : to_string(changes.error().front()));
        return {};
    }
    std::string problem(const std::string& unit, const EnableOptions& options = {}) {
        const auto changes = plan(unit, options);
        return changes ? "planned" : to_string(changes.error().front());
    }
};

TEST_F(Enable, AsksAndAsserts) {
    const EnableChange made = change("a");
    ASSERT_EQ(made.writes.size(), 1u);
    EXPECT_EQ(made.writes[0].path, request);
    EXPECT_THAT(made.writes[0].text,
                HasSubstr("\nAssertPathExistsGlob=/run/systemd/generator/a.service.d/"
                          "*ringfence.conf\n"));
    EXPECT_THAT(made.writes[0].text,
                HasSubstr("\nAssertPathExistsGlob=!/run/systemd/generator{,.early,.late}/"
                          "a.service.d/{[!!-~],~[!r]}{,*[!e],*[!c]e}.conf\n"
                          "\n[Service]\nX-LandlockPolicy=app\n"));
    EXPECT_EQ(made.policy, "app");
    EXPECT_EQ(made.because, "as /usr/lib/ringfence/policies/app.toml says");
    EXPECT_EQ(made.dropin, "/run/systemd/generator/a.service.d/~ringfence.conf");
    EXPECT_EQ(made.digest.size(), 16u);
    EXPECT_FALSE(std::filesystem::exists(directory_ / "etc")) << "planning must not write";
}

TEST_F(Enable, PolicyByNameByPrefixAndAgain) {
    EXPECT_EQ(change("b@x").policy, "b");
    EXPECT_EQ(change("b@").dropin, "/run/systemd/generator/b@.service.d/~ringfence.conf");
    EXPECT_EQ(change("a", {"b", false}).policy, "b");
    write(request, request_text({"a.service", "b", true, unit::Scope::system}));
    EXPECT_EQ(change("a").policy, "b");
    EXPECT_THAT(change("a").writes, IsEmpty());
    EXPECT_EQ(change("a", {"app", false}).writes.size(), 1u);
}

TEST_F(Enable, LaterDropInsChangeTheName) {
    write("/etc/systemd/system/a.service.d/~~.conf", "[Service]\nNice=1\n");
    EXPECT_EQ(change("a").dropin, "/run/systemd/generator/a.service.d/~~.conf-ringfence.conf");
}

TEST_F(Enable, Refuses) {
    write("/usr/lib/systemd/system/c.service", "[Service]\nExecStart=/usr/bin/c\n");
    EXPECT_THAT(problem("c"), HasSubstr("no policy is for c.service; name one with --policy"));
    EXPECT_THAT(problem("c", {"apq", false}), HasSubstr("did you mean app?"));
    EXPECT_THAT(problem("x"), HasSubstr("there is no unit x.service"));
    write("/etc/ringfence/policies/two.toml",
          "version = 1\nabi = 7\ndescription = \"x\"\nunits = [\"a.service\"]\n");
    EXPECT_THAT(problem("a"), HasSubstr("are both for a.service; choose with --policy"));
    write("/etc/systemd/system/a.service.d/~ringfence.conf", "");
    EXPECT_THAT(problem("a", {"b", false}), HasSubstr("switches the fence of a.service off"));
}

TEST_F(Enable, AReadableReasonForAUnitThatCannotBeRewritten) {
    write("/usr/lib/systemd/system/c.service", "[Service]\nExecStart=@/usr/bin/c $A\n");
    EXPECT_THAT(problem("c", {"b", false}), HasSubstr("/usr/lib/systemd/system/c.service:2:"));
    EXPECT_THAT(problem("c", {"b", true}), HasSubstr("/usr/lib/systemd/system/c.service:2:"));
}

TEST_F(Enable, StaticKeepsTheFenceItself) {
    const EnableChange made = change("a", {"", true});
    ASSERT_EQ(made.writes.size(), 2u);
    EXPECT_THAT(made.writes[0].text, testing::Not(HasSubstr("Assert")));
    EXPECT_EQ(made.writes[1].path, "/etc/systemd/system/a.service.d/~ringfence.conf");
    EXPECT_EQ(ownership_of(made.writes[1].text), Ownership::ours);
    EXPECT_THAT(made.writes[1].text, HasSubstr("\n    -- /usr/bin/a\n"));
    // Making the static fence again gives the same text, because the old fence is not part of its
    // input.
    for (const FileChange& file : made.writes)
        write(file.path, file.text);
    EXPECT_THAT(change("a", {"", true}).writes, IsEmpty());
    EXPECT_THAT(problem("a"), HasSubstr("has a static fence already"));
    write("/etc/systemd/system/a.service.d/~~.conf",
          "[Service]\nExecStart=\nExecStart=/usr/bin/z\n");
    EXPECT_THAT(change("a", {"", true}).removes,
                ElementsAre("/etc/systemd/system/a.service.d/~ringfence.conf"));
}

TEST(EnableFiles, OwnTextsAreKnownAgain) {
    const std::string text = request_text({"a.service", "p", true, unit::Scope::system});
    EXPECT_EQ(ownership_of(text), Ownership::ours);
    EXPECT_EQ(policy_of_request(text), "p");
    EXPECT_EQ(ownership_of(text + "\n"), Ownership::changed);
    EXPECT_EQ(ownership_of(text.substr(0, 40)), Ownership::changed);
    std::string other = text;
    other.replace(other.find("=p\n"), 2, "=q");
    EXPECT_EQ(ownership_of(other), Ownership::changed);
    EXPECT_EQ(ownership_of(""), Ownership::foreign);
    EXPECT_EQ(ownership_of("[Service]\nX-LandlockPolicy=p\n"), Ownership::foreign);
}

TEST(EnableFiles, ScopesAndEscapes) {
    EXPECT_THAT(
        request_text({"a.service", "", true, unit::Scope::user}),
        HasSubstr("AssertPathExistsGlob=%t/systemd/generator/a.service.d/*ringfence.conf\n"));
    EXPECT_THAT(request_text({"a\\x2db.service", "", true, unit::Scope::system}),
                HasSubstr("/a\\\\x2db.service.d/*"));
}

TEST_F(Enable, FilesAreWrittenInsideTheRoot) {
    std::filesystem::create_directories(directory_ / "real");
    std::filesystem::create_directory_symlink("/real", directory_ / "link");
    const auto root = Root::open(directory_);
    ASSERT_TRUE(write_file(*root, "/link/new/file", "text"));
    EXPECT_EQ(root->read("/real/new/file"), "text");
    ASSERT_TRUE(remove_file(*root, "/link/new/file"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / "real/new"));
    EXPECT_FALSE(remove_file(*root, "/link/new/file"));
    EXPECT_FALSE(write_file(*root, "/usr/lib/systemd/system/a.service/x", ""));
}

}  // namespace
}  // namespace ringfence::cli
