// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/examine.h"

#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ringfence::host {

namespace {

constexpr Examination table[] = {
    {"kernel", "Landlock: its ABI, what newer kernels would add, known errata", examine_kernel},
    {"wrapper", "the program that sets up fences: installed, not writable by others, working",
     examine_wrapper},
    {"generator", "the systemd generator: installed, not masked, finished", examine_generator},
    {"units", "units that ask for a fence: those that do not start, those with an older drop-in",
     examine_units},
    {"security-modules", "SELinux and AppArmor", examine_security_modules},
    {"audit", "whether the kernel logs denials, who reads the records, how many were lost",
     examine_audit},
    {"journal", "whether journald receives and keeps the records", examine_journal},
};

class FileActions {
  public:
    FileActions() {
        ::posix_spawn_file_actions_init(&actions_);
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
            ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0);
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_ = {};
};

}  // namespace

std::span<const Examination> examinations() {
    return table;
}

Kernel ask_kernel() {
    utsname name = {};
    ::uname(&name);
    return {static_cast<const char*>(name.release), landlock::probe(), read_audit_status()};
}

const char* to_string(Level level) {
    switch (level) {
        case Level::ok:
            return "ok";
        case Level::note:
            return "note";
        case Level::unknown:
            return "unknown";
        case Level::warning:
            return "warning";
        case Level::problem:
            return "problem";
    }
    return "";
}

std::optional<int> run_program(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));  // posix_spawn(3) does not write to it
    argv.push_back(nullptr);
    char* no_environment[] = {nullptr};
    const FileActions quiet;
    pid_t pid = 0;
    if (::posix_spawn(&pid, argv[0], quiet.get(), nullptr, argv.data(), no_environment) != 0)
        return std::nullopt;
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return std::nullopt;
    return WIFEXITED(status) ? std::optional<int>(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace ringfence::host
