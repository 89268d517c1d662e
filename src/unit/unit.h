// SPDX-License-Identifier: LGPL-2.1-or-later
// A service unit as systemd puts it together: its fragment and its drop-ins in order.
//
// Source: systemd.unit(5); unit_file_find_dropin_paths() in systemd's src/shared/dropin.c,
// conf_files_list_strv() in src/basic/conf-files.c, unit_load_dropin() in src/core/load-dropin.c.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "unit/file.h"
#include "unit/name_map.h"

namespace ringfence::unit {

/// A drop-in, and the ".d" directory that it is for.
struct Dropin {
    std::string path;
    std::string directory_name;  ///< "nginx.service" of nginx.service.d, "service" of service.d
    bool listed = false;         ///< a regular file: Root::read_listed()
    std::string file_name() const { return path.substr(path.rfind('/') + 1); }
};

/// The files of a unit, not parsed yet.
struct Sources {
    enum class State {
        present,
        masked,   ///< its file is empty or leads to /dev/null: systemd loads nothing
        missing,  ///< no file in the load path: it does not exist, or a generator makes it
    };
    State state = State::missing;
    ServiceName name;                ///< the principal one; a template stands for its instances
    std::vector<std::string> names;  ///< with the aliases; the principal one first
    std::string fragment;            ///< path; empty when missing
    std::string fragment_text;
    std::vector<Dropin> dropins;  ///< in the order of application: by file name (strcmp)
    std::vector<std::string> dropin_texts;

    bool transient = false;  ///< made by systemd-run(1): its file is not what is started next

    /// Whether any of the texts contains `word`.
    bool mention(std::string_view word) const;
};

/// A parsed unit.
struct Unit {
    Sources::State state = Sources::State::missing;
    ServiceName name;
    std::vector<std::string> names;
    bool transient = false;
    std::vector<UnitFile> files;  ///< the fragment, unless missing, then the drop-ins
    std::vector<Dropin> dropins;
    bool has_fragment = false;

    const UnitFile* fragment() const { return has_fragment ? &files.front() : nullptr; }
    /// The drop-in that `files[index]` is; nullptr for the fragment.
    const Dropin* dropin(std::size_t index) const;
};

Unit parse(const Sources& sources);

/// Reads units; keeps the drop-ins of shared directories.
class Loader {
  public:
    Loader(const Root& root, const NameMap& map) : root_(root), map_(map) {}

    /// Errors: a file that exists and cannot be read.
    Result<Sources> read(const ServiceName& name);

    /// Why systemd may make the unit of other files than read() says, although it loads it by this
    /// name; nothing: it does not.
    std::optional<Diagnostic> uncertainty(const ServiceName& name);

  private:
    /// Which files make a unit that is loaded by a name.
    struct Composition {
        std::vector<std::string> names;
        const Fragment* fragment;
        std::vector<Dropin> dropins;
    };

    Composition compose(const ServiceName& name);
    std::optional<Diagnostic> compare(const Composition& unit, const ServiceName& other);
    std::optional<Diagnostic> compare_order_of_aliases(const Composition& unit);
    const std::vector<DirectoryEntry>& list(const std::string& directory);
    std::vector<Dropin> find_dropins(const std::vector<std::string>& names);
    Result<const std::string*> read_dropin(const Dropin& dropin);

    const Root& root_;
    const NameMap& map_;
    std::map<std::string, std::vector<DirectoryEntry>> listings_;
    std::map<std::string, std::string> texts_;
};

/// The spellings of one setting. It owns nothing: for parameters only.
class Keys {
  public:
    // NOLINTBEGIN(google-explicit-constructor): stands for what it is made from
    Keys(std::initializer_list<std::string_view> keys) : views_(keys.begin(), keys.size()) {}
    template <std::size_t count>
    Keys(const std::array<std::string_view, count>& keys) : views_(keys) {}
    Keys(const std::vector<std::string>& keys) : strings_(keys) {}
    // NOLINTEND(google-explicit-constructor)

    bool contain(std::string_view key) const {
        const auto same = [&](std::string_view other) { return other == key; };
        return std::any_of(views_.begin(), views_.end(), same) ||
               std::any_of(strings_.begin(), strings_.end(), same);
    }

  private:
    std::span<const std::string_view> views_;
    std::span<const std::string> strings_;
};

/// The assignments of a key in [Service], in the order of application. Several spellings of one
/// setting (ReadWritePaths=, ReadWriteDirectories=) are given together.
std::vector<const Assignment*> assignments(const Unit& unit, Keys keys);

/// The same for a list setting: only those behind the last empty one.
std::vector<const Assignment*> list_setting(const Unit& unit, Keys keys);

/// The last assignment that is not empty, if none empty follows; for settings with one value.
const Assignment* last_setting(const Unit& unit, std::string_view key);

/// systemd's booleans; nothing for another word.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace ringfence::unit
