// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of the built wrapper that let it run in front of every service.
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

class Binary : public testing::Test {
  protected:
    void SetUp() override {
        const char* const path = std::getenv("RINGFENCE_EXEC");
        ASSERT_NE(path, nullptr) << "meson passes RINGFENCE_EXEC";
        std::ifstream file(path, std::ios::binary);
        bytes_.assign(std::istreambuf_iterator<char>(file), {});
        ASSERT_GT(bytes_.size(), sizeof header_);
        std::memcpy(&header_, bytes_.data(), sizeof header_);
        for (unsigned i = 0; i < header_.e_phnum; ++i) {
            Elf64_Phdr segment;
            std::memcpy(&segment, bytes_.data() + header_.e_phoff + i * sizeof segment,
                        sizeof segment);
            segments_.push_back(segment);
        }
    }

    std::vector<Elf64_Dyn> dynamic() const {
        std::vector<Elf64_Dyn> entries;
        for (const Elf64_Phdr& segment : segments_) {
            if (segment.p_type != PT_DYNAMIC) continue;
            entries.resize(segment.p_filesz / sizeof(Elf64_Dyn));
            std::memcpy(entries.data(), bytes_.data() + segment.p_offset, segment.p_filesz);
        }
        return entries;
    }

    std::string bytes_;
    Elf64_Ehdr header_;
    std::vector<Elf64_Phdr> segments_;
};

TEST_F(Binary, IsStaticAndPositionIndependent) {
    EXPECT_EQ(header_.e_type, ET_DYN);
    for (const Elf64_Phdr& segment : segments_)
        EXPECT_NE(segment.p_type, static_cast<Elf64_Word>(PT_INTERP)) << "it would need a loader";
    EXPECT_FALSE(dynamic().empty());
    for (const Elf64_Dyn& entry : dynamic())
        EXPECT_NE(entry.d_tag, DT_NEEDED) << "it would need a library";
}

TEST_F(Binary, NeedsNoRelocation) {
    for (const Elf64_Dyn& entry : dynamic())
        EXPECT_TRUE(entry.d_tag != DT_RELA && entry.d_tag != DT_REL && entry.d_tag != DT_JMPREL)
            << "nothing applies relocations at start: some constant holds an address";
}

TEST_F(Binary, HasNoExecutableStackNorWritableCode) {
    bool stack_is_marked = false;
    for (const Elf64_Phdr& segment : segments_) {
        if (segment.p_type == PT_GNU_STACK) stack_is_marked = (segment.p_flags & PF_X) == 0;
        if (segment.p_type != PT_LOAD) continue;
        EXPECT_NE(segment.p_flags & (PF_W | PF_X), static_cast<Elf64_Word>(PF_W | PF_X));
    }
    EXPECT_TRUE(stack_is_marked);
}

// The kernel maps the segments. Names of symbols, which a package strips, are not in them.
TEST_F(Binary, FitsItsBudget) {
    Elf64_Xword mapped = 0;
    for (const Elf64_Phdr& segment : segments_)
        if (segment.p_type == PT_LOAD) mapped += segment.p_filesz;
    EXPECT_GT(mapped, 0u);
    EXPECT_LE(mapped, 61440u);
}

}  // namespace
