// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd does in the place of a right that the fence does not restrict, because the kernel or
// the policy's `abi` is too old for it.
//
// There is one: where fs.resolve_unix (ABI 9) is not restricted, the sockets that command the
// machine are hidden from the unit. Otherwise a service that runs as root asks the service manager
// to start a program outside of the fence. Directories are hidden, by an empty file system on each:
// a socket that is hidden by itself is there again when its daemon makes it anew (daemon-reexec,
// a restart of dbus.socket). A process with CAP_SYS_ADMIN undoes it, so the wrapper drops that.
//
// Source: measurements with systemd 252, 257 and 262; the manual page has the result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/root.h"
#include "dropin/needs.h"
#include "dropin/render.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The right, and the stand-in for it.
inline constexpr landlock::Access stood_in = landlock::access_of("fs.resolve_unix");

/// How a directory is hidden.
enum class Hiding {
    /// By TemporaryFileSystem=. systemd makes the directory if it does not exist, so that nothing
    /// appears in it later, and the unit does not start if systemd cannot mount.
    empty,
    /// By InaccessiblePaths=, which is stronger than what ProtectHome= does to /run/user: of two
    /// settings for one path, systemd applies the stricter one (measured: DynamicUser=yes undoes
    /// TemporaryFileSystem=/run/user).
    inaccessible,
};

/// A directory that is hidden.
struct HiddenDirectory {
    const char* path;
    Hiding hiding;
    const char* why;  ///< what could be done through it: "has …"
};
inline constexpr HiddenDirectory hidden_directories[] = {
    {"/run/systemd", Hiding::empty, "has the service manager's own sockets, which start programs"},
    {"/run/dbus", Hiding::empty,
     "has the system bus, by which the service manager and others take commands"},
    {"/run/user", Hiding::inaccessible,
     "has the sockets of users' service managers and buses; root's is one of them"},
};

/// What every service may need in /run/systemd: sd_notify(3), the journal, names, and the directory
/// by which programs recognise that systemd runs.
inline constexpr std::string_view journal_directory = "/run/systemd/journal";
inline constexpr std::string_view kept_beneath_systemd[] = {
    "/run/systemd/notify", journal_directory, "/run/systemd/resolve", "/run/systemd/system"};

/// Sockets that give the machine to whoever connects, but are in directories that cannot be
/// hidden. The socket alone is, which holds until its daemon makes it anew.
inline constexpr std::string_view hidden_sockets[] = {
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/containerd/containerd.sock.ttrpc",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/libvirt/libvirt-sock",
    "/run/libvirt/libvirt-admin-sock",
    "/run/libvirt/virtqemud-sock",
    "/run/snapd.socket",
    "/run/snapd-snap.socket",
    "/run/fail2ban/fail2ban.sock",
    "/run/charon.vici",
    "/run/charon.ctl",
    "/run/supervisor.sock",
    "/var/lib/lxd/unix.socket",
    "/var/lib/incus/unix.socket",
    "/var/snap/lxd/common/lxd/unix.socket",
};

/// Who does what the right would do.
enum class Coverage {
    kernel,    ///< the right is restricted
    stand_in,  ///< all directories are hidden, sockets elsewhere in part
    partly,    ///< not all of them are hidden, or the service can undo it
    nobody,
};

struct StandIns {
    Coverage coverage = Coverage::nobody;
    std::vector<std::string> reasons;         ///< why it is not more
    std::vector<NeededDirective> directives;  ///< for the drop-in
    std::vector<std::string> options;         ///< of the wrapper, which looks whether it is so
};

/// The ABI of the kernel that the units below `root` will run on: that of the running kernel, or 0,
/// because another machine may have any.
KernelAbi kernel_abi_below(const Root& root);

/// `rules`: with the rules that the unit inherits.
StandIns plan_stand_ins(const unit::Unit& unit, const policy::Rules& rules, const Wrapper& wrapper);

}  // namespace ringfence::dropin
