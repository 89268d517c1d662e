// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/attachment.h"

#include <gtest/gtest.h>

#include "build_unit.h"
#include "dropin/own_keys.h"

namespace ringfence::dropin {
namespace {

using Dropins = std::vector<std::pair<std::string, std::string>>;

Attachment read(const std::string& lines, const Dropins& dropins = {},
                const std::string& name = "a-b.service") {
    return read_attachment(build_unit(name, "[Service]\n" + lines, dropins));
}

std::string names(const Attachment& attachment) {
    std::string out;
    for (const policy::Name& name : attachment.policies)
        out += (out.empty() ? "" : " ") + std::string(name.optional ? "-" : "") + name.name;
    return out;
}

TEST(Attachment, NamesAppendAndReset) {
    EXPECT_EQ(names(read("X-LandlockPolicy=x -y\nLandlockPolicy=z\n")), "x -y z");
    EXPECT_EQ(names(read("X-LandlockPolicy=x\n",
                         {{"/etc/a-b.service.d/1.conf", "[Service]\nX-LandlockPolicy=\n"},
                          {"/etc/a-b.service.d/2.conf", "[Service]\nX-LandlockPolicy=y\n"}})),
              "y");
    EXPECT_FALSE(read("X-LandlockPolicy=x\nX-LandlockPolicy=\n").asks());
    EXPECT_FALSE(read("ExecStart=/x\n").asks());
}

TEST(Attachment, Specifiers) {
    EXPECT_EQ(names(read("X-LandlockPolicy=-%p %N-%j\n")), "-a-b a-b-b");
    EXPECT_EQ(names(read("X-LandlockPolicy=%p-%i\n", {}, "w@x.service")), "w-x");
    const Attachment open = read("X-LandlockPolicy=-%p-%i z\n", {}, "w@.service");
    ASSERT_EQ(open.open_names.size(), 1u);
    EXPECT_EQ(open.open_names[0].written, "%p-%i");
    EXPECT_TRUE(open.open_names[0].optional);
    EXPECT_EQ(names(open), "z");
    EXPECT_EQ(read("X-LandlockPolicy=%h\n").problems.size(), 1u);
}

TEST(Attachment, PositionsPointAtTheName) {
    const Attachment attachment = read("X-LandlockPolicy=x  y\n");
    EXPECT_EQ(attachment.policies[1].where,
              (Location{"/usr/lib/systemd/system/a-b.service", 2, 21}));
}

TEST(Attachment, WhoAsks) {
    EXPECT_TRUE(read("X-LandlockPolicy=x\n").own_request);
    const Dropins type = {{"/etc/service.d/1.conf", "[Service]\nX-LandlockPolicy=-%p\n"}};
    EXPECT_FALSE(read("", type).own_request);
    EXPECT_TRUE(read("", type).asks());
    const Dropins own = {{"/etc/a-b.service.d/1.conf", "[Service]\nX-LandlockPolicy=x\n"}};
    EXPECT_TRUE(read("", own).own_request);
}

TEST(Attachment, WhatIsWrongIsNeverIgnored) {
    EXPECT_EQ(read("X-LandlockPolicies=x\n").problems.at(0).hint,
              "did you mean X-LandlockPolicy=?");
    EXPECT_EQ(read("X-LandlockPolicy=../x\n").problems.size(), 1u);
    EXPECT_EQ(read("X-LandlockPolicy='x\n").problems.size(), 1u);
    const unit::Unit misplaced =
        build_unit("a.service", "[Unit]\nX-LandlockPolicy=x\n[Service]\nExecStart=/x\n");
    EXPECT_EQ(read_attachment(misplaced).problems.size(), 1u);
    const Dropins lost = {
        {"/etc/a-b.service.d/1.conf", "[Service]\nExecStart=/x/\nX-LandlockPolicy=x\n"}};
    EXPECT_EQ(read("ExecStart=/x\n", lost).problems.size(), 1u);
}

TEST(Attachment, AMisspeltRequestOfTheUnitsOwnIsWrong) {
    for (const char* key : {"X-LandlokPolicy", "X-LnadlockPolicy", "x-lanlockpolicy",
                            "X-LandlocckPolicy", "X-Landlok"}) {
        const Attachment attachment = read(std::string(key) + "=x\n");
        ASSERT_EQ(attachment.problems.size(), 1u) << key;
        EXPECT_TRUE(attachment.own_request);
    }
    EXPECT_EQ(read("X-LandlokPolicy=x\n").problems.at(0).hint, "did you mean X-LandlockPolicy=?");
    for (const char* key : {"X-Landmark", "X-Deadlock", "X-Land", "X-", "XLandlokPolicy"})
        EXPECT_FALSE(read(std::string(key) + "=x\n").asks()) << key;
}

TEST(Attachment, HowSurelyANameIsARequest) {
    struct Row {
        Likeness likeness;
        std::vector<const char*> keys;
    };
    const Row rows[] = {
        {Likeness::ours,
         {"X-LandlockPolicy", "x-landlockpolicies", "X-LANDLOCKABI", "X-LandLockTimeout",
          "LandlockPolicy", "landlockpolicy"}},
        {Likeness::misspelt,
         {"X-LandlokPolicy", "X-LnadlockPolicy", "X-LaandlockFoo", "X-Landlok", "X-LanlokPolicy",
          "X-andlockPolicy", "X-Land lockPolicy", "X-HandlockPolicy", "X-LandLordPolicy"}},
        {Likeness::near,
         {"X-HardLock", "X-HandLock", "X-LoadLockTimeout", "X-PadlockLevel", "X-WlanLock",
          "X-LandLord", "X-Bandlock", "X-HardLockId", "LandlockABI", "X_LandlockPolicy",
          "X-Vendor-Landlock"}},
        {Likeness::none,
         {"X-Landmark", "X-Deadlock", "X-Interlock", "X-Lock", "X-Land", "X-", "XLandlokPolicy",
          "Environment"}},
    };
    for (const Row& row : rows)
        for (const std::string key : row.keys) {
            EXPECT_EQ(likeness_of(key), row.likeness) << key;
            const bool is_like = row.likeness != Likeness::none;
            EXPECT_EQ(may_request("[Service]\n" + key + "=1\n"), is_like) << key;
            const bool refused =
                row.likeness == Likeness::misspelt || row.likeness == Likeness::ours;
            const Attachment own =
                read_attachment(build_unit("a.service", "[Unit]\n" + key + "=1\n"));
            EXPECT_EQ(own.problems.size(), refused ? 1u : 0u) << key;
            EXPECT_EQ(own.lost.size(), is_like && !refused ? 1u : 0u) << key;
        }
}

TEST(Attachment, WhatIsNotSurelyARequestStopsNobodyElse) {
    const auto of_all = [](const std::string& text) {
        return read("", {{"/etc/service.d/50.conf", text}});
    };
    for (const char* text :
         {"[Install]\nX-HardLock=1\n", "[Unit]\nX-LandlokPolicy=x\n", "[Unit]\nLandlockPolicy=x\n",
          "[Service]\nX-LandlokPolicy=x\n", "[Service]\nExecStart=/x/\nX-LandlokPolicy=x\n"}) {
        EXPECT_FALSE(of_all(text).asks()) << text;
        EXPECT_EQ(of_all(text).lost.size(), 1u) << text;
    }
    for (const char* text :
         {"[Install]\nX-LandlockPolicy=x\n", "[Unit]\nx-landlockwarp=x\n",
          "[Service]\nX-LandlockPolicies=x\n", "[Service]\nLandlockPolicy=../x\n",
          "[Service]\nExecStart=/x/\nX-LandlockPolicy=x\n"})
        EXPECT_EQ(of_all(text).problems.size(), 1u) << text;
}

TEST(Attachment, SectionsOfOthersAreTheirs) {
    const Attachment others = read("ExecStart=/x\n[X-Vendor]\nX-HardLockId=7\nX-LandlokPolicy=x\n");
    EXPECT_FALSE(others.asks());
    EXPECT_EQ(others.lost.size(), 2u);
    EXPECT_EQ(read("ExecStart=/x\n[X-Vendor]\nX-LandlockPolicy=x\n").problems.size(), 1u);
}

TEST(Attachment, ARequestInTheWrongPlaceIsWrong) {
    const auto message = [](const std::string& text) {
        const Attachment attachment = read_attachment(build_unit("a.service", text));
        return attachment.problems.empty() ? "" : attachment.problems.at(0).message;
    };
    EXPECT_EQ(message("[Sevice]\nX-LandlockPolicy=x\n[Service]\nExecStart=/x\n"),
              "X-LandlockPolicy= in [Sevice] has no effect");
    EXPECT_EQ(message("X-LandlockPolicy=x\n[Service]\nExecStart=/x\n"),
              "X-LandlockPolicy= stands before the first section");
    EXPECT_EQ(message("[Service]\nExecStart=/x\nX-LandlockPolicy x\n"),
              "there is no \"=\" behind X-LandlockPolicy");
    EXPECT_EQ(message("[Service]\nExecStart=/x\nX-LandlockPolicy: x\n"),
              "there is no \"=\" behind X-LandlockPolicy");
    EXPECT_EQ(message("[X-Mine]\nOther=x\n[Service]\nExecStart=/x\n"), "");
}

TEST(Attachment, WhatOthersWriteIsNamedAndStopsNobody) {
    const Dropins type = {
        {"/etc/service.d/1.conf", "[Socket]\nX-LandlockPolicy=x\n[Service]\nX-LandlokPolicy=x\n"}};
    const Attachment attachment = read("", type);
    EXPECT_FALSE(attachment.asks());
    ASSERT_EQ(attachment.lost.size(), 2u);
    const Attachment other = read("LandlockABI=7\n");
    EXPECT_FALSE(other.asks());
    ASSERT_EQ(other.lost.size(), 1u);
    EXPECT_EQ(other.lost.at(0).hint, "if a fence is meant, write X-LandlockABI= in [Service]");
}

}  // namespace
}  // namespace ringfence::dropin
