// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/arguments.h"

#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace ringfence::exec {
namespace {

// An argv that lives as long as the test.
class Argv {
  public:
    explicit Argv(std::vector<std::string> words) : words_(std::move(words)) {
        for (std::string& word : words_)
            pointers_.push_back(word.data());
        pointers_.push_back(nullptr);
    }
    char* const* get() const { return pointers_.data(); }

  private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

std::vector<std::string> all(const Arguments& arguments) {
    std::vector<std::string> words;
    Arguments::Cursor cursor = arguments.begin();
    for (const char* word = cursor.next(); word != nullptr; word = cursor.next())
        words.push_back(word);
    return words;
}

int memory_with(const std::string& content) {
    const int fd = ::memfd_create("arguments", MFD_CLOEXEC);
    EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::lseek(fd, 0, SEEK_SET);
    return fd;
}

using Words = std::vector<std::string>;

TEST(Arguments, SplitsAtTheFirstDoubleDash) {
    const Argv argv({"exec", "--abi=7", "--read=/", "--", "/bin/x", "--", "-y"});
    Arguments arguments;
    Failure failure;
    ASSERT_TRUE(arguments.load(argv.get(), &failure));
    EXPECT_EQ(all(arguments), (Words{"--abi=7", "--read=/"}));
    EXPECT_STREQ(arguments.program()[0], "/bin/x");
    EXPECT_STREQ(arguments.program()[2], "-y");
    EXPECT_EQ(all(arguments).size(), 2u);  // the list can be read again
}

TEST(Arguments, NoProgram) {
    for (const Words& words :
         {Words{"exec", "--abi=7"}, Words{"exec", "--abi=7", "--"}, Words{"exec"}, Words{}}) {
        const Argv argv(words);
        Arguments arguments;
        Failure failure;
        ASSERT_TRUE(arguments.load(argv.get(), &failure));
        EXPECT_EQ(arguments.program(), nullptr);
    }
}

TEST(Arguments, DescriptorStandsInItsPlaceAndIsClosed) {
    const int fd = memory_with(std::string("--read=/a\0--read=/b\0", 20));
    const Argv argv({"exec", "--abi=7", "--args-fd=" + std::to_string(fd), "--read=/c", "--", "x"});
    Arguments arguments;
    Failure failure;
    ASSERT_TRUE(arguments.load(argv.get(), &failure)) << failure.text.view();
    EXPECT_EQ(all(arguments), (Words{"--abi=7", "--read=/a", "--read=/b", "--read=/c"}));
    EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(Arguments, DescriptorMayBeEmptyOrLong) {
    std::string content;
    for (int i = 0; i < 20000; ++i) {
        content += "--read=/directory/number/" + std::to_string(i);
        content += '\0';
    }
    for (const auto& [text, count] :
         std::vector<std::pair<std::string, std::size_t>>{{"", 1}, {content, 20001}}) {
        const Argv argv(
            {"exec", "--args-fd=" + std::to_string(memory_with(text)), "--abi=7", "--", "x"});
        Arguments arguments;
        Failure failure;
        ASSERT_TRUE(arguments.load(argv.get(), &failure)) << failure.text.view();
        EXPECT_EQ(all(arguments).size(), count);
    }
}

TEST(Arguments, BadDescriptorsRefuseAndNameTheOption) {
    const std::string cut = std::to_string(memory_with("--read=/a"));
    const std::string nested = std::to_string(memory_with(std::string("--args-fd=3\0", 12)));
    const std::string dashes = std::to_string(memory_with(std::string("--\0", 3)));
    for (const Words& words :
         {Words{"exec", "--args-fd=" + cut}, Words{"exec", "--args-fd=" + nested},
          Words{"exec", "--args-fd=" + dashes}, Words{"exec", "--args-fd="},
          Words{"exec", "--args-fd=-1"}, Words{"exec", "--args-fd=1000000"},
          Words{"exec", "--args-fd=0", "--args-fd=0"}}) {
        const Argv argv(words);
        Arguments arguments;
        Failure failure;
        EXPECT_FALSE(arguments.load(argv.get(), &failure)) << words[1];
        EXPECT_NE(failure.text.view().find(words[1]), std::string_view::npos)
            << failure.text.view();
        EXPECT_EQ(failure.status, report::exit_refused);
    }
}

}  // namespace
}  // namespace ringfence::exec
