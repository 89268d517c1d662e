// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose symbolic links the path of a rule may lead through: values of the wrapper's --trust-links=
// and of `trust_links` in policies. Freestanding.
#pragma once

#include <cstdint>

namespace ringfence::landlock {

/// Ordered: a later value trusts fewer. No value trusts a place that everybody may write.
enum class LinkTrust : std::uint8_t {
    own,     ///< everybody, the service's own user included: for user managers
    others,  ///< everybody but the service's own user and groups
    root,    ///< root alone
};

struct LinkTrustWord {
    char text[8];
    LinkTrust trust;
};

inline constexpr LinkTrustWord link_trust_words[] = {
    {"root", LinkTrust::root}, {"others", LinkTrust::others}, {"own", LinkTrust::own}};

constexpr const char* word_of(LinkTrust trust) {
    for (const LinkTrustWord& row : link_trust_words)
        if (row.trust == trust) return row.text;
    return "";
}

}  // namespace ringfence::landlock
