// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "journal/utf8.h"

namespace ringfence::cli {

using journal::Character;
using journal::first_character;
using journal::is_hidden;

namespace {

// NOLINTNEXTLINE(concurrency-mt-unsafe): one thread, and nothing sets variables.
std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::size_t> terminal_columns(int fd, bool terminal) {
    const int given = std::atoi(environment("COLUMNS").c_str());  // NOLINT(cert-err34-c): 0 is none
    if (given > 0) return static_cast<std::size_t>(given);
    struct winsize size = {};
    if (!terminal) return std::nullopt;
    if (::ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string pager() {
    for (const char* name : {"SYSTEMD_PAGER", "PAGER"})
        if (std::string command = environment(name); !command.empty()) return command;
    return "less";
}

Terminal terminal_at(int fd) {
    const bool terminal = ::isatty(fd) == 1;
    const bool colour =
        terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
    return {colour, terminal_columns(fd, terminal)};
}

std::string escape_hidden(std::string_view text, bool double_backslash) {
    std::string clean;
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        const auto byte = static_cast<unsigned char>(text[0]);
        if (character.length == 0 || (character.length == 1 && is_hidden(character.code)))
            clean += fmt::format("\\x{:02x}", byte);
        else if (is_hidden(character.code))
            clean += fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(character.code));
        else if (byte == '\\' && double_backslash)
            clean += "\\\\";
        else
            clean += text.substr(0, length);
        text.remove_prefix(length);
    }
    return clean;
}

}  // namespace

std::string printable(std::string_view text) {
    return escape_hidden(text, true);
}

std::string visible(std::string_view text) {
    return escape_hidden(text, false);
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string Terminal::bold(std::string_view text) const {
    return colour ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

std::string Terminal::dim(std::string_view text) const {
    return colour ? fmt::format("\x1b[2m{}\x1b[0m", text) : std::string(text);
}

std::string Terminal::red(std::string_view text) const {
    return colour ? fmt::format("\x1b[31m{}\x1b[0m", text) : std::string(text);
}

std::string Terminal::yellow(std::string_view text) const {
    return colour ? fmt::format("\x1b[33m{}\x1b[0m", text) : std::string(text);
}

std::string Terminal::cyan(std::string_view text) const {
    return colour ? fmt::format("\x1b[36m{}\x1b[0m", text) : std::string(text);
}

Terminal standard_output() {
    return terminal_at(STDOUT_FILENO);
}

Terminal standard_error() {
    return terminal_at(STDERR_FILENO);
}

void show(const std::string& text, bool paged) {
    const std::string command = pager();
    if (!paged || ::isatty(STDOUT_FILENO) != 1 || command == "cat") {
        fmt::print("{}", text);
        return;
    }
    // As systemd does: quit when it fits one screen, pass colours, leave the text on the screen.
    ::setenv("LESS", "FRSXMK", 0);  // NOLINT(concurrency-mt-unsafe)
    std::signal(SIGPIPE, SIG_IGN);  // a pager that is left early is no error
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "w"), ::pclose);
    if (!pipe)
        fmt::print("{}", text);
    else
        std::fwrite(text.data(), 1, text.size(), pipe.get());
}

}  // namespace ringfence::cli
