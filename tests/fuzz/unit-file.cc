// SPDX-License-Identifier: LGPL-2.1-or-later
// The text of a unit file. Every position must be in the file. Lines may be lost only after a fatal
// line. The raw words of each command, joined again, must be read as the same words.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "unit/file.h"
#include "unit/words.h"

using namespace ringfence;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

void check_commands(const unit::CommandList& list) {
    check(!list.error || list.error->problem.where.line > 0);
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
        if (assignment.commands) check_commands(*assignment.commands);
    }
    return 0;
}
