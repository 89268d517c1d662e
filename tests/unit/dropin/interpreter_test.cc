// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/interpreter.h"

#include <gtest/gtest.h>

#include "dropin/own_writes.h"
#include "scratch.h"

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

class ProgramFiles : public ScratchTest {
  protected:
    std::vector<std::string> paths(const std::string& program) const {
        return find_interpreters(Root::open(directory_).value(), program);
    }
};

TEST_F(ProgramFiles, AnInterpreterIsARegularFile) {
    scratch_.write("/etc/x", "x");
    scratch_.write("/usr/bin/sh", "x");
    link("/usr/bin/to-etc", "/etc");
    link("/usr/bin/link", "sh");
    const auto of = [&](const std::string& interpreter) {
        scratch_.write("/run", "#!" + interpreter + "\n");
        return paths("/run");
    };
    EXPECT_TRUE(of("/").empty());
    EXPECT_TRUE(of("/etc").empty());
    EXPECT_TRUE(of("/etc/.").empty());
    EXPECT_TRUE(of("/usr/bin/to-etc").empty());
    EXPECT_TRUE(of("usr/bin/sh").empty());
    EXPECT_EQ(of("/usr/bin/link"), std::vector<std::string>{"/usr/bin/link"});
    EXPECT_EQ(of("/nowhere"), std::vector<std::string>{"/nowhere"});  // perhaps it is mounted later
    EXPECT_EQ(of("/etc/../usr/bin/sh"), std::vector<std::string>{"/usr/bin/sh"});
}

TEST_F(ProgramFiles, TheArgumentOfEnvIsNoInterpreter) {
    scratch_.write("/usr/bin/env", "x");
    scratch_.write("/usr/bin/python3", "x");
    scratch_.write("/run", "#!/usr/bin/env python3\n");
    EXPECT_EQ(paths("/run"), std::vector<std::string>{"/usr/bin/env"});
}

TEST_F(ProgramFiles, AChainThatNamesItselfEnds) {
    scratch_.write("/run", "#!/run\n");
    EXPECT_LE(paths("/run").size(), 6u);
}

TEST_F(ProgramFiles, CrossedPaths) {
    scratch_.write("/opt/app-1/run", "x");
    link("/srv", "opt");
    link("/opt/current", "../opt/app-1");
    link("/loop", "loop");
    const Root root = Root::open(directory_).value();
    Links links(root);
    using Paths = std::vector<std::string>;
    EXPECT_EQ(links.crossed("/opt/app-1/run"), Paths{"/opt/app-1/run"});
    EXPECT_EQ(links.crossed("/srv/current/run"), (Paths{"/srv", "/opt/current", "/opt/app-1/run"}));
    EXPECT_EQ(links.crossed("/srv/none/x"), (Paths{"/srv", "/opt/none/x"}));
    EXPECT_EQ(links.crossed("/loop/x").size(), 41u);
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
