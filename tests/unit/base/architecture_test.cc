// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/architecture.h"

#include <algorithm>
#include <sys/utsname.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence {
namespace {

std::string name_of(const Architecture* row) {
    return row == nullptr ? "" : row->name;
}

TEST(Architecture, NamesAreSortedAndEachFindsItself) {
    const std::vector<std::string> names = architecture_names();
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    ArchitectureSet all = 0;
    for (const std::string& name : names) {
        const Architecture* row = find_architecture(name);
        ASSERT_NE(row, nullptr) << name;
        EXPECT_EQ(all & set_of(*row), 0u) << name;
        all |= set_of(*row);
    }
    EXPECT_EQ(find_architecture("aarch64"), nullptr);
    EXPECT_EQ(find_architecture(""), nullptr);
}

TEST(Architecture, OfWhatUnameSays) {
    constexpr auto little = std::endian::little;
    EXPECT_EQ(name_of(architecture_of_machine("x86_64", little)), "x86-64");
    EXPECT_EQ(name_of(architecture_of_machine("i686", little)), "x86");
    EXPECT_EQ(name_of(architecture_of_machine("aarch64", little)), "arm64");
    EXPECT_EQ(name_of(architecture_of_machine("armv7l", little)), "arm");
    EXPECT_EQ(name_of(architecture_of_machine("ppc64le", little)), "ppc64-le");
    EXPECT_EQ(name_of(architecture_of_machine("mips64", little)), "mips64-le");
    EXPECT_EQ(name_of(architecture_of_machine("mips64", std::endian::big)), "mips64");
    EXPECT_EQ(name_of(architecture_of_machine("i486 i586", little)), "");
    EXPECT_EQ(name_of(architecture_of_machine("", little)), "");
}

TEST(Architecture, OfTheRunningMachine) {
    struct utsname names {};
    ASSERT_EQ(::uname(&names), 0);
    const auto root = Root::open("/");
    ASSERT_TRUE(root);
    EXPECT_EQ(architecture_below(*root), architecture_of_machine(names.machine));
}

class ArchitectureOfTree : public ScratchTest {
  protected:
    // The first bytes of a program: elf(5).
    static std::string program(char elf_class, char order, unsigned machine) {
        std::string head =
            "\x7f"
            "ELF";
        head += elf_class;
        head += order;
        head.resize(18);
        const char low = static_cast<char>(machine & 0xff);
        const char high = static_cast<char>(machine >> 8);
        head += order == 1 ? std::string{low, high} : std::string{high, low};
        return head + std::string(44, '\0');
    }
    std::string with_manager(const std::string& text,
                             const std::string& path = "/usr/lib/systemd/systemd") const {
        write(path, text);
        return name_of(architecture_below(root()));
    }
};

TEST_F(ArchitectureOfTree, IsThatOfItsServiceManager) {
    EXPECT_EQ(name_of(architecture_below(root())), "");
    EXPECT_EQ(with_manager(program(2, 1, 22), "/lib/systemd/systemd"), "s390x");
    EXPECT_EQ(with_manager(program(2, 1, 183)), "arm64");
    EXPECT_EQ(with_manager(program(2, 2, 183)), "arm64-be");
    EXPECT_EQ(with_manager(program(2, 1, 62)), "x86-64");
    EXPECT_EQ(with_manager(program(2, 2, 21)), "ppc64");
    EXPECT_EQ(with_manager(program(2, 1, 258)), "loongarch64");
}

// The kernel may have 64 bits, and run programs with 64.
TEST_F(ArchitectureOfTree, IsNotKnownFromAProgramWith32Bits) {
    EXPECT_EQ(with_manager(program(1, 1, 3)), "");
    EXPECT_EQ(with_manager(program(1, 1, 62)), "");
    EXPECT_EQ(with_manager(program(1, 1, 40)), "");
}

TEST_F(ArchitectureOfTree, IsNotKnownFromWhatIsNoProgram) {
    EXPECT_EQ(with_manager(""), "");
    EXPECT_EQ(with_manager("#!/bin/sh\nexec something else\n"), "");
    EXPECT_EQ(with_manager(program(2, 1, 62).substr(0, 19)), "");
    EXPECT_EQ(with_manager(program(2, 1, 0)), "");
    EXPECT_EQ(with_manager(program(2, 1, 0xffff)), "");
}

}  // namespace
}  // namespace ringfence
