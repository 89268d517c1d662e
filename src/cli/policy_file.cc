// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/policy_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "base/fd.h"
#include "policy/resolve.h"

namespace ringfence::cli {

namespace {

constexpr std::string_view suffix = ".toml";

Result<std::string> read_all(int fd, const std::string& name) {
    std::string text;
    char buffer[16384];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(name, "cannot be read: " + std::system_category().message(errno));
        if (n == 0) return text;
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.size() > policy::largest_file)
            return fail(name, "larger than a policy can be (1 MiB)");
    }
}

}  // namespace

bool is_file_operand(const std::string& operand) {
    return operand == "-" || operand.find('/') != std::string::npos || operand.ends_with(suffix);
}

Result<PolicyFile> read_policy_file(const std::string& operand) {
    PolicyFile file;
    if (operand == "-") {
        auto text = read_all(STDIN_FILENO, "<stdin>");
        if (!text) return tl::unexpected(text.error());
        return PolicyFile{"stdin", "<stdin>", "", std::move(*text)};
    }
    const Fd fd(::open(operand.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) return fail(operand, "cannot be opened: " + std::system_category().message(errno));
    auto text = read_all(fd.get(), operand);
    if (!text) return tl::unexpected(text.error());
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(operand, error);
    file.name = path.filename().string();
    if (file.name.ends_with(suffix)) file.name.resize(file.name.size() - suffix.size());
    file.file = operand;
    file.directory = path.lexically_normal().parent_path().string();
    file.text = std::move(*text);
    return file;
}

policy::SearchPath search_beside(const std::string& directory, const policy::SearchPath& others) {
    policy::SearchPath path = others;
    if (!directory.empty()) path.insert(path.begin(), directory);
    return path;
}

}  // namespace ringfence::cli
