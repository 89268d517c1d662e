// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/arguments.h"

#include <algorithm>
#include <getopt.h>

#include <fmt/format.h>

namespace ringfence::cli {

namespace {

// getopt_long(3) wants the long options' values apart from any short option's.
constexpr int first_long = 256;

struct GetoptTables {
    std::vector<struct option> long_options;
    std::string short_options = ":";  // a missing argument is reported as ':'
};

GetoptTables tables_for(std::span<const Option> table) {
    GetoptTables tables;
    for (const Option& row : table) {
        const int takes = row.argument != nullptr ? required_argument : no_argument;
        const int value = first_long + static_cast<int>(&row - table.data());
        tables.long_options.push_back({row.name, takes, nullptr, value});
        if (row.letter == 0) continue;
        tables.short_options.push_back(row.letter);
        if (row.argument != nullptr) tables.short_options.push_back(':');
    }
    tables.long_options.push_back({nullptr, 0, nullptr, 0});
    return tables;
}

const Option* row_of(std::span<const Option> table, int value) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const Option& option) {
        return value >= first_long ? &option == &table[static_cast<std::size_t>(value - first_long)]
                                   : option.letter == value;
    });
    return row == table.end() ? nullptr : &*row;
}

std::string hint_for(std::span<const Option> table, const std::string& word) {
    std::vector<std::string> names;
    for (const Option& row : table)
        names.push_back(std::string("--") + row.name);
    const std::string near = nearest(word.substr(0, word.find('=')), names);
    return near.empty() ? "--help lists the options" : fmt::format("did you mean {}?", near);
}

tl::unexpected<Diagnostics> refuse(std::span<const Option> table, int result,
                                   const std::string& word) {
    if (result == ':') return fail("", fmt::format("option {} needs an argument", word));
    return fail("", fmt::format("option {} is unknown, ambiguous or takes no argument", word),
                hint_for(table, word));
}

}  // namespace

bool Arguments::has(std::string_view name) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const GivenOption& given) { return given.name == name; });
}

std::string Arguments::value(std::string_view name) const {
    const auto all = values(name);
    return all.empty() ? std::string() : all.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const GivenOption& given : options)
        if (given.name == name) found.push_back(given.value);
    return found;
}

Result<Arguments> parse_arguments(std::span<const Option> table,
                                  const std::vector<std::string>& words) {
    const GetoptTables tables = tables_for(table);
    std::vector<std::string> copies = words;  // getopt_long(3) reorders them
    std::string name = "ringfence";
    std::vector<char*> argv = {name.data()};
    for (std::string& word : copies)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const int argc = static_cast<int>(argv.size()) - 1;

    Arguments arguments;
    optind = 0;  // restarts glibc's and musl's scan
    opterr = 0;
    for (;;) {
        const int before = std::max(optind, 1);
        // One thread parses arguments, once. NOLINTNEXTLINE(concurrency-mt-unsafe)
        const int result = getopt_long(argc, argv.data(), tables.short_options.c_str(),
                                       tables.long_options.data(), nullptr);
        if (result == -1) break;
        const Option* row = result == '?' || result == ':' ? nullptr : row_of(table, result);
        const int at = optind > before ? optind - 1 : before;
        if (row == nullptr) return refuse(table, result, argv[static_cast<std::size_t>(at)]);
        const bool takes = row->argument != nullptr;
        arguments.options.push_back({row->name, takes ? optarg : ""});
    }
    for (int i = optind; i < argc; ++i)
        arguments.operands.emplace_back(argv[static_cast<std::size_t>(i)]);
    return arguments;
}

std::string options_help(std::span<const Option> table) {
    std::string text;
    for (const Option& row : table) {
        const std::string letter = row.letter == 0 ? "   " : fmt::format("-{},", row.letter);
        const std::string argument =
            row.argument == nullptr ? "" : fmt::format("={}", row.argument);
        text += fmt::format("  {} {:<22} {}\n", letter, fmt::format("--{}{}", row.name, argument),
                            row.help);
    }
    return text;
}

}  // namespace ringfence::cli
