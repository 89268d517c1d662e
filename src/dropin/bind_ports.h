// SPDX-License-Identifier: LGPL-2.1-or-later
// The ports that a unit may bind after SocketBindAllow= and SocketBindDeny=.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/model/ports.h"
#include "unit/unit.h"

namespace ringfence::dropin {

struct BindPorts {
    /// The ports that may be bound, as sorted ranges that do not touch. Nothing if all may be
    /// bound.
    std::optional<std::vector<policy::PortRange>> ports;
    std::vector<std::string> unknown;  ///< words that systemd ignores, because they are not valid
};

/// `protocol`: "tcp" or "udp". A port counts as allowed if one of the address families may bind it,
/// because Landlock does not distinguish them. Source: systemd.resource-control(5).
BindPorts bind_ports(const unit::Unit& unit, std::string_view protocol);

}  // namespace ringfence::dropin
