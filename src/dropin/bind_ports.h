// SPDX-License-Identifier: LGPL-2.1-or-later
// The ports that SocketBindAllow= and SocketBindDeny= leave a unit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "unit/unit.h"

namespace ringfence::dropin {

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    bool operator==(const PortRange&) const = default;
};

struct BindPorts {
    bool limited = false;              ///< some port is denied
    std::vector<PortRange> ports;      ///< that may be bound, when limited: sorted, not touching
    std::vector<std::string> unknown;  ///< words that are no rule: systemd ignores them
};

/// `protocol` is "tcp" or "udp". A port that either address family may bind counts: Landlock does
/// not tell them apart. Source: systemd.resource-control(5).
BindPorts bind_ports(const unit::Unit& unit, std::string_view protocol);

}  // namespace ringfence::dropin
