// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/compressed.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/fd.h"

namespace ringfence::cli {

namespace {

struct Compression {
    std::string_view first_bytes;
    const char* program;  // reads standard input with -dc
};

constexpr Compression compressions[] = {
    {"\x1f\x8b", "gzip"},
    {"\xfd\x37zXZ", "xz"},
    {"\x28\xb5\x2f\xfd", "zstd"},
    {"BZh", "bzip2"},
};

// The program's messages are thrown away: its exit status tells enough.
constexpr int messages = 2;

// gzip(1) ends with this status if all of the data is whole and something else is wrong: bytes
// after its end, for example. The other programs take that for damage.
constexpr int warning_of_gzip = 2;

class PipeActions {
  public:
    PipeActions(int in, int out) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&actions_, messages, "/dev/null", O_WRONLY, 0);
    }
    ~PipeActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    PipeActions(const PipeActions&) = delete;
    PipeActions& operator=(const PipeActions&) = delete;

    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_ = {};
};

tl::unexpected<Diagnostics> cannot_run(const std::string& name, const char* program, int error) {
    return fail(name,
                fmt::format("is compressed, and {} cannot be run: {}", program,
                            std::system_category().message(error)),
                fmt::format("install {}", program));
}

}  // namespace

const char* decompressor_of(std::string_view first_bytes) {
    const auto* found = std::find_if(
        std::begin(compressions), std::end(compressions),
        [&](const Compression& row) { return first_bytes.starts_with(row.first_bytes); });
    return found == std::end(compressions) ? nullptr : found->program;
}

Result<std::unique_ptr<Decompression>> Decompression::start(const char* program, int fd,
                                                            const std::string& name) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) < 0) return cannot_run(name, program, errno);
    Fd from(ends[0]), to(ends[1]);
    const PipeActions actions(fd, to.get());
    std::string word = program, option = "-dc";
    char* argv[] = {word.data(), option.data(), nullptr};
    char* no_environment[] = {nullptr};  // XZ_OPT= and the like change what they do
    pid_t pid = 0;
    const int error = ::posix_spawnp(&pid, program, actions.get(), nullptr, argv, no_environment);
    if (error != 0) return cannot_run(name, program, error);
    std::FILE* output = ::fdopen(from.get(), "r");
    if (output == nullptr) return cannot_run(name, program, errno);
    from.release();
    return std::unique_ptr<Decompression>(new Decompression(program, pid, output));
}

Decompression::~Decompression() {
    std::fclose(output_);  // a program that still writes ends
    if (pid_ != 0) ::waitpid(pid_, nullptr, 0);
}

std::string Decompression::problem() {
    if (pid_ == 0) return problem_;
    int status = 0;
    pid_t ended = -1;
    while ((ended = ::waitpid(pid_, &status, 0)) < 0 && errno == EINTR) {
    }
    const bool known = ended == std::exchange(pid_, 0);
    const int code = known && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    warned_ = code == warning_of_gzip && std::string_view(program_) == "gzip";
    if (code != 0 && !warned_)
        problem_ =
            fmt::format("{} cannot decompress it: it is damaged, or its end is missing", program_);
    return problem_;
}

}  // namespace ringfence::cli
