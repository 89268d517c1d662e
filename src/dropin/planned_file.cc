// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/planned_file.h"

#include "base/overloaded.h"

namespace ringfence::dropin {

const DropinFile* PlannedFile::dropin() const {
    return std::visit(Overloaded{[](const auto& with_file) { return &with_file.file; },
                                 [](const Masked&) -> const DropinFile* { return nullptr; }},
                      decision);
}

const Diagnostics& PlannedFile::reasons() const {
    static const Diagnostics none;
    return std::visit(Overloaded{[](const Fenced&) -> const Diagnostics& { return none; },
                                 [](const Open&) -> const Diagnostics& { return none; },
                                 [](const auto& not_started) -> const Diagnostics& {
                                     return not_started.reasons;
                                 }},
                      decision);
}

const char* name_of(const PlannedFile::Decision& decision) {
    return std::visit(
        Overloaded{[](const Fenced&) { return "fenced"; }, [](const Refused&) { return "refused"; },
                   [](const Masked&) { return "masked"; }, [](const Open&) { return "open"; }},
        decision);
}

}  // namespace ringfence::dropin
