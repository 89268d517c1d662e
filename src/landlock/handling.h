// SPDX-License-Identifier: LGPL-2.1-or-later
// What a ruleset handles, and what the kernel denies because of it. Freestanding: the wrapper, the
// generator and the judge (policy/judge) all ask here.
#pragma once

#include "landlock/rights.h"

namespace ringfence::landlock {

/// Renaming or linking into another directory. It is the only right that the kernel also denies
/// where it is not handled; lifts_refer() says when.
inline constexpr Access refer = access_of("fs.refer");

/// What a layer asks the kernel to restrict: the rights of ABI 1…`abi` on files and ports but the
/// `unrestricted` ones, and these `scopes`. A scope is restricted only where it is named.
constexpr Access handled(int abi, const Access& unrestricted, const Access& scopes) {
    return ((known_at(abi) - Access{0, 0, ~std::uint64_t{0}}) - unrestricted) | scopes;
}

/// Whether a layer's ruleset must handle fs.refer and grant it on the root directory, so that it is
/// not restricted.
///
/// As soon as one layer handles a right on files, the kernel denies fs.refer in every ruleset that
/// does not grant it, even if the ruleset does not handle it (LANDLOCK_ACCESS_FS_INITIALLY_DENIED
/// in security/landlock; measured with ABI 6 and 7). If no layer restricts files, the kernel allows
/// it anyway, and handling it would forbid mount(2) for nothing.
///
/// `handled` and `unrestricted` are those of the layer, without what the kernel does not know: a
/// kernel of ABI 1 denies fs.refer whatever is done. `restricts_files`: whether any layer does.
constexpr bool lifts_refer(const Access& handled, const Access& unrestricted,
                           bool restricts_files) {
    return !handled.empty() && restricts_files && !(unrestricted & refer).empty();
}

/// What a layer denies unless one of its rules allows it: what it handles, and fs.refer where the
/// kernel denies it all the same. The arguments are those of lifts_refer().
constexpr Access denied(const Access& handled, const Access& unrestricted, bool restricts_files) {
    const bool denies_refer =
        !handled.empty() && restricts_files && !lifts_refer(handled, unrestricted, restricts_files);
    return denies_refer ? handled | refer : handled;
}

/// Of a fence's rights that are not enforced, those that make it *degraded*: the kernel knows them,
/// or a kernel of `expected_abi` would (0: none is expected). The others wait for a newer kernel,
/// which is said once for the machine.
constexpr Access shortfall(const Access& unenforced, int abi, int expected_abi = 0) {
    return unenforced & known_at(abi > expected_abi ? abi : expected_abi);
}

/// Rights of newer ABIs than `abi`.
constexpr Access newer_than(int abi) {
    return known_at(newest_abi) - known_at(abi);
}

}  // namespace ringfence::landlock
