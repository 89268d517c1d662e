// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the built program on files of a scratch directory.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

namespace ringfence::cli {

struct ProgramOutput {
    int status = -1;
    std::string out;
};

/// `words` are a shell's; standard error goes into `out` where they say so. `%` stands for the
/// program.
inline ProgramOutput run_shell(std::string words) {
    for (std::size_t at = words.find('%'); at != std::string::npos;
         at = words.find('%', at + std::string(RINGFENCE_PROGRAM).size()))
        words.replace(at, 1, RINGFENCE_PROGRAM);
    FILE* pipe = ::popen(words.c_str(), "r");  // NOLINT(cert-env33-c): a test
    if (pipe == nullptr) return {};
    ProgramOutput ran;
    std::array<char, 4096> buffer = {};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        ran.out.append(buffer.data(), n);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

class ScratchDirectory : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/ringfence-cli-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        directory_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    void write(const std::string& path, const std::string& text) {
        std::filesystem::create_directories((directory_ / path).parent_path());
        std::ofstream(directory_ / path) << text;
    }
    /// In the scratch directory.
    ProgramOutput run(const std::string& words) const {
        return run_shell("cd " + directory_.string() + " && " + words);
    }

    std::filesystem::path directory_;
};

}  // namespace ringfence::cli
