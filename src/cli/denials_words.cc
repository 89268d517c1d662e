// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_words.h"

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/terminal.h"

namespace ringfence::cli {

using journal::Denial;
using journal::ObjectType;
using journal::Time;

namespace {

std::string port_of(const journal::DenialKey& what) {
    if (!what.port && !what.remote) return "an ephemeral port";
    const std::string port = fmt::format("port {}", what.port.value_or(0));
    return what.address.empty() ? port : fmt::format("{} {}", printable(what.address), port);
}

std::string process_of(const Denial& denial) {
    const std::string comm = printable(denial.what.comm);
    const auto pid = denial.tally.object.pid;
    return pid ? fmt::format("{} (pid {})", comm, *pid) : comm;
}

std::tm local(Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::localtime(std::chrono::system_clock::to_time_t(seconds));
}

}  // namespace

std::string words_of(const std::vector<std::string>& rights) {
    std::string words;
    for (const std::string& right : rights) {
        std::string name = right.substr(right.find('.') + 1);  // all of it without a "."
        std::replace(name.begin(), name.end(), '_', ' ');
        words += (words.empty() ? "" : ", ") + printable(name);
    }
    return words;
}

std::string object_of(const Denial& denial) {
    if (denial.what.many) return "(many others)";
    switch (denial.what.type) {
        case ObjectType::path:
            return printable(denial.what.path);
        case ObjectType::port:
            return port_of(denial.what);
        case ObjectType::process:
            return process_of(denial);
        case ObjectType::unix_socket:
            return (denial.what.abstract ? "@" : "") + printable(denial.what.path);
        case ObjectType::none:
            break;
    }
    return "?";
}

std::string program_of(const Denial& denial) {
    if (!denial.program().empty()) return printable(denial.program());
    return denial.what.process_comm.empty() ? "?" : printable(denial.what.process_comm);
}

std::string time_of(Time time, Time now) {
    const std::tm at = local(time), today = local(now);
    if (at.tm_year != today.tm_year) return fmt::format("{:%Y-%m-%d %H:%M:%S}", at);
    if (at.tm_yday != today.tm_yday) return fmt::format("{:%b %d %H:%M:%S}", at);
    return fmt::format("{:%H:%M:%S}", at);
}

}  // namespace ringfence::cli
