// SPDX-License-Identifier: LGPL-2.1-or-later
// A service unit, which systemd makes of a fragment and of drop-ins in a certain order.
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
#include "base/path.h"
#include "base/root.h"
#include "unit/file.h"
#include "unit/name_map.h"

namespace ringfence::unit {

/// A drop-in, and the name of the ".d" directory that it is in.
struct Dropin {
    std::string path;
    std::string directory_name;  ///< "nginx.service" of nginx.service.d, "service" of service.d
    bool listed = false;         ///< listed as a regular file, for Root::read_listed()
    bool dangling = false;       ///< a link to what does not exist, and not to /dev/null
    std::string file_name() const { return base_name(path); }
};

/// The files of a unit before they are parsed.
struct Sources {
    enum class State {
        present,
        masked,   ///< its file is empty or leads to /dev/null, so systemd does not load it
        missing,  ///< it has no file in the load path: another generator makes it, or nobody
    };
    State state = State::missing;
    ServiceName name;  ///< the principal one; a template stands for those of its instances
    std::vector<std::string> names;  ///< the principal one, then the aliases
    std::string fragment;            ///< its path; empty if it is missing
    std::string fragment_text;
    std::vector<Dropin> dropins;  ///< in the order of application: by file name (strcmp)
    std::vector<std::string> dropin_texts;

    bool transient = false;  ///< made by systemd-run(1), whose next run makes another file

    /// Whether any of the texts contains `word`, which is in small letters, in any case.
    bool mention(std::string_view word) const;
};

/// A parsed unit.
struct Unit {
    Sources::State state = Sources::State::missing;
    ServiceName name;
    std::vector<std::string> names;
    bool transient = false;
    std::vector<UnitFile> files;  ///< the fragment, unless it is missing, then the drop-ins
    std::vector<Dropin> dropins;
    bool has_fragment = false;

    const UnitFile* fragment() const { return has_fragment ? &files.front() : nullptr; }
    /// The drop-in of `files[index]`; nullptr for the fragment.
    const Dropin* dropin(std::size_t index) const;
};

Unit parse(const Sources& sources);

/// Reads the files of units. It keeps the texts of drop-ins, because units share some of them.
class SourceLoader {
  public:
    SourceLoader(const Root& root, const NameMap& map) : root_(root), map_(map) {}

    /// Errors: a file that exists and cannot be read.
    Result<Sources> read(const ServiceName& name);

    /// Why systemd may make the unit of other files than read() returns. Nothing if it may not.
    /// This depends on the names by which systemd has loaded the unit before.
    std::optional<Diagnostic> uncertainty(const ServiceName& name);

  private:
    /// The names and files that a unit gets when systemd loads it by a certain name.
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

/// The spellings of one setting, for parameters. It does not own the strings.
class Keys {
  public:
    // NOLINTBEGIN(google-explicit-constructor): callers pass the spellings themselves
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

/// The assignments of a setting in [Service], in the order of application. A setting may have
/// several spellings, such as ReadWritePaths= and ReadWriteDirectories=.
std::vector<const Assignment*> assignments(const Unit& unit, Keys keys);

/// The same for a list, in which an empty assignment is a reset: those behind the last reset.
std::vector<const Assignment*> list_setting(const Unit& unit, Keys keys);

/// One word of a list.
struct SettingWord {
    std::string value;  ///< unquoted and unescaped
    const Assignment& line;
    Location where;
};

/// The words of a list behind its last reset, in the order of application. As in systemd, a line
/// ends at a quote that is not closed.
std::vector<SettingWord> setting_words(const Unit& unit, Keys keys);

/// One line of ExecStart= or a sibling, and the commands in it.
struct CommandLine {
    const Assignment& line;
    const CommandList& list;
};

/// The lines of such a setting behind its last reset, in the order of application.
std::vector<CommandLine> command_lines(const Unit& unit, std::string_view key);

/// A command of a unit, and the line that it stands in, whose key is its setting.
struct UnitCommand {
    const Assignment& line;
    const Command& command;
};

/// The commands of these settings, in the order in which they are named.
std::vector<UnitCommand> commands_of(const Unit& unit,
                                     const std::vector<std::string>& keys = command_keys());

/// For a setting with one value: its last assignment; nullptr if there is none, or if it is empty.
const Assignment* last_setting(const Unit& unit, std::string_view key);

/// A boolean as systemd writes it; nothing for any other word.
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace ringfence::unit
