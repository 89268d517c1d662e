// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/settings.h"

#include <algorithm>

#include "unit/words.h"

namespace ringfence::dropin {

std::vector<Settings::Value> Settings::values(unit::Keys keys) const {
    std::vector<Value> all;
    if (unit_ != nullptr)
        for (const unit::Assignment* assignment : unit::assignments(*unit_, keys))
            all.push_back({assignment->text(), assignment->where});
    for (const policy::Directive& line : *lines_)
        if (keys.contain(line.key)) all.push_back({line.value, line.origin.where});
    return all;
}

std::vector<Settings::Word> Settings::words(unit::Keys keys) const {
    std::vector<Word> found;
    for (const Value& value : values(keys)) {
        if (value.text.empty()) found.clear();
        unit::WordReader reader(value.text);
        for (auto word = reader.next(); word && *word; word = reader.next())
            found.push_back({std::move((*word)->value), value.where});
    }
    return found;
}

std::string_view Settings::last(std::string_view key) const {
    const auto all = values({key});
    return all.empty() ? std::string_view() : all.back().text;
}

std::string_view Settings::last_word(std::string_view key,
                                     std::initializer_list<std::string_view> words) const {
    std::string_view found;
    for (const Value& value : values({key}))
        if (std::find(words.begin(), words.end(), value.text) != words.end()) found = value.text;
    return found;
}

bool Settings::is_on(std::string_view key, bool otherwise) const {
    return unit::parse_boolean(last(key)).value_or(otherwise);
}

bool Settings::has_own_root() const {
    const std::string_view directory = last("RootDirectory");
    return (!directory.empty() && directory != "/") || !last("RootImage").empty();
}

}  // namespace ringfence::dropin
