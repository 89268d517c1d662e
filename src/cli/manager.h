// SPDX-License-Identifier: LGPL-2.1-or-later
// systemd's manager over D-Bus: org.freedesktop.systemd1(5).
//
// As systemctl does it: root and users talk to their manager's own socket, which needs no message
// bus, and to the bus where there is none or it is not theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/load_path.h"

struct sd_bus;

namespace ringfence::cli {

/// One of ExecStart=, specifiers expanded.
struct LoadedCommand {
    std::string path;
    std::vector<std::string> arguments;  ///< argv[0] first
};

/// A service as systemd has it loaded.
struct LoadedUnit {
    std::string id;
    std::string load_state;    ///< "loaded", "not-found", "bad-setting", "masked", "error"
    std::string active_state;  ///< "active", "inactive", "failed", …
    std::string fragment;      ///< path; empty when there is none
    std::vector<std::string> names;
    std::vector<std::string> dropins;  ///< paths, in the order of application
    std::vector<LoadedCommand> commands;
    bool needs_reload = false;  ///< files changed since they were loaded
    std::string invocation;     ///< ID of the last start, 32 hex digits; empty before the first
    std::uint64_t started = 0;  ///< of the main process, microseconds since the epoch; 0: never

    std::uint32_t main_pid = 0;

    bool runs() const {
        return active_state == "active" || active_state == "reloading" ||
               active_state == "activating" || active_state == "deactivating";
    }
};

class Manager {
  public:
    /// Errors: it does not run, or does not answer.
    static Result<Manager> connect(unit::Scope scope);

    /// daemon-reload: runs all generators and reads all units. Returns when that is done.
    Result<void> reload();

    /// Loads the unit, if it is not loaded, and describes it. A unit without files is "not-found",
    /// and no error. `name` is not a template.
    Result<LoadedUnit> load(const std::string& name);

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
