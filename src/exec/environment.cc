// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/environment.h"

namespace ringfence::exec {

namespace {

bool sets(std::string_view variable, std::string_view name) {
    return variable.size() > name.size() && variable.starts_with(name) &&
           variable[name.size()] == '=';
}

}  // namespace

const char* Environment::get(std::string_view name) const {
    for (char** variable = variables_; *variable != nullptr; ++variable)
        if (sets(*variable, name)) return *variable + name.size() + 1;
    return nullptr;
}

void Environment::unset(std::string_view name) {
    char** kept = variables_;
    for (char** variable = variables_; *variable != nullptr; ++variable)
        if (!sets(*variable, name)) *kept++ = *variable;
    *kept = nullptr;
}

}  // namespace ringfence::exec
