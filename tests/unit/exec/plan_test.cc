// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/plan.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ringfence::exec {
namespace {

using landlock::Access;
using landlock::access_of;
using landlock::LinkTrust;

class Planned {
  public:
    explicit Planned(std::vector<std::string> options, bool program = true)
        : words_(std::move(options)) {
        words_.insert(words_.begin(), "ringfence-exec");
        if (program) {
            words_.push_back("--");
            words_.push_back("/bin/true");
        }
        for (std::string& word : words_)
            pointers_.push_back(word.data());
        pointers_.push_back(nullptr);
        Arguments arguments;
        made = arguments.load(pointers_.data(), &failure) && make_plan(arguments, &plan, &failure);
    }

    Plan plan;
    Failure failure;
    bool made = false;

  private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

std::string_view why(const Planned& planned) {
    return planned.failure.text.view();
}

TEST(Plan, HandlesEverythingOfItsAbiButTheUnrestricted) {
    const Planned planned(
        {"--abi=7", "--unrestricted=net.connect_tcp,fs.ioctl_dev", "--scope=signal"});
    ASSERT_TRUE(planned.made) << why(planned);
    const Access expected = landlock::known_at(7) - access_of("net.connect_tcp") -
                            access_of("fs.ioctl_dev") - access_of("scope.abstract_unix_socket");
    EXPECT_EQ(planned.plan.layers[0].handled(), expected);
}

TEST(Plan, RefusesWhatWouldBeIgnored) {
    const std::vector<std::vector<std::string>> bad = {
        {},                       // no ABI
        {"--abi=7", "--layer"},   // none in the last layer
        {"--layer", "--abi=7"},   // none in the first
        {"--read=/", "--abi=7"},  // rules before it
        {"--abi=7", "--abi=7"},   //
        {"--abi=0"},
        {"--abi=12"},
        {"--abi=x"},                                  //
        {"--abi=8", "--allow=fs.resolve_unix:/run"},  // a right that is not handled
        {"--abi=9", "--bind-udp=53"},
        {"--abi=5", "--scope=signal"},
        {"--abi=3", "--bind-tcp=80"},
        {"--abi=4", "--unrestricted=fs.ioctl_dev"},
        {"--abi=7", "--unrestricted=scope.signal"},
        {"--abi=7", "--minimum-abi=0"},
        {"--abi=7", "--minimum-abi=12"},
        {"--abi=7", "--minimum-abi="},
        {"--abi=7", "--forbid-landlock=1"},
        {"--abi=7", "--failure-status=0"},
        {"--abi=7", "--failure-status=256"},
        {"--abi=7", "--unset-environment=A=B"},
        {"--abi=7", "--unset-environment="},
        {"--abi=7", "--trust-links="},
        {"--abi=7", "--trust-links=user"},
        {"--abi=7", "--trust-links=root,others"},
        {"--abi=7", "--drop-capabilities="},
        {"--abi=7", "--drop-capabilities=cap_bpf"},
        {"--abi=7", "--drop-capabilities=net_admin"},
        {"--abi=7", "--drop-capabilities=sys_admin:bpf"},
        {"--abi=7", "--stand-in=fs.resolve_unix"},
        {"--abi=7", "--stand-in=fs.resolve_unix:absent"},
        {"--abi=7", "--stand-in=fs.resolve_unix:absent:run"},
        {"--abi=7", "--stand-in=fs.resolve_unix:there:/run"},
        {"--abi=7", "--stand-in=fs.resolve:absent:/run"},
        {"--abi=7", "--hidden=/home"},
        {"--abi=7", "--hidden=:/home"},
        {"--abi=7", "--hidden=ProtectHome:home"},
        {"--abi=7", "--read=/srv/.."},
        {"--abi=7", "--read=/srv/"},
        {"--abi=7", "--write=-/srv//x"},
        {"--abi=7", "--read=//"},
        {"--abi=7", "--quiet=/srv/../etc"},
    };
    for (const auto& options : bad) {
        const Planned planned(options);
        EXPECT_FALSE(planned.made);
        EXPECT_EQ(planned.failure.status, report::exit_refused);
        EXPECT_FALSE(why(planned).empty());
    }
    EXPECT_FALSE(Planned({"--abi=7"}, false).made);
}

TEST(Plan, SixteenLayersAndNoMore) {
    std::vector<std::string> options = {"--abi=1"};
    for (int i = 1; i < landlock::max_layers; ++i)
        options.insert(options.end(), {"--layer", "--abi=2"});
    EXPECT_TRUE(Planned(options).made);
    options.insert(options.end(), {"--layer", "--abi=2"});
    EXPECT_FALSE(Planned(options).made);
}

TEST(Plan, ARefusalNeedsNothingElse) {
    const Planned planned({"--policy=nginx", "--refuse=nginx.toml:3:1: unknown key"}, false);
    ASSERT_TRUE(planned.made);
    EXPECT_TRUE(planned.plan.refuse);
    EXPECT_EQ(planned.plan.refusal, "nginx.toml:3:1: unknown key");
    EXPECT_TRUE(Planned({"--refuse="}, false).plan.refuse);  // an empty reason refuses, too
}

TEST(Plan, NamesAreKeptForTheReportOfALaterMistake) {
    const Planned planned({"--failure-status=255", "--policy=nginx", "--abi=7", "--reed=/"});
    EXPECT_FALSE(planned.made);
    EXPECT_EQ(planned.plan.policy, "nginx");
    EXPECT_EQ(planned.plan.failure_status, 255);
}

TEST(Plan, TrustsLinksOfOthersUnlessToldOtherwise) {
    EXPECT_EQ(Planned({"--abi=7"}).plan.trust, LinkTrust::others);
    EXPECT_EQ(Planned({"--abi=7", "--trust-links=others"}).plan.trust, LinkTrust::others);
    EXPECT_EQ(Planned({"--abi=7", "--trust-links=root"}).plan.trust, LinkTrust::root);
    EXPECT_EQ(Planned({"--trust-links=own", "--abi=7"}).plan.trust, LinkTrust::own);
}

TEST(Plan, LooksAtStandIns) {
    EXPECT_FALSE(Planned({"--abi=7"}).plan.stands_in);
    EXPECT_TRUE(Planned({"--abi=7", "--stand-in=fs.resolve_unix:absent:/run/x"}).plan.stands_in);
    EXPECT_TRUE(Planned({"--stand-in=fs.resolve_unix,net.bind_tcp:mounted:/run", "--abi=7"})
                    .plan.stands_in);
}

TEST(Plan, DropsTheCapabilitiesThatAreNamed) {
    EXPECT_EQ(Planned({"--abi=7"}).plan.dropped, 0u);
    EXPECT_EQ(Planned({"--abi=7", "--drop-capabilities=bpf"}).plan.dropped, 1ull << 39);
    std::string all;
    for (const landlock::Capability& row : landlock::capabilities)
        all += (all.empty() ? "" : ",") + std::string(row.name);
    EXPECT_EQ(Planned({"--abi=7", "--drop-capabilities=" + all}).plan.dropped,
              landlock::all_capabilities());
    EXPECT_EQ(Planned({"--drop-capabilities=sys_admin", "--drop-capabilities=sys_boot,sys_admin",
                       "--abi=7"})
                  .plan.dropped,
              (1ull << 21) | (1ull << 22));
}

TEST(Support, DegradesOnlyAboveTheMinimum) {
    for (int kernel = 1; kernel <= landlock::newest_abi; ++kernel) {
        for (int minimum = 1; minimum <= landlock::newest_abi; ++minimum) {
            const Planned planned({"--abi=11", "--scope=signal", "--scope=abstract-unix-socket",
                                   "--minimum-abi=" + std::to_string(minimum)});
            ASSERT_TRUE(planned.made) << why(planned);
            Failure failure;
            EXPECT_EQ(check_support(planned.plan, landlock::interpret(kernel, 0), &failure),
                      kernel >= minimum);
            EXPECT_EQ(failure.status,
                      kernel < minimum ? report::exit_cannot_enforce : report::exit_refused);
        }
        const Planned strict({"--abi=11", "--minimum-abi=all"});
        Failure failure;
        // ABI 11 adds a flag and no right, so ABI 10 enforces the same
        EXPECT_EQ(check_support(strict.plan, landlock::interpret(kernel, 0), &failure),
                  kernel >= 10);
    }
}

TEST(Support, UnenforcedIsExactlyWhatTheKernelDoesNotKnow) {
    for (int kernel = 1; kernel <= landlock::newest_abi; ++kernel) {
        const Planned planned({"--abi=11", "--unrestricted=net.bind_udp", "--scope=signal"});
        const Access wanted = landlock::known_at(11) - access_of("net.bind_udp") -
                              access_of("scope.abstract_unix_socket") - access_of("fs.refer");
        EXPECT_EQ(unenforced(planned.plan, landlock::interpret(kernel, 0)),
                  wanted - landlock::known_at(kernel));
    }
}

TEST(Support, NoLandlockIsNeverEnough) {
    const Planned planned({"--abi=1"});
    for (const long version : {-38L, -95L, -1L, 0L}) {
        Failure failure;
        EXPECT_FALSE(check_support(planned.plan, landlock::interpret(version, 0), &failure));
        EXPECT_EQ(failure.status, report::exit_cannot_enforce);
    }
}

TEST(Support, AFenceWithoutARestrictionIsRefused) {
    std::string everything;
    for (const landlock::Right& right : landlock::rights)
        if (right.family != landlock::Family::scope && right.abi <= 4)
            everything += (everything.empty() ? "" : ",") + std::string(right.name);
    const Planned planned({"--abi=4", "--unrestricted=" + everything});
    ASSERT_TRUE(planned.made) << why(planned);
    Failure failure;
    EXPECT_FALSE(check_support(planned.plan, landlock::interpret(7, 0), &failure));
}

}  // namespace
}  // namespace ringfence::exec
