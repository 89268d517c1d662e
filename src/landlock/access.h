// SPDX-License-Identifier: LGPL-2.1-or-later
// Sets of Landlock access rights, one mask a family. Freestanding: the wrapper uses it.
#pragma once

#include <compare>
#include <cstdint>

namespace ringfence::landlock {

/// The three bit spaces of struct landlock_ruleset_attr: handled_access_fs, handled_access_net,
/// scoped.
enum class Family : std::uint8_t { fs, net, scope };

struct Access {
    std::uint64_t fs = 0;
    std::uint64_t net = 0;
    std::uint64_t scope = 0;

    constexpr bool operator==(const Access&) const = default;
    /// An order for maps; it means nothing.
    constexpr auto operator<=>(const Access&) const = default;
    constexpr bool empty() const { return (fs | net | scope) == 0; }
    constexpr bool contains(const Access& other) const {
        return (other.fs & ~fs) == 0 && (other.net & ~net) == 0 && (other.scope & ~scope) == 0;
    }
};

constexpr Access operator|(const Access& a, const Access& b) {
    return {a.fs | b.fs, a.net | b.net, a.scope | b.scope};
}
constexpr Access operator&(const Access& a, const Access& b) {
    return {a.fs & b.fs, a.net & b.net, a.scope & b.scope};
}
/// What is in `a` and not in `b`.
constexpr Access operator-(const Access& a, const Access& b) {
    return {a.fs & ~b.fs, a.net & ~b.net, a.scope & ~b.scope};
}
constexpr Access& operator|=(Access& a, const Access& b) {
    return a = a | b;
}
constexpr Access& operator&=(Access& a, const Access& b) {
    return a = a & b;
}

/// What of `access` is of one family.
constexpr Access of_family(const Access& access, Family family) {
    switch (family) {
        case Family::fs:
            return {access.fs, 0, 0};
        case Family::net:
            return {0, access.net, 0};
        case Family::scope:
            return {0, 0, access.scope};
    }
    return {};
}

/// One bit of one family.
constexpr Access single(Family family, unsigned bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    return of_family({mask, mask, mask}, family);
}

}  // namespace ringfence::landlock
