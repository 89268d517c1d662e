// SPDX-License-Identifier: LGPL-2.1-or-later
// systemd's manager over D-Bus: org.freedesktop.systemd1(5).
//
// Like systemctl, it connects to the manager's own socket, which needs no message bus. If the
// caller has no such socket or may not use it, it connects to the bus.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/wrapped_command.h"
#include "unit/load_path.h"

struct sd_bus;

namespace ringfence::cli {

/// One command of ExecStart=, with its specifiers expanded.
struct LoadedCommand {
    std::string path;
    std::vector<std::string> arguments;  ///< argv[0] first
    std::uint32_t pid = 0;      ///< its process since the unit was loaded; 0: systemd started none
    std::uint64_t started = 0;  ///< of that process, microseconds since the epoch
};

/// What the command says of its fence; nothing if it does not run through the wrapper.
std::optional<dropin::WrappedCommand> wrapped_command(const LoadedCommand& command);

/// How people call the manager of this scope: "systemctl", "systemctl --user".
constexpr const char* systemctl_of(unit::Scope scope) {
    return scope == unit::Scope::user ? "systemctl --user" : "systemctl";
}

/// A service as systemd has it loaded.
struct LoadedUnit {
    std::string id;
    std::string load_state;    ///< "loaded", "not-found", "bad-setting", "masked", "error"
    std::string active_state;  ///< "active", "inactive", "failed", …
    std::string fragment;      ///< path; empty when there is none
    std::vector<std::string> names;
    std::vector<std::string> dropins;  ///< paths, in the order of application
    std::string dropins_problem;       ///< why systemd cannot tell them; empty if it can
    std::vector<LoadedCommand> commands;
    bool needs_reload = false;    ///< files changed since they were loaded
    std::string invocation;       ///< ID of the last start, 32 hex digits; empty before the first
    std::uint64_t began = 0;      ///< the last start, microseconds since the epoch; 0: never
    std::uint64_t activated = 0;  ///< when it was active last, the same; before `began`: not yet
    std::uint64_t started = 0;    ///< of the main process, the same; later than `began` if it forks

    std::uint32_t main_pid = 0;       ///< 0: there is none
    std::uint32_t last_main_pid = 0;  ///< also after its end

    bool runs() const {
        return active_state == "active" || active_state == "reloading" ||
               active_state == "activating" || active_state == "deactivating";
    }
};

class Manager {
  public:
    /// Errors: the manager does not run, or does not answer.
    static Result<Manager> connect(unit::Scope scope);

    /// Does a daemon-reload, which runs all generators and reads all units. Returns when that is
    /// done.
    Result<void> reload();

    /// Loads the unit if it is not loaded, and describes it. A unit without files is "not-found",
    /// which is not an error. `name` must not be a template.
    Result<LoadedUnit> load(const std::string& name);

    /// The directories that systemd loads units from, highest priority first. They may differ from
    /// those that the environment says: ManagerEnvironment= of systemd-system.conf(5).
    Result<std::vector<std::string>> unit_path();

    /// The names of loaded units that match a glob pattern.
    Result<std::vector<std::string>> loaded(const std::string& pattern);

  private:
    struct Close {
        void operator()(sd_bus* bus) const;
    };
    using Bus = std::unique_ptr<sd_bus, Close>;
    explicit Manager(Bus bus) : bus_(std::move(bus)) {}

    Bus bus_;
};

}  // namespace ringfence::cli
