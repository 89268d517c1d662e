// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status/shortfall.h"

#include <fmt/format.h>

#include "landlock/handling.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using landlock::Access;
using policy::access_of;
using policy::joined_right_names;

Shortfall shortfall_of(const FencedStart& start) {
    const auto& report = start.report;
    const Access reported = report ? access_of(report->unenforced) : Access{};
    const Access stood_in = report ? access_of(report->stood_in) : Access{};
    const int abi = start.kernel_abi > 0 ? start.kernel_abi : report ? report->abi : 0;
    Shortfall found;
    found.unenforced = ((start.asked - landlock::known_at(abi)) - landlock::refer) | reported;
    const Access missing = start.stood_in - stood_in;
    const Access denied = landlock::shortfall(reported, abi) - missing;
    const Access expected =
        landlock::shortfall(found.unenforced, abi, start.expected_abi) - landlock::known_at(abi);
    const auto because = [&](const std::string& reason) { found.reasons.push_back(reason); };
    if (abi == 0) because("the kernel does not say its Landlock ABI here");
    if (!denied.empty())
        because(
            fmt::format("this kernel knows {}, and the report of the start says that it is not "
                        "enforced",
                        joined_right_names(denied)));
    if (!missing.empty())
        because(fmt::format(
            "{} {}: Stand-ins in ringfence.unit(5)",
            report ? "nothing stands in for" : "no report says whether something stands in for",
            joined_right_names(missing)));
    if (!expected.empty())
        because(fmt::format("a kernel of expected_abi = {} would enforce {}", start.expected_abi,
                            joined_right_names(expected)));
    return found;
}

}  // namespace ringfence::cli
