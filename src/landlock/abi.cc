// SPDX-License-Identifier: LGPL-2.1-or-later
#include "landlock/abi.h"

#include "landlock/syscalls.h"

namespace ringfence::landlock {

Support probe() {
    const long version = create_ruleset(nullptr, 0, create_ruleset_version);
    const long errata = version > 0 ? create_ruleset(nullptr, 0, create_ruleset_errata) : 0;
    return interpret(version, errata);
}

}  // namespace ringfence::landlock
