// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/interpreter.h"

#include <gtest/gtest.h>

namespace ringfence::dropin {
namespace {

TEST(Interpreter, Scripts) {
    EXPECT_EQ(interpreter_of("#!/bin/sh\nx"), "/bin/sh");
    EXPECT_EQ(interpreter_of("#! \t/usr/bin/env python3\n"), "/usr/bin/env");
    EXPECT_EQ(interpreter_of("#!/bin/sh"), "/bin/sh");
    EXPECT_EQ(interpreter_of("#!"), "");
    EXPECT_EQ(interpreter_of("echo"), "");
    EXPECT_EQ(interpreter_of(""), "");
}

TEST(Interpreter, Programs) {
    const Root root = std::move(Root::open("/").value());
    const auto loaders = find_interpreters(root, "/bin/sh");
    ASSERT_EQ(loaders.size(), 1u);
    EXPECT_NE(loaders[0].find("/ld"), std::string::npos) << loaders[0];
    EXPECT_TRUE(find_interpreters(root, "/etc/passwd").empty());
    EXPECT_TRUE(find_interpreters(root, "/nowhere").empty());
}

TEST(Interpreter, BrokenPrograms) {
    const Root root = std::move(Root::open("/").value());
    const std::string head = root.read_head("/bin/sh", 4096).value();
    for (std::size_t length = 0; length < head.size(); length += 7)
        interpreter_of(head.substr(0, length));
    std::string broken = head;
    for (std::size_t at = 16; at < 128; ++at) {
        broken[at] = '\xff';
        interpreter_of(broken);
    }
}

}  // namespace
}  // namespace ringfence::dropin
