// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit file's text. Every position lies in the file, what is lost is lost behind a fatal line,
// and each command's raw words, put together again, are read as the same words.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "unit/command.h"
#include "unit/file.h"
#include "unit/words.h"

using namespace ringfence;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

void check_commands(const unit::Assignment& assignment, const unit::ServiceName& name) {
    if (assignment.text().empty()) return;
    const auto list = unit::parse_commands(assignment.value, "f", name);
    check(list.outcome == unit::CommandList::Outcome::complete || list.problem.where.line > 0);
    for (const unit::Command& command : list.commands) {
        check(!command.path.empty());
        for (const unit::Argument& argument : command.arguments) {
            if (argument.raw == "\\;") continue;
            unit::WordReader words(argument.raw);
            const auto word = words.next();
            check(word && *word && (*word)->value == argument.value && words.at_end());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const unit::ServiceName name = *unit::parse_service_name("a-b@c.service");
    const unit::UnitFile file = unit::parse_unit_file(text, "f", name);
    check(file.lost.empty() || file.fatal);
    for (const unit::Assignment& assignment : file.assignments) {
        check(assignment.where.line > 0 && assignment.where.line <= size + 1);
        if (unit::is_command_key(assignment.key)) check_commands(assignment, name);
    }
    return 0;
}
