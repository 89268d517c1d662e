// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/stand_in_text.h"

#include <fmt/format.h>

#include "cli/show/rule_table.h"
#include "cli/terminal/words.h"

namespace ringfence::cli {

using dropin::Coverage;

namespace {

const char* sentence_of(Coverage coverage) {
    switch (coverage) {
        case Coverage::kernel:
            return "the kernel restricts it";
        case Coverage::stand_in:
            return "systemd hides the sockets that command the machine; others stay";
        case Coverage::partly:
            return "systemd hides a part of the sockets that command the machine";
        case Coverage::nobody:
            return "nobody restricts it";
    }
    return "";
}

}  // namespace

std::optional<dropin::StandIns> stand_ins_of(const ShownSubject& subject, int abi) {
    const dropin::Fenced* fenced = subject.unit ? subject.unit->fenced() : nullptr;
    if (fenced == nullptr || fenced->source == nullptr) return std::nullopt;
    return dropin::plan_stand_ins(fenced->source->unit, fenced->source->enforced,
                                  {"", subject.scope, abi});
}

const char* word_of(Coverage coverage) {
    switch (coverage) {
        case Coverage::kernel:
            return "kernel";
        case Coverage::stand_in:
            return "stand-in";
        case Coverage::partly:
            return "partly";
        case Coverage::nobody:
            return "nobody";
    }
    return "";
}

std::string stand_in_text(const ShownSubject& subject, int abi, const Terminal& terminal) {
    const auto stand_ins = stand_ins_of(subject, abi);
    if (!stand_ins) return "";
    std::string text =
        section_title("Connections to UNIX sockets (fs.resolve_unix)", terminal) +
        fmt::format("  {}: {}\n", word_of(stand_ins->coverage), sentence_of(stand_ins->coverage));
    for (const std::string& reason : stand_ins->reasons)
        text += fmt::format("   {}\n", visible(reason));
    return text;
}

}  // namespace ringfence::cli
