// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/terminal.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/utf8.h"
#include "cli/terminal/environment.h"

namespace ringfence::cli {

namespace {

std::optional<std::size_t> terminal_columns(int fd) {
    const std::string columns = environment("COLUMNS").value_or("");
    const int given = std::atoi(columns.c_str());  // NOLINT(cert-err34-c): 0 is none
    if (given > 0) return static_cast<std::size_t>(given);
    struct winsize size = {};
    if (::isatty(fd) != 1) return std::nullopt;
    if (::ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string pager() {
    for (const char* name : {"SYSTEMD_PAGER", "PAGER"})
        if (auto command = environment(name); command && !command->empty()) return *command;
    return "less";
}

Terminal terminal_at(int fd) {
    const bool colour = ::isatty(fd) == 1 && environment("NO_COLOR").value_or("").empty() &&
                        environment("TERM") != "dumb";
    return {colour, terminal_columns(fd)};
}

enum class Backslash { as_it_is, doubled };

std::string escape_hidden(std::string_view text, Backslash backslash) {
    std::string clean;
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        const auto byte = static_cast<unsigned char>(text[0]);
        if (character.length == 0 || (character.length == 1 && is_hidden(character.code)))
            clean += fmt::format("\\x{:02x}", byte);
        else if (is_hidden(character.code))
            clean += fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(character.code));
        else if (byte == '\\' && backslash == Backslash::doubled)
            clean += "\\\\";
        else
            clean += text.substr(0, length);
        text.remove_prefix(length);
    }
    return clean;
}

}  // namespace

std::string printable(std::string_view text) {
    return escape_hidden(text, Backslash::doubled);
}

std::string visible(std::string_view text) {
    return escape_hidden(text, Backslash::as_it_is);
}

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string Terminal::styled(Style style, std::string_view text) const {
    // Parameters of Select Graphic Rendition (ECMA-48), in the order of Style.
    constexpr const char* codes[] = {"", "1", "2", "31", "33", "36"};
    if (!colour || style == Style::plain) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(style)], text);
}

Terminal standard_output() {
    return terminal_at(STDOUT_FILENO);
}

Terminal standard_error() {
    return terminal_at(STDERR_FILENO);
}

Paging paging_of(const Arguments& arguments) {
    return arguments.has(no_pager_option.name) ? Paging::direct : Paging::pager;
}

void show(const std::string& text, Paging paging) {
    const std::string command = pager();
    if (paging == Paging::direct || ::isatty(STDOUT_FILENO) != 1 || command == "cat") {
        fmt::print("{}", text);
        return;
    }
    // The same options as systemd's: less quits if the text fits one screen, passes colours, and
    // leaves the text on the screen.
    ::setenv("LESS", "FRSXMK", 0);  // NOLINT(concurrency-mt-unsafe)
    std::signal(SIGPIPE, SIG_IGN);  // a pager that is left early is no error
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "w"), ::pclose);
    if (!pipe)
        fmt::print("{}", text);
    else
        std::fwrite(text.data(), 1, text.size(), pipe.get());
}

void show_exactly(const std::string& text) {
    if (::isatty(STDOUT_FILENO) != 1) {
        fmt::print("{}", text);
        return;
    }
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        fmt::print("{}\n", visible(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

}  // namespace ringfence::cli
