// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/unit.h"

#include <algorithm>
#include <cerrno>

#include "base/ascii.h"
#include "base/path.h"
#include "unit/words.h"

namespace ringfence::unit {

namespace {

// Whether systemd reads a file of this name in a ".d" directory. This excludes backup files, too:
// their names do not end in ".conf".
bool is_dropin_name(std::string_view name) {
    return name.ends_with(".conf") && name.front() != '.';
}

bool is_missing(const std::error_code& error) {
    return error.value() == ENOENT;
}

// In a root directory without devices, a link to /dev/null leads nowhere as well.
bool leads_nowhere(const Root& root, const std::string& path) {
    const auto status = root.status(path);
    return !status && is_missing(status.error()) &&
           root.read_link(path) != std::string("/dev/null");
}

}  // namespace

bool Sources::mention(std::string_view word) const {
    const auto has = [&](const std::string& text) { return contains_in_any_case(text, word); };
    return has(fragment_text) || std::any_of(dropin_texts.begin(), dropin_texts.end(), has);
}

const Dropin* Unit::dropin(std::size_t index) const {
    if (has_fragment && index == 0) return nullptr;
    return &dropins[has_fragment ? index - 1 : index];
}

Unit parse(const Sources& sources) {
    Unit unit;
    unit.state = sources.state;
    unit.name = sources.name;
    unit.names = sources.names;
    unit.transient = sources.transient;
    unit.dropins = sources.dropins;
    unit.has_fragment = sources.state == Sources::State::present;
    if (unit.has_fragment)
        unit.files.push_back(
            parse_unit_file(sources.fragment_text, sources.fragment, sources.name));
    for (std::size_t i = 0; i < sources.dropins.size(); ++i)
        unit.files.push_back(
            parse_unit_file(sources.dropin_texts[i], sources.dropins[i].path, sources.name));
    return unit;
}

const std::vector<DirectoryEntry>& SourceLoader::list(const std::string& directory) {
    const auto known = listings_.find(directory);
    if (known != listings_.end()) return known->second;
    std::vector<DirectoryEntry>& files = listings_[directory];
    // systemd, too, finds no drop-ins in a directory that it cannot list.
    if (auto entries = root_.list(directory)) files = std::move(*entries);
    std::erase_if(files, [](const DirectoryEntry& entry) { return !is_dropin_name(entry.name); });
    return files;
}

std::vector<Dropin> SourceLoader::find_dropins(const std::vector<std::string>& names) {
    // Of several files with one name, systemd reads one. The order of the unit's names decides
    // first, then the order of the load path. The directory "service.d" comes last.
    std::map<std::string, Dropin> chosen;
    const auto add_directory = [&](const DropinDirectory& directory) {
        for (const DirectoryEntry& file : list(directory.path))
            chosen.try_emplace(file.name, Dropin{directory.path + "/" + file.name, directory.name,
                                                 file.type == DT_REG});
    };
    for (const std::string& full : names) {
        const auto name = parse_service_name(full);
        if (!name) continue;
        // A template stands for an instance that no directory is named after.
        ServiceName instance = *name;
        if (name->kind == NameKind::template_name) {
            instance.kind = NameKind::instance;
            instance.instance = "\1";
        }
        const std::vector<std::string> wanted = dropin_names(instance);
        std::vector<std::pair<std::pair<std::size_t, std::size_t>, const DropinDirectory*>> found;
        for (std::size_t depth = 0; depth < wanted.size(); ++depth)
            for (const DropinDirectory* directory : map_.dropin_directories_of(wanted[depth]))
                found.push_back({{directory->rank, depth}, directory});
        std::sort(found.begin(), found.end());
        for (const auto& entry : found)
            add_directory(*entry.second);
    }
    for (const DropinDirectory* directory : map_.dropin_directories_of("service"))
        add_directory(*directory);
    // The chosen files are applied in the order of their file names, whatever their directories.
    std::vector<Dropin> ordered;
    for (auto& [file, dropin] : chosen)
        ordered.push_back(std::move(dropin));
    return ordered;
}

Result<const std::string*> SourceLoader::read_dropin(const Dropin& dropin) {
    const std::string& path = dropin.path;
    const auto known = texts_.find(path);
    if (known != texts_.end()) return &known->second;
    auto text = dropin.listed ? root_.read_listed(path) : root_.read(path);
    if (!text && !is_missing(text.error()))
        return fail(path, "cannot read this drop-in: " + text.error().message(),
                    "make it a readable file, or remove it");
    // A dangling link is no error for systemd. It counts as an empty file here.
    return &texts_.emplace(path, text ? std::move(*text) : std::string()).first->second;
}

SourceLoader::Composition SourceLoader::compose(const ServiceName& name) {
    Composition found;
    found.names = map_.names(name);
    found.fragment = map_.fragment_file(name);
    found.dropins = find_dropins(found.names);
    return found;
}

Result<Sources> SourceLoader::read(const ServiceName& name) {
    Sources sources;
    sources.names = map_.names(name);
    const auto principal = parse_service_name(sources.names.front());
    sources.name = principal ? *principal : name;
    if (const Fragment* file = map_.fragment_file(name)) {
        sources.fragment = file->path;
        auto text = file->listed ? root_.read_listed(file->path) : root_.read(file->path);
        if (!text && !is_missing(text.error()))
            return fail(file->path, "cannot read this unit file: " + text.error().message(),
                        "make it a readable file, or remove it");
        if (text) {
            sources.state = text->empty() ? Sources::State::masked : Sources::State::present;
            sources.fragment_text = std::move(*text);
        }
        // In a root directory without devices, the link of a mask is dangling.
        if (!text && root_.read_link(file->path) == std::string("/dev/null"))
            sources.state = Sources::State::masked;
        sources.transient = is_transient_directory(directory_of(file->path));
    }
    if (sources.state == Sources::State::masked) return sources;
    sources.dropins = find_dropins(sources.names);
    for (Dropin& dropin : sources.dropins) {
        auto text = read_dropin(dropin);
        if (!text) return tl::unexpected(text.error());
        sources.dropin_texts.push_back(**text);
        dropin.dangling = (*text)->empty() && !dropin.listed && leads_nowhere(root_, dropin.path);
    }
    return sources;
}

std::vector<const Assignment*> assignments(const Unit& unit, Keys keys) {
    std::vector<const Assignment*> found;
    for (const UnitFile& file : unit.files)
        for (const Assignment& assignment : file.assignments)
            if (keys.contain(assignment.key) && assignment.section == "Service")
                found.push_back(&assignment);
    return found;
}

std::vector<const Assignment*> list_setting(const Unit& unit, Keys keys) {
    std::vector<const Assignment*> kept;
    for (const Assignment* assignment : assignments(unit, keys)) {
        if (assignment->text().empty())
            kept.clear();
        else
            kept.push_back(assignment);
    }
    return kept;
}

std::vector<SettingWord> setting_words(const Unit& unit, Keys keys) {
    std::vector<SettingWord> found;
    for (const Assignment* line : list_setting(unit, keys)) {
        WordReader words(line->text());
        for (auto word = words.next(); word && *word; word = words.next())
            found.push_back({std::move((*word)->value), *line, line->at((*word)->begin)});
    }
    return found;
}

std::vector<CommandLine> command_lines(const Unit& unit, std::string_view key) {
    std::vector<CommandLine> lines;
    for (const Assignment* line : list_setting(unit, {key}))
        if (line->commands) lines.push_back({*line, *line->commands});
    return lines;
}

std::vector<UnitCommand> commands_of(const Unit& unit, const std::vector<std::string>& keys) {
    std::vector<UnitCommand> found;
    for (const std::string& key : keys)
        for (const CommandLine& row : command_lines(unit, key))
            for (const Command& command : row.list.commands)
                found.push_back({row.line, command});
    return found;
}

const Assignment* last_setting(const Unit& unit, std::string_view key) {
    const auto kept = list_setting(unit, {key});
    return kept.empty() ? nullptr : kept.back();
}

std::optional<bool> parse_boolean(std::string_view text) {
    const std::string small = lower(text);
    for (const char* word : {"1", "yes", "y", "true", "t", "on"})
        if (small == word) return true;
    for (const char* word : {"0", "no", "n", "false", "f", "off"})
        if (small == word) return false;
    return std::nullopt;
}

}  // namespace ringfence::unit
