// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/words.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/terminal/terminal.h"

namespace ringfence::cli {

using journal::Denial;
using journal::ObjectType;

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

}  // namespace

std::string words_of(const journal::Blockers& blockers) {
    std::string words;
    for (const std::string& right : blockers.names()) {
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

}  // namespace ringfence::cli
