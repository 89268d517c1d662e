// SPDX-License-Identifier: LGPL-2.1-or-later
// Recorded journals, kept as export text (https://systemd.io/JOURNAL_EXPORT_FORMATS).
// systemd-journal-remote turns them into journal files for the tests.
//
// abi7-systemd252.export: Linux 6.18 (Landlock ABI 7), systemd 252 in an nspawn container, services
// run by the real wrapper, denials by the kernel. Recorded with `journalctl -o export`; audit
// events of other programs were left out but for a few. Its units:
//   web             one of each kind of denial
//   twice           two wrapped ExecStart= lines
//   layers          two domains, another user
//   silent          --report=none
//   sandboxed       a program that restricts itself
//   calm            no denials of its own
//   forged-name     another program with web's tag
//   forged-surplus  the wrapper with victim's tag
//   forged-report   the wrapper with disputed's tag and a report
//   forged-user     the wrapper with calm's tag, as another user
// abiN-linuxX.Y.export: other kernels under QEMU; recording/README.md.
#pragma once

#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "scratch.h"

namespace ringfence::journal {

inline constexpr char journal_remote[] = "/usr/lib/systemd/systemd-journal-remote";

class RecordedJournal {
  public:
    explicit RecordedJournal(const std::string& name) {
        const std::string text = std::string(RINGFENCE_TEST_DATA) + "/" + name + ".export";
        if (run({journal_remote, "--output=" + file(), text}) != 0) why_not_ = "it failed";
    }

    static bool possible() { return ::access(journal_remote, X_OK) == 0; }
    const std::string& why_not() const { return why_not_; }
    std::string directory() const { return directory_.path(); }
    std::string file() const { return directory() + "/recorded.journal"; }

  private:
    static int run(const std::vector<std::string>& words) {
        std::string command;
        for (const std::string& word : words)
            command += "'" + word + "' ";
        // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c): a test, words of its own
        return std::system((command + "2>/dev/null").c_str());
    }

    Scratch directory_;
    std::string why_not_;
};

}  // namespace ringfence::journal

/// Skips the test with the reason if the converter is missing. Fails if it does not work.
#define RINGFENCE_RECORDED(recording_)                                  \
    if (!ringfence::journal::RecordedJournal::possible())               \
        GTEST_SKIP() << "no " << ringfence::journal::journal_remote     \
                     << ": install the package systemd-journal-remote"; \
    ASSERT_EQ((recording_).why_not(), "")
