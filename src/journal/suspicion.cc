// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suspicion.h"

#include <fmt/format.h>

#include "places/access.h"
#include "places/places.h"

namespace ringfence::journal {

namespace {

using landlock::Access;
using places::Kind;
using places::Relation;

// The advice what to do instead of granting it. The text continues the reason.
std::string advice_for(Kind kind, const Access& access) {
    const bool is_changed = !(access & places::changes).empty();
    switch (kind) {
        case Kind::shared:
        case Kind::kernel:
        case Kind::home:
            return is_changed ? ": give the service a directory of its own (StateDirectory=, "
                                "LogsDirectory=, RuntimeDirectory=) and name that"
                              : ": name what the service needs in it";
        case Kind::data:
            return ": install the program in /usr or /opt";
        case Kind::replaced:
            return ", and a rule on the file is then lost: extend the abstraction that has it "
                   "(users, name-service, base)";
        case Kind::rotated:
            return ", and a rule on the file is then lost: give the service a directory of its own "
                   "(LogsDirectory=) and name that";
        case Kind::control:
            return ": whoever changes it controls the machine";
        case Kind::system:
        case Kind::device_node:
        case Kind::programs:
        case Kind::credentials:
        case Kind::commands:
        case Kind::root_socket:
        case Kind::temporary:
            return "";
    }
    return "";
}

}  // namespace

std::string suspicion(std::string_view path, const Access& access) {
    if (const auto match = places::place_of(path, access)) {
        const places::Place& place = *match->place;
        const std::string advice = advice_for(place.kind, access);
        if (match->relation == Relation::itself) return place.what + advice;
        return fmt::format("{} {}, which {}{}",
                           match->relation == Relation::inside ? "is in" : "holds", match->at,
                           place.what, advice);
    }
    if (access.contains(places::executes) && !(access & places::makes_files).empty())
        return "would let the service execute what it writes";
    return "";
}

}  // namespace ringfence::journal
