// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the built program on files of a scratch directory.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence::cli {

struct ProgramOutput {
    int status = -1;
    std::string out;
};

/// `words` are words of a shell, which may redirect standard error. `%` stands for the program.
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

class ProgramTest : public ScratchTest {
  protected:
    /// Runs the words in the scratch directory.
    ProgramOutput run(const std::string& words) const {
        return run_shell("cd " + directory_.string() + " && " + words);
    }
};

}  // namespace ringfence::cli
