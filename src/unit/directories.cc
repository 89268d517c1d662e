// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/directories.h"

#include "unit/specifier.h"

namespace ringfence::unit {

std::map<char, std::string> specifier_values(Scope scope, const ServiceName* name) {
    std::map<char, std::string> values;
    if (scope == Scope::system)
        for (const BaseDirectory& row : base_directories)
            values[row.specifier] = row.path;
    if (name == nullptr) return values;
    for (const char letter : name_specifiers)
        if (const auto text = expand_specifiers(std::string("%") + letter, *name))
            values[letter] = *text;
    return values;
}

}  // namespace ringfence::unit
