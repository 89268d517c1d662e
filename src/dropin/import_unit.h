// SPDX-License-Identifier: LGPL-2.1-or-later
// A first policy for a unit, made of what its own sandboxing directives say.
//
//   what inherit.h takes over, ExecPaths= to PIDFile=    the same rules
//   PrivateTmp=, DynamicUser=                            write on /tmp and /var/tmp
//   PrivateDevices=, DeviceAllow=                        rules on the devices
//   TemporaryFileSystem=                                 write
//   ProtectSystem=                                       read on /usr
//   SocketBindAllow=, SocketBindDeny=                    ports to bind
//   RestrictAddressFamilies=                             no ports at all without AF_INET and
//   AF_INET6
//
// A unit that says nothing about its ports keeps them all: a draft must start. Files it cannot
// keep: a rule on everything would be no fence.
// Sources: systemd.exec(5), systemd.resource-control(5).
#pragma once

#include <string>
#include <vector>

#include "policy/draft.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// `interpreters`: of the programs of ExecStart=, found in the file tree.
policy::Draft import_unit(const unit::Unit& unit, const std::vector<std::string>& interpreters);

}  // namespace ringfence::dropin
