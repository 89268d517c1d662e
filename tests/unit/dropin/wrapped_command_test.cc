// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/wrapped_command.h"

#include <gtest/gtest.h>

#include "build_unit.h"
#include "dropin/render.h"

namespace ringfence::dropin {
namespace {

const Wrapper wrapper = {"/w"};

TEST(WrappedCommand, OptionsOfTheWrapperAlone) {
    const auto command =
        read_wrapped_command(wrapper, "/w",
                             {"--digest=argv0", "--policy=p", "--digest=aa", "--report=none", "--",
                              "/x", "--digest=no", "--refuse=no"});
    ASSERT_TRUE(command);
    EXPECT_EQ(command->digest, "aa");
    EXPECT_EQ(command->reports, "none");
    EXPECT_EQ(command->refusal, "");
    EXPECT_EQ(read_wrapped_command(wrapper, "/w", {"/w", "--refuse=why"})->refusal, "why");
    EXPECT_FALSE(read_wrapped_command(wrapper, "/x", {"/x", "--digest=aa"}));
}

// The commands in a text of render() or render_refusal().
std::vector<std::optional<WrappedCommand>> wrapped_commands(const std::string& text) {
    const unit::Unit unit = build_unit("a.service", text);
    std::vector<std::optional<WrappedCommand>> commands;
    for (const unit::CommandLine& line : unit::command_lines(unit, "ExecStart"))
        for (const unit::Command& command : line.list.commands)
            commands.push_back(read_wrapped_command({"/opt/100%/w"}, command));
    return commands;
}

TEST(WrappedCommand, WhatARenderedDropInSays) {
    const unit::Unit unit =
        build_unit("a.service", "[Service]\nExecStart=@/x --digest=no ; -:/y --digest=no\n");
    const auto text = render({unit, build_rules(), {"ExecStart"}, {"/opt/100%/w"}});
    ASSERT_TRUE(text);
    const auto commands = wrapped_commands(*text);
    ASSERT_EQ(commands.size(), 2u);
    for (const auto& command : commands) {
        ASSERT_TRUE(command);
        EXPECT_EQ(command->digest, build_rules().digest);
        EXPECT_EQ(command->refusal, "");
    }
    const auto refused = wrapped_commands(render_refusal(
        unit, {{{"f", 1, 2}, "it is broken", "mend it"}}, {"ExecStart"}, {"/opt/100%/w"}));
    ASSERT_EQ(refused.size(), 1u);
    ASSERT_TRUE(refused[0]);
    EXPECT_EQ(refused[0]->refusal, "f:1:2: it is broken; mend it");
}

}  // namespace
}  // namespace ringfence::dropin
