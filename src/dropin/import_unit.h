// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the draft of a policy from the sandboxing directives of a unit.
//
//   the settings that inherit.h reads      the same rules
//   PrivateTmp=, DynamicUser=              write on /tmp and /var/tmp
//   PrivateDevices=, DeviceAllow=          rules on the devices
//   TemporaryFileSystem=                   write
//   ProtectSystem=                         read on /usr
//   SocketBindAllow=, SocketBindDeny=      ports to bind
//   RestrictAddressFamilies=               no ports at all if it leaves out AF_INET and AF_INET6
//
// If the unit does not restrict its ports, the draft does not either: the service must start with
// it. For files there is no such default, because a rule on all files would be no fence. Sources:
// systemd.exec(5), systemd.resource-control(5).
#pragma once

#include <string>
#include <vector>

#include "policy/language/draft.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// `interpreters`: of the programs of ExecStart=; see find_interpreters().
policy::Draft import_unit(const unit::Unit& unit, const std::vector<std::string>& interpreters);

}  // namespace ringfence::dropin
