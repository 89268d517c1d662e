// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit's own settings make of the files that its processes see: ProtectHome=, PrivateTmp=,
// InaccessiblePaths= and their like hide files, ProtectSystem= and ReadOnlyPaths= make them
// read-only, BindPaths= and StateDirectory= bring them back. The wrapper opens the paths of rules
// behind these settings.
//
// Source: setup_namespace() and the tables in systemd's src/core/namespace.c, compile_bind_mounts()
// in src/core/exec-invoke.c (252 to 262). tests/system/test_hidden_paths.py compares.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/settings.h"
#include "policy/judge/hierarchy.h"

namespace ringfence::dropin {

class UnitMounts {
  public:
    /// What there is to do about it.
    enum class Way {
        bind,        ///< BindPaths= brings a path back
        no_home,     ///< ProtectHome=tmpfs, and BindPaths=
        list_less,   ///< nothing brings it back: take the path out of the list
        switch_off,  ///< nothing brings it back: the setting has no list
        allow_device,
        bind_writable,  ///< BindPaths= in the place of BindReadOnlyPaths=
        write,          ///< ReadWritePaths=
    };

    /// Of those at one path, a bind mount comes behind an empty file system (measured).
    enum class Kind { inaccessible, empty, bind, read_only, read_write };

    /// What a setting does to a path.
    struct Effect {
        std::string key;    ///< "ProtectHome"
        std::string value;  ///< "yes"
        Location where;
        std::string path;  ///< what it hides or makes read-only: "/home"
        Way way = Way::bind;
        /// systemd leaves something without rights there, which the wrapper can open: the service
        /// starts, and the rule is for nothing.
        bool leaves_node = false;

        std::string setting() const { return key + "=" + value; }
    };

    /// Whether any of these settings may hide something. It costs less than the object.
    static bool may_hide(const Settings& settings);

    /// `tree` says how specifiers and links are followed; it must outlive the object.
    UnitMounts(const Settings& settings, const policy::Hierarchy& tree);

    /// By what nothing is found at a rule's path, or an empty file without rights. Nothing if the
    /// path is not hidden, or if the setting leaves a place to write there (PrivateTmp= at /tmp).
    std::optional<Effect> hides(const std::string& path) const;

    /// By what the path and everything beneath it are read-only.
    std::optional<Effect> makes_read_only(const std::string& path) const;

  private:
    struct Mount {
        std::string path;
        Kind kind;
        Effect effect;
        bool is_read_only;
    };

    void add(const std::string& path, Kind kind, const Effect& effect, bool is_read_only);
    void add_switches(const Settings& settings);
    void add_lists(const Settings& settings);
    void add_directories(const Settings& settings);
    std::string real(const std::string& path) const { return tree_.chain(path).front(); }

    const policy::Hierarchy& tree_;
    std::vector<Mount> mounts_;  // sorted
};

}  // namespace ringfence::dropin
