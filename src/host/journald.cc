// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/journald.h"

#include <map>
#include <vector>

#include "unit/lines.h"

namespace ringfence::host {

namespace {

constexpr const char* directories[] = {"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd",
                                       "/usr/lib/systemd"};
constexpr char main_file[] = "/journald.conf";

// The files in the order in which they apply.
std::vector<std::string> configuration_files(const Root& root) {
    std::vector<std::string> files;
    std::map<std::string, std::string> dropins;
    for (const char* directory : directories) {
        const std::string path = std::string(directory) + main_file;
        if (files.empty() && root.status(path)) files.push_back(path);
        const auto entries = root.list(path + ".d");
        if (!entries) continue;
        for (const DirectoryEntry& entry : *entries)
            if (entry.name.size() > 5 && entry.name.ends_with(".conf") && entry.name[0] != '.')
                dropins.emplace(entry.name, path + ".d/" + entry.name);
    }
    for (const auto& [name, path] : dropins)
        files.push_back(path);
    return files;
}

void read_file(const std::string& text, const std::string& file, const std::string& key,
               std::optional<JournaldSetting>& last) {
    bool in_journal = false;
    for (const unit::SourceText& line : unit::split_lines(text, file).lines) {
        const std::string& words = line.text();
        const unit::Span all = unit::strip(words, {0, words.size()});
        if (all.begin < all.end && words[all.begin] == '[') {
            in_journal = words.substr(all.begin, all.end - all.begin) == "[Journal]";
            continue;
        }
        const std::size_t equals = words.find('=');
        if (!in_journal || equals == std::string::npos) continue;
        const unit::Span name = unit::strip(words, {0, equals});
        if (words.substr(name.begin, name.end - name.begin) != key) continue;
        const unit::Span value = unit::strip(words, {equals + 1, words.size()});
        last = {words.substr(value.begin, value.end - value.begin), line.at(name.begin, file)};
    }
}

}  // namespace

std::optional<JournaldSetting> journald_setting(const Root& root, const std::string& key) {
    std::optional<JournaldSetting> last;
    for (const std::string& file : configuration_files(root))
        if (const auto text = root.read(file)) read_file(*text, file, key, last);
    return last;
}

}  // namespace ringfence::host
